"""Sagas: run a body, and undo what completed in exactly reverse order when it fails for good.

The order is kept in `PointerRecord.undo` (flow.note_undo): leaves by completion, a container with its own
compensation right below its first leaf. Undoing means: take the highest place under the saga, compensate
that pointer, and so on until there is none. Pages of it are read from the store, so that neither the
history of a long saga nor a crash in the middle matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from wfe_core.engine.containers import add_chunk
from wfe_core.engine.ending import end
from wfe_core.engine.failing import (
    compensation_owner,
    enclosing_saga,
    end_as_failed,
    error_text,
    exhausted,
    read_error,
    write_error,
)
from wfe_core.engine.flow import ENTER, JOIN, RULES, advance, complete, spawn_body
from wfe_core.engine.state import State, read_state, write_state
from wfe_core.engine.stopping import cancel_one, close_saga, give_place, give_places
from wfe_core.engine.transitions import move
from wfe_core.errors import StepError
from wfe_core.models import ErrorInfo, LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.policies import ErrorBehavior
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.definition.nodes import SagaNode
    from wfe_core.engine.happenings import UndoLoaded
    from wfe_core.ports import PointerRecord


def _enter_saga(s: State, p: PointerRecord, node: SagaNode) -> None:
    s.open_sagas += 1
    s.t.keep_history = True
    if not spawn_body(s, p, node.bodies[0]):
        _join_saga(s, p, node, p, 0)


def _join_saga(s: State, p: PointerRecord, node: SagaNode, last: PointerRecord, number: int) -> None:
    del number
    p.outcome = last.outcome if node.implicit else '"completed"'
    if node.implicit or node.collects:
        p.output = last.output
    if node.compensation is None or node.saga is None:
        # An outermost saga is never undone later; one inside another keeps the place of its first leaf.
        p.undo = None if node.saga is None else p.undo
    close_saga(s, p)
    complete(s, p, node)


def undo(
    s: State,
    saga: PointerRecord,
    culprit: PointerRecord | None,
    error: ErrorInfo,
    failed: Sequence[list[str]] = (),
) -> None:
    """Begin to undo a saga: what still runs in it is stopped, then the walk begins.

    The step that failed is undone first. `failed` are compensations that failed in a saga inside this one.
    """
    inside = [p for p in s.descendants(saga.id) if p is not culprit]
    give_places(s, inside)
    if culprit is not None:
        if s.node(culprit).kind == "saga":
            culprit.undo = None  # it has been undone already, its own compensation included
        else:
            give_place(s, culprit)
    for pointer in reversed(inside):
        cancel_one(s, pointer)
    if culprit is not None:
        if s.node(culprit).kind == "saga" and culprit.status in (
            PointerStatus.RUNNING,
            PointerStatus.COMPENSATING,
        ):
            close_saga(s, culprit)
        end_as_failed(s, culprit)
        s.remove(culprit)
    begin_walk(s, saga, error, failed)


def begin_walk(
    s: State, saga: PointerRecord, error: ErrorInfo | None, failed: Sequence[list[str]] = ()
) -> None:
    """Set a saga to compensating; its walk begins when its steps have stopped."""
    state: dict[str, Any] = {"failed": list(failed)}
    if error is not None:
        state["error"] = loads(error_text(error))
    if saga.status == PointerStatus.SLEEPING:
        move(saga, PointerStatus.RUNNING)
    move(saga, PointerStatus.COMPENSATING)
    saga.undo = None
    s.set_due(saga, None)
    write_state(s, saga, {"undo": state})
    s.t.load_undo = [*s.t.load_undo, saga.id]


def undo_loaded(s: State, page: UndoLoaded) -> None:
    """A page of the walk is here."""
    saga = s.pointers.get(page.saga_id)
    if saga is None or saga.status != PointerStatus.COMPENSATING:
        return
    for chunk in page.chunks:
        add_chunk(s, chunk)
    s.undo_pages[saga.id] = (list(reversed(page.pointers)), page.complete)
    s.undo_ancestors.update(page.ancestors)
    walk_on(s, saga)


def walk_on(s: State, saga: PointerRecord) -> None:
    """Compensate the next pointer, or finish when there is none."""
    page, last = s.undo_pages.get(saga.id, ([], False))
    while page:
        pointer = page.pop()
        node = s.definition.steps.get(pointer.step)
        pointer.undo = None
        if node is None or node.compensation is None:
            s.touch(pointer)
            continue
        pointer.live = True
        pointer.ended = None
        move(pointer, PointerStatus.COMPENSATING)
        s.add(pointer)
        s.touch(pointer)
        if not spawn_body(s, pointer, node.compensation):
            compensation_ended(s, pointer)
        return
    if not last:
        s.t.load_undo = [*s.t.load_undo, saga.id]
        return
    s.undo_pages.pop(saga.id, None)
    own = s.node(saga).compensation
    state = read_state(saga)["undo"]
    if own is not None and not state.get("own"):
        state["own"] = True
        write_state(s, saga, {"undo": state})
        if spawn_body(s, saga, own):
            return
    walk_over(s, saga)


def walks(s: State, p: PointerRecord) -> bool:
    """Whether a pointer is a saga being undone (one that is only compensated as a whole is not)."""
    return p.status == PointerStatus.COMPENSATING and s.node(p).kind == "saga" and "undo" in read_state(p)


def walking_saga(s: State, p: PointerRecord) -> PointerRecord:
    """The saga whose walk compensates `p` (which is the saga itself for its own compensation)."""
    if walks(s, p):
        return p
    for part in reversed([int(part) for part in p.scope.split("/") if part]):
        pointer = s.pointers.get(part)
        if pointer is not None and walks(s, pointer):
            return pointer
    msg = f"pointer {p.id} is compensated outside of any saga"
    raise StepError(msg, retryable=False)


def compensation_ended(s: State, p: PointerRecord) -> None:
    """The compensation of a pointer has ended well."""
    saga = walking_saga(s, p)
    if saga is p:
        walk_over(s, saga)
        return
    move(p, PointerStatus.COMPENSATED)
    s.emit(LifecycleKind.STEP_COMPENSATED, p)
    s.remove(p)
    p.undo = None
    walk_on(s, saga)


def compensation_failed(s: State, p: PointerRecord, error: ErrorInfo) -> None:
    """The compensation of a pointer has failed for good: note it, and go on with the others."""
    saga = walking_saga(s, p)
    state = read_state(saga)
    state["undo"]["failed"].append([p.step, error.type, error.message])
    write_state(s, saga, state)
    for inside in reversed(s.descendants(p.id)):
        cancel_one(s, inside)
    if saga is p:
        walk_over(s, saga)
        return
    write_error(p, error)
    move(p, PointerStatus.FAILED)
    s.emit(LifecycleKind.STEP_FAILED, p, {"type": error.type, "message": error.message})
    s.remove(p)
    p.undo = None
    walk_on(s, saga)


def walk_over(s: State, saga: PointerRecord) -> None:
    """All is undone: what follows depends on the saga and on why it was undone."""
    node = cast("SagaNode", s.node(saga))
    state = read_state(saga)["undo"]
    cause = None if "error" not in state else read_error(dumps(state["error"], "error"))
    failed: list[list[str]] = state["failed"]
    if s.record.ending is not None and "undo" in loads(s.record.ending):
        _next_of_cancel(s, saga, failed)
        return
    saga.outcome = '"compensated"'
    if failed:
        names = "; ".join(f"{step}: {kind}: {message}" for step, kind, message in failed)
        text = f"{'' if cause is None else cause.message + '; '}compensations that failed: {names}"
        info = ErrorInfo(
            "CompensationFailedError" if cause is None else cause.type, text,
            saga.step if cause is None else cause.step_key, None if cause is None else cause.traceback, False,
        )  # fmt: skip
        _fail_saga(s, saga, node, info, failed=failed, cause=cause)
        return
    error = cause or ErrorInfo("StepCancelledError", "the saga was undone", saga.step)
    _after(s, saga, node, error)


def _after(s: State, saga: PointerRecord, node: SagaNode, error: ErrorInfo) -> None:
    again = node.again
    if again is not None and saga.failures + 1 < again.max_attempts and error.type not in _FINAL:
        saga.failures += 1
        write_error(saga, error)
        saga.state = None
        s.undo_pages.pop(saga.id, None)
        move(saga, PointerStatus.SLEEPING)
        s.set_due(saga, s.now + again.delay(saga.failures, s.host.chance))
        s.emit(
            LifecycleKind.STEP_RETRYING, saga, {"due": saga.due, "type": error.type, "message": error.message}
        )
        return
    if node.after_undo is ErrorBehavior.CONTINUE:
        close_saga(s, saga)
        saga.state = None
        move(saga, PointerStatus.COMPENSATED)
        s.emit(LifecycleKind.STEP_COMPENSATED, saga)
        s.remove(saga)
        advance(s, saga, node)
        return
    _fail_saga(s, saga, node, error)


_FINAL = frozenset({"StepCrashedError"})


def _fail_saga(
    s: State,
    saga: PointerRecord,
    node: SagaNode,
    error: ErrorInfo,
    *,
    failed: Sequence[list[str]] = (),
    cause: ErrorInfo | None = None,
) -> None:
    """The saga itself has failed: an enclosing saga is undone too, else the instance fails or is suspended.

    When a compensation has `failed`, nothing may go on as if all were well.
    """
    write_error(saga, error)
    saga.state = None
    move(saga, PointerStatus.FAILED)
    s.set_due(saga, None)
    s.emit(LifecycleKind.STEP_FAILED, saga, {"type": error.type, "message": error.message})
    close_saga(s, saga)
    if node.after_undo is ErrorBehavior.SUSPEND and not failed:
        s.record.status = WorkflowStatus.SUSPENDED
        s.record.error = error_text(error)
        s.t.touched = True
        s.emit(LifecycleKind.WORKFLOW_SUSPENDED, None, {"reason": "saga undone"})
        return
    if not failed:
        exhausted(s, saga, node, error)
        return
    owner = compensation_owner(s, saga)
    outer = enclosing_saga(s, saga, owner)
    if outer is not None:
        undo(s, outer, saga, cause or error, failed)
    elif owner is not None:
        s.remove(saga)
        compensation_failed(s, owner, error)
    else:
        RULES["end_failed"](s, error)


def saga_again(s: State, saga: PointerRecord) -> None:
    """Run a saga's body again after its undo: new pointers, new keys."""
    node = s.node(saga)
    if saga.status == PointerStatus.FAILED:
        s.open_sagas += 1
        move(saga, PointerStatus.PENDING)
    saga.error = None
    saga.state = None
    saga.outcome = None
    move(saga, PointerStatus.RUNNING)
    saga.attempt += 1
    s.t.keep_history = True
    s.touch(saga)
    if node.timeout is not None:
        s.set_due(saga, s.now + node.timeout)
    spawn_body(s, saga, node.bodies[0])


