"""Waits: events, approvals, activities of outside workers, sub-workflows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from wfe_core.bounds import KEY_BYTES, flaw
from wfe_core.clock import to_instant
from wfe_core.engine.containers import park
from wfe_core.engine.flow import (
    ENTER,
    FIRE,
    JOIN,
    RULES,
    begin,
    complete,
    enter,
    evaluate,
    fail_now,
    spawn_body,
)
from wfe_core.engine.happenings import Failure
from wfe_core.engine.leaves import take_result
from wfe_core.engine.state import PointerScope, State, read_state, write_state
from wfe_core.engine.stopping import stop_leaf
from wfe_core.engine.transitions import move
from wfe_core.errors import ConditionError, OutputError, StepError, WaitTimeoutError
from wfe_core.models import ErrorInfo, LifecycleKind, PointerStatus
from wfe_core.ports import APPROVAL_EVENT, ActivityItem, InboxMessage, Subscription
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from wfe_core.definition.nodes import ActivityNode, ApprovalNode, Node, SubWorkflowNode, WaitNode
    from wfe_core.ports import PointerRecord


def _approval_key(s: State, p: PointerRecord, node: Node) -> str:
    """Key of the approval event of a step: items of loops can wait at the same time, each for its own."""
    place = node.key
    around: Node | None = node.parent
    for index in reversed(PointerScope(s, p).indices):
        while around is not None and around.kind != "for_each":
            around = around.parent
        if around is None:
            break
        cut = len(around.key)
        place = f"{place[:cut]}[{index}]{place[cut:]}"
        around = around.parent
    return f"{s.record.id}/{place}"


def approval_of(instance_id: str, p: PointerRecord) -> tuple[str, str] | None:
    """Give where a pointer waits for an approval, such as `ship[2]/ask`, and the key of the event for it."""
    wanted = read_state(p).get("wait") if p.state is not None and p.status == PointerStatus.WAITING else None
    if wanted is None or wanted[0] != APPROVAL_EVENT:
        return None
    return wanted[1].removeprefix(f"{instance_id}/"), wanted[1]


def _enter_wait(s: State, p: PointerRecord, node: WaitNode) -> None:
    key = evaluate(s, p, node, node.event_key, "the event key")
    if not isinstance(key, (str, int)) or isinstance(key, bool):
        msg = f"step {node.key!r}: the event key must be text or an integer, not {type(key).__name__}"
        raise ConditionError(msg)
    problem = flaw(str(key), KEY_BYTES)
    if problem is not None:
        raise ConditionError(f"step {node.key!r}: the event key {key!r:.80} {problem}")
    as_of = s.record.created
    if node.as_of is not None:
        moment = evaluate(s, p, node, node.as_of, "as_of")
        if moment is not None:
            if not isinstance(moment, datetime):
                msg = f"step {node.key!r}: as_of must be an aware datetime, not {type(moment).__name__}"
                raise ConditionError(msg)
            try:
                as_of = to_instant(moment)
            except ValueError as exc:
                raise ConditionError(f"step {node.key!r}: as_of: {exc}") from None
    _begin_wait(s, p, node, node.event, str(key), as_of)


def _enter_approval(s: State, p: PointerRecord, node: ApprovalNode) -> None:
    prompt = evaluate(s, p, node, node.prompt, "the prompt")
    _begin_wait(s, p, node, APPROVAL_EVENT, _approval_key(s, p, node), s.record.created, prompt=prompt)


def _begin_wait(
    s: State, p: PointerRecord, node: Node, name: str, key: str, as_of: int, **extra: Any
) -> None:
    begin(s, p)
    write_state(s, p, {"wait": [name, key, as_of], **extra})
    if node.timeout is not None:
        s.set_due(p, s.now + node.timeout)
    wait(s, p, name, key, as_of)


def wait(s: State, p: PointerRecord, name: str, key: str, as_of: int) -> None:
    """Wait for an event: subscribe (once per name and key, or earlier), and look at what came already."""
    move(p, PointerStatus.WAITING)
    s.touch(p)
    known = s.subscriptions.get((name, key))
    if known is None or as_of < known:
        s.subscriptions[name, key] = as_of
        s.t.subscriptions = [*s.t.subscriptions, Subscription(name, key, as_of)]
        s.subscribed = True
    s.events_dirty = True
    s.emit(LifecycleKind.STEP_WAITING, p, {"event": name, "key": key})
    park(s, p)


def match_events(s: State) -> None:
    """Give each waiting pointer the earliest event it may have, in effective order, until none fits."""
    s.events_dirty = False
    if not s.events:
        return
    events = sorted(s.events.values(), key=lambda m: (m.effective, m.seq))
    waiting = sorted(
        (p for p in s.pointers.values() if p.status == PointerStatus.WAITING and not s.frozen(p)),
        key=lambda p: p.id,
    )
    for pointer in waiting:
        wanted = read_state(pointer).get("wait")
        if wanted is None:
            continue
        name, key, as_of = wanted
        until = s.now if pointer.due is None else min(s.now, pointer.due)
        for position, message in enumerate(events):
            if message.effective > until:  # it comes later, or came when the time of the wait was up
                break
            if message.name == name and message.key == key and message.effective >= as_of:
                del events[position]
                del s.events[message.seq]
                s.t.consumed = [*s.t.consumed, message.seq]
                s.agenda.append((_event_arrived, (s, pointer, message)))
                break


def next_event_due(s: State) -> int | None:
    """When the next event becomes effective that some pointer may be waiting for."""
    if not s.events:
        return None
    future = [message.effective for message in s.events.values() if message.effective > s.now]
    return min(future) if future else None


def _event_arrived(s: State, p: PointerRecord, message: InboxMessage) -> None:
    if not p.live or p.status != PointerStatus.WAITING:
        return  # cancelled by what another event of this round did
    node = s.node(p)
    s.set_due(p, None)
    value = loads(message.payload)
    if node.kind == "step":
        state = read_state(p)
        kept: dict[str, Any] = {"event": value}
        kept.update({name: state[name] for name in ("state", "reentry") if name in state})
        write_state(s, p, kept)
        move(p, PointerStatus.PENDING)
        enter(s, p)
        return
    if node.kind == "approval" and not value.get("approved"):
        who, why = value.get("by"), value.get("comment")
        text = "rejected" + (f" by {who}" if who else "") + (f": {why}" if why else "")
        fail_now(s, p, node, StepError(text, retryable=False))
        return
    _result(s, p, node, value)


def _result(s: State, p: PointerRecord, node: Node, value: Any) -> None:
    """A wait has its result: map it and go on."""
    try:
        _take(s, p, node, value)
    except Exception as exc:  # noqa: BLE001 - the data model and the mapping are a user's code
        fail_now(s, p, node, exc)
        return
    p.state = None
    complete(s, p, node)


def _take(s: State, p: PointerRecord, node: Node, value: Any) -> None:
    if node.output is None:
        # What comes from outside is not merged on its own: only `output=` says where it goes.
        p.output = None if value is None else dumps(value, f"step {node.key!r}: result")
    else:
        take_result(s, p, node, value)


def _fire_wait(s: State, p: PointerRecord, node: Node) -> None:
    """The timeout of a wait has struck."""
    s.set_due(p, None)
    if node.kind == "activity":
        s.t.drop_activities = [*s.t.drop_activities, read_state(p)["activity"]]
    if node.bodies and node.bodies[0].nodes:
        p.state = None
        move(p, PointerStatus.RUNNING)
        spawn_body(s, p, node.bodies[0])
        return
    what = {"wait_for": "the event", "approval": "the approval", "activity": "the activity"}[node.kind]
    fail_now(s, p, node, WaitTimeoutError(f"step {node.key!r}: {what} did not come in time"))


def _join_timeout(s: State, p: PointerRecord, node: Node, last: PointerRecord, number: int) -> None:
    del last, number
    complete(s, p, node)


def _enter_activity(s: State, p: PointerRecord, node: ActivityNode) -> None:
    value = evaluate(s, p, node, node.input, "the input")
    begin(s, p)
    item_id = f"{s.record.id}/{p.id}/{p.attempt}"
    due = None if node.timeout is None else s.now + node.timeout
    text = dumps(value, f"step {node.key!r}: input")
    s.t.activities = [
        *s.t.activities,
        ActivityItem(item_id, node.activity, s.record.id, p.id, text, s.now, due),
    ]
    write_state(s, p, {"activity": item_id})
    move(p, PointerStatus.WAITING)
    s.set_due(p, due)
    s.emit(LifecycleKind.STEP_WAITING, p, {"activity": node.activity})
    park(s, p)


def activity_ended(s: State, payload: dict[str, Any]) -> None:
    """A worker has completed or failed an item: {"id", "ok", "at", "result" | "error"}."""
    for pointer in list(s.pointers.values()):
        if pointer.status == PointerStatus.WAITING and read_state(pointer).get("activity") == payload["id"]:
            node = s.node(pointer)
            if _too_late(pointer, payload):
                _fire_wait(s, pointer, node)
                return
            s.set_due(pointer, None)
            if payload["ok"]:
                _result(s, pointer, node, payload.get("result"))
            else:
                error = payload["error"]
                info = ErrorInfo(
                    error.get("type", "ActivityError"), error.get("message", ""), node.key,
                    error.get("traceback"), error.get("retryable", True),
                )  # fmt: skip
                RULES["failed"](s, pointer, node, Failure(info, (info.type, "Exception")))
            return


def _too_late(p: PointerRecord, payload: dict[str, Any]) -> bool:
    """Whether a result came when the time of the wait was up, though nobody could look then."""
    return p.due is not None and payload.get("at", p.due) > p.due


def _enter_sub_workflow(s: State, p: PointerRecord, node: SubWorkflowNode) -> None:
    """Begin the child in the commit of the parent's wait; without its definition, look again later."""
    definition = s.host.definition(node.workflow, node.version)
    if definition is None:
        which = node.workflow if node.version is None else f"{node.workflow} version {node.version}"
        write_state(
            s, p, {"blocked": f"workflow {which} is not registered on the host that runs this instance"}
        )
        move(p, PointerStatus.SLEEPING)
        s.set_due(p, s.now + s.host.settings.blocked_recheck)
        s.emit(LifecycleKind.STEP_WAITING, p, {"definition": node.workflow})
        return
    value = evaluate(s, p, node, node.input, "the input")
    begin(s, p)
    child_id = f"{s.record.id}/{p.id}/{p.attempt}"
    if (problem := flaw(child_id, KEY_BYTES)) is not None:
        raise ConditionError(f"step {node.key!r}: the id of sub-workflow {node.workflow!r} {problem}")
    RULES["begin_child"](s, p, definition, value, child_id)
    write_state(s, p, {"child": child_id})
    move(p, PointerStatus.WAITING)
    if node.timeout is not None:
        s.set_due(p, s.now + node.timeout)
    s.emit(LifecycleKind.STEP_WAITING, p, {"child": child_id})
    park(s, p)


