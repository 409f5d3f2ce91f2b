# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of a LifecycleHub: what one process broadcasts, the others hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from wfe_core.ports import LifecycleHub, OutboxRow, Providers
from wfe_core.testing.conformance.backend import Backend, Suite

SOON = 5.0
KNOCK = OutboxRow(0, "knock", "order", 0, "[]")


def rows(name: str, number: int) -> list[OutboxRow]:
    """Make rows of one instance, as its commits give them."""
    return [
        OutboxRow(n, name, "order", n, f'[["log", {n}, "päck", 1, 1, {{}}]]') for n in range(1, number + 1)
    ]


def hub_of(providers: Providers) -> LifecycleHub:
    """The hub of a host."""
    assert providers.hub is not None
    return providers.hub


class Ear:
    """Listens to a hub in a task of its own and keeps what it heard."""

    def __init__(self, hub: LifecycleHub) -> None:
        self.heard: list[OutboxRow] = []
        self._news = asyncio.Event()
        self._task = asyncio.ensure_future(self._listen(hub))

    async def _listen(self, hub: LifecycleHub) -> None:
        async for row in hub.listen():
            self.heard.append(row)
            self._news.set()

    async def until(self, number: int) -> list[OutboxRow]:
        """Wait until so many rows have been heard."""
        async with asyncio.timeout(SOON):
            while len(self.heard) < number:
                self._news.clear()
                await self._news.wait()
        return self.heard

    async def heard_of(self, row: OutboxRow) -> None:
        """Wait until this row has been heard."""
        async with asyncio.timeout(SOON):
            while row not in self.heard:
                self._news.clear()
                await self._news.wait()

    async def listen_for(self, seconds: float) -> None:
        """Listen for a while."""
        await asyncio.wait((self._task,), timeout=seconds)

    async def opened(self, sender: LifecycleHub) -> None:
        """Wait until what the sender broadcasts is heard, then forget it."""
        async with asyncio.timeout(SOON):
            while not self.heard:
                await sender.broadcast([KNOCK])
                await asyncio.wait((self._task,), timeout=0.01)
            # Knocks may still be under way.
            await sender.broadcast(last := [OutboxRow(1, "last knock", "order", 0, "[]")])
            while self.heard[-1:] != last:
                await asyncio.wait((self._task,), timeout=0.01)
        self.heard.clear()

    async def close(self) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@asynccontextmanager
async def listening(hub: LifecycleHub, sender: LifecycleHub) -> AsyncGenerator[Ear]:
    """Listen to `hub`; begins once it hears the sender."""
    ear = Ear(hub)
    try:
        await ear.opened(sender)
        yield ear
    finally:
        await ear.close()


class HubSuite(Suite):
    """Broadcasts between hosts."""

    @pytest.fixture
    def hub(self, host: Providers) -> LifecycleHub:
        """The hub of the first host."""
        return hub_of(host)

    async def test_others_hear_whole_rows_in_order(self, hub: LifecycleHub, backend: Backend) -> None:
        """Every other host hears what was broadcast, exactly, each instance's rows in their order."""
        async with (
            backend.connect() as one,
            backend.connect() as two,
            listening(hub_of(one), hub) as first,
            listening(hub_of(two), hub) as second,
        ):
            sent = rows("größe/✓", 20)
            for start in range(0, 20, 5):
                await hub.broadcast(sent[start : start + 5])
            for ear in (first, second):
                await ear.heard_of(sent[-1])
                assert ear.heard[-20:] == sent

    async def test_a_host_does_not_hear_itself(self, hub: LifecycleHub, backend: Backend) -> None:
        """What went out through a hub does not come back to its own listeners."""
        async with backend.connect() as other, listening(hub, hub_of(other)) as mine:
            await hub.broadcast(rows("mine", 3))
            await hub_of(other).broadcast(rows("theirs", 3))
            assert await mine.until(3) == rows("theirs", 3)

    async def test_listeners_of_one_hub_hear_the_same(self, hub: LifecycleHub, backend: Backend) -> None:
        """Several listeners in a process do not take rows away from each other."""
        async with (
            backend.connect() as other,
            listening(hub, hub_of(other)) as one,
            listening(hub, hub_of(other)) as two,
        ):
            await hub_of(other).broadcast(rows("i", 5))
            assert (await two.until(5)) == rows("i", 5)
            await one.heard_of(rows("i", 5)[-1])
            assert one.heard[-5:] == rows("i", 5)

    async def test_nothing_is_heard_from_before(self, hub: LifecycleHub, backend: Backend) -> None:
        """Listening begins with the first step of the iterator: earlier rows do not come."""
        async with backend.connect() as other:
            await hub_of(other).broadcast(rows("before", 3))
            iterator = hub.listen()
            await hub_of(other).broadcast(rows("not yet", 3))
            del iterator
            async with listening(hub, hub_of(other)) as ear:
                await hub_of(other).broadcast(rows("after", 3))
                assert await ear.until(3) == rows("after", 3)

    async def test_senders_are_never_held_up(self, hub: LifecycleHub, backend: Backend) -> None:
        """With nobody listening, or a listener that does not take anything, broadcasting goes on."""
        async with asyncio.timeout(SOON):
            await hub.broadcast(rows("nobody", 1_000))
            await hub.broadcast([])
        async with backend.connect() as other:
            stuck = hub_of(other).listen()
            taking = asyncio.ensure_future(anext(stuck))
            async with asyncio.timeout(2 * SOON):
                while not taking.done():
                    await hub.broadcast([KNOCK])
                    await asyncio.wait((taking,), timeout=0.01)
                for _ in range(30):
                    await hub.broadcast(rows("much", 1_000))
            await taking

    async def test_a_listener_that_left_is_forgotten(self, hub: LifecycleHub, backend: Backend) -> None:
        """Others go on hearing after one has stopped."""
        async with backend.connect() as other:
            async with listening(hub, hub_of(other)):
                pass
            async with listening(hub, hub_of(other)) as ear:
                await hub_of(other).broadcast(rows("i", 2))
                assert await ear.until(2) == rows("i", 2)

    async def test_a_large_row_arrives_whole(self, hub: LifecycleHub, backend: Backend) -> None:
        """Entries of a hundred kilobytes are not cut."""
        row = OutboxRow(
            1, "i", "order", 1, '[["log", 1, null, null, null, {"text": "' + "ä💥" * 20_000 + '"}]]'
        )
        async with backend.connect() as other, listening(hub, hub_of(other)) as ear:
            await hub_of(other).broadcast([row])
            assert await ear.until(1) == [row]
