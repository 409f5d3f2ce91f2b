"""Guards: a body, and hooks that run when it has ended: durable `try` / `finally`.

A guard goes through its bodies by number (see `closing`). The body completes: `on_success`, `ensure`. It
fails for good: what else is open in it is interrupted, then `on_failure`, `ensure`, then the failure goes on
outward. Something around it ends it: `on_abort`, `ensure`, then that goes on. The phase and how the body
ended are in the guard's state, written with the checkpoint that began the phase, so a crash repeats nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from wfe_core.engine.closing import (
    BODY,
    ENSURE,
    ON_ABORT,
    ON_FAILURE,
    ON_SUCCESS,
    OVER,
    THEN,
    abort,
    close,
    freeze,
    inside,
    is_closing_hook,
    live_hook,
    progress,
)
from wfe_core.engine.failing import Defeat, brief, end_as_failed, error_text, outward, write_error
from wfe_core.engine.flow import ENTER, JOIN, RULES, complete, spawn_body
from wfe_core.engine.state import CLOSED, STOPPING, State, error_of, read_state, write_state
from wfe_core.engine.stopping import cancel_tree, give_place
from wfe_core.models import ErrorInfo, LifecycleKind, PointerStatus
from wfe_core.policies import ErrorBehavior
from wfe_core.serialization import loads

if TYPE_CHECKING:
    from wfe_core.definition.nodes import GuardNode
    from wfe_core.ports import PointerRecord

HOOKS = {ON_SUCCESS: "on_success", ON_FAILURE: "on_failure", ON_ABORT: "on_abort", ENSURE: "ensure"}
"""The hooks of a guard, by the number of the body."""
_FOLLOWING = {ON_SUCCESS: ENSURE, ON_FAILURE: ENSURE, ON_ABORT: ENSURE, ENSURE: OVER}
_AFTER_FAILURE = {BODY: ON_FAILURE, ON_SUCCESS: ENSURE, ENSURE: OVER}


def _enter_guard(s: State, p: PointerRecord, node: GuardNode) -> None:
    spawn_body(s, p, node.bodies[BODY])


def _join_guard(s: State, p: PointerRecord, node: GuardNode, last: PointerRecord, number: int) -> None:
    state = read_state(p)
    if number != BODY:
        if live_hook(state) == number:
            _begin(s, p, _FOLLOWING[number], state)
        return
    alone = len(node.bodies[BODY].nodes) == 1 and not node.whole
    if last.status == PointerStatus.SKIPPED and alone and p.id not in s.shut:
        s.set_due(p, None)
        complete(s, p, node)  # nothing has begun, so nothing has ended
        return
    p.outcome = last.outcome
    if node.implicit or node.collects:
        p.output = last.output
    if p.id in s.shut:  # the last step ended in the very round that stops the guard
        write_state(s, p, {**state, "from": ON_SUCCESS})
        return
    _begin(s, p, ON_SUCCESS, {"end": {"status": PointerStatus.COMPLETE}})


def _begin(s: State, p: PointerRecord, number: int, state: dict[str, Any]) -> None:
    """Run a hook, or the next one if the guard does not have it."""
    node = cast("GuardNode", s.node(p))
    while number != OVER and node.bodies[number].first is None:
        number = _FOLLOWING[number]
    if number == OVER:
        _over(s, p, node, state)
        return
    state = {**state, "phase": number}
    write_state(s, p, state)
    if number == ON_SUCCESS:
        s.shut.pop(p.id, None)
    else:
        s.shut[p.id] = number
    s.set_due(p, s.now + node.ensure_timeout if number in (ON_ABORT, ENSURE) else None)
    spawn_body(s, p, node.bodies[number])


def _over(s: State, p: PointerRecord, node: GuardNode, state: dict[str, Any]) -> None:
    """All hooks have run: the guard ends as its body did, or waits for what ends it."""
    end = state["end"]
    s.set_due(p, None)
    if end["status"] == PointerStatus.COMPLETE:
        write_state(s, p, {"end": end})
        s.shut.pop(p.id, None)
        complete(s, p, node)
        s.agenda.append((progress, (s,)))
        return
    write_state(s, p, {**state, "phase": CLOSED})
    s.shut[p.id] = None
    s.agenda.append((progress, (s,)))
    noted: list[list[str]] = state.get("noted", [])
    if end["status"] == PointerStatus.CANCELLED:
        if noted:
            _, kind, message = noted[0]
            write_error(p, _with_notes(ErrorInfo(kind, message, node.key), noted[1:]))
        return
    error = _with_notes(error_of(end["error"]), noted)
    write_error(p, error)
    if s.frozen(p):
        return  # something around it ends at the same time
    s.emit(LifecycleKind.STEP_FAILED, p, brief(error))
    behavior = node.on_error_given or ErrorBehavior(end["behavior"])
    cause = None if "cause" not in end else error_of(end["cause"])
    outward(s, p, Defeat(error, behavior, end.get("failed", ()), cause))


def _with_notes(error: ErrorInfo, noted: list[list[str]]) -> ErrorInfo:
    """The first error stays the error; what hooks failed with is told with it."""
    text = "".join(f"; its {hook} hook failed too: {kind}: {message}" for hook, kind, message in noted)
    return replace(error, message=error.message + text)


def guard_failed(s: State, p: PointerRecord, culprit: PointerRecord | None, defeat: Defeat) -> None:
    """Something in a guard has failed for good, or (without a culprit) its time is up."""
    state = read_state(p)
    phase = state.get("phase", BODY)
    if culprit is not None:
        end_as_failed(s, culprit)
    if phase in (STOPPING, CLOSED) or is_closing_hook(state):
        return
    whole = "end" not in state or state["end"]["status"] == PointerStatus.COMPLETE
    if whole:
        _defeated(s, p, culprit, phase, defeat)
        return
    note = [HOOKS[phase], defeat.error.type, defeat.error.message]
    write_state(s, p, {**state, "noted": [*state.get("noted", ()), note]})
    s.set_due(p, None)
    close(s, p, "hook_failed", within=phase)


def _defeated(s: State, p: PointerRecord, culprit: PointerRecord | None, phase: int, defeat: Defeat) -> None:
    """A guard that was well has failed: it remembers why, and what is open inside stops first."""
    own = phase != BODY or culprit is None
    end: dict[str, Any] = {
        "status": PointerStatus.FAILED,
        "error": loads(error_text(defeat.error)),
        "behavior": s.node(p).on_error if own else defeat.behavior,
    }
    if defeat.failed:
        end["failed"] = list(defeat.failed)
        if defeat.cause is not None:
            end["cause"] = loads(error_text(defeat.cause))
    s.set_due(p, None)
    s.shut[p.id] = None
    write_state(s, p, {"phase": STOPPING, "next": _AFTER_FAILURE[phase], "end": end, "from": phase})
    abort(s, inside(s, p), keep=True)
    freeze(s, s.descendants(p.id))
    s.agenda.append((progress, (s,)))


def _hook_failed(s: State, p: PointerRecord, arguments: dict[str, Any]) -> None:
    """What a failed hook left open has closed: the next hook follows."""
    del arguments
    state = read_state(p)
    phase: int = state["phase"]
    for root in inside(s, p, phase):
        if root.status == PointerStatus.FAILED:
            give_place(s, root)
        cancel_tree(s, root)
    _begin(s, p, _FOLLOWING[phase], state)


def _unwind(s: State, p: PointerRecord, state: dict[str, Any]) -> None:
    """All that was open in a guard has stopped: its hooks run. A hook that was stopped is given up."""
    for root in inside(s, p):
        if s.body_number(root, p) not in (BODY, state["from"]):
            cancel_tree(s, root)
    _begin(s, p, state["next"], state)


def guard_timeout(s: State, p: PointerRecord, error: ErrorInfo) -> None:
    """The time of a guard's body, or of its hook, is up."""
    phase = read_state(p).get("phase", BODY)
    if phase != BODY:
        what = f"the {HOOKS[phase]} hook of step {s.node(p).key!r} took longer than its ensure_timeout"
        error = ErrorInfo(error.type, what, error.step_key)
    guard_failed(s, p, None, Defeat(error, s.node(p).on_error))


