"""A clock that stands still until a test moves it, or that jumps when nothing else can happen.

The model is trio's `MockClock` with its autojump: https://trio.readthedocs.io/en/stable/reference-testing.html
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from wfe_core.clock import Clock, TimerHandle, to_instant
from wfe_core.policies import Duration, micros
from wfe_core.testing.arrivals import Arrivals
from wfe_core.testing.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_START = to_instant(datetime(2024, 1, 1, tzinfo=UTC))

# Between two turns of the loop it looks at its sockets, so a few idle turns show that none has news.
_IDLE_TURNS = 4
# A loop that does not show its queue of ready callbacks (uvloop) is given this many turns instead.
_BLIND_TURNS = 64


class ManualClock(Clock):
    """Time that moves only when it is told to, for tests that skip years in milliseconds.

    `advance` and `travel_to` fire what falls due on the way, in the order of time, and let the event loop
    finish all it can do between two instants. With `autojump` the clock moves by itself to the next timer
    whenever the loop has nothing left to do.

    Periodic calls (`call_every`) do not draw the clock to them when it has somewhere to go: in a long leap
    they become rare, and one comes at the end. So a year costs a few dozen of them.

    Work that the loop cannot see (a store's writer thread, a step in a thread, a subprocess) brackets
    itself with `enter` and `leave`; while there is such work the clock does not jump, and `advance` waits
    for it: for a store or a driver, which answer in the end, up to `stall` real seconds, so that a disk that
    stands still for a moment changes nothing; for a user's step in a thread up to `grace`. What is on its way
    through a server (`dispatched`) is awaited where it arrives (`on_arrival`).

    Args:
        start: the first instant, an aware datetime or microseconds since the Unix epoch.
        autojump: whether to jump to the next timer when all is quiet.
        patience: real seconds the loop must be quiet before a jump, for tests that talk to a real server
            through a driver which does not use `enter` and `leave`.
        grace: real seconds for which `advance` and `settle` wait for long work outside the loop.
        stall: real seconds for which they wait for short work outside the loop.
    """

    manual: ClassVar[bool] = True
    """Tells a host to renew its session by timers of this clock, not by a thread that knows another time."""

    def __init__(
        self,
        start: datetime | int = _START,
        *,
        autojump: bool = False,
        patience: float = 0.0,
        grace: float = 1.0,
        stall: float = 60.0,
    ) -> None:
        self._now = to_instant(start) if isinstance(start, datetime) else start
        self._autojump = autojump
        self._patience = patience
        self._grace = grace
        self._stall = stall
        # Guards the heap and the counter, which other threads' loops and workers change too.
        self._lock = threading.Lock()
        self._timers: list[tuple[int, int, _Timer]] = []
        self._number = 0
        self._ticks: list[Tick] = []
        # Where `travel_to` goes, while it does.
        self._destination: int | None = None
        self._busy = 0
        self._long = 0
        # As much of the long work as has been waited for in vain: it is not waited for again.
        self._stuck = 0
        # Fired on loops of other threads, but not called yet.
        self._elsewhere: set[_Timer | Tick] = set()
        self._arrivals = Arrivals(self.enter, self.leave)
        self._home: asyncio.AbstractEventLoop | None = _running_loop()
        self._waiters: list[asyncio.Future[None]] = []
        # The loop on which `_probe` calls itself turn by turn, if it does.
        self._probing: asyncio.AbstractEventLoop | None = None
        self._idle_turns = 0
        self._quiet_since = 0.0
        self._give_up: asyncio.TimerHandle | None = None
        self._give_in: asyncio.TimerHandle | None = None
        # The work that goes on now has been waited for in vain.
        self._overdue = False

    # ------------------------------------------------------------ the Clock

    def now(self) -> int:
        """Microseconds since the Unix epoch, as far as the test has moved the clock."""
        return self._now

    def call_at(self, when: int, callback: Callable[[], object]) -> TimerHandle:
        """Call `callback` on the running event loop once the clock has reached `when`."""
        loop = asyncio.get_running_loop()
        if self._home is None or self._home.is_closed():
            self._home = loop
        if when <= self._now:
            return loop.call_soon(callback)
        timer = _Timer(loop, callback)
        with self._lock:
            self._number += 1
            heapq.heappush(self._timers, (when, self._number, timer))
        if self._autojump:
            self._wake_probe()
        return timer

    def call_every(self, interval: int, callback: Callable[[int], object]) -> TimerHandle:
        """Call `callback` at least once in each leap over `interval`; more often where little time passes."""
        loop = asyncio.get_running_loop()
        if self._home is None or self._home.is_closed():
            self._home = loop
        tick = Tick(loop, self._now, interval, callback, self._watch_closely)
        with self._lock:
            self._ticks.append(tick)
        self._watch_closely()
        if self._autojump:
            self._wake_probe()
        return tick

    def enter(self, *, long: bool = False) -> None:
        """Say that work has begun which the clock must not jump over; from any thread."""
        with self._lock:
            if long:
                self._long += 1
            else:
                self._busy += 1

    def leave(self, *, long: bool = False) -> None:
        """Say that the work of the matching `enter` has ended; from any thread."""
        with self._lock:
            if long:
                self._long -= 1
                self._stuck = min(self._stuck, self._long)
            else:
                self._busy -= 1
        if self._autojump or self._waiters:
            self._wake_probe()

    def dispatched(self) -> None:
        """Say that something has left which may arrive at a receiver of `on_arrival`; from any thread."""
        self._arrivals.dispatched()

    def on_arrival(self, arrived: Callable[[], Awaitable[None]]) -> TimerHandle:
        """Register how to wait on this loop until all that was dispatched has arrived."""
        return self._arrivals.register(arrived)

    # ------------------------------------------------------------ moving it

    @property
    def next_timer(self) -> int | None:
        """The instant of the earliest timer, or None when there is none.

        A periodic call counts only when there is nothing else that the clock could go to.
        """
        due = self._next_single()
        return self._next_tick() if due is None else due

    async def advance(self, duration: Duration) -> None:
        """Move the clock by a duration, firing what falls due on the way."""
        await self.travel_to(self._now + micros(duration))

    async def travel_to(self, instant: datetime | int) -> None:
        """Move the clock to an instant, firing what falls due on the way.

        Raises:
            ValueError: the instant has passed; time does not go back.
        """
        target = to_instant(instant) if isinstance(instant, datetime) else instant
        if target < self._now:
            msg = f"the clock stands at {self._now} and cannot go back to {target}"
            raise ValueError(msg)
        await self.settle()
        self._destination = target
        self._watch_closely()
        try:
            while (due := self._next_stop()) is not None and due <= target:
                self._fire(due)
                await self._come_to_rest()
            # With autojump somebody's sleep may have carried the clock further in the meantime.
            self._fire(target, stop=True)
            await self._come_to_rest()
        finally:
            self._destination = None

    async def settle(self) -> None:
        """Wait until the event loop has nothing left to do and no work is going on outside of it.

        Work that goes on for longer than `stall` or `grace` is not waited for any further; a step that blocks
        its thread (until a timeout, say) is waited for once in a call of `advance`, not at each timer.
        """
        self._stuck = 0
        await self._come_to_rest()

    async def _come_to_rest(self) -> None:
        loop = asyncio.get_running_loop()
        self._home = loop
        waiter = loop.create_future()
        self._waiters.append(waiter)
        self._start_probe()
        await waiter

    # ------------------------------------------------------------ how it works

    def _fire(self, instant: int, *, stop: bool = False) -> None:
        """Set the clock to `instant` and fire what is due then; at a stop also calls that were put off."""
        self._now = max(self._now, instant)
        due: list[_Timer] = []
        with self._lock:
            while self._timers and self._timers[0][0] <= self._now:
                due.append(heapq.heappop(self._timers)[2])
        singles = [timer for timer in due if not timer.dead]
        calls: list[_Timer | Tick] = [*self._take_ticks(stop=stop or bool(singles)), *singles]
        for timer in calls:
            if timer.loop is self._home:
                timer.loop.call_soon(timer.fire)
            else:
                # The probe cannot look into another thread's loop: the call counts as work outside.
                with self._lock:
                    self._elsewhere.add(timer)
                with contextlib.suppress(RuntimeError):  # closed this very moment
                    timer.loop.call_soon_threadsafe(self._fire_elsewhere, timer)

    def _take_ticks(self, *, stop: bool) -> list[Tick]:
        """The periodic calls to make now: before the timers, for a session is renewed by one of them."""
        places = [place for place in (self._next_single(), self._destination) if place is not None]
        horizon = min(places, default=None)
        with self._lock:
            taken = [tick for tick in self._ticks if not tick.dead and tick.is_due(self._now, stop=stop)]
            for tick in taken:
                tick.note(self._now, horizon)
        return taken

    def _next_single(self) -> int | None:
        with self._lock:
            while self._timers and self._timers[0][2].dead:
                heapq.heappop(self._timers)
            return self._timers[0][0] if self._timers else None

    def _next_tick(self) -> int | None:
        with self._lock:
            return min((tick.due for tick in self._ticks if not tick.dead), default=None)

    def _next_stop(self) -> int | None:
        stops = [stop for stop in (self._next_single(), self._next_tick()) if stop is not None]
        return min(stops, default=None)

    def _watch_closely(self) -> None:
        """Somebody came, went, or moves the clock: the periodic calls are made at their proper instants."""
        with self._lock:
            self._ticks = [tick for tick in self._ticks if not tick.dead]
            for tick in self._ticks:
                tick.watch_closely()

    def _fire_elsewhere(self, timer: _Timer | Tick) -> None:
        try:
            timer.fire()
        finally:
            with self._lock:
                self._elsewhere.discard(timer)
            self._wake_probe()

    def _wake_probe(self) -> None:
        """Look for quiet (again), from whatever thread this is."""
        home = self._home
        if home is None or home.is_closed():
            return
        if home is _running_loop():
            self._start_probe()
        else:
            # The loop may be closed in between: then nobody waits for quiet any more.
            with contextlib.suppress(RuntimeError):
                home.call_soon_threadsafe(self._start_probe)

    def _start_probe(self) -> None:
        """Begin to look for quiet; on the home loop."""
        if self._give_up is not None:
            self._give_up.cancel()
            self._give_up = None
        self._idle_turns = 0
        if self._home is not None and self._probing is not self._home:
            self._probing = self._home
            self._home.call_soon(self._probe, self._home)

    def _probe(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look once a turn whether anything else is going on, and act when it is not."""
        if loop is not self._probing:
            return  # the clock has moved to another loop, which has a probe of its own
        if self._is_working() and not self._overdue:
            # `leave` starts the probe again; spinning here would only take time from the worker.
            self._probing = None
            if self._waiters and self._give_up is None:
                self._give_up = loop.call_later(self._stall, self._run_out)
        elif self._long > (self._stuck if self._waiters else 0):
            self._probing = None
            if self._waiters and self._give_in is None:
                self._give_in = loop.call_later(self._grace, self._leave_behind)
        elif not self._is_quiet(loop):
            loop.call_soon(self._probe, loop)
        elif self._arrivals.ask(loop):
            # The last answer starts the probe again.
            self._probing = None
        else:
            self._probing = None
            if self._waiters:
                self._release_waiters()
            elif not self._overdue:
                self._jump()

    def _run_out(self) -> None:
        """Wait no more for the work that goes on now, only for what the loop itself still has to do."""
        self._give_up = None
        self._overdue = True
        self._start_probe()

    def _leave_behind(self) -> None:
        """Wait no more for the long work that goes on now."""
        self._give_in = None
        with self._lock:
            self._stuck = self._long
        self._start_probe()

    def _is_busy(self) -> bool:
        return self._is_working() or bool(self._long)

    def _is_working(self) -> bool:
        with self._lock:
            # A loop that was closed in between will never make the call.
            self._elsewhere = {timer for timer in self._elsewhere if not timer.loop.is_closed()}
            return bool(self._busy or self._elsewhere)

    def _is_quiet(self, loop: asyncio.AbstractEventLoop) -> bool:
        ready = getattr(loop, "_ready", None)
        if ready:
            self._idle_turns = 0
            return False
        if not self._idle_turns:
            self._quiet_since = loop.time()
        self._idle_turns += 1
        if self._idle_turns < (_BLIND_TURNS if ready is None else _IDLE_TURNS):
            return False
        return bool(self._waiters) or loop.time() - self._quiet_since >= self._patience

    def _release_waiters(self) -> None:
        self._overdue = False
        if self._give_in is not None:
            self._give_in.cancel()
            self._give_in = None
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        if self._autojump:
            # What the waiters do next comes first: the probe sees it in the loop's queue.
            self._start_probe()

    def _jump(self) -> None:
        due = self._next_stop()
        if self._autojump and due is not None:
            self._fire(due)
            self._start_probe()


class _Timer:
    """One pending call; without its callback once it was cancelled or has fired."""

    __slots__ = ("callback", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
        self.loop = loop
        self.callback: Callable[[], object] | None = callback

    @property
    def dead(self) -> bool:
        """Whether it will never fire."""
        return self.callback is None or self.loop.is_closed()

    def fire(self) -> None:
        """Make the call, unless it was cancelled in the meantime."""
        callback, self.callback = self.callback, None
        if callback is not None:
            callback()

    def cancel(self) -> None:
        """Forget the call; harmless when it was made already."""
        self.callback = None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
