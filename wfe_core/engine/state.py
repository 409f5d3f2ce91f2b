"""`State`: one instance in memory, with the indexes the engine needs. Only what is open is here."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wfe_core.definition.nodes import ForEachNode
from wfe_core.engine.settling import read_settled
from wfe_core.engine.transition import Transition
from wfe_core.models import ErrorInfo, Guarded, PointerStatus, WorkflowStatus
from wfe_core.ports import CHUNK, PointerRecord
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.definition.nodes import Node
    from wfe_core.models import LifecycleKind, SettledStep
    from wfe_core.ports import InboxMessage, InstanceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers the engine works with; durations in microseconds."""

    max_crashes: int = 5
    max_value_bytes: int = 1 << 20
    short_sleep: int = 5_000_000
    """An instance that only waits for a timer nearer than this keeps its lease."""
    window: int = 1_000
    """Branches of a loop without `max_parallel` that are open at once, those that wait not counted."""
    round: int = 500
    """Activations in one round, after which the rest is put off to the next."""
    blocked_recheck: int = 15_000_000
    """How often a sub-workflow whose definition is missing looks again."""


_NO_TIMERS: list[tuple[int, int]] = []
"""Shared by all who have no timer; never changed."""


class EngineHost(Protocol):
    """What the engine asks of its host while it applies; must answer at once and have no other effect."""

    settings: Settings
    chance: random.Random

    def admit(self, state: State, pointer: PointerRecord, node: Node) -> bool:
        """Take a slot for a step; False when a limit holds it back."""
        ...

    def definition(self, definition_id: str, version: int | None) -> WorkflowDefinition[Any] | None:
        """Find a registered definition."""
        ...

    def earliest(self) -> int:
        """Give an instant that the store's clock has surely reached: events from now on are not earlier."""
        ...


