"""One host of a release, in a process of its own: the first knows version 1, the second also version 2.

Run as `python -m tests.cluster.release '{"url": …, "log": …}'`, with the options of `tests.crash.program`:
`steps` is the release. Instances go round and round until the file `gate` is there.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from tests.crash.program import Log, Options
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.registry import open_providers
from wfe_core.steps.context import StepContext
from wfe_core.testing.faults import Faults
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost


def definitions(log: Log, options: Options) -> list[WorkflowDefinition[Any]]:
    """What hosts of this release run: also what the one before has begun."""

    async def look(ctx: StepContext[Any]) -> Any:
        return {"rounds": ctx.data.get("rounds", 0) + 1, "open": Path(options.gate).exists()}  # noqa: ASYNC240

    def leaving(word: str) -> Any:
        async def leave(ctx: StepContext[Any]) -> Any:
            return {word: ctx.data["n"]}

        return log.step(word, leave)

    found: list[WorkflowDefinition[Any]] = []
    for version in range(1, options.steps + 1):
        flow = WorkflowBuilder("flow", version=version).then(leaving("first"))
        if version > 1:
            flow.then(leaving("added"))
        flow.while_do(lambda d: not d.get("open"), lambda b: b.then(log.step("look", look)).delay("3s"))
        found.append(flow.then(leaving("last")).build())
    return found


async def serve(options: Options) -> None:
    """Run the host until it is told to stop."""
    log = Log(options)
    faults = Faults(open_providers(options.url, **options.beside), observer=log.observe)
    host = WorkflowHost(faults.providers, config=HostConfig(name=options.name, **options.config))
    host.register(*definitions(log, options))
    await host.start_up()
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    await host.run_until_signal(signal.SIGTERM)


if __name__ == "__main__":
    asyncio.run(serve(Options(**json.loads(sys.argv[1]))))
