"""Periodic calls of the clocks: never too few for who lives by them, never one for each tick of a year."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.waiting import PATIENCE
from wfe_core.clock import SystemClock
from wfe_core.testing import ManualClock

SECOND = 1_000_000
DAY = 86_400 * SECOND
YEAR = 365 * DAY


class Looker:
    """Notes when it was called, and when it was told it would be called again."""

    def __init__(self, clock: ManualClock, interval: int = SECOND) -> None:
        self.clock = clock
        self.calls: list[int] = []
        self.promised: list[int] = []
        self.handle = clock.call_every(interval, self.look)

    def look(self, until: int) -> None:
        """Note it."""
        self.calls.append(self.clock.now())
        self.promised.append(until)


async def test_a_little_time_makes_every_call() -> None:
    """Where little time passes, each call comes at its proper instant, whoever else is there."""
    clock = ManualClock(0)
    looker, slow = Looker(clock), Looker(clock, 3 * SECOND)
    await clock.advance(8)
    assert looker.calls == [n * SECOND for n in range(1, 9)]
    assert slow.calls == [3 * SECOND, 6 * SECOND]


async def test_a_year_makes_few_calls_and_the_last_at_its_end() -> None:
    """The gaps double; and what was put off comes when the clock stops."""
    clock = ManualClock(0)
    looker = Looker(clock)
    await clock.travel_to(YEAR)
    assert len(looker.calls) < 35
    assert looker.calls[-1] == YEAR
    gaps = [later - earlier for earlier, later in pairwise(looker.calls)]
    assert all(later <= 2 * earlier for earlier, later in pairwise(gaps))


async def test_the_next_call_comes_as_promised_or_earlier() -> None:
    """Who prolongs a lease up to the promise never loses it, wherever the clock stops on the way."""
    clock = ManualClock(0)
    looker = Looker(clock)
    for stop in (DAY, DAY + SECOND // 2, 40 * DAY, YEAR, YEAR + 3 * SECOND):
        clock.call_at(stop - DAY // 3, lambda: None).cancel()
        clock.call_at(max(stop - DAY // 2, 1), lambda: clock.call_at(clock.now() + 7 * SECOND, lambda: None))
        await clock.travel_to(stop)
        # And it is no longer than one call beyond the place where a test can look around.
        assert clock.now() <= looker.promised[-1] <= clock.now() + SECOND
    for promised, called in zip(looker.promised, looker.calls[1:], strict=False):
        assert called <= promised


async def test_calls_that_were_missed_collapse_into_one_at_each_timer() -> None:
    """A flow that wakes once a day costs the host one look a day, not seventeen thousand."""
    clock = ManualClock(0)
    looker = Looker(clock, 5 * SECOND)
    days: list[int] = []

    def day() -> None:
        days.append(clock.now())
        clock.call_at(clock.now() + DAY, day)

    clock.call_at(DAY, day)
    await clock.travel_to(100 * DAY)
    assert len(days) == 100
    assert set(days) <= set(looker.calls)
    assert len(looker.calls) < 250


async def test_whoever_comes_or_goes_is_seen_soon() -> None:
    """After a new call, and after one that was cancelled, the others are made at their proper instants."""
    clock = ManualClock(0, autojump=True)
    looker = Looker(clock)
    seen: list[tuple[int, int]] = []

    def change() -> None:
        other = Looker(clock)
        clock.call_at(clock.now() + 5 * SECOND, lambda: seen.append((clock.now(), looker.calls[-1])))
        clock.call_at(clock.now() + DAY, other.handle.cancel)

    clock.call_at(YEAR, change)
    over = asyncio.Event()
    clock.call_at(2 * YEAR, over.set)
    async with asyncio.timeout(PATIENCE):
        await over.wait()
    assert seen == [(YEAR + 5 * SECOND, YEAR + 5 * SECOND)]
    assert YEAR + DAY in looker.calls
    assert YEAR + DAY + SECOND in looker.calls
    assert len(looker.calls) < 150


async def test_calls_alone_do_not_carry_the_clock_away() -> None:
    """With nowhere else to go, an autojump takes one interval at a time."""
    clock = ManualClock(0, autojump=True)
    over = asyncio.Event()
    looker = Looker(clock)
    handle = clock.call_every(SECOND, lambda _: over.set() if clock.now() >= 30 * SECOND else None)
    async with asyncio.timeout(PATIENCE):
        await over.wait()
    assert looker.calls[:30] == [n * SECOND for n in range(1, 31)]
    handle.cancel()
    looker.handle.cancel()
    assert clock.next_timer is None


async def test_the_next_timer_is_a_single_one_where_there_is_one() -> None:
    """A test that goes from timer to timer does not stop at periodic calls on the way."""
    clock = ManualClock(0)
    looker = Looker(clock)
    assert clock.next_timer == SECOND
    single = clock.call_at(DAY, lambda: None)
    assert clock.next_timer == DAY
    single.cancel()
    assert clock.next_timer == SECOND
    looker.handle.cancel()
    looker.handle.cancel()
    assert clock.next_timer is None


async def test_a_call_may_cancel_itself_and_others() -> None:
    """What was cancelled at the very instant is not called any more."""
    clock = ManualClock(0)
    calls: list[str] = []
    handles: list[Any] = []

    def first(_: int) -> None:
        calls.append("first")
        for handle in handles:
            handle.cancel()

    handles.append(clock.call_every(SECOND, first))
    handles.append(clock.call_every(SECOND, lambda _: calls.append("second")))
    await clock.advance(5)
    assert calls == ["first"]


def test_calls_of_a_closed_loop_are_forgotten() -> None:
    """A test may run one loop after the other on the same clock."""
    clock = ManualClock(0)

    async def first() -> None:
        clock.call_every(SECOND, lambda _: pytest.fail("its loop is closed"))

    async def second() -> None:
        looker = Looker(clock)
        await clock.advance(3)
        assert len(looker.calls) == 3

    asyncio.run(first())
    assert clock.next_timer is None
    asyncio.run(second())


async def test_the_machines_clock_calls_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the real clock each call is armed one interval after the last, and says so."""
    armed: list[tuple[int, Any]] = []
    now = 0

    class Handle:
        def cancel(self) -> None:
            armed.append((-1, None))

    def call_at(when: int, callback: Any) -> Handle:
        armed.append((when, callback))
        return Handle()

    clock = SystemClock()
    monkeypatch.setattr(clock, "call_at", call_at)
    monkeypatch.setattr(clock, "now", lambda: now)
    told: list[int] = []
    handle = clock.call_every(10, told.append)
    now = 35  # late: the ticks at 20 and 30 are missed
    armed[0][1]()
    assert (told, armed[1][0]) == ([45], 45)
    handle.cancel()
    assert armed[2:] == [(-1, None)]
