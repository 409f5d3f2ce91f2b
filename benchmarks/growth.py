"""What must not grow: time per step with history, memory with items, sleepers or waiters, cost with data."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figures, cpu, flatness, quick, rss, sqlite_host
from wfe_core import StepContext, WorkflowBuilder
from wfe_host import StartRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def sequence(folder: Path) -> Figures:
    """2,000 sequential steps: the last hundred against the first."""
    stamps: list[float] = []

    async def stamp() -> None:
        stamps.append(time.perf_counter())

    builder = WorkflowBuilder("long")
    for number in range(2_000):
        builder.then(stamp).name(f"s{number}")
    definition = builder.build()
    async with sqlite_host(folder) as host:
        host.register(definition)
        await (await host.start(definition)).result()
    return {"end_to_start": flatness(stamps), "steps_per_s": len(stamps) / (stamps[-1] - stamps[0])}


async def iterations(folder: Path) -> Figures:
    """10,000 iterations of a loop: the last hundred against the first."""
    count = 2_000 if quick() else 10_000
    stamps: list[float] = []

    async def stamp(ctx: StepContext[dict[str, Any]]) -> dict[str, int]:
        stamps.append(time.perf_counter())
        return {"n": ctx.iteration + 1}

    def more(data: dict[str, Any]) -> bool:
        return bool(data.get("n", 0) < count)

    definition = WorkflowBuilder("loop").while_do(more, lambda b: b.then(stamp)).build()
    async with sqlite_host(folder) as host:
        host.register(definition)
        await (await host.start(definition)).result()
    return {"end_to_start": flatness(stamps), "steps_per_s": len(stamps) / (stamps[-1] - stamps[0])}


async def items(folder: Path) -> Figures:
    """`for_each` over 10,000 items: steps per second and the memory it takes on top."""
    count = 2_000 if quick() else 10_000

    async def noop() -> None:
        pass

    definition = (
        WorkflowBuilder("items").for_each(lambda _: list(range(count)), lambda b: b.then(noop)).build()
    )
    async with sqlite_host(folder) as host:
        host.register(definition)
        await (await host.start(definition)).result()
        before = rss()
        begun = time.perf_counter()
        await (await host.start(definition)).result()
        spent = time.perf_counter() - begun
        return {"steps_per_s": count / spent, "extra_mb": rss() - before}


async def sleepers(folder: Path) -> Figures:
    """10,000 sleeping instances: memory above the idle host, processor time, and waking them all."""
    count = 2_000 if quick() else 10_000
    rest = 5.0 if quick() else 30.0

    async def noop() -> None:
        pass

    delay = WorkflowBuilder("delay").delay("1h").then(noop).build()
    async with sqlite_host(folder) as host:
        host.register(delay)
        await host.start(delay)
        await _pause(0.5)
        idle = rss()
        begun = time.perf_counter()
        for start in range(0, count, 1_000):
            requests = [StartRequest(definition=delay) for _ in range(min(1_000, count - start))]
            await host.start_many(requests)
        starting = time.perf_counter() - begun
        await _pause(1.0)
        extra = rss() - idle
        used = cpu()
        await _pause(rest)
        used = cpu() - used
    return {"extra_mb": extra, "cpu_s": used, "rest_s": rest, "starts_per_s": count / starting}


async def waking(folder: Path) -> Figures:
    """10,000 sleepers that want to go on at the same moment: waking all, against starting them."""
    count = 2_000 if quick() else 10_000
    woken = 0
    done = asyncio.Event()
    moment = [datetime.now(UTC) + timedelta(days=1)]

    async def after() -> None:
        nonlocal woken
        woken += 1
        if woken == count:
            done.set()

    definition = WorkflowBuilder("alarm").delay_until(lambda _: moment[0]).then(after).build()
    async with sqlite_host(folder) as host:
        host.register(definition)
        await host.start(definition)
        # Late enough that all sleep by then, and none of them so short that it stays in memory.
        moment[0] = datetime.now(UTC) + timedelta(seconds=8 + count / 400)
        begun = time.perf_counter()
        for start in range(0, count, 1_000):
            requests = [StartRequest(definition=definition) for _ in range(min(1_000, count - start))]
            await host.start_many(requests)
        starting = time.perf_counter() - begun
        await _pause((moment[0] - datetime.now(UTC)).total_seconds())
        begun = time.perf_counter()
        await done.wait()
        spent = time.perf_counter() - begun
    return {"start_s": starting, "wake_s": spent, "wake_to_start": spent / starting}


async def waiters(folder: Path) -> Figures:
    """12,000 waiters on one event: time to resume all, against the time to start that many."""
    count = 2_000 if quick() else 12_000
    resumed = 0
    done = asyncio.Event()

    async def after() -> None:
        nonlocal resumed
        resumed += 1
        if resumed == count:
            done.set()

    definition = WorkflowBuilder("waiter").wait_for("go", key="all").then(after).build()
    async with sqlite_host(folder) as host:
        host.register(definition)
        begun = time.perf_counter()
        for start in range(0, count, 1_000):
            requests = [StartRequest(definition=definition) for _ in range(min(1_000, count - start))]
            await host.start_many(requests)
        starting = time.perf_counter() - begun
        begun = time.perf_counter()
        await host.publish_event("go", "all", {"n": 1})
        await done.wait()
        resuming = time.perf_counter() - begun
    return {"start_s": starting, "resume_s": resuming, "resume_to_start": resuming / starting}


async def big_data(folder: Path) -> Figures:
    """A step that touches one small key: with 1 MB of data beside it, against 1 KB."""
    spans: dict[str, float] = {}
    for label, size in (("1kb", 1_000), ("1mb", 1_000_000)):
        stamps: list[float] = []

        builder = WorkflowBuilder(f"data-{label}")
        for number in range(200):
            builder.then(_toucher(stamps)).name(f"s{number}")
        definition = builder.build()
        async with sqlite_host(folder, f"{label}.db") as host:
            host.register(definition)
            await (await host.start(definition, {"n": 0, "blob": "x" * size})).result()
        spans[label] = (stamps[-1] - stamps[20]) / (len(stamps) - 21)
    return {
        "small_ms": spans["1kb"] * 1e3,
        "large_ms": spans["1mb"] * 1e3,
        "ratio": spans["1mb"] / spans["1kb"],
    }


def _toucher(stamps: list[float]) -> Callable[..., Any]:
    async def touch(n: int) -> dict[str, int]:
        stamps.append(time.perf_counter())
        return {"n": n + 1}

    return touch


async def _pause(seconds: float) -> None:
    over = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(seconds, over.set_result, None)
    await over