def reopen(s: State, p: PointerRecord) -> None:
    """Let a guard that has closed go on where it failed or was interrupted; its hooks run at the new end."""
    node = cast("GuardNode", s.node(p))
    start: int = read_state(p)["from"]
    p.error = None
    if start == BODY:
        s.shut.pop(p.id, None)
        write_state(s, p, {})
        s.set_due(p, None if node.timeout is None else s.now + node.timeout)
        return
    state = {"end": {"status": PointerStatus.COMPLETE}}
    if not inside(s, p, start):
        _begin(s, p, start, state)
        return
    write_state(s, p, {**state, "phase": start})
    if start == ENSURE:
        s.shut[p.id] = ENSURE
        s.set_due(p, s.now + node.ensure_timeout)
    else:
        s.shut.pop(p.id, None)


def is_closed(s: State, p: PointerRecord) -> bool:
    """Whether a pointer is a guard that has run its hooks."""
    return p.id in s.shut and s.node(p).kind == "guard" and read_state(p).get("phase") == CLOSED


def running_hook(p: PointerRecord) -> str | None:
    """The name of the hook that an open guard runs, if it does."""
    phase = read_state(p).get("phase")
    return HOOKS.get(phase) if isinstance(phase, int) and p.live else None


ENTER["guard"] = _enter_guard
JOIN["guard"] = _join_guard
THEN["hook_failed"] = _hook_failed
RULES.update({"guard_failed": guard_failed, "guard_timeout": guard_timeout, "unwind": _unwind})
