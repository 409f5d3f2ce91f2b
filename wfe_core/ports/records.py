"""What crosses the line between the engine and a store: plain records, no behaviour.

Instants are whole microseconds since the Unix epoch (UTC), which every store keeps exactly. Values of
users (data, outputs, states, errors) cross as JSON text, so that a store never needs to understand them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(slots=True)
class InstanceRecord:
    """A row of `workflow`: one instance. The lease holder keeps it in memory and changes it there."""

    id: str
    definition_id: str
    version: int
    fingerprint: str
    status: str
    created: int
    root_id: str
    """The instance at the top of the tree of sub-workflows; its own id when it has no parent."""
    digest: str = ""
    """Hash of the start data, by which a second start with other input is told apart."""
    reference: str | None = None
    priority: int = 0
    tags: str = "{}"
    parent_id: str | None = None
    parent_pointer: int | None = None
    owner: str | None = None
    """The session that holds the lease; None when nobody does."""
    fence: int = 0
    """The fencing token: raised by one each time the instance is taken."""
    revision: int = 0
    """Number of checkpoints; a store accepts only the one that follows."""
    inbox_seq: int = 0
    """Number of the newest inbox message (bumped by writers of the inbox, not by the lease holder)."""
    pointer_seq: int = 0
    """The highest pointer id given so far."""
    next_due: int | None = None
    """When an unowned instance wants to be taken: a timer, or the past when a message waits."""
    deadline: int | None = None
    """When the workflow's own timeout strikes."""
    ended: int | None = None
    error: str | None = None
    ending: str | None = None
    """JSON: an end that waits for steps to stop or for compensations (engine.endings)."""
    trace: str | None = None
    """W3C traceparent of the instance's span."""


CHANGED: Final[tuple[str, ...]] = (
    "status",
    "pointer_seq",
    "next_due",
    "deadline",
    "ended",
    "error",
    "ending",
    "revision",
)
"""What a lease holder changes of an instance; owner, fence and inbox_seq change by taking, releasing and
posting, and the rest stays as it was created."""


@dataclass(slots=True)
class PointerRecord:
    """A row of `pointer`: one activation of a step. Changed in memory by the lease holder."""

    id: int
    step: str
    """The step key in the definition."""
    status: str
    parent: int = 0
    """Id of the enclosing container's pointer (or of the pointer being compensated); 0 at the top."""
    scope: str = "/"
    """Path of the enclosing pointers' ids, outermost first: `"/"` at the top, else as `"/3/17/"`."""
    live: bool = True
    """Part of the open tree: loaded when the instance is taken. An ended pointer is only history."""
    index: int | None = None
    """Position of the item, in the pointers directly inside a `for_each`."""
    iteration: int = 0
    attempt: int = 0
    """Number of the current or last attempt, from 1; raised by retries and by re-runs after a crash."""
    failures: int = 0
    """Failed attempts that count against `max_attempts` (a crash does not; `retry` starts anew)."""
    run: int = 0
    """Completed re-entries (sleep, persist, wait): part of the idempotency key."""
    crashes: int = 0
    """Times in a row that the host died while this ran."""
    created: int = 0
    started: int | None = None
    ended: int | None = None
    due: int | None = None
    """The timer of a sleeping or waiting pointer, or of a container with a timeout."""
    outcome: str | None = None
    output: str | None = None
    state: str | None = None
    """JSON: the step's own persisted state, or a container's."""
    error: str | None = None
    knows: int = 0
    """Revision of the data this pointer's last attempt saw, or made when it completed."""
    undo: int | None = None
    """Place in the order of undoing (highest first), for what an open saga may have to undo."""


@dataclass(slots=True, frozen=True)
class ItemChunk:
    """A row of `item`: consecutive items of a loop, `CHUNK` at most, as the text of a JSON array."""

    pointer_id: int
    number: int
    """Number of the chunk: it holds the items from `number * CHUNK` on."""
    values: str


CHUNK = 256
"""Items in a full chunk of a loop."""


@dataclass(slots=True, frozen=True)
class Subscription:
    """A row of `subscription`: this instance wants events of that name and key, until it ends.

    A second one for the same instance, name and key replaces `as_of` when its own is earlier.
    """

    name: str
    key: str
    as_of: int


MessageKind = Literal["event", "activity", "child", "suspend", "resume", "cancel", "terminate", "retry"]


@dataclass(slots=True, frozen=True)
class Message:
    """Something for another instance's inbox."""

    instance_id: str
    kind: MessageKind
    payload: str
    """JSON, shaped by `kind` (engine.happenings)."""
    dedupe: str | None = None
    """Messages to one instance with the same `dedupe` are stored once."""


