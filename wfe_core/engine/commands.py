"""Operators' commands and other messages from the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.engine.containers import look_at_loop
from wfe_core.engine.ending import cancel_everything, finish
from wfe_core.engine.flow import RULES, enter
from wfe_core.engine.state import State
from wfe_core.engine.transitions import move
from wfe_core.engine.undoing import cancel, saga_again
from wfe_core.engine.waiting import activity_ended, child_ended
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Message
from wfe_core.serialization import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wfe_core.ports import InboxMessage


def received(s: State, messages: Sequence[InboxMessage], *, loaded: bool) -> None:
    """Take messages in the order of the inbox; each is used up by the round that acts on it.

    A message that was taken before is passed over, unless it was `loaded` with the instance. A `retry` goes
    first: what was left lying for a failed instance is for the one that goes on.
    """
    for message in sorted(messages, key=lambda m: (m.kind != "retry", m.seq)):
        if message.seq <= s.record.inbox_seq and not loaded:
            continue
        s.record.inbox_seq = max(s.record.inbox_seq, message.seq)
        if message.kind == "event":
            if s.record.status in _OPEN:
                s.events.append(message)
                s.events_dirty = True
            continue
        if s.record.status == WorkflowStatus.FAILED and message.kind in ("activity", "child"):
            continue  # left in the inbox: a retry will read it again
        s.t.consumed.append(message.seq)
        payload: dict[str, Any] = loads(message.payload)
        _ACTIONS[message.kind](s, payload)


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
    if s.definition.timeout is not None:
        s.record.deadline = s.now + s.definition.timeout
    _go_on(s)


def _go_on(s: State) -> None:
    """Continue from the failed and the interrupted pointers, with a fresh budget of attempts."""
    s.record.status = WorkflowStatus.RUNNABLE
    s.record.error = None
    s.record.ended = None
    s.t.touched = True
    s.events_dirty = True
    for pointer in sorted(s.pointers.values(), key=lambda p: p.id):
        if pointer.status == PointerStatus.FAILED:
            pointer.failures = 0
            pointer.crashes = 0
            pointer.error = None
            s.touch(pointer)
            if s.node(pointer).kind == "saga":
                saga_again(s, pointer)
            else:
                move(pointer, PointerStatus.PENDING)
                s.agenda.append((enter, (s, pointer)))
        elif pointer.status == PointerStatus.PENDING and pointer.id not in s.queued:
            s.agenda.append((enter, (s, pointer)))
        elif pointer.status == PointerStatus.RUNNING:
            s.agenda.append((look_at_loop, (s, pointer)))
    # The last step may have ended while nothing was allowed to go on.
    s.agenda.append((RULES["main_ended"], (s,)))


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


def _tell_children(s: State, command: str) -> None:
    for pointer in s.pointers.values():
        if (
            pointer.status == PointerStatus.WAITING
            and pointer.state is not None
            and '"child"' in pointer.state
        ):
            s.t.messages.append(Message(loads(pointer.state)["child"], command, "{}"))  # type: ignore[arg-type]


_ACTIONS: dict[str, Callable[[State, dict[str, Any]], None]] = {
    "suspend": _suspend,
    "resume": _resume,
    "retry": _retry,
    "cancel": _cancel,
    "terminate": _terminate,
    "activity": _activity,
    "child": _child,
}
