"""Port for lifecycle events between processes: best effort, the outbox in the store is the truth."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wfe_core.ports.records import OutboxRow


class LifecycleHub(AbstractAsyncContextManager["LifecycleHub"], ABC):
    """Broadcasts what was committed to the subscribers in every process."""

    @property
    def alone(self) -> bool:
        """Whether nobody else can be listening just now: then nothing needs to be broadcast."""
        return False

    @abstractmethod
    async def broadcast(self, rows: Sequence[OutboxRow]) -> None:
        """Send the entries of commits; never blocks for long and may drop."""

    @abstractmethod
    def listen(self) -> AsyncIterator[OutboxRow]:
        """Receive what other processes broadcast, from the first step of the iterator on."""
