"""In-memory LockProvider: which sessions live."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from wfe_core.ports import LockProvider, SessionInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.clock import Clock
    from wfe_core.ports import SessionState


@dataclass(slots=True)
class _Session:
    info: SessionInfo
    gone: bool = False
    """Ended for good: closed, killed, or pronounced dead to somebody, who may have acted on it."""
    closed: bool = False


@dataclass(slots=True)
class Sessions:
    """The sessions of all hosts on one backend.

    The lock is needed because hosts renew from threads of their own.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: dict[str, _Session] = field(default_factory=dict[str, _Session])

    def kill(self, session_id: str) -> None:
        """Let a session be dead at once, as if its process had been killed."""
        with self.lock:
            if session_id in self.rows:
                self.rows[session_id].gone = True


class MemoryLocks(LockProvider):
    """Sessions live until they are closed, killed (`MemoryBackend.kill`) or not renewed in time."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def __aenter__(self) -> Self:
        """Connect: nothing to do."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close: sessions end by their own rules."""

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin or reopen a session."""
        now = self._clock.now()
        with self._sessions.lock:
            self._sessions.rows[info.id] = _Session(replace(info, expires=now + ttl))
        return now

    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Prolong a session, even a late one, unless somebody has been told that it is dead."""
        now = self._clock.now()
        with self._sessions.lock:
            session = self._sessions.rows.get(session_id)
            if session is None or session.gone:
                return None
            session.info = replace(session.info, expires=now + ttl)
        return now

    async def close_session(self, session_id: str) -> None:
        """End a session."""
        with self._sessions.lock:
            session = self._sessions.rows.get(session_id)
            if session is not None:
                session.gone = session.closed = True

    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell who lives."""
        with self._sessions.lock:
            return {session_id: self._state(session_id) for session_id in ids}

    async def sessions(self) -> list[SessionInfo]:
        """List the sessions that have not been closed."""
        with self._sessions.lock:
            return [session.info for session in self._sessions.rows.values() if not session.closed]

    def _state(self, session_id: str) -> SessionState:
        session = self._sessions.rows.get(session_id)
        if session is None:
            return "unknown"
        if session.info.expires <= self._clock.now():
            session.gone = True
        return "dead" if session.gone else "live"
