"""Schemas on a real server for the tests of wfe_postgres."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from tests.services.postgres import Postgres, postgres_or_skip


@pytest.fixture
def server() -> Postgres:
    """The server."""
    return postgres_or_skip()


@pytest.fixture
def url(server: Postgres) -> Callable[..., str]:
    """Makes URLs of one schema that nobody has used."""
    name = f"t_{secrets.token_hex(8)}"
    return lambda **options: server.url(name, **options)


@pytest.fixture
async def admin(server: Postgres) -> AsyncIterator[Any]:
    """A connection that may do everything."""
    connection = await asyncpg.connect(server.base)
    yield connection
    await connection.close()
