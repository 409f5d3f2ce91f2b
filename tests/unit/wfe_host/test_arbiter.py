"""Whether all hosts of a store ask the same server for sessions, under a clock that the tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.unit.wfe_host.keepers import FakeLocks
from wfe_core.errors import LocksConflictError
from wfe_core.registry import open_providers
from wfe_core.testing.ids import SequentialIds
from wfe_host.arbiter import Arbiter
from wfe_host.config import HostConfig
from wfe_host.sessions import SessionKeeper

CONFIG = HostConfig(session_ttl="8s")


class Server(FakeLocks):
    """Sessions on a server with an identity, which it loses with its data."""

    def __init__(self, clock: Any, words: str) -> None:
        super().__init__(clock.now)
        self.words: str = words

    async def identity(self) -> str:
        """Tell it, unless the server is cut off."""
        self.answer()
        return self.words

    def lose_data(self, words: str) -> None:
        """Begin anew, as another."""
        self.words = words
        self.known.clear()


class World:
    """Hosts on one store."""

    def __init__(self, clock: Any, store: Any) -> None:
        self.clock = clock
        self.store = store
        self.ids = SequentialIds()
        self.refused: list[SessionKeeper] = []
        self.keepers: list[SessionKeeper] = []

    def arbiter(self, server: Server) -> Arbiter:
        """What a host with this server compares with."""
        return Arbiter(self.store, server, self.clock, self.ids, ttl=CONFIG.session_ttl_us)

    async def host(self, server: Server) -> SessionKeeper:
        """Start a host, as far as sessions go; it waits as long as it has to."""
        arbiter = self.arbiter(server)
        await self.passing(arbiter.join())
        keeper = SessionKeeper(server, CONFIG, self.clock, self.ids, lambda: None, None, arbiter)
        await keeper.open()
        self.keepers.append(keeper)
        return keeper

    async def passing(self, work: Any) -> Any:
        """Let the time pass until some work is done; gives what it gave."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await self.clock.advance("250ms")
        return task.result()

    async def noted(self) -> dict[str, int]:
        """What the store has noted of locks."""
        return {name: at for name, at in (await self.store.cursors()).items() if name.startswith("locks")}


@pytest.fixture
async def world(clock: Any) -> AsyncIterator[World]:
    """A store without hosts."""
    async with open_providers("memory://", clock=clock).store as store:
        made = World(clock, store)
        yield made
        for keeper in made.keepers:
            await keeper.close()


async def test_who_asks_another_server_is_refused_while_a_host_lives(world: World) -> None:
    """The host that lives protests; the error names both servers, and no claim is left behind."""
    one, two = Server(world.clock, "1 at a"), Server(world.clock, "2 at b")
    host = await world.host(one)
    with pytest.raises(LocksConflictError, match=r"\(1 at a\), this one .* \(2 at b\)"):
        await world.host(two)
    assert not host.lost
    assert {*await world.noted()} == {"locks-server", "locks-server:1 at a"}
    await world.host(one)


async def test_a_new_server_is_taken_when_nobody_lives_at_the_old_one(world: World) -> None:
    """After all hosts have stopped or died, the first that comes waits in vain for a protest."""
    host = await world.host(Server(world.clock, "1"))
    await host.abandon()
    before = world.clock.now()
    await world.host(Server(world.clock, "2"))
    assert world.clock.now() - before >= 10_000_000
    assert {*await world.noted()} == {"locks-server", "locks-server:2"}


async def test_hosts_whose_server_has_lost_its_data_go_on(world: World) -> None:
    """They keep their sessions, agree on the new identity, and let those in who come meanwhile."""
    server = Server(world.clock, "before")
    hosts = [await world.host(server) for _ in range(2)]
    server.lose_data("after")
    newcomer = await world.host(server)
    await world.clock.advance("20s")
    assert [host.lost for host in (*hosts, newcomer)] == [False] * 3
    assert {server.known[host.session_id] for host in (*hosts, newcomer)} == {"live"}
    assert {*await world.noted()} == {"locks-server", "locks-server:after"}
    with pytest.raises(LocksConflictError, match=r"\(after\)"):
        await world.host(Server(world.clock, "elsewhere"))


async def test_a_host_whose_server_was_exchanged_is_refused_by_the_others(world: World) -> None:
    """Its address leads elsewhere now: it gives its session up, and joins again when it leads back."""
    right = Server(world.clock, "right")
    stays, goes = await world.host(right), await world.host(moved := Server(world.clock, "right"))
    moved.lose_data("wrong")
    while not goes.lost:
        await world.clock.advance("1s")
    assert not stays.lost
    moved.lose_data("right")
    await world.passing(goes.reopen())
    assert not goes.lost


async def test_a_host_that_did_not_protest_gives_up_at_its_next_look(world: World) -> None:
    """Others have taken another server meanwhile, and will count its session as dead: so it ends first."""
    slept = await world.host(Server(world.clock, "old"))
    noted = (await world.noted())["locks-server"]
    await world.store.move_cursor("locks-server", noted, noted + 1)
    await world.clock.advance("2s")
    assert slept.lost


async def test_of_two_new_servers_one_is_taken(world: World) -> None:
    """Hosts that start together with different servers, where nobody lives: never both."""
    await (await world.host(Server(world.clock, "old"))).abandon()
    joins = [world.arbiter(Server(world.clock, words)).join() for words in ("1", "2", "3")]
    found = await world.passing(asyncio.gather(*joins, return_exceptions=True))
    assert sorted(type(one).__name__ for one in found) == ["LocksConflictError"] * 2 + ["NoneType"]


async def test_an_unknown_session_is_not_dead_while_servers_differ(world: World) -> None:
    """Only where the noted server does not know it, and a whole time-to-live after that was sure."""
    server = Server(world.clock, "1")
    host = await world.host(server)
    assert await host.dead_sessions(["stranger"]) == set()
    server.words = "2"
    await world.clock.advance("9s")
    assert await host.dead_sessions(["stranger"]) == set()
    while "locks-server:2" not in await world.noted():
        await world.clock.advance("1s")
    assert await host.dead_sessions(["stranger"]) == set()
    await world.clock.advance("8s")
    assert await host.dead_sessions(["stranger"]) == {"stranger"}


async def test_a_server_that_does_not_answer_refuses_nobody(world: World) -> None:
    """A host that cannot ask its server whether that is a new one says nothing, and loses its session so."""
    down = Server(world.clock, "1")
    host = await world.host(down)
    down.down = True
    await world.host(Server(world.clock, "2"))
    assert host.lost
    down.down = False
    reopening = asyncio.ensure_future(host.reopen())
    await world.clock.advance("60s")
    assert not reopening.done()
    reopening.cancel()
    await asyncio.wait((reopening,))
    assert {*await world.noted()} == {"locks-server", "locks-server:2"}
