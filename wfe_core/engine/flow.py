"""How activations begin and end: spawn, enter, go on to the next node, join the container.

Nothing here recurses from one node to the next: work goes through `State.agenda`, and a round that grows
too long puts the rest off by leaving pointers `pending`, which a crash cannot lose.
"""

from __future__ import annotations

import traceback as tracebacks
from typing import TYPE_CHECKING, Any

from wfe_core.engine.happenings import Failure
from wfe_core.engine.state import PointerScope, State, read_state
from wfe_core.engine.transitions import move
from wfe_core.errors import ConditionError, OutputError, WfeError
from wfe_core.models import LifecycleKind, PointerStatus
from wfe_core.ports import PointerRecord
from wfe_core.serialization import dumps
from wfe_core.steps.context import StepContext
from wfe_core.steps.selectors import status_slot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wfe_core.definition.nodes import Node, Sequence
    from wfe_core.models import ErrorInfo, SettledStep
    from wfe_core.steps.selectors import Selector

ENTER: dict[str, Callable[[State, PointerRecord, Any], None]] = {}
"""By kind of node: what entering it does. Filled by the modules that know the kinds."""
JOIN: dict[str, Callable[[State, PointerRecord, Any, PointerRecord, int], None]] = {}
"""By kind of node: what it does when a body ended (arguments: the last pointer inside, the body's number)."""
FIRE: dict[str, Callable[[State, PointerRecord, Any], None]] = {}
"""By kind of node: what its timer does (a retry's timer enters any node again, see `timers`)."""
RULES: dict[str, Callable[..., Any]] = {}
"""`main_ended`, `compensation_ended` and `failed`: rules of the modules that build on this one."""


def spawn(
    s: State,
    node: Node,
    parent: int,
    scope: str,
    *,
    index: int | None = None,
    iteration: int = 0,
    outcome: str | None = None,
) -> PointerRecord:
    """Make a pointer for a node and enter it, now or in a later round."""
    record = s.record
    record.pointer_seq += 1
    pointer = PointerRecord(
        record.pointer_seq,
        node.key,
        PointerStatus.PENDING,
        parent,
        scope,
        True,
        index,
        iteration,
        created=s.now,
    )
    pointer.outcome = outcome
    s.add(pointer)
    s.t.changed[pointer.id] = pointer
    if s.runnable and not s.frozen(pointer):
        s.budget -= 1
        if s.budget >= 0:
            s.agenda.append((enter, (s, pointer)))
        else:
            s.t.deferred = [*s.t.deferred, pointer.id]
            s.queued[pointer.id] = None
    return pointer


def spawn_body(
    s: State, pointer: PointerRecord, body: Sequence, *, index: int | None = None, iteration: int = 0
) -> bool:
    """Begin a body of a container; False when the body is empty."""
    first = body.first
    if first is None:
        return False
    spawn(s, first, pointer.id, f"{pointer.scope}{pointer.id}/", index=index, iteration=iteration)
    return True


def enter(s: State, pointer: PointerRecord) -> None:
    """Enter a pending pointer, unless something has ended it meanwhile."""
    if pointer.status != PointerStatus.PENDING or not pointer.live or not s.runnable or s.frozen(pointer):
        return
    node = s.node(pointer)
    if s.settled and node.key in s.settled:
        _settle(s, pointer, node, s.settled[node.key])
        return
    if node.only_if is not None and pointer.attempt == 0:
        try:
            wanted = holds(s, pointer, node, node.only_if, "only_if")
        except WfeError as exc:
            fail_now(s, pointer, node, exc)
            return
        if not wanted:
            _skip(s, pointer, node)
            return
    if node.container:
        begin(s, pointer)
        if node.timeout is not None and node.kind != "schedule":
            s.set_due(pointer, s.now + node.timeout)
    try:
        ENTER[node.kind](s, pointer, node)
    except Exception as exc:  # noqa: BLE001 - whatever a user's value does, the instance must not stand still
        fail_now(s, pointer, node, exc)


def _skip(s: State, pointer: PointerRecord, node: Node) -> None:
    """End a pointer that was never begun, and go on."""
    move(pointer, PointerStatus.SKIPPED)
    tell_status(s, pointer, node)
    s.emit(LifecycleKind.STEP_SKIPPED, pointer)
    s.remove(pointer)
    advance(s, pointer, node)


def _settle(s: State, pointer: PointerRecord, node: Node, settled: SettledStep) -> None:
    """End a pointer as another instance did, without running anything."""
    if settled.status == "skipped":
        _skip(s, pointer, node)
        return
    move(pointer, PointerStatus.RUNNING)
    pointer.outcome = None if settled.outcome is None else dumps(settled.outcome, "outcome")
    pointer.output = None if settled.output is None else dumps(settled.output, "output")
    complete(s, pointer, node)


