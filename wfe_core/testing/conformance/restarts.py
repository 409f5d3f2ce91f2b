# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of locks, queues and hubs whose server restarts: it may forget, but nobody is harmed."""

from __future__ import annotations

import asyncio
import contextlib

from wfe_core.errors import ProviderError
from wfe_core.ports import Hint, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.lifecycle import hub_of, listening, rows
from wfe_core.testing.conformance.locks import TTL, session
from wfe_core.testing.conformance.queues import dequeue

PATIENCE = 60.0
"""Seconds within which everything works again."""


class RestartSuite(Suite):
    """Hosts stay connected while the server restarts."""

    async def test_a_restart_pronounces_nobody_dead(self, host: Providers, backend: Backend) -> None:
        """Whatever the server forgot: a host that lives goes on with its session, or opens it again."""
        locks = host.locks
        await locks.open_session(session("a"), ttl=TTL)
        await backend.restart()
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(ProviderError):
                    renewed = await locks.renew("a", ttl=TTL)
                    break
        if renewed is None:
            assert await locks.states(["a"]) == {"a": "unknown"}
            assert await locks.open_session(session("a"), ttl=TTL) > 0
        async with backend.connect() as other:
            for provider in (locks, other.locks):
                assert await provider.states(["a"]) == {"a": "live"}
                assert [info.id for info in await provider.sessions()] == ["a"]

    async def test_hints_come_again_after_a_restart(self, host: Providers, backend: Backend) -> None:
        """A host that was cut off may be told to sweep; soon it hears of what is sent, as before."""
        queue = host.queue
        async with backend.connect() as other, asyncio.timeout(PATIENCE):
            await queue.listen(["t"])
            await backend.restart()
            found: list[Hint] | None = None
            while not found:
                with contextlib.suppress(ProviderError):
                    await other.queue.enqueue([Hint("t", "i")])
                    found = await dequeue(backend, queue, wait=0.1)
            assert set(found) == {Hint("t", "i")}

    async def test_rows_come_again_after_a_restart(self, host: Providers, backend: Backend) -> None:
        """A listener goes on without doing anything; what was sent meanwhile is in the store's outbox."""
        hub = hub_of(host)
        async with backend.connect() as other, listening(hub, hub_of(other)) as ear:
            await backend.restart()
            async with asyncio.timeout(PATIENCE):
                while not ear.heard:
                    with contextlib.suppress(ProviderError):
                        await hub_of(other).broadcast(rows("i", 1))
                    await ear.listen_for(0.01)
            assert ear.heard[0] == rows("i", 1)[0]
