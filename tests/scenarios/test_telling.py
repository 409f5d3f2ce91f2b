"""What a host's log says of failures, and of instances that nobody here can run."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.waiting import until
from wfe_core import RetryPolicy, StepContext, WorkflowBuilder, step
from wfe_host.testing.engine import WfeEngine


def said(caplog: pytest.LogCaptureFixture, least: int = logging.WARNING) -> list[tuple[str, str]]:
    """Level and first line of what the log says of workflows."""
    return [
        (record.levelname, record.getMessage().splitlines()[0])
        for record in caplog.records
        if record.name == "wfe.workflows" and record.levelno >= least
    ]


@step(name="charge", retry=RetryPolicy(max_attempts=2, interval="2s"))
async def charge(ctx: StepContext[Any]) -> None:
    """Fail, always."""
    raise ConnectionError("no bank")


async def test_failures_are_in_the_log(wfe: WfeEngine, caplog: pytest.LogCaptureFixture) -> None:
    """A program that subscribes to nothing reads in its log what was tried again, and why it failed."""
    order = WorkflowBuilder("order").then(charge).build()
    with caplog.at_level(logging.DEBUG, "wfe.workflows"):
        await wfe.ended(await wfe.start(order, {}, instance_id="o-1"))
    retried = "o-1 (order) tries step 'charge' again in 2 s, attempt 1 failed: ConnectionError: no bank"
    assert said(caplog) == [
        ("WARNING", retried),
        ("WARNING", "o-1 (order) has a step 'charge' that failed for good: ConnectionError: no bank"),
        ("ERROR", "o-1 (order) is failed at step 'charge': ConnectionError: no bank"),
    ]
    assert said(caplog, logging.DEBUG)[0] == ("DEBUG", "o-1 (order) is started")
    last = caplog.records[-1]
    assert 'raise ConnectionError("no bank")' in last.getMessage()
    first = next(record for record in caplog.records if record.levelno == logging.WARNING)
    told = {name: getattr(first, f"wfe_{name}") for name in ("instance", "definition", "step", "attempt")}
    assert told == {"instance": "o-1", "definition": "order", "step": "charge", "attempt": 1}


async def test_a_failure_that_suspends_is_an_error_in_the_log(
    wfe: WfeEngine, caplog: pytest.LogCaptureFixture, rec: Any
) -> None:
    """An instance that waits for somebody after a failure is told as loudly as one that failed."""
    order = WorkflowBuilder("order").then(rec.fails("pay")).on_error("suspend").build()
    handle = await wfe.start(order, {}, instance_id="o-1")
    await wfe.ended(handle)
    assert said(caplog)[-1][0] == "ERROR"
    assert said(caplog)[-1][1].startswith("o-1 (order) is suspended at step 'pay': ")


@pytest.mark.parametrize("version", [1, 2])
async def test_a_forgotten_version_is_in_the_log(
    wfe: WfeEngine, caplog: pytest.LogCaptureFixture, rec: Any, version: int
) -> None:
    """A host whose program no longer has the structure of open instances says so, with the remedy."""
    before = WorkflowBuilder("order").wait_for("paid").build()
    await wfe.start(before, {}, instance_id="o-1")
    await wfe.start(before, {}, instance_id="o-2")
    await wfe.settle()
    changed = WorkflowBuilder("order", version=version).wait_for("paid").then(rec.step("thank")).build()
    host = await wfe.add_host(known=False)
    host.register(changed)
    await until(lambda: said(caplog), "the warning")
    way = {
        1: "this host has that version with another structure; raise the version of the new one and register "
        "the old one, too",
        2: "this host does not have that version; register it, too",
    }
    text = f"2 open instances of workflow 'order' version 1 will not go on here: {way[version]}"
    assert said(caplog) == [("WARNING", text)]
