"""A keeper of sessions, and a lock provider that can be cut off."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any, Literal

from wfe_core.errors import ProviderUnavailableError
from wfe_core.ports import LockProvider, SessionInfo, SessionState
from wfe_core.testing.ids import SequentialIds
from wfe_host.config import HostConfig
from wfe_host.sessions import SessionKeeper

State = Literal["live", "dead", "unknown"]


class FakeLocks(LockProvider):
    """Sessions in memory that can be cut off, forgotten and killed."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.opened: list[SessionInfo] = []
        self.renewed: list[float] = []
        self.lives: list[float] = []
        """When it dies if it is not renewed again, at each renewal."""
        self.threads: set[str] = set()
        self.closed: list[str] = []
        self.known: dict[str, State] = {}
        self.down = False
        self.hangs: asyncio.Event | None = None
        self.changed = threading.Event()
        self.renewals_ended: list[tuple[str, bool]] = []
        """By which thread, and whether a renewal was under way then."""
        self.renewing = 0

    async def __aexit__(self, *_: object) -> None:
        """Close."""

    def answer(self) -> int:
        """Give the store's time, unless the store is cut off."""
        if self.down:
            msg = "no route"
            raise ProviderUnavailableError(msg)
        return self.now()

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin a session."""
        now = self.answer()
        self.opened.append(info)
        self.known[info.id] = "live"
        return now

    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Note the renewal."""
        self.threads.add(threading.current_thread().name)
        self.renewed.append(self.now() / 1e6)
        self.lives.append((self.now() + ttl) / 1e6)
        if self.hangs is not None:
            self.renewing += 1
            try:
                await asyncio.Event().wait()
            finally:
                self.renewing -= 1
        now = self.answer()
        return now if self.known.get(session_id) == "live" else None

    async def end_renewals(self) -> None:
        """Note it."""
        self.renewals_ended.append((threading.current_thread().name, self.renewing > 0))
        self.answer()

    async def close_session(self, session_id: str) -> None:
        """End a session."""
        self.answer()
        self.closed.append(session_id)
        self.known[session_id] = "dead"

    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell who lives; the unknown are left out."""
        self.answer()
        return {id: self.known[id] for id in ids if id in self.known}

    async def sessions(self) -> list[SessionInfo]:
        """List all that were opened."""
        return self.opened


class Host:
    """A keeper, what it talks to, and what it told."""

    def __init__(self, clock: Any, ttl: str, **options: Any) -> None:
        self.clock = clock
        self.locks = FakeLocks(clock.now)
        self.lost: list[tuple[int, str]] = []
        config = HostConfig(session_ttl=ttl, name="build-7")
        self.keeper = SessionKeeper(self.locks, config, clock, SequentialIds(), self.on_lost, **options)

    def on_lost(self) -> None:
        """Note when, and in which thread."""
        self.lost.append((self.clock.now(), threading.current_thread().name))


class Boot:
    """The clock by which a session's thread measures lost time, moved by hand."""

    def __init__(self) -> None:
        self.calls = 0
        self._seconds = 1_000.0

    def __call__(self) -> float:
        """Give the seconds since the machine was started."""
        self.calls += 1
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds
