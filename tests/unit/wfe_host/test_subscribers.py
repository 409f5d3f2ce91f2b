from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.waiting import PATIENCE
from wfe_core.clock import to_datetime
from wfe_core.models import LifecycleEvent, LifecycleKind
from wfe_core.ports import LifecycleHub, OutboxRow
from wfe_host.subscribers import Broadcast, Subscription

AT = 1_700_000_000_000_000


@dataclass
class Subject:
    """An instance."""

    id: str = "i"
    definition_id: str = "d"
    revision: int = 3


def entry(
    kind: str = "step.completed", at: int = AT, step: str | None = "s", detail: Any = None
) -> tuple[Any, ...]:
    """What the engine notes."""
    return (kind, at, step, 7, 1, detail)


async def take(subscription: Subscription, count: int) -> list[LifecycleEvent]:
    """Read so many events."""
    async with asyncio.timeout(PATIENCE):
        return [await anext(subscription) for _ in range(count)]


async def test_events_reach_the_subscriber_in_order() -> None:
    """From entry on, a subscriber gets everything in the order of publishing, as views."""
    broadcast = Broadcast()
    broadcast.publish(Subject(), [entry("workflow.started")])
    async with broadcast.subscribe() as events:
        broadcast.publish(Subject(), [entry(), entry("step.failed", AT + 1, detail={"message": "no"})])
        broadcast.publish(Subject("j", revision=1), [entry("workflow.completed", step=None, detail=["x"])])
        first, second, third = await take(events, 3)
    assert first == LifecycleEvent(
        kind=LifecycleKind.STEP_COMPLETED,
        instance_id="i",
        definition_id="d",
        revision=3,
        at=to_datetime(AT),
        step_key="s",
        pointer_id=7,
        attempt=1,
    )
    assert (second.kind, second.detail) == (LifecycleKind.STEP_FAILED, {"message": "no"})
    assert (third.instance_id, third.revision, third.detail) == ("j", 1, {"value": ["x"]})


async def test_nobody_listens_at_no_cost() -> None:
    """`active` tells whether anybody listens; while nobody does, publishing looks at nothing."""
    broadcast = Broadcast()
    assert not broadcast.active

    class Untouchable:
        def __iter__(self) -> Any:
            raise AssertionError

    broadcast.publish(Subject(), Untouchable())
    everything, one, other = (
        broadcast.subscribe(),
        broadcast.subscribe((), "i"),
        broadcast.subscribe((), "i"),
    )
    for subscription in (everything, one, other):
        async with subscription:
            assert broadcast.active
    assert not broadcast.active


async def test_filters() -> None:
    """A subscriber gets the kinds it asked for, of the instance it asked for."""
    broadcast = Broadcast()
    async with (
        broadcast.subscribe(["step.completed", LifecycleKind.LOG]) as kinds,
        broadcast.subscribe((), "j") as instance,
        broadcast.subscribe(["log"], "j") as both,
    ):
        broadcast.publish(Subject("i"), [entry("step.started"), entry("step.completed"), entry("log")])
        broadcast.publish(Subject("j"), [entry("step.started"), entry("log")])
        assert [(e.instance_id, e.kind) for e in await take(kinds, 3)] == [
            ("i", "step.completed"),
            ("i", "log"),
            ("j", "log"),
        ]
        assert [e.kind for e in await take(instance, 2)] == ["step.started", "log"]
        assert [e.kind for e in await take(both, 1)] == ["log"]


async def test_an_unknown_kind_is_an_error() -> None:
    """A kind that does not exist is refused with those that do."""
    with pytest.raises(ValueError, match=r"no lifecycle events of kind 'step\.done'; there are lagged, log"):
        Broadcast().subscribe(["step.done"])


async def test_a_slow_subscriber_gets_a_marker() -> None:
    """What does not fit into the buffer is dropped and counted in a marker in its place."""
    broadcast = Broadcast(buffer=3)
    async with broadcast.subscribe(["log"], "i") as events:
        for n in range(10):
            broadcast.publish(Subject(), [entry("log", AT + n), entry("step.started")])
        assert [e.at for e in await take(events, 2)] == [to_datetime(AT), to_datetime(AT + 1)]
        broadcast.publish(Subject(), [entry("log", AT + 10)])
        third, marker, last = await take(events, 3)
    assert third.at == to_datetime(AT + 2)
    assert (marker.kind, marker.detail, marker.instance_id) == (LifecycleKind.LAGGED, {"missed": 7}, "i")
    assert marker.at == to_datetime(AT + 9)
    assert last.at == to_datetime(AT + 10)


async def test_the_marker_does_not_wait_for_the_next_event() -> None:
    """A subscriber that has caught up learns at once what it missed, and waits only then."""
    broadcast = Broadcast()
    async with broadcast.subscribe(buffer=1) as events:
        broadcast.publish(Subject(), [entry("log"), entry("log"), entry("log")])
        assert [e.detail for e in await take(events, 2)] == [{}, {"missed": 2}]
        waiting = asyncio.ensure_future(take(events, 1))
        await asyncio.sleep(0)
        assert not waiting.done()
        broadcast.publish(Subject(), [entry("step.started")])
        assert [e.kind for e in await waiting] == ["step.started"]


