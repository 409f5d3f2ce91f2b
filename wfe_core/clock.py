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

    def synchronise(self, store_now: int) -> None:  # noqa: B027 - a test's clock is the truth itself
        """Take the store's time as the truth (called with each renewal of the host's session)."""

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


class SystemClock(Clock):
    """Monotonic time of this machine plus an offset that follows the store's clock.

    A small correction never makes it go back: it stands still until it is due. One by more than a second
    does, for else a machine whose clock is an hour ahead would stand still for an hour from its start on.
    """

    def __init__(self) -> None:
        self._offset = time.time_ns() // 1_000 - boot_micros()
        self._last = 0

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

    def synchronise(self, store_now: int) -> None:
        """Move the offset so that `now()` agrees with the store."""
        self._offset = store_now - boot_micros()
        if self._last - store_now > _STANDSTILL:
            self._last = store_now


_STANDSTILL = 1_000_000
"""Microseconds for which the clock may stand still."""
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
