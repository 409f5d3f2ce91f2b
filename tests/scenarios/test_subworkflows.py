"""Workflows inside workflows (rules 6: sub_workflow; decisions 25 and 51)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from pydantic import BaseModel

from wfe_core import OutputError, RetryPolicy, WorkflowBuilder, WorkflowFailedError
from wfe_core.builder.branch import Branch
from wfe_core.clock import to_datetime
from wfe_core.definition.definition import WorkflowDefinition
from wfe_host.testing.engine import WfeEngine

_EARLIER: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Part(BaseModel):
    """Data of a child."""

    n: int
    square: int | None = None


async def test_the_childs_final_data_is_the_result(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, decision 51: the result is the child's final data, merged by `output`."""
    child = (
        WorkflowBuilder("child", data=Part).then(rec.step("sq", lambda c: {"square": c.data.n**2})).build()
    )
    wfe.register(child)
    flow = (
        WorkflowBuilder("flow")
        .for_each(
            [2, 3], lambda b: b.sub_workflow(child, lambda d, ctx: {"n": ctx.item}, output=lambda r, d: {})
        )
        .sub_workflow("child", {"n": 4}, output=lambda result, data: {"sixteen": result.square})
        .build()
    )
    assert await wfe.run(flow, {}) == {"sixteen": 16}


