"""The workflows of the stores beside this file. Never changed: the stores know their structure.

`python tests/upgrade/flows.py NAME` writes a new store with the present program: once, at the end of a stage
of the project; the file is checked in. Stores that are there are never written again. With the URL of a
PostgreSQL schema behind it (`…?schema=wfe_NAME`) the store is a dump in SQL.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

from wfe_core import ExecutionResult, RetryPolicy, StepContext, StepError, WorkflowBuilder, step
from wfe_host import WorkflowHost

STORES = Path(__file__).parent / "stores"

ONCE = RetryPolicy(max_attempts=1)


@step
async def note(ctx: StepContext[dict[str, Any]]) -> dict[str, Any]:
    """Write down that a step ran, in the data."""
    return {"notes": [*ctx.data.get("notes", []), ctx.step_key]}


@step
async def undo(ctx: StepContext[dict[str, Any]]) -> dict[str, Any]:
    """Write down that a step was undone: under a key of its own, for it sees the data of its step's time."""
    return {ctx.step_key: ctx.data["notes"]}


@step(retry=ONCE)
async def fail_first(ctx: StepContext[dict[str, Any]]) -> dict[str, Any]:
    """Fail in the store's time, work afterwards: the data says which it is."""
    if not ctx.data.get("mended"):
        msg = "not mended yet"
        raise StepError(msg, retryable=False)
    return {"notes": [*ctx.data.get("notes", []), ctx.step_key]}


@step
async def ask(ctx: StepContext[dict[str, Any]]) -> Any:
    """Wait for an event from within a step, with a state of its own."""
    if ctx.event is None:
        return ExecutionResult.wait_for_event("answer", ctx.instance_id, state={"asked": 1})
    return {"answer": ctx.event, "state": ctx.state}


async def double(ctx: StepContext[dict[str, Any]]) -> int:
    """Work on an item."""
    return int(ctx.item) * 2


waiting = WorkflowBuilder("waiting").then(note).wait_for("go", key="all").then(note).build()
sleeping = WorkflowBuilder("sleeping").then(note).delay("30s").then(note).build()
asking = WorkflowBuilder("asking").then(ask).then(note).build()
failed = (
    WorkflowBuilder("failed")
    .then(note)
    .wait_for("mended", key="all", output="mended")
    .then(fail_first)
    .build()
)
looping = (
    WorkflowBuilder("looping")
    .for_each(
        lambda d: d["items"],
        lambda each: (
            each.then(double)
            .name("first")
            .wait_for("go", key="all")
            .only_if(lambda _, ctx: ctx.index in (300, 301))
            .then(double)
            .name("second")
        ),
        max_parallel=2,
    )
    .collect("doubled")
    .then(note)
    .build()
)
saga = (
    WorkflowBuilder("saga")
    .saga(
        lambda s: (
            s.then(note)
            .name("one")
            .compensate_with(undo)
            .then(note)
            .name("two")
            .compensate_with(undo)
            .wait_for("go", key="all")
            .then(fail_first)
            .name("breaks")
        ),
        on_error="continue",
    )
    .then(note)
    .name("tail")
    .build()
)
child = WorkflowBuilder("child").then(note).wait_for("go", key="all").build()
parent = (
    WorkflowBuilder("parent")
    .parallel(
        lambda b: b.sub_workflow("child", {"from": "parent"}, output=lambda r, _: {"child": r["notes"]}),
        lambda b: b.activity("work", {"n": 1}, output="worked"),
    )
    .then(note)
    .build()
)

ALL = (waiting, sleeping, asking, failed, looping, saga, child, parent)

START: dict[str, tuple[Any, dict[str, Any]]] = {
    "waiting-1": (waiting, {}),
    "waiting-suspended": (waiting, {}),
    "sleeping-1": (sleeping, {}),
    "asking-1": (asking, {}),
    "failed-1": (failed, {"mended": False}),
    "looping-1": (looping, {"items": list(range(600))}),
    "saga-1": (saga, {}),
    "parent-1": (parent, {}),
}
"""The instances of a store, by id."""


async def write(url: str) -> None:
    """Start all instances and stop when each has come as far as it can."""
    async with WorkflowHost.connect(url) as host:
        host.register(*ALL)
        for instance_id, (definition, data) in START.items():
            await host.start(definition, data, instance_id=instance_id)
        await host.suspend("waiting-suspended")
        await host.publish_event("mended", "all", data=False)
        while (await host.get("failed-1")).status != "failed" or host.runtime.actors:
            await asyncio.wait([asyncio.ensure_future(host.runtime.store.now())], timeout=0.1)


def dump(url: str, schema: str) -> str:
    """Give all of a schema as statements that any client can run."""
    command = ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500"]
    done = subprocess.run(
        [*command, f"--schema={schema}", url.partition("?")[0]], check=True, capture_output=True, text=True
    )
    # Commands of psql, which only guard against the server it came from.
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith("\\"))


def main(name: str, url: str | None = None) -> None:
    """Write a store."""
    target = STORES / (f"{name}.db" if url is None else f"{name}.sql")
    if target.exists():
        sys.exit(f"{target} is there already, and is never written again")
    asyncio.run(write(f"sqlite:///{target}" if url is None else url))
    if url is not None:
        target.write_text(dump(url, f"wfe_{name}"), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