def _fire_sub_workflow(s: State, p: PointerRecord, node: SubWorkflowNode) -> None:
    s.set_due(p, None)
    if p.status == PointerStatus.SLEEPING:
        move(p, PointerStatus.PENDING)
        p.state = None
        enter(s, p)
        return
    stop_leaf(s, p)
    _child_too_late(s, p, node)


def _child_too_late(s: State, p: PointerRecord, node: SubWorkflowNode) -> None:
    error = WaitTimeoutError(f"step {node.key!r}: workflow {node.workflow!r} did not end in time")
    fail_now(s, p, node, error)


def child_ended(s: State, payload: dict[str, Any]) -> None:
    """A child has ended: {"pointer", "id", "status", "at", "data" | "error"}."""
    pointer = s.pointers.get(payload["pointer"])
    if pointer is None or pointer.status != PointerStatus.WAITING:
        return
    if read_state(pointer).get("child") != payload["id"]:
        return
    node = cast("SubWorkflowNode", s.node(pointer))
    late = _too_late(pointer, payload)
    s.set_due(pointer, None)
    if late:
        _child_too_late(s, pointer, node)
        return
    if payload["status"] == "complete":
        # Its own version, which need not be the newest that is registered by now.
        definition = s.host.definition(node.workflow, payload.get("version", node.version))
        data = payload["data"]
        try:
            texts = {key: dumps(value, key) for key, value in data.items()}
            value = data if definition is None else definition.codec.decode(texts)
        except Exception as exc:  # noqa: BLE001 - the data model is a user's code
            msg = f"step {node.key!r}: the data of {payload['id']!r} does not fit its model"
            fail_now(s, pointer, node, OutputError(f"{msg}: {type(exc).__name__}: {exc}"))
            return
        _result(s, pointer, node, value)
        return
    error: dict[str, Any] = payload.get("error") or {}
    text = f"sub-workflow {payload['id']!r} {_ENDED[payload['status']]}"
    if error:
        text += f" at step {error.get('step_key')!r}: {error.get('type')}: {error.get('message')}"
    kind = "WorkflowFailedError" if payload["status"] == "failed" else "StepCancelledError"
    info = ErrorInfo(kind, text, node.key, error.get("traceback"), payload["status"] == "failed")
    RULES["failed"](s, pointer, node, Failure(info, (kind, "WfeError", "Exception")))


_ENDED = {"failed": "failed", "cancelled": "was cancelled", "terminated": "was terminated"}


def user_state(p: PointerRecord) -> tuple[Any, Any]:
    """What a step kept for itself, and the event it waited for."""
    if p.state is None:
        return None, None
    state = loads(p.state)
    return state.get("state"), state.get("event")


ENTER.update(
    {
        "wait_for": _enter_wait, "approval": _enter_approval, "activity": _enter_activity,
        "sub_workflow": _enter_sub_workflow,
    }
)  # fmt: skip
FIRE.update(
    {
        "wait_for": _fire_wait,
        "approval": _fire_wait,
        "activity": _fire_wait,
        "sub_workflow": _fire_sub_workflow,
    }
)
JOIN.update({"wait_for": _join_timeout, "approval": _join_timeout, "activity": _join_timeout})
RULES["wait"] = wait
