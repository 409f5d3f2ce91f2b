"""Stopping: how what is open is interrupted or cancelled, and keeps its place in the order of undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.engine.flow import tell_status, undo_place
from wfe_core.engine.state import State, read_state, write_state
from wfe_core.engine.transitions import move
from wfe_core.models import LifecycleKind, PointerStatus, WorkflowStatus
from wfe_core.ports import Message
from wfe_core.serialization import loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wfe_core.ports import PointerRecord
    from wfe_core.ports.records import MessageKind


def interrupt(s: State, pointers: Iterable[PointerRecord]) -> None:
    """Stop the attempts that run; their pointers are pending again."""
    for pointer in list(pointers):
        if pointer.id in s.running:
            stop_leaf(s, pointer)
            move(pointer, PointerStatus.PENDING)
            s.set_due(pointer, None)


def stop_leaf(s: State, p: PointerRecord) -> None:
    """Stop what works for a leaf: its attempt, its work item, its child."""
    if p.id in s.running:
        s.running.pop(p.id)
        s.stopping[p.id] = None
        s.t.stops = [*s.t.stops, p.id]
    elif p.status == PointerStatus.WAITING and p.state is not None:
        state = read_state(p)
        if "activity" in state:
            s.t.drop_activities = [*s.t.drop_activities, state["activity"]]
        elif "child" in state:
            command: MessageKind = "terminate" if s.record.status == WorkflowStatus.TERMINATED else "cancel"
            s.t.messages = [*s.t.messages, Message(state["child"], command, "{}")]
            if command == "cancel":
                _expect_its_end(s, p, state["child"])


def _expect_its_end(s: State, p: PointerRecord, child_id: str) -> None:
    """Let the sagas around a sub-workflow that was told to cancel wait until it has undone itself."""
    if any(loads(m.payload)["id"] == child_id for m in s.held if m.kind == "child"):
        return
    for saga in s.ancestors(p):
        if s.node(saga).kind == "saga":
            state = read_state(saga)
            write_state(s, saga, {**state, "leaving": [*state.get("leaving", ()), child_id]})


def has_left(s: State, child_id: str) -> list[PointerRecord]:
    """A sub-workflow that was told to cancel has ended; gives the sagas that waited for no other."""
    free: list[PointerRecord] = []
    for saga in s.pointers.values():
        if saga.state is None or '"leaving"' not in saga.state:
            continue
        state = read_state(saga)
        if child_id in state["leaving"]:
            state["leaving"].remove(child_id)
            if not state["leaving"]:
                del state["leaving"]
                free.append(saga)
            write_state(s, saga, state)
    return free


def give_places(s: State, pointers: Iterable[PointerRecord]) -> None:
    """Let open pointers that are about to be cancelled be undone with their saga.

    Places are given outside in, so that deeper containers and then leaves come off first, and of these one
    that failed before the others.
    """
    for pointer in sorted(
        pointers, key=lambda p: (not s.node(p).container, p.status == PointerStatus.FAILED, p.id)
    ):
        give_place(s, pointer)


def give_place(s: State, p: PointerRecord) -> None:
    """Let what a pointer may have done be undone with its saga: by its own compensation, if it has begun."""
    node = s.node(p)
    undone = node.kind == "saga" and p.status == PointerStatus.FAILED
    if node.saga is None or node.compensation is None or undone:
        p.undo = None
    elif node.container:
        p.undo = undo_place(s) if p.undo is None else p.undo - 1
    elif p.attempt > 0:
        p.undo = undo_place(s)


def cancel_one(s: State, p: PointerRecord) -> None:
    """Cancel one open pointer."""
    node = s.node(p)
    if node.kind == "saga":
        if p.status in (PointerStatus.RUNNING, PointerStatus.SLEEPING) or walks(s, p):
            _hand_failures_on(s, p)
            close_saga(s, p)
        p.state = None  # whoever undoes it later finds no walk of its own
    stop_leaf(s, p)
    if p.status != PointerStatus.FAILED:  # it failed before a guard around it ran its hooks, which stays true
        move(p, PointerStatus.CANCELLED)
        s.emit(LifecycleKind.STEP_CANCELLED, p)
        if not node.container:
            # Of a container that stopped because something in it failed, that has been told.
            tell_status(s, p, node)
    s.remove(p)


def walks(s: State, p: PointerRecord) -> bool:
    """Whether a pointer is a saga being undone (one that is only compensated as a whole is not)."""
    return p.status == PointerStatus.COMPENSATING and s.node(p).kind == "saga" and "undo" in read_state(p)


def _hand_failures_on(s: State, p: PointerRecord) -> None:
    """Let the saga around one that is cancelled while it is undone answer for compensations that failed."""
    state = read_state(p)
    failed = state.get("undo", state).get("failed")
    outer = next((a for a in s.ancestors(p) if s.node(a).kind == "saga"), None)
    if not failed or outer is None:
        return
    kept = read_state(outer)
    place = kept["undo"] if walks(s, outer) else kept
    place["failed"] = [*place.get("failed", ()), *failed]
    write_state(s, outer, kept)


def close_saga(s: State, p: PointerRecord) -> None:
    """A saga is no longer open; with the last one the old revisions of the data can go."""
    s.undo_pages.pop(p.id, None)
    s.undo_waits.pop(p.id, None)
    s.open_sagas -= 1
    if s.open_sagas == 0:
        s.t.drop_history = True
        s.undo_ancestors.clear()
        for key in [key for key in s.chunks if key[0] not in s.pointers]:
            del s.chunks[key]


def cancel_tree(s: State, p: PointerRecord) -> None:
    """Cancel an open pointer and all that is open inside it; a saga around it can still undo it."""
    tree = [p, *s.descendants(p.id)]
    give_places(s, tree)
    for inside in reversed(tree):
        cancel_one(s, inside)


def cancel_everything(s: State) -> None:
    """Cancel all open pointers, innermost first."""
    for pointer in sorted(s.pointers.values(), key=lambda p: -p.id):
        cancel_one(s, pointer)
