"""Redis LockProvider: sessions that the server's time ends, and short arbitration between them."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import Final, Self

from wfe_core.liveness import LockFiles, shared_folder
from wfe_core.ports import LockProvider, SessionInfo, SessionState
from wfe_redis.scripts import ACQUIRE, CLOSE, IDENTIFY, LIST, OPEN, RELEASE, RENEW, STATES
from wfe_redis.server import Server

_KEPT: Final = 600_000_000
"""Microseconds for which an ended session is remembered, so that all others have time to learn of it."""
_HELD: Final = 10_000
"""Milliseconds after which what was acquired is free again, whatever became of its holder."""
_SHORTEST: Final = 1.0
"""Seconds that a renewal may take at least."""


class RedisLocks(LockProvider):
    """A session is dead when it was closed, when it was not renewed in time, or when its lock file is free.

    Lock files tell only those who see the same folder of the same machine; for all others the server's time
    decides. Once somebody was told that a session is dead, it stays dead. A server that has lost its data
    knows none: they are unknown, not dead, until their hosts open them again.

    Args:
        server: the server; its other providers share it.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._files = LockFiles(shared_folder(), private=True)
        self._sessions = server.key("sessions")
        self._hosts = server.key("hosts")

    @property
    def name(self) -> str:
        """The prefix only: hosts may reach a server by different addresses."""
        return f"the locks on Redis with prefix {self._server.location.prefix!r}"

    async def identity(self) -> str:
        """A number that whoever asked first has left there, and how that one reached the server."""
        first = f"{secrets.token_hex(4)}, first reached as {self._server.location}"
        return str(await self._server.run(IDENTIFY, [self._server.key("identity")], [first]))

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._server.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect. Sessions that are still open end here, as if the process had ended."""
        self._files.drop()
        await self._server.close()

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin or reopen a session; those that ended long ago are forgotten."""
        await asyncio.to_thread(self._files.hold, info.id)
        about = json.dumps([info.host, info.machine, info.boot, info.address, info.metadata])
        now = await self._server.run(OPEN, [self._sessions, self._hosts], [info.id, ttl, about, _KEPT])
        return int(now)

    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Prolong a session, even a late one, unless somebody has been told that it is dead."""
        # A renewal that hangs leaves time for another one before the host has to give up.
        patience = max(ttl / 8e6, _SHORTEST)
        now = await self._server.run_alone(RENEW, [self._sessions], [session_id, ttl], timeout=patience)
        return None if now is None else int(now)

    async def end_renewals(self) -> None:
        """Close the connections that renewals on the running loop have used."""
        await self._server.end_alone()

    async def close_session(self, session_id: str) -> None:
        """End a session, also one that the server has forgotten."""
        await self._server.run(CLOSE, [self._sessions, self._hosts], [session_id])
        await asyncio.to_thread(self._files.release, session_id)

    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell who lives; the operating system's word counts even after the server has lost its data."""
        if not ids:
            return {}
        fallen = [session_id for session_id in dict.fromkeys(ids) if self._files.is_held(session_id) is False]
        others = [session_id for session_id in dict.fromkeys(ids) if session_id not in fallen]
        asked = [*fallen, *others]
        found: list[SessionState] = await self._server.run(STATES, [self._sessions], [len(fallen), *asked])
        return dict(zip(asked, found, strict=True))

    async def sessions(self) -> list[SessionInfo]:
        """List the sessions that have not been closed."""
        rows = await self._server.run(LIST, [self._sessions, self._hosts])
        listed: list[SessionInfo] = []
        for session_id, expires, about in rows:
            host, machine, boot, address, metadata = json.loads(about)
            listed.append(SessionInfo(session_id, host, machine, boot, int(expires), address, metadata))
        return listed

    async def acquire(self, ids: Sequence[str], session_id: str) -> list[str]:
        """Ask to take instances; what a session that lives holds is refused, for ten seconds at most."""
        if not ids:
            return []
        keys = [self._sessions, *map(self._held, ids)]
        granted: list[int] = await self._server.run(ACQUIRE, keys, [session_id, _HELD])
        return [ids[place] for place in granted]

    async def release(self, ids: Sequence[str], session_id: str) -> None:
        """Give back what this session holds; what another one has taken meanwhile stays its own."""
        if ids:
            await self._server.run(RELEASE, [*map(self._held, ids)], [session_id])

    def _held(self, instance_id: str) -> str:
        return self._server.key("held", instance_id)
