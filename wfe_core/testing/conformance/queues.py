# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of a QueueProvider: hints come soon, to those who listen, and nobody is held up.

A queue may answer None, which means "sweep"; that is always right, so it counts as an answer here.
"""

from __future__ import annotations

import asyncio
import math

import pytest

from wfe_core.ports import Hint, Providers, QueueProvider
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import turns

SOON = 5.0
"""Seconds within which a hint must have come."""
STEP = 20_000


async def collect(
    backend: Backend, queue: QueueProvider, wanted: set[Hint], *, limit: int = 100
) -> set[Hint] | None:
    """Take hints until all that are wanted have come; None when the queue says that one should sweep."""
    found: set[Hint] = set()
    while not wanted <= found:
        hints = await dequeue(backend, queue, limit=limit, wait=SOON)
        if hints is None:
            return None
        assert hints, f"{wanted - found} did not come"
        assert len(hints) <= limit
        found.update(hints)
    return found


async def dequeue(
    backend: Backend, queue: QueueProvider, *, limit: int = 100, wait: float
) -> list[Hint] | None:
    """Call `dequeue` while time passes."""
    call = asyncio.ensure_future(queue.dequeue(limit=limit, wait=wait))
    await turns(5)
    while not call.done():
        await backend.pass_time(STEP)
        # Real time passes too, for a queue that hears from outside of this process.
        await asyncio.wait((call,), timeout=0.002)
    return call.result()


class QueueSuite(Suite):
    """Hints between hosts."""

    @pytest.fixture
    def queue(self, host: Providers) -> QueueProvider:
        """The queue of the first host."""
        return host.queue

    async def test_a_hint_reaches_the_session_it_is_for(self, queue: QueueProvider, backend: Backend) -> None:
        """Topics of sessions are listened to by one host each, and hints of other topics do not come."""
        async with backend.connect() as other:
            await queue.listen(["session-a"])
            await other.queue.listen(["session-b"])
            await queue.enqueue([Hint("session-b", "for-b"), Hint("nobody", "x")])
            await other.queue.enqueue([Hint("session-a", "for-a"), Hint("nobody", "y")])
            for listener, hint in (
                (queue, Hint("session-a", "for-a")),
                (other.queue, Hint("session-b", "for-b")),
            ):
                assert await collect(backend, listener, {hint}) in ({hint}, None)

    async def test_a_host_hears_itself(self, queue: QueueProvider, backend: Backend) -> None:
        """A hint for a topic that the sender listens to reaches somebody of that topic."""
        await queue.listen(["d:order"])
        await queue.enqueue([Hint("d:order", "i")])
        assert await collect(backend, queue, {Hint("d:order", "i")}) in ({Hint("d:order", "i")}, None)

    async def test_a_hint_for_a_definition_reaches_some_host_that_runs_it(
        self, queue: QueueProvider, backend: Backend
    ) -> None:
        """Of the hosts that listen to a topic at least one hears of it."""
        async with backend.connect() as one, backend.connect() as two:
            for listener in (one, two):
                await listener.queue.listen(["d:order", "d:item"])
            await queue.enqueue([Hint("d:order", "i")])
            both = [
                asyncio.ensure_future(listener.queue.dequeue(limit=9, wait=SOON)) for listener in (one, two)
            ]
            while not any(call.done() and call.result() != [] for call in both):
                assert not all(call.done() for call in both), "nobody heard of it"
                await backend.pass_time(STEP)
                await asyncio.wait(both, timeout=0.002)
            for call in both:
                call.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def test_who_waits_is_woken(self, queue: QueueProvider, backend: Backend) -> None:
        """A hint that comes while a host waits ends the wait, without the clock being moved."""
        async with backend.connect() as other:
            await queue.listen(["session-a"])
            for wait in (3_600, math.inf):
                waiting = asyncio.ensure_future(queue.dequeue(limit=9, wait=wait))
                await turns(5)
                await other.queue.enqueue([Hint("session-a", "i")])
                async with asyncio.timeout(SOON):
                    assert await waiting in ([Hint("session-a", "i")], None)

    async def test_an_empty_queue_says_so_after_the_wait(
        self, queue: QueueProvider, backend: Backend
    ) -> None:
        """An empty list when nothing came; at once when there is nothing to wait for."""
        await queue.listen(["session-a"])
        assert await dequeue(backend, queue, wait=0.1) in ([], None)
        async with asyncio.timeout(SOON):
            assert await queue.dequeue(limit=9, wait=0) in ([], None)

    async def test_new_topics_replace_the_old_ones(self, queue: QueueProvider, backend: Backend) -> None:
        """After `listen` only the topics named last count, at once for what is sent afterwards."""
        await queue.listen(["old", "both"])
        await queue.listen(["both", "new"])
        await queue.enqueue([Hint("old", "1"), Hint("both", "2"), Hint("new", "3")])
        wanted = {Hint("both", "2"), Hint("new", "3")}
        assert await collect(backend, queue, wanted) in (wanted, None)
        await queue.listen([])
        await queue.enqueue([Hint("both", "4")])
        assert await dequeue(backend, queue, wait=0.1) in ([], None)

    async def test_the_limit_is_kept(self, queue: QueueProvider, backend: Backend) -> None:
        """No more than `limit` at a time, and the rest afterwards."""
        hints = {Hint("session-ä", f"i{n}/✓") for n in range(25)}
        await queue.listen(["session-ä"])
        await queue.enqueue(sorted(hints, key=lambda hint: hint.instance_id))
        assert await collect(backend, queue, hints, limit=10) in (hints, None)

    async def test_duplicates_are_harmless(self, queue: QueueProvider, backend: Backend) -> None:
        """The same hint may be sent any number of times, and comes at least once."""
        await queue.listen(["t"])
        for _ in range(3):
            await queue.enqueue([Hint("t", "i")] * 3)
        assert await collect(backend, queue, {Hint("t", "i")}) in ({Hint("t", "i")}, None)

    async def test_senders_are_never_held_up(self, queue: QueueProvider, backend: Backend) -> None:
        """Ten thousand hints that nobody takes do not stop the sender; the listener has all, or sweeps."""
        async with backend.connect() as other:
            await queue.listen(["t"])
            hints = [Hint("t", f"i{n}") for n in range(10_000)]
            async with asyncio.timeout(SOON):
                for start in range(0, 10_000, 500):
                    await other.queue.enqueue(hints[start : start + 500])
                await other.queue.enqueue([])
                await other.queue.enqueue([Hint("nobody-listens", "i")])
            found = await collect(backend, queue, set(hints), limit=1_000)
            assert found in (set(hints), None)

    async def test_a_cancelled_wait_leaves_a_queue_that_works(
        self, queue: QueueProvider, backend: Backend
    ) -> None:
        """Waits cut off at any point do not spoil the queue."""
        await queue.listen(["t"])
        for after in range(8):
            waiting = asyncio.ensure_future(queue.dequeue(limit=9, wait=3_600))
            await turns(after)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await queue.enqueue([Hint("t", "i")])
        assert await collect(backend, queue, {Hint("t", "i")}) in ({Hint("t", "i")}, None)

    async def test_a_host_that_left_holds_up_nobody(self, queue: QueueProvider, backend: Backend) -> None:
        """Sending to a topic whose listener is gone is no error."""
        async with backend.connect() as other:
            await other.queue.listen(["session-b"])
        for _ in range(3):
            await queue.enqueue([Hint("session-b", "i")])
