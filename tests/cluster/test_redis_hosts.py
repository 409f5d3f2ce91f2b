"""Hosts on one PostgreSQL whose locks, queue and hub are on Redis, while Redis fails in every way."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.services.postgres import postgres_or_skip
from tests.services.proxy import Proxy
from tests.services.redis import Redis, own_redis_or_skip
from tests.waiting import until
from wfe_core import StepContext, WorkflowBuilder, WorkflowDefinition, step
from wfe_host import HostConfig, WorkflowHost

pytestmark = [pytest.mark.signals, pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(300)]


@dataclass(slots=True)
class World:
    """What steps do, as everybody sees it.

    Attributes:
        gate: opens for all steps.
        events: what happened, in order: (begin, cancelled or end, name of the host).
        running: attempts that run now, by instance.
        clashes: instances two attempts of which ran at the same time.
    """

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    events: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    running: dict[str, int] = field(default_factory=dict[str, int])
    clashes: list[str] = field(default_factory=list[str])

    def held(self, host: str) -> WorkflowDefinition[Any]:
        """A workflow with a step that runs until the gate opens."""

        @step
        async def hold(ctx: StepContext[Any]) -> dict[str, str]:
            with_others = self.running.get(ctx.instance_id, 0)
            if with_others:
                self.clashes.append(ctx.instance_id)
            self.running[ctx.instance_id] = with_others + 1
            self.events.append(("begin", host))
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.events.append(("cancelled", host))
                raise
            finally:
                self.running[ctx.instance_id] -= 1
            self.events.append(("end", host))
            return {"by": host}

        return WorkflowBuilder("held").then(hold).build()

    def seen(self, what: str) -> int:
        """How often something happened."""
        return sum(kind == what for kind, _ in self.events)


@step
async def add(n: int) -> dict[str, int]:
    """Count."""
    return {"n": n + 1}


waiting = (
    WorkflowBuilder("waiting")
    .while_do(lambda d: d["n"] < 6, lambda b: b.then(add).delay("5ms"))
    .wait_for("go", key=lambda d: d["id"])
    .then(add)
    .build()
)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A server that the test may do everything to."""
    server = own_redis_or_skip()
    server.start()
    yield server
    server.own().signal(signal.SIGCONT)
    server.own().destroy(signal.SIGKILL)


@pytest.fixture
def store() -> str:
    """The URL of an empty schema."""
    return postgres_or_skip().url(f"t_{secrets.token_hex(8)}")


Connect = Callable[..., Any]


@pytest.fixture
async def connect(store: str, redis: Redis) -> AsyncGenerator[Connect]:
    """Starts hosts, with names, on the two servers."""
    async with AsyncExitStack() as stack:

        async def start(
            name: str, *definitions: WorkflowDefinition[Any], url: str = "", **config: Any
        ) -> WorkflowHost:
            beside = url or redis.url("flows")
            host = WorkflowHost.connect(
                store, locks=beside, queue=beside, hub=beside, config=HostConfig(name=name, **config)
            )
            host.register(*definitions)
            started: WorkflowHost = await stack.enter_async_context(host)
            return started

        yield start


async def test_hosts_work_together_through_redis(connect: Connect) -> None:
    """Instances that one host started go on when another publishes, and both hear what happens."""
    one, two = (
        await connect("one", waiting, session_ttl="5m"),
        await connect("two", waiting, session_ttl="5m"),
    )
    handles = [await one.start("waiting", {"id": f"i{n}", "n": 0}, instance_id=f"i{n}") for n in range(10)]
    async with two.subscribe("workflow.completed") as events:
        # Which host completes them is open; what the other one does comes through the hub.
        await until(lambda: not one.providers.hub.alone, "word that somebody listens")
        for n in range(10):
            await two.publish_event("go", f"i{n}")
        assert [(await handle.result())["n"] for handle in handles] == [7] * 10
        heard = set()
        async for event in events:
            heard.add(event.instance_id)
            if len(heard) == 10:
                break
    assert {info.host for info in await one.providers.locks.sessions()} == {"one", "two"}


async def test_redis_that_loses_everything_costs_nothing(connect: Connect, redis: Redis) -> None:
    """Hosts open their sessions again, everything ends right, and no token ever goes back."""
    hosts = [await connect(name, waiting, session_ttl="8s", poll_interval="300ms") for name in ("one", "two")]
    handles = [
        await hosts[n % 2].start("waiting", {"id": f"i{n}", "n": 0}, instance_id=f"i{n}") for n in range(20)
    ]
    ids = [handle.id for handle in handles]
    fences: dict[str, int] = dict.fromkeys(ids, 0)

    async def tokens_only_grow() -> None:
        for id_, head in (await hosts[0].providers.store.heads(ids)).items():
            assert head.fence >= fences[id_]
            fences[id_] = head.fence

    for _ in range(3):
        await asyncio.to_thread(redis.restart)
        await tokens_only_grow()
    for n in range(20):
        await hosts[n % 2].publish_event("go", f"i{n}")
    assert [(await handle.result())["n"] for handle in handles] == [7] * 20
    await tokens_only_grow()

    with redis.admin() as admin:
        # Each opens its own again when it next renews it.
        await until(
            lambda: (
                {host.runtime.session_id for host in hosts}
                <= {*admin.zrangebyscore("flows:{flows}:sessions", 1, "+inf")}
            ),
            "sessions that live again",
        )


