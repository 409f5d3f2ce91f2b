"""Beginnings that are not the usual one: taking up a stored instance, giving one back, starting a child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.engine.closing import reopen_scopes
from wfe_core.engine.containers import look_at_loop
from wfe_core.engine.ending import stops_over
from wfe_core.engine.failing import error_text, failed
from wfe_core.engine.flow import enter
from wfe_core.engine.happenings import Begin, Failure
from wfe_core.engine.state import State, read_state
from wfe_core.engine.stopping import walks
from wfe_core.engine.transitions import move
from wfe_core.engine.undoing import stop_walkers
from wfe_core.errors import StepCrashedError
from wfe_core.models import PointerStatus

if TYPE_CHECKING:
    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.ports import PointerRecord


def recover(s: State, *, crashed: bool) -> None:
    """Go on where the store says: what was running runs again, what was pending is entered."""
    kinds = {p.id: s.node(p).kind for p in s.pointers.values()}
    s.open_sagas = sum(
        1
        for p in s.pointers.values()
        if kinds[p.id] == "saga"
        and (p.status in (PointerStatus.RUNNING, PointerStatus.SLEEPING) or walks(s, p))
    )
    for pointer in sorted(s.pointers.values(), key=lambda p: p.id):
        _note_wait(s, pointer)
        kind = kinds[pointer.id]
        if pointer.status == PointerStatus.RUNNING and kind == "step" and not _branching(s, pointer):
            _run_again(s, pointer, crashed=crashed)
        elif pointer.status == PointerStatus.PENDING:
            s.agenda.append((enter, (s, pointer)))
        else:
            # It sees for itself whether this is a loop that goes on.
            s.agenda.append((look_at_loop, (s, pointer)))
    stop_walkers(s)
    reopen_scopes(s)
    s.events_dirty = True
    if s.record.ending is not None:
        s.agenda.append((stops_over, (s,)))


def _note_wait(s: State, p: PointerRecord) -> None:
    if p.status == PointerStatus.WAITING:
        wanted = read_state(p).get("wait")
        if wanted is not None:
            name, key, as_of = wanted
            s.subscriptions[name, key] = min(as_of, s.subscriptions.get((name, key), as_of))


def _branching(s: State, p: PointerRecord) -> bool:
    return p.id in s.children or "total" in read_state(p)


def _run_again(s: State, p: PointerRecord, *, crashed: bool) -> None:
    """An attempt ended with its host: run the step again, unless it has taken too many hosts down."""
    if crashed:
        p.crashes += 1
    limit = s.host.settings.max_crashes
    if p.crashes >= limit:
        error = StepCrashedError(
            f"step {p.step!r} took its host down {p.crashes} times without a result; "
            "mend the step, then retry the instance"
        )
        failure = Failure.of(error, step_key=p.step)
        p.error = error_text(failure.info)
        failed(s, p, s.node(p), failure)
        return
    move(p, PointerStatus.PENDING)
    s.touch(p)
    s.agenda.append((enter, (s, p)))


def interrupted(s: State, pointer_id: int) -> None:
    """The host stopped an attempt for its own sake: the pointer is pending again, which is no crash."""
    if s.running.pop(pointer_id, None) is None:
        s.stopping.pop(pointer_id, None)
        if not s.stopping:
            stops_over(s)
        return
    pointer = s.pointers[pointer_id]
    move(pointer, PointerStatus.PENDING)
    s.touch(pointer)


def begin_child(
    s: State, p: PointerRecord, definition: WorkflowDefinition[Any], value: Any, child_id: str
) -> None:
    """Make a child instance that is created in the commit of its parent's wait.

    Raises:
        OutputError: the input does not fit the child's data.
    """
    from wfe_core.engine.machine import Machine  # noqa: PLC0415 - a child is a machine like its parent

    record = s.record
    child = Machine.create(
        definition, definition.codec.initial(value), s.host, instance_id=child_id,
        now=min(s.now, s.host.earliest()),
        owner=record.owner, priority=record.priority, root_id=record.root_id,
        parent=(record.id, p.id), trace=record.trace,
    )  # fmt: skip
    child.apply(Begin(), s.now)
    s.t.children = [*s.t.children, child]
