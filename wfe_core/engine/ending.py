"""Ends: complete, failed, cancelled, terminated; and how what is open is closed.

An end that must wait for steps to stop, or for compensations, is noted in `InstanceRecord.ending` first,
so that it survives a crash; the instance reaches its terminal status when nothing is left to wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.definition.nodes import ScheduleNode
from wfe_core.engine.failing import error_text, read_error
from wfe_core.engine.flow import RULES, advance, evaluate, fail_now, sequence_ended, undo_place
from wfe_core.engine.state import State, read_state
from wfe_core.engine.transitions import move
from wfe_core.errors import ConditionError
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Message
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wfe_core.definition.nodes import Node
    from wfe_core.models import ErrorInfo
    from wfe_core.ports import PointerRecord
    from wfe_core.ports.records import MessageKind

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
        cancel_tree(s, pointer)
    end(s, WorkflowStatus.COMPLETE)


def end_complete(s: State) -> None:
    """`end_workflow`: all that is open is cancelled, children too; nothing is compensated."""
    cancel_everything(s)
    end(s, WorkflowStatus.COMPLETE)


def end_failed(s: State, error: ErrorInfo) -> None:
    """The instance fails: running steps of other branches are interrupted, and `retry` continues them.

    What the round still has to do is done, so that no join is lost: nothing can start any more.
    """
    interrupt(s, s.pointers.values())
    s.queued.clear()
    end(s, WorkflowStatus.FAILED, error)


def interrupt(s: State, pointers: Iterable[PointerRecord]) -> None:
    """Stop the attempts that run; their pointers are pending again."""
    for pointer in list(pointers):
        if pointer.id in s.running:
            stop_leaf(s, pointer)
            move(pointer, PointerStatus.PENDING)
            s.set_due(pointer, None)


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
    if s.record.ending is None or s.stopping:
        return
    ending = loads(s.record.ending)
    if ending.get("undo") is not None:
        return
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
        payload: dict[str, Any] = {"pointer": record.parent_pointer, "id": record.id, "status": status}
        if status == WorkflowStatus.COMPLETE:
            payload["data"] = {key: loads(text) for key, text in s.data.items() if not key.startswith("~")}
        elif error is not None:
            payload["error"] = loads(error_text(error))
        text = dumps(payload, "result")
        key = f"child:{record.id}:{record.revision}"
        s.t.messages = [*s.t.messages, Message(record.parent_id, "child", text, dedupe=key)]


def stop_leaf(s: State, p: PointerRecord) -> None:
    """Stop what works for a leaf: its attempt, its work item, its child."""
    if p.id in s.running:
        s.running.pop(p.id)
        s.stopping.add(p.id)
        s.t.stops = [*s.t.stops, p.id]
    elif p.status == PointerStatus.WAITING and p.state is not None:
        state = read_state(p)
        if "activity" in state:
            s.t.drop_activities = [*s.t.drop_activities, state["activity"]]
        elif "child" in state:
            command: MessageKind = "terminate" if s.record.status == WorkflowStatus.TERMINATED else "cancel"
            s.t.messages = [*s.t.messages, Message(state["child"], command, "{}")]


def give_places(s: State, pointers: Iterable[PointerRecord]) -> None:
    """Let open pointers that are about to be cancelled be undone with their saga.

    Places are given outside in, so that deeper containers and then leaves come off first.
    """
    for pointer in sorted(pointers, key=lambda p: (not s.node(p).container, p.id)):
        give_place(s, pointer)


def give_place(s: State, p: PointerRecord) -> None:
    """Let what a pointer may have done be undone with its saga: by its own compensation, if it has begun."""
    node = s.node(p)
    if node.saga is None or node.compensation is None:
        p.undo = None
    elif node.container:
        p.undo = undo_place(s) if p.undo is None else p.undo - 1
    elif p.attempt > 0:
        p.undo = undo_place(s)


def cancel_one(s: State, p: PointerRecord) -> None:
    """Cancel one open pointer."""
    node = s.node(p)
    if node.kind == "saga" and p.status in (
        PointerStatus.RUNNING,
        PointerStatus.COMPENSATING,
        PointerStatus.SLEEPING,
    ):
        close_saga(s, p)
    stop_leaf(s, p)
    if p.status != PointerStatus.CANCELLED:
        move(p, PointerStatus.CANCELLED)
    s.emit(LifecycleKind.STEP_CANCELLED, p)
    s.remove(p)


def close_saga(s: State, p: PointerRecord) -> None:
    """A saga is no longer open; with the last one the old revisions of the data can go."""
    s.undo_pages.pop(p.id, None)
    s.open_sagas -= 1
    if s.open_sagas == 0:
        s.t.drop_history = True
        s.undo_ancestors.clear()
        for key in [key for key in s.chunks if key[0] not in s.pointers]:
            del s.chunks[key]


def cancel_tree(s: State, p: PointerRecord) -> None:
    """Cancel an open pointer and all that is open inside it; a saga around it can still undo it."""
    tree = [p, *s.descendants(p.id)]
    give_places(s, tree)
    for inside in reversed(tree):
        cancel_one(s, inside)


def cancel_everything(s: State) -> None:
    """Cancel all open pointers, innermost first."""
    for pointer in sorted(s.pointers.values(), key=lambda p: -p.id):
        cancel_one(s, pointer)


def check_cancel_when(s: State) -> bool:
    """Look at every open pointer whose node has `cancel_when`; True when one was cancelled."""
    for pointer in sorted(s.pointers.values(), key=lambda p: p.id):
        node = s.node(pointer)
        if node.cancel_when is None or not _cancellable(pointer):
            continue
        try:
            holds = evaluate(s, pointer, node, node.cancel_when, "cancel_when")
        except ConditionError as exc:
            stop_leaf(s, pointer)
            fail_now(s, pointer, node, exc)
            return True
        if holds:
            _cancelled_by_condition(s, pointer, node)
            return True
    return False


def _cancellable(p: PointerRecord) -> bool:
    return p.status in (
        PointerStatus.RUNNING,
        PointerStatus.SLEEPING,
        PointerStatus.WAITING,
        PointerStatus.PENDING,
    )


def _cancelled_by_condition(s: State, p: PointerRecord, node: Node) -> None:
    cancel_tree(s, p)
    if node.proceed:
        advance(s, p, node)
    else:
        sequence_ended(s, p, node)


RULES.update(
    {
        "main_ended": main_ended, "end_complete": end_complete, "end_failed": end_failed,
        "cancel_tree": cancel_tree, "give_place": give_place, "interrupt": interrupt,
        "stop_leaf": stop_leaf,
    }
)  # fmt: skip
