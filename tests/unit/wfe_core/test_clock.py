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
from wfe_core.clock import (
    Clock,
    SystemClock,
    TimerHandle,
    boot_micros,
    boot_seconds,
    time_on_this_machine,
    to_datetime,
    to_instant,
)
from wfe_core.testing.clock import ManualClock


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


class Boot:
    """The monotonic time of the machine, which the test moves, beside a store's clock."""

    def __init__(self) -> None:
        self.now = 7_000_000_000
        self.ahead = 1_700_000_000_000_000
        """How far the store's clock is ahead."""
        self.parted = 0
        """By how many millionths of a microsecond the two have parted since."""

    @property
    def store(self) -> int:
        """What the store's clock shows."""
        return self.now + self.ahead + self.parted // 1_000_000

    def look(self, clock: SystemClock, *, there: int = 0, back: int = 0) -> None:
        """Let a clock look at the store's: the question and the answer take so many microseconds."""
        sent = self.now
        self.now += there
        shown = self.store
        self.now += back
        clock.synchronise(shown, sent=sent, received=self.now)


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> Boot:
    """The machine's time from here on."""
    boot = Boot()
    monkeypatch.setattr("wfe_core.clock.boot_micros", lambda: boot.now)
    return boot


def test_the_first_look_sets_the_clock(boot: Boot) -> None:
    """Whatever the machine thought, forward or backward, and however little: nothing has begun yet."""
    for wrong in (3_600_000_000, 400_000, -400_000, -3_600_000_000):
        clock = SystemClock()
        boot.ahead = clock.now() - boot.now + wrong
        boot.look(clock)
        assert clock.now() == boot.store


def test_the_stores_time_is_the_truth(boot: Boot) -> None:
    """Forward it goes at once; backward it stands still until it is due, if that is soon."""
    clock = SystemClock()
    boot.look(clock)
    boot.ahead += 3_600_000_000
    boot.look(clock)
    assert clock.now() == boot.store
    shown = clock.now()
    boot.ahead -= 900_000
    boot.look(clock)
    assert clock.now() == shown
    boot.now += 899_999
    assert clock.now() == shown
    boot.now += 2
    assert clock.now() == shown + 1
    boot.ahead -= 3_600_000_000
    boot.look(clock)
    assert clock.now() == boot.store


def test_a_slow_answer_blurs_no_clock(boot: Boot) -> None:
    """Each bound keeps the best of several looks: one that took a second changes nothing but for drift."""
    clock = SystemClock()
    boot.look(clock, there=100, back=100)
    for there, back in ((1_000_000, 0), (0, 1_000_000), (500_000, 500_000)):
        boot.look(clock, there=there, back=back)
        assert abs(clock.now() - boot.store) < 2_000
        assert 0 <= boot.store - clock.earliest() < 3_000


def test_before_the_first_look_the_earliest_instant_is_a_guess(boot: Boot) -> None:
    """It is what the machine believes; afterwards it is never later than what `now` shows."""
    clock = SystemClock()
    assert clock.earliest() == clock.now()
    boot.look(clock, there=10, back=90)
    assert clock.earliest() <= clock.now() - 50


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10_000_000), st.integers(0, 3_000_000), st.integers(0, 3_000_000),
            st.integers(-500, 500),
        ),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_the_store_has_reached_the_earliest_instant(looks: list[tuple[int, int, int, int]]) -> None:
    """Always: whatever time questions and answers take, and while the two clocks part by 500 millionths."""
    boot, clock = Boot(), SystemClock()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("wfe_core.clock.boot_micros", lambda: boot.now)
        boot.look(clock)
        for pause, there, back, millionths in looks:
            for part in (pause // 2, pause - pause // 2):
                boot.now += part
                boot.parted += part * millionths
                assert clock.earliest() <= boot.store
                assert clock.earliest() <= clock.now()
            boot.look(clock, there=there, back=back)
            assert clock.earliest() <= boot.store


def test_a_store_whose_clock_was_set_back_is_believed(boot: Boot) -> None:
    """A look that contradicts the bounds replaces them: nothing begins later than the store's time."""
    clock = SystemClock()
    for step in (-50_000, 50_000, -2_000_000, 2_000_000):
        boot.look(clock, there=100, back=100)
        boot.ahead += step
        boot.look(clock, there=100, back=100)
        assert boot.store - 110 <= clock.earliest() <= boot.store


def test_a_store_in_the_machine_takes_its_time_from_the_machine() -> None:
    """Not from the host's clock, which follows the store; a test's clock is the time of both."""
    far = SystemClock()
    far.synchronise(0, sent=boot_micros(), received=boot_micros())
    for time_here in (time_on_this_machine(far), time_on_this_machine(None)):
        assert abs(time_here() - time.time_ns() // 1_000) < 2_000_000
    manual = ManualClock(5)
    assert time_on_this_machine(manual)() == 5


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
    at = boot_micros()
    clock.synchronise(clock.now() + 4 * 86_400_000_000, sent=at, received=at)
    armed[1][1]()
    assert (len(armed), calls) == (2, ["now"])


def test_machines_without_a_boot_clock_use_the_monotonic_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """MacOS has no CLOCK_BOOTTIME."""
    assert boot_seconds() > 0
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert abs(boot_seconds() - time.monotonic()) < 1


def test_a_clock_need_not_care_for_jumps() -> None:
    """`synchronise`, `enter` and `leave` are there for clocks that do; `earliest` is for those that guess."""

    class Fixed(Clock):
        def now(self) -> int:
            return 7

        def call_at(self, when: int, callback: Any) -> TimerHandle:
            raise NotImplementedError

    clock = Fixed()
    clock.synchronise(9, sent=0, received=0)
    clock.enter()
    clock.leave()
    assert clock.now() == clock.earliest() == 7
