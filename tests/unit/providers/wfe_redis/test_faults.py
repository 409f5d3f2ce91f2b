"""What happens to sessions and hints when the server does."""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.services.redis import Redis
from tests.unit.providers.wfe_redis.conftest import entered
from tests.waiting import PATIENCE
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import Hint, QueueProvider
from wfe_core.testing.conformance.locks import session
from wfe_redis import RedisProviders

pytestmark = [pytest.mark.signals, pytest.mark.redis]

LONG = 600_000_000
"""A time-to-live that no stalled machine outlives."""

Own = Callable[..., Redis]


async def until_works(work: Callable[[], Any]) -> Any:
    """Try until the server can be used again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await work()
            except ProviderError:
                await asyncio.sleep(0.02)


async def hear(queue: QueueProvider, sender: QueueProvider, hint: Hint) -> None:
    """Send a hint until it is heard."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await sender.enqueue([hint])
            found = await queue.dequeue(limit=9, wait=0.2)
            if found:
                assert set(found) == {hint}
                return


async def test_sessions_are_forgotten_with_the_data(own: Own) -> None:
    """Whose session the server has lost is unknown, not dead: it cannot be renewed, and is opened again."""
    server = own()
    async with entered(server.url("p")) as mine, entered(server.url("p")) as theirs:
        await mine.locks.open_session(session("a"), ttl=LONG)
        assert await mine.locks.renew("a", ttl=LONG) is not None
        await asyncio.to_thread(server.restart)
        assert await until_works(lambda: mine.locks.renew("a", ttl=LONG)) is None
        assert await theirs.locks.states(["a"]) == {"a": "unknown"}
        await mine.locks.open_session(session("a"), ttl=LONG)
        assert await theirs.locks.states(["a"]) == {"a": "live"}
        await mine.locks.end_renewals()


async def test_who_died_on_this_machine_is_dead_without_any_data(own: Own) -> None:
    """The operating system still knows: its word is taken, and written down for the others."""
    server = own()
    async with entered(server.url("p")) as theirs:
        async with entered(server.url("p")) as mine:
            await mine.locks.open_session(session("died"), ttl=LONG)
        await asyncio.to_thread(server.restart)
        assert await until_works(lambda: theirs.locks.states(["died"])) == {"died": "dead"}
        assert await theirs.locks.renew("died", ttl=LONG) is None
        await theirs.locks.close_session("died")
        await theirs.locks.end_renewals()


async def test_a_server_that_is_paused_is_waited_for(own: Own) -> None:
    """Calls end in time and say so; afterwards all goes on with what was there."""
    server = own()
    async with entered(server.url("p", timeout="200ms")) as mine:
        await mine.locks.open_session(session("a"), ttl=LONG)
        await mine.queue.listen(["t"])
        server.own().signal(signal.SIGSTOP)
        try:
            for call in (mine.locks.renew("a", ttl=LONG), mine.locks.states(["a"])):
                with pytest.raises(ProviderUnavailableError, match="did not answer in time") as caught:
                    await call
                assert caught.value.__cause__ is not None
            await mine.queue.enqueue([Hint("elsewhere", "i")])
        finally:
            server.own().signal(signal.SIGCONT)
        assert await until_works(lambda: mine.locks.renew("a", ttl=LONG)) is not None
        assert await until_works(lambda: mine.locks.states(["a"])) == {"a": "live"}
        await hear(mine.queue, mine.queue, Hint("t", "i"))
        await mine.locks.end_renewals()


async def test_connections_that_are_killed_are_replaced(own: Own) -> None:
    """Whatever is killed and how often: calls go on, and hints come after a sweep."""
    server = own()
    async with entered(server.url("p")) as mine, entered(server.url("p")) as other:
        await mine.locks.open_session(session("a"), ttl=LONG)
        await mine.queue.listen(["t"])
        with server.admin() as admin:
            for _ in range(20):
                for kind in ("normal", "pubsub"):
                    admin.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
                assert await mine.locks.renew("a", ttl=LONG) is not None
                assert await mine.locks.states(["a"]) == {"a": "live"}
        assert await mine.queue.dequeue(limit=1, wait=PATIENCE) is None
        await hear(mine.queue, other.queue, Hint("t", "i"))
        await mine.locks.end_renewals()


async def test_a_server_that_is_full_keeps_sessions_alive(own: Own) -> None:
    """Sessions are opened, renewed and closed, and hints are sent, on a server without memory for more."""
    server = own(maxmemory_policy="noeviction")
    async with entered(server.url("p")) as mine, entered(server.url("p")) as other:
        await mine.locks.open_session(session("a"), ttl=LONG)
        await mine.queue.listen(["t"])
        with server.admin() as admin:
            admin.set("ballast", "x" * 100_000)
            admin.config_set("maxmemory", "1")
            with pytest.raises(Exception, match="maxmemory"):
                admin.set("more", "x")
        assert await mine.locks.renew("a", ttl=LONG) is not None
        await other.locks.open_session(session("b"), ttl=LONG)
        assert await other.locks.states(["a", "b"]) == {"a": "live", "b": "live"}
        await hear(mine.queue, other.queue, Hint("t", "i"))
        await other.locks.close_session("b")
        assert await mine.locks.states(["b"]) == {"b": "dead"}
        await mine.locks.end_renewals()


