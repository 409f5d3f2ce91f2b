"""Bounds and priorities (rules 13, decisions 9, 27, 52)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import Limit, WorkflowBuilder
from wfe_core.bounds import HIGHEST_PRIORITY
from wfe_host.testing.engine import WfeEngine


def fan(rec: Any, count: int, **options: Any) -> Any:
    """A workflow of so many gates side by side."""
    builder = WorkflowBuilder("fan")
    builder.parallel(*[(lambda b, n=n: b.then(rec.gate(f"g{n}", **options))) for n in range(count)])
    return builder.build()


@pytest.mark.wfe(max_running_steps=2)
async def test_a_host_runs_so_many_steps_at_once(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13, decision 9: what a limit holds back is `pending`, and explained."""
    handle = await wfe.start(fan(rec, 4), {})
    await wfe.settle()
    assert rec.log == ["g0", "g1"]
    assert [status for _, status in await wfe.statuses(handle)] == ["running"] * 3 + ["pending"] * 2
    assert "slot" in str(await wfe.host.explain(handle.id))
    rec.open("g0")
    await wfe.settle()
    assert rec.log == ["g0", "g1", "g2"]
    for number in range(4):
        rec.open(f"g{number}")
    await wfe.result(handle)


@pytest.mark.wfe(max_running_steps=1)
async def test_what_waits_or_sleeps_counts_against_no_limit(wfe: WfeEngine, rec: Any) -> None:
    """Decision 52."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.delay("1h"),
            lambda b: b.wait_for("e"),
            lambda b: b.activity("w"),
            lambda b: b.then(rec.step("a")),
        )
        .build()
    )
    await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log == ["a"]


@pytest.mark.wfe(limits={"api": Limit(running=1)})
async def test_steps_that_share_a_limit_wait_for_each_other_across_instances(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 27: `@step(limit="api")` and `HostConfig(limits=...)`, per host."""
    flow = WorkflowBuilder("flow").then(rec.gate("a", limit="api")).build()
    handles = [await wfe.start(flow, {"n": n}) for n in range(2)]
    other = await wfe.start(WorkflowBuilder("free").then(rec.step("b")).build(), {})
    await wfe.result(other)
    assert rec.log == ["a", "b"]
    rec.open("a")
    for handle in handles:
        await wfe.result(handle)


@pytest.mark.wfe(limits={"api": Limit(per_second=2)})
async def test_a_rate_spreads_starts_over_time(wfe: WfeEngine, rec: Any) -> None:
    """Decision 27: `per_second`."""
    flow = WorkflowBuilder("flow").for_each(range(5), lambda b: b.then(rec.item("a", limit="api"))).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    first = len(rec.log)
    assert first in (1, 2)
    await wfe.advance(1)
    assert len(rec.log) <= first + 2
    await wfe.result(handle)
    assert len(rec.log) == 5


@pytest.mark.wfe(max_running_steps=1)
async def test_priority_orders_what_is_ready(wfe: WfeEngine, rec: Any) -> None:
    """Decision 27: of ready steps the one of higher priority goes first."""
    first = await wfe.start(WorkflowBuilder("first").then(rec.gate("g")).build(), {})
    await wfe.settle()
    handles = [first]
    for name, priority in (("low", -1), ("usual", 0), ("high", 5)):
        flow = WorkflowBuilder(name).then(rec.step(name)).build()
        handles.append(await wfe.start(flow, {}, priority=priority))
    await wfe.settle()
    rec.open("g")
    for handle in handles:
        await wfe.result(handle)
    assert rec.log == ["g", "high", "usual", "low"]


@pytest.mark.parametrize("priority", [HIGHEST_PRIORITY, -HIGHEST_PRIORITY])
async def test_the_bounds_of_priorities_are_priorities(wfe: WfeEngine, rec: Any, priority: int) -> None:
    """Decision 27: what lies between the bounds that an error names is taken, they themselves too."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    handle = await wfe.start(flow, {}, priority=priority)
    assert (await wfe.host.get(handle.id)).priority == priority
    with pytest.raises(ValueError, match="must lie between"):
        await wfe.host.start(flow, {}, priority=priority + (1 if priority > 0 else -1))


@pytest.mark.wfe(max_running_steps=1)
async def test_a_step_that_was_cancelled_in_the_queue_gives_way(wfe: WfeEngine, rec: Any) -> None:
    """Decision 27: neither a queue's place nor a slot outlives its instance."""
    blocker = await wfe.start(WorkflowBuilder("first").then(rec.gate("g")).build(), {})
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    doomed, stays = await wfe.start(flow, {"n": 1}), await wfe.start(flow, {"n": 2})
    await wfe.settle()
    await doomed.suspend()
    await wfe.settle()
    rec.open("g")
    await wfe.result(blocker)
    await wfe.result(stays)
    assert rec.log == ["g", "a"]
    await doomed.resume()
    await wfe.result(doomed)
    assert (await wfe.host.health())["running_steps"] == 0


@pytest.mark.wfe(max_running_steps=2)
async def test_branches_cancelled_in_the_queue_never_start(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, end_workflow: nothing else starts, not what waits for a slot either."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.gate("a")).end_workflow(),
            lambda b: b.then(rec.gate("b")),
            lambda b: b.then(rec.step("c")),
            lambda b: b.then(rec.step("d")),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    rec.open("a")
    await wfe.result(handle)
    await wfe.settle()
    assert rec.cancelled == ["b"]
    health = await wfe.host.health()
    assert (health["running_steps"], health["waiting_steps"]) == (0, 0)


async def test_a_thousand_steps_run_at_once_by_default(wfe: WfeEngine, rec: Any) -> None:
    """Decision 52: defaults let at least 1,000 async steps run at once."""
    flow = WorkflowBuilder("flow").for_each(range(1_000), lambda b: b.then(rec.gate("g"))).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert (await wfe.host.health())["running_steps"] == 1_000
    rec.open("g")
    await wfe.result(handle)


async def test_thousands_of_sleeping_items_are_open_at_once(wfe: WfeEngine, rec: Any) -> None:
    """Decision 52: `max_parallel=None` is no limit but the host's; what sleeps leaves its place to others."""
    flow = WorkflowBuilder("flow").for_each(range(2_500), lambda b: b.delay("1h")).build()
    handle = await wfe.start(flow, {})
    begin = wfe.clock.now()
    await wfe.result(handle)
    assert wfe.clock.now() - begin == 3_600_000_000
