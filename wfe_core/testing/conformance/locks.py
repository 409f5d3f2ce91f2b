# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of a LockProvider: who lives, since when, and until when."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from wfe_core.ports import LockProvider, Providers, SessionInfo
from wfe_core.testing.conformance.backend import Backend, Suite

TTL = 400_000
"""Time to live in the tests, long enough for a backend that goes by its own clock."""
MARGIN = 100_000


def session(name: str, **fields: str) -> SessionInfo:
    """Describe a host's session."""
    given = {"host": f"host-{name}:1", "machine": f"machine-{name}", "boot": "boot-1", **fields}
    return SessionInfo(name, expires=0, **given)


class LockSuite(Suite):
    """Sessions, as the hosts see each other."""

    @pytest.fixture
    def locks(self, host: Providers) -> LockProvider:
        """The lock provider of the first host."""
        return host.locks

    async def test_an_open_session_lives_for_everybody(self, locks: LockProvider, backend: Backend) -> None:
        """Every host sees it as live, under one identity of the server; one that nobody opened is unknown."""
        await locks.open_session(session("a"), ttl=TTL)
        identity = await locks.identity()
        async with backend.connect() as other:
            for provider in (locks, other.locks):
                assert await provider.identity() == identity
                assert await provider.states(["a", "never-opened"]) == {
                    "a": "live",
                    "never-opened": "unknown",
                }
                assert await provider.states([]) == {}

    async def test_opening_tells_the_time(
        self, locks: LockProvider, host: Providers, backend: Backend
    ) -> None:
        """The time returned is the store's, in microseconds; with each renewal it goes on."""
        before = await host.store.now()
        opened = await locks.open_session(session("a"), ttl=TTL)
        await backend.pass_time(MARGIN)
        renewed = await locks.renew("a", ttl=TTL)
        after = await host.store.now()
        assert renewed is not None
        assert before <= opened < opened + MARGIN <= renewed <= after + MARGIN

    async def test_a_session_that_is_not_renewed_dies(self, locks: LockProvider, backend: Backend) -> None:
        """It lives until its ttl after the last renewal, and is dead after it, for everybody."""
        async with backend.connect() as other:
            await locks.open_session(session("a"), ttl=TTL)
            await backend.pass_time(TTL - MARGIN)
            assert await other.locks.states(["a"]) == {"a": "live"}
            await backend.pass_time(2 * MARGIN)
            assert await other.locks.states(["a"]) == {"a": "dead"}
            assert await locks.states(["a"]) == {"a": "dead"}

    async def test_renewals_keep_a_session_alive(self, locks: LockProvider, backend: Backend) -> None:
        """However long it lasts: each renewal is good for another ttl, a longer one for longer."""
        async with backend.connect() as other:
            await locks.open_session(session("a"), ttl=TTL)
            for _ in range(5):
                await backend.pass_time(TTL - MARGIN)
                assert await locks.renew("a", ttl=TTL) is not None
                assert await other.locks.states(["a"]) == {"a": "live"}
            await locks.renew("a", ttl=3 * TTL)
            await backend.pass_time(2 * TTL)
            assert await other.locks.states(["a"]) == {"a": "live"}

    async def test_a_closed_session_is_dead_at_once(self, locks: LockProvider, backend: Backend) -> None:
        """Others may take its instances without waiting; it cannot be renewed, and is not listed."""
        async with backend.connect() as other:
            await locks.open_session(session("a"), ttl=TTL)
            await locks.close_session("a")
            assert await other.locks.states(["a"]) == {"a": "dead"}
            assert await locks.renew("a", ttl=TTL) is None
            assert await other.locks.sessions() == []

    async def test_closing_is_harmless_when_there_is_nothing_to_close(self, locks: LockProvider) -> None:
        """Closing twice, or a session that nobody opened, is no error."""
        await locks.open_session(session("a"), ttl=TTL)
        await locks.close_session("a")
        await locks.close_session("a")
        await locks.close_session("never-opened")
        assert await locks.states(["a"]) == {"a": "dead"}

    async def test_an_unknown_session_cannot_be_renewed(self, locks: LockProvider) -> None:
        """None says that the session is gone for good; renewing does not bring it into being."""
        assert await locks.renew("never-opened", ttl=TTL) is None
        assert await locks.states(["never-opened"]) == {"never-opened": "unknown"}

    async def test_a_late_renewal_is_honest(self, locks: LockProvider, backend: Backend) -> None:
        """After others were told of the death, a renewal says None, or the session lives for all again."""
        async with backend.connect() as other:
            await locks.open_session(session("a"), ttl=TTL)
            await backend.pass_time(TTL + MARGIN)
            assert await other.locks.states(["a"]) == {"a": "dead"}
            renewed = await locks.renew("a", ttl=TTL)
            expected = "dead" if renewed is None else "live"
            assert await other.locks.states(["a"]) == {"a": expected}

    async def test_a_session_can_be_reopened(self, locks: LockProvider, backend: Backend) -> None:
        """A host that comes back under its own session id lives again, with the new description."""
        async with backend.connect() as other:
            await locks.open_session(session("a"), ttl=TTL)
            await backend.pass_time(TTL + MARGIN)
            await locks.open_session(session("a", host="moved:2"), ttl=TTL)
            assert await other.locks.states(["a"]) == {"a": "live"}
            assert [info.host for info in await other.locks.sessions()] == ["moved:2"]

    async def test_sessions_are_listed_as_they_were_described(
        self, locks: LockProvider, backend: Backend
    ) -> None:
        """Everything but the expiry is the host's own; the dead are listed until closed."""
        one = session("a", address="/run/ä.sock", metadata='{"pid": "1", "ü": "💥"}')
        two = session("b")
        async with backend.connect() as other:
            await locks.open_session(one, ttl=TTL)
            await other.locks.open_session(two, ttl=10 * TTL)
            listed = {info.id: info for info in await other.locks.sessions()}
            assert {name: replace(info, expires=0) for name, info in listed.items()} == {"a": one, "b": two}
            assert listed["a"].expires < listed["b"].expires
            await backend.pass_time(TTL + MARGIN)
            assert {info.id for info in await locks.sessions()} == {"a", "b"}
            await other.locks.close_session("a")
            assert {info.id for info in await locks.sessions()} == {"b"}

    async def test_sessions_do_not_depend_on_each_other(self, locks: LockProvider, backend: Backend) -> None:
        """One dies, one is closed, one lives on."""
        async with backend.connect() as other:
            for name, ttl in (("dies", TTL), ("closes", TTL), ("lives", 9 * TTL)):
                await locks.open_session(session(name), ttl=ttl)
            await locks.close_session("closes")
            await backend.pass_time(TTL + MARGIN)
            states = await other.locks.states(["lives", "closes", "dies"])
            assert states == {"lives": "live", "closes": "dead", "dies": "dead"}

    async def test_arbitration_gives_back_what_it_takes(self, locks: LockProvider, backend: Backend) -> None:
        """`acquire` grants free ids, all of them; what was released can be granted to another session."""
        await locks.open_session(session("a"), ttl=TTL)
        async with backend.connect() as other:
            await other.locks.open_session(session("b"), ttl=TTL)
            assert sorted(await locks.acquire(["i", "j"], "a")) == ["i", "j"]
            assert await locks.acquire([], "a") == []
            await locks.release(["i", "j"], "a")
            assert sorted(await other.locks.acquire(["i", "j"], "b")) == ["i", "j"]
            await other.locks.release(["i", "j", "never-acquired"], "b")

    async def test_the_end_of_renewals_is_not_the_end_of_the_session(
        self, locks: LockProvider, backend: Backend
    ) -> None:
        """`end_renewals` closes one loop's connection: any number of times, renewed or not, and no more."""
        await locks.open_session(session("a"), ttl=TTL)
        await locks.end_renewals()

        def renew(*, end: int) -> int | None:
            async def once() -> int | None:
                renewed = await locks.renew("a", ttl=TTL)
                for _ in range(end):
                    await locks.end_renewals()
                if end > 1:
                    renewed = await locks.renew("a", ttl=TTL)
                    await locks.end_renewals()
                return renewed

            return asyncio.run(once())

        for end in (1, 2, 1):
            # Each on a thread and a loop of its own, which is closed afterwards; the main loop goes on.
            assert await asyncio.to_thread(renew, end=end) is not None
            assert await locks.states(["a"]) == {"a": "live"}
            assert await locks.renew("a", ttl=TTL) is not None
        await locks.end_renewals()
        async with backend.connect() as other:
            assert await other.locks.states(["a"]) == {"a": "live"}
        await locks.close_session("a")
        await locks.end_renewals()

    async def test_renewing_works_from_another_thread(self, locks: LockProvider, backend: Backend) -> None:
        """A host renews on a thread with its own event loop, while its main loop uses the rest."""
        await locks.open_session(session("a"), ttl=TTL)

        def renew() -> list[int | None]:
            async def several() -> list[int | None]:
                try:
                    return [await locks.renew("a", ttl=TTL) for _ in range(10)]
                finally:
                    await locks.end_renewals()

            return asyncio.run(several())

        renewing = asyncio.ensure_future(asyncio.to_thread(renew))
        for _ in range(10):
            assert await locks.states(["a"]) == {"a": "live"}
        renewed = await renewing
        assert None not in renewed
        async with backend.connect() as other:
            assert await other.locks.states(["a"]) == {"a": "live"}
