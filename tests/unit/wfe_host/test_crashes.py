"""`crash_everywhere`, which users test their own workflows with."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import Inject, RetryPolicy, StepContext, WorkflowBuilder, step
from wfe_host import WorkflowHost
from wfe_host.testing.crashes import crash_everywhere


class Bank:
    """Outside of the process: it remembers what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []


@step
async def charge(ctx: StepContext[Any], bank: Inject[Bank]) -> dict[str, Any]:
    """Ask under the same key however often it runs."""
    bank.calls.append(ctx.idempotency_key)
    return {"paid": True}


@step
async def by_chance(ctx: StepContext[Any], bank: Inject[Bank]) -> dict[str, Any]:
    """Return how often it was run."""
    bank.calls.append("called")
    return {"calls": len(bank.calls)}


def test_every_moment_is_tried() -> None:
    """Before and after each write of a run with a timer, an event, a loop and a child a host dies once."""
    child = WorkflowBuilder("child").then(charge).build()
    definition = (
        WorkflowBuilder("order")
        .for_each(lambda data: data["items"], lambda each: each.then(charge))
        .delay("1d")
        .wait_for("picked-up")
        .sub_workflow("child", output="child")
        .build()
    )
    runs: list[Bank] = []

    async def pick_up(host: WorkflowHost, instance_id: str) -> None:
        await host.publish_event("picked-up", event_id=f"of {instance_id}")

    def bank() -> dict[type, Any]:
        runs.append(Bank())
        return {Bank: runs[-1]}

    def charged(instance: Any, services: Any) -> None:
        assert len(set(services[Bank].calls)) == 3

    report = crash_everywhere(
        definition, child, data={"items": [1, 2]}, services=bank, act=pick_up, check=charged
    )
    assert report.instance.data["child"] == {"paid": True}
    assert report.commits >= 6
    assert len(runs) == 1 + report.crashes
    assert report.crashes >= 2 * report.commits
    assert any(len(run.calls) > 3 for run in runs), "no crash came between an effect and its commit"


def test_what_a_crash_changes_is_told() -> None:
    """A workflow whose result depends on how often a step ran is told with the moment and the difference."""
    definition = WorkflowBuilder("w").then(by_chance).build()
    with pytest.raises(
        AssertionError, match=r"the host died .* write \d of \d \(commit\): data is .*2.* without"
    ):
        crash_everywhere(definition, services=lambda: {Bank: Bank()})


def test_what_a_check_raises_names_the_moment() -> None:
    """A check that fails in a run with a crash says in which."""
    definition = WorkflowBuilder("w").then(charge).build()

    def once(instance: Any, services: Any) -> None:
        assert len(services[Bank].calls) == 1

    with pytest.raises(AssertionError) as caught:
        crash_everywhere(definition, services=lambda: {Bank: Bank()}, check=once)
    assert "the host died before write" in caught.value.__notes__[0]


def test_a_failure_is_an_end_like_others() -> None:
    """A workflow that fails must fail the same way, compensations included."""

    async def refuse() -> None:
        raise ValueError("no")

    definition = (
        WorkflowBuilder("w", retry=RetryPolicy(max_attempts=2))
        .saga(lambda saga: saga.then(charge).compensate_with(charge).then(refuse))
        .build()
    )
    report = crash_everywhere(definition, services=lambda: {Bank: Bank()})
    assert (report.instance.status, report.instance.error and report.instance.error.type) == (
        "failed",
        "ValueError",
    )


def test_a_definition_is_needed() -> None:
    """Without one there is nothing to crash."""
    with pytest.raises(TypeError, match="needs the definition"):
        crash_everywhere()
