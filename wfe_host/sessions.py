"""`SessionKeeper`: keeps this host's session alive, says when it is lost, and which others are dead."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import replace

from wfe_core.clock import Clock, boot_seconds
from wfe_core.errors import HostStateError, ProviderError
from wfe_core.ids import IdFactory
from wfe_core.ports.locks import LockProvider
from wfe_core.ports.records import SessionInfo
from wfe_host.arbiter import Arbiter
from wfe_host.config import HostConfig
from wfe_host.identity import boot_id, machine_id
from wfe_host.renewal import Driver, Pulse, ThreadDriver, TimerDriver

logger: logging.Logger = logging.getLogger("wfe.host")

_FIRST_PAUSE = 100_000
_LONGEST_PAUSE = 5_000_000
"""Microseconds between attempts to open a new session after a loss."""


class SessionKeeper:
    """Holds one session in the LockProvider: the sign of life on which all leases of this host hang.

    A daemon thread with an event loop of its own renews every quarter of the time-to-live, so that a step
    which blocks the host's loop does not cost the session. When half of the time-to-live has passed since
    the last renewal that succeeded was *sent*, the session counts as lost here: others wait for the whole.

    With a clock that has the attribute `manual` there is no thread: timers of that clock drive everything.

    Attributes:
        paused: for tests with a manual clock: while True nothing is renewed, as if the store were cut off.

    Args:
        locks: who knows the sessions.
        config: the time-to-live and the host's name.
        clock: the host's.
        ids: makes the session's id.
        on_lost: called on the host's loop, once a session, when it is lost: its steps must stop now.
        address: where hints for this host can be sent.
        arbiter: says whether all hosts ask the same server for sessions; None where there can be no other.
    """

    def __init__(
        self,
        locks: LockProvider,
        config: HostConfig,
        clock: Clock,
        ids: IdFactory,
        on_lost: Callable[[], object],
        address: str | None = None,
        arbiter: Arbiter | None = None,
    ) -> None:
        self.paused = False
        self._locks = locks
        self._name = config.name
        self._ttl = config.session_ttl_us
        self._clock = clock
        self._ids = ids
        self._on_lost = on_lost
        self._address = address
        self._arbiter = arbiter
        self._manual = bool(getattr(clock, "manual", False))
        self._session: _Session | None = None
        self._ended: set[str] = set()
        """Earlier sessions of this host."""
        self._first_seen: dict[str, int] = {}
        """Sessions nobody has heard of, and when they were first asked for."""

    @property
    def session_id(self) -> str:
        """The id of the session.

        Raises:
            HostStateError: none is open.
        """
        if self._session is None:
            msg = "this host has no session: start it first"
            raise HostStateError(msg)
        return self._session.info.id

    @property
    def lost(self) -> bool:
        """Whether the session is lost and has not been replaced."""
        return self._session is not None and self._session.lost

    async def open(self) -> str:
        """Open a session and begin to renew it; returns its id.

        Raises:
            ProviderError: the sessions can't be reached.
        """
        machine, boot = await self._identify()
        now = self._clock.now()
        info = SessionInfo(
            id=self._ids(now),
            host=self._name,
            machine=machine,
            boot=boot,
            expires=now + self._ttl,
            address=self._address,
            metadata=json.dumps({"pid": os.getpid()}),
        )
        session = _Session(self, self._locks, info, self._ttl, self._clock, manual=self._manual)
        await session.announce()
        self._session = session
        session.driver.start()
        if self._arbiter is not None:
            self._arbiter.watch(session.lose, self._first_seen.clear)
        return info.id

    async def reopen(self) -> str:
        """Replace a lost session by a new one, once everything that ran under it has ended here.

        The old one is closed, so that its instances can be taken at once, by this host too. While the
        sessions can't be reached it is tried again, with pauses that grow; cancel the call to give up.
        Returns the new id.
        """
        old = self._session
        if old is None:
            return await self.open()
        await self._stop(old)
        pause = _FIRST_PAUSE
        while True:
            try:
                if self._arbiter is not None:
                    await self._arbiter.join()
                session_id = await self._open_in_time()
                break
            except ProviderError as exc:
                logger.warning("no new session can be opened yet: %s", exc)
            await self._wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._ended.add(old.info.id)
        self._first_seen.clear()
        await self._say_goodbye(old.info.id)
        return session_id

    async def _open_in_time(self) -> str:
        # A clock that jumped before the answer comes would find a session that is over before it begins.
        self._clock.enter()
        try:
            return await self.open()
        finally:
            self._clock.leave()

    async def close(self) -> None:
        """Stop renewing and end the session: others may take what it held at once."""
        session, self._session = self._session, None
        if session is not None:
            await self._stop(session)
            await self._say_goodbye(session.info.id)

    async def abandon(self) -> None:
        """Renew no more and leave the session as it is, as if the process had died."""
        session, self._session = self._session, None
        if session is not None:
            await self._stop(session)

    async def dead_sessions(self, owners: Iterable[str] | None = None) -> set[str]:
        """Tell which sessions are dead: of `owners`, or of all that have not been closed.

        One that the LockProvider has never heard of counts as dead one whole time-to-live after it was
        first asked for, because its host may be about to open it again.

        Raises:
            ProviderError: the sessions can't be reached.
        """
        if owners is None:
            owners = [info.id for info in await self._locks.sessions()]
        ours = self._session.info.id if self._session is not None else None
        others = {owner for owner in owners if owner != ours}
        dead = others & self._ended
        asked = sorted(others - dead)
        states = await self._locks.states(asked) if asked else {}
        now = elapsed(self._clock, manual=self._manual)
        overdue: set[str] = set()
        for owner in asked:
            state = states.get(owner, "unknown")
            if state != "unknown":
                self._first_seen.pop(owner, None)
            elif now - self._first_seen.setdefault(owner, now) >= self._ttl:
                overdue.add(owner)
            if state == "dead":
                dead.add(owner)
        if overdue and self._arbiter is not None and not await self._arbiter.confirmed():
            logger.warning("other hosts use another server for their sessions: nobody is taken for dead here")
            self._first_seen.clear()
            return dead
        return dead | overdue

    def tell_lost(self) -> None:
        """Tell the host that its session is lost."""
        self._on_lost()

    def forgotten(self) -> None:
        """The LockProvider did not know this host's session any more."""
        if self._arbiter is not None:
            self._arbiter.doubt()

    async def _stop(self, session: _Session) -> None:
        if self._arbiter is not None:
            await self._arbiter.close()
        await session.stop()

    async def _say_goodbye(self, session_id: str) -> None:
        try:
            await self._locks.close_session(session_id)
        except Exception as exc:  # noqa: BLE001 - the host has done what it can: the session will expire
            logger.warning("session %s could not be closed and will expire: %s", session_id, exc)

    async def _wait(self, duration: int) -> None:
        over = asyncio.Event()
        timer = self._clock.call_at(self._clock.now() + duration, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    async def _identify(self) -> tuple[str, str]:
        # The answers are read from files, and the clock must not jump meanwhile.
        self._clock.enter()
        try:
            return await asyncio.to_thread(lambda: (machine_id(), boot_id()))
        finally:
            self._clock.leave()


class _Session:
    """One session of this host, as its driver sees it."""

    def __init__(
        self,
        keeper: SessionKeeper,
        locks: LockProvider,
        info: SessionInfo,
        ttl: int,
        clock: Clock,
        *,
        manual: bool,
    ) -> None:
        self.info = info
        self.lost = False
        self.pulse = Pulse(0, ttl)
        self._keeper = keeper
        self._locks = locks
        self._ttl = ttl
        self._clock = clock
        self._manual = manual
        self._stopped = False
        self.driver: Driver = TimerDriver(self, clock) if manual else ThreadDriver(self)

    @property
    def cut_off(self) -> bool:
        return self._keeper.paused

    def tick(self) -> int:
        return elapsed(self._clock, manual=self._manual)

    async def announce(self) -> None:
        """Open it, for the first time or again."""
        sent = self.tick()
        await self._locks.open_session(self.info, ttl=self._ttl + self.pulse.ahead)
        self.pulse.renewed(sent)

    async def renew(self) -> bool:
        sent = self.tick()
        if await self._locks.renew(self.info.id, ttl=self._ttl + self.pulse.ahead) is None:
            return False
        self.pulse.renewed(sent)
        return True

    async def revive(self) -> bool:
        states = await self._locks.states([self.info.id])
        if states.get(self.info.id, "unknown") != "unknown":
            return False
        logger.warning("session %s was forgotten; opening it again", self.info.id)
        self._keeper.forgotten()
        self.info = replace(self.info, expires=self._clock.now() + self._ttl)
        await self.announce()
        return True

    async def end_renewals(self) -> None:
        await self._locks.end_renewals()

    async def stop(self) -> None:
        """Renew no more, and tell of no loss."""
        self._stopped = True
        await self.driver.stop()

    def lose(self) -> None:
        if not self._stopped:
            self.lost = True
            logger.error("session %s is lost; its steps are stopped here", self.info.id)
            self._keeper.tell_lost()


def elapsed(clock: Clock, *, manual: bool) -> int:
    """Microseconds on the clock by which lost time is measured: a test's, or one that also counts sleep."""
    return clock.now() if manual else round(boot_seconds() * 1e6)
