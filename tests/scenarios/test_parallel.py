"""Branches side by side, and what ends them early (rules 6: parallel, end_workflow, cancel_when)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder, WorkflowFailedError
from wfe_host.testing.engine import WfeEngine


async def test_branches_run_at_the_same_time_and_join_when_all_have_ended(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, parallel: concurrent for real; joins when all have ended."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.gate("a")).then(rec.step("a2", {"a": 1})),
            lambda b: b.then(rec.gate("b")).then(rec.step("b2", {"b": 2})),
        )
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log == ["a", "b"]
    rec.open("b")
    await wfe.settle()
    assert rec.log == ["a", "b", "b2"]
    rec.open("a")
    assert await wfe.result(handle) == {"a": 1, "b": 2}
    assert rec.log == ["a", "b", "b2", "a2", "end"]


async def test_max_parallel_bounds_the_open_branches(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, parallel: `max_parallel` optional."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(*[(lambda b, n=n: b.then(rec.gate(f"g{n}"))) for n in range(4)], max_parallel=2)
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log == ["g0", "g1"]
    rec.open("g1")
    await wfe.settle()
    assert rec.log == ["g0", "g1", "g2"]
    for number in (0, 2, 3):
        rec.open(f"g{number}")
    await wfe.result(handle)


async def test_the_last_checkpoint_of_a_key_wins(wfe: WfeEngine, rec: Any) -> None:
    """Rules 3: two branches that write the same key: the last checkpoint wins."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(lambda b: b.then(rec.gate("a", {"x": "a"})), lambda b: b.then(rec.gate("b", {"x": "b"})))
        .build()
    )
    handle = await wfe.start(flow, {})
    for name in ("b", "a"):
        rec.open(name)
        await wfe.settle()
    assert await wfe.result(handle) == {"x": "a"}


async def test_nesting_to_some_depth_joins_exactly_once(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: each construct is nestable; no join is lost or doubled."""

    def nest(b: Any, depth: int) -> None:
        if depth == 0:
            b.then(rec.step("leaf"))
            return
        b.parallel(
            lambda x: nest(x, depth - 1),
            lambda x: x.if_do(lambda d: True, lambda y: nest(y, depth - 1)),
        )
        b.then(rec.step(f"join{depth}"))

    flow = WorkflowBuilder("flow")
    nest(flow, 4)
    await wfe.run(flow.build(), {})
    assert rec.log.count("leaf") == 16
    assert [rec.log.count(f"join{depth}") for depth in (1, 2, 3, 4)] == [8, 4, 2, 1]


async def test_end_workflow_in_one_branch_starts_nothing_else(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, end_workflow; decision 54: the others have ended before `complete`."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.gate("slow")).then(rec.step("never1")),
            lambda b: b.then(rec.step("a")).end_workflow({"x": 1}),
            lambda b: b.wait_for("never").then(rec.step("never2")),
        )
        .then(rec.step("never3"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert await wfe.result(handle) == {"x": 1}
    assert (rec.log, rec.cancelled) == (["slow", "a"], ["slow"])
    assert {status for _, status in await wfe.statuses(handle)} == {"cancelled", "complete"}


async def test_end_workflow_compensates_nothing_and_may_be_conditional(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: `end_workflow` runs no compensation; `.only_if` applies to it."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .end_workflow()
                .only_if(lambda d: d["stop"])
                .then(rec.step("b"))
            )
        )
        .build()
    )
    await wfe.run(flow, {"stop": True})
    await wfe.run(flow, {"stop": False})
    assert rec.log == ["a", "a", "b"]


async def test_end_workflow_with_an_output_that_is_no_dict_fails_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: an output that does not fit is a step failure with a clear error."""
    flow = WorkflowBuilder("flow").end_workflow(lambda d: 5).build()  # type: ignore[arg-type, return-value]
    with pytest.raises(WorkflowFailedError, match="must be a dict of data fields, not int"):
        await wfe.run(flow, {})


async def test_cancel_when_cancels_a_running_step_and_proceeds(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, cancel_when: checked after every checkpoint of the instance; proceed goes on after it."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: (
                b.then(rec.gate("slow"))
                .cancel_when(lambda d: d.get("x"), proceed=True)
                .then(rec.step("after"))
            ),
            lambda b: b.delay(1).then(rec.step("a", {"x": 1})),
        )
        .then(rec.step("end"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.cancelled == ["slow"]
    assert rec.log == ["slow", "a", "after", "end"]


async def test_cancel_when_without_proceed_ends_the_sequence_and_the_container_joins(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 24: `cancel_when(proceed=False)`: the enclosing sequence ends there, its container joins."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: (
                b.for_each([1, 2], lambda e: e.wait_for("never"))
                .cancel_when(lambda d: d.get("x"))
                .then(rec.step("not this"))
            ),
            lambda b: b.then(rec.step("a", {"x": 1})),
        )
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.result(handle)
    assert rec.log == ["a", "end"]
    assert dict(await wfe.statuses(handle))["parallel/each"] == "cancelled"


async def test_a_cancel_when_that_throws_fails_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: a condition that throws is a step failure; retry goes on inside the container."""
    fuse = {"on": True}

    def broken(data: Any) -> bool:
        if fuse["on"] and data.get("x"):
            msg = "boom"
            raise RuntimeError(msg)
        return False

    flow = (
        WorkflowBuilder("flow")
        .if_do(lambda d: True, lambda b: b.then(rec.step("a", {"x": 1})).then(rec.step("b")))
        .cancel_when(broken)
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="step 'if': cancel_when threw RuntimeError: boom"):
        await wfe.result(handle)
    fuse["on"] = False
    await handle.retry()
    await wfe.result(handle)
    assert rec.log == ["a", "b"]


async def test_a_step_cancelled_by_its_condition_is_undone_with_its_saga(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: a step cancelled while running is treated like the failing one."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: s.parallel(
                lambda b: (
                    b.then(rec.gate("slow"))
                    .compensate_with(rec.step("-slow"))
                    .cancel_when(lambda d: d.get("x"), proceed=True)
                ),
                lambda b: b.delay(1).then(rec.step("a", {"x": 1})).compensate_with(rec.step("-a")),
            ).then(rec.fails("bad")),
            on_error="continue",
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["slow", "a", "bad", "-slow", "-a"]


async def test_a_container_that_takes_too_long_fails_and_retry_continues_inside(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 26: wall time from entry, durable; promise 1: what completed inside is not run again."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.step("a")).then(rec.gate("slow")),
            lambda b: b.wait_for("go").then(rec.step("c")),
        )
        .timeout("1h")
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("59m")
    await wfe.restart()
    await wfe.advance("2m")
    instance = await wfe.ended(handle)
    assert (instance.status, instance.error and instance.error.type) == ("failed", "StepTimeoutError")
    rec.open("slow")
    await wfe.host.publish_event("go")
    await wfe.host.retry(handle.id)
    await wfe.result(handle)
    assert rec.log == ["a", "slow", "slow", "slow", "c", "end"]
