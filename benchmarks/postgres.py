"""The same chains on PostgreSQL: wfe, the floor, a lone chain, two hosts, and a store that is full already.

The server is that of `WFE_TEST_POSTGRES`, or one that is started for the run, as the tests do it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

import asyncpg

from benchmarks.chains import CHAINS, ROUNDS, STEPS, chain, in_turns, run
from benchmarks.measure import Figures, cpu, report
from tests.services.postgres import postgres
from wfe_host import WorkflowHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

URL = "WFE_TEST_POSTGRES"


def shared_server() -> None:
    """Start a server, if none is given, and let the processes of all measures use it."""
    os.environ[URL] = postgres().base


@asynccontextmanager
async def host_on(schema: str) -> AsyncIterator[WorkflowHost]:
    """A host on a schema of the server."""
    async with WorkflowHost.connect(postgres().url(schema)) as host:
        yield host


async def _drop(schema: str) -> None:
    connection = await asyncpg.connect(postgres().base)
    await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    await connection.close()


@asynccontextmanager
async def fresh_schema() -> AsyncIterator[str]:
    """A schema of its own, dropped afterwards."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    try:
        yield name
    finally:
        await _drop(name)


async def throughput(_: Path) -> Figures:
    """Steps per second, the best of several rounds, and the commits and processor time of that many steps."""
    definition = chain(STEPS)
    best = 0.0
    async with fresh_schema() as schema, host_on(schema) as host:
        host.register(definition)
        for _ in range(ROUNDS):
            before, used = host.runtime.committer.stats.batches, cpu()
            best = max(best, CHAINS * STEPS / await run(host, definition, CHAINS))
            commits, used = host.runtime.committer.stats.batches - before, cpu() - used
    return {"steps_per_s": best, "commits": commits, "cpu_s": used}


class Recorder:
    """Keeps what was asked of the driver while it records."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[Any, ...]]] = []
        fetch, statements = asyncpg.Connection.fetch, self.statements

        async def recorded(connection: Any, query: str, *args: Any, **options: Any) -> Any:
            statements.append((query, args))
            return await fetch(connection, query, *args, **options)

        self._patch = mock.patch.object(asyncpg.Connection, "fetch", recorded)

    def __enter__(self) -> Self:
        """Begin."""
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._patch.stop()


async def floor(_: Path) -> Figures:
    """Steps per second of a bare loop that writes what wfe wrote: same tables, statements and parameters."""
    definition = chain(STEPS)
    best = 0.0
    async with fresh_schema() as schema:
        async with host_on(schema) as host:
            host.register(definition)
            with Recorder() as recorder:
                await run(host, definition, CHAINS)
        batches = [each for each in recorder.statements if " written AS (" in each[0]]
        connection = await asyncpg.connect(postgres().base, server_settings={"search_path": schema})
        for _ in range(ROUNDS):
            await connection.execute("TRUNCATE workflow, pointer, data, outbox")
            begun = time.perf_counter()
            for query, args in batches:
                await asyncio.gather(*[_noop() for _ in range(CHAINS)])
                await connection.fetch(query, *args)
            best = max(best, CHAINS * STEPS / (time.perf_counter() - begun))
        await connection.close()
    return {"steps_per_s": best, "commits": float(len(batches))}


async def _noop() -> None:
    pass


async def alone(_: Path) -> Figures:
    """One chain of 10 steps alone, in single-row commits of the raw driver per step."""
    definition = chain(10, "alone")
    async with fresh_schema() as schema:
        async with host_on(schema) as host:
            host.register(definition)
            spans = sorted([await run(host, definition, 1) for _ in range(30)])
        connection = await asyncpg.connect(postgres().base, server_settings={"search_path": schema})
        await connection.execute("CREATE TABLE raw (id int PRIMARY KEY, value text)")
        await connection.execute("INSERT INTO raw VALUES (1, '')")
        raws: list[float] = []
        for number in range(300):
            begun = time.perf_counter()
            await connection.execute("UPDATE raw SET value = $1 WHERE id = 1", str(number) * 300)
            raws.append(time.perf_counter() - begun)
        await connection.close()
    per_step, raw = spans[len(spans) // 2] / 11, sorted(raws)[len(raws) // 2]
    return {"ms_per_step": per_step * 1e3, "raw_commit_ms": raw * 1e3, "raw_commits_per_step": per_step / raw}


async def full(_: Path) -> Figures:
    """The chains on a schema that holds 50,000 finished instances, and on a new one."""
    async with fresh_schema() as full_, fresh_schema() as empty, host_on(full_) as old, host_on(empty) as new:
        return await in_turns(old, new)


async def two_hosts(_: Path) -> Figures:
    """Steps per second of two processes side by side, against those of one; each does the same work."""
    async with fresh_schema() as schema:
        alone_, alone_cpu = await _side_by_side(schema, 1)
        both, both_cpu = await _side_by_side(schema, 2)
    return {"one_steps_per_s": alone_, "ratio": both / alone_, "one_cpu_s": alone_cpu, "two_cpu_s": both_cpu}


async def _side_by_side(schema: str, number: int) -> tuple[float, float]:
    """Give the steps per second of so many processes, and the mean of their processor seconds."""
    code = "import asyncio, sys; from benchmarks.postgres import member; asyncio.run(member(sys.argv[1]))"
    pipe = subprocess.PIPE
    members = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, schema, stdin=pipe, stdout=pipe)
        for _ in range(number)
    ]
    for one in members:
        await _line(one)
    begun = time.perf_counter()
    for one in members:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
    told = [json.loads(await _line(one)) for one in members]
    spent = time.perf_counter() - begun
    for one in members:
        await one.communicate()
    return number * ROUNDS * CHAINS * STEPS / spent, sum(each["cpu_s"] for each in told) / number


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    return await process.stdout.readline()


async def member(schema: str) -> None:
    """Be one of the processes: warm up, say so, wait, work, tell what it cost."""
    definition = chain(STEPS)
    async with host_on(schema) as host:
        host.register(definition)
        await run(host, definition, CHAINS)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        used = cpu()
        for _ in range(ROUNDS):
            await run(host, definition, CHAINS)
        report({"cpu_s": cpu() - used})
        sys.stdout.flush()
