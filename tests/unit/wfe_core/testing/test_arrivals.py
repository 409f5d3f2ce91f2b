"""The laws of what is on its way through a server while a test's clock stands."""

from __future__ import annotations

import asyncio

import pytest

from wfe_core.clock import SystemClock
from wfe_core.testing import ManualClock


class Line:
    """A receiver behind a server that delivers only when it is let."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.asked = 0
        self.received: list[int] = []
        self.on_its_way: list[int] = []
        self.handle = clock.on_arrival(self.arrived)

    def send(self, number: int) -> None:
        """Send something that does not arrive by itself."""
        self.on_its_way.append(number)
        self.clock.dispatched()

    async def arrived(self) -> None:
        """Receive all that was sent, after a while that the loop cannot foresee."""
        self.asked += 1
        await asyncio.to_thread(lambda: None)
        self.received += self.on_its_way
        self.on_its_way.clear()
        if self.received == [1]:
            # What arrives may lead to something else that is sent.
            self.send(2)


async def test_a_test_settles_when_all_has_arrived() -> None:
    """What was sent, and what was sent because of it, is there when the clock is said to be at rest."""
    line = Line(ManualClock())
    line.send(1)
    await line.clock.settle()
    assert line.received == [1, 2]
    assert line.asked == 2


async def test_nobody_is_asked_when_nothing_was_sent() -> None:
    """Receivers cost a test nothing that sends nothing; one that was cancelled is not asked any more."""
    line = Line(ManualClock())
    await line.clock.advance("1h")
    line.handle.cancel()
    line.send(1)
    await line.clock.settle()
    assert line.asked == 0


async def test_time_does_not_pass_over_what_is_on_its_way() -> None:
    """A clock that jumps by itself lets everything arrive before it jumps."""
    clock = ManualClock(autojump=True)
    line = Line(clock)
    seen: list[list[int]] = []
    over = asyncio.Event()

    def look() -> None:
        seen.append(list(line.received))
        over.set()

    clock.call_at(clock.now() + 1, look)
    line.send(1)
    await over.wait()
    assert seen == [[1, 2]]


def test_a_receiver_ends_with_its_loop() -> None:
    """A receiver of a loop that was closed holds nobody up."""
    clock = ManualClock()

    async def first() -> Line:
        return Line(clock)

    async def second(line: Line) -> None:
        line.send(1)
        await clock.settle()

    line = asyncio.run(first())
    asyncio.run(second(line))
    assert line.asked == 0


async def test_real_time_waits_for_nothing() -> None:
    """The system's clock takes the same calls and does nothing."""
    clock = SystemClock()
    clock.dispatched()
    clock.on_arrival(lambda: pytest.fail("nobody asks")).cancel()