def cancel(s: State, reason: str) -> None:
    """Cancel the instance: stop everything, undo each open saga (the last begun first), end as cancelled."""
    if s.record.status == WorkflowStatus.SUSPENDED:
        s.record.status = WorkflowStatus.RUNNABLE
    sagas = s.open_outer_sagas()
    s.agenda.clear()
    s.queued.clear()
    s.t.touched = True
    walking = [p for p in sagas if p.status == PointerStatus.COMPENSATING]
    waiting = [p for p in sagas if p.status != PointerStatus.COMPENSATING]
    keep = {p.id for p in sagas}
    for saga in walking:
        keep.update(p.id for p in s.descendants(saga.id))
    doomed = [p for p in s.pointers.values() if p.id not in keep]
    give_places(s, doomed)
    for pointer in sorted(doomed, key=lambda p: -p.id):
        cancel_one(s, pointer)
    undo_first = [p.id for p in walking] + [p.id for p in waiting]
    s.record.ending = dumps(
        {"status": WorkflowStatus.CANCELLED, "undo": undo_first, "reason": reason}, "ending"
    )
    if not sagas:
        s.record.ending = None
        end(s, WorkflowStatus.CANCELLED)
    elif not walking:
        error = ErrorInfo("WorkflowCancelledError", reason or "the workflow was cancelled")
        begin_walk(s, waiting[0], error)


