"""`Broadcast`: hands lifecycle events to those who listen, here and (through a hub) in other processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol, Self, cast

from pydantic_core import to_json

from wfe_core.clock import Clock, TimerHandle, to_datetime
from wfe_core.models import LifecycleEvent, LifecycleKind
from wfe_core.ports.lifecycle import LifecycleHub
from wfe_core.ports.records import OutboxRow
from wfe_core.serialization import loads
from wfe_host.checking import known_id

logger: logging.Logger = logging.getLogger("wfe.host")

Entry = Sequence[Any]
"""As in `Checkpoint.happened`: (kind, at, step key, pointer id, attempt, detail)."""

_Happened = tuple[str, str, int, list[Entry]]
"""Instance, definition, revision, entries."""

_KINDS = frozenset(kind.value for kind in LifecycleKind)
_HUB_ROWS = 10_000
"""Rows kept for a hub that is slow; more are dropped, for the outbox in the store is the truth."""
_HUB_PAUSE = 1_000_000
"""Microseconds between two attempts to listen to a hub that fails."""
_LOOKS: Final = (20_000, 100_000, 400_000, 1_500_000)
"""Microseconds from when this process listens to a hub, until the last of which others must know of it."""


class Subject(Protocol):
    """Whose events these are; an `InstanceRecord` will do."""

    @property
    def id(self) -> str:
        """The instance."""
        ...

    @property
    def definition_id(self) -> str:
        """Its definition."""
        ...

    @property
    def revision(self) -> int:
        """Its revision when it happened."""
        ...


class Subscription(AbstractAsyncContextManager["Subscription"]):
    """Events for one subscriber, active from entry to exit: `async for event in subscription`.

    Events that come while the subscriber is busy are kept, `buffer` of them. What comes when the buffer is
    full is dropped, and a `LAGGED` event stands in its place with `detail["missed"]`, whatever the filter.
    """

    def __init__(
        self, broadcast: Broadcast, kinds: frozenset[str], instance_id: str | None, buffer: int
    ) -> None:
        self.instance_id = instance_id
        self._broadcast = broadcast
        self._kinds = kinds
        self._buffer = buffer
        self._items: deque[_Item] = deque()
        self._missed = 0
        self._missed_at = 0
        self._news = asyncio.Event()
        self._ended = False

    async def __aenter__(self) -> Self:
        """Begin to receive."""
        await self._broadcast.add(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Receive no more; an iteration that waits ends."""
        await self._broadcast.remove(self)
        self.end()

    def __aiter__(self) -> Self:
        """Iterate over the events, until the host stops."""
        return self

    async def __anext__(self) -> LifecycleEvent:
        """Wait for the next event."""
        while not self._items:
            if self._missed:
                return self._take_marker().event()
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._items.popleft().event()

    def offer(self, item: _Item) -> None:
        """Keep an event, if it is wanted and there is room."""
        if self._kinds and item.entry[0] not in self._kinds:
            return
        if len(self._items) >= self._buffer:
            self._missed += 1
            self._missed_at = item.entry[1]
            return
        if self._missed:
            self._items.append(self._take_marker())
        self._items.append(item)
        self._news.set()

    def end(self) -> None:
        """No more will come; what is there can still be read."""
        self._ended = True
        self._news.set()

    def _take_marker(self) -> _Item:
        missed, self._missed = self._missed, 0
        entry = (LifecycleKind.LAGGED, self._missed_at, None, None, None, {"missed": missed})
        return _Item(entry, self.instance_id or "", "", 0)


