"""The periodic calls of a manual clock: close together at first, further and further apart in a long leap.

A host looks at its store every few seconds: in a year that nothing happens in, some six million times. None
of these looks has anything to see but what time alone brings about, and that may be seen late. So a leap of
the clock makes a few looks at their proper instants, then each after twice the time of the one before, and
one at its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_REGULAR = 8
"""Calls at their proper instants, before the gaps begin to grow."""
_LONGEST = 1 << 62
"""Microseconds of the longest gap: longer than any leap."""


class Tick:
    """One periodic call.

    Attributes:
        loop: where it is made.
        due: when it is made next, unless the clock stops somewhere before.
    """

    __slots__ = ("_callback", "_calls", "_forget", "_gap", "_interval", "_last", "_until", "due", "loop")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        now: int,
        interval: int,
        callback: Callable[[int], object],
        forget: Callable[[], None],
    ) -> None:
        self.loop: asyncio.AbstractEventLoop = loop
        self._forget = forget
        self.due: int = now + interval
        self._interval = interval
        self._callback: Callable[[int], object] | None = callback
        self._last = now
        self._gap = interval
        self._calls = 0
        self._until = 0

    @property
    def dead(self) -> bool:
        """Whether it will never be called again."""
        return self._callback is None or self.loop.is_closed()

    def is_due(self, now: int, *, stop: bool) -> bool:
        """Say whether it is to be called now; at a stop also when it was only put off."""
        return self.due <= now or (stop and self._last + self._interval <= now)

    def note(self, now: int, horizon: int | None) -> None:
        """Note that it is called now, and decide when next.

        Args:
            now: what time it is.
            horizon: where the clock stops next; None when it has nowhere else to go.
        """
        self._last = now
        self._calls += 1
        if self._calls > _REGULAR:
            self._gap = min(self._gap * 2, _LONGEST)
        # The gap ends where the clock stops: whoever lives on what a call has promised may end there.
        end = now if horizon is None else horizon
        self.due = max(min(now + self._gap, end), now + self._interval)
        self._until = self.due

    def watch_closely(self) -> None:
        """Begin again with calls at their proper instants."""
        self._calls = 0
        self._gap = self._interval
        self.due = min(self.due, self._last + self._interval)

    def fire(self) -> None:
        """Make the call, unless it was cancelled in the meantime."""
        if self._callback is not None:
            self._callback(self._until)

    def cancel(self) -> None:
        """Make no more calls."""
        self._callback = None
        self._forget()
