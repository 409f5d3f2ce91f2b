"""What to plan for: bytes on the disk and in memory by step and by instance, and connections of a host."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from typing import TYPE_CHECKING

import asyncpg

from benchmarks.chains import chain
from benchmarks.measure import Figures, quick, sqlite_host
from benchmarks.postgres import fresh_schema, host_on
from tests.services.postgres import postgres as server
from wfe_core import WorkflowBuilder
from wfe_host import StartRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from wfe_core import WorkflowDefinition
    from wfe_host import WorkflowHost

_SHORT, _LONG = 1, 11
"""Steps of the chains whose difference is the cost of ten steps."""
_TABLES = """
SELECT sum(pg_table_size(c.oid)) + sum(pg_indexes_size(c.oid)) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'
"""
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wfe'"


def _count() -> int:
    return 500 if quick() else 2_000


async def sqlite(folder: Path) -> Figures:
    """In a file: bytes of a finished instance and of each of its steps, the outbox among them."""
    used: list[float] = []
    for steps in (_SHORT, _LONG):
        async with sqlite_host(folder, f"{steps}.db") as host:
            await _finish(host, chain(steps))
        # Closed, so that the log is in the file.
        used.append((folder / f"{steps}.db").stat().st_size)
    return _on_disk(used)


async def postgres(_: Path) -> Figures:
    """In a schema: the same, after VACUUM FULL; the connections of a busy host; bytes in its memory."""
    async with fresh_schema() as schema, host_on(schema) as host:
        figures = await _in_memory(host)
    used: list[float] = []
    for steps in (_SHORT, _LONG):
        async with fresh_schema() as schema:
            async with host_on(schema) as host:
                await _finish(host, chain(steps))
                if steps == _LONG:
                    figures["connections"] = await _asked(_CONNECTIONS)
            await _compact(schema)
            used.append(await _asked(_TABLES, schema))
    return {**_on_disk(used), **figures}


async def _finish(host: WorkflowHost, definition: WorkflowDefinition[object]) -> None:
    """Run instances to their end."""
    host.register(definition)
    handles = await host.start_many([StartRequest(definition=definition) for _ in range(_count())])
    await asyncio.gather(*[handle.result() for handle in handles])


async def _in_memory(host: WorkflowHost) -> Figures:
    """How much memory an instance takes while a step of it runs, and what one that waits leaves behind."""
    gate, running = asyncio.Event(), 0

    async def hold() -> None:
        nonlocal running
        running += 1
        await gate.wait()

    holds = WorkflowBuilder("holds").then(hold).build()
    waits = WorkflowBuilder("waits").wait_for("go").build()
    host.register(holds, waits)
    number = min(_count(), host.config.max_running_steps)

    async def cost(definition: WorkflowDefinition[object], ready: Callable[[], bool]) -> float:
        before = _allocated()
        await host.start_many([StartRequest(definition=definition) for _ in range(number)])
        await _until(ready)
        return (_allocated() - before) / number

    def idle() -> bool:
        return not host.runtime.actors

    tracemalloc.start()
    # The first ones fill caches and pools.
    await cost(waits, idle)
    waiting = await cost(waits, idle)
    held = await cost(holds, lambda: running == number)
    gate.set()
    await _until(idle)
    tracemalloc.stop()
    return {"running_bytes": held, "waiting_bytes": waiting}


def _allocated() -> int:
    """Bytes of all objects: the process keeps what it has freed, so its size would say little."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def _until(ready: Callable[[], bool]) -> None:
    while not ready():  # noqa: ASYNC110 - for what many tasks do
        await asyncio.sleep(0.05)


async def _asked(query: str, *given: str) -> float:
    connection = await asyncpg.connect(server().base)
    try:
        return float(await connection.fetchval(query, *given))
    finally:
        await connection.close()


async def _compact(schema: str) -> None:
    """Let tables be as small as their rows: what is free in them is used again, and not by the instances."""
    connection = await asyncpg.connect(server().base)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
        run: Callable[[str], Awaitable[object]] = connection.execute
        for name in names:
            await run(f'VACUUM FULL "{schema}"."{name[0]}"')
    finally:
        await connection.close()


def _on_disk(used: list[float]) -> Figures:
    """Divide what two kinds of chains took among their instances and steps."""
    each = [size / _count() for size in used]
    step = (each[1] - each[0]) / (_LONG - _SHORT)
    return {"bytes_per_instance": each[0] - step * _SHORT, "bytes_per_step": step}