@pytest.mark.parametrize(
    ("pause", "ttl"), [(0.0, "4s"), pytest.param(15.0, "10s", marks=pytest.mark.slow)], ids=["short", "15-s"]
)
async def test_hosts_stop_their_steps_while_redis_is_paused(
    connect: Connect, redis: Redis, pause: float, ttl: str
) -> None:
    """Without a sign of life from it no host trusts its own: steps stop, and run again once it answers."""
    world = World()
    for name in ("one", "two"):
        host = await connect(name, world.held(name), session_ttl=ttl, poll_interval="300ms")
    before = host.runtime.session_id
    handles = [await host.start("held", {}) for _ in range(5)]
    await until(lambda: sum(world.running.values()) == 5)
    redis.own().signal(signal.SIGSTOP)
    await until(lambda: not any(world.running.values()), "the end of the steps")
    begun = world.seen("begin")
    await asyncio.sleep(pause)
    assert world.seen("begin") == begun
    redis.own().signal(signal.SIGCONT)
    await until(lambda: world.seen("begin") >= begun + 5, "the steps' second attempts")
    world.gate.set()
    assert {(await handle.result())["by"] for handle in handles} <= {"one", "two"}
    assert world.clashes == []
    assert host.runtime.session_id != before


async def test_a_host_that_is_cut_off_stops_before_another_begins(connect: Connect, redis: Redis) -> None:
    """A cut between one host and Redis: its steps end first, then the other host takes them over."""
    world = World()
    async with Proxy(redis.own().port).running() as proxy:
        url = f"redis://127.0.0.1:{proxy.port}?prefix=flows&timeout=1s"
        one = await connect("one", world.held("one"), url=url, session_ttl="4s", poll_interval="300ms")
        handle = await one.start("held", {})
        await until(lambda: world.events[-1:] == [("begin", "one")])
        before = one.runtime.session_id
        proxy.cut()
        two = await connect("two", world.held("two"), session_ttl="4s", poll_interval="300ms")
        await until(lambda: ("begin", "two") in world.events, "the take-over")
        assert world.events.index(("cancelled", "one")) < world.events.index(("begin", "two"))
        world.gate.set()
        assert await two.handle("held", handle.id).result() == {"by": "two"}
        proxy.heal()
        await until(lambda: one.runtime.session_id != before, "a new session")
        assert world.clashes == []
        assert (await (await one.start("held", {})).result())["by"] in {"one", "two"}


async def test_killed_connections_disturb_nobody(connect: Connect, redis: Redis) -> None:
    """While every connection is killed again and again, all goes on, and no session is lost."""
    hosts = [await connect(name, waiting, session_ttl="5m") for name in ("one", "two")]
    before = [host.runtime.session_id for host in hosts]
    handles = [
        await hosts[n % 2].start("waiting", {"id": f"i{n}", "n": 0}, instance_id=f"i{n}") for n in range(20)
    ]
    with redis.admin() as admin:
        for n in range(20):
            for kind in ("normal", "pubsub"):
                admin.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
            await hosts[n % 2].publish_event("go", f"i{n}")
    assert [(await handle.result())["n"] for handle in handles] == [7] * 20
    assert [host.runtime.session_id for host in hosts] == before


async def test_idle_hosts_ask_redis_less_than_once_a_second(connect: Connect, redis: Redis) -> None:
    """Renewals, and a look at the others with each sweep; what comes for a host is pushed."""
    hosts = [await connect(name, waiting) for name in ("one", "two")]
    with redis.admin() as admin:

        def asked() -> tuple[int, float]:
            seconds, rest = admin.time()
            stats = admin.info("commandstats")
            sent = sum(
                stats.get(f"cmdstat_{word}", {}).get("calls", 0) for word in ("evalsha", "eval", "ping")
            )
            return sent, seconds + rest / 1e6

        first, began = asked()
        await asyncio.sleep(6)
        last, ended = asked()
    # The two that begin and end the time may just have been under way.
    assert last - first <= len(hosts) * (ended - began) + 2


def test_a_url_of_the_wrong_kind_is_refused() -> None:
    """A provider is asked only for what it has; the error says what that is."""
    with pytest.raises(ValueError, match=r"redis:// is no store; give it as locks="):
        WorkflowHost.connect("redis://h")
    with pytest.raises(
        ValueError, match=r"search=redis://: this provider has no search; it has locks, queue, hub"
    ):
        WorkflowHost.connect("memory://", search="redis://h")
    with pytest.raises(ValueError, match=r"locks: /x is no database"):
        WorkflowHost.connect("memory://", locks="redis://h/x", connect_timeout="3s")