class State:
    """One instance: its row, its open pointers, its data as JSON texts, its unconsumed events.

    Thousands of them live at once, so they are made of what costs the garbage collector nothing while it is
    empty: dicts (also in place of sets) and shared empty tuples, which are replaced instead of changed.
    """

    __slots__ = (
        "agenda", "born", "budget", "children", "chunks", "data", "definition", "events", "events_dirty",
        "held", "held_undo", "host", "hung", "loading", "now", "open_sagas", "pointers", "queued", "record",
        "releasing", "running", "settled", "shut", "stopping", "subscribed", "subscriptions", "t", "timers",
        "undo_ancestors", "undo_count", "undo_pages", "undo_waits",
    )  # fmt: skip

    def __init__(
        self,
        definition: WorkflowDefinition[Any],
        record: InstanceRecord,
        data: dict[str, str],
        host: EngineHost,
    ) -> None:
        self.definition: WorkflowDefinition[Any] = definition
        self.record: InstanceRecord = record
        self.data: Mapping[str, str] = data
        """Replaced, never changed in place: running steps hold the one they began with."""
        self.host: EngineHost = host
        self.now: int = 0
        self.pointers: dict[int, PointerRecord] = {}
        self.children: dict[int, dict[int, None]] = {}
        """Open pointers by the id of the innermost open pointer around them; 0 is the instance."""
        self.hung: dict[int, int] = {}
        """What is compensated inside of containers that have ended: which open pointer it is inside of."""
        self.running: dict[int, Mapping[str, str]] = {}
        """Attempts that run in this process, with the data they began with."""
        self.stopping: dict[int, None] = {}
        """Attempts that were told to stop and have not ended yet."""
        self.queued: dict[int, None] = {}
        """Pending pointers the host will send `Admitted` for."""
        self.timers: list[tuple[int, int]] = _NO_TIMERS
        """A heap of (due, pointer id); entries of timers that were cleared are passed over."""
        self.events: dict[int, InboxMessage] = {}
        """Events that nobody has taken, by seq."""
        self.events_dirty: bool = False
        self.held: Sequence[InboxMessage] = ()
        """Results that came while nothing may go on: they are taken when it does."""
        self.held_undo: Sequence[int] = ()
        """Sagas whose undoing waits for attempts to stop."""
        self.chunks: dict[tuple[int, int], list[str]] = {}
        """Items of loops, as JSON texts, by pointer and chunk number: only those in use."""
        self.undo_pages: dict[int, tuple[list[PointerRecord], bool]] = {}
        self.shut: dict[int, int | None] = {}
        """Pointers inside of which nothing goes on, but for the body with this number (see `closing`)."""
        self.subscriptions: dict[tuple[str, str], int] = {}
        self.subscribed: bool = False
        self.open_sagas: int = 0
        self.releasing: bool = False
        self.loading: int = 0
        """Reads the host is making for this instance."""
        self.born: Transition | None = None
        """The first round of a child, which its parent's commit carries."""
        self.settled: dict[str, SettledStep] = read_settled(data)
        """Steps that are not run, because what became of them was given at the start."""
        self.undo_count: int = 0
        self.undo_ancestors: dict[int, PointerRecord] = {}
        """Ended containers around what is being undone."""
        self.undo_waits: dict[int, None] = {}
        """Sagas whose next compensation waits for sub-workflows inside them to undo themselves."""
        self.agenda: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self.budget: int = 0
        self.t: Transition = Transition()

    @property
    def runnable(self) -> bool:
        """Whether new steps may start."""
        record = self.record
        return (
            record.status == WorkflowStatus.RUNNABLE
            and not self.releasing
            and (record.ending is None or self.closing)
        )

    @property
    def closing(self) -> bool:
        """Whether the instance is to end as soon as its guards have closed and its sagas are undone."""
        ending = self.record.ending
        return ending is not None and '"closing"' in ending

    def frozen(self, pointer: PointerRecord) -> bool:
        """Whether a pointer stands still because something around it is about to end.

        What goes on is inside a hook of a guard that closes, or inside a compensation when the ending
        instance undoes its sagas.
        """
        ending = self.record.ending
        if ending is None and not self.shut:
            return False
        undoing = ending is not None and '"undo"' in ending
        current = pointer
        while (parent := self.around(current)) is not None:
            number = self.body_number(current, parent)
            if parent.id in self.shut:
                return self.shut[parent.id] != number
            if undoing and number < 0 and parent.status == PointerStatus.COMPENSATING:
                return False
            current = parent
        return ending is not None

    def node(self, pointer: PointerRecord) -> Node:
        """The node a pointer is an activation of."""
        return self.definition.steps[pointer.step]

    def emit(self, kind: LifecycleKind, pointer: PointerRecord | None = None, detail: Any = None) -> None:
        """Note a lifecycle entry for the outbox."""
        if pointer is None:
            self.t.happened.append((kind, self.now, None, None, None, detail))
        else:
            self.t.happened.append((kind, self.now, pointer.step, pointer.id, pointer.attempt, detail))

    def add(self, pointer: PointerRecord) -> None:
        """Put an open pointer into the indexes."""
        self.pointers[pointer.id] = pointer
        holder = pointer.parent
        if holder and holder not in self.pointers:
            holder = self.hung[pointer.id] = self._innermost_open(pointer)
        siblings = self.children.get(holder)
        if siblings is None:
            self.children[holder] = {pointer.id: None}
        else:
            siblings[pointer.id] = None
        if pointer.due is not None:
            self._set_timer(pointer.due, pointer.id)

    def _innermost_open(self, pointer: PointerRecord) -> int:
        for part in reversed(pointer.scope.split("/")):
            if part and int(part) in self.pointers:
                return int(part)
        return 0

    def around(self, pointer: PointerRecord) -> PointerRecord | None:
        """The innermost open pointer that a pointer is inside of."""
        return self.pointers.get(self.hung.get(pointer.id, pointer.parent))

    def body_number(self, pointer: PointerRecord, around: PointerRecord) -> int:
        """Which body of an open pointer around it a pointer is in, at whatever depth."""
        node, owner = self.node(pointer), self.node(around)
        while pointer.parent != around.id and node.sequence.owner not in (owner, None):
            node = node.sequence.owner
        return node.sequence.number

    def remove(self, pointer: PointerRecord) -> None:
        """Take a pointer that has ended out of the indexes; its row becomes history."""
        pointer.live = False
        pointer.due = None
        if pointer.ended is None or pointer.status != PointerStatus.FAILED:  # what failed ended when it did
            pointer.ended = self.now
        self.t.changed[pointer.id] = pointer
        self.shut.pop(pointer.id, None)
        del self.pointers[pointer.id]
        holder = self.hung.pop(pointer.id, pointer.parent)
        siblings = self.children[holder]
        siblings.pop(pointer.id, None)
        if not siblings:
            del self.children[holder]
        self.queued.pop(pointer.id, None)
        node = self.node(pointer)
        if node.container or node.bodies:
            self._forget_loop(pointer)

    def detach(self, pointer: PointerRecord) -> None:
        """Hang an open pointer on the instance itself: a background branch outlives its container."""
        siblings = self.children[pointer.parent]
        siblings.pop(pointer.id, None)
        if not siblings:
            del self.children[pointer.parent]
        pointer.parent, pointer.scope, pointer.index, pointer.iteration = 0, "/", None, 0
        self.children.setdefault(0, {})[pointer.id] = None
        self.t.changed[pointer.id] = pointer

    def _forget_loop(self, pointer: PointerRecord) -> None:
        for key in [key for key in self.chunks if key[0] == pointer.id]:
            del self.chunks[key]
        if not self.open_sagas and pointer.state is not None and "total" in pointer.state:
            self.t.drop_items = [*self.t.drop_items, pointer.id]

    def touch(self, pointer: PointerRecord) -> None:
        """Note that a pointer's row must be written."""
        self.t.changed[pointer.id] = pointer

    def set_due(self, pointer: PointerRecord, due: int | None) -> None:
        """Set or clear a pointer's timer."""
        pointer.due = due
        self.t.changed[pointer.id] = pointer
        if due is not None:
            self._set_timer(due, pointer.id)

    def _set_timer(self, due: int, pointer_id: int) -> None:
        if self.timers:
            heapq.heappush(self.timers, (due, pointer_id))
        else:
            self.timers = [(due, pointer_id)]

    def next_timer(self) -> int | None:
        """The earliest timer of an open pointer."""
        timers = self.timers
        while timers:
            due, pointer_id = timers[0]
            pointer = self.pointers.get(pointer_id)
            if pointer is not None and pointer.due == due and not self._stands_still(pointer):
                return due
            heapq.heappop(timers)
        return None

    def _stands_still(self, pointer: PointerRecord) -> bool:
        """Whether a timer must wait: its pointer is frozen, and not a guard whose hook has its own time."""
        return self.frozen(pointer) and self.shut.get(pointer.id) is None

    def rearm(self) -> None:
        """Put the timers back that were passed over while their pointers were frozen."""
        for pointer in self.pointers.values():
            if pointer.due is not None:
                self._set_timer(pointer.due, pointer.id)

    def patch(self, texts: Mapping[str, str]) -> None:
        """Merge texts into the data by top-level key."""
        if texts:
            self.data = {**self.data, **texts}
            self.t.data.update(texts)

    def descendants(self, pointer_id: int) -> list[PointerRecord]:
        """The open pointers inside a pointer at any depth, by id."""
        found: list[PointerRecord] = []
        stack = [pointer_id]
        while stack:
            for child in self.children.get(stack.pop(), ()):
                found.append(self.pointers[child])
                stack.append(child)
        found.sort(key=lambda p: p.id)
        return found

    def ancestors(self, pointer: PointerRecord) -> list[PointerRecord]:
        """The open pointers a pointer is inside of, innermost first."""
        found: list[PointerRecord] = []
        current = self.around(pointer)
        while current is not None:
            found.append(current)
            current = self.around(current)
        return found


