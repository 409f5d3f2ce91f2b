"""Closing: before a scope ends ahead of its time, the guards open inside it run what they owe.

A failure that goes outward, a timeout, `cancel`, `cancel_when`, a jump, the undoing of a saga: whatever ends
a scope comes here first. Guards inside are told to stop (their `on_abort` and `ensure` run, the innermost
first, those of different branches at the same time), and what was to come is noted in the state of the
scope's own pointer (`"then"`) or in `InstanceRecord.ending`, so that a crash in between loses nothing. When
the last guard has closed, it is done. Meanwhile the scope is shut: nothing in it goes on but these hooks
(`State.frozen`).

A guard keeps in its state the `phase` it is in (a number of its bodies, `stopping` or `closed`), how its body
ended (`end`), which phase a retry begins with (`from`), and the errors of hooks (`noted`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.definition.nodes import GuardNode
from wfe_core.engine.flow import RULES
from wfe_core.engine.state import CLOSED, STOPPING, State, read_state, write_state
from wfe_core.engine.stopping import cancel_one, give_places, interrupt
from wfe_core.models import PointerStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from wfe_core.models import ErrorInfo
    from wfe_core.ports import PointerRecord

BODY, ON_SUCCESS, ON_FAILURE, ON_ABORT, ENSURE, OVER = range(6)
"""The bodies of a guard by number; then it is over."""

THEN: dict[str, Callable[[State, PointerRecord, dict[str, Any]], None]] = {}
"""What may come after a scope has closed, by the name that is stored. Modules add what they ask for."""


def close(
    s: State,
    owner: PointerRecord,
    then: str,
    arguments: dict[str, Any] | None = None,
    *,
    itself: bool = False,
    within: int | None = None,
    spare: Collection[int] = (),
    keep: bool = False,
) -> None:
    """Close the guards inside a pointer for good, then do what is to come; at once when there are none.

    Args:
        s: the instance.
        owner: the pointer whose inside ends.
        then: a name in `THEN`, called with the state, `owner` and `arguments`.
        arguments: JSON values.
        itself: the pointer ends too, so that it is closed as well if it is a guard.
        within: only one of the pointer's bodies ends.
        spare: pointers that what follows takes care of.
        keep: what ends inside is interrupted, not cancelled, as a retry may continue it.
    """
    roots = [owner] if itself else inside(s, owner, within)
    if not abort(s, roots, keep=keep):
        THEN[then](s, owner, arguments or {})
        return
    state = {**read_state(owner), "then": [then, arguments or {}, itself]}
    write_state(s, owner, state)
    s.shut[owner.id] = live_hook(state)
    if keep:
        freeze(s, s.descendants(owner.id))
    else:
        prune(s, roots, {owner.id, *spare})
    s.agenda.append((progress, (s,)))


def inside(s: State, owner: PointerRecord, number: int | None = None) -> list[PointerRecord]:
    """What is open directly inside a pointer, or in one of its bodies."""
    children = [s.pointers[child] for child in sorted(s.children.get(owner.id, ()))]
    return [p for p in children if number is None or s.body_number(p, owner) == number]


def abort(
    s: State, roots: Iterable[PointerRecord], *, keep: bool = False, spare: Collection[int] = ()
) -> bool:
    """Tell the guards at and below some pointers to stop; True when any has something to run before.

    Args:
        s: the instance.
        roots: where to look.
        keep: the scope may be continued by a retry, so what other scopes inside still wait to do stays.
        spare: pointers that go on, with all inside them.
    """
    if not s.definition.has_guards:
        return False
    found = False
    stack = list(roots)
    while stack:
        p = stack.pop()
        if p.id in spare:
            continue
        if p.id in s.shut and not keep:
            _forget_then(s, p)
        if is_open_guard(s, p):
            found = True
            if _goes_on(p):
                continue
            _tell_to_stop(s, p)
        stack.extend(inside(s, p))
    return found


def _forget_then(s: State, p: PointerRecord) -> None:
    """What ends around a scope decides from now on."""
    state = read_state(p)
    if "then" not in state:
        return
    hooks = isinstance(s.node(p), GuardNode)
    if hooks and is_closing_hook(state) and state.get("phase") in (ON_ABORT, ENSURE):
        return  # a hook of it that failed is being closed: the next one follows
    del state["then"]
    write_state(s, p, state)
    if hooks and state.get("phase", BODY) != BODY:
        s.shut[p.id] = live_hook(state)
    else:
        del s.shut[p.id]


def is_open_guard(s: State, p: PointerRecord) -> bool:
    """Whether a pointer is a guard that has to run a hook before it may end."""
    node = s.node(p)
    if not isinstance(node, GuardNode) or p.status != PointerStatus.RUNNING:
        return False
    phase = read_state(p).get("phase", BODY)
    if phase in (BODY, ON_SUCCESS):
        return node.bodies[ON_ABORT].first is not None or node.bodies[ENSURE].first is not None
    return bool(phase != CLOSED)


def _goes_on(p: PointerRecord) -> bool:
    """Whether an open guard is past the point where it could be told to stop."""
    state = read_state(p)
    phase = state.get("phase", BODY)
    return phase in (ON_ABORT, ENSURE) or (phase == STOPPING and state["next"] in (ON_ABORT, OVER))


def _tell_to_stop(s: State, p: PointerRecord) -> None:
    before = read_state(p)
    state = {
        "phase": STOPPING,
        "next": ON_ABORT,
        "end": {"status": PointerStatus.CANCELLED},
        "from": before.get("from", before.get("phase", BODY)),
    }
    if "then" in before and before["then"][2]:
        state["then"] = before["then"]
    s.shut[p.id] = None
    s.set_due(p, None)
    write_state(s, p, state)


def fail_whole(s: State, roots: Iterable[PointerRecord], error: ErrorInfo) -> bool:
    """Let guards around the whole workflow take the failure of the instance for one of their body.

    Gives True when any has something to run before.
    """
    found = False
    kept = {"type": error.type, "message": error.message, "step_key": error.step_key}
    for p in roots:
        node = s.node(p)
        if not isinstance(node, GuardNode) or not node.whole or p.status != PointerStatus.RUNNING:
            continue
        state = read_state(p)
        goes_well = state.get("phase", BODY) in (BODY, ON_SUCCESS)
        if goes_well and node.bodies[ON_FAILURE].first is not None:
            _tell_to_stop(s, p)
            state = read_state(p)
        if state.get("next") == ON_ABORT:
            end = {"status": PointerStatus.FAILED, "error": kept, "behavior": node.on_error}
            write_state(s, p, {**state, "next": ON_FAILURE, "end": end})
            found = True
    return found


def prune(s: State, roots: Iterable[PointerRecord], spare: Collection[int]) -> None:
    """Cancel what is open at and below some pointers, but for guards that are not closed and what is around.

    What is spared stays, with the containers around it.
    """
    tree = [p for root in roots for p in (root, *s.descendants(root.id))]
    kept = set(spare)
    for p in tree:
        if is_open_guard(s, p):
            kept.add(p.id)
            if _goes_on(p) and read_state(p)["phase"] != STOPPING:
                kept.update(below.id for below in s.descendants(p.id))
    for p in tree:
        if p.id in kept:
            kept.update(ancestor.id for ancestor in s.ancestors(p))
    doomed = [p for p in tree if p.id not in kept]
    give_places(s, doomed)
    for p in sorted(doomed, key=lambda p: -p.id):
        cancel_one(s, p)


def freeze(s: State, pointers: Iterable[PointerRecord]) -> None:
    """Stop the attempts that run in a scope that has been shut; a retry may continue them."""
    interrupt(s, [p for p in pointers if s.frozen(p)])


def any_open(s: State, roots: Iterable[PointerRecord], sagas: Collection[int] = ()) -> bool:
    """Whether a guard at or below some pointers has not closed yet, or a saga there is still to be undone."""
    stack = list(roots)
    while stack:
        p = stack.pop()
        if p.id in sagas or is_open_guard(s, p):
            return True
        stack.extend(inside(s, p))
    return False


def progress(s: State) -> None:
    """Go on with everything that waits for guards to close, the innermost first."""
    moved = True
    while moved:
        moved = False
        sagas = RULES["to_undo"](s)
        for pointer_id in sorted(s.shut, reverse=True):
            p = s.pointers.get(pointer_id)
            if p is not None and pointer_id in s.shut and _step(s, p, sagas):
                moved = True
    if s.closing:
        RULES["instance_closing"](s)


def _step(s: State, p: PointerRecord, sagas: Collection[int]) -> bool:
    state = read_state(p)
    if "then" in state:
        then, arguments, itself = state["then"]
        if not any_open(s, [p] if itself else inside(s, p, _hook_being_closed(s, p, state)), sagas):
            del state["then"]
            write_state(s, p, state)
            s.shut.pop(p.id)
            THEN[then](s, p, arguments)
            if s.held and s.runnable:
                s.agenda.append((RULES["take_held"], (s,)))
            return True
        if not itself:
            return False
    if state.get("phase") == STOPPING and not s.stopping and not any_open(s, inside(s, p), sagas):
        RULES["unwind"](s, p, state)
        return True
    return False


def _hook_being_closed(s: State, p: PointerRecord, state: dict[str, Any]) -> int | None:
    phase = state.get("phase")
    return phase if isinstance(s.node(p), GuardNode) and isinstance(phase, int) else None


def live_hook(state: dict[str, Any]) -> int | None:
    """Which body of a shut pointer goes on, by its stored state; None when none does."""
    phase = state.get("phase")
    return phase if isinstance(phase, int) and not is_closing_hook(state) else None


def is_closing_hook(state: dict[str, Any]) -> bool:
    """Whether only what is inside a pointer ends, by its stored state; for a guard that is a hook of it."""
    return "then" in state and not state["then"][2]


def reopen_scopes(s: State) -> None:
    """Find the shut scopes of an instance that was loaded, and go on with them."""
    for p in s.pointers.values():
        if p.state is not None and ('"then"' in p.state or '"phase"' in p.state or '"defeat"' in p.state):
            state = read_state(p)
            ended = p.status == PointerStatus.COMPENSATING  # what is left of an end says nothing any more
            if "then" in state or (
                not ended and ("defeat" in state or state.get("phase", ON_SUCCESS) != ON_SUCCESS)
            ):
                s.shut[p.id] = live_hook(state)
    if s.shut or s.closing:
        s.agenda.append((progress, (s,)))
