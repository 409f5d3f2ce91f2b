"""Ends: complete, failed, cancelled, terminated.

An end that must wait for steps to stop, or for compensations, is noted in `InstanceRecord.ending` first,
so that it survives a crash; the instance reaches its terminal status when nothing is left to wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.definition.nodes import ScheduleNode
from wfe_core.engine.closing import THEN, close, progress
from wfe_core.engine.failing import container_failed, error_text, read_error
from wfe_core.engine.flow import (
    RULES,
    advance,
    background_ended,
    fail_now,
    holds,
    in_background,
    sequence_ended,
)
from wfe_core.engine.happenings import Failure
from wfe_core.engine.state import State
from wfe_core.engine.stopping import cancel_tree, stop_leaf
from wfe_core.errors import ConditionError
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Message
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from wfe_core.models import ErrorInfo
    from wfe_core.ports import PointerRecord

_ENDED = {
    WorkflowStatus.COMPLETE: LifecycleKind.WORKFLOW_COMPLETED,
    WorkflowStatus.FAILED: LifecycleKind.WORKFLOW_FAILED,
    WorkflowStatus.CANCELLED: LifecycleKind.WORKFLOW_CANCELLED,
    WorkflowStatus.TERMINATED: LifecycleKind.WORKFLOW_TERMINATED,
}


def main_ended(s: State) -> None:
    """The main line or a background branch has ended: the instance is complete when none is left.

    Branches that recur for ever do not keep it: they are cancelled then.
    """
    if s.record.ending is not None or s.record.status != WorkflowStatus.RUNNABLE:
        return
    recurring: list[PointerRecord] = []
    for pointer_id in s.children.get(0, ()):
        pointer = s.pointers[pointer_id]
        node = s.node(pointer)
        if not (isinstance(node, ScheduleNode) and node.every is not None and node.until is None):
            return
        recurring.append(pointer)
    for pointer in recurring:
        if pointer.id not in s.shut:
            close(s, pointer, "cancelled_for_good", itself=True)
    if not any(pointer.live for pointer in recurring):
        end(s, WorkflowStatus.COMPLETE)


def _cancelled_for_good(s: State, p: PointerRecord, arguments: dict[str, Any]) -> None:
    del arguments
    cancel_tree(s, p)
    s.agenda.append((main_ended, (s,)))


def end(s: State, status: WorkflowStatus, error: ErrorInfo | None = None) -> None:
    """End the instance now, or as soon as its steps have stopped."""
    s.t.touched = True
    if status != WorkflowStatus.FAILED:
        s.agenda.clear()
    if s.stopping:
        ending: dict[str, Any] = {"status": status}
        if error is not None:
            ending["error"] = loads(error_text(error))
        s.record.ending = dumps(ending, "ending")
        return
    finish(s, status, error)


def stops_over(s: State) -> None:
    """The last step that was told to stop has ended: go on with what waited for it."""
    if s.stopping:
        return
    if s.shut or s.closing:
        s.agenda.append((progress, (s,)))
    if s.record.ending is None or s.closing:
        return
    ending = loads(s.record.ending)
    error = None if "error" not in ending else read_error(dumps(ending["error"], "error"))
    finish(s, WorkflowStatus(ending["status"]), error)


def finish(s: State, status: WorkflowStatus, error: ErrorInfo | None = None) -> None:
    """Reach a terminal status, and tell the parent."""
    record = s.record
    record.status = status
    record.ending = None
    record.ended = s.now
    record.error = None if error is None else error_text(error)
    record.next_due = None
    s.t.touched = True
    s.t.ended = True
    if s.subscribed and status != WorkflowStatus.FAILED:
        s.t.drop_subscriptions = True
        s.subscribed = False
    detail = (
        None if error is None else {"type": error.type, "message": error.message, "step_key": error.step_key}
    )
    s.emit(_ENDED[status], None, detail)
    if record.parent_id is not None:
        payload: dict[str, Any] = {
            "pointer": record.parent_pointer,
            "id": record.id,
            "status": status,
            "at": s.now,
        }
        if status == WorkflowStatus.COMPLETE:
            payload["version"] = record.version
            payload["data"] = {key: loads(text) for key, text in s.data.items() if not key.startswith("~")}
        elif error is not None:
            payload["error"] = loads(error_text(error))
        text = dumps(payload, "result")
        key = f"child:{record.id}:{record.revision}"
        s.t.messages = [*s.t.messages, Message(record.parent_id, "child", text, dedupe=key)]


def check_cancel_when(s: State) -> bool:
    """Look at every open pointer whose node has `cancel_when`; True when one was cancelled."""
    for pointer in sorted(s.pointers.values(), key=lambda p: p.id):
        node = s.node(pointer)
        if node.cancel_when is None or not _cancellable(pointer):
            continue
        if pointer.id in s.shut or s.frozen(pointer):
            continue
        try:
            cancels = holds(s, pointer, node, node.cancel_when, "cancel_when")
        except ConditionError as exc:
            stop_leaf(s, pointer)
            if node.container and pointer.status in (PointerStatus.RUNNING, PointerStatus.SLEEPING):
                container_failed(s, pointer, node, Failure.of(exc, step_key=node.key))
            else:
                fail_now(s, pointer, node, exc)
            return True
        if cancels:
            close(s, pointer, "cancelled_by_condition", itself=True)
            return True
    return False


def _cancellable(p: PointerRecord) -> bool:
    return p.status in (
        PointerStatus.RUNNING,
        PointerStatus.SLEEPING,
        PointerStatus.WAITING,
        PointerStatus.PENDING,
    )


def _cancelled_by_condition(s: State, p: PointerRecord, arguments: dict[str, Any]) -> None:
    del arguments
    node = s.node(p)
    background = in_background(p, node)
    cancel_tree(s, p)
    if background:
        background_ended(s)
    elif node.proceed:
        advance(s, p, node)
    else:
        sequence_ended(s, p, node)


RULES["main_ended"] = main_ended
THEN.update({"cancelled_for_good": _cancelled_for_good, "cancelled_by_condition": _cancelled_by_condition})