def begin(s: State, pointer: PointerRecord, *, reentry: bool = False) -> None:
    """Set a pointer to running: its next attempt begins, or the next run of a body that asked for it."""
    move(pointer, PointerStatus.RUNNING)
    if not reentry:
        pointer.attempt += 1
    pointer.started = s.now
    pointer.knows = s.record.revision
    pointer.error = None
    s.touch(pointer)
    s.emit(LifecycleKind.STEP_STARTED, pointer)


def complete(s: State, pointer: PointerRecord, node: Node) -> None:
    """End a pointer as complete and go on."""
    move(pointer, PointerStatus.COMPLETE)
    pointer.error = None
    pointer.knows = s.record.revision + 1
    if node.saga is not None:
        note_undo(s, pointer, node)
    if (node.container and node.kind != "guard") or node.kind == "delay":
        tell_status(s, pointer, node)
    s.emit(LifecycleKind.STEP_COMPLETED, pointer)
    s.remove(pointer)
    advance(s, pointer, node)


def tell_failure(s: State, pointer: PointerRecord, error: ErrorInfo) -> None:
    """Put into the data that an activation has failed, for definitions that want it there."""
    details = {"details": dict(error.details)} if error.details else {}
    tell_status(s, pointer, s.node(pointer), status=str(PointerStatus.FAILED), error=error.message, **details)


def tell_status(s: State, pointer: PointerRecord, node: Node, **more: Any) -> None:
    """Put into the data how an activation has ended, for definitions that want it there."""
    if not node.status_field:
        return
    told: dict[str, Any] = {"status": str(pointer.status), **more}
    total = read_state(pointer).get("total")
    if total is not None:
        told["items"] = total
    slot = status_slot(node.status_field, PointerScope(s, pointer).indices)
    if node.key in s.settled and slot in s.data:
        # It came with the start data, and says more than is known here.
        return
    s.patch({slot: dumps(told, f"status of step {node.key!r}")})


def note_undo(s: State, pointer: PointerRecord, node: Node) -> None:
    """Give what completes inside a saga its place in the order of undoing.

    Leaves count by completion. A container with a compensation of its own is undone when the last of its
    leaves has been, which is right before the place of the leaf that completed first.
    """
    place = undo_place(s)
    if node.container:
        first = read_first(pointer)
        if node.compensation is not None:
            pointer.undo = place if first is None else first - 1
        return
    if node.compensation is not None:
        pointer.undo = place
    if node.undoable:
        note_first(s, pointer, node, place)


def undo_place(s: State) -> int:
    """The next place in the order of undoing: the revision, then a count inside the checkpoint (in twos)."""
    s.undo_count += 1
    return ((s.record.revision + 1) << 24) + 2 * s.undo_count


def note_first(s: State, pointer: PointerRecord, node: Node, place: int) -> None:
    """Remember on the enclosing containers with a compensation that their first leaf completed here."""
    keys = {n.key for n in node.undoable}
    for ancestor in s.ancestors(pointer):
        if ancestor.step in keys and read_first(ancestor) is None:
            ancestor.undo = place
            s.touch(ancestor)


def read_first(pointer: PointerRecord) -> int | None:
    """On an open container with a compensation, `undo` holds the place of its first completed leaf."""
    return pointer.undo


def advance(s: State, pointer: PointerRecord, node: Node) -> None:
    """Go on after a pointer that has ended well enough: to the next node, or to the container's join."""
    following = node.next
    if following is not None:
        outcome = pointer.outcome if following.kind == "decide" else None
        spawn(
            s, following, pointer.parent, pointer.scope,
            index=pointer.index, iteration=pointer.iteration, outcome=outcome,
        )  # fmt: skip
    else:
        sequence_ended(s, pointer, node)


def in_background(pointer: PointerRecord, node: Node) -> bool:
    """Whether a pointer is a background branch, after which its sequence has gone on long ago."""
    return node.kind == "schedule" and (pointer.attempt > 0 or pointer.status != PointerStatus.PENDING)


def background_ended(s: State) -> None:
    """A background branch has ended: the instance may have waited only for that."""
    s.agenda.append((RULES["main_ended"], (s,)))


def sequence_ended(s: State, pointer: PointerRecord, node: Node) -> None:
    """The last pointer of a sequence has ended: its container looks whether all has."""
    sequence = node.sequence
    owner = sequence.owner
    if owner is None:
        s.agenda.append((RULES["main_ended"], (s,)))
        return
    parent = s.pointers.get(pointer.parent)
    if parent is None:
        return
    if sequence.number < 0:
        s.agenda.append((RULES["compensation_ended"], (s, parent)))
    else:
        s.agenda.append((_join, (s, parent, owner, pointer, sequence.number)))


