"""Queues and hubs on a channel: what they say to each other, without any server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.waiting import until
from wfe_core.channels import Channel, ChannelHub, ChannelQueue, Receive
from wfe_core.ports import Hint, OutboxRow
from wfe_core.testing import ManualClock


class Wire:
    """What all channels of a test are connected by; one that is deaf misses what is sent."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.ends: list[End] = []


class End(Channel):
    """The channel of one host."""

    def __init__(self, wire: Wire) -> None:
        self.clock = wire.clock
        self.deaf = False
        self.sent: list[tuple[str, list[Any]]] = []
        self.wire = wire
        self.receivers: dict[str, Receive] = {}
        self._gaps: list[Callable[[], None]] = []
        wire.ends.append(self)

    async def open(self, on_gap: Callable[[], None]) -> None:
        """Connect."""
        self._gaps.append(on_gap)

    async def close(self, on_gap: Callable[[], None]) -> None:
        """Leave."""
        self._gaps.remove(on_gap)

    async def hear(self, receivers: Mapping[str, Receive]) -> None:
        """Hear of topics."""
        self.receivers.update(receivers)

    async def unhear(self, topics: Iterable[str]) -> None:
        """Hear no more of them."""
        for topic in topics:
            del self.receivers[topic]

    def send(self, topic: str, items: Iterable[Any]) -> None:
        """Give it to all who hear at this moment."""
        given = list(items)
        self.sent.append((topic, given))
        for end in self.wire.ends:
            if not end.deaf and topic in end.receivers:
                end.receivers[topic](given)

    def connect_again(self) -> None:
        """Be there again, and say that something may have been missed."""
        self.deaf = False
        for gap in self._gaps:
            gap()


@asynccontextmanager
async def pair() -> AsyncGenerator[tuple[ChannelHub, End, ChannelHub, End], None]:
    """Two hubs, the second of which has a listener."""
    wire = Wire()
    one, two = End(wire), End(wire)
    async with ChannelHub(one) as sender, ChannelHub(two) as receiver:
        listening = receiver.listen()
        hearing = asyncio.ensure_future(anext(listening))
        await until(lambda: not sender.alone)
        try:
            yield sender, one, receiver, two
        finally:
            hearing.cancel()
            await until(hearing.done)
            await listening.aclose()


ROW = OutboxRow(1, "i", "flow", 1, "[]")


@pytest.mark.parametrize("first", ["sender", "listener"])
async def test_hubs_that_connect_again_find_each_other_in_any_order(first: str) -> None:
    """Who was deaf when it was asked whether it listens says so as soon as it hears again."""
    async with pair() as (sender, one, _, two):
        one.deaf = two.deaf = True
        for end in (one, two) if first == "sender" else (two, one):
            end.connect_again()
        assert not sender.alone


async def test_nothing_is_sent_while_nobody_listens() -> None:
    """A message costs every commit something, so a hub sends only to those who said that they listen."""
    wire = Wire()
    end = End(wire)
    async with ChannelHub(end) as hub:
        before = len(end.sent)
        await hub.broadcast([ROW])
        assert (hub.alone, len(end.sent)) == (True, before)


async def test_a_listener_that_was_killed_is_forgotten() -> None:
    """It said no goodbye: after a minute it is asked again, and after another one it is nobody's listener."""
    async with pair() as (sender, one, _, two):
        two.deaf = True
        for _ in range(2):
            assert not sender.alone
            await one.wire.clock.advance("61s")
            await sender.broadcast([ROW])
        assert sender.alone


async def test_a_hint_for_a_session_that_listens_here_goes_nowhere_else() -> None:
    """One for a definition does, for others may run it too."""
    wire = Wire()
    end = End(wire)
    async with ChannelQueue(end) as queue:
        await queue.listen(["me", "d:flow"])
        await queue.enqueue([Hint("me", "a"), Hint("d:flow", "b"), Hint("other", "c")])
        assert [topic for topic, _ in end.sent] == ["hint:d:flow", "hint:other"]
        found = await queue.dequeue(limit=9, wait=0)
        assert found is not None
        assert {hint.instance_id for hint in found} == {"a", "b"}
        end.connect_again()
        assert await queue.dequeue(limit=9, wait=0) is None
