"""What makes the renewals of a session happen: a thread of its own, or the timers of a manual clock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from wfe_core.clock import Clock, TimerHandle
from wfe_core.errors import HostStateError

logger: logging.Logger = logging.getLogger("wfe.host")

_LONGEST_LOOK = 500_000
"""Microseconds after which the thread looks at the clock again: timers stand still while a machine sleeps."""
_GOODBYE = 2.0
"""Seconds for which `stop` waits for a renewal that hangs."""


class RenewableSession(Protocol):
    """What a driver needs of a session."""

    @property
    def pulse(self) -> Pulse:
        """When it was renewed, and when it will be."""
        ...

    @property
    def cut_off(self) -> bool:
        """Whether a test wants no renewals."""
        ...

    def tick(self) -> int:
        """Microseconds on the clock that measures how long ago something was sent."""
        ...

    async def renew(self) -> bool:
        """Renew; False when the session is gone. On the driver's loop."""
        ...

    async def revive(self) -> bool:
        """Open it again if the provider has forgotten it; False when it is dead. On the host's loop."""
        ...

    async def end_renewals(self) -> None:
        """Close what the renewals have opened on this loop. On the driver's loop, at its end."""
        ...

    def lose(self) -> None:
        """Say that it is lost. On the host's loop."""
        ...


@dataclass(slots=True)
class Pulse:
    """When the last renewal that succeeded was sent, and when the next one is due; in microseconds.

    Attributes:
        sent: when it was sent; or later, if it was for longer than a ttl.
        ttl: how long the session lives after it.
        due: when the next one is.
        ahead: how much longer than a ttl the next one is to be good for: a clock that leaps makes no calls
            on the way, and a host that lives keeps its session.
        failing: whether the last one failed.
    """

    sent: int
    ttl: int
    due: int = 0
    ahead: int = 0
    failing: bool = False

    @property
    def deadline(self) -> int:
        """When the session counts as lost here."""
        return self.sent + self.ttl // 2

    @property
    def next_look(self) -> int:
        """When something has to be done."""
        return min(self.due, self.deadline)

    def renewed(self, sent: int) -> None:
        """Note a renewal that succeeded."""
        self.sent = sent + self.ahead
        self.due = self.sent + self.ttl // 4
        self.failing = False

    def failed(self, now: int) -> None:
        """Note one that failed: the next comes soon."""
        self.failing = True
        self.due = now + self.ttl // 16

    def ended(self, now: int) -> None:
        """Note that the session is gone: others may have acted on it."""
        self.sent = self.due = now - self.ttl


class Driver(ABC):
    """Renews a session in time, and says when it is lost."""

    def __init__(self, session: RenewableSession) -> None:
        self._session = session
        self._host = asyncio.get_running_loop()

    @abstractmethod
    def start(self) -> None:
        """Begin."""

    @abstractmethod
    async def stop(self) -> None:
        """End; nothing is renewed after this."""

    @abstractmethod
    async def revive(self) -> bool:
        """Let the session revive, on the host's loop."""

    def on_host(self, fn: Callable[..., object], *args: Any) -> None:
        """Call something on the host's loop, if it still runs."""
        with contextlib.suppress(RuntimeError):
            self._host.call_soon_threadsafe(fn, *args)

    async def renew(self) -> None:
        """Try a renewal, and say what came of it."""
        session = self._session
        try:
            alive = await session.renew() or await self.revive()
        except Exception as exc:  # noqa: BLE001 - it is tried again until the session is lost
            logger.warning("the session could not be renewed: %s", exc)
            session.pulse.failed(session.tick())
            return
        if not alive:
            session.pulse.ended(session.tick())

    async def leave(self) -> None:
        """Let the provider close what belongs to the driver's loop, while that still runs."""
        try:
            async with asyncio.timeout(_GOODBYE):
                await self._session.end_renewals()
        except Exception as exc:  # noqa: BLE001 - what was opened ends with the process
            logger.warning("the connection that renewed the session was not closed: %s", exc)


