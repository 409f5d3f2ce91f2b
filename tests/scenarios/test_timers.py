"""Delays, sleeps, timeouts and heartbeats (rules 6 and 11, decisions 5, 20, 26)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wfe_core import ExecutionResult, RetryPolicy, StepContext, WorkflowBuilder, WorkflowFailedError, step
from wfe_core.clock import to_datetime
from wfe_host.testing.engine import WfeEngine


async def test_a_delay_of_a_day_beside_a_delay_of_a_minute(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, delay: durable timers, each at its own time, across a crash."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.delay("1d").then(rec.step("day")),
            lambda b: b.delay(timedelta(minutes=1)).then(rec.step("minute")),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("59s")
    assert rec.log == []
    await wfe.advance("1s")
    assert rec.log == ["minute"]
    await wfe.restart()
    await wfe.advance("23h58m59s")
    assert rec.log == ["minute"]
    await wfe.advance("1s")
    assert rec.log == ["minute", "day"]
    await wfe.result(handle)


async def test_delay_until_a_moment_and_one_that_has_passed(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, delay_until: durable; a moment that has passed does not wait."""
    moment = to_datetime(wfe.clock.now()) + timedelta(hours=2)
    flow = (
        WorkflowBuilder("flow")
        .delay_until(datetime(2000, 1, 1, tzinfo=UTC))
        .then(rec.step("a"))
        .delay_until(lambda d: moment)
        .then(rec.step("b"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("1h59m")
    assert rec.log == ["a"]
    await wfe.advance("1m")
    assert rec.log == ["a", "b"]
    await wfe.result(handle)


async def test_a_moment_without_a_zone_fails_the_step(wfe: WfeEngine) -> None:
    """Rules 7: the error names the step and the remedy."""
    flow = WorkflowBuilder("flow").delay_until(lambda d: datetime(2030, 1, 1)).build()  # noqa: DTZ001
    with pytest.raises(WorkflowFailedError, match=r"step 'delay': .*aware datetime"):
        await wfe.run(flow, {})


async def test_long_sleeps_give_the_lease_back_and_short_ones_keep_it(wfe: WfeEngine, rec: Any) -> None:
    """Decision 5: idle instances are released in the same commit; sleeps under 5 s keep the lease."""
    flow = WorkflowBuilder("flow").delay(4).then(rec.step("a")).delay(6).then(rec.step("b")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert handle.id in wfe.host.runtime.actors
    await wfe.advance(4)
    assert handle.id not in wfe.host.runtime.actors
    assert (await wfe.host.get(handle.id)).owner is None
    await wfe.result(handle)


async def test_a_sleeping_step_runs_again_with_its_state(wfe: WfeEngine) -> None:
    """Rules 5: `sleep(..., state=)` is durable; the timeout bounds an attempt without its sleeps."""

    @step(timeout="1s")
    async def poll(ctx: StepContext[Any]) -> Any:
        times = (ctx.state or 0) + 1
        return ExecutionResult.sleep("1h", state=times) if times < 3 else {"times": times}

    begin = wfe.clock.now()
    assert await wfe.run(WorkflowBuilder("flow").then(poll).build(), {}) == {"times": 3}
    assert wfe.clock.now() - begin >= 7_200_000_000


async def test_a_timeout_cancels_an_async_step_and_counts_as_an_attempt(wfe: WfeEngine, rec: Any) -> None:
    """Rules 5, 7: the attempt is cancelled; it is retried unless `retry_on_timeout=False`."""
    again = RetryPolicy(max_attempts=2, interval=1)
    flow = WorkflowBuilder("flow").then(rec.gate("a", timeout="1m", retry=again)).build()
    with pytest.raises(WorkflowFailedError, match="longer than its timeout of 60 s") as caught:
        await wfe.run(flow, {})
    assert caught.value.error_type == "StepTimeoutError"
    assert rec.cancelled == ["a", "a"]
    never = RetryPolicy(max_attempts=2, interval=1, retry_on_timeout=False)
    with pytest.raises(WorkflowFailedError):
        await wfe.run(WorkflowBuilder("once").then(rec.gate("b")).timeout("1m").retry(never).build(), {})
    assert rec.log == ["a", "a", "b"]


async def test_a_thread_cannot_be_stopped_its_late_result_is_discarded(wfe: WfeEngine, rec: Any) -> None:
    """Rules 5, decision 20: the pointer says so; the next attempt waits for the thread."""
    policy = RetryPolicy(max_attempts=2, interval=1)
    flow = WorkflowBuilder("flow").then(rec.blocks("a", timeout="1m", retry=policy)).build()
    handle = await wfe.start(flow, {})
    await wfe.advance("61s")
    [pointer] = await wfe.pointers(handle)
    assert (rec.log, pointer.attempt, str(pointer.status)) == (["a"], 2, "running")
    assert "the thread of an attempt that was given up still runs" in str(await wfe.host.explain(handle.id))
    rec.unblock("a")
    await wfe.result(handle)
    assert rec.log == ["a", "a"]


async def test_a_thread_that_never_ends_is_abandoned(wfe: WfeEngine, rec: Any) -> None:
    """Decision 20: the next attempt waits at most `abandon_after` (60 s), then goes on."""
    policy = RetryPolicy(max_attempts=2, interval=1)
    flow = WorkflowBuilder("flow").then(rec.blocks("a", timeout="2m", retry=policy)).build()
    handle = await wfe.start(flow, {})
    await wfe.advance("2m1s")
    assert rec.log == ["a"]
    await wfe.advance("60s")
    assert rec.log == ["a", "a"]
    rec.unblock("a")
    await wfe.result(handle)


async def pause(wfe: WfeEngine, seconds: int) -> None:
    """Wait on the clock of the test, inside a step."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = wfe.clock.call_at(wfe.clock.now() + seconds * 1_000_000, lambda: over.set_result(None))
    try:
        await over
    finally:
        timer.cancel()


async def test_a_step_that_stops_beating_fails(wfe: WfeEngine, rec: Any) -> None:
    """Rules 5: `heartbeat_timeout` fails a step that stops calling `ctx.heartbeat()`."""

    @step(heartbeat_timeout="10s", retry=RetryPolicy(max_attempts=1))
    async def work(ctx: StepContext[Any]) -> None:
        for _ in range(3):
            await pause(wfe, 8)
            ctx.heartbeat()
        await pause(wfe, 100)

    begin = wfe.clock.now()
    with pytest.raises(WorkflowFailedError, match="no heartbeat for 10 s"):
        await wfe.run(WorkflowBuilder("flow").then(work).build(), {})
    assert wfe.clock.now() - begin == 34_000_000


@pytest.mark.wfe(session_ttl="10s")
async def test_a_step_that_blocks_its_thread_long_keeps_the_lease(wfe: WfeEngine, rec: Any) -> None:
    """Decision 2: the session is renewed beside the steps, however long one blocks its thread."""
    flow = WorkflowBuilder("flow").then(rec.blocks("a")).then(rec.step("b")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    other = await wfe.add_host()
    await wfe.advance("2m")
    assert (await wfe.host.get(handle.id)).owner == wfe.host.runtime.session_id
    assert not other.runtime.actors
    rec.unblock("a")
    await wfe.result(handle)
    assert rec.log == ["a", "b"]


async def test_the_workflows_own_timeout_is_wall_time(wfe: WfeEngine, rec: Any) -> None:
    """Decision 26: durable, from the start, sleeps and waits included; `retry` gives it anew."""
    flow = WorkflowBuilder("flow", timeout="1h").wait_for("go").then(rec.step("a")).build()
    handle = await wfe.start(flow, {})
    await wfe.advance("30m")
    await wfe.restart()
    instance = await wfe.ended(handle)
    assert instance.error is not None
    assert (instance.status, instance.error.type) == ("failed", "StepTimeoutError")
    assert wfe.clock.now() == 1704067200_000_000 + 3_600_000_000
    await wfe.host.retry(handle.id)
    await wfe.host.publish_event("go")
    await wfe.result(handle)
    assert rec.log == ["a"]


async def test_a_test_skips_a_year(wfe: WfeEngine, rec: Any) -> None:
    """Promise 8: time is injectable."""
    handle = await wfe.start(WorkflowBuilder("flow").delay("365d").then(rec.step("a")).build(), {})
    await wfe.advance("365d")
    assert rec.log == ["a"]
    await wfe.result(handle)


async def test_a_container_that_timed_out_has_its_time_anew_after_a_retry(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7, decision 26: the time of a container counts from its entry, and a retry enters it again."""
    flow = WorkflowBuilder("flow").parallel(lambda b: b.wait_for("never")).timeout("1h").build()
    handle = await wfe.start(flow, {})
    for _ in range(2):
        await wfe.advance("59m")
        assert (await handle.instance()).status == "runnable"
        await wfe.advance("1m")
        assert (await handle.instance()).status == "failed"
        await handle.retry()
