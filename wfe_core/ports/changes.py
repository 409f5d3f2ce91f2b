"""Port of the store for what follows it from outside: every change, in order, and a durable place in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.ports.records import InstanceRecord


@dataclass(slots=True, frozen=True)
class Change:
    """Something was committed for an instance, or it was purged."""

    seq: int
    """Rises with every change; the later of two changes of one instance has the higher one."""
    instance_id: str


@dataclass(slots=True, frozen=True)
class Content:
    """An instance and its current data."""

    instance: InstanceRecord
    data: dict[str, str]
    """By top-level key, as JSON text; never older than the instance's revision."""


class ChangeFeed(ABC):
    """Lets a reader outside of the store follow it: read changes, read what changed, remember the place.

    A reader that does these three in this order loses nothing when it dies, and sees some changes twice.

    Hosts forget changes that every reader with a place has passed, after an hour or more, and all that are
    older than `HostConfig.outbox_retention`. Who begins with a long look at everything takes a place for that
    time, under a name of its own.
    """

    @abstractmethod
    async def changes(self, after: int, *, limit: int) -> list[Change] | None:
        """Read changes with a seq above `after` that no open transaction can precede, by seq.

        None when some of them have been forgotten: the reader must compare everything, and follow from the
        `newest_change` of before.
        """

    @abstractmethod
    async def newest_change(self) -> int:
        """A place to follow from: whatever is not to be seen in the store yet will have a higher seq."""

    @abstractmethod
    async def contents(self, ids: Sequence[str]) -> dict[str, Content]:
        """Read instances with their data; those that are gone are left out."""

    @abstractmethod
    async def cursor(self, reader: str) -> int | None:
        """The place of a reader; None when it has none yet."""

    @abstractmethod
    async def move_cursor(self, reader: str, before: int | None, after: int) -> bool:
        """Move a reader's place, durably, if it still is `before`; tells whether it was."""

    @abstractmethod
    async def cursors(self) -> dict[str, int]:
        """The places of all readers, the store's own search included once it has indexed anything."""

    @abstractmethod
    async def drop_cursor(self, reader: str) -> None:
        """Forget the place of a reader that will not come back; harmless when it has none."""
