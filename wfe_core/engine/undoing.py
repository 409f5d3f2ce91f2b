"""Sagas: run a body, and undo what completed in exactly reverse order when it fails for good.

The order is kept in `PointerRecord.undo` (flow.note_undo): leaves by completion, a container with its own
compensation right below its first leaf. Undoing means: take the highest place under the saga, compensate
that pointer, and so on until there is none. Pages of it are read from the store, so that neither the
history of a long saga nor a crash in the middle matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from wfe_core.engine.closing import THEN, close
from wfe_core.engine.containers import add_chunk
from wfe_core.engine.failing import (
    Defeat,
    brief,
    end_as_failed,
    error_text,
    outward,
    read_error,
    write_error,
)
from wfe_core.engine.flow import ENTER, JOIN, RULES, advance, complete, spawn_body, tell_status
from wfe_core.engine.state import State, error_of, read_state, write_state
from wfe_core.engine.stopping import cancel_one, close_saga, give_places, has_left, walks
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
    spare: set[int] = set()
    if culprit is not None:
        if s.node(culprit).kind == "saga" and culprit.status in (
            PointerStatus.RUNNING,
            PointerStatus.COMPENSATING,
        ):
            close_saga(s, culprit)
        end_as_failed(s, culprit)
        spare.add(culprit.id)
        if s.node(culprit).kind == "guard":  # what failed in it is undone first
            spare.update(p.id for p in s.descendants(culprit.id))
    arguments = {"error": loads(error_text(error)), "failed": list(failed)}
    if culprit is not None:
        arguments["culprit"] = culprit.id
    close(s, saga, "walk", arguments, spare=spare)


def _walk(s: State, saga: PointerRecord, arguments: dict[str, Any]) -> None:
    """What had to run before has run: the rest inside a saga ends, and its walk begins."""
    culprit = s.pointers.get(arguments.get("culprit", 0))
    everything = s.descendants(saga.id)
    last: list[PointerRecord] = []
    if culprit is not None:
        last = s.descendants(culprit.id) if s.node(culprit).kind == "guard" else []
        last.append(culprit)
    give_places(s, [p for p in everything if p not in last])
    if culprit is not None:
        if s.node(culprit).kind == "saga":
            culprit.undo = None  # it has been undone already, its own compensation included
        else:
            give_places(s, last)
    for pointer in reversed(everything):
        cancel_one(s, pointer)
    begin_walk(s, saga, error_of(arguments["error"]), arguments["failed"])


def begin_walk(
    s: State, saga: PointerRecord, error: ErrorInfo | None, failed: Sequence[list[str]] = ()
) -> None:
    """Set a saga to compensating; its walk begins when its steps have stopped."""
    before = read_state(saga)
    state: dict[str, Any] = {"failed": [*before.get("failed", ()), *failed]}
    if error is not None:
        state["error"] = loads(error_text(error))
    if saga.status == PointerStatus.SLEEPING:
        move(saga, PointerStatus.RUNNING)
    move(saga, PointerStatus.COMPENSATING)
    s.set_due(saga, None)
    leaving = {"leaving": before["leaving"]} if "leaving" in before else {}
    write_state(s, saga, {"undo": state, **leaving})
    _ask_for_page(s, saga)


def _ask_for_page(s: State, saga: PointerRecord) -> None:
    """Have the next page of a walk read, but not before the sub-workflows inside have undone themselves."""
    if "leaving" in read_state(saga):
        s.undo_waits[saga.id] = None
    else:
        s.t.load_undo = [*s.t.load_undo, saga.id]


def undo_loaded(s: State, page: UndoLoaded) -> None:
    """A page of the walk is here."""
    saga = s.pointers.get(page.saga_id)
    if saga is None or not walks(s, saga):
        return
    for chunk in page.chunks:
        add_chunk(s, chunk)
    s.undo_pages[saga.id] = (list(reversed(page.pointers)), page.complete)
    s.undo_ancestors.update(page.ancestors)
    walk_on(s, saga)


def walk_on(s: State, saga: PointerRecord) -> None:
    """Compensate the next pointer, or finish when there is none; sub-workflows undo themselves before."""
    if "leaving" in read_state(saga):
        s.undo_waits[saga.id] = None
        return
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
        _forget_how_it_ended(pointer)
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


def _forget_how_it_ended(p: PointerRecord) -> None:
    """What a container was waiting for when it ended must not shut it while it is compensated."""
    state = read_state(p)
    kept = {key: value for key, value in state.items() if key not in _OF_AN_END}
    if len(kept) != len(state):
        p.state = dumps(kept, f"state of step {p.step!r}") if kept else None


_OF_AN_END = frozenset({"phase", "from", "end", "noted", "then", "defeat", "held", "undo"})


def child_left(s: State, child_id: str) -> None:
    """A sub-workflow inside a saga that is undone has ended: what waited for it goes on."""
    for saga in has_left(s, child_id):
        if saga.id in s.undo_waits:
            del s.undo_waits[saga.id]
            if saga.id in s.undo_pages:
                walk_on(s, saga)
            else:
                _ask_for_page(s, saga)


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
    close(s, p, "given_up", {"error": loads(error_text(error))})


def _given_up(s: State, p: PointerRecord, arguments: dict[str, Any]) -> None:
    saga = walking_saga(s, p)
    error = error_of(arguments["error"])
    for inside in reversed(s.descendants(p.id)):
        cancel_one(s, inside)
    if saga is p:
        walk_over(s, saga)
        return
    write_error(p, error)
    move(p, PointerStatus.FAILED)
    s.emit(LifecycleKind.STEP_FAILED, p, brief(error))
    s.remove(p)
    p.undo = None
    walk_on(s, saga)


def walk_over(s: State, saga: PointerRecord) -> None:
    """All is undone: what follows depends on the saga and on why it was undone."""
    node = cast("SagaNode", s.node(saga))
    state = read_state(saga)["undo"]
    saga.undo = None
    cause = None if "error" not in state else read_error(dumps(state["error"], "error"))
    failed: list[list[str]] = state["failed"]
    if saga.id in RULES["to_undo"](s):
        RULES["saga_undone"](s, saga, failed)
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
        tell_status(s, saga, node, error=error.message)
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
    behavior = ErrorBehavior.COMPENSATE if failed else node.on_error
    outward(s, saga, Defeat(error, behavior, failed, cause))


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
                _ask_for_page(s, pointer)


THEN.update({"walk": _walk, "given_up": _given_up})
ENTER["saga"] = _enter_saga
JOIN["saga"] = _join_saga
RULES.update(
    {
        "undo": undo, "compensation_ended": compensation_ended, "compensation_failed": compensation_failed,
        "saga_again": saga_again, "child_left": child_left,
    }
)  # fmt: skip
