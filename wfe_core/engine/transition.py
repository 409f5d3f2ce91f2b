"""`Transition`: what one round of the engine changed, and what the host has to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.engine.machine import Machine
    from wfe_core.ports import ActivityItem, Checkpoint, ItemChunk, Message, PointerRecord, Subscription


class Transition:
    """Changes gathered while happenings are applied.

    The first group goes into the checkpoint; the second is what the host does *after* the commit. One is made
    for each round, thousands a second, so what is rare in a round is a shared empty tuple until it is set:
    `t.stops = [*t.stops, pointer_id]`.
    """

    keep_history = False
    drop_history = False
    items: Sequence[ItemChunk] = ()
    drop_items: Sequence[int] = ()
    subscriptions: Sequence[Subscription] = ()
    drop_subscriptions = False
    consumed: Sequence[int] = ()
    messages: Sequence[Message] = ()
    children: Sequence[Machine] = ()
    activities: Sequence[ActivityItem] = ()
    drop_activities: Sequence[str] = ()
    touched = False
    """Something of the instance row itself changed."""

    checkpoint: Checkpoint | None = None
    """Set by `Machine.flush`; None when nothing changed."""
    starts: Sequence[int] = ()
    """Pointers whose body is to be run; a slot has been taken for each."""
    stops: Sequence[int] = ()
    """Pointers whose attempt is to be cancelled; `StepStopped` must follow for each."""
    queued: Sequence[int] = ()
    """Pending pointers that wait for a slot: `Admitted` must follow for each."""
    unused: Sequence[int] = ()
    """Pointers for which a slot was taken that they have no use for: it is to be given back."""
    deferred: Sequence[int] = ()
    """Pending pointers put off to keep a round short: `Admitted` must follow, no slot needed."""
    load_undo: Sequence[int] = ()
    """Sagas for which `UndoLoaded` must follow."""
    load_chunks: Sequence[tuple[int, int]] = ()
    """(pointer, chunk number) for which `ChunkLoaded` must follow."""
    load_outputs: Sequence[int] = ()
    """Loops for which `OutputsLoaded` must follow."""
    ended = False
    """The instance has reached a terminal status in this round."""

    def __init__(self) -> None:
        self.changed: dict[int, PointerRecord] = {}
        self.data: dict[str, str] = {}
        self.happened: list[tuple[Any, ...]] = []

    def dirty(self) -> bool:
        """Whether there is anything to write."""
        return bool(
            self.touched
            or self.changed
            or self.data
            or self.consumed
            or self.messages
            or self.drop_activities
        )
