"""`Machine`: the sans-IO engine of one instance. Happenings in, transitions out; no clock, no I/O, no await.

The host applies what happened, takes the `Transition` of `flush`, commits its checkpoint, and only then
does what the transition asks for. While a checkpoint is on its way nothing may be applied.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from wfe_core.engine import happenings as h
from wfe_core.engine.commands import received
from wfe_core.engine.containers import add_chunk, chunk_loaded, outputs_loaded
from wfe_core.engine.ending import check_cancel_when, stops_over
from wfe_core.engine.failing import compensation_owner, failed, read_error, timers_fired
from wfe_core.engine.flow import RULES, context, enter, spawn
from wfe_core.engine.leaves import start, step_returned
from wfe_core.engine.recovery import begin_child, interrupted, recover
from wfe_core.engine.state import EngineHost, State, read_state
from wfe_core.engine.transition import Transition
from wfe_core.engine.undoing import undo_loaded
from wfe_core.engine.waiting import match_events, next_event_due, user_state
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Checkpoint, InstanceRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.definition.nodes import Node
    from wfe_core.ports import ItemChunk, LoadedInstance, PointerRecord
    from wfe_core.steps.context import StepContext, StepPort


class Machine:
    """One instance, held under a lease."""

    __slots__ = ("_creating", "_has_cancel_when", "definition", "state")

    def __init__(self, definition: WorkflowDefinition[Any], state: State, *, creating: bool) -> None:
        self.definition: WorkflowDefinition[Any] = definition
        self.state: State = state
        self._creating = creating
        self._has_cancel_when = definition.has_cancel_when

    @classmethod
    def create(
        cls,
        definition: WorkflowDefinition[Any],
        data: Mapping[str, str],
        host: EngineHost,
        *,
        instance_id: str,
        now: int,
        owner: str | None,
        reference: str | None = None,
        priority: int = 0,
        tags: str = "{}",
        root_id: str | None = None,
        parent: tuple[str, int] | None = None,
        trace: str | None = None,
    ) -> Machine:
        """Make a new instance that begins in its first round, created and leased in the same commit."""
        record = InstanceRecord(
            instance_id, definition.id, definition.version, definition.fingerprint, WorkflowStatus.RUNNABLE,
            now, root_id or instance_id, digest=digest(data), reference=reference, priority=priority,
            tags=tags,
            owner=owner, fence=1 if owner is not None else 0, trace=trace,
        )  # fmt: skip
        if parent is not None:
            record.parent_id, record.parent_pointer = parent
        if definition.timeout is not None:
            record.deadline = now + definition.timeout
        state = State(definition, record, dict(data), host)
        state.t.data.update(data)
        state.t.touched = True
        return cls(definition, state, creating=True)

    @classmethod
    def load(
        cls,
        definition: WorkflowDefinition[Any],
        loaded: LoadedInstance,
        host: EngineHost,
        *,
        ended: Mapping[int, PointerRecord] | None = None,
        chunks: Iterable[ItemChunk] = (),
    ) -> Machine:
        """Take up an instance that was read from the store under a new lease; apply `Recover` next.

        `ended` are containers that ended before, inside of which something is being compensated, and
        `chunks` their items.
        """
        state = State(definition, loaded.instance, loaded.data, host)
        state.subscribed = loaded.subscribed
        for pointer in sorted(loaded.pointers, key=lambda p: p.id):  # what is around comes before
            state.add(pointer)
        for chunk in (*loaded.chunks, *chunks):
            add_chunk(state, chunk)
        if ended:
            state.undo_ancestors.update(ended)
        return cls(definition, state, creating=False)

    @property
    def record(self) -> InstanceRecord:
        """The row of the instance."""
        return self.state.record

    def apply(self, happening: h.Happening, now: int) -> None:
        """Apply one happening; changes gather until `flush`."""
        s = self.state
        s.now = now
        s.budget = s.host.settings.round
        APPLY[type(happening)](self, happening)
        self._settle()

    def _settle(self) -> None:
        """Run the agenda dry, match events, look at `cancel_when`, until nothing moves any more."""
        s = self.state
        agenda = s.agenda
        while True:
            while agenda:
                action, arguments = agenda.pop(0)
                action(*arguments)
            if s.events_dirty and s.runnable:
                match_events(s)
            elif not (self._has_cancel_when and s.runnable and s.t.dirty() and check_cancel_when(s)):
                return

    def flush(self, now: int) -> Transition:
        """Close the round: number its checkpoint, decide whether the lease goes back, and start a new one."""
        s = self.state
        t = s.t
        record = s.record
        if t.load_undo and s.stopping:
            s.held_undo = [*s.held_undo, *t.load_undo]
            t.load_undo = ()
        if t.load_undo:  # not for a saga that something else of this round has ended
            t.load_undo = [saga for saga in dict.fromkeys(t.load_undo) if saga in s.pointers]
        s.loading += len(t.load_undo) + len(t.load_chunks) + len(t.load_outputs)
        release = record.owner is not None and self._idle(now)
        if not (release or self._creating or t.dirty()):
            s.t = Transition()
            return t
        record.revision += 1
        if record.owner is not None:  # a new instance that nobody leases is due as its maker says
            record.next_due = self._wanted_at(now) if release and not t.ended else None
        t.checkpoint = Checkpoint(
            record, self._creating, list(t.changed.values()), t.data, bool(s.open_sagas) or t.keep_history,
            t.drop_history, t.items, t.drop_items, t.subscriptions, t.drop_subscriptions, t.consumed,
            t.messages, self._births(now), t.activities, t.drop_activities, t.happened, release,
            record.inbox_seq,
        )  # fmt: skip
        self._creating = False
        s.undo_count = 0
        s.t = Transition()
        return t

    def _births(self, now: int) -> Sequence[Checkpoint]:
        """The first checkpoints of the children that begin with this round."""
        born: list[Checkpoint] = []
        for child in self.state.t.children:
            child.state.born = child.flush(now)
            if child.state.born.checkpoint is not None:
                born.append(child.state.born.checkpoint)
        return born

    def _wanted_at(self, now: int) -> int | None:
        """When an instance that is given back wants to be taken again."""
        s = self.state
        runnable = s.record.status == WorkflowStatus.RUNNABLE
        going = _GOING if s.releasing else _READY
        unfinished = (
            (s.record.ending is not None and (s.releasing or not s.closing))
            or (s.releasing and bool(s.shut))
            or any(p.status in going and not s.frozen(p) for p in s.pointers.values())
        )
        return now if runnable and unfinished else self.next_due()

    def _idle(self, now: int) -> bool:
        """Whether nothing goes on here that needs the lease."""
        s = self.state
        t = s.t
        if s.running or s.stopping or s.queued or s.agenda or t.starts or s.held_undo:
            return bool(t.ended and not s.running and not t.starts)
        if t.load_undo or t.load_chunks or t.load_outputs or t.deferred:
            return False
        if s.loading:
            return False
        if s.record.status == WorkflowStatus.RUNNABLE and not t.ended:
            due = self.next_due()
            return due is None or s.releasing or due - now > s.host.settings.short_sleep
        return True

    def next_due(self) -> int | None:
        """The next instant at which `TimerFired` is wanted."""
        s = self.state
        if s.record.status != WorkflowStatus.RUNNABLE:
            return None
        deadline = s.record.deadline if s.record.ending is None else None
        dues = [due for due in (s.next_timer(), deadline, next_event_due(s)) if due is not None]
        return min(dues) if dues else None

    def context(
        self,
        pointer_id: int,
        port: StepPort | None,
        *,
        texts: Mapping[str, str] | None = None,
    ) -> StepContext[Any]:
        """Build the context of an attempt that `starts` asked for."""
        s = self.state
        pointer = s.pointers[pointer_id]
        node = s.node(pointer)
        extra: dict[str, Any] = {}
        if pointer.state is not None:
            extra["state"], extra["event"] = user_state(pointer)
        undone = self.compensates(pointer_id)
        if undone is not None:
            extra.update(_undo_view(s, undone))
        if texts is not None:
            s.running[pointer_id] = texts
        return context(s, pointer, node, texts=s.running[pointer_id], port=port, **extra)

    def compensates(self, pointer_id: int) -> PointerRecord | None:
        """The pointer that a pointer is (part of) the compensation of, if it is."""
        s = self.state
        pointer = s.pointers[pointer_id]
        if pointer.parent == 0 or not s.open_sagas:
            return None
        return compensation_owner(s, pointer)

    def node(self, pointer_id: int) -> Node:
        """The node of an open pointer."""
        s = self.state
        return s.node(s.pointers[pointer_id])


_READY = frozenset({PointerStatus.PENDING})
_GOING = frozenset({PointerStatus.PENDING, PointerStatus.RUNNING, PointerStatus.COMPENSATING})


def _undo_view(s: State, undone: PointerRecord) -> dict[str, Any]:
    """What a compensation sees of the step it undoes."""
    from wfe_core.serialization import dumps, loads  # noqa: PLC0415

    error = read_error(undone.error)
    for part in reversed([int(part) for part in undone.scope.split("/") if part] + [undone.id]):
        pointer = s.pointers.get(part)
        if pointer is not None and s.node(pointer).kind == "saga" and "undo" in read_state(pointer):
            cause = read_state(pointer)["undo"].get("error")
            if cause is not None:
                error = read_error(dumps(cause, "error"))
            break
    return {"error": error, "output": None if undone.output is None else loads(undone.output)}


def digest(data: Mapping[str, str]) -> str:
    """Hash start data, so that a second start with other data is told apart."""
    hashed = hashlib.blake2b(digest_size=16)
    for key in sorted(data):
        hashed.update(f"{len(key)}:{key}{len(data[key])}:{data[key]}".encode())
    return hashed.hexdigest()


def _begin(m: Machine, happening: h.Begin) -> None:
    del happening
    s = m.state
    s.emit(LifecycleKind.WORKFLOW_STARTED, None, None)
    first = m.definition.root.first
    if first is None:
        RULES["main_ended"](s)
    else:
        spawn(s, first, 0, "/")


def _recover(m: Machine, happening: h.Recover) -> None:
    if m.record.pointer_seq == 0 and m.record.status == WorkflowStatus.RUNNABLE:
        _begin(m, h.Begin())
        return
    recover(m.state, crashed=happening.crashed)


def _step_returned(m: Machine, happening: h.StepReturned) -> None:
    s = m.state
    snapshot = s.running.pop(happening.pointer_id, None)
    if snapshot is None:
        _step_stopped(m, happening)
        return
    pointer = s.pointers[happening.pointer_id]
    step_returned(s, pointer, s.node(pointer), happening.value, snapshot)  # type: ignore[arg-type]


def _step_failed(m: Machine, happening: h.StepFailed) -> None:
    s = m.state
    if s.running.pop(happening.pointer_id, None) is None:
        _step_stopped(m, happening)
        return
    pointer = s.pointers[happening.pointer_id]
    failed(s, pointer, s.node(pointer), happening.failure)


def _step_stopped(m: Machine, happening: h.StepStopped | h.StepReturned | h.StepFailed) -> None:
    s = m.state
    s.stopping.pop(happening.pointer_id, None)
    if not s.stopping:
        s.t.load_undo = [*s.t.load_undo, *s.held_undo]
        s.held_undo = ()
        stops_over(s)


def _step_interrupted(m: Machine, happening: h.StepInterrupted) -> None:
    interrupted(m.state, happening.pointer_id)


def _step_beat(m: Machine, happening: h.StepBeat) -> None:
    pointer = m.state.pointers.get(happening.pointer_id)
    if pointer is not None and pointer.crashes:
        pointer.crashes = 0
        m.state.touch(pointer)


def _admitted(m: Machine, happening: h.Admitted) -> None:
    s = m.state
    pointer = s.pointers.get(happening.pointer_id)
    s.queued.pop(happening.pointer_id, None)
    if pointer is None or pointer.status != PointerStatus.PENDING or not s.runnable or s.frozen(pointer):
        if happening.slot:
            s.t.unused = [*s.t.unused, happening.pointer_id]
        return
    if s.node(pointer).kind == "step" and happening.slot:
        start(s, pointer)
    else:
        enter(s, pointer)


def _timer_fired(m: Machine, happening: h.TimerFired) -> None:
    del happening
    timers_fired(m.state)
    m.state.events_dirty = True


def _received(m: Machine, happening: h.Received) -> None:
    received(m.state, happening.messages, loaded=happening.loaded)


def _undo_loaded(m: Machine, happening: h.UndoLoaded) -> None:
    m.state.loading -= 1
    undo_loaded(m.state, happening)


def _chunk_loaded(m: Machine, happening: h.ChunkLoaded) -> None:
    m.state.loading -= 1
    chunk_loaded(m.state, happening.chunk)


def _outputs_loaded(m: Machine, happening: h.OutputsLoaded) -> None:
    m.state.loading -= 1
    outputs_loaded(m.state, happening.pointer_id, happening.text)


def _stopping(m: Machine, happening: h.Stopping) -> None:
    del happening
    s = m.state
    s.releasing = True
    s.queued.clear()
    s.t.touched = True


RULES["begin_child"] = begin_child
APPLY: dict[type, Callable[[Machine, Any], None]] = {
    h.Begin: _begin,
    h.Recover: _recover,
    h.StepReturned: _step_returned,
    h.StepFailed: _step_failed,
    h.StepStopped: _step_stopped,
    h.StepInterrupted: _step_interrupted,
    h.StepBeat: _step_beat,
    h.Admitted: _admitted,
    h.TimerFired: _timer_fired,
    h.Received: _received,
    h.UndoLoaded: _undo_loaded,
    h.ChunkLoaded: _chunk_loaded,
    h.OutputsLoaded: _outputs_loaded,
    h.Stopping: _stopping,
}
"""What each kind of happening does."""
