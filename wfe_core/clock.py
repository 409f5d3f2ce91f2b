"""The seam for time: everything that asks what time it is, or wants to be called later, asks a `Clock`."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(instant: int) -> datetime:
    """Turn microseconds since the Unix epoch into an aware UTC datetime, exactly."""
    return _EPOCH + timedelta(microseconds=instant)


def to_instant(moment: datetime) -> int:
    """Turn an aware datetime into microseconds since the Unix epoch, exactly.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        msg = f"{moment!r} has no time zone: give an aware datetime, as in datetime.now(timezone.utc)"
        raise ValueError(msg)
    return (moment - _EPOCH) // timedelta(microseconds=1)


class TimerHandle(Protocol):
    """What `Clock.call_at` returns."""

    def cancel(self) -> None:
        """Forget the call; harmless when it was made already."""


class Clock(ABC):
    """Time as the store sees it, in microseconds since the Unix epoch (UTC)."""

    @abstractmethod
    def now(self) -> int:
        """Microseconds since the Unix epoch; goes back only when the store says that it was far off."""

    @abstractmethod
    def call_at(self, when: int, callback: Callable[[], object]) -> TimerHandle:
        """Call `callback` on the running event loop at the instant `when`, or soon if it has passed."""

    def call_every(self, interval: int, callback: Callable[[int], object]) -> TimerHandle:
        """Call `callback` every `interval` microseconds on the running event loop, until it is cancelled.

        For looks at what may have happened elsewhere: ticks that were missed collapse into one, and a test's
        clock that skips a year makes few of them. The callback is given the instant of its next call; that
        comes then, or earlier.
        """
        return _Ticker(self, interval, callback)

    def earliest(self) -> int:
        """An instant that the store's clock has surely reached: nothing that it tells from now on is earlier.

        For what begins now and must not miss what happens later, wherever that is. `now` is the better guess.
        """
        return self.now()

    def synchronise(  # noqa: B027 - a test's clock is the truth itself
        self, store_now: int, *, sent: int, received: int
    ) -> None:
        """Take the store's time as the truth (called now and then).

        Args:
            store_now: what the store's clock showed.
            sent: when it was asked, as `boot_micros` tells it: it looked at its clock after that,
            received: and before this.
        """

    def enter(self, *, long: bool = False) -> None:  # noqa: B027 - a clock that never jumps does not care
        """Say that work is going on which the clock must not jump over (used by the test clock).

        `long` work is a user's: it may go on for ever, until a timeout of the very clock that waits.
        """

    def leave(self, *, long: bool = False) -> None:  # noqa: B027 - see `enter`
        """Say that the work of the matching `enter` has ended."""

    def dispatched(self) -> None:  # noqa: B027 - a clock that never jumps does not care
        """Say that something has left for a server which brings it to receivers, perhaps of this process.

        For what `enter` and `leave` cannot bracket, such as a notification (used by the test clock).
        """

    def on_arrival(self, arrived: Callable[[], Awaitable[None]]) -> TimerHandle:
        """Register a receiver on the running loop; cancel it with what is returned.

        `arrived` returns once the receiver has all that was dispatched before the call, or cannot get it any
        more; it never raises. The test clock awaits it before it lets time pass.
        """
        del arrived
        return _NO_RECEIVER


class _NoReceiver:
    """Nothing to cancel."""

    def cancel(self) -> None:
        """Do nothing."""


_NO_RECEIVER = _NoReceiver()


class _Ticker:
    """Calls again and again; armed before each call, so that the callee may cancel it."""

    __slots__ = ("_callback", "_clock", "_interval", "_timer")

    def __init__(self, clock: Clock, interval: int, callback: Callable[[int], object]) -> None:
        self._clock = clock
        self._interval = interval
        self._callback = callback
        self._arm()

    def _arm(self) -> int:
        due = self._clock.now() + self._interval
        self._timer = self._clock.call_at(due, self._fire)
        return due

    def _fire(self) -> None:
        self._callback(self._arm())

    def cancel(self) -> None:
        self._timer.cancel()


