"""`Transition`: what one round of the engine changed, and what the host has to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfe_core.engine.machine import Machine
    from wfe_core.ports import ActivityItem, Checkpoint, ItemChunk, Message, PointerRecord, Subscription


class Transition:
    """Changes gathered while happenings are applied.

    The first group goes into the checkpoint; the second is what the host does *after* the commit. One is
    made for each round, so its making is kept cheap: plain literals, no dataclass factories.
    """

    __slots__ = (
        "activities", "changed", "checkpoint", "children", "consumed", "data", "deferred", "drop_activities",
        "drop_history", "drop_items", "drop_subscriptions", "ended", "happened", "items", "keep_history",
        "load_chunks", "load_outputs", "load_undo", "messages", "queued", "starts", "stops", "subscriptions",
        "touched", "unused",
    )  # fmt: skip

    def __init__(self) -> None:
        self.changed: dict[int, PointerRecord] = {}
        self.data: dict[str, str] = {}
        self.keep_history = False
        self.drop_history = False
        self.items: list[ItemChunk] = []
        self.drop_items: list[int] = []
        self.subscriptions: list[Subscription] = []
        self.drop_subscriptions = False
        self.consumed: list[int] = []
        self.messages: list[Message] = []
        self.children: list[Machine] = []
        self.activities: list[ActivityItem] = []
        self.drop_activities: list[str] = []
        self.happened: list[tuple[Any, ...]] = []
        self.touched = False
        """Something of the instance row itself changed."""

        self.checkpoint: Checkpoint | None = None
        """Set by `Machine.flush`; None when nothing changed."""
        self.starts: list[int] = []
        """Pointers whose body is to be run; a slot has been taken for each."""
        self.stops: list[int] = []
        """Pointers whose attempt is to be cancelled; `StepStopped` must follow for each."""
        self.queued: list[int] = []
        """Pending pointers that wait for a slot: `Admitted` must follow for each."""
        self.unused: list[int] = []
        """Pointers for which a slot was taken that they do not need any more."""
        self.deferred: list[int] = []
        """Pending pointers put off to keep a round short: `Admitted` must follow, no slot needed."""
        self.load_undo: list[int] = []
        """Sagas for which `UndoLoaded` must follow."""
        self.load_chunks: list[tuple[int, int]] = []
        """(pointer, chunk number) for which `ChunkLoaded` must follow."""
        self.load_outputs: list[int] = []
        """Loops for which `OutputsLoaded` must follow."""
        self.ended = False
        """The instance has reached a terminal status in this round."""

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
