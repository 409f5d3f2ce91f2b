"""Port for wake-up hints between hosts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.ports.records import Hint


class QueueProvider(AbstractAsyncContextManager["QueueProvider"], ABC):
    """Carries hints. Losing all of them loses no work, because stores are swept; duplicates are harmless."""

    @abstractmethod
    async def listen(self, topics: Sequence[str]) -> None:
        """Set the topics `dequeue` gives hints of: the host's session and the definitions it runs."""

    @abstractmethod
    async def enqueue(self, hints: Sequence[Hint]) -> None:
        """Send hints; never blocks for long, and may drop them when a listener is full or gone."""

    @abstractmethod
    async def dequeue(self, *, limit: int, wait: float) -> list[Hint] | None:
        """Wait up to `wait` seconds for hints; `math.inf` waits as long as it takes.

        An empty list means none came; None means that something may have changed which this queue cannot
        name, so the store should be swept.
        """
