"""Operators' commands (rules 10, decisions 18, 26, 49)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import (
    InstanceNotFoundError,
    InvalidCommandError,
    WorkflowBuilder,
    WorkflowCancelledError,
    WorkflowSuspendedError,
    WorkflowTerminatedError,
)
from wfe_host.testing.engine import WfeEngine


async def test_suspend_lets_running_steps_finish_and_starts_none(wfe: WfeEngine, rec: Any) -> None:
    """Decision 26: running steps finish and are checkpointed, none starts, until `resume`."""
    flow = WorkflowBuilder("flow").then(rec.gate("a", {"x": 1})).then(rec.step("b")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    async with wfe.host.subscribe("workflow.suspended") as events:
        await handle.suspend("lunch")
        await wfe.settle()
        assert (await anext(events)).detail["reason"] == "lunch"
    with pytest.raises(WorkflowSuspendedError):
        await handle.result()
    rec.open("a")
    await wfe.settle()
    instance = await wfe.host.get(handle.id)
    assert (instance.status, instance.data, rec.log) == ("suspended", {"x": 1}, ["a"])
    await wfe.restart()
    assert rec.log == ["a"]
    await wfe.host.resume(handle.id)
    await wfe.result(handle)
    assert rec.log == ["a", "b"]


async def test_timers_that_strike_while_suspended_act_after_resume(wfe: WfeEngine, rec: Any) -> None:
    """Decision 26: timers keep arriving; what they start waits for `resume`."""
    flow = WorkflowBuilder("flow").delay("1h").then(rec.step("a")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.suspend()
    await wfe.advance("2h")
    assert rec.log == []
    await handle.resume()
    await wfe.settle()
    assert rec.log == ["a"]


async def test_the_last_step_may_end_while_suspended(wfe: WfeEngine, rec: Any) -> None:
    """Decision 26, promise 2: it completes when it is resumed, it is never left runnable but dead."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.gate("a")).build(), {})
    await wfe.settle()
    await handle.suspend()
    await wfe.settle()
    rec.open("a")
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "suspended"
    await handle.resume()
    await wfe.result(handle)


async def test_terminate_takes_effect_at_once_while_a_step_runs(wfe: WfeEngine, rec: Any) -> None:
    """Rules 10: within a second; the step gets its CancelledError."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.gate("a")).then(rec.step("b")).build(), {})
    await wfe.settle()
    await handle.terminate()
    await wfe.settle()
    with pytest.raises(WorkflowTerminatedError):
        await handle.result()
    assert (rec.log, rec.cancelled) == (["a"], ["a"])


async def test_terminate_does_not_wait_for_a_thread(wfe: WfeEngine, rec: Any) -> None:
    """Rules 10, decision 2: a thread cannot be stopped; its result is discarded."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.blocks("a")).build(), {})
    await wfe.settle()
    await handle.terminate()
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "terminated"
    rec.unblock("a")


@pytest.mark.parametrize("waiting", ["event", "timer", "retry", "activity", "child", "suspended"])
@pytest.mark.parametrize("command", ["cancel", "terminate"])
async def test_an_instance_ends_whatever_it_waits_for(
    wfe: WfeEngine, rec: Any, waiting: str, command: str
) -> None:
    """Rules 10: commands are accepted whatever the instance is doing; nothing starts any more."""
    wfe.register(WorkflowBuilder("child").wait_for("never").build())
    builder = WorkflowBuilder("flow")
    match waiting:
        case "event" | "suspended":
            builder.wait_for("never")
        case "timer":
            builder.delay("1h")
        case "retry":
            from wfe_core import RetryPolicy

            builder.then(rec.fails("a", retry=RetryPolicy(interval=60)))
        case "activity":
            builder.activity("never")
        case _:
            builder.sub_workflow("child")
    handle = await wfe.start(builder.then(rec.step("b")).build(), {})
    await wfe.settle()
    if waiting == "suspended":
        await handle.suspend()
        await wfe.settle()
    await getattr(handle, command)()
    error = WorkflowCancelledError if command == "cancel" else WorkflowTerminatedError
    with pytest.raises(error):
        await wfe.result(handle)
    await wfe.advance("2h")
    assert "b" not in rec.log
    assert not any(p.due for p in await wfe.pointers(handle))


async def test_a_command_that_does_not_fit_is_refused_with_a_remedy(wfe: WfeEngine, rec: Any) -> None:
    """Decision 49; each message names the status and what to do."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.step("a")).build(), {})
    await wfe.result(handle)
    for command in ("suspend", "resume", "cancel", "terminate", "retry"):
        with pytest.raises(InvalidCommandError, match=f"cannot {command} instance .* it is complete; "):
            await getattr(wfe.host, command)(handle.id)
    with pytest.raises(InstanceNotFoundError, match="no instance 'nobody'"):
        await wfe.host.cancel("nobody")


async def test_a_failed_instance_may_be_terminated(wfe: WfeEngine, rec: Any) -> None:
    """Rules 10: it ends for good and cannot be retried any more."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.fails("a")).build(), {})
    await wfe.ended(handle)
    await handle.terminate()
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "terminated"
    with pytest.raises(InvalidCommandError):
        await handle.retry()


async def test_commands_of_another_host_reach_the_holder(wfe: WfeEngine, rec: Any) -> None:
    """Rules 10: commands go through the inbox, which only the lease holder consumes."""
    flow = WorkflowBuilder("flow").then(rec.gate("a")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    other = await wfe.add_host(role="client")
    await other.cancel(handle.id)
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.cancelled == ["a"]


async def test_cancel_while_an_undo_is_under_way_ends_cancelled_after_it(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: the undo goes on, nothing is compensated twice."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.step("b"))
                .compensate_with(rec.gate("-b"))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    await wfe.settle()
    rec.open("-b")
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log == ["a", "b", "bad", "-b", "-a"]


async def test_terminate_while_an_undo_is_under_way_stops_it(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: `terminate` runs no compensation."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.fails("bad"))
                .compensate_with(rec.gate("-bad"))
            )
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.terminate()
    assert (await wfe.ended(handle)).status == "terminated"
    assert (rec.log, rec.cancelled) == (["a", "bad", "-bad"], ["-bad"])
