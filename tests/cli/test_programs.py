"""The command beside a program: it shows and moves runs of which it knows no definition."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_core import Inject, RetryPolicy, StepContext, StepError, WorkflowBuilder, step
from wfe_host import WorkflowHost
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

ONCE = RetryPolicy(max_attempts=1)


@step
async def reserve(ctx: StepContext[Any]) -> dict[str, bool]:
    """Say what it does."""
    ctx.log.info("reserving")
    return {"reserved": True}


@step(retry=ONCE)
def charge(ctx: StepContext[Any]) -> None:
    """Fail until the folder has a file `paid`."""
    ctx.log.warning("charging")
    if not Path("paid").exists():
        raise StepError("card refused")


@step(retry=ONCE)
async def convert(ctx: StepContext[Any]) -> int:
    """Fail for some items."""
    if ctx.item in (3, 30):
        raise StepError(f"cannot convert {ctx.item}")
    return int(ctx.item)


order = WorkflowBuilder("order").then(reserve).then(charge).wait_for("picked-up", "o-1").build()
many = (
    WorkflowBuilder("many")
    .for_each(range(40), lambda each: each.then(convert).on_error("continue"), max_parallel=5)
    .build()
)


def in_program(act: Callable[[WorkflowHost], Awaitable[object]]) -> None:
    """Be the program: a host of its own on the store that the command looks at."""

    async def main() -> None:
        async with WorkflowHost.connect("sqlite:///jobs.db") as host:
            host.register(order, many)
            await act(host)

    asyncio.run(main())


async def begin(host: WorkflowHost) -> None:
    """Start an order, which fails."""
    handle = await host.start(order, {"inputs": [1]}, instance_id="o-1")
    async for event in handle.events():
        if event.kind == "workflow.failed":
            break


def wfe(shell: Shell, *words: str, fails: bool = False) -> str:
    """Run the command on the program's store."""
    return shell.wfe(*words, "--store", "jobs.db", fails=fails)


def test_a_run_of_a_program_is_shown(shell: Shell) -> None:
    """Data, steps, errors and lines come from the store alone; the picture is the program's."""
    in_program(begin)
    told = wfe(shell, "show", "o-1")
    assert "workflow  order  (version 1, of a program)" in told
    assert "data      reserved = true" in told
    assert "charge  failed" in told
    assert "StepError: card refused" in told
    assert "try again with  wfe retry o-1 --store jobs.db" in told
    as_json = json.loads(wfe(shell, "show", "o-1", "--json"))
    assert as_json["data"] == {"inputs": [1], "reserved": True}
    assert [(each["step"], each["status"]) for each in as_json["steps"]] == [
        ("reserve", "complete"),
        ("charge", "failed"),
    ]
    assert wfe(shell, "logs", "o-1") == "reserve | INFO reserving\ncharge | WARNING charging\n"
    assert wfe(shell, "logs", "o-1", "charge") == "charge | WARNING charging\n"
    assert wfe(shell, "logs", "o-1", "--tail", "1", "--timestamps").endswith("charge | WARNING charging\n")
    assert "has no step 'carge'\ndid you mean 'charge'?" in wfe(shell, "logs", "o-1", "carge", fails=True)
    assert "definition" in wfe(shell, "graph", "o-1", fails=True)
    assert "--from needs the workflow file" in wfe(shell, "retry", "o-1", "--from", "charge", fails=True)


def test_many_items_are_folded(shell: Shell) -> None:
    """Of a loop with many items those that failed are shown, by their numbers; the others are counted."""

    async def run(host: WorkflowHost) -> None:
        await (await host.start(many, instance_id="m")).result()

    in_program(run)
    told = wfe(shell, "show", "m")
    assert told.count("convert[") == 2
    assert "convert[3]  failed" in told
    assert "convert[30]  failed" in told
    assert "convert: 38 done (40 items)" in told
    steps = json.loads(wfe(shell, "show", "m", "--json"))["steps"]
    assert {"each/convert[3]", "each/convert[39]"} <= {each["step"] for each in steps}


def test_what_moves_a_run_of_a_program_is_told(shell: Shell) -> None:
    """`explain` names commands that can work, and says nothing of what the command itself lacks."""

    async def wait(host: WorkflowHost) -> None:
        handle = await host.start(order, {}, instance_id="o-1")
        async with host.subscribe("step.waiting") as waiting:
            if not any(each.status == "waiting" for each in await host.pointers(handle.id)):
                await anext(aiter(waiting))

    (shell.folder / "paid").touch()
    in_program(wait)
    told = wfe(shell, "explain", "o-1")
    assert "wfe publish picked-up o-1 --store jobs.db" in told
    assert "registered" not in told
    assert wfe(shell, "suspend", "o-1").startswith("run o-1: told to pause")
    assert "has not failed" in wfe(shell, "retry", "o-1", fails=True)
    assert "run o-1: told to resume; the hosts of its program obey" in wfe(shell, "resume", "o-1")
    # Without a name `resume` goes on with runs of files only: it cannot run the others.
    assert wfe(shell, "resume") == "nothing to resume: no run is unfinished\n"
    cancelled = shell.result("cancel", "o-1", "--store", "jobs.db")
    assert cancelled.exit_code == Exit.CANCELLED
    assert "run o-1: told to cancel" in cancelled.output


class Bank:
    """A service of the program."""


@step
async def withdraw(bank: Inject[Bank]) -> dict[str, str]:
    """Need the service."""
    return {"from": type(bank).__name__}


withdrawal = WorkflowBuilder("withdrawal").then(withdraw).build()

APP = """
from tests.cli.test_programs import Bank, order, withdrawal


async def register(host):
    await host.provide({Bank: Bank})
    host.register(order, withdrawal)
    await host.start(withdrawal, instance_id="w-1")
    await host.start(order, instance_id="o-1")
"""


@pytest.mark.signals
@pytest.mark.slow
def test_a_failed_run_is_tried_again_by_a_host_of_its_program(project: Project) -> None:
    """`wfe retry` in another terminal moves a run; the host logs the failure and has the service."""
    project.write(APP, "app.py")
    project.env |= {"PYTHONPATH": str(Path(__file__).parents[2]), "WFE_STORE": "jobs.db"}

    def status(run: str) -> str:
        return next((each["status"] for each in project.runs() if each["run"] == run), "")

    host = project.start("host", "--module", "app:register")
    eventually(lambda: status("o-1") == "failed", "the failure")
    project.write("", "paid")
    retried = project.wfe("retry", "o-1")
    assert (retried.returncode, retried.stderr) == (Exit.COMPLETE, "")
    eventually(lambda: project.steps_of("o-1").get("picked-up") == "waiting", "the wait")
    assert project.wfe("publish", "picked-up", "o-1").returncode == Exit.COMPLETE
    eventually(lambda: status("o-1") == "complete", "the end")
    assert json.loads(project.wfe("show", "w-1", "--json").stdout)["data"] == {"from": "Bank"}
    host.send_signal(signal.SIGTERM)
    _, err = host.communicate(timeout=PATIENCE)
    assert "o-1 (order) is failed at step 'charge': StepError: card refused" in err