async def test_the_child_begins_in_the_commit_of_the_wait(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, decision 25: no double start, no missed finish; child id parent/pointer/attempt."""
    wfe.register(WorkflowBuilder("child").then(rec.gate("work", {"done": True})).build())
    flow = WorkflowBuilder("flow").sub_workflow("child", output="r").then(rec.step("end")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.restart()
    assert [i.id for i in await wfe.host.instances(parent=handle.id)] == [f"{handle.id}/1/1"]
    rec.open("work")
    assert await wfe.result(handle) == {"r": {"done": True}}
    assert rec.log == ["work", "work", "end"]


async def test_a_child_that_ends_at_once_wakes_its_parent(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: a child that ends in its very first commit is no missed finish."""
    wfe.register(WorkflowBuilder("child").end_workflow({"x": 1}).build())
    flow = WorkflowBuilder("flow").sub_workflow("child", output="r").then(rec.step("end")).build()
    assert await wfe.run(flow, {}) == {"r": {"x": 1}}


async def test_a_failed_child_fails_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: the error names the child's step; each retry is a new child (decision 25)."""
    wfe.register(WorkflowBuilder("child").then(rec.fails("inner")).build())
    flow = (
        WorkflowBuilder("flow").sub_workflow("child").retry(RetryPolicy(max_attempts=2, interval=1)).build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="failed at step 'inner': StepError: inner failed"):
        await wfe.result(handle)
    children = await wfe.host.instances(parent=handle.id)
    assert sorted(c.id for c in children) == [f"{handle.id}/1/1", f"{handle.id}/1/2"]


@pytest.mark.parametrize("command", ["cancel", "terminate"])
async def test_a_child_cancelled_or_terminated_by_itself_fails_the_step(
    wfe: WfeEngine, rec: Any, command: str
) -> None:
    """Decision 25, rules 6."""
    wfe.register(WorkflowBuilder("child").then(rec.gate("work")).build())
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child").build(), {})
    await wfe.settle()
    [child] = await wfe.host.instances(parent=handle.id)
    await getattr(wfe.host, command)(child.id)
    instance = await wfe.ended(handle)
    assert instance.error is not None
    assert (instance.status, instance.error.type) == ("failed", "StepCancelledError")


async def test_a_parent_cancelled_while_its_child_runs(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: cancel reaches the children, whose open sagas are undone."""
    child = (
        WorkflowBuilder("child")
        .saga(lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.gate("work")))
        .build()
    )
    wfe.register(child)
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child").build(), {})
    await wfe.settle()
    [running] = await wfe.host.instances(parent=handle.id)
    await handle.cancel()
    assert (await wfe.ended(handle)).status == "cancelled"
    await wfe.settle()
    assert (await wfe.host.get(running.id)).status == "cancelled"
    assert (rec.log, rec.cancelled) == (["a", "work", "-a"], ["work"])


async def test_suspend_resume_and_terminate_reach_the_children(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: suspend and terminate of the parent reach the children; resume too."""
    wfe.register(WorkflowBuilder("child").wait_for("go").then(rec.step("work")).wait_for("never").build())
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child").build(), {})
    await wfe.settle()
    [child] = await wfe.host.instances(parent=handle.id)
    await handle.suspend()
    await wfe.settle()
    await wfe.host.publish_event("go")
    await wfe.settle()
    assert ((await wfe.host.get(child.id)).status, rec.log) == ("suspended", [])
    await handle.resume()
    await wfe.settle()
    assert rec.log == ["work"]
    await handle.terminate()
    await wfe.settle()
    assert (await wfe.host.get(child.id)).status == "terminated"


async def test_a_retry_of_a_suspended_parent_reaches_the_children(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, 10: a retry makes a suspended parent runnable as a resume does, with its children."""
    wfe.register(WorkflowBuilder("child").wait_for("go").then(rec.step("work")).build())
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child").build(), {})
    await wfe.settle()
    await handle.suspend()
    await wfe.settle()
    await wfe.host.publish_event("go")
    await handle.retry()
    await wfe.result(handle)
    assert rec.log == ["work"]


async def test_the_parent_waits_for_a_suspended_child(wfe: WfeEngine, rec: Any) -> None:
    """Decision 25: suspended: the parent waits."""
    wfe.register(WorkflowBuilder("child").then(rec.fails("a", 1)).on_error("suspend").build())
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child").build(), {})
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "runnable"
    await wfe.host.resume(f"{handle.id}/1/1")
    await wfe.result(handle)


async def test_an_unregistered_child_blocks_and_is_explained(wfe: WfeEngine, rec: Any) -> None:
    """Decision 25: blocked and explained; registering it moves the parent on."""
    flow = WorkflowBuilder("flow").sub_workflow("child", version=3).build()
    handle = await wfe.start(flow, {})
    await wfe.advance("1h")
    text = str(await wfe.host.explain(handle.id))
    assert "child version 3 is not registered" in text
    wfe.register(WorkflowBuilder("child", version=3).then(rec.step("a")).build())
    await wfe.result(handle)
    assert rec.log == ["a"]


async def test_input_that_does_not_fit_the_child_fails_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: a clear failure of the step, not a dead instance."""
    wfe.register(WorkflowBuilder("child", data=Part).then(rec.step("a")).build())
    flow = WorkflowBuilder("flow").sub_workflow("child", {"n": "many"}).build()
    with pytest.raises(WorkflowFailedError) as caught:
        await wfe.run(flow, {})
    assert caught.value.error_type == OutputError.__name__
    assert "'n'" in str(caught.value) or "n:" in str(caught.value)


async def test_a_sub_workflow_may_time_out(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: the child is cancelled and the step fails."""
    wfe.register(WorkflowBuilder("child").then(rec.gate("work")).build())
    flow = WorkflowBuilder("flow").sub_workflow("child").timeout("1h").build()
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="did not end in time"):
        await wfe.result(handle)
    await wfe.settle()
    assert (await wfe.host.get(f"{handle.id}/1/1")).status == "cancelled"


async def test_purging_a_parent_takes_its_children(wfe: WfeEngine, rec: Any) -> None:
    """Decision 25."""
    wfe.register(WorkflowBuilder("child").then(rec.step("a")).build())
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child").build(), {})
    await wfe.result(handle)
    await wfe.settle()
    await wfe.host.purge(definition="flow")
    assert list(await wfe.host.instances()) == []


async def test_workflows_nest_deeply_and_wide(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: to any depth, several at once."""
    wfe.register(WorkflowBuilder("w0").then(rec.step("leaf")).build())
    for level in (1, 2, 3):
        wfe.register(
            WorkflowBuilder(f"w{level}")
            .parallel(*[lambda b, n=level: b.sub_workflow(f"w{n - 1}") for _ in range(2)])
            .build()
        )
    handle = await wfe.host.start("w3", {})
    await wfe.result(handle)
    assert rec.log == ["leaf"] * 8


async def test_a_saga_is_undone_after_the_children_it_cancels(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8.1: what runs is cancelled first, a sub-workflow with its own undo; then the saga is undone."""
    child = WorkflowBuilder("child").saga(
        lambda s: s.then(rec.step("x")).compensate_with(rec.gate("-x")).then(rec.gate("work"))
    )
    wfe.register(child.build())
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .parallel(
                    lambda b: b.sub_workflow("child").compensate_with(rec.step("-child")),
                    lambda b: b.wait_for("fail").then(rec.fails("boom")).on_error("compensate"),
                )
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.publish_event("fail")
    await wfe.settle()
    assert rec.log == ["a", "x", "work", "boom", "-x"]
    assert "has undone itself" in str(await wfe.host.explain(handle.id))
    rec.open("-x")
    await wfe.result(handle)
    assert rec.log == ["a", "x", "work", "boom", "-x", "-child", "-a", "tail"]


async def test_a_child_that_was_suspended_undoes_itself_before_its_parents_saga(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 8.1: a command reaches a child that stands still too, so the parent's undo does not hang."""
    child = WorkflowBuilder("child").saga(
        lambda s: s.then(rec.step("x")).compensate_with(rec.step("-x")).wait_for("never")
    )
    wfe.register(child.build())
    flow = WorkflowBuilder("flow").saga(
        lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).sub_workflow("child").timeout("1h")
    )
    handle = await wfe.start(flow.build(), {})
    await wfe.settle()
    await wfe.host.suspend(f"{handle.id}/3/1")
    await wfe.ended(handle)
    assert rec.log == ["a", "x", "-x", "-a"]


def _waits(b: Branch[Any]) -> None:
    b.wait_for("e", "k", as_of=_EARLIER, timeout="1h", output="found")


def _waiting() -> WorkflowDefinition:
    child = WorkflowBuilder("child")
    _waits(child)
    return child.build()


@pytest.mark.parametrize("before", ["nothing", "a wait", "a retry"])
async def test_a_child_that_begins_with_an_event_that_is_there(wfe: WfeEngine, rec: Any, before: str) -> None:
    """Rules 6, 9: a child whose first step waits for what was published already gets it, in every case."""
    wfe.register(_waiting())
    flow = WorkflowBuilder("flow")
    if before == "a wait":
        flow.wait_for("start", "x")
    if before == "a retry":
        flow.then(rec.fails("first", 1, retry=RetryPolicy(max_attempts=2, interval=30)))
    definition = flow.sub_workflow("child", output="r").build()
    await wfe.host.publish_event("e", "k", 1)
    handle = await wfe.start(definition, {})
    await wfe.settle()
    await wfe.host.publish_event("start", "x")
    assert await wfe.result(handle) == {"r": {"found": 1}}


async def test_a_child_with_two_waits_for_one_event_that_is_there(wfe: WfeEngine) -> None:
    """Rules 6, 9: two waits at the same time for one event: one gets it, the other its timeout."""
    child = WorkflowBuilder("child").parallel(_waits, lambda b: b.wait_for("e", "k", as_of=_EARLIER)).build()
    wfe.register(child)
    await wfe.host.publish_event("e", "k", 1)
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child", output="r").build(), {})
    await wfe.settle()
    await wfe.host.publish_event("e", "k", 2)
    assert set(await wfe.result(handle)) == {"r"}


async def test_a_child_waits_for_an_event_of_the_future_that_is_there(wfe: WfeEngine) -> None:
    """Rules 6, 9: it is delivered when its effective date has come."""
    wfe.register(_waiting())
    await wfe.host.publish_event("e", "k", 1, effective=to_datetime(wfe.clock.now() + 5_000_000))
    handle = await wfe.start(WorkflowBuilder("flow").sub_workflow("child", output="r").build(), {})
    assert await wfe.result(handle) == {"r": {"found": 1}}


async def test_no_instance_takes_the_id_of_a_child_to_come(wfe: WfeEngine, rec: Any) -> None:
    """A user's instance under `parent/pointer/attempt` would be waited for instead: it is refused."""
    child = WorkflowBuilder("child").then(rec.step("works", {"by": "child"})).build()
    flow = WorkflowBuilder("flow").wait_for("go", "k").sub_workflow("child", output="got").build()
    wfe.register(child)
    handle = await wfe.start(flow, {}, instance_id="p")
    with pytest.raises(ValueError, match=r"'p/2/1' ends as the ids of sub-workflows do .* as in 'p-2-1'"):
        await wfe.start(child, {"by": "a user"}, instance_id="p/2/1")
    near = await wfe.start(child, {}, instance_id="p/2/1/")
    await wfe.result(near)
    await wfe.host.publish_event("go", "k")
    assert (await wfe.result(handle))["got"]["by"] == "child"
    assert (await wfe.host.get("p/2/1")).parent_id == "p"
