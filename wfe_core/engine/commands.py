"""Operators' commands and other messages from the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.engine.containers import look_at_loop
from wfe_core.engine.ending import finish
from wfe_core.engine.flow import RULES, begin, enter
from wfe_core.engine.guarding import is_closed, reopen
from wfe_core.engine.holding import is_held, release
from wfe_core.engine.state import State, read_state
from wfe_core.engine.stopping import cancel_everything
from wfe_core.engine.transitions import move
from wfe_core.engine.undoing import saga_again
from wfe_core.engine.unwinding import cancel
from wfe_core.engine.waiting import activity_ended, child_ended
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Message
from wfe_core.serialization import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wfe_core.ports import InboxMessage, PointerRecord
    from wfe_core.ports.records import MessageKind


def received(s: State, messages: Sequence[InboxMessage], *, loaded: bool) -> None:
    """Take messages in the order of the inbox; each is used up by the round that acts on it.

    A message that was taken before is passed over, unless it was `loaded` with the instance.
    """
    for message in sorted(messages, key=lambda m: m.seq):
        if message.seq > s.record.inbox_seq or loaded:
            s.record.inbox_seq = max(s.record.inbox_seq, message.seq)
            _take(s, message)


def _take(s: State, message: InboxMessage) -> None:
    if message.kind == "event":
        if s.record.status in _OPEN:
            s.events[message.seq] = message
            s.events_dirty = True
        return
    payload: dict[str, Any] = loads(message.payload)
    if message.kind in ("activity", "child") and (
        s.record.status in _STILL or _awaited_by_frozen(s, message.kind, payload)
    ):
        s.held = [*s.held, message]
    else:
        s.t.consumed = [*s.t.consumed, message.seq]
        _ACTIONS[message.kind](s, payload)


def _awaited_by_frozen(s: State, kind: str, payload: dict[str, Any]) -> bool:
    """Whether what waits for a result stands still, because something around it is about to end."""
    if not s.shut and not s.closing:
        return False
    return any(
        s.frozen(p)
        for p in s.pointers.values()
        if p.status == PointerStatus.WAITING and read_state(p).get(kind) == payload["id"]
    )


def take_held(s: State) -> None:
    """Take the results that came while nothing was allowed to go on."""
    held, s.held = s.held, ()
    for message in held:
        _take(s, message)


_STILL = frozenset({WorkflowStatus.SUSPENDED, WorkflowStatus.FAILED})
_OPEN = frozenset({WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED, WorkflowStatus.FAILED})


def _suspend(s: State, payload: dict[str, Any]) -> None:
    if s.record.status != WorkflowStatus.RUNNABLE or s.record.ending is not None:
        return
    s.record.status = WorkflowStatus.SUSPENDED
    s.t.touched = True
    s.emit(LifecycleKind.WORKFLOW_SUSPENDED, None, {"reason": payload.get("reason", "")})
    _tell_children(s, "suspend")


def _resume(s: State, payload: dict[str, Any]) -> None:
    if s.record.status != WorkflowStatus.SUSPENDED:
        return
    s.emit(LifecycleKind.WORKFLOW_RESUMED, None, {"reason": payload.get("reason", "")})
    _go_on(s)
    _tell_children(s, "resume")


def _retry(s: State, payload: dict[str, Any]) -> None:
    if s.record.status not in (WorkflowStatus.FAILED, WorkflowStatus.SUSPENDED):
        return
    s.emit(LifecycleKind.WORKFLOW_RETRIED, None, {"reason": payload.get("reason", "")})
    if s.record.status == WorkflowStatus.SUSPENDED:
        _tell_children(s, "resume")
    if s.definition.timeout is not None:
        s.record.deadline = s.now + s.definition.timeout
    _go_on(s)


def _go_on(s: State) -> None:
    """Continue from the failed and the interrupted pointers, with a fresh budget of attempts.

    What is inside a guard that closes still waits for the guard.
    """
    failed = s.record.status == WorkflowStatus.FAILED
    s.record.status = WorkflowStatus.RUNNABLE
    s.record.error = None
    s.record.ended = None
    s.t.touched = True
    s.events_dirty = True
    for pointer in sorted(s.pointers.values(), key=lambda p: p.id):
        if failed:
            release(s, pointer)
        if failed and pointer.status == PointerStatus.RUNNING and is_closed(s, pointer):
            reopen(s, pointer)
        elif s.frozen(pointer) or is_held(s, pointer):
            continue
        elif pointer.status == PointerStatus.FAILED:
            pointer.failures = 0
            pointer.crashes = 0
            pointer.error = None
            pointer.ended = None
            s.touch(pointer)
            _again(s, pointer)
        elif pointer.status == PointerStatus.PENDING and pointer.id not in s.queued:
            s.agenda.append((enter, (s, pointer)))
        elif pointer.status == PointerStatus.RUNNING:
            s.agenda.append((look_at_loop, (s, pointer)))
    s.rearm()
    # The last step may have ended while nothing was allowed to go on.
    s.agenda.append((RULES["main_ended"], (s,)))
    take_held(s)


def _again(s: State, p: PointerRecord) -> None:
    """Let a failed pointer go on. In a container what is open goes on by itself, what completed stays."""
    node = s.node(p)
    if node.kind == "saga":
        saga_again(s, p)
        return
    move(p, PointerStatus.PENDING)
    if node.kind == "guard":
        begin(s, p)
        reopen(s, p)
    elif node.container and p.id in s.children:
        begin(s, p)
        if node.timeout is not None:
            s.set_due(p, s.now + node.timeout)
    else:
        s.agenda.append((enter, (s, p)))


def _cancel(s: State, payload: dict[str, Any]) -> None:
    if (
        s.record.status not in (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED)
        or s.record.ending is not None
    ):
        return
    cancel(s, payload.get("reason", ""))


def _terminate(s: State, payload: dict[str, Any]) -> None:
    """End at once: nothing is compensated, and nobody waits for the steps that are being stopped."""
    del payload
    if s.record.status in (WorkflowStatus.COMPLETE, WorkflowStatus.CANCELLED, WorkflowStatus.TERMINATED):
        return
    s.agenda.clear()
    s.record.status = WorkflowStatus.TERMINATED
    cancel_everything(s)
    s.record.ending = None
    finish(s, WorkflowStatus.TERMINATED)


def _activity(s: State, payload: dict[str, Any]) -> None:
    activity_ended(s, payload)


def _child(s: State, payload: dict[str, Any]) -> None:
    child_ended(s, payload)
    RULES["child_left"](s, payload["id"])


def _tell_children(s: State, command: MessageKind) -> None:
    for pointer in s.pointers.values():
        if pointer.status == PointerStatus.WAITING and "child" in (state := read_state(pointer)):
            s.t.messages = [*s.t.messages, Message(state["child"], command, "{}")]


_ACTIONS: dict[str, Callable[[State, dict[str, Any]], None]] = {
    "suspend": _suspend,
    "resume": _resume,
    "retry": _retry,
    "cancel": _cancel,
    "terminate": _terminate,
    "activity": _activity,
    "child": _child,
}
RULES["take_held"] = take_held