def _join(s: State, parent: PointerRecord, owner: Node, last: PointerRecord, number: int) -> None:
    """Let a container look at a body that ended, unless another that ended in this round has ended it."""
    if parent.live and parent.status == PointerStatus.RUNNING:
        JOIN[owner.kind](s, parent, owner, last, number)


def fail_now(s: State, pointer: PointerRecord, node: Node, exc: BaseException) -> None:
    """Fail an activation by an exception of wfe's own."""
    RULES["failed"](s, pointer, node, Failure.of(exc, step_key=pointer.step))


def holds(s: State, pointer: PointerRecord, node: Node, selector: Selector, what: str) -> bool:
    """Evaluate a condition; that its value has no truth (as an array has none) is an error of its own.

    Raises:
        ConditionError: as `evaluate`.
    """
    return bool(_evaluated(s, pointer, node, selector, what, None, bool))


_LIBRARIES = ("site-packages", "dist-packages")
"""Folders whose code is not the user's."""


def evaluate(
    s: State,
    pointer: PointerRecord,
    node: Node,
    selector: Selector,
    what: str,
    *,
    texts: Mapping[str, str] | None = None,
) -> Any:
    """Evaluate a selector from where a pointer stands.

    Raises:
        ConditionError: the selector threw; names the step, the selector and the error. One that the selector
            raised itself is passed on as it is.
    """
    return _evaluated(s, pointer, node, selector, what, texts, None)


def _evaluated(
    s: State,
    pointer: PointerRecord,
    node: Node,
    selector: Selector,
    what: str,
    texts: Mapping[str, str] | None,
    then: Callable[[Any], Any] | None,
) -> Any:
    try:
        value = selector.evaluate(context(s, pointer, node, texts=texts))
        return value if then is None else then(value)
    except ConditionError:
        raise  # it says itself what and where
    except Exception as exc:
        where = _place_of(exc)
        msg = f"step {node.key!r}: {what} threw {type(exc).__name__}: {exc}{where}"
        raise ConditionError(msg) from exc


def _place_of(exc: Exception) -> str:
    """Where a selector threw: in the user's own code, where that can be told from a library's."""
    frames = tracebacks.extract_tb(exc.__traceback__)
    own = [frame for frame in frames if not any(folder in frame.filename for folder in _LIBRARIES)] or frames
    return f" ({own[-1].filename}:{own[-1].lineno})" if own else ""


def context(
    s: State, pointer: PointerRecord, node: Node, *, texts: Mapping[str, str] | None = None, **extra: Any
) -> StepContext[Any]:
    """Build the context seen from a pointer."""
    record = s.record
    return StepContext(
        codec=s.definition.codec,
        texts=s.data if texts is None else texts,
        scope=PointerScope(s, pointer),
        instance_id=record.id,
        definition_id=record.definition_id,
        version=record.version,
        step_key=node.key,
        pointer_id=pointer.id,
        attempt=pointer.attempt,
        failures=pointer.failures,
        crashes=pointer.crashes,
        run=pointer.run,
        config=node.config,
        **extra,
    )


def merge(s: State, node: Node, outputs: Mapping[str, Any], where: str | None = None) -> None:
    """Validate outputs and merge them into the data.

    Raises:
        OutputError: they do not fit the data, or one is too large.
        SerializationError: they have no JSON form.
    """
    label = where or f"step {node.key!r}"
    texts = s.definition.codec.patch(outputs, label)
    accept(s, texts, label)


def accept(s: State, texts: Mapping[str, str], label: str, *, sizes: Mapping[str, str] | None = None) -> None:
    """Merge validated texts into the data, if the data as a whole stays valid and no value is too large.

    Args:
        s: the instance.
        texts: JSON texts by field.
        label: names the step in errors.
        sizes: what must not be too large, if it is more than `texts`.

    Raises:
        OutputError: names the key or the rule, and the remedy.
    """
    check_sizes(s, texts if sizes is None else sizes, label)
    codec = s.definition.codec
    if codec.has_rules and texts:
        codec.check({**s.data, **texts}, label)
    s.patch(texts)


def check_sizes(s: State, texts: Mapping[str, str], label: str) -> None:
    """Refuse values that are too large for the data.

    Raises:
        OutputError: names the key and the remedy.
    """
    limit = s.host.settings.max_value_bytes
    for key, text in texts.items():
        if len(text) > limit or (len(text) * 4 > limit and len(text.encode()) > limit):
            msg = (
                f"{label}: data field {key!r} would take {len(text.encode()):,} bytes, more than "
                f"max_value_bytes={limit:,}; store a reference instead, "
                f"or raise the limit in HostConfig"
            )
            raise OutputError(msg)
