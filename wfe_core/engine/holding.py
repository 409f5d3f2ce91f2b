"""Holding failures back: containers with `fail_fast=False` let the branches beside a failed one go on.

A branch that has failed stays open, with what is interrupted in it, so that a retry finds it; nothing goes on
in it (`State.shut`). The state of its root, which is the pointer directly inside the container, keeps the
failure (`"defeat"`), that of the container counts them (`"held"`). When all other branches have ended the
container fails with all of the failures, and that goes outward as if it had just happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.engine.closing import THEN, close, freeze
from wfe_core.engine.containers import REFILL
from wfe_core.engine.failing import Defeat, brief, end_as_failed, error_text, outward, write_error
from wfe_core.engine.flow import RULES
from wfe_core.engine.happenings import Failure
from wfe_core.engine.state import State, error_of, read_state, write_state
from wfe_core.errors import BranchesFailedError
from wfe_core.models import LifecycleKind, PointerStatus
from wfe_core.policies import ErrorBehavior
from wfe_core.serialization import loads

if TYPE_CHECKING:
    from wfe_core.models import ErrorInfo
    from wfe_core.ports import PointerRecord


def hold(s: State, container: PointerRecord, culprit: PointerRecord, defeat: Defeat) -> None:
    """Keep a failure in its branch until the branches beside it have ended.

    What else is open in the branch is interrupted; guards there run what they owe first.
    """
    end_as_failed(s, culprit)
    root = culprit
    while root.parent != container.id:
        root = s.pointers[root.parent]
    s.set_due(root, None)
    arguments: dict[str, Any] = {"error": loads(error_text(defeat.error)), "behavior": defeat.behavior}
    if defeat.failed:
        arguments["failed"] = list(defeat.failed)
    if defeat.cause is not None:
        arguments["cause"] = loads(error_text(defeat.cause))
    close(s, root, "held_back", arguments, keep=True)


def _held_back(s: State, root: PointerRecord, arguments: dict[str, Any]) -> None:
    """Nothing in a failed branch owes anything any more: the container looks whether it was the last."""
    write_state(s, root, {**read_state(root), "defeat": arguments})
    s.shut[root.id] = None
    freeze(s, s.descendants(root.id))
    container = s.pointers[root.parent]
    state = read_state(container)
    write_state(s, container, {**state, "held": state.get("held", 0) + 1})
    s.agenda.append((_look, (s, container)))


def _look(s: State, container: PointerRecord) -> None:
    """Let a container begin what has room now, or end, unless something else has ended it."""
    still = container.id in s.shut or s.frozen(container)
    if container.live and container.status == PointerStatus.RUNNING and not still:
        REFILL[s.node(container).kind](s, container, s.node(container))


def branches_failed(s: State, container: PointerRecord, total: int) -> None:
    """All branches of a container have ended, some by a failure: now it fails."""
    roots = [s.pointers[child] for child in s.children[container.id]]
    roots.sort(key=lambda p: (s.node(p).sequence.number, p.index or 0, p.id))
    defeats = [_read(read_state(root)["defeat"]) for root in roots]
    node = s.node(container)
    s.set_due(container, None)
    if len(defeats) == 1:
        defeat = defeats[0]
    else:
        defeat = Defeat(
            _all_of(node.key, total, [each.error for each in defeats]),
            # Whoever wants the saga around to be undone has it undone for all.
            max((each.behavior for each in defeats), key=lambda each: each is ErrorBehavior.COMPENSATE),
            [failed for each in defeats for failed in each.failed],
        )
    write_error(container, defeat.error)
    s.emit(LifecycleKind.STEP_FAILED, container, brief(defeat.error))
    outward(s, container, defeat)


def _read(kept: dict[str, Any]) -> Defeat:
    cause = None if "cause" not in kept else error_of(kept["cause"])
    return Defeat(error_of(kept["error"]), ErrorBehavior(kept["behavior"]), kept.get("failed", ()), cause)


def _all_of(key: str, total: int, errors: list[ErrorInfo]) -> ErrorInfo:
    told = [(error.step_key, error.type, error.message) for error in errors]
    return Failure.of(BranchesFailedError(total, told), step_key=key).info


def is_held(s: State, p: PointerRecord) -> bool:
    """Whether a pointer is the root of a branch whose failure is held back."""
    return p.id in s.shut and "defeat" in read_state(p)


def release(s: State, p: PointerRecord) -> None:
    """A retry begins: what was held back at (or inside) a pointer is no failure any more."""
    state = read_state(p)
    if "held" not in state and "defeat" not in state:
        return
    node = s.node(p)
    held = state.pop("defeat", None) is not None
    state.pop("held", None)
    write_state(s, p, state)
    if not held or node.kind == "guard":  # a guard opens by itself
        return
    s.shut.pop(p.id, None)
    if node.container and node.timeout is not None and p.status == PointerStatus.RUNNING:
        s.set_due(p, s.now + node.timeout)


THEN["held_back"] = _held_back
RULES.update({"hold": hold, "branches_failed": branches_failed})