class PointerScope:
    """The loops around one pointer (a `ScopeView`), resolved when asked."""

    __slots__ = ("_pointer", "_state")

    def __init__(self, state: State, pointer: PointerRecord) -> None:
        self._state = state
        self._pointer = pointer

    def _parent(self, pointer: PointerRecord) -> PointerRecord | None:
        """What a pointer is inside of; in a compensation that may have ended long ago."""
        state = self._state
        return state.pointers.get(pointer.parent) or state.undo_ancestors.get(pointer.parent)

    def _loops(self) -> list[tuple[str | None, int, int, Any]]:
        """Name, loop pointer id (0 when kept by value), index and kept value of each enclosing loop."""
        loops: list[tuple[str | None, int, int, Any]] = []
        current: PointerRecord | None = self._pointer
        while current is not None:
            parent = self._parent(current)
            if current.index is not None and parent is not None:
                node = self._state.node(parent)
                loops.append(
                    (
                        node.item_name if isinstance(node, ForEachNode) else None,
                        parent.id,
                        current.index,
                        None,
                    )
                )
            kept = _kept_scope(current)
            loops.extend((name, 0, index, value) for name, index, value in kept)
            current = parent
        return loops

    @property
    def index(self) -> int | None:
        """Position of the innermost item."""
        loops = self._loops()
        return loops[0][2] if loops else None

    @property
    def indices(self) -> tuple[int, ...]:
        """Positions in all enclosing loops, outermost first."""
        return tuple(loop[2] for loop in reversed(self._loops()))

    @property
    def iteration(self) -> int:
        """Number of the innermost `while` iteration, or run of a `recur`."""
        current: PointerRecord | None = self._pointer
        while current is not None:
            parent = self._parent(current)
            if parent is not None and self._state.node(parent).kind in ("while", "schedule"):
                return current.iteration
            current = parent
        return 0

    def item(self, name: str | None = None) -> Any:
        """The innermost item, or that of the named loop."""
        for loop_name, loop_id, index, kept in self._loops():
            if name is None or loop_name == name:
                if loop_id == 0:
                    return kept
                return self._value(loop_id, index)
        return None

    def _value(self, loop_id: int, index: int) -> Any:
        """An item of a loop, if its chunk is in memory."""
        chunk = self._state.chunks.get((loop_id, index // CHUNK))
        offset = index % CHUNK
        return loads(chunk[offset]) if chunk is not None and offset < len(chunk) else None

    def guarded(self) -> Guarded | None:
        """How the body of the guard ended whose hook the pointer is in."""
        current: PointerRecord | None = self._pointer
        while current is not None:
            parent = self._parent(current)
            if parent is not None and self._state.node(current).sequence.number > 0:
                node = self._state.node(parent)
                end = read_state(parent).get("end") if node.kind == "guard" else None
                if end is not None:
                    error = None if end.get("error") is None else error_of(end["error"])
                    return Guarded(PointerStatus(end["status"]), error)
            current = parent
        return None

    def names(self) -> tuple[str, ...]:
        """Names of the enclosing named loops."""
        return tuple(loop[0] for loop in self._loops() if loop[0] is not None)

    def keep(self) -> list[list[Any]]:
        """The enclosing loops by value, for a background branch that outlives them."""
        kept: list[list[Any]] = []
        for name, loop_id, index, value in self._loops():
            if loop_id:
                kept.append([name, index, self._value(loop_id, index)])
            else:
                kept.append([name, index, value])
        return kept


def _kept_scope(pointer: PointerRecord) -> list[list[Any]]:
    if pointer.state is None or '"scope"' not in pointer.state:
        return []
    kept: list[list[Any]] = read_state(pointer).get("scope", [])
    return kept


def error_of(value: Mapping[str, Any]) -> ErrorInfo:
    """Read an error as it is stored."""
    return ErrorInfo(
        value["type"],
        value["message"],
        value.get("step_key"),
        value.get("traceback"),
        value.get("retryable", True),
        value.get("details", {}),
    )


def read_state(pointer: PointerRecord) -> dict[str, Any]:
    """Decode the engine's own state on a pointer."""
    return {} if pointer.state is None else loads(pointer.state)


def write_state(state: State, pointer: PointerRecord, value: dict[str, Any]) -> None:
    """Store the engine's own state on a pointer."""
    pointer.state = dumps(value, f"state of step {pointer.step!r}") if value else None
    state.touch(pointer)


STOPPING = "stopping"
"""Phase of a guard that waits for what is inside it to stop."""
CLOSED = "closed"
"""Phase of a guard that has run its hooks and waits for what is around it to end."""
