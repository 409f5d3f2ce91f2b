"""Restart after kill -9 with 500 unfinished instances: time from starting the host to its checkpoints."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figures, sqlite_host
from wfe_core import WorkflowBuilder, WorkflowDefinition
from wfe_host import StartRequest

if TYPE_CHECKING:
    from typing import Any

COUNT = 500


def unfinished() -> WorkflowDefinition[dict[str, Any]]:
    """Instances that are in the middle of a long step when their host dies."""

    async def first() -> None:
        pass

    async def long() -> None:
        if "WFE_BENCH_VICTIM" in os.environ:
            await asyncio.get_running_loop().create_future()

    return WorkflowBuilder("unfinished").then(first).then(long).then(first).name("last").build()


async def victim(folder: Path) -> None:
    """Start the instances, say so, and wait to be killed."""
    definition = unfinished()
    async with sqlite_host(folder) as host:
        host.register(definition)
        await host.start_many([StartRequest(definition=definition) for _ in range(COUNT)])
        while [a for a in host.runtime.actors.values() if a.machine.record.revision < 2]:
            await asyncio.wait([asyncio.ensure_future(host.runtime.store.now())])
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


async def restart(folder: Path) -> Figures:
    """Kill such a process and go on with its instances in this one."""
    code = "import asyncio, pathlib, sys; from benchmarks.recovery import victim; "
    code += "asyncio.run(victim(pathlib.Path(sys.argv[1])))"
    environment = {**os.environ, "WFE_BENCH_VICTIM": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder), stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    definition = unfinished()
    begun = time.perf_counter()
    async with sqlite_host(folder) as host:
        host.register(definition)
        while host.runtime.committer.stats.checkpoints == 0:
            await asyncio.wait([asyncio.ensure_future(host.runtime.store.now())])
        first = time.perf_counter() - begun
        while await host.instances(status="runnable", limit=1):
            pass
        done = time.perf_counter() - begun
    return {"first_checkpoint_s": first, "all_done_s": done}