@dataclass(slots=True, frozen=True)
class InboxMessage:
    """A row of `inbox` that its instance has not consumed yet."""

    seq: int
    kind: str
    payload: str
    effective: int = 0
    """For events: not delivered before this instant."""
    event_id: str | None = None
    name: str = ""
    """For events: name and key."""
    key: str = ""


@dataclass(slots=True, frozen=True)
class ActivityItem:
    """A row of `activity`: work for an outside worker, made by an activity step."""

    id: str
    name: str
    instance_id: str
    pointer_id: int
    input: str
    created: int
    due: int | None = None
    """When the step's timeout ends the wait for it."""


@dataclass(slots=True)
class Checkpoint:
    """One atomic change of one instance, made under its lease.

    The store writes all of it or nothing. It refuses it (`CommitOutcome.stale`) unless the stored row has
    `instance.owner`, `instance.fence` and the revision before `instance.revision`; with `create` it refuses
    it when the id is taken (`CommitOutcome.exists`).
    """

    instance: InstanceRecord
    """With `create` the whole row, else those fields of it that `CHANGED` names."""
    create: bool = False
    pointers: Sequence[PointerRecord] = ()
    """Pointers that are new or changed, whole."""
    data: dict[str, str] = field(default_factory=dict[str, str])
    """Top-level keys that changed, with their JSON text."""
    keep_history: bool = False
    """A saga is open: superseded data rows stay readable by revision."""
    drop_history: bool = False
    """The last open saga ended: superseded data rows can go, and `undo` of all its pointers becomes None."""
    items: Sequence[ItemChunk] = ()
    drop_items: Sequence[int] = ()
    """Loops that ended: their chunks can go."""
    subscriptions: Sequence[Subscription] = ()
    drop_subscriptions: bool = False
    consumed: Sequence[int] = ()
    """Inbox rows this change has used up: event rows are marked, others may be deleted."""
    messages: Sequence[Message] = ()
    children: Sequence[Checkpoint] = ()
    """Sub-workflows that begin with this change; a child that exists already is left as it is."""
    activities: Sequence[ActivityItem] = ()
    drop_activities: Sequence[str] = ()
    """Work items nobody waits for any more."""
    happened: Sequence[tuple[Any, ...]] = ()
    """Lifecycle entries for the outbox: (kind, at, step key, pointer id, attempt, detail), JSON-like."""
    release: bool = False
    """Give the lease back (owner None, `next_due` as in `instance`), unless the stored `inbox_seq` has
    moved past `inbox_seen`; then everything else is written and the lease is kept."""
    inbox_seen: int = 0


@dataclass(slots=True, frozen=True)
class CommitOutcome:
    """What became of one checkpoint."""

    status: Literal["committed", "stale", "exists", "rejected"]
    """`rejected`: the store refuses the values themselves (`error` says why); nothing was written."""
    inbox_seq: int = 0
    """The stored `inbox_seq` after the commit, when the checkpoint released or subscribed; else 0."""
    released: bool = False
    owner: str | None = None
    """For `stale`: who owns the instance now."""
    fence: int = 0
    error: str | None = None
    children: Mapping[str, CommitOutcome] | None = None
    """Of children, and theirs, by id: those that were to be released or that subscribed, and, as `exists`,
    those that were there before. One that is not named was written and is held."""


COMMITTED = CommitOutcome("committed")
"""The usual outcome, shared to spare the making of thousands."""


@dataclass(slots=True, frozen=True)
class Head:
    """The columns of an instance by which an unknown outcome is settled."""

    id: str
    owner: str | None
    fence: int
    revision: int
    inbox_seq: int
    status: str


@dataclass(slots=True)
class LoadedInstance:
    """Everything a new lease holder needs to go on."""

    instance: InstanceRecord
    pointers: list[PointerRecord]
    """The live ones, by id."""
    data: dict[str, str]
    inbox: list[InboxMessage]
    """Unconsumed messages, by seq."""
    chunks: list[ItemChunk]
    """Of each live `for_each` pointer, the chunks that hold the items of live children and the next one."""
    crashed: bool = False
    """The lease was taken from a session that died without giving it back."""
    subscribed: bool = False
    """The instance has subscriptions in the store."""


