"""What the suites need to know about the backend they test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import fields
from typing import ClassVar, cast

import pytest

from wfe_core.ports import PersistenceProvider, Providers
from wfe_core.testing.clock import ManualClock


class UnsupportedError(Exception):
    """The backend has no such thing; the tests that need it are declared in `Backend.gaps`."""


class Backend(ABC):
    """The backend under test, empty when a test begins.

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


class Suite:
    """Base of the suites: connects the first host to the backend that the fixture `backend` gives."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The time of the test, which stands still unless the test moves it."""
        return ManualClock()

    @pytest.fixture
    async def host(self, backend: Backend, request: pytest.FixtureRequest) -> AsyncIterator[Providers]:
        """The providers of a first host, entered."""
        name = getattr(request.node, "originalname", request.node.name)
        if name in backend.gaps:
            request.applymarker(pytest.mark.xfail(reason=backend.gaps[name], strict=True))
        async with backend.connect() as providers:
            yield providers

    @pytest.fixture
    def store(self, host: Providers) -> PersistenceProvider:
        """The store of the first host."""
        return host.store
