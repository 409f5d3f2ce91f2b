"""How soon an event that one host publishes wakes what waits on another, beside a bare notification.

Two processes on one PostgreSQL, and again with queue and hub on Redis. All of them read one monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any

import asyncpg

from benchmarks.measure import Figures, quick
from benchmarks.postgres import fresh_schema
from tests.services.local import UnavailableError
from tests.services.postgres import postgres
from tests.services.redis import fresh_prefix, redis
from wfe_core import WorkflowBuilder, step
from wfe_host import HostConfig, WorkflowHost

if TYPE_CHECKING:
    from pathlib import Path

    from wfe_core import WorkflowDefinition

_SETTLE = 0.02
"""Seconds between samples: what the one before has left to do must not delay the next."""


def _definition() -> WorkflowDefinition[Any]:
    """A wait, and a step that says when it was reached."""

    @step
    async def tell() -> None:
        print(time.monotonic(), flush=True)

    return WorkflowBuilder("waits").wait_for("go", key=lambda d: d["key"]).then(tell).build()


async def waking(_: Path) -> Figures:
    """Milliseconds from the call of `publish_event` in one process to the step behind the wait in another."""
    figures = {"notify_ms": await _notify()}
    async with fresh_schema() as schema:
        figures["postgres_ms"] = await _wake(schema, {})
    try:
        url = redis().url(fresh_prefix())
    except UnavailableError:
        return figures
    async with fresh_schema() as schema:
        figures["redis_ms"] = await _wake(schema, {"locks": url, "queue": url, "hub": url})
    return figures


async def _notify() -> float:
    """The floor: one connection notifies, another one hears."""
    one, other = [await asyncpg.connect(postgres().base) for _ in range(2)]
    heard: asyncio.Queue[float] = asyncio.Queue()
    await one.add_listener("bench", lambda *_: heard.put_nowait(time.monotonic()))
    samples: list[float] = []
    for _ in range(_samples()):
        begun = time.monotonic()
        await other.execute("SELECT pg_notify('bench', '')")
        samples.append(await heard.get() - begun)
        await asyncio.sleep(_SETTLE)
    for connection in (one, other):
        await connection.close()
    return statistics.median(samples) * 1e3


async def _wake(schema: str, beside: dict[str, Any]) -> float:
    """Let another process wait, publish, and read when it went on."""
    code = "import asyncio, sys; from benchmarks.cluster import member; asyncio.run(member(*sys.argv[1:]))"
    url, pipe = postgres().url(schema), asyncio.subprocess.PIPE
    async with WorkflowHost.connect(url, config=HostConfig(role="client"), **beside) as host:
        definition = _definition()
        host.register(definition)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, url, json.dumps(beside), stdin=pipe, stdout=pipe
        )
        assert process.stdout is not None
        await process.stdout.readline()
        samples: list[float] = []
        for _ in range(_samples()):
            key = uuid.uuid4().hex
            handle = await host.start(definition, {"key": key})
            await _released(host, handle.id)
            begun = time.monotonic()
            await host.publish_event("go", key)
            samples.append(float(await process.stdout.readline()) - begun)
            await asyncio.sleep(_SETTLE)
        await process.communicate(b"")
    return statistics.median(samples) * 1e3


async def _released(host: WorkflowHost, instance_id: str) -> None:
    """Wait until an instance has been taken, waits, and was given back."""
    while True:
        head = (await host.providers.store.heads([instance_id]))[instance_id]
        if head.fence and head.owner is None:
            return
        await asyncio.sleep(_SETTLE)


def _samples() -> int:
    return 20 if quick() else 200


async def member(url: str, beside: str) -> None:
    """Be the host on which instances wait, until the other process has enough."""
    async with WorkflowHost.connect(url, **json.loads(beside)) as host:
        host.register(_definition())
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
