"""Unwinding: how a whole instance ends ahead of its time: by `cancel`, a failure, a timeout.

What is owed before it may end is noted in `InstanceRecord.ending`: guards that have to close run their hooks,
the innermost first; open sagas are undone, if the end asks for it, one after the other, the last begun first.
A saga waits for the guards inside it, a guard for the sagas inside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfe_core.engine.closing import abort, any_open, fail_whole, freeze, inside, progress, prune
from wfe_core.engine.ending import end
from wfe_core.engine.failing import error_text, write_error
from wfe_core.engine.flow import RULES
from wfe_core.engine.state import State, error_of
from wfe_core.engine.stopping import cancel_everything, close_saga, interrupt, walks
from wfe_core.engine.transitions import move
from wfe_core.engine.undoing import begin_walk
from wfe_core.models import ErrorInfo, LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from wfe_core.ports import PointerRecord


def end_complete(s: State) -> None:
    """`end_workflow`: all that is open is cancelled, children too; nothing is compensated."""
    _unwind(s, WorkflowStatus.COMPLETE)


def end_failed(s: State, error: ErrorInfo) -> None:
    """The instance fails: running steps of other branches are interrupted, and `retry` continues them.

    What the round still has to do is done, so that no join is lost: nothing can start any more.
    """
    s.queued.clear()
    _unwind(s, WorkflowStatus.FAILED, error, keep=True)


def timed_out(s: State, error: ErrorInfo) -> None:
    """The workflow's time is up: open sagas are undone, then it fails. A retry runs these sagas anew."""
    s.queued.clear()
    _unwind(s, WorkflowStatus.FAILED, error, keep=True, undo=True)


def cancel(s: State, reason: str) -> None:
    """Cancel the instance: stop everything, undo what is open, end as cancelled."""
    if s.record.status == WorkflowStatus.SUSPENDED:
        s.record.status = WorkflowStatus.RUNNABLE
    s.agenda.clear()
    s.queued.clear()
    error = ErrorInfo("WorkflowCancelledError", reason or "the workflow was cancelled")
    _unwind(s, WorkflowStatus.CANCELLED, error, undo=True)


def _open_outer_sagas(s: State) -> list[PointerRecord]:
    """Open sagas that are not inside another open saga, last begun first."""
    sagas = [p for p in s.pointers.values() if s.node(p).kind == "saga" and p.status in _OPEN_SAGA]
    ids = {p.id for p in sagas}
    outer = [p for p in sagas if not any(int(part) in ids for part in p.scope.split("/") if part)]
    return sorted(outer, key=lambda p: -p.id)


_OPEN_SAGA = frozenset({PointerStatus.RUNNING, PointerStatus.SLEEPING, PointerStatus.COMPENSATING})


def _unwind(
    s: State,
    status: WorkflowStatus,
    error: ErrorInfo | None = None,
    *,
    keep: bool = False,
    undo: bool = False,
) -> None:
    """Begin to end the instance.

    Args:
        s: the instance.
        status: what it ends as.
        error: why.
        keep: a retry may continue what is interrupted now; else it is cancelled.
        undo: open sagas are undone.
    """
    s.t.touched = True
    sagas = _open_outer_sagas(s) if undo else []
    sagas.sort(key=lambda p: p.status != PointerStatus.COMPENSATING)  # one that is being undone goes on
    walking = {p.id for p in sagas if p.status == PointerStatus.COMPENSATING}
    roots = inside_instance(s)
    guards = abort(s, roots, keep=keep, spare=walking)
    if error is not None and status == WorkflowStatus.FAILED:
        guards = fail_whole(s, roots, error) or guards
    if not sagas and not guards:
        _reach(s, status, error, keep=keep)
        return
    ending: dict[str, Any] = {"status": status, "closing": True, "keep": keep}
    if error is not None:
        ending["error"] = loads(error_text(error))
    if undo:
        ending["undo"] = [p.id for p in sagas]
    s.record.ending = dumps(ending, "ending")
    spare = {p.id for p in sagas}
    for saga_id in walking:
        spare.update(p.id for p in s.descendants(saga_id))
    if not keep:
        prune(s, roots, spare)
    else:
        for saga in sagas:
            if saga.id not in walking:
                prune(s, inside(s, saga), ())
        freeze(s, s.pointers.values())
    s.agenda.append((progress, (s,)))


def inside_instance(s: State) -> list[PointerRecord]:
    """What is open and inside of nothing."""
    return [s.pointers[pointer_id] for pointer_id in sorted(s.children.get(0, ()))]


def to_undo(s: State) -> Collection[int]:
    """The sagas that are still to be undone before the instance may end."""
    if s.record.ending is None:
        return ()
    sagas: list[int] = loads(s.record.ending).get("undo", [])
    return sagas


def _instance_closing(s: State) -> None:
    """Undo the next saga, or end the instance when nothing is owed any more."""
    ending = loads(s.record.ending or "{}")
    sagas = [s.pointers[pointer_id] for pointer_id in ending.get("undo", ()) if pointer_id in s.pointers]
    if any(walks(s, saga) for saga in sagas):
        return
    error = None if "error" not in ending else error_of(ending["error"])
    for saga in sagas:
        if not any_open(s, inside(s, saga)):
            prune(s, inside(s, saga), ())
            begin_walk(s, saga, error)
            return
    if not any_open(s, inside_instance(s)):
        s.record.ending = None
        failed = ending.get("failed", ())
        _reach(s, WorkflowStatus(ending["status"]), error, keep=ending["keep"], failed=failed)


def _saga_undone(s: State, saga: PointerRecord, failed: Sequence[list[str]]) -> None:
    """One saga of an ending instance is undone; if a retry may come it stays, to run anew."""
    ending = loads(s.record.ending or "{}")
    ending["undo"] = [pointer_id for pointer_id in ending["undo"] if pointer_id != saga.id]
    ending["failed"] = [*ending.get("failed", ()), *failed]
    s.record.ending = dumps(ending, "ending")
    s.t.touched = True
    close_saga(s, saga)
    saga.outcome = '"compensated"'
    saga.state = None
    if ending["keep"]:
        write_error(saga, error_of(ending["error"]))
        move(saga, PointerStatus.FAILED)
        s.touch(saga)
    else:
        move(saga, PointerStatus.COMPENSATED)
        s.emit(LifecycleKind.STEP_COMPENSATED, saga)
        s.remove(saga)
    s.agenda.append((progress, (s,)))


def _reach(
    s: State,
    status: WorkflowStatus,
    error: ErrorInfo | None,
    *,
    keep: bool,
    failed: Sequence[list[str]] = (),
) -> None:
    """Nothing is owed any more: end as soon as what runs has stopped."""
    if keep:
        interrupt(s, s.pointers.values())
    else:
        cancel_everything(s)
    if failed:
        names = "; ".join(f"{step}: {kind}: {message}" for step, kind, message in failed)
        if keep and error is not None:
            error = replace(error, message=f"{error.message}; compensations that failed: {names}")
        else:
            error = ErrorInfo("CompensationFailedError", f"cancelled; compensations that failed: {names}")
        status = WorkflowStatus.FAILED
    end(s, status, error if status == WorkflowStatus.FAILED else None)


RULES.update(
    {
        "end_complete": end_complete, "end_failed": end_failed, "to_undo": to_undo,
        "instance_closing": _instance_closing, "saga_undone": _saga_undone,
        "timed_out": timed_out,
    }
)  # fmt: skip
