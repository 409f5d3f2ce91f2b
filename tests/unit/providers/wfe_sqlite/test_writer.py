"""The writer thread: one job after the other, whatever becomes of those who wait."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.testing import ManualClock
from wfe_sqlite.turns import WriterLock
from wfe_sqlite.writer import Writer


def made(folder: Path) -> tuple[sqlite3.Connection, WriterLock]:
    """Open a database with one table."""
    connection = sqlite3.connect(folder / "x.db", isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY)")
    return connection, WriterLock(folder, patience=PATIENCE)


@pytest.fixture
async def writer(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Writer]:
    """A writer on a database with one table `t`."""
    writer = Writer("test", tmp_path / "x.db", lambda: made(tmp_path), clock)
    yield writer
    await writer.close()


def insert(connection: sqlite3.Connection, number: int) -> None:
    """Insert a number that must be new."""
    connection.execute("INSERT INTO t VALUES (?)", (number,))


def inserting(number: int) -> Callable[[sqlite3.Connection], None]:
    """Make a job that inserts a number."""
    return lambda connection: insert(connection, number)


async def numbers(writer: Writer) -> list[int]:
    """What has been committed."""

    def read(connection: sqlite3.Connection) -> list[int]:
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]

    return await writer.run(read, transaction=False)


class Gate:
    """Holds up the writer's thread until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def pass_(self, _: sqlite3.Connection) -> None:
        """Wait in the thread."""
        self.reached.set()
        assert self.opened.wait(PATIENCE)


async def hold(writer: Writer) -> tuple[Gate, asyncio.Task[None]]:
    """Keep the writer busy."""
    gate = Gate()
    task = asyncio.ensure_future(writer.run(gate.pass_, transaction=False))
    await asyncio.to_thread(gate.reached.wait, PATIENCE)
    return gate, task


async def test_a_job_is_a_transaction(writer: Writer) -> None:
    """Either all of it is written or nothing; the next job is not concerned."""

    def half(connection: sqlite3.Connection) -> None:
        insert(connection, 1)
        raise LookupError("oops")

    with pytest.raises(LookupError, match="oops"):
        await writer.run(half)
    await writer.run(inserting(2))
    assert await numbers(writer) == [2]


async def test_errors_of_the_driver_are_translated(writer: Writer) -> None:
    """With the driver's error as the cause."""
    with pytest.raises(ProviderError, match=r"the store .*x\.db failed: no such table: missing") as caught:
        await writer.run(lambda connection: connection.execute("SELECT * FROM missing").close())
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


async def test_jobs_run_in_their_order_and_low_ones_last(writer: Writer) -> None:
    """Log lines wait for the checkpoints that were ordered after them."""
    gate, held = await hold(writer)
    order: list[str] = []
    jobs = [("log 1", True), ("a", False), ("log 2", True), ("b", False), ("c", False)]

    def note(name: str) -> Callable[[sqlite3.Connection], None]:
        return lambda _: order.append(name)

    calls = [asyncio.ensure_future(writer.run(note(name), low=low)) for name, low in jobs]
    await asyncio.wait(calls, timeout=0.01)
    gate.opened.set()
    await asyncio.gather(held, *calls)
    assert order == ["a", "b", "c", "log 1", "log 2"]


async def test_a_cancelled_call_does_not_stop_its_job(writer: Writer) -> None:
    """The job takes place as a whole, and others go on."""
    gate, held = await hold(writer)
    call = asyncio.ensure_future(writer.run(lambda connection: insert(connection, 7)))
    await asyncio.wait((call,), timeout=0.01)
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call
    gate.opened.set()
    await held
    assert await numbers(writer) == [7]


async def test_closing_finishes_what_was_ordered(writer: Writer) -> None:
    """Jobs of low priority too; afterwards nothing is accepted."""
    gate, held = await hold(writer)
    calls = [asyncio.ensure_future(writer.run(inserting(n), low=True)) for n in range(3)]
    await asyncio.wait(calls, timeout=0.01)
    closing = asyncio.ensure_future(writer.close())
    gate.opened.set()
    await asyncio.gather(held, closing, *calls)
    with pytest.raises(ProviderError, match="closed"):
        await numbers(writer)


async def test_the_clock_does_not_jump_over_a_job(tmp_path: Path) -> None:
    """A test clock that jumps when all is quiet waits for the writer."""
    clock = ManualClock(autojump=True)
    writer = Writer("test", tmp_path / "x.db", lambda: made(tmp_path), clock)
    before = clock.now()
    rung = asyncio.Event()
    gate, held = await hold(writer)
    clock.call_at(before + 1_000_000, rung.set)
    await asyncio.wait((held,), timeout=0.05)
    assert clock.now() == before
    gate.opened.set()
    await held
    async with asyncio.timeout(PATIENCE):
        await rung.wait()
    await writer.close()


def test_a_loop_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    """A job whose loop was closed meanwhile is finished; its result goes nowhere."""
    clock = ManualClock()
    gate = Gate()

    async def order(writer: Writer) -> None:
        def job(connection: sqlite3.Connection) -> None:
            gate.pass_(connection)
            insert(connection, 1)

        task = asyncio.ensure_future(writer.run(job))
        await asyncio.to_thread(gate.reached.wait, PATIENCE)
        task.cancel()

    async def begin() -> Writer:
        writer = Writer("test", tmp_path / "x.db", lambda: made(tmp_path), clock)
        await order(writer)
        return writer

    writer = asyncio.run(begin())
    gate.opened.set()

    async def look() -> None:
        assert await numbers(writer) == [1]
        await writer.close()

    asyncio.run(look())


async def test_what_cannot_be_opened_is_tried_again(tmp_path: Path, clock: ManualClock) -> None:
    """A connection that failed is not remembered as broken; closing works in any case."""
    answers = [ProviderUnavailableError("not now")]

    def connect() -> tuple[sqlite3.Connection, WriterLock]:
        if answers:
            raise answers.pop()
        return made(tmp_path)

    writer = Writer("test", tmp_path / "x.db", connect, clock)
    with pytest.raises(ProviderUnavailableError, match="not now"):
        await numbers(writer)
    assert not writer.connected
    assert await numbers(writer) == []
    assert writer.connected
    await writer.close()
    never_opened = Writer("test", tmp_path / "x.db", connect, clock)
    await never_opened.close()
