"""Background branches (rules 6: schedule and recur; decision 24)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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


@pytest.mark.parametrize("proceed", [True, False])
async def test_cancel_when_on_a_background_branch_ends_only_the_branch(
    wfe: WfeEngine, rec: Any, proceed: bool
) -> None:
    """Decision 24: the main line has gone on long ago, so that nothing of it comes again or is cut off."""
    flow = (
        WorkflowBuilder("flow")
        .schedule("1h", lambda b: b.then(rec.step("late")))
        .cancel_when(lambda d: d.get("n"), proceed=proceed)
        .then(rec.step("a", {"n": 1}))
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "tail"]


BACKGROUND: dict[str, Callable[[Any, Any], object]] = {
    "schedule": lambda b, body: b.schedule("1h", body),
    "recur": lambda b, body: b.recur("1h", body, until=lambda d: False),
}


@pytest.mark.parametrize("where", ["condition", "loop", "saga"])
@pytest.mark.parametrize("kind", BACKGROUND)
async def test_the_instance_ends_with_a_cancelled_branch_that_began_in_a_container(
    wfe: WfeEngine, rec: Any, kind: str, where: str
) -> None:
    """Decision 24: complete when the main line and the branches have ended, whatever they began in."""

    def body(b: Any) -> None:
        BACKGROUND[kind](b, lambda s: s.then(rec.step("late", {"n": 1})).then(rec.step("later")))
        b.cancel_when(lambda d: d.get("n"))

    builder = WorkflowBuilder("flow")
    if where == "condition":
        builder.if_do(lambda d: True, body)
    elif where == "loop":
        builder.for_each([1], body)
    else:
        builder.saga(body)
    handle = await wfe.start(builder.then(rec.step("tail")).build(), {})
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["tail", "late"]


@pytest.mark.parametrize("restart", [False, True], ids=["stays", "restarts"])
async def test_an_until_that_throws_is_passed_over_by_its_policy(
    wfe: WfeEngine, rec: Any, restart: bool
) -> None:
    """Rules 7, continue: only the branch ends; what follows it has run already."""
    flow = (
        WorkflowBuilder("flow")
        .recur("1s", lambda b: b.then(rec.step("tick")), until=lambda d: bool(1 / 0))
        .on_error("continue")
        .then(rec.step("tail"))
        .delay("1m")
        .build()
    )
    handle = await wfe.start(flow, {})
    if restart:
        await wfe.settle()
        await wfe.restart()
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["tail"]


async def test_a_retry_asks_an_until_that_threw_again(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7, retry: it continues from the failed pointer; the main line is not begun twice."""
    broken = [True]

    def until(data: dict[str, Any]) -> bool:
        if broken:
            raise RuntimeError(broken.pop())
        return bool(data.get("n"))

    flow = (
        WorkflowBuilder("flow")
        .recur("1s", lambda b: b.then(rec.step("tick", {"n": 1})), until=until)
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    await wfe.host.retry(handle.id)
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["tail", "tick"]


async def test_a_background_branch_is_no_part_of_the_saga_it_began_in(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: it is a branch of the instance: undone is only what a saga of its own has done."""

    def own(s: Any) -> None:
        s.then(rec.step("x")).compensate_with(rec.step("-x")).then(rec.fails("y"))

    def branch(b: Any) -> None:
        b.then(rec.step("a")).compensate_with(rec.step("-a"))
        b.saga(own, on_error="continue")

    def body(s: Any) -> None:
        s.schedule("1s", branch)
        s.delay("5s").then(rec.fails("bad"))

    handle = await wfe.start(WorkflowBuilder("flow").saga(body, on_error="continue").build(), {})
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["a", "x", "y", "-x", "bad"]
