"""`Transition`: what one round of the engine changed, and what the host has to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfe_core.engine.machine import Machine
    from wfe_core.ports import ActivityItem, Checkpoint, ItemChunk, Message, PointerRecord, Subscription


@dataclass(slots=True)
class Transition:
    """Changes gathered while happenings are applied.

    The first group goes into the checkpoint; the second is what the host does *after* the commit.
    """

    changed: dict[int, PointerRecord] = field(default_factory=dict[int, "PointerRecord"])
    data: dict[str, str] = field(default_factory=dict[str, str])
    keep_history: bool = False
    drop_history: bool = False
    items: list[ItemChunk] = field(default_factory=list["ItemChunk"])
    drop_items: list[int] = field(default_factory=list[int])
    subscriptions: list[Subscription] = field(default_factory=list["Subscription"])
    drop_subscriptions: bool = False
    consumed: list[int] = field(default_factory=list[int])
    messages: list[Message] = field(default_factory=list["Message"])
    children: list[Machine] = field(default_factory=list["Machine"])
    activities: list[ActivityItem] = field(default_factory=list["ActivityItem"])
    drop_activities: list[str] = field(default_factory=list[str])
    happened: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    touched: bool = False
    """Something of the instance row itself changed."""

    checkpoint: Checkpoint | None = None
    """Set by `Machine.flush`; None when nothing changed."""
    starts: list[int] = field(default_factory=list[int])
    """Pointers whose body is to be run; a slot has been taken for each."""
    stops: list[int] = field(default_factory=list[int])
    """Pointers whose attempt is to be cancelled; `StepStopped` must follow for each."""
    queued: list[int] = field(default_factory=list[int])
    """Pending pointers that wait for a slot: `Admitted` must follow for each."""
    deferred: list[int] = field(default_factory=list[int])
    """Pending pointers put off to keep a round short: `Admitted` must follow for each, no slot needed."""
    load_undo: list[int] = field(default_factory=list[int])
    """Sagas for which `UndoLoaded` must follow."""
    load_chunks: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """(pointer, chunk number) for which `ChunkLoaded` must follow."""
    load_outputs: list[int] = field(default_factory=list[int])
    """Loops for which `OutputsLoaded` must follow."""
    ended: bool = False
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