@dataclass(slots=True, frozen=True, kw_only=True)
class Claim:
    """Which instances a host wants to take.

    Candidates are runnable, suspended and failed instances that nobody owns and whose `next_due` has come (a
    failed one is due only when a message came for it), and those owned by one of `dead` sessions, whatever
    their due. All given filters must hold.
    """

    fingerprints: frozenset[str] | None = None
    """Definitions that can be run here, by fingerprint."""
    definitions: frozenset[tuple[str, int]] | None = None
    """Instead of fingerprints: (id, version), whatever the structure (`adopt_changed_definitions`)."""
    ids: tuple[str, ...] | None = None
    """Only these (from a hint)."""
    roots: frozenset[str] | None = None
    """Only these instances and their descendants."""
    dead: frozenset[str] = frozenset()
    """Sessions known to be dead."""


@dataclass(slots=True, frozen=True)
class Outlook:
    """What a host without work looks at.

    Attributes:
        owners: sessions that own at least one instance.
        next_due: the earliest instant at which an unowned instance that fits the claim wants to be taken.
        now: the store's time.
    """

    owners: set[str]
    next_due: int | None
    now: int


@dataclass(slots=True, frozen=True, kw_only=True)
class InstanceQuery:
    """Filter for listing and searching; every given field must hold. Newest first."""

    statuses: frozenset[str] | None = None
    definition_id: str | None = None
    version: int | None = None
    reference: str | None = None
    root_id: str | None = None
    parent_id: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    """(top-level key, JSON text) pairs that must be equal as JSON text."""
    created_after: int | None = None
    created_before: int | None = None
    ended_before: int | None = None
    text: str | None = None
    """Full text: case-folded tokens, all must occur, a trailing `*` makes a prefix; no stemming."""
    limit: int = 100
    cursor: str | None = None

    def check_for_purge(self) -> None:
        """Refuse what nothing can be deleted by: words that an index knows later, and places in a list.

        Raises:
            ValueError: `text` or `cursor` is given.
        """
        for name in ("text", "cursor"):
            if getattr(self, name) is not None:
                msg = (
                    f"a purge cannot go by {name}={getattr(self, name)!r}; give statuses, dates, data or tags"
                )
                raise ValueError(msg)


@dataclass(slots=True, frozen=True)
class Page:
    """A page of instances and the cursor of the next one (None on the last)."""

    instances: list[InstanceRecord]
    cursor: str | None = None


APPROVAL_EVENT = "wfe.approval"
"""Name of the event by which an approval reaches the instance that its key names: it is purged with that."""


@dataclass(slots=True, frozen=True)
class EventRecord:
    """A row of `event`."""

    id: str
    name: str
    key: str
    payload: str
    effective: int | None
    """From when on it counts; None for the store's time when it is published."""
    published: int


@dataclass(slots=True, frozen=True)
class OutboxRow:
    """A row of `outbox`: the lifecycle entries of one checkpoint."""

    seq: int
    instance_id: str
    definition_id: str
    revision: int
    entries: str
    """JSON array of (kind, at, step key, pointer id, attempt, detail)."""


@dataclass(slots=True, frozen=True)
class SessionInfo:
    """A row of `session`: one running host."""

    id: str
    host: str
    """Name for people, such as `build-7:4711`."""
    machine: str
    boot: str
    """Identifies this boot of the machine, so that an OS lock of an earlier boot means nothing."""
    expires: int
    address: str | None = None
    """Where same-machine hints for this host can be sent (a datagram socket)."""
    metadata: str = "{}"


@dataclass(slots=True, frozen=True)
class LogChunk:
    """A row of `log`: consecutive lines of one stream of one attempt."""

    instance_id: str
    pointer_id: int
    attempt: int
    stream: str
    """`log` for `ctx.log`, or what `ctx.emit` was given (`stdout`, `stderr`)."""
    at: int
    text: str
    seq: int = 0
    """Given by the store; rises with time."""


@dataclass(slots=True, frozen=True)
class SchemaInfo:
    """The schema of an open store."""

    revision: str
    upgraded_from: str | None = None
    """The revision it had before it was opened, if opening it brought it up to date."""
    copy: str | None = None
    """Where the store as it was before can be found, if a copy was made."""


@dataclass(slots=True, frozen=True)
class Hint:
    """A wake-up: `instance_id` may have something to do. Losing it costs time, never work."""

    topic: str
    """A session id (for owned instances), `d:<definition id>` (for unowned ones), or `*` (any host)."""
    instance_id: str

    @property
    def shared(self) -> bool:
        """Whether several hosts may listen to the topic: a definition's or everybody's; a session has one."""
        return self.topic.startswith("d:") or self.topic == "*"