_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_micros() -> int:
    """Microseconds on a clock that also counts while the machine is suspended, where the system has one."""
    return time.clock_gettime_ns(_BOOT) // 1_000


def boot_seconds() -> float:
    """Seconds on that clock."""
    return boot_micros() / 1e6


def time_on_this_machine(clock: Clock | None) -> Callable[[], int]:
    """Give the time of a store that is used on this machine only: a test's, or that of all its processes.

    A host's clock follows the store's, so the store's must come from elsewhere.

    Args:
        clock: the host's.
    """
    if clock is not None and getattr(clock, "manual", False):
        return clock.now
    return lambda: time.clock_gettime_ns(time.CLOCK_REALTIME) // 1_000


class SystemClock(Clock):
    """Monotonic time of this machine plus an offset that follows the store's clock.

    How far the store is ahead is known between two bounds. Each look at its clock narrows them to a round
    trip at most, and from look to look they part again, for no two clocks run equally fast. `now` goes by the
    middle, `earliest` by the lower one. A look that contradicts them shows that the store's clock was set:
    then only that look counts.

    A small correction never makes `now` go back: it stands still until it is due. One by more than a second
    does, for else a machine whose clock is an hour ahead would stand still for an hour.
    """

    def __init__(self) -> None:
        self._offset = time.time_ns() // 1_000 - boot_micros()
        self._last = 0
        # The bounds of the offset as they were at that instant; none before the first look.
        self._bounds: tuple[int, int] | None = None
        self._looked = 0

    def now(self) -> int:
        """Microseconds since the Unix epoch; a small correction of the offset never makes it go back."""
        instant = boot_micros() + self._offset
        if instant < self._last:
            return self._last
        self._last = instant
        return instant

    def call_at(self, when: int, callback: Callable[[], object]) -> TimerHandle:
        """Use the event loop's own timer heap; long delays are cut into days, which the loop can hold."""
        loop = asyncio.get_running_loop()
        return _LoopTimer(self, loop, when, callback)

    def earliest(self) -> int:
        """Microseconds since the Unix epoch by the lower bound; as `now` before the first look."""
        if self._bounds is None:
            return self.now()
        at = boot_micros()
        return at + self._bounds[0] - self._slack(at)

    def synchronise(self, store_now: int, *, sent: int, received: int) -> None:
        """Narrow the bounds by what the store says."""
        seen = store_now - received, store_now - sent
        lower, upper = seen
        first = self._bounds is None
        if self._bounds is not None:
            slack = self._slack(received)
            lower, upper = max(lower, self._bounds[0] - slack), min(upper, self._bounds[1] + slack)
            if lower > upper:
                lower, upper = seen
        self._bounds, self._looked = (lower, upper), received
        self._offset = (lower + upper) // 2
        instant = boot_micros() + self._offset
        if first or self._last - instant > _STANDSTILL:
            self._last = instant

    def _slack(self, at: int) -> int:
        """By how much the two clocks may have parted since the last look."""
        return max(at - self._looked, 0) // _DRIFT + 1


_STANDSTILL = 1_000_000
"""Microseconds for which the clock may stand still."""
_DRIFT = 2_000
"""Microseconds in which two clocks part by one: Linux slews none by more than 500 millionths."""
_DAY = 86_400_000_000


class _LoopTimer:
    """A loop timer that looks at the clock again when it fires, so that a changed offset is honoured."""

    __slots__ = ("_callback", "_clock", "_handle", "_loop", "_when")

    def __init__(
        self, clock: SystemClock, loop: asyncio.AbstractEventLoop, when: int, callback: Callable[[], object]
    ) -> None:
        self._clock = clock
        self._loop = loop
        self._when = when
        self._callback = callback
        self._arm()

    def _arm(self) -> None:
        left = min(max(self._when - self._clock.now(), 0), _DAY)
        self._handle = self._loop.call_later(left / 1e6, self._fire)

    def _fire(self) -> None:
        if self._clock.now() < self._when - 500:
            self._arm()
        else:
            self._callback()

    def cancel(self) -> None:
        self._handle.cancel()
