"""Servers that accept connections and never answer: all ends, and says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.services.postgres import postgres_or_skip
from tests.services.proxy import Proxy
from tests.services.redis import fresh_prefix, redis_or_skip
from tests.waiting import PATIENCE
from wfe_core.errors import ProviderUnavailableError
from wfe_core.ports import InstanceQuery
from wfe_core.registry import open_providers
from wfe_host import HostConfig, WorkflowHost

SOON = "timeout=200ms&connect_timeout=200ms"


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """The port of a server that reads, and says nothing."""

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    server = await asyncio.start_server(read, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.mark.parametrize(
    ("url", "part", "message"),
    [
        ("postgresql://w@127.0.0.1:{port}/x?connect_timeout=200ms", "store", "cannot be reached"),
        (f"redis://127.0.0.1:{{port}}?{SOON}", "locks", r"did not answer in time: raise \?timeout="),
        (f"redis://127.0.0.1:{{port}}?{SOON}", "queue", "did not answer in time"),
        (f"redis+sentinel://127.0.0.1:{{port}}/s?{SOON}", "locks", "know no primary 's' that is up"),
        (f"redis+cluster://127.0.0.1:{{port}}?{SOON}", "locks", "cannot be reached"),
    ],
)
async def test_opening_ends_with_an_error(silent: int, url: str, part: str, message: str) -> None:
    """It names the server and a remedy, after the time that the URL allows."""
    there = url.format(port=silent)
    it = open_providers(there) if part == "store" else open_providers("memory://", **{part: there})  # type: ignore[arg-type]
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ProviderUnavailableError, match=message):
            await getattr(it, part).__aenter__()


async def test_a_search_ends_with_an_error(silent: int) -> None:
    """So does the feed behind it, when the host leaves."""
    url = f"opensearch+http://127.0.0.1:{silent}?timeout=200ms&fallback=none"
    it = open_providers("memory://", search=url)
    search: Any = it.search
    async with asyncio.timeout(PATIENCE), it.store, search:
        with pytest.raises(ProviderUnavailableError, match=r"did not answer in time: raise \?timeout="):
            await search.search(InstanceQuery(text="x"))


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("kinds", [("postgres",), ("redis",), ("postgres", "redis")], ids="+".join)
async def test_a_host_ends_though_its_servers_fall_silent(kinds: tuple[str, ...]) -> None:
    """Calls that are under way end with an error, and `stop` returns, whichever server it is."""
    server, redis = postgres_or_skip(), redis_or_skip()
    schema = server.lease()
    url = server.url(schema, statement_timeout="200ms", connect_timeout="200ms")
    port = urlsplit(url).port
    assert port is not None
    async with (
        Proxy(port).running() as store,
        Proxy(urlsplit(redis.base).port or 0).running() as locks,
    ):
        beside = f"redis://127.0.0.1:{locks.port}?prefix={fresh_prefix()}&{SOON}"
        config = HostConfig(session_ttl="5m", grace_period="100ms")
        host = WorkflowHost.connect(
            url.replace(f":{port}", f":{store.port}"), locks=beside, queue=beside, hub=beside, config=config
        )
        await host.start_up()
        for kind, proxy in (("postgres", store), ("redis", locks)):
            if kind in kinds:
                proxy.cut()
        async with asyncio.timeout(PATIENCE):
            if "postgres" in kinds:
                with pytest.raises(ProviderUnavailableError):
                    await host.providers.store.owners()
            if "redis" in kinds:
                with pytest.raises(ProviderUnavailableError):
                    await host.providers.locks.states(["x"])
            await host.stop()
    await server.give_back(schema)