async def test_leaving_ends_the_iteration() -> None:
    """A task that waits for events ends when the subscription is left or the host stops."""
    broadcast = Broadcast()
    seen: list[str] = []

    async def read(events: Subscription) -> None:
        seen.extend([event.kind async for event in events])

    async with broadcast.subscribe() as events:
        reading = asyncio.ensure_future(read(events))
        broadcast.publish(Subject(), [entry()])
        await asyncio.sleep(0)
    await asyncio.wait_for(reading, 2)
    async with broadcast:
        left = broadcast.subscribe((), "i")
        await left.__aenter__()
        reading = asyncio.ensure_future(read(left))
        broadcast.publish(Subject(), [entry("log")])
    await asyncio.wait_for(reading, 2)
    await left.__aexit__(None, None, None)
    assert seen == ["step.completed", "log"]
    assert not broadcast.active


# With a hub.


class Hub(LifecycleHub):
    """A hub that a test can speak through, and break."""

    def __init__(self) -> None:
        self.sent: list[list[OutboxRow]] = []
        self.incoming: asyncio.Queue[OutboxRow | Exception | None] = asyncio.Queue()
        self.listening = 0
        self.gate: asyncio.Event | None = None
        self.broken = False

    async def __aexit__(self, *_: object) -> None:
        """Close."""

    async def broadcast(self, rows: Sequence[OutboxRow]) -> None:
        """Note what was sent."""
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            msg = "hub is full"
            raise ConnectionError(msg)
        self.sent.append(list(rows))

    def listeners(self) -> int:
        """How many listen."""
        return self.listening

    async def listen(self) -> AsyncIterator[OutboxRow]:
        """Give what others sent."""
        self.listening += 1
        try:
            while (row := await self.incoming.get()) is not None:
                if isinstance(row, Exception):
                    raise row
                yield row
        finally:
            self.listening -= 1


async def test_everything_goes_to_the_hub() -> None:
    """With a hub what happens here is sent to other processes, in batches, in order."""
    hub = Hub()
    hub.gate = asyncio.Event()
    async with Broadcast(hub) as broadcast:
        assert broadcast.active
        broadcast.publish(Subject(revision=1), [entry("workflow.started", step=None, detail={"n": 1})])
        await asyncio.sleep(0)
        broadcast.publish(Subject(revision=2), [entry()])
        broadcast.publish(Subject(revision=3), [entry()])
        hub.gate.set()
    assert [[row.revision for row in rows] for rows in hub.sent] == [[1], [2, 3]]
    assert hub.sent[0][0] == OutboxRow(
        0, "i", "d", 1, '[["workflow.started",1700000000000000,null,7,1,{"n":1}]]'
    )


async def test_what_others_send_is_heard_while_somebody_listens() -> None:
    """The hub is listened to from a subscriber's entry to the last one's exit; newer kinds are left out."""
    hub = Hub()
    broadcast = Broadcast(hub)
    async with broadcast.subscribe() as events, broadcast.subscribe((), "other") as none:
        assert hub.listeners() == 1
        hub.incoming.put_nowait(
            OutboxRow(5, "k", "d", 9, '[["step.dreamt",1,null,1,1,null],["log",2,"s",1,1,{"line":"x"}]]')
        )
        (event,) = await take(events, 1)
        assert (event.instance_id, event.revision, event.detail) == ("k", 9, {"line": "x"})
        assert hub.sent == [], "what came from the hub does not go back"
        assert none.instance_id == "other"
    assert hub.listeners() == 0
    assert broadcast.active


async def test_a_hub_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture, clock: Any) -> None:
    """Events a hub does not take are dropped and reported; local subscribers get theirs."""
    hub = Hub()
    hub.broken = True
    async with Broadcast(hub, clock=clock) as broadcast, broadcast.subscribe() as events:
        broadcast.publish(Subject(), [entry()])
        assert [e.kind for e in await take(events, 1)] == ["step.completed"]
        await clock.settle()
        assert "hub is full" in caplog.text
        assert "the events of 1 commits were not sent" in caplog.text
        hub.incoming.put_nowait(ConnectionError("gone"))
        await clock.settle()
        assert hub.listeners() == 0
        assert "cannot be heard: gone" in caplog.text
        await clock.advance("1s")
        assert hub.listeners() == 1


async def test_without_a_clock_the_next_subscriber_tries_the_hub_again(clock: Any) -> None:
    """A hub that stopped talking is listened to again when somebody else subscribes."""
    hub = Hub()
    broadcast = Broadcast(hub)
    async with broadcast.subscribe():
        hub.incoming.put_nowait(None)
        await clock.settle()
        assert hub.listeners() == 0
        async with broadcast.subscribe():
            assert hub.listeners() == 1


async def test_a_hub_that_hangs_fills_no_memory(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the hub takes nothing only so much is kept for it; the rest is counted."""
    monkeypatch.setattr("wfe_host.subscribers._HUB_ROWS", 2)
    hub = Hub()
    hub.gate = asyncio.Event()
    async with Broadcast(hub) as broadcast:
        for n in range(5):
            broadcast.publish(Subject(revision=n), [entry()])
        hub.gate.set()
    assert [row.revision for rows in hub.sent for row in rows] == [0, 1]
    assert "the events of 3 commits were not sent" in caplog.text
