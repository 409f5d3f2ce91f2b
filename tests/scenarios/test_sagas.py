"""Sagas: what is undone, in which order, and what comes then (rules 8, decision 19)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import (
    RetryPolicy,
    StepContext,
    StepError,
    WorkflowBuilder,
    WorkflowFailedError,
    step,
)
from wfe_host.testing.engine import WfeEngine


async def test_a_saga_is_undone_in_reverse_the_failing_step_first_then_fails(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 8: exact reverse order of completion, the failing step's own compensation first; `fail`."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.step("b"))
                .compensate_with(rec.step("-b"))
                .then(rec.fails("c"))
                .compensate_with(rec.step("-c"))
            )
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="c failed"):
        await wfe.result(handle)
    assert rec.log == ["a", "b", "c", "-c", "-b", "-a"]
    statuses = dict(await wfe.statuses(handle))
    assert (statuses["saga/a"], statuses["saga/c"], statuses["saga"]) == (
        "compensated",
        "compensated",
        "failed",
    )


async def test_continue_goes_on_and_decide_reads_the_outcome(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: `on_error="continue"`; outcome `completed` or `compensated` for a following decide."""

    def flow(id: str, last: Any) -> Any:
        return (
            WorkflowBuilder(id)
            .saga(
                lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(last),
                on_error="continue",
            )
            .decide()
            .when("completed", lambda b: b.then(rec.step("well")))
            .when("compensated", lambda b: b.then(rec.step("undone")))
            .build()
        )

    await wfe.run(flow("bad", rec.fails("c")), {})
    await wfe.run(flow("good", rec.step("d")), {})
    assert rec.log == ["a", "c", "-a", "undone", "a", "d", "well"]


async def test_a_saga_with_its_own_compensation_and_a_tail(wfe: WfeEngine, rec: Any) -> None:
    """Children undone in reverse, then the saga's compensation, then the tail."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.step("b"))
                .compensate_with(rec.step("-b"))
                .then(rec.fails("c"))
            ),
            on_error="continue",
        )
        .compensate_with(lambda u: u.then(rec.step("-saga1")).then(rec.step("-saga2")))
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "b", "c", "-b", "-a", "-saga1", "-saga2", "tail"]


async def test_an_if_containing_a_saga_that_retries_followed_by_a_tail(wfe: WfeEngine, rec: Any) -> None:
    """The saga runs again with new pointers and keys, then the tail runs once."""
    keys: list[str] = []

    @step(name="c", retry=RetryPolicy(max_attempts=1))
    async def third_time(ctx: StepContext[Any]) -> None:
        rec.log.append("c")
        keys.append(ctx.idempotency_key)
        if len(keys) < 3:
            msg = "not yet"
            raise StepError(msg)

    flow = (
        WorkflowBuilder("flow")
        .if_do(
            lambda d: True,
            lambda b: b.saga(
                lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(third_time),
                retry=RetryPolicy(max_attempts=3, interval="1m"),
            ),
        )
        .then(rec.step("tail"))
        .build()
    )
    begin = wfe.clock.now()
    await wfe.run(flow, {})
    assert rec.log == ["a", "c", "-a"] * 2 + ["a", "c", "tail"]
    assert len(set(keys)) == 3
    assert wfe.clock.now() - begin >= 60_000_000


async def test_nested_completed_containers_are_undone_leaf_by_leaf(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: loops, branches and inner sagas are undone too, their own compensation last."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .for_each(
                    [1, 2, 3], lambda b: b.then(rec.item("p")).compensate_with(rec.item("-p")), max_parallel=1
                )
                .compensate_with(rec.step("-loop"))
                .saga(
                    lambda i: (
                        i.then(rec.step("i1"))
                        .compensate_with(rec.step("-i1"))
                        .then(rec.step("i2"))
                        .compensate_with(rec.step("-i2"))
                    )
                )
                .compensate_with(rec.step("-inner"))
                .if_do(lambda d: True, lambda b: b.then(rec.step("y")).compensate_with(rec.step("-y")))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .build()
    )
    await wfe.run(flow, {})
    undone = rec.log[rec.log.index("bad") + 1 :]
    assert undone == ["-y", "-i2", "-i1", "-inner", "-p:3", "-p:2", "-p:1", "-loop", "-a"]


async def test_a_crash_at_any_moment_of_an_undo_continues_it(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: a crash in the middle of an undo continues the undo, nested containers included."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.gate("-a"))
                .saga(lambda i: i.then(rec.step("i")).compensate_with(rec.gate("-i")))
                .compensate_with(rec.gate("-inner"))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .compensate_with(rec.gate("-saga"))
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    for name in ("-i", "-inner", "-a", "-saga"):
        await wfe.settle()
        assert rec.log[-1] == name
        await wfe.restart()
        assert rec.log[-2:] == [name, name]
        rec.open(name)
    await wfe.result(handle)
    assert rec.log[-1] == "tail"
    assert len(rec.log) == 3 + 2 * 4 + 1


async def test_each_compensation_sees_the_data_and_item_of_its_time(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: the newest revision its step knew, item and `ctx.output`; `ctx.error`: what failed."""
    seen: list[Any] = []

    @step(name="set")
    async def put(ctx: StepContext[Any]) -> Any:
        return {"x": ctx.item, "all": [*ctx.data.get("all", []), ctx.item]}

    @step(name="unset")
    async def unset(ctx: StepContext[Any]) -> Any:
        error = ctx.error.message if ctx.error else None
        seen.append((ctx.item, ctx.index, ctx.data["x"], ctx.output["x"], error))
        return {"undone": [*ctx.data.get("undone", []), ctx.item]}

    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.for_each(["p", "q"], lambda b: b.then(put).compensate_with(unset), max_parallel=1)
                .then(rec.step("later", {"x": "later"}))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .build()
    )
    data = await wfe.run(flow, {})
    assert seen == [("q", 1, "q", "q", "bad failed"), ("p", 0, "p", "p", "bad failed")]
    assert data == {"x": "later", "all": ["p", "q"], "undone": ["p"]}


async def test_running_siblings_are_cancelled_first_and_undone_too(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8, decision 19: siblings are cancelled before anything is undone, then undone too."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .parallel(
                    lambda b: b.then(rec.gate("slow")).compensate_with(rec.step("-slow")),
                    lambda b: b.wait_for("never").compensate_with(rec.step("-wait")),
                    lambda b: b.delay(1).then(rec.fails("bad")).compensate_with(rec.step("-bad")),
                )
            ),
            on_error="continue",
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.cancelled == ["slow"]
    undone = rec.log[rec.log.index("bad") + 1 :]
    assert undone[0] == "-bad"
    assert undone[-1] == "-a"
    assert sorted(undone[1:3]) == ["-slow", "-wait"]


async def test_a_compensation_fails_twice_and_then_works(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: a compensation is a durable step of its own with its own retry."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.step("b"))
                .compensate_with(rec.fails("-b", 2, retry=RetryPolicy()))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "b", "bad", "-b", "-b", "-b", "-a", "tail"]


async def test_a_compensation_that_fails_for_good_fails_the_instance_after_the_others(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 8: the remaining ones are still attempted; the instance fails and lists the failed ones."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .saga(
                    lambda i: i.then(rec.step("b")).compensate_with(rec.fails("-b")).then(rec.fails("bad")),
                    on_error="continue",
                )
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match=r"bad failed; compensations that failed: .*-b failed"):
        await wfe.result(handle)
    assert rec.log == ["a", "b", "bad", "-b", "-a"]
