"""What tests of the language and its executors have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.services.zypi.server import ZypiServer


@pytest.fixture
async def zypi(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ZypiServer]:
    """A Zypi whose commands are plain subprocesses; the environment says where it is."""
    server = ZypiServer()
    await server.start()
    # Tests of steps leave out what begins with WFE_, so the steps get it from their tools.
    monkeypatch.setenv("WFE_ZYPI_URL", server.url)
    yield server
    await server.stop()
