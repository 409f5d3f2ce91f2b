"""Leaves: steps with a body, delays, jumps and the end. What they do, and what their results mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from wfe_core.clock import to_instant
from wfe_core.engine.closing import THEN, close
from wfe_core.engine.containers import begin_items, fill_loop, park
from wfe_core.engine.flow import (
    ENTER,
    FIRE,
    JOIN,
    RULES,
    accept,
    begin,
    complete,
    context,
    enter,
    evaluate,
    fail_now,
    merge,
    spawn,
)
from wfe_core.engine.state import PointerScope, State, read_state, write_state
from wfe_core.engine.stopping import cancel_tree
from wfe_core.engine.transitions import move
from wfe_core.errors import ConditionError, OutputError
from wfe_core.models import LifecycleKind, PointerStatus
from wfe_core.policies import micros
from wfe_core.serialization import dumps
from wfe_core.steps.results import ExecutionResult
from wfe_core.steps.selectors import ResultMapper, output_slot

if TYPE_CHECKING:
    from wfe_core.definition.nodes import DelayNode, EndNode, ForEachNode, GoToNode, Node, StepNode
    from wfe_core.ports import PointerRecord


def _enter_step(s: State, p: PointerRecord, node: StepNode) -> None:
    """Run the body if a slot is free; else stay pending until the host has one."""
    if not s.runnable:
        s.touch(p)
    elif s.host.admit(s, p, node):
        start(s, p)
    else:
        s.queued[p.id] = None
        s.t.queued = [*s.t.queued, p.id]
        s.touch(p)


def start(s: State, p: PointerRecord) -> None:
    """Begin an attempt; a slot has been taken."""
    s.queued.pop(p.id, None)
    begin(s, p, reentry=p.state is not None and _reenters(s, p))
    s.running[p.id] = s.data
    s.t.starts = [*s.t.starts, p.id]


def _reenters(s: State, p: PointerRecord) -> bool:
    """Whether the body goes on as it asked for; a crash from here on makes it another attempt."""
    state = read_state(p)
    asked = bool(state.pop("reentry", False))
    if asked:
        write_state(s, p, state)
    return asked


def step_returned(
    s: State, p: PointerRecord, node: StepNode, value: Any, snapshot: Mapping[str, str]
) -> None:
    """Take what a body returned."""
    try:
        if isinstance(value, ExecutionResult):
            if value.kind != "next":
                _go_on_later(s, p, node, value)
                return
            if value.outcome is not None:
                p.outcome = dumps(value.outcome, f"step {node.key!r}: outcome")
            value = value.output
        if value is not None or node.output is not None:
            take_result(s, p, node, value, snapshot)
        p.crashes = 0
        p.state = None
    except Exception as exc:  # noqa: BLE001 - a result is a user's object, which may throw wherever it is looked at
        fail_now(s, p, node, exc)
        return
    complete(s, p, node)


def take_result(
    s: State, p: PointerRecord, node: Node, value: Any, snapshot: Mapping[str, str] | None = None
) -> None:
    """Merge a result into the data and keep it on the pointer.

    Raises:
        OutputError: it does not fit the data.
        SerializationError: it has no JSON form.
    """
    where = f"step {node.key!r}"
    if node.output is None:
        texts = _own_outputs(s, node, value, snapshot, where)
    elif isinstance(node.output, str):
        texts = s.definition.codec.patch({node.output: value}, where)
    else:
        texts = s.definition.codec.patch(_mapped(s, p, node, value), where)
    kept = value
    if isinstance(value, s.definition.data_class) and node.output is None and snapshot is not None:
        p.output = "{" + ",".join(f"{dumps(key, where)}:{text}" for key, text in texts.items()) + "}"
    else:
        p.output = None if kept is None else dumps(kept, f"{where}: output")
    sizes = texts if p.output is None else {**texts, "(output)": p.output}
    accept(s, texts, where, sizes=sizes)
    if node.keep_output:
        s.patch({output_slot(node.key, PointerScope(s, p).indices): p.output or "null"})


def _own_outputs(
    s: State, node: Node, value: Any, snapshot: Mapping[str, str] | None, where: str
) -> Mapping[str, str]:
    """Outputs of a result without `.output(...)`: a mapping or model by field, the data itself by change."""
    del node
    codec = s.definition.codec
    if isinstance(value, s.definition.data_class) and snapshot is not None and not _is_plain(value):
        return {key: text for key, text in codec.split(value).items() if snapshot.get(key) != text}
    if isinstance(value, Mapping):
        mapping = cast("Any", value)
        for key in mapping:
            if not isinstance(key, str):
                msg = f"{where}: output keys name data fields, and {key!r} is no text; use .output(...)"
                raise OutputError(msg)
        return codec.patch(mapping, where)
    if isinstance(value, BaseModel):
        return codec.patch(dict(value), where)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return codec.patch({f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, where)
    return {}


def _is_plain(value: Any) -> bool:
    return isinstance(value, dict)


def _mapped(s: State, p: PointerRecord, node: Node, value: Any) -> Mapping[str, Any]:
    mapper = cast("Any", node.output)
    view = context(s, p, node)
    try:
        outputs = (
            mapper.outputs(value, view) if isinstance(mapper, ResultMapper) else mapper(value, view.data)
        )
    except Exception as exc:
        msg = f"step {node.key!r}: the function of .output(...) threw {type(exc).__name__}: {exc}"
        raise OutputError(msg) from exc
    if not isinstance(outputs, Mapping):
        kind = type(outputs).__name__
        msg = f"step {node.key!r}: the function of .output(...) must return a dict of data fields, not {kind}"
        raise OutputError(msg)
    return cast("Mapping[str, Any]", outputs)


def _go_on_later(s: State, p: PointerRecord, node: StepNode, result: ExecutionResult) -> None:
    """Sleep, persist, wait or branch: the step is not done yet."""
    where = f"step {node.key!r}: state"
    if result.state is not None:
        dumps(result.state, where)
    p.run += 1
    p.crashes = 0
    p.failures = 0
    if result.kind == "branch":
        if not node.bodies:
            msg = f"step {node.key!r} returned ExecutionResult.branch(...) but has no .body(...) to run"
            raise OutputError(msg)
        begin_items(s, p, result.items, f"step {node.key!r}")
        fill_loop(s, p, cast("ForEachNode", node))
        return
    kept = result.state
    if kept is None and result.kind != "persist":  # to sleep or to wait forgets nothing
        kept = read_state(p).get("state")
    state: dict[str, Any] = {"reentry": True}
    if kept is not None:
        state["state"] = kept
    if result.kind == "persist":
        write_state(s, p, state)
        move(p, PointerStatus.PENDING)
        s.agenda.append((enter, (s, p)))
    elif result.kind == "sleep":
        write_state(s, p, state)
        move(p, PointerStatus.SLEEPING)
        s.set_due(p, s.now + result.duration)
        s.emit(LifecycleKind.STEP_SLEEPING, p, {"due": p.due})
        park(s, p)
    else:
        as_of = s.record.created if result.as_of is None else to_instant(result.as_of)
        state["wait"] = [result.event, result.key, as_of]
        write_state(s, p, state)
        RULES["wait"](s, p, result.event, result.key, as_of)


def _join_step(s: State, p: PointerRecord, node: StepNode, last: PointerRecord, number: int) -> None:
    """An item of `ExecutionResult.branch` has ended."""
    del last, number
    fill_loop(s, p, cast("ForEachNode", node))


def _fire_step(s: State, p: PointerRecord, node: StepNode) -> None:
    """A sleep is over."""
    s.set_due(p, None)
    move(p, PointerStatus.PENDING)
    _enter_step(s, p, node)


def _enter_delay(s: State, p: PointerRecord, node: DelayNode) -> None:
    begin(s, p)
    if node.until is None:
        due = s.now + (node.duration or 0)
    else:
        value = evaluate(s, p, node, node.until, "the moment or duration")
        due = _moment(s, node, value)
    if due <= s.now:
        complete(s, p, node)
        return
    move(p, PointerStatus.SLEEPING)
    s.set_due(p, due)
    s.emit(LifecycleKind.STEP_SLEEPING, p, {"due": due})
    park(s, p)


def _moment(s: State, node: Node, value: Any) -> int:
    try:
        return to_instant(value) if isinstance(value, datetime) else s.now + micros(value)
    except (ValueError, TypeError) as exc:
        msg = f"step {node.key!r}: {value!r} is neither an aware datetime nor a duration: {exc}"
        raise ConditionError(msg) from exc


def _fire_delay(s: State, p: PointerRecord, node: DelayNode) -> None:
    s.set_due(p, None)
    complete(s, p, node)


def _enter_go_to(s: State, p: PointerRecord, node: GoToNode) -> None:
    """Leave the containers between here and the target, then go on there with a new pointer."""
    target = cast("Node", node.target)
    begin(s, p)
    place = p
    for ancestor in s.ancestors(p):
        if s.node(place).sequence is target.sequence:
            break
        place = ancestor
    move(p, PointerStatus.COMPLETE)
    s.emit(LifecycleKind.STEP_COMPLETED, p)
    s.remove(p)
    if place is not p:
        close(s, place, "jump", {"to": target.key}, itself=True)
    else:
        _land(s, p, target)


def _jump(s: State, place: PointerRecord, arguments: dict[str, Any]) -> None:
    """The containers that a jump leaves have closed."""
    cancel_tree(s, place)
    _land(s, place, s.definition.steps[arguments["to"]])


def _land(s: State, place: PointerRecord, target: Node) -> None:
    spawn(s, target, place.parent, place.scope, index=place.index, iteration=place.iteration)


def _enter_end(s: State, p: PointerRecord, node: EndNode) -> None:
    begin(s, p)
    if node.result is not None:
        outputs = evaluate(s, p, node, node.result, "the output")
        if not isinstance(outputs, Mapping):
            kind = type(outputs).__name__
            msg = f"step {node.key!r}: the output of end_workflow must be a dict of data fields, not {kind}"
            raise OutputError(msg)
        merge(s, node, cast("Mapping[str, Any]", outputs))
    move(p, PointerStatus.COMPLETE)
    s.emit(LifecycleKind.STEP_COMPLETED, p)
    s.remove(p)
    RULES["end_complete"](s)


def collected(s: State, p: PointerRecord, node: ForEachNode, text: str) -> None:
    """Store what a loop collected in its data field.

    Raises:
        OutputError: it does not fit the field.
    """
    del p
    where = f"step {node.key!r}"
    field = cast("str", node.collect)
    texts = {field: s.definition.codec.check_text(field, text, where)}
    accept(s, texts, where)


ENTER.update({"step": _enter_step, "delay": _enter_delay, "go_to": _enter_go_to, "end_workflow": _enter_end})
JOIN["step"] = _join_step
FIRE.update({"step": _fire_step, "delay": _fire_delay})
THEN["jump"] = _jump
RULES["collected"] = collected
