"""The backends that the fixture `wfe` brings along."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wfe_core.registry import open_providers
from wfe_core.testing.backend import Backend

if TYPE_CHECKING:
    from wfe_core.ports import Providers
    from wfe_core.testing.clock import ManualClock


class InMemory(Backend):
    """In memory; somebody has to say who is dead."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self._backend: Any = import_module("wfe_memory").MemoryBackend(clock)

    def open(self) -> Providers:
        """Give the providers of one more host."""
        providers: Providers = self._backend.providers()
        return providers

    def kill(self, session_id: str) -> None:
        """Say that a session is dead."""
        self._backend.kill(session_id)


class AtUrl(Backend):
    """A store behind a URL, and other providers beside it where they are named.

    Args:
        clock: the clock of the test.
        url: the store, empty.
        others: further URLs, by role (`locks`, `queue`, `search`, `hub`), as in `WorkflowHost.connect`.
    """

    def __init__(self, clock: ManualClock, url: str, **others: str) -> None:
        super().__init__(clock)
        self.url: str = url
        self.others: dict[str, str] = others

    def open(self) -> Providers:
        """Give the providers of one more host."""
        return open_providers(self.url, clock=self.clock, **self.others)
