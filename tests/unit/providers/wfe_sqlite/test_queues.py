"""Hints between processes, and the look at the file as the net below."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from wfe_core.errors import ProviderUnavailableError
from wfe_core.mailbox import Mailbox
from wfe_core.ports import Checkpoint, Hint, InstanceRecord, OutboxRow, Providers, SessionInfo
from wfe_core.testing import ManualClock
from wfe_sqlite import queues
from wfe_sqlite.queues import SqliteQueue

Connect = Callable[..., AbstractAsyncContextManager[Providers]]

OTHER = """
import asyncio, sys
from wfe_core.ports import Checkpoint, Hint, InstanceRecord, OutboxRow
from wfe_sqlite import open_providers

async def main():
    p = open_providers(sys.argv[1])
    async with p.store, p.queue, p.hub:
        if sys.argv[2] == "hint":
            await p.queue.enqueue([Hint("session-a", "i1"), Hint("d:order", "i2"), Hint("session-b", "i3")])
            await p.hub.broadcast([OutboxRow(1, "i", "order", 1, '["größe"]')])
        else:
            record = InstanceRecord("i", "order", 1, "f", "runnable", 1, "i")
            await p.store.commit([Checkpoint(record, create=True)], now=1)

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait half a second for each look."""
    monkeypatch.setattr(queues, "_LOOK", 0.01)


async def run_other(file: Path, what: str) -> None:
    """Let another process do something with the file, to its end."""
    command = [sys.executable, "-c", OTHER, f"sqlite:///{file}", what]
    await asyncio.to_thread(subprocess.run, command, check=True)


def create(name: str) -> Checkpoint:
    """Begin an instance that nobody owns."""
    return Checkpoint(InstanceRecord(name, "order", 1, "f", "runnable", 1, name), create=True)


async def test_hints_and_rows_come_from_other_processes(
    file: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the topics listened to; the process that sent them may have ended since."""
    monkeypatch.setattr(queues, "_LOOK", 3_600)
    async with connect(clock=None) as host:
        await host.queue.listen(["session-a", "d:order"])
        assert host.hub is not None
        rows = host.hub.listen()
        hearing = asyncio.ensure_future(anext(rows))
        await asyncio.wait((hearing,), timeout=0)
        await run_other(file, "hint")
        found: list[Hint] = []
        while len(found) < 2:
            found += await host.queue.dequeue(limit=9, wait=PATIENCE) or []
        assert found == [Hint("session-a", "i1"), Hint("d:order", "i2")]
        assert await hearing == OutboxRow(1, "i", "order", 1, '["größe"]')


async def test_a_write_by_another_process_is_noticed(file: Path, connect: Connect) -> None:
    """Without any hint: something may have changed, so the host should sweep."""
    async with connect(clock=None) as host:
        await host.queue.listen(["session-a"])
        waiting = asyncio.ensure_future(host.queue.dequeue(limit=9, wait=3_600))
        await run_other(file, "write")
        assert await waiting is None


async def test_ones_own_writes_are_no_news(host: Providers) -> None:
    """Neither commits nor renewals of this process make it sweep."""
    assert isinstance(host.queue, SqliteQueue)
    await host.locks.open_session(SessionInfo("s", "h", "m", "b", 0), ttl=10_000_000)
    # With a new connection there is nothing to compare with yet.
    assert await host.queue.dequeue(limit=9, wait=3_600) is None
    waiting = asyncio.ensure_future(host.queue.dequeue(limit=9, wait=3_600))
    looks = 0
    compare = host.queue._compare

    async def counted() -> None:
        nonlocal looks
        await compare()
        looks += 1

    host.queue._compare = counted  # type: ignore[method-assign]
    for n in range(4):
        before = looks
        if n % 2:
            await host.store.commit([create(f"i{n}")], now=1)
        else:
            await host.locks.renew("s", ttl=10_000_000)
        while looks < before + 2:
            await asyncio.wait((waiting,), timeout=0.01)
    assert not waiting.done()
    waiting.cancel()


async def test_another_host_of_this_process_is_another_hand(connect: Connect) -> None:
    """It has connections of its own, so its writes are news."""
    async with connect() as host, connect() as other:
        waiting = asyncio.ensure_future(host.queue.dequeue(limit=9, wait=3_600))
        await asyncio.wait((waiting,), timeout=0.05)
        await other.store.commit([create("i")], now=1)
        async with asyncio.timeout(PATIENCE):
            assert await waiting is None


async def test_who_does_not_wait_does_not_look(host: Providers) -> None:
    """An idle file is looked at only while somebody waits for hints."""
    assert isinstance(host.queue, SqliteQueue)
    await host.queue.listen(["t"])
    await host.queue.enqueue([Hint("t", "i")])
    assert await host.queue.dequeue(limit=9, wait=1) == [Hint("t", "i")]
    await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))], timeout=0.05)
    while host.queue._looking is not None or host.queue._timer is not None:
        await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))], timeout=0.01)


async def test_a_look_that_fails_is_a_reason_to_sweep(
    host: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be seen may have changed."""

    async def fail(_: SqliteQueue) -> tuple[int, int]:
        raise ProviderUnavailableError("the disk is full")

    monkeypatch.setattr(SqliteQueue, "_versions", fail)
    async with asyncio.timeout(PATIENCE):
        assert await host.queue.dequeue(limit=9, wait=3_600) is None


async def test_too_many_hints_are_a_reason_to_sweep(host: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are forgotten together, and the store is looked through instead."""
    assert isinstance(host.queue, SqliteQueue)
    host.queue._mailbox = Mailbox(3, ManualClock())
    await host.queue.listen(["t"])
    await host.queue.enqueue([Hint("t", f"i{n}") for n in range(5)])
    assert await host.queue.dequeue(limit=9, wait=1) is None
    assert await host.queue.dequeue(limit=9, wait=0) == []


async def test_a_mailbox_wakes_all_who_wait() -> None:
    """Several may wait; who comes late finds nothing and waits again."""
    mailbox: Mailbox[int] = Mailbox(2, ManualClock())
    waiting = [asyncio.ensure_future(mailbox.wait()) for _ in range(2)]
    await asyncio.wait(waiting, timeout=0)
    mailbox.put([1])
    await asyncio.gather(*waiting)
    await mailbox.wait()
    assert (mailbox.take(5), mailbox.take(5), mailbox.overflowed) == ([1], [], False)
