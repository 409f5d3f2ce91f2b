"""Two Redis that have the same prefix are told apart, and one that forgot all is known again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.services.combinations import runtime_folder
from tests.services.postgres import postgres_or_skip
from tests.services.proxy import Proxy
from tests.services.redis import Redis, own_redis_or_skip
from tests.waiting import until
from wfe_core import LocksConflictError, StepContext, WorkflowBuilder, WorkflowDefinition, step
from wfe_host import HostConfig, WorkflowHost, arbiter

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TTL = HostConfig(session_ttl="5m", poll_interval="300ms")
"""A session that a slow machine does not lose."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty schema."""
    server = postgres_or_skip()
    schema = server.lease()
    with runtime_folder(tmp_path / "runtime"):
        yield server.url(schema)
    await server.give_back(schema)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A server that the test may do everything to."""
    server = own_redis_or_skip()
    server.start()
    yield server
    server.own().destroy(signal.SIGKILL)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may be refused waits until that comes, however slow the machine is."""
    monkeypatch.setattr(arbiter, "_PATIENCE", 120_000_000)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody lives who could protest: no use to wait."""
    monkeypatch.setattr(arbiter, "_PATIENCE", 1_000_000)


async def noted(host: WorkflowHost) -> list[str]:
    """The server that the store has noted."""
    places = await host.providers.store.cursors()
    return [name.partition(":")[2] for name in places if name.startswith("locks-server:")]


async def another(host: WorkflowHost, before: str) -> list[str]:
    """Wait until that is another one: its number first, then its name, then the other name goes."""
    while len(now := await noted(host)) != 1 or now == [before]:  # noqa: ASYNC110 - it is in the store
        await asyncio.sleep(0.05)
    return now


@pytest.mark.usefixtures("patient")
async def test_hosts_of_two_servers_with_one_prefix_do_not_meet(store: str, redis: Redis) -> None:
    """Another server, or another database of the same: refused, naming both; the first host goes on."""
    other = own_redis_or_skip()
    other.start()
    try:
        ours = redis.url("same")
        async with WorkflowHost.connect(store, locks=ours, config=TTL) as host:
            before = host.runtime.session_id
            database = redis.url("same").replace("?", "/1?")
            for url in (other.url("same"), database):
                with pytest.raises(LocksConflictError, match="the same locks=") as caught:
                    await WorkflowHost.connect(store, locks=url, config=TTL).start_up()
                assert f"first reached as {redis.base})" in caught.value.noted
                assert f"first reached as {url.partition('?')[0]})" in caught.value.used
            async with WorkflowHost.connect(store, locks=ours, config=TTL):
                assert host.runtime.session_id == before
                assert not host.runtime.adrift
    finally:
        other.own().destroy(signal.SIGKILL)


@pytest.mark.usefixtures("hurried")
async def test_a_redis_that_forgot_all_is_known_again(store: str, redis: Redis) -> None:
    """Under a host that runs a step, and when all have stopped: the step goes on, the token only grows."""
    gate, begun = asyncio.Event(), 0

    @step
    async def hold(ctx: StepContext[None]) -> None:
        nonlocal begun
        begun += 1
        await gate.wait()

    held = WorkflowBuilder("held").then(hold).build()
    url = redis.url("same")
    quick = HostConfig(session_ttl="8s", poll_interval="300ms")
    async with WorkflowHost.connect(store, locks=url, config=quick) as host:
        host.register(held)
        handle = await host.start(held, {})
        fence = (await host.providers.store.heads([handle.id]))[handle.id].fence
        [before] = await noted(host)
        for _ in range(2):
            await asyncio.to_thread(redis.restart)
            [before] = await another(host, before)
        gate.set()
        await handle.result()
        assert (await host.providers.store.heads([handle.id]))[handle.id].fence >= fence
        assert begun >= 1
    await asyncio.to_thread(redis.restart)
    async with WorkflowHost.connect(store, locks=url, config=quick) as host:
        assert await noted(host) != [before]


@pytest.mark.usefixtures("patient")
async def test_a_host_whose_address_leads_elsewhere_stops_first(store: str, redis: Redis) -> None:
    """It gives up what it runs before another takes it over, and joins again when the address leads back."""
    other = own_redis_or_skip()
    other.start()
    gate, events = asyncio.Event(), list[str]()

    def held(host: str) -> WorkflowDefinition[Any]:
        @step
        async def hold() -> dict[str, str]:
            events.append(f"begin {host}")
            try:
                await gate.wait()
            except asyncio.CancelledError:
                events.append(f"cancelled {host}")
                raise
            return {"by": host}

        return WorkflowBuilder("held").then(hold).build()

    try:
        async with Proxy(redis.own().port).running() as proxy, AsyncExitStack() as stack:
            address = f"redis://127.0.0.1:{proxy.port}?prefix=same"
            hosts: list[WorkflowHost] = []
            for name, url in (("goes", address), ("stays", redis.url("same"))):
                config = HostConfig(name=name, session_ttl="10s", poll_interval="300ms")
                host = WorkflowHost.connect(store, locks=url, config=config)
                host.register(held(name))
                hosts.append(await stack.enter_async_context(host))
                if name == "goes":
                    handle = await host.start("held", {})
                    await until(lambda: events == ["begin goes"], "the step")
            goes, stays = hosts
            proxy.lead_to(other.own().port)
            await until(lambda: goes.runtime.adrift, "a host that was refused")
            await until(lambda: "begin stays" in events, "the take-over")
            assert events == ["begin goes", "cancelled goes", "begin stays"]
            assert goes.runtime.adrift
            proxy.lead_to(redis.own().port)
            await until(lambda: not goes.runtime.adrift, "the return")
            gate.set()
            assert (await stays.handle("held", handle.id).result())["by"] == "stays"
    finally:
        other.own().destroy(signal.SIGKILL)
