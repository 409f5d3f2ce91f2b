"""Time as the store sees it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting import PATIENCE
from wfe_core.clock import Clock, SystemClock, TimerHandle, boot_seconds, to_datetime, to_instant


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_instants_are_exact(moment: datetime) -> None:
    """Every moment of a datetime is a whole number of microseconds, and back."""
    assert to_datetime(to_instant(moment)) == moment


def test_instants_know_time_zones() -> None:
    """Noon in another zone is another instant; without a zone there is none."""
    assert to_instant(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == 0
    with pytest.raises(ValueError, match="has no time zone"):
        to_instant(datetime(1970, 1, 1))  # noqa: DTZ001


def test_the_clock_shows_the_time() -> None:
    """It agrees with the machine's until a store says otherwise, and never goes back."""
    clock = SystemClock()
    assert abs(clock.now() - time.time_ns() // 1_000) < 2_000_000
    moments = [clock.now() for _ in range(1_000)]
    assert moments == sorted(moments)


def test_the_stores_time_is_the_truth() -> None:
    """Forward it goes at once; backward it stands still until it is due, if that is soon."""
    clock = SystemClock()
    ahead = clock.now() + 3_600_000_000
    clock.synchronise(ahead)
    assert 0 <= clock.now() - ahead < 2_000_000
    shown = clock.now()
    clock.synchronise(shown - 900_000)
    assert clock.now() >= shown
    assert clock.now() == clock.now()
    clock.synchronise(shown - 3_600_000_000)
    assert clock.now() < shown - 3_500_000_000


async def test_a_call_comes_at_its_time() -> None:
    """Soon when the time has passed, not before when it has not; a cancelled one never."""
    clock = SystemClock()
    calls: list[str] = []
    done = asyncio.Event()
    clock.call_at(clock.now() + 20_000, done.set)
    clock.call_at(clock.now() - 1, lambda: calls.append("past"))
    clock.call_at(clock.now() + 1_000, lambda: calls.append("never")).cancel()
    due = clock.now() + 20_000
    await asyncio.wait_for(done.wait(), PATIENCE)
    assert clock.now() >= due - 2_000
    assert calls == ["past"]


async def test_a_timer_follows_the_stores_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that fires looks at the clock again: the offset may have changed, and days are cut."""
    loop = asyncio.get_running_loop()
    armed: list[tuple[float, Any]] = []

    def call_later(delay: float, callback: Any) -> TimerHandle:
        armed.append((delay, callback))
        return asyncio.TimerHandle(0, callback, (), loop)

    monkeypatch.setattr(loop, "call_later", call_later)
    clock, calls = SystemClock(), list[str]()
    clock.call_at(clock.now() + 3 * 86_400_000_000, lambda: calls.append("now"))
    assert armed[0][0] == 86_400
    armed[0][1]()
    assert (len(armed), calls) == (2, [])
    clock.synchronise(clock.now() + 4 * 86_400_000_000)
    armed[1][1]()
    assert (len(armed), calls) == (2, ["now"])


def test_machines_without_a_boot_clock_use_the_monotonic_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """MacOS has no CLOCK_BOOTTIME."""
    assert boot_seconds() > 0
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert abs(boot_seconds() - time.monotonic()) < 1


def test_a_clock_need_not_care_for_jumps() -> None:
    """`synchronise`, `enter` and `leave` are there for clocks that do."""

    class Fixed(Clock):
        def now(self) -> int:
            return 7

        def call_at(self, when: int, callback: Any) -> TimerHandle:
            raise NotImplementedError

    clock = Fixed()
    clock.synchronise(9)
    clock.enter()
    clock.leave()
    assert clock.now() == 7
