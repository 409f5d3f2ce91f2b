"""The laws of the clock that tests move."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.waiting import PATIENCE
from wfe_core.testing import ManualClock

SECOND = 1_000_000
HOUR = 3_600 * SECOND


async def sleep(clock: ManualClock, seconds: float) -> None:
    """Sleep on the clock, as the host does."""
    woken = asyncio.Event()
    clock.call_at(clock.now() + round(seconds * SECOND), woken.set)
    await woken.wait()


async def test_time_stands_still() -> None:
    """Nothing but the test moves the clock, whatever runs meanwhile."""
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    before = clock.now()
    clock.call_at(before + 1, lambda: pytest.fail("nobody moved the clock"))
    for _ in range(100):
        await asyncio.sleep(0)
    assert clock.now() == before == 1_893_456_000 * SECOND


async def test_callbacks_fire_in_order_of_time_and_the_loop_settles_between_them() -> None:
    """Each due callback sees its own instant, and what it set going ends before the next one."""
    clock = ManualClock(0)
    seen: list[tuple[str, int]] = []

    async def chain(name: str, seconds: float) -> None:
        await sleep(clock, seconds)
        for _ in range(20):  # the consequences take many turns of the loop
            await asyncio.sleep(0)
        seen.append((name, clock.now()))

    tasks = [asyncio.create_task(chain(name, at)) for name, at in (("c", 3), ("a", 1), ("b", 2), ("d", 9))]
    await clock.advance("5s")
    assert seen == [("a", SECOND), ("b", 2 * SECOND), ("c", 3 * SECOND)]
    assert clock.now() == 5 * SECOND
    await clock.advance(timedelta(seconds=4))
    assert seen[-1] == ("d", 9 * SECOND)
    await asyncio.gather(*tasks)


async def test_equal_instants_fire_in_the_order_of_asking() -> None:
    """Timers of one instant keep the order of `call_at`."""
    clock = ManualClock(0)
    seen: list[int] = []
    for number in range(50):
        clock.call_at(7, partial(seen.append, number))
    await clock.travel_to(7)
    assert seen == list(range(50))


async def test_a_timer_set_on_the_way_fires_on_the_way() -> None:
    """A callback may ask for a later call within the same advance: periodic work is not skipped."""
    clock = ManualClock(0)
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(clock.now())
        clock.call_at(clock.now() + SECOND, tick)

    clock.call_at(SECOND, tick)
    await clock.advance(10)
    assert ticks == [n * SECOND for n in range(1, 11)]


async def test_a_cancelled_timer_is_forgotten() -> None:
    """`cancel` works before the call, at the same instant before the call, and after it."""
    clock = ManualClock(0)
    calls: list[str] = []
    early = clock.call_at(5, lambda: calls.append("early"))
    early.cancel()
    late = clock.call_at(6, lambda: calls.append("late"))
    done = clock.call_at(6, lambda: calls.append("done"))
    clock.call_at(5, late.cancel)
    clock.call_at(8, lambda: calls.append("last")).cancel()
    await clock.travel_to(10)
    done.cancel()
    assert calls == ["done"]
    assert clock.next_timer is None


async def test_an_instant_that_has_passed_fires_soon_but_not_at_once() -> None:
    """`call_at` never calls back before it returns, and its call can still be cancelled."""
    clock = ManualClock(100)
    calls: list[str] = []
    clock.call_at(100, lambda: calls.append("now"))
    clock.call_at(1, lambda: calls.append("cancelled")).cancel()
    assert calls == []
    await clock.settle()
    assert calls == ["now"]


async def test_time_does_not_go_back() -> None:
    """`travel_to` refuses the past and takes datetimes exactly."""
    clock = ManualClock(datetime(2024, 5, 1, tzinfo=UTC))
    target = datetime(2024, 5, 1, 12, 30, 0, 123457, tzinfo=UTC)
    await clock.travel_to(target)
    assert clock.now() % SECOND == 123457
    with pytest.raises(ValueError, match="cannot go back"):
        await clock.travel_to(datetime(2024, 5, 1, tzinfo=UTC))


async def test_autojump_skips_years_when_nothing_else_can_happen() -> None:
    """With autojump sleeps take no time, keep their order, and finish at their own instants."""
    clock = ManualClock(0, autojump=True)
    seen: list[tuple[str, int]] = []

    async def sleeper(name: str, hours: float) -> None:
        for _ in range(3):
            await sleep(clock, hours * 3600)
            seen.append((name, clock.now() // HOUR))

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(sleeper("year", 8760), sleeper("month", 730))
    assert seen == [
        *(("month", 730 * n) for n in (1, 2, 3)),
        *(("year", 8760 * n) for n in (1, 2, 3)),
    ]


async def test_without_autojump_sleepers_sleep() -> None:
    """Autojump is a choice: without it, a settled loop leaves the clock alone."""
    clock = ManualClock(0)
    task = asyncio.create_task(sleep(clock, 1))
    await clock.settle()
    assert not task.done()
    assert clock.next_timer == SECOND
    await clock.advance(1)
    assert task.done()


async def test_autojump_waits_for_work_in_threads() -> None:
    """The clock never jumps over work that a thread does between `enter` and `leave`."""
    clock = ManualClock(0, autojump=True)
    release = threading.Event()
    seen: list[int] = []

    def work() -> None:
        try:
            release.wait(PATIENCE)
            seen.append(clock.now())
        finally:
            clock.leave()

    clock.enter()
    thread = threading.Thread(target=work)
    thread.start()
    sleeping = asyncio.create_task(sleep(clock, 3600))
    await asyncio.sleep(0.05)
    assert clock.now() == 0
    release.set()
    async with asyncio.timeout(PATIENCE):
        await sleeping
    thread.join()
    assert seen == [0]
    assert clock.now() == HOUR


async def test_advance_waits_for_work_in_threads() -> None:
    """What a fired timer hands to a thread ends before `advance` goes on, so its consequences are in time."""
    clock = ManualClock(0)
    loop = asyncio.get_running_loop()
    stamps: list[int] = []

    def in_thread(done: asyncio.Event) -> None:
        threading.Event().wait(0.02)
        stamps.append(clock.now())
        loop.call_soon_threadsafe(done.set)
        clock.leave()

    async def writer() -> None:
        for _ in range(3):
            await sleep(clock, 1)
            done = asyncio.Event()
            clock.enter()
            threading.Thread(target=in_thread, args=(done,)).start()
            await done.wait()

    task = asyncio.create_task(writer())
    await clock.advance(10)
    assert stamps == [SECOND, 2 * SECOND, 3 * SECOND]
    await task


async def test_advance_gives_up_on_work_that_does_not_end() -> None:
    """A store that never answers cannot stop the test from reaching the timeout of the call."""
    clock = ManualClock(0, stall=0.01)
    clock.enter()
    fired = asyncio.Event()
    clock.call_at(SECOND, fired.set)
    async with asyncio.timeout(PATIENCE):
        await clock.advance(2)
    assert fired.is_set()


async def test_timers_of_another_loop_fire_on_that_loop() -> None:
    """A thread with a loop of its own sleeps on the same clock, and `advance` waits until it has woken."""
    clock = ManualClock(0)
    woken: list[tuple[int, str]] = []
    ready = threading.Event()

    async def beat() -> None:
        waking = asyncio.Event()
        clock.call_at(SECOND, lambda: woken.append((clock.now(), threading.current_thread().name)))
        clock.call_at(SECOND, waking.set)
        ready.set()
        await waking.wait()

    await clock.settle()
    thread = threading.Thread(target=lambda: asyncio.run(beat()), name="renewals")
    thread.start()
    await asyncio.to_thread(ready.wait)
    await clock.advance(2)
    assert woken == [(SECOND, "renewals")]
    await asyncio.to_thread(thread.join)


def test_a_clock_survives_its_loop() -> None:
    """A test may run one loop after the other on the same clock; timers of a closed loop are dropped."""
    clock = ManualClock(0, autojump=True)

    async def first() -> None:
        await sleep(clock, 1)
        clock.call_at(clock.now() + 1, lambda: pytest.fail("its loop is closed"))

    asyncio.run(first())
    clock.enter()
    clock.leave()
    asyncio.run(sleep(clock, 2))
    assert clock.now() == 3 * SECOND


async def test_patience_is_real_time_of_quiet() -> None:
    """With patience, a reply that comes over a socket in time is seen before the clock jumps."""
    clock = ManualClock(0, autojump=True, patience=0.2)
    loop = asyncio.get_running_loop()
    reply = loop.create_future()
    loop.call_later(0.02, reply.set_result, None)
    timeout = clock.call_at(SECOND, lambda: pytest.fail("the reply came first"))
    await reply
    timeout.cancel()
    assert clock.now() == 0


async def test_many_tasks_may_settle_at_once() -> None:
    """Waiting for quiet twice does not keep the loop from being quiet."""
    clock = ManualClock(0, autojump=True)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(clock.advance(n) for n in range(5)), sleep(clock, 2))
    assert clock.now() >= 4 * SECOND
