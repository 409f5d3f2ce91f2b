"""Port for liveness: which sessions live. The owner and the fence themselves are in the store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.ports.records import SessionInfo

SessionState = Literal["live", "dead", "unknown"]


class LockProvider(AbstractAsyncContextManager["LockProvider"], ABC):
    """Says which sessions live, and may arbitrate before an instance is taken; never the authority.

    A host opens one session and renews it every quarter of its time-to-live, from a thread with an event
    loop of its own: `renew` must not share a connection with the other methods, and a driver whose
    connections belong to a loop keeps one for the loop that renews. A session ends by `close`,
    by the operating system's word on the same machine, or `ttl` after its last renewal, never because a
    connection dropped.
    """

    @property
    def name(self) -> str:
        """Which locks these are, for people and for hosts to agree on; by default those of the store."""
        return "the store's own locks"

    async def identity(self) -> str | None:
        """Tell which server keeps the sessions: the same words to all who reach it, other words for another.

        One that has lost its data may take another identity. None, which is the default: `name` says enough.
        """
        return None

    @abstractmethod
    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin (or reopen) a session that lives for `ttl` microseconds.

        Returns the time by which this provider judges sessions.
        """

    @abstractmethod
    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Prolong the session. Returns that time, or None when the session is gone for good."""

    async def end_renewals(self) -> None:
        """Close what `renew` opened on the running event loop, which may end after this.

        Called on the loop that renewed, when nothing is renewed there any more, whatever became of the
        session: it ends neither the session nor what other loops use. Harmless twice, and without a renewal
        before it; a later `renew`, on this loop or another, opens again. It is given two seconds, and what
        it raises is only logged. The default has nothing to close.
        """

    @abstractmethod
    async def close_session(self, session_id: str) -> None:
        """End a session; others may take its instances at once."""

    @abstractmethod
    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell the state of sessions; `unknown` when this provider has never heard of one."""

    @abstractmethod
    async def sessions(self) -> list[SessionInfo]:
        """List the sessions that have not been closed, dead ones included until somebody removed them."""

    async def acquire(self, ids: Sequence[str], session_id: str) -> list[str]:
        """Ask to take instances; returns those granted. The default grants all (the store decides)."""
        del session_id
        return list(ids)

    async def release(self, ids: Sequence[str], session_id: str) -> None:
        """Give back what `acquire` granted; the default has nothing to give back."""
