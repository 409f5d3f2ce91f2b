"""Failures: retry, or what the policy says when retrying is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfe_core.engine.closing import THEN, close
from wfe_core.engine.containers import park
from wfe_core.engine.flow import FIRE, RULES, advance, background_ended, enter, in_background, tell_failure
from wfe_core.engine.happenings import Failure
from wfe_core.engine.state import State, error_of
from wfe_core.engine.stopping import cancel_tree, give_place, interrupt
from wfe_core.engine.transitions import move
from wfe_core.errors import StepTimeoutError, UndecidedStepError
from wfe_core.models import ErrorInfo, LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.policies import ErrorBehavior
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.definition.nodes import Node
    from wfe_core.ports import PointerRecord


def failed(s: State, p: PointerRecord, node: Node, failure: Failure) -> None:
    """An activation has failed: try again later, or act on its policy."""
    p.failures += 1
    write_error(p, failure.info)
    s.set_due(p, None)
    policy = node.retry
    again = (
        not node.container
        and failure.info.retryable
        and p.failures < policy.max_attempts
        and policy.allows(failure.types, timed_out=failure.timed_out)
    )
    if again:
        close(s, p, "again")
        return
    s.emit(LifecycleKind.STEP_FAILED, p, brief(failure.info))
    exhausted(s, p, node, failure.info)


def _again(s: State, p: PointerRecord, arguments: dict[str, Any]) -> None:
    """The next attempt comes after its delay; only leaves are tried again, and nothing is open inside one."""
    del arguments
    move(p, PointerStatus.SLEEPING)
    s.set_due(p, s.now + s.node(p).retry.delay(p.failures, s.host.chance))
    error = read_error(p.error)
    s.emit(LifecycleKind.STEP_RETRYING, p, {"due": p.due, **({} if error is None else brief(error))})
    park(s, p)


@dataclass(frozen=True, slots=True)
class Defeat:
    """A failure on its way outward."""

    error: ErrorInfo
    behavior: ErrorBehavior
    """What the policy of what failed asks for."""
    failed: Sequence[list[str]] = ()
    """Compensations that failed on the way: step, type, message. Nothing may go on then."""
    cause: ErrorInfo | None = None
    """The error before those of compensations were added."""


def exhausted(s: State, p: PointerRecord, node: Node, error: ErrorInfo) -> None:
    """Act on the error behaviour: the activation will not be tried again."""
    undecided = error.type == UndecidedStepError.__name__
    outward(s, p, Defeat(error, ErrorBehavior.SUSPEND if undecided else node.on_error))


def outward(s: State, p: PointerRecord, defeat: Defeat) -> None:
    """Let a failure go to whatever around it takes it: a guard, a saga, a compensation, or the instance."""
    tell_failure(s, p, defeat.error)
    if defeat.behavior is ErrorBehavior.CONTINUE and not defeat.failed:
        close(s, p, "passed_over")
        return
    taker = _taker(s, p, defeat)
    for passed in s.ancestors(p):
        if passed is taker:
            break
        tell_failure(s, passed, defeat.error)
    if taker is None:
        _reached_the_instance(s, p, defeat)
    elif taker.status == PointerStatus.COMPENSATING:
        end_as_failed(s, p)
        if p.id not in s.children:
            s.remove(p)
        RULES["compensation_failed"](s, taker, defeat.error)
    elif s.node(taker).kind == "guard":
        RULES["guard_failed"](s, taker, p, defeat)
    elif s.node(taker).kind != "saga":
        RULES["hold"](s, taker, p, defeat)
    else:
        RULES["undo"](s, taker, p, defeat.cause or defeat.error, defeat.failed)


def _taker(s: State, p: PointerRecord, defeat: Defeat) -> PointerRecord | None:
    """The innermost of what takes a failure.

    That is a guard or a container that holds failures back, unless the instance is only to be suspended; a
    saga, if the policy says so; and the pointer in whose compensation it happened.
    """
    ends = defeat.behavior is not ErrorBehavior.SUSPEND or bool(defeat.failed)
    current = p
    for ancestor in s.ancestors(p):
        node = s.node(ancestor)
        if s.body_number(current, ancestor) < 0 and ancestor.status == PointerStatus.COMPENSATING:
            return ancestor
        if ancestor.status == PointerStatus.RUNNING and (
            (ends and (node.kind == "guard" or not getattr(node, "fail_fast", True)))
            or (node.kind == "saga" and defeat.behavior is ErrorBehavior.COMPENSATE)
        ):
            return ancestor
        current = ancestor
    return None


def _reached_the_instance(s: State, p: PointerRecord, defeat: Defeat) -> None:
    end_as_failed(s, p)
    if s.record.status == WorkflowStatus.FAILED or s.record.ending is not None:
        return  # something else has ended the instance in this very round
    if defeat.behavior is ErrorBehavior.SUSPEND and not defeat.failed:
        interrupt(s, s.descendants(p.id))
        s.record.status = WorkflowStatus.SUSPENDED
        s.record.error = error_text(defeat.error)
        s.t.touched = True
        s.emit(LifecycleKind.WORKFLOW_SUSPENDED, None, {"reason": "step failed", **brief(defeat.error)})
        return
    RULES["end_failed"](s, defeat.error)


def _passed_over(s: State, p: PointerRecord, arguments: dict[str, Any]) -> None:
    """A failure that its policy lets pass: the sequence goes on."""
    del arguments
    node = s.node(p)
    _drop_children(s, p)
    end_as_failed(s, p)
    give_place(s, p)
    s.remove(p)
    if in_background(p, node):
        background_ended(s)
    else:
        advance(s, p, node)


def end_as_failed(s: State, p: PointerRecord) -> None:
    """Mark a pointer failed; it stays open unless the caller removes it, so that `retry` finds it."""
    if p.status != PointerStatus.FAILED:
        move(p, PointerStatus.FAILED)
    if p.ended is None:
        p.ended = s.now
    s.set_due(p, None)


def _drop_children(s: State, p: PointerRecord) -> None:
    """A container that failed has nothing open inside any more."""
    for child in sorted(s.children.get(p.id, ())):
        cancel_tree(s, s.pointers[child])


def compensation_owner(s: State, p: PointerRecord) -> PointerRecord | None:
    """The pointer being compensated, when `p` is in (the flow of) a compensation."""
    current = p
    for ancestor in s.ancestors(p):
        if s.body_number(current, ancestor) < 0 and ancestor.status == PointerStatus.COMPENSATING:
            return ancestor
        current = ancestor
    return None


def timers_fired(s: State) -> None:
    """Act on every timer that has come: retries, sleeps, delays, timeouts, schedules, blocked waits."""
    while True:
        due = s.next_timer()
        if due is None or due > s.now:
            break
        _, pointer_id = s.timers[0]
        pointer = s.pointers[pointer_id]
        if pointer.status == PointerStatus.SLEEPING and not s.runnable and s.node(pointer).kind != "delay":
            # A suspended or ending instance keeps the timer's news as a pending pointer.
            s.set_due(pointer, None)
            if s.node(pointer).kind == "schedule":
                s.set_due(pointer, None)
                pointer.error = None
                _park_schedule(s, pointer)
            else:
                pointer.error = None
                move(pointer, PointerStatus.PENDING)
            continue
        _fire(s, pointer)
    deadline = s.record.deadline
    if deadline is not None and deadline <= s.now and s.runnable and s.record.ending is None:
        s.record.deadline = None
        s.t.touched = True
        error = StepTimeoutError(f"workflow {s.definition.id!r} took longer than its timeout")
        RULES["timed_out"](s, Failure.of(error, step_key="").info)


def _park_schedule(s: State, p: PointerRecord) -> None:
    """A tick that comes while nothing may start is looked at again when the instance goes on."""
    s.set_due(p, s.now + s.host.settings.short_sleep)


def _fire(s: State, p: PointerRecord) -> None:
    node = s.node(p)
    if node.container and node.kind != "schedule" and p.status == PointerStatus.RUNNING:
        _container_timeout(s, p, node)
    elif p.status == PointerStatus.SLEEPING and p.error is not None:
        s.set_due(p, None)
        if node.kind == "saga":
            RULES["saga_again"](s, p)
            return
        move(p, PointerStatus.PENDING)
        enter(s, p)
    elif p.status == PointerStatus.RUNNING and node.kind == "schedule":
        s.set_due(p, None)
    else:
        FIRE[node.kind](s, p, node)


def _container_timeout(s: State, p: PointerRecord, node: Node) -> None:
    """A container has been open for longer than its timeout: what is inside ends, and it fails."""
    error = StepTimeoutError(f"step {node.key!r} took longer than its timeout")
    failure = Failure.of(error, step_key=node.key)
    if node.kind == "guard":
        s.set_due(p, None)
        RULES["guard_timeout"](s, p, failure.info)
        return
    container_failed(s, p, node, failure)


def container_failed(s: State, p: PointerRecord, node: Node, failure: Failure) -> None:
    """A container that runs has itself failed: a guard runs its hooks before, and a saga is undone."""
    s.set_due(p, None)
    if node.kind == "guard":
        RULES["guard_failed"](s, p, None, Defeat(failure.info, node.on_error))
        return
    if node.kind == "saga":
        write_error(p, failure.info)
        s.emit(LifecycleKind.STEP_FAILED, p, brief(failure.info))
        RULES["undo"](s, p, None, failure.info)
        return
    failed(s, p, node, failure)


def write_error(p: PointerRecord, error: ErrorInfo) -> None:
    """Keep an error on a pointer."""
    p.error = error_text(error)


def error_text(error: ErrorInfo) -> str:
    """The JSON text of an error."""
    value: dict[str, Any] = {"type": error.type, "message": error.message, "step_key": error.step_key}
    if error.traceback:
        value["traceback"] = error.traceback
    if not error.retryable:
        value["retryable"] = False
    if error.details:
        value["details"] = dict(error.details)
    return dumps(value, "error")


def read_error(text: str | None) -> ErrorInfo | None:
    """Read what `error_text` wrote."""
    if text is None:
        return None
    return error_of(loads(text))


def brief(error: ErrorInfo) -> dict[str, Any]:
    """What lifecycle entries say of an error."""
    return {"type": error.type, "message": error.message}


THEN.update({"again": _again, "passed_over": _passed_over})
RULES["failed"] = failed
