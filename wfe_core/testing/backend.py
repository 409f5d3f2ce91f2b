"""A backend as tests see it: what stays while hosts come and go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import fields
from typing import ClassVar, Self, cast

from wfe_core.ports import Providers
from wfe_core.testing.clock import ManualClock


class UnsupportedError(Exception):
    """The backend has no such thing; the tests that need it are declared in `Backend.gaps`."""


class Backend(ABC):
    """The backend under test, empty when a test begins; `async with` gives it back when the test is over.

    Args:
        clock: the clock that goes into `open_providers(url, clock=...)`.
    """

    gaps: ClassVar[Mapping[str, str]] = {}
    """Known gaps: the name of a test, and why it fails. They are strict: a gap that was closed fails too."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock

    @abstractmethod
    def open(self) -> Providers:
        """Give the providers of one more host on this backend, not entered yet."""

    async def restart(self) -> None:
        """Restart the server while hosts are connected; returns when it can be reached again."""
        raise UnsupportedError

    def kill(self, session_id: str) -> None:  # noqa: B027 - most backends need not be told
        """Let a session be dead whose host has just ended as by SIGKILL.

        Nothing to do where the end of its providers shows it, as the end of a process does.
        """

    async def close(self) -> None:  # noqa: B027 - most backends hold nothing
        """Give back what the backend holds; nobody uses it any more."""

    async def __aenter__(self) -> Self:
        """Use the backend for one test."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give it back."""
        await self.close()

    async def pass_time(self, microseconds: int) -> None:
        """Let time pass for the backend. Override it when the backend goes by a clock of its own."""
        await self.clock.advance(microseconds / 1e6)

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[Providers]:
        """Open one more host's providers and enter them, as a host does."""
        providers = self.open()
        async with AsyncExitStack() as stack:
            parts: list[object] = [getattr(providers, field.name) for field in fields(providers)]
            for part in dict.fromkeys(parts):
                if isinstance(part, AbstractAsyncContextManager):
                    await stack.enter_async_context(cast(AbstractAsyncContextManager[object], part))
            yield providers
