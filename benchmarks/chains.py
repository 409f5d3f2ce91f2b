"""500 chains of 5 no-op steps at once: wfe, the floor (its very statements replayed), and one chain alone."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figures, quick, sqlite_host
from wfe_core import WorkflowBuilder, WorkflowDefinition
from wfe_host import StartRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wfe_host import WorkflowHost

CHAINS = 500
STEPS = 5
ROUNDS = 5
_FINISHED = 50_000


def chain(steps: int, name: str = "chain") -> WorkflowDefinition[dict[str, Any]]:
    """A workflow of `steps` steps that do nothing."""

    async def noop() -> None:
        pass

    builder = WorkflowBuilder(name)
    for number in range(steps):
        builder.then(noop).name(f"s{number}")
    return builder.build()


async def run(host: WorkflowHost, definition: WorkflowDefinition[Any], count: int) -> float:
    """Run so many instances at once; gives the seconds."""
    begun = time.perf_counter()
    handles = await host.start_many([StartRequest(definition=definition) for _ in range(count)])
    await asyncio.gather(*[handle.result() for handle in handles])
    return time.perf_counter() - begun


async def in_turns(old: WorkflowHost, new: WorkflowHost) -> Figures:
    """Steps per second on a store that holds 50,000 finished instances, and on a new one beside it.

    In turns, because what else goes on changes from minute to minute: other programs, autovacuum.
    """
    definition, short = chain(STEPS), chain(1, "short")
    old.register(short)
    for host in (old, new):
        host.register(definition)
    for _ in range(2 if quick() else _FINISHED // 1_000):
        await run(old, short, 1_000)
    spans = [(await run(old, definition, CHAINS), await run(new, definition, CHAINS)) for _ in range(ROUNDS)]
    later, first = (min(each) for each in zip(*spans[1:], strict=True))
    return {"new_steps_per_s": CHAINS * STEPS / first, "ratio": first / later}


async def full(folder: Path) -> Figures:
    """The chains on a file that holds 50,000 finished instances, and on a new one."""
    async with sqlite_host(folder, "old.db") as old, sqlite_host(folder, "new.db") as new:
        return await in_turns(old, new)


Statements = list[tuple[str, list[Any]]]


class Recorder:
    """Keeps the statements of every transaction that was committed while it records."""

    def __init__(self) -> None:
        self.transactions: list[Statements] = []
        self.recording = False


def recording(recorder: Recorder) -> Callable[[], None]:
    """Let every SQLite connection made from now on be recorded; call the result to end that."""

    class Connection(sqlite3.Connection):
        statements: Statements | None = None

        def note(self, sql: str, rows: list[Any]) -> None:
            word = sql.lstrip()[:6].upper()
            if word.startswith("BEGIN"):
                self.statements = []
            elif word.startswith("COMMIT"):
                if self.statements and recorder.recording:
                    recorder.transactions.append(self.statements)
                self.statements = None
            elif self.statements is not None:
                self.statements.append((sql, rows))

        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            self.note(sql, [parameters])
            return super().execute(sql, parameters)

        def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
            kept = list(rows)
            self.note(sql, kept)
            return super().executemany(sql, kept)

    original = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        kwargs.setdefault("factory", Connection)
        connection: sqlite3.Connection = original(*args, **kwargs)
        return connection

    sqlite3.connect = connect  # type: ignore[assignment]

    def end() -> None:
        sqlite3.connect = original

    return end


async def throughput(folder: Path, *, rounds: int = ROUNDS, chains: int = CHAINS) -> Figures:
    """Steps per second of wfe; the best of several rounds on one store, after a warm-up."""
    definition = chain(STEPS)
    best = 0.0
    async with sqlite_host(folder) as host:
        host.register(definition)
        for _ in range(rounds):
            before = host.runtime.committer.stats.batches
            best = max(best, chains * STEPS / await run(host, definition, chains))
            commits = host.runtime.committer.stats.batches - before
    return {"steps_per_s": best, "commits": commits}


async def floor(folder: Path, *, rounds: int = ROUNDS) -> Figures:
    """Steps per second of a bare loop that writes what wfe wrote: same tables, statements and parameters."""
    recorder = Recorder()
    end = recording(recorder)
    definition = chain(STEPS)
    async with sqlite_host(folder, "recorded.db") as host:
        host.register(definition)
        recorder.recording = True
        await run(host, definition, CHAINS)
        recorder.recording = False
    end()
    transactions = [t for t in recorder.transactions if _weight(t) > CHAINS * 100]
    best = 0.0
    for number in range(rounds):
        best = max(best, await _replay(folder, f"floor{number}.db", transactions))
    return {"steps_per_s": best, "commits": float(len(transactions))}


def _weight(statements: Statements) -> int:
    """Characters in the parameters of a transaction: that of a batch of checkpoints has very many."""
    return sum(len(str(rows)) for _, rows in statements)


async def _replay(folder: Path, name: str, transactions: list[Statements]) -> float:
    """Replay recorded transactions through one writer thread, one hop for each, on a new store."""
    async with sqlite_host(folder, name):
        pass
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    loop = asyncio.get_running_loop()

    def write() -> None:
        connection = sqlite3.connect(folder / name, isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        while (job := jobs.get()) is not None:
            statements, done = job
            connection.execute("BEGIN IMMEDIATE")
            for sql, rows in statements:
                if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
                    connection.executemany(sql, rows)
                else:
                    connection.execute(sql, rows[0]).fetchall()
            connection.execute("COMMIT")
            loop.call_soon_threadsafe(done.set_result, None)
        connection.close()

    async def noop() -> None:
        pass

    thread = threading.Thread(target=write)
    thread.start()
    begun = time.perf_counter()
    for statements in transactions:
        await asyncio.gather(*[noop() for _ in range(CHAINS)])
        done = loop.create_future()
        jobs.put((statements, done))
        await done
    spent = time.perf_counter() - begun
    jobs.put(None)
    thread.join()
    return CHAINS * STEPS / spent


async def alone(folder: Path) -> Figures:
    """One chain of 10 steps alone, in single-row commits of the raw driver per step."""
    definition = chain(10, "alone")
    spans: list[float] = []
    async with sqlite_host(folder) as host:
        host.register(definition)
        for _ in range(30):
            begun = time.perf_counter()
            await (await host.start(definition)).result()
            spans.append(time.perf_counter() - begun)
    raw = raw_commit(folder)
    spans.sort()
    per_step = spans[len(spans) // 2] / 11
    return {"ms_per_step": per_step * 1e3, "raw_commit_ms": raw * 1e3, "raw_commits_per_step": per_step / raw}


def raw_commit(folder: Path) -> float:
    """Median seconds of a commit that updates one row of 1 KB, synchronous=FULL, by the driver alone."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT)")
    connection.execute("INSERT INTO t VALUES (1, '')")
    spans: list[float] = []
    for number in range(300):
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE t SET value = ? WHERE id = 1", (str(number) * 300,))
        connection.execute("COMMIT")
        spans.append(time.perf_counter() - begun)
    connection.close()
    spans.sort()
    return spans[len(spans) // 2]
