"""Background branches (rules 6: schedule and recur; decision 24)."""

from __future__ import annotations

from typing import Any

from wfe_core import StepContext, WorkflowBuilder, step
from wfe_host.testing.engine import WfeEngine


async def test_a_scheduled_branch_runs_later_and_the_instance_waits_for_it(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: complete when the main line and one-shot branches have ended."""
    flow = WorkflowBuilder("flow").schedule("1h", lambda b: b.then(rec.step("later"))).then(rec.step("main"))
    handle = await wfe.start(flow.build(), {})
    await wfe.advance("59m")
    assert rec.log == ["main"]
    assert (await wfe.host.get(handle.id)).status == "runnable"
    await wfe.restart()
    await wfe.advance("1m")
    assert rec.log == ["main", "later"]
    assert (await wfe.host.get(handle.id)).status == "complete"


async def test_a_recurring_branch_keeps_its_rate_without_drift(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, recur: a fixed rate; missed ticks collapse, bodies never overlap."""
    times: list[int] = []
    begin = wfe.clock.now()

    @step
    async def tick() -> None:
        times.append((wfe.clock.now() - begin) // 60_000_000)

    flow = (
        WorkflowBuilder("flow")
        .recur("10m", lambda b: b.then(tick).delay("13m").only_if(lambda d, ctx: ctx.iteration == 1))
        .wait_for("end")
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("65m")
    assert times == [10, 20, 40, 50, 60]
    await wfe.host.publish_event("end")
    await wfe.result(handle)


async def test_recur_without_until_is_cancelled_when_the_rest_has_ended(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: what runs in it is cancelled."""
    flow = WorkflowBuilder("flow").recur("10m", lambda b: b.then(rec.gate("tick"))).delay("15m").build()
    handle = await wfe.start(flow, {})
    await wfe.result(handle)
    assert (rec.log, rec.cancelled) == (["tick"], ["tick"])


async def test_recur_until_ends_itself_and_is_waited_for(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, recur: `until` is asked before each run."""
    count = rec.step("tick", lambda ctx: {"n": ctx.data.get("n", 0) + 1})
    flow = (
        WorkflowBuilder("flow")
        .recur("10m", lambda b: b.then(count), until=lambda d: d.get("n", 0) >= 3)
        .then(rec.step("main"))
        .build()
    )
    assert await wfe.run(flow, {}) == {"n": 3}
    assert rec.log == ["main", "tick", "tick", "tick"]


async def test_a_background_branch_keeps_the_item_it_was_scheduled_for(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: it outlives the loop it was scheduled in, a crash included."""

    @step
    async def look(ctx: StepContext[Any]) -> None:
        rec.log.append((ctx.item, ctx.index))

    flow = (
        WorkflowBuilder("flow")
        .for_each(["a", "b"], lambda b: b.schedule("1h", lambda s: s.then(look)))
        .then(rec.step("main"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.restart()
    await wfe.result(handle)
    assert rec.log[0] == "main"
    assert sorted(rec.log[1:]) == [("a", 0), ("b", 1)]


async def test_a_background_branch_that_fails_fails_the_instance_and_is_retried(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 7: the usual policy."""
    flow = (
        WorkflowBuilder("flow")
        .schedule("1m", lambda b: b.then(rec.fails("a", 1)))
        .wait_for("go", output="got")
    ).build()
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    await wfe.host.publish_event("go", "", 1)
    await handle.retry()
    assert await wfe.result(handle) == {"got": 1}
    assert rec.log == ["a", "a"]


async def test_a_background_branch_is_not_undone_with_the_saga_it_was_scheduled_in(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 24: it hangs on the instance, not on the container."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: s.schedule("1h", lambda b: b.then(rec.step("later"))).then(rec.fails("bad")),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["bad", "tail", "later"]


async def test_cancel_reaches_background_branches(wfe: WfeEngine, rec: Any) -> None:
    """Rules 10: nothing is left that could still start."""
    flow = (
        WorkflowBuilder("flow")
        .schedule("1h", lambda b: b.then(rec.step("later")))
        .then(rec.gate("a"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    assert (await wfe.ended(handle)).status == "cancelled"
    await wfe.advance("2h")
    assert rec.log == ["a"]


async def test_suspend_holds_ticks_back(wfe: WfeEngine, rec: Any) -> None:
    """Decisions 24 and 26: ticks missed while suspended collapse into one."""
    flow = WorkflowBuilder("flow").recur("10m", lambda b: b.then(rec.step("tick"))).wait_for("end").build()
    handle = await wfe.start(flow, {})
    await wfe.advance("11m")
    await handle.suspend()
    await wfe.advance("1h")
    assert rec.log == ["tick"]
    await handle.resume()
    await wfe.settle()
    assert rec.log == ["tick", "tick"]
    await wfe.advance("9m")
    assert rec.log == ["tick"] * 3
    await wfe.host.publish_event("end")
    await wfe.result(handle)
