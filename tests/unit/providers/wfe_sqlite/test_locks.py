"""Sessions of processes that live, die and stand still."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import pytest

from wfe_core.errors import ProviderError
from wfe_core.ports import Checkpoint, Claim, InstanceRecord, Providers, SessionInfo
from wfe_core.testing import ManualClock
from wfe_sqlite.locks import SqliteLocks

pytestmark = pytest.mark.signals

Connect = Callable[..., AbstractAsyncContextManager[Providers]]

TTL = 10_000_000
HOST = """
import asyncio, sys
from wfe_core.ports import Checkpoint, InstanceRecord, SessionInfo
from wfe_sqlite import open_providers

async def main():
    providers = open_providers(sys.argv[1])
    async with providers.store as store, providers.locks as locks:
        await locks.open_session(SessionInfo("theirs", "h", "m", "b", 0), ttl=int(sys.argv[2]))
        record = InstanceRecord("i", "order", 1, "f", "runnable", 1, "i", owner="theirs", fence=1, revision=1)
        await store.commit([Checkpoint(record, create=True)], now=1)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@contextmanager
def other_process(file: Path, ttl: int = 3_600_000_000) -> Iterator[subprocess.Popen[str]]:
    """A host in another process, with the session `theirs` that owns the instance `i`."""
    command = [sys.executable, "-c", HOST, f"sqlite:///{file}", str(ttl)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        if process.poll() is None:
            process.kill()


def session(name: str) -> SessionInfo:
    """A session as its host describes it."""
    return SessionInfo(name, "h", "m", "b", 0)


async def state(host: Providers, name: str = "theirs") -> str:
    """The state of one session."""
    return (await host.locks.states([name]))[name]


async def test_a_killed_process_is_dead_at_once(file: Path, connect: Connect) -> None:
    """The operating system gives its lock file free: nobody waits for the ttl, however long it is."""
    async with connect(clock=None) as host:
        with other_process(file) as process:
            assert await state(host) == "live"
            process.kill()
            await asyncio.to_thread(process.wait)
            assert await state(host) == "dead"
        assert await host.locks.renew("theirs", ttl=TTL) is None
        assert await host.store.owners() == {"theirs"}
        [taken] = await host.store.claim(Claim(dead=frozenset({"theirs"})), session="ours", limit=9, now=2)
        assert (taken.instance.id, taken.crashed) == ("i", True)


async def test_a_process_that_stands_still_is_dead_when_its_time_is_up(file: Path, connect: Connect) -> None:
    """It holds its lock file and renews nothing: only the ttl can tell."""
    async with connect(clock=None) as host:
        with other_process(file, ttl=300_000) as process:
            os.kill(process.pid, signal.SIGSTOP)
            try:
                while await state(host) == "live":
                    await asyncio.to_thread(lambda: None)
                assert process.poll() is None
            finally:
                os.kill(process.pid, signal.SIGCONT)


async def test_providers_that_were_left_are_dead(connect: Connect) -> None:
    """Whoever leaves without closing the session has died, as far as the others can see."""
    async with connect() as host:
        async with connect() as other:
            await other.locks.open_session(session("theirs"), ttl=TTL)
            assert await state(host) == "live"
        assert await state(host) == "dead"


async def test_sessions_that_ended_long_ago_are_cleared_away(
    file: Path, connect: Connect, clock: ManualClock
) -> None:
    """Their rows and lock files go when the next session opens, unless instances still hang on them."""
    folder = file.with_name("w.db.sessions")

    def files() -> set[str]:
        return {path.stem for path in folder.glob("*.lock")}

    async with connect() as host:
        for name in ("closed", "dead", "owning"):
            await host.locks.open_session(session(name), ttl=TTL)
        record = InstanceRecord("i", "order", 1, "f", "runnable", 1, "i", owner="owning", fence=1, revision=1)
        await host.store.commit([Checkpoint(record, create=True)], now=1)
        assert files() == {"closed", "dead", "owning"}
        await host.locks.close_session("closed")
        assert files() == {"dead", "owning"}
        await clock.advance("1m")
        await host.locks.open_session(session("new"), ttl=10**12)
        assert await host.locks.states(["closed", "dead", "owning"]) == dict.fromkeys(
            ["closed", "dead", "owning"], "dead"
        )
        await clock.advance("1h")
        await host.locks.open_session(session("newer"), ttl=10**12)
        states = await host.locks.states(["closed", "dead", "owning", "new"])
        assert states == {"closed": "unknown", "dead": "unknown", "owning": "dead", "new": "live"}
        assert files() == {"owning", "new", "newer"}
        assert [info.id for info in await host.locks.sessions()] == ["new", "newer", "owning"]


@pytest.mark.parametrize("name", ["../evil", "with/slash", "ü" * 200, "writer", "turnstile", ""])
async def test_ids_make_safe_file_names(file: Path, connect: Connect, name: str) -> None:
    """Whatever a session is called, its lock file is in the folder, and is no other file."""
    async with connect() as host:
        await host.locks.open_session(session(name), ttl=TTL)
        async with connect() as other:
            assert await state(other, name) == "live"
    assert sum(1 for path in file.with_name("w.db.sessions").glob("*.lock") if path.is_file()) == 1


async def test_one_session_is_held_by_one_process(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one with the same id is an error, as long as the first lives."""
    monkeypatch.setattr("wfe_core.liveness._TRIES", 3)
    async with connect() as host, connect() as other:
        await host.locks.open_session(session("same"), ttl=TTL)
        with pytest.raises(ProviderError, match="'same' is held by another process that is still alive"):
            await other.locks.open_session(session("same"), ttl=TTL)


async def test_a_missing_lock_file_is_a_dead_session(file: Path, connect: Connect) -> None:
    """Somebody who has tidied up too much does no more harm than a crash."""
    async with connect() as host, connect() as other:
        await other.locks.open_session(session("theirs"), ttl=TTL)
        (file.with_name("w.db.sessions") / "theirs.lock").unlink()
        assert await state(host) == "dead"


async def test_looking_does_not_disturb_the_holder(connect: Connect) -> None:
    """Many who look at the same time do not take each other for the holder, nor keep one from opening."""
    async with connect() as host, connect() as other:
        for n in range(20):
            opening = host.locks.open_session(session(f"s{n}"), ttl=TTL)
            looking = [provider.locks.states([f"s{n}"]) for provider in (host, other)]
            await asyncio.gather(opening, *looking)
            assert await state(other, f"s{n}") == "live"
        assert isinstance(host.locks, SqliteLocks)