async def test_a_replica_is_refused(own: Own) -> None:
    """It cannot be written to: that is said at the start, with what to do."""
    primary = own()
    replica = own("--replicaof", "127.0.0.1", str(primary.own().port))
    with pytest.raises(
        ProviderUnavailableError, match="read-only replica; name the primary or the sentinels"
    ):
        async with entered(replica.url("p")):
            pass


async def test_a_server_that_becomes_a_replica_is_left(own: Own) -> None:
    """Calls fail clearly as long as it is one; then everything goes on, the queue after a sweep."""
    server = own()
    async with entered(server.url("p")) as mine:
        await mine.locks.open_session(session("a"), ttl=LONG)
        await mine.locks.renew("a", ttl=LONG)
        await mine.queue.listen(["t"])
        with server.admin() as admin:
            admin.execute_command("REPLICAOF", "127.0.0.1", "1")
            for call in (mine.locks.renew("a", ttl=LONG), mine.locks.close_session("b")):
                with pytest.raises(ProviderUnavailableError, match="read-only replica"):
                    await call
            admin.execute_command("REPLICAOF", "NO", "ONE")
        assert await mine.locks.renew("a", ttl=LONG) is not None
        assert await mine.queue.dequeue(limit=1, wait=PATIENCE) is None
        await hear(mine.queue, mine.queue, Hint("t", "i"))
        await mine.locks.end_renewals()


async def test_a_server_that_is_gone_says_so(own: Own) -> None:
    """No server, at the start or later: unavailable, with the server's address and what to look at."""
    server = own()
    url = server.url("p")
    async with entered(url) as mine:
        await asyncio.to_thread(server.stop)
        with pytest.raises(ProviderUnavailableError, match="cannot be reached: does the server run"):
            await mine.locks.sessions()
    with pytest.raises(ProviderUnavailableError, match=f"127.0.0.1:{server.own().port} cannot be reached"):
        async with entered(url):
            pass


async def test_scripts_are_sent_again_to_a_server_that_forgot_them(shared: Redis) -> None:
    """A server keeps scripts only until it restarts, or somebody clears them."""
    async with entered(shared.url()) as mine:
        await mine.locks.open_session(session("a"), ttl=LONG)
        with shared.admin() as admin:
            admin.script_flush()
        assert await mine.locks.states(["a"]) == {"a": "live"}


async def test_a_prefix_of_another_program_is_left_alone(shared: Redis) -> None:
    """Keys of another type are not touched, and the error names the way out."""
    url = shared.url("theirs")
    async with entered(url) as mine:
        with shared.admin() as admin:
            admin.set("theirs:{theirs}:sessions", "text")
        with pytest.raises(ProviderError, match="its keys belong to another program; choose another"):
            await mine.locks.states(["a"])


async def test_messages_of_others_do_no_harm(shared: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """What somebody else publishes on a channel of wfe is dropped with a warning."""
    async with entered(shared.url("strange")) as mine:
        await mine.queue.listen(["t"])
        with shared.admin() as admin:
            for body in ("no json", '{"a": 1}', "3", "[[1]]"):
                admin.publish("strange:hint:t", body)
        # One that another host sends comes after those.
        async with entered(shared.url("strange")) as other:
            await other.queue.enqueue([Hint("t", "i")])
            async with asyncio.timeout(PATIENCE):
                found: list[Hint] = []
                while Hint("t", "i") not in found:
                    found = await mine.queue.dequeue(limit=9, wait=math.inf) or []
    assert caplog.text.count("is not one of wfe's") == 4


async def test_an_idle_host_asks_for_next_to_nothing(own: Own) -> None:
    """Between renewals nothing is sent: hints are pushed."""
    server = own()
    async with entered(server.url("p")) as mine, entered(server.url("p")) as other:
        await mine.queue.listen(["t"])
        await hear(mine.queue, other.queue, Hint("t", "i"))
        with server.admin() as admin:
            before = admin.info("stats")["total_commands_processed"]
            assert await mine.queue.dequeue(limit=1, wait=2) in ([], [Hint("t", "i")])
            after = admin.info("stats")["total_commands_processed"]
        assert after - before <= 2


async def test_arbitration_is_exclusive_while_the_holder_lives(shared: Redis) -> None:
    """What a live session holds is refused to others, and only the holder can give it back."""
    async with entered(shared.url()) as mine:
        locks = mine.locks
        for name in ("a", "b"):
            await locks.open_session(session(name), ttl=LONG)
        assert await locks.acquire(["i", "j"], "a") == ["i", "j"]
        assert await locks.acquire(["i", "j", "k"], "b") == ["k"]
        await locks.release(["i", "j"], "b")
        assert await locks.acquire(["i"], "b") == []
        assert await locks.acquire(["i"], "a") == ["i"]
        await locks.release(["i"], "a")
        assert await locks.acquire(["i"], "b") == ["i"]
        await locks.close_session("a")
        assert await locks.acquire(["j"], "b") == ["j"]
        assert isinstance(mine, RedisProviders)
