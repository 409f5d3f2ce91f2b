"""The connection that hears, when the server does not let it live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until
from wfe_postgres import channel
from wfe_postgres.channel import PostgresChannel
from wfe_postgres.database import Database
from wfe_postgres.location import Location


class CutConnection:
    """A connection that is cut as soon as it is there."""

    def add_termination_listener(self, listener: Callable[[Any], None]) -> None:
        """Cut it."""
        asyncio.get_running_loop().call_soon(listener, self)

    def terminate(self) -> None:
        """Nothing is left to end."""


class CuttingDatabase(Database):
    """A server that accepts connections, and cuts them at once."""

    async def open(self) -> None:
        """Accept anybody."""

    async def close(self) -> None:
        """Let anybody go."""

    async def own_connection(self, *, patient: bool = False) -> Any:
        """Give a connection."""
        del patient
        return CutConnection()


async def test_connections_that_are_cut_at_once_are_made_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a host would do nothing but connect: each pause is twice the one before, up to five seconds."""
    pauses: list[float] = []
    gaps: list[None] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr(channel, "_pause", pause)
    made = PostgresChannel(CuttingDatabase(Location.parse("postgresql://nowhere/db")))

    def on_gap() -> None:
        gaps.append(None)

    await made.open(on_gap)
    await until(lambda: len(gaps) >= 8, "new connections")
    await made.close(on_gap)
    assert pauses[:8] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
