"""Real servers for the tests of wfe_redis."""

from __future__ import annotations

import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.services.combinations import runtime_folder
from tests.services.redis import Redis, own_redis_or_skip, redis_or_skip
from wfe_redis import RedisProviders, open_providers


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[None]:
    """Sessions of the same name in other processes are others."""
    with runtime_folder(tmp_path / "runtime"):
        yield


@pytest.fixture
def shared() -> Redis:
    """A server that other tests use too."""
    return redis_or_skip()


@pytest.fixture
def own() -> Iterator[Callable[..., Redis]]:
    """Makes servers that nobody else uses, started."""
    made: list[Redis] = []

    def make(*settings: str, **options: Any) -> Redis:
        server = own_redis_or_skip(*settings, **options)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.own().destroy(signal.SIGKILL)


@asynccontextmanager
async def entered(url: str) -> AsyncGenerator[RedisProviders]:
    """Open and enter all that Redis offers."""
    opened = open_providers(url)
    async with opened.locks, opened.queue, opened.hub:
        yield opened
