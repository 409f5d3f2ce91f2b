"""The providers under test; a further one joins with a line in `BACKENDS`."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import pytest

from tests.services.postgres import postgres_or_skip
from wfe_core.ports import Providers
from wfe_core.testing import ManualClock
from wfe_core.testing.conformance import Backend

RESTARTS = (
    "test_what_was_committed_survives_a_restart",
    "test_a_restart_pronounces_nobody_dead",
    "test_hints_come_again_after_a_restart",
    "test_rows_come_again_after_a_restart",
)


class MemoryBackend(Backend):
    """One in-memory backend for each test."""

    gaps: ClassVar[Mapping[str, str]] = dict.fromkeys(RESTARTS, "memory has no server to restart")

    def __init__(self, clock: ManualClock, folder: Path) -> None:
        super().__init__(clock)
        self._backend = import_module("wfe_memory").MemoryBackend(clock)

    def open(self) -> Providers:
        """Give one more bundle on the same backend."""
        providers: Providers = self._backend.providers()
        return providers


class SqliteBackend(Backend):
    """One file for each test."""

    gaps: ClassVar[Mapping[str, str]] = dict.fromkeys(RESTARTS, "SQLite has no server to restart")

    def __init__(self, clock: ManualClock, folder: Path) -> None:
        super().__init__(clock)
        self._url = f"sqlite:///{folder}/wfe.db"

    def open(self) -> Providers:
        """Give one more bundle on the same file."""
        providers: Providers = import_module("wfe_sqlite").open_providers(self._url, clock=self.clock)
        return providers


class PostgresBackend(Backend):
    """One schema for each test."""

    def __init__(self, clock: ManualClock, folder: Path) -> None:
        super().__init__(clock)
        self._server = postgres_or_skip()
        self._schema = f"t_{secrets.token_hex(8)}"

    def open(self) -> Providers:
        """Give one more bundle on the same schema."""
        url = self._server.url(self._schema)
        providers: Providers = import_module("wfe_postgres").open_providers(url, clock=self.clock)
        return providers

    async def restart(self) -> None:
        """Restart the server in fast mode."""
        await asyncio.to_thread(self._server.restart)


# A provider that is not there is an error: these are ours, and nothing may hide that one is missing.
BACKENDS: dict[str, Callable[[ManualClock, Path], Backend]] = {
    "memory": MemoryBackend,
    "sqlite": SqliteBackend,
    "postgres": PostgresBackend,
}


MARKS: dict[str, pytest.MarkDecorator] = {"postgres": pytest.mark.postgres}


@pytest.fixture(params=[pytest.param(name, marks=MARKS.get(name, ())) for name in BACKENDS])
def backend(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Backend:
    """The backend under test, empty."""
    return BACKENDS[request.param](clock, tmp_path)
