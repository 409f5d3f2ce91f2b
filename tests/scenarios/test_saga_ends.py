"""Sagas: where an undo ends, and what comes then (rules 8, decisions 18 and 19)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import (
    RetryPolicy,
    WorkflowBuilder,
    WorkflowCancelledError,
    WorkflowFailedError,
    WorkflowSuspendedError,
)
from wfe_host.testing.engine import WfeEngine

TWICE = RetryPolicy(max_attempts=2, interval=1)


async def test_the_walk_stops_at_the_sagas_edge(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: an outer container goes on normally; steps before the saga are not undone."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .saga(
                    lambda i: i.then(rec.step("b")).compensate_with(rec.step("-b")).then(rec.fails("bad")),
                    on_error="continue",
                )
                .then(rec.step("c"))
            )
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "b", "bad", "-b", "c"]


async def test_an_inner_saga_that_fails_undoes_the_outer_one(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: inside a compensable ancestor the default is `compensate`."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .saga(lambda i: i.then(rec.step("b")).compensate_with(rec.step("-b")).then(rec.fails("bad")))
                .compensate_with(rec.step("-inner"))
            ),
            on_error="continue",
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "b", "bad", "-b", "-inner", "-a"]


async def test_suspend_after_the_undo_and_resume_runs_the_saga_anew(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: `on_error="suspend"` suspends when undo is done; decision 18: going on runs it anew."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.fails("b", 1)),
            on_error="suspend",
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowSuspendedError):
        await wfe.result(handle)
    await handle.resume()
    await wfe.result(handle)
    assert rec.log == ["a", "b", "-a", "a", "b", "tail"]


async def test_retry_of_an_instance_whose_saga_was_undone_runs_it_anew(wfe: WfeEngine, rec: Any) -> None:
    """Decision 18."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("first"))
        .saga(lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.fails("b", 1)))
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    await handle.retry()
    await wfe.result(handle)
    assert rec.log == ["first", "a", "b", "-a", "a", "b", "tail"]


async def test_compensate_with_outside_a_saga_makes_a_saga_of_one(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19; on success it is transparent: the step's outcome feeds a following decide."""
    from wfe_core import ExecutionResult

    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("a", ExecutionResult.next(outcome="left")))
        .compensate_with(rec.step("-a"))
        .decide()
        .when("left", lambda b: b.then(rec.step("left")))
        .then(rec.fails("b"))
        .compensate_with(rec.step("-b"))
        .build()
    )
    with pytest.raises(WorkflowFailedError, match="b failed"):
        await wfe.run(flow, {})
    assert rec.log == ["a", "left", "b", "-b"]


async def test_collect_takes_outputs_out_of_a_saga_of_one(wfe: WfeEngine, rec: Any) -> None:
    """Decision 22: `.collect` takes the output of the body's last step, compensated or not."""
    flow = (
        WorkflowBuilder("flow")
        .for_each([3, 1, 2], lambda b: b.then(rec.item("p")).compensate_with(rec.item("-p")))
        .collect("out")
        .build()
    )
    assert (await wfe.run(flow, {}))["out"] == [3, 1, 2]


async def test_cancel_runs_the_compensations_of_open_sagas_then_ends_cancelled(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 8: `cancel` undoes completed steps of open sagas only; a finished saga stays."""
    flow = (
        WorkflowBuilder("flow")
        .saga(lambda s: s.then(rec.step("done")).compensate_with(rec.step("-done")))
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.gate("b"))
                .compensate_with(rec.step("-b"))
            )
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel("enough")
    with pytest.raises(WorkflowCancelledError):
        await wfe.result(handle)
    assert rec.log == ["done", "a", "b", "-b", "-a"]
    assert rec.cancelled == ["b"]


async def test_cancel_undoes_sagas_inside_loops_with_their_items(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: the items of the loop around a saga are still known when it is undone."""
    flow = (
        WorkflowBuilder("flow")
        .for_each(
            ["p", "q"],
            lambda b: b.saga(
                lambda s: s.then(rec.item("do")).compensate_with(rec.item("undo")).then(rec.gate("wait"))
            ),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    assert (await wfe.ended(handle)).status == "cancelled"
    assert sorted(rec.log[-2:]) == ["undo:p", "undo:q"]


async def test_terminate_runs_no_compensation(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8."""
    flow = (
        WorkflowBuilder("flow")
        .saga(lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.gate("b")))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.terminate()
    assert (await wfe.ended(handle)).status == "terminated"
    assert (rec.log, rec.cancelled) == (["a", "b"], ["b"])


async def test_superseded_data_is_dropped_with_the_outermost_saga(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: old rows of the data go when the last open saga ends."""
    flow = (
        WorkflowBuilder("flow")
        .saga(lambda s: s.then(rec.step("a", {"x": 1})).then(rec.step("b", {"x": 2})).then(rec.gate("c")))
        .build()
    )
    handle = await wfe.start(flow, {"x": 0})
    await wfe.settle()
    store = wfe.host.runtime.store
    assert [(await store.data(handle.id, revision=n))["x"] for n in (1, 2, 3)] == ["0", "1", "2"]
    rec.open("c")
    await wfe.result(handle)
    assert (await store.data(handle.id))["x"] == "2"
    assert "x" not in await store.data(handle.id, revision=1)


async def test_a_saga_that_takes_too_long_is_undone(wfe: WfeEngine, rec: Any) -> None:
    """Decision 26: a container's timeout is wall time from entry; in a saga it compensates, each run anew."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).wait_for("never"),
            on_error="continue",
            retry=TWICE,
        )
        .timeout("1h")
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "-a", "a", "-a", "tail"]


async def test_a_saga_whose_cancel_when_throws_is_undone(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7 and 8: the saga itself fails, so that what it has done is undone, and a retry runs it anew."""

    def broken(data: dict[str, Any]) -> bool:
        if data.get("n") == 1:
            msg = "boom"
            raise RuntimeError(msg)
        return False

    def body(s: Any) -> None:
        s.then(rec.step("a", lambda ctx: {"n": ctx.data.get("n", 0) + 1}))
        s.compensate_with(rec.step("-a", {"n": 5})).delay(5).then(rec.step("tail"))

    handle = await wfe.start(WorkflowBuilder("flow").saga(body).cancel_when(broken).build(), {})
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "-a"]
    await wfe.host.retry(handle.id)
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["a", "-a", "a", "tail"]


async def test_a_guard_whose_cancel_when_throws_runs_its_hooks(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: the guard itself fails, which its hooks are told like any other failure in it."""

    def broken(data: dict[str, Any]) -> bool:
        if data:
            msg = "boom"
            raise RuntimeError(msg)
        return False

    flow = (
        WorkflowBuilder("flow")
        .guard(
            lambda b: b.then(rec.step("a", {"n": 1})).delay(5).then(rec.step("never")),
            on_failure=lambda b: b.then(rec.step("on_failure")),
            ensure=lambda b: b.then(rec.step("ensure")),
        )
        .cancel_when(broken)
        .build()
    )
    with pytest.raises(WorkflowFailedError, match="cancel_when threw RuntimeError: boom"):
        await wfe.run(flow, {})
    assert rec.log == ["a", "on_failure", "ensure"]