class ThreadDriver(Driver):
    """A daemon thread with a loop of its own, which nothing on the host's loop can hold up."""

    def __init__(self, session: RenewableSession) -> None:
        super().__init__(session)
        self._loop: asyncio.AbstractEventLoop
        self._stopping = asyncio.Event()
        self._ended: asyncio.Future[None] = self._host.create_future()

    def start(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._main, name="wfe-session", daemon=True).start()

    async def stop(self) -> None:
        """End the thread, and wait for that; not for one that hangs."""
        with contextlib.suppress(RuntimeError):  # the session was lost, and the thread has ended
            self._loop.call_soon_threadsafe(self._stopping.set)
        await asyncio.wait((self._ended,), timeout=_GOODBYE)

    async def revive(self) -> bool:
        """Send the session over to the host's loop, for only `renew` may be called from this one."""
        answer: Future[bool] = Future()
        self.on_host(self._revive_on_host, answer)
        return await asyncio.wrap_future(answer)

    def _revive_on_host(self, answer: Future[bool]) -> None:
        _copy_outcome(self._host.create_task(self._session.revive()), answer)

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._keep())
        finally:
            self.on_host(self._ended.set_result, None)

    async def _keep(self) -> None:
        """Renew until the session is lost or the host stops."""
        stop = asyncio.ensure_future(self._stopping.wait())
        pulse = self._session.pulse
        renewal: asyncio.Task[None] | None = None
        try:
            while not self._stopping.is_set():
                now = self._session.tick()
                if now >= pulse.deadline:
                    self.on_host(self._session.lose)
                    return
                if renewal is not None and renewal.done():
                    renewal = None
                    continue  # what came of it is in the pulse
                if renewal is None and now >= pulse.due:
                    renewal = asyncio.ensure_future(self.renew())
                look = pulse.deadline if renewal is not None else pulse.next_look
                await asyncio.wait(
                    {stop} if renewal is None else {stop, renewal},
                    timeout=min(look - now, _LONGEST_LOOK) / 1e6,
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            stop.cancel()
            if renewal is not None:
                renewal.cancel()
                await asyncio.wait((renewal,), timeout=_GOODBYE)
            await self.leave()


class TimerDriver(Driver):
    """Timers of a manual clock, so that a test which moves it sees the same every time.

    While all is well the clock's periodic calls will do, which say how far they go; after a failure each
    instant matters.
    """

    def __init__(self, session: RenewableSession, clock: Clock) -> None:
        super().__init__(session)
        self._clock = clock
        self._timer: TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Set the timer for what comes next."""
        pulse = self._session.pulse
        if pulse.failing:
            self._timer = self._clock.call_at(pulse.next_look, self._look)
        else:
            self._timer = self._clock.call_every(pulse.ttl // 4, self._ticked)

    async def stop(self) -> None:
        """Forget the timer, and give up a renewal that is on its way."""
        self._forget_timer()
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        await self.leave()

    async def revive(self) -> bool:
        """Revive the session: this is the host's loop."""
        return await self._session.revive()

    def on_host(self, fn: Callable[..., object], *args: Any) -> None:
        """Call it: this is the host's loop."""
        fn(*args)

    def _ticked(self, until: int) -> None:
        pulse = self._session.pulse
        pulse.ahead = max(until - self._session.tick() - pulse.ttl // 4, 0)
        self._look()

    def _look(self) -> None:
        if self._task is not None:
            return  # it hangs
        self._clock.enter()
        self._task = self._host.create_task(self._round())
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del task
        self._task = None
        self._clock.leave()

    async def _round(self) -> None:
        session = self._session
        pulse = session.pulse
        failed_before = pulse.failing
        now = session.tick()
        if now < pulse.deadline:
            if session.cut_off:
                pulse.failed(now)
            else:
                await self.renew()
        if now >= pulse.deadline:
            self._forget_timer()
            session.lose()
        elif failed_before or pulse.failing:
            pulse.ahead = 0
            self._forget_timer()
            self.start()

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _copy_outcome(task: asyncio.Task[bool], answer: Future[bool]) -> None:
    def done(_: object) -> None:
        if not answer.set_running_or_notify_cancel():
            return  # the thread has given up meanwhile
        if task.cancelled():
            answer.set_exception(HostStateError("the host stopped"))
        elif (error := task.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result(task.result())

    task.add_done_callback(done)
