"""Ports of the store, the only truth: instances, history, events, definitions, and the optional stores.

All methods are coroutines, safe to call concurrently, and atomic per element of a batch unless said
otherwise. A call that is cancelled either took place or did not. Failures of the backend are
`ProviderError`s, with the driver's error as `__cause__`; after one the outcome of a `commit` is unknown.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from wfe_core.ports.changes import ChangeFeed
from wfe_core.ports.records import Outlook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wfe_core.ports.records import (
        Checkpoint,
        Claim,
        CommitOutcome,
        EventRecord,
        Head,
        InboxMessage,
        InstanceQuery,
        InstanceRecord,
        ItemChunk,
        LoadedInstance,
        LogChunk,
        Message,
        OutboxRow,
        Page,
        PointerRecord,
        SchemaInfo,
    )


class WorkflowStore(ABC):
    """Writes instances under the fencing rule, and gives them to hosts."""

    @abstractmethod
    async def commit(self, checkpoints: Sequence[Checkpoint], *, now: int) -> list[CommitOutcome]:
        """Write checkpoints, durably, and tell what became of each, in order.

        A checkpoint counts as a whole: all of it is written or nothing. A stale, existing or rejected one
        does not hurt the others. At most one checkpoint of an instance is in a batch. When this returns,
        what was committed survives the death of every process (and of the machine, with full durability).

        New subscriptions are matched with the stored events before this returns; messages, matched events
        and children make their targets due (`next_due`) and bump `inbox_seq`.
        """

    @abstractmethod
    async def claim(self, claim: Claim, *, session: str, limit: int, now: int) -> list[LoadedInstance]:
        """Take up to `limit` instances for `session` and load them.

        Taking is one transaction: compare-and-set on the owner and fence that were read, `fence + 1`.
        Highest priority first, one point of priority gained per minute of waiting; then the longest due.
        """

    @abstractmethod
    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """Read owner, fence, revision, inbox_seq and status; missing ids are left out."""

    @abstractmethod
    async def inbox(self, requests: Mapping[str, int]) -> dict[str, list[InboxMessage]]:
        """Read the unconsumed messages with a seq above the given one, by seq, for each instance id."""

    @abstractmethod
    async def post(self, messages: Sequence[Message], *, now: int) -> dict[str, str | None]:
        """Append to inboxes, durably; bumps `inbox_seq` and makes unowned targets due.

        Returns the owner (session id or None) of each target instance; a missing target is left out.
        """

    @abstractmethod
    async def next_due(self, claim: Claim) -> int | None:
        """The earliest instant at which an unowned instance that fits `claim` wants to be taken."""

    @abstractmethod
    async def purge(self, query: InstanceQuery, *, now: int) -> list[str]:
        """Delete up to `query.limit` ended instances with all that belongs to them, children included.

        One transaction, of which the feed of changes tells. Approvals that nobody else has go with them; what
        the outbox tells of them goes when it is trimmed. Instances that have not ended are never deleted,
        nor ended children of a parent that has not. Returns the ids deleted; an empty list means there are
        no more. A query that no purge can go by is refused (`InstanceQuery.check_for_purge`).

        Raises:
            ValueError: the query has a `text` or a `cursor`; nothing was deleted.
        """


class InstanceReader(ABC):
    """Reads instances without a lease."""

    @abstractmethod
    async def instances(self, ids: Sequence[str]) -> dict[str, InstanceRecord]:
        """Read instances by id; missing ids are left out."""

    @abstractmethod
    async def owners(self) -> set[str]:
        """The sessions that own at least one instance, whether they live or not."""

    @abstractmethod
    async def find(self, query: InstanceQuery) -> Page:
        """List instances by filter, newest first (`text` is ignored: that is the SearchProvider's)."""

    @abstractmethod
    async def data(self, instance_id: str, *, revision: int | None = None) -> dict[str, str]:
        """Read the data, current or as it was right after a revision (kept while a saga is open)."""

    @abstractmethod
    async def pointers(self, instance_id: str, *, after: int = 0, limit: int = 1_000) -> list[PointerRecord]:
        """Read pointers, live and ended, by id, those above `after`."""

    @abstractmethod
    async def undo_page(self, instance_id: str, scopes: Sequence[str], *, limit: int) -> list[PointerRecord]:
        """Read the pointers with `undo` set whose scope begins with one of `scopes`, highest `undo` first."""

    @abstractmethod
    async def chunk(self, instance_id: str, pointer_id: int, number: int) -> ItemChunk | None:
        """Read one chunk of a loop's items."""

    @abstractmethod
    async def outputs(
        self, instance_id: str, parent: int, step: str, *, after: int, limit: int
    ) -> list[tuple[int, str | None]]:
        """Read (index, output) of the pointers of `step` directly inside `parent`, completed, by index.

        Indices above `after` only; when a step was visited more than once for an index, the last visit.
        """


class EventStore(ABC):
    """Keeps published events and the outbox of lifecycle entries."""

    @abstractmethod
    async def publish(self, events: Sequence[EventRecord], *, now: int) -> dict[str, str | None]:
        """Store events durably and deliver them to all matching subscriptions.

        Matching: same name and key, `effective >= as_of`. Delivery inserts into the inbox once per instance
        and event. An event id that is stored already is ignored. Returns the owner of each woken instance.

        An event without `effective` takes effect at the store's time of this call, or at `now` if that is
        later: so a wait that begins before the call gets it, whatever the clocks of hosts show.
        """

    @abstractmethod
    async def sweep(self, *, retention_before: int, now: int) -> dict[str, str | None]:
        """Finish the delivery of events whose publisher died, and forget old ones.

        Old are events published before `retention_before`, and effective before it too, that no inbox row
        refers to: what takes effect in the future waits for its subscribers. Returns the owners of
        woken instances.
        """

    @abstractmethod
    async def outbox(self, after: int, *, limit: int) -> list[OutboxRow]:
        """Read outbox rows with a seq above `after` that no open transaction can precede, by seq."""

    @abstractmethod
    async def trim_outbox(self, before: int, *, limit: int) -> int:
        """Forget outbox rows up to and including seq `before`, the oldest first, in one short transaction.

        Returns how many rows went; fewer than `limit` mean that no more are left. The row with the highest
        seq of all may have to stay, without its entries.
        """


class DefinitionStore(ABC):
    """Keeps definitions that come from text, so that an instance resumes without its file."""

    @abstractmethod
    async def put_definition(self, fingerprint: str, definition_id: str, version: int, source: str) -> None:
        """Store the closure of a definition (JSON text); the same fingerprint again is a no-op."""

    @abstractmethod
    async def get_definition(self, fingerprint: str) -> str | None:
        """Read what was stored, or None."""


class LogStore(ABC):
    """Keeps the lines that steps write."""

    @abstractmethod
    async def append_logs(self, chunks: Sequence[LogChunk]) -> None:
        """Append chunks; may be called at low priority, behind checkpoints."""

    @abstractmethod
    async def logs(
        self, instance_id: str, *, pointer_id: int | None = None, after: int = 0, limit: int = 1_000
    ) -> list[LogChunk]:
        """Read chunks with a seq above `after`, by seq."""


class ActivityStore(ABC):
    """Hands work items to outside workers under leases."""

    @abstractmethod
    async def claim_activity(self, name: str, *, worker: str, lease: int, now: int) -> ActivityClaim | None:
        """Take the oldest free item of that name (never leased, or expired) for `lease` microseconds."""

    @abstractmethod
    async def heartbeat_activity(self, token: str, *, lease: int, now: int) -> bool:
        """Prolong a lease; False when the token is stale."""

    @abstractmethod
    async def finish_activity(self, token: str, payload: str, *, now: int) -> tuple[str, str | None] | None:
        """End an item and put its result into its instance's inbox, in one transaction.

        `payload` is that of a message of kind activity. Returns (instance id, owner), or None when the token
        is stale.
        """


class CacheStore(ABC):
    """Keeps outputs of steps that declared a cache."""

    @abstractmethod
    async def cache_get(self, key: str, *, now: int) -> str | None:
        """Read a value that has not expired."""

    @abstractmethod
    async def cache_put(self, key: str, value: str, *, expires: int) -> None:
        """Store a value until an instant; replaces what was there."""


class ActivityClaim:
    """A leased work item: `token` proves the lease."""

    __slots__ = ("expires", "id", "input", "instance_id", "name", "pointer_id", "token")

    def __init__(
        self,
        *,
        id: str,
        token: str,
        name: str,
        instance_id: str,
        pointer_id: int,
        input: str,
        expires: int,
    ) -> None:
        self.id: str = id
        self.token: str = token
        self.name: str = name
        self.instance_id: str = instance_id
        self.pointer_id: int = pointer_id
        self.input: str = input
        self.expires: int = expires


class PersistenceProvider(
    WorkflowStore,
    InstanceReader,
    EventStore,
    DefinitionStore,
    ChangeFeed,
    AbstractAsyncContextManager["PersistenceProvider"],
):
    """The store: one object, one `commit`. Entering it connects and checks the schema; leaving it closes."""

    @property
    def schema(self) -> SchemaInfo | None:
        """The schema of the open store, and whether opening it has changed it; None when it has none."""
        return None

    async def upgrade(self) -> SchemaInfo | None:
        """Bring the schema to what this program needs; the store must not be open.

        Where opening does that, as by default, this opens and closes the store.

        Raises:
            SchemaOutdatedError: hosts are at work on it, or it is newer than this program.
            ProviderError: it cannot be changed; it is as it was.
        """
        async with self:
            return self.schema

    async def outlook(self, claim: Claim) -> Outlook:
        """Tell what `owners`, `next_due` and `now` tell: hosts without work ask for them again and again.

        A store that is a server answers in one query.
        """
        return Outlook(await self.owners(), await self.next_due(claim), await self.now())

    @abstractmethod
    async def now(self) -> int:
        """The store's time, in microseconds since the Unix epoch."""