def _next_of_cancel(s: State, saga: PointerRecord, failed: list[list[str]]) -> None:
    """One saga of a cancelled instance is undone: go on with the next, or end."""
    ending = loads(s.record.ending or "{}")
    ending["undo"] = [pointer_id for pointer_id in ending["undo"] if pointer_id != saga.id]
    ending["failed"] = [*ending.get("failed", ()), *failed]
    close_saga(s, saga)
    saga.outcome = '"compensated"'
    saga.state = None
    move(saga, PointerStatus.COMPENSATED)
    s.emit(LifecycleKind.STEP_COMPENSATED, saga)
    s.remove(saga)
    s.t.touched = True
    for pointer_id in ending["undo"]:
        following = s.pointers.get(pointer_id)
        if following is not None:
            s.record.ending = dumps(ending, "ending")
            error = ErrorInfo("WorkflowCancelledError", ending.get("reason") or "the workflow was cancelled")
            begin_walk(s, following, error)
            return
    s.record.ending = None
    if ending["failed"]:
        names = "; ".join(f"{step}: {kind}: {message}" for step, kind, message in ending["failed"])
        info = ErrorInfo("CompensationFailedError", f"cancelled; compensations that failed: {names}")
        end(s, WorkflowStatus.FAILED, info)
    else:
        end(s, WorkflowStatus.CANCELLED)


def stop_walkers(s: State) -> None:
    """Ask again for the pages of walks that a stop had to wait for (used on recovery)."""
    for pointer in s.pointers.values():
        if walks(s, pointer):
            busy = any(
                p.status == PointerStatus.COMPENSATING and p is not pointer and f"/{pointer.id}/" in p.scope
                for p in s.pointers.values()
            )
            own = read_state(pointer).get("undo", {}).get("own") and pointer.id in s.children
            if not busy and not own:
                s.t.load_undo = [*s.t.load_undo, pointer.id]


ENTER["saga"] = _enter_saga
JOIN["saga"] = _join_saga
RULES.update(
    {
        "undo": undo, "compensation_ended": compensation_ended, "compensation_failed": compensation_failed,
        "saga_again": saga_again,
    }
)  # fmt: skip
