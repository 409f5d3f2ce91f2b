"""What the suites have in common: they run on the backend that a fixture gives."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from wfe_core.ports import PersistenceProvider, Providers
from wfe_core.testing.backend import Backend, UnsupportedError
from wfe_core.testing.clock import ManualClock

__all__ = ["Backend", "Suite", "UnsupportedError"]


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