class _Watch(Subscription):
    """Calls back when something comes, and keeps nothing."""

    def __init__(
        self, broadcast: Broadcast, kinds: frozenset[str], instance_id: str, seen: Callable[[], None]
    ) -> None:
        super().__init__(broadcast, kinds, instance_id, 0)
        self._seen = seen
        self._looks: list[TimerHandle] = []

    async def __aenter__(self) -> Self:
        """Begin to receive; until the others know of it, what they do may be missed."""
        await super().__aenter__()
        self._looks = self._broadcast.soon(self._seen)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Receive no more."""
        for look in self._looks:
            look.cancel()
        await super().__aexit__()

    def offer(self, item: _Item) -> None:
        """Tell that it came, if it is wanted."""
        if item.entry[0] in self._kinds:
            self._seen()


class Broadcast(AbstractAsyncContextManager["Broadcast"]):
    """Hands out lifecycle events. With a hub it sends all of them there, and hands out what others send.

    Everything happens on the host's loop.

    Attributes:
        active: whether anybody listens; while it is False `publish` does nothing and need not be called.

    Args:
        hub: connects the processes; None confines everything to this one.
        buffer: events kept for a subscriber who is slow, unless he says otherwise.
        clock: when a hub that fails is tried again; without it, when the next subscriber comes.
    """

    def __init__(
        self, hub: LifecycleHub | None = None, *, buffer: int = 1_000, clock: Clock | None = None
    ) -> None:
        self.active: bool = hub is not None
        self._hub = hub
        self._buffer = buffer
        self._clock = clock
        self._everything: list[Subscription] = []
        self._by_instance: dict[str, list[Subscription]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._since = 0
        """When it began to listen to the hub."""
        self._outgoing: list[_Happened] = []
        self._sender: asyncio.Task[None] | None = None
        self._dropped = 0

    async def __aexit__(self, *_: object) -> None:
        """End all subscriptions, and let the hub have what is left."""
        for subscription in [*self._everything, *(s for each in self._by_instance.values() for s in each)]:
            subscription.end()
        self._everything.clear()
        self._by_instance.clear()
        self.active = False
        await self._stop_listening()
        if self._sender is not None:
            await asyncio.wait((self._sender,))

    def subscribe(
        self, kinds: Iterable[str] = (), instance_id: str | None = None, buffer: int | None = None
    ) -> Subscription:
        """Make a subscription; it is active while it is entered as an async context manager.

        Args:
            kinds: which `LifecycleKind`s; none means all.
            instance_id: events of this instance only.
            buffer: how many events are kept while the subscriber is busy.

        Raises:
            ValueError: there is no such kind.
            TypeError: the id of the instance is no text.
            InstanceNotFoundError: no instance can have that id.
        """
        wanted = frozenset(str(kind) for kind in kinds)
        unknown = sorted(wanted - _KINDS)
        if unknown:
            msg = (
                f"there are no lifecycle events of kind {unknown[0]!r}; there are {', '.join(sorted(_KINDS))}"
            )
            raise ValueError(msg)
        if instance_id is not None:
            known_id(instance_id)
        return Subscription(self, wanted, instance_id, buffer or self._buffer)

    def watch(
        self, instance_id: str, kinds: frozenset[str], seen: Callable[[], None]
    ) -> AbstractAsyncContextManager[Any]:
        """Call `seen` whenever an event of these kinds comes for an instance, from here or elsewhere.

        Also now and then in the first second of listening to a hub: others may not have known of it when it
        came.
        """
        return _Watch(self, kinds, instance_id, seen)

    def soon(self, look: Callable[[], None]) -> list[TimerHandle]:
        """Call `look` when all who are told of it have heard that this process listens, if that is new."""
        clock = self._clock
        if clock is None or self._hub is None:
            return []
        now = clock.now()
        return [clock.call_at(at, look) for pause in _LOOKS if (at := self._since + pause) > now]

    def publish(self, subject: Subject, entries: Iterable[Entry]) -> None:
        """Hand out what has happened to an instance, in order, after the commit that made it true."""
        elsewhere = self._hub is not None and not self._hub.alone
        if not (elsewhere or self._everything or self._by_instance):
            return
        instance_id, definition_id, revision = subject.id, subject.definition_id, subject.revision
        entries = list(entries)
        if elsewhere:
            self._send((instance_id, definition_id, revision, entries))
        self._hand_out(instance_id, definition_id, revision, entries)

    async def add(self, subscription: Subscription) -> None:
        """Let a subscription receive (called on its entry)."""
        if subscription.instance_id is None:
            self._everything.append(subscription)
        else:
            self._by_instance.setdefault(subscription.instance_id, []).append(subscription)
        self.active = True
        if self._hub is not None and self._listener is None:
            self._since = 0 if self._clock is None else self._clock.now()
            self._listener = asyncio.get_running_loop().create_task(self._listen(self._hub), name="wfe-hub")
            # One turn of the loop, so that it does listen when the subscriber goes on.
            await asyncio.wait((self._listener,), timeout=0)

    async def remove(self, subscription: Subscription) -> None:
        """Let a subscription receive nothing more (called on its exit)."""
        with contextlib.suppress(ValueError):
            self._everything.remove(subscription)
        if subscription.instance_id is not None:
            same = self._by_instance.get(subscription.instance_id, [])
            with contextlib.suppress(ValueError):
                same.remove(subscription)
            if not same:
                self._by_instance.pop(subscription.instance_id, None)
        if not self._everything and not self._by_instance:
            self.active = self._hub is not None
            await self._stop_listening()

    def _hand_out(
        self, instance_id: str, definition_id: str, revision: int, entries: Iterable[Entry]
    ) -> None:
        listeners = [*self._everything, *self._by_instance.get(instance_id, ())]
        if listeners:
            for entry in entries:
                item = _Item(entry, instance_id, definition_id, revision)
                for subscription in listeners:
                    subscription.offer(item)

    # The hub.

    def _send(self, happened: _Happened) -> None:
        if len(self._outgoing) >= _HUB_ROWS:
            self._dropped += 1
            return
        self._outgoing.append(happened)
        if self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send_all(), name="wfe-hub-sender")

    async def _send_all(self) -> None:
        hub = self._hub
        try:
            while self._outgoing and hub is not None:
                taken, self._outgoing = self._outgoing, []
                try:
                    await hub.broadcast([_row(*happened) for happened in taken])
                except Exception as exc:  # noqa: BLE001 - the hub may lose events; nothing depends on it
                    self._dropped += len(taken)
                    logger.warning("the hub failed: %s", exc)
        finally:
            self._sender = None
            if self._dropped:
                logger.warning("the events of %d commits were not sent to other processes", self._dropped)
                self._dropped = 0

    async def _listen(self, hub: LifecycleHub) -> None:
        while True:
            try:
                async for row in hub.listen():
                    self._receive(row)
            except Exception as exc:  # noqa: BLE001 - see `_send_all`
                logger.warning("the hub cannot be heard: %s", exc)
            if self._clock is None:
                self._listener = None
                return
            await self._pause(self._clock)

    def _receive(self, row: OutboxRow) -> None:
        # A newer host may tell of kinds that this one does not know.
        entries = [entry for entry in loads(row.entries) if entry[0] in _KINDS]
        self._hand_out(row.instance_id, row.definition_id, row.revision, entries)

    async def _pause(self, clock: Clock) -> None:
        over = asyncio.Event()
        timer = clock.call_at(clock.now() + _HUB_PAUSE, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    async def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.cancel()
            await asyncio.wait((listener,))


def _row(instance_id: str, definition_id: str, revision: int, entries: list[Entry]) -> OutboxRow:
    return OutboxRow(0, instance_id, definition_id, revision, to_json(entries).decode())


class _Item:
    """An event as it is kept: turned into a `LifecycleEvent` only when somebody reads it."""

    __slots__ = ("definition_id", "entry", "instance_id", "revision")

    def __init__(self, entry: Entry, instance_id: str, definition_id: str, revision: int) -> None:
        self.entry: Entry = entry
        self.instance_id: str = instance_id
        self.definition_id: str = definition_id
        self.revision: int = revision

    def event(self) -> LifecycleEvent:
        """Give what subscribers get."""
        kind, at, step_key, pointer_id, attempt, detail = self.entry
        if detail is None:
            detail = {}
        elif not isinstance(detail, dict):
            detail = {"value": detail}
        return LifecycleEvent(
            kind=LifecycleKind(kind),
            instance_id=self.instance_id,
            definition_id=self.definition_id,
            revision=self.revision,
            at=to_datetime(at),
            step_key=step_key,
            pointer_id=pointer_id,
            attempt=attempt,
            detail=cast(dict[str, Any], detail),
        )
