"""Ending an instance whose definition nobody has: what `terminate` does, from what the store alone knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.engine.state import read_state
from wfe_core.engine.transitions import move
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Checkpoint, Message
from wfe_core.serialization import dumps

if TYPE_CHECKING:
    from wfe_core.ports import LoadedInstance, PointerRecord


def terminate_orphan(loaded: LoadedInstance, now: int) -> Checkpoint:
    """Make the checkpoint that terminates an instance under the lease it was loaded with.

    It ends as `Machine` would end it: everything open is cancelled and nothing undone, work items go,
    children are told to terminate, the parent hears of it. The lease goes back whatever has come meanwhile:
    nobody takes an instance that has ended.
    """
    record = loaded.instance
    happened: list[tuple[Any, ...]] = []
    activities: list[str] = []
    messages: list[Message] = []
    loops: list[int] = []
    for pointer in sorted(loaded.pointers, key=lambda p: -p.id):
        state = read_state(pointer)
        if pointer.status == PointerStatus.WAITING and "activity" in state:
            activities.append(state["activity"])
        elif pointer.status == PointerStatus.WAITING and "child" in state:
            messages.append(Message(state["child"], "terminate", "{}"))
        if "total" in state:
            loops.append(pointer.id)
        _cancel(pointer, now, happened)
    record.status = WorkflowStatus.TERMINATED
    record.revision += 1
    record.ended = now
    record.ending = record.error = record.next_due = None
    happened.append((LifecycleKind.WORKFLOW_TERMINATED, now, None, None, None, None))
    if record.parent_id is not None:
        payload = {"pointer": record.parent_pointer, "id": record.id, "status": record.status, "at": now}
        key = f"child:{record.id}:{record.revision}"
        messages.append(Message(record.parent_id, "child", dumps(payload, "result"), dedupe=key))
    return Checkpoint(
        record, pointers=loaded.pointers, drop_history=True, drop_items=loops, drop_subscriptions=True,
        consumed=[message.seq for message in loaded.inbox], messages=messages, drop_activities=activities,
        happened=happened, release=True, inbox_seen=_ANY,
    )  # fmt: skip


def _cancel(pointer: PointerRecord, now: int, happened: list[tuple[Any, ...]]) -> None:
    if pointer.status != PointerStatus.FAILED:
        move(pointer, PointerStatus.CANCELLED)
        happened.append((LifecycleKind.STEP_CANCELLED, now, pointer.step, pointer.id, pointer.attempt, None))
    pointer.live = False
    pointer.state = pointer.due = pointer.undo = None
    pointer.ended = now


_ANY = 2**62
"""No inbox reaches so far."""
