"""One host of a cluster, in a process of its own: waits, timers, sagas and children.

Run as `python -m tests.cluster.member '{"url": …, "log": …}'`, with the options of `tests.crash.program`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tests.crash.program import Log, Options
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import StepError
from wfe_core.policies import RetryPolicy
from wfe_core.registry import open_providers
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import step
from wfe_core.testing.faults import Faults
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost

KEYS = 50
"""Instances that wait share so many events."""
KINDS = ("waits", "timers", "sagas", "parents")
ONCE = RetryPolicy(max_attempts=1)


def fails(n: int) -> bool:
    """Whether the saga of an instance fails."""
    return n % 8 == 2


def definitions(log: Log) -> list[WorkflowDefinition[Any]]:
    """What the cluster runs."""

    def marks(name: str, body: Callable[[StepContext[Any]], Awaitable[Any]] | None = None) -> Any:
        async def leave(ctx: StepContext[Any]) -> Any:
            return {name: ctx.data["n"]}

        return log.step(name, body or leave)

    async def fail(ctx: StepContext[Any]) -> Any:
        if fails(ctx.data["n"]):
            raise StepError("meant to fail", retryable=False)
        return {"kept": True}

    def saga(inner: Any) -> Any:
        for name in ("one", "two", "three"):
            inner.then(marks(name)).compensate_with(step(marks(f"undo_{name}")))
        return inner.then(marks("decides", fail)).retry(ONCE)

    waits = WorkflowBuilder("waits").then(marks("before"))
    waits.wait_for("go", key=lambda d: f"k{d['n'] % KEYS}", output="event").then(marks("after"))
    timers = WorkflowBuilder("timers").then(marks("before"))
    # Long enough that the lease is given back.
    timers.delay("6s").then(marks("after"))
    sagas = WorkflowBuilder("sagas").saga(saga, on_error="continue").then(marks("after"))
    child = WorkflowBuilder("child").then(marks("inner")).delay("1s").then(marks("late"))
    parents = WorkflowBuilder("parents").then(marks("before"))
    parents.sub_workflow("child", lambda d: {"n": d["n"]}, output=lambda r, _: {"child": r["late"]})
    parents.then(marks("after"))
    return [one.build() for one in (waits, timers, sagas, child, parents)]


async def serve(options: Options) -> None:
    """Run the host until it is told to stop."""
    log = Log(options)
    faults = Faults(open_providers(options.url, **options.beside), observer=log.observe)
    host = WorkflowHost(faults.providers, config=HostConfig(name=options.name, **options.config))
    host.register(*definitions(log))
    await host.start_up()
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    await host.run_until_signal(signal.SIGTERM)


if __name__ == "__main__":
    asyncio.run(serve(Options(**json.loads(sys.argv[1]))))
