"""Retries, failure policies and `retry` by an operator (rules 7, decisions 17, 18, 52)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import (
    RetryPolicy,
    StepContext,
    StepError,
    WorkflowBuilder,
    WorkflowFailedError,
    WorkflowSuspendedError,
    step,
)
from wfe_host.testing.engine import WfeEngine


async def starts(wfe: WfeEngine, flow: Any, times: list[int], data: Any = None) -> None:
    """Run a workflow that is expected to fail, noting when each attempt began, in seconds."""
    begin = wfe.clock.now()
    with pytest.raises(WorkflowFailedError):
        await wfe.run(flow, data or {})
    times[:] = [(at - begin) // 1_000_000 for at in times]


async def test_the_default_is_four_attempts_doubling_from_a_second(wfe: WfeEngine) -> None:
    """Rules 7: 4 attempts, 1 s, factor 2; decision 52: max_attempts includes the first."""
    times: list[int] = []

    @step
    async def work() -> None:
        times.append(wfe.clock.now())
        msg = "no"
        raise ValueError(msg)

    await starts(wfe, WorkflowBuilder("flow").then(work).build(), times)
    assert times == [0, 1, 3, 7]


async def test_the_delay_is_capped(wfe: WfeEngine) -> None:
    """Rules 7: min(interval * backoff**(n-1), max_interval)."""
    times: list[int] = []

    @step(retry=RetryPolicy(max_attempts=5, interval=10, backoff=3, max_interval="1m"))
    async def work() -> None:
        times.append(wfe.clock.now())
        msg = "no"
        raise ValueError(msg)

    await starts(wfe, WorkflowBuilder("flow").then(work).build(), times)
    assert times == [0, 10, 40, 100, 160]


async def test_a_retry_delay_is_a_durable_timer(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: a host that dies while a retry waits changes nothing of its time."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.fails("a", 1, retry=RetryPolicy(interval="1h", max_interval="1h")))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("30m")
    await wfe.restart()
    await wfe.advance("29m")
    assert rec.log == ["a"]
    await wfe.advance("1m")
    assert rec.log == ["a", "a"]
    await wfe.result(handle)


@pytest.mark.parametrize(
    ("error", "policy", "attempts"),
    [
        (StepError("never", retryable=False), RetryPolicy(), 1),
        (ValueError("no"), RetryPolicy(retry_on=(ValueError,)), 4),
        (KeyError("no"), RetryPolicy(retry_on=(ValueError,)), 1),
        (KeyError("no"), RetryPolicy(give_up_on=(LookupError,)), 1),
        (NameError("typo"), RetryPolicy(), 1),
        (ImportError("gone"), RetryPolicy(), 1),
        (AttributeError("none"), RetryPolicy(), 1),
    ],
)
async def test_which_errors_are_tried_again(
    wfe: WfeEngine, rec: Any, error: Exception, policy: RetryPolicy, attempts: int
) -> None:
    """Rules 7, decision 17: retry_on, give_up_on, retryable=False; programming errors are final."""

    @step(retry=policy)
    async def work() -> None:
        rec.log.append("work")
        raise error

    with pytest.raises(WorkflowFailedError):
        await wfe.run(WorkflowBuilder("flow").then(work).build(), {})
    assert len(rec.log) == attempts


async def test_policies_are_inherited_from_container_and_definition(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: step, then the enclosing container, then the definition, then the default."""
    twice = RetryPolicy(max_attempts=2, interval=1)
    thrice = RetryPolicy(max_attempts=3, interval=1)

    def named(name: str) -> Any:
        async def body() -> None:
            rec.log.append(name)
            msg = name
            raise ValueError(msg)

        return step(name=name)(body)

    flow = (
        WorkflowBuilder("flow", retry=twice, on_error="continue")
        .then(named("outer"))
        .if_do(lambda d: True, lambda b: b.then(named("inner")))
        .retry(thrice)
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["outer"] * 2 + ["inner"] * 3


async def test_continue_goes_on_without_the_outputs(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: `continue` leaves the error on the pointer and goes on."""
    flow = WorkflowBuilder("flow").then(rec.fails("a")).on_error("continue").then(rec.step("b")).build()
    handle = await wfe.start(flow, {})
    assert await wfe.result(handle) == {}
    failed, _ = await wfe.pointers(handle)
    assert (str(failed.status), str(failed.error)) == ("failed", "StepError: a failed")


async def test_suspend_stops_until_resume_runs_the_step_again(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7, decision 26: `suspend` suspends the instance; `result()` raises; resume retries."""
    flow = WorkflowBuilder("flow").then(rec.fails("a", 1)).on_error("suspend").then(rec.step("b")).build()
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowSuspendedError, match="a failed"):
        await wfe.result(handle)
    await handle.resume()
    await wfe.result(handle)
    assert rec.log == ["a", "a", "b"]


async def test_retry_continues_from_the_failed_step_with_a_fresh_budget(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: nothing completed runs again; the budget of attempts is fresh."""
    policy = RetryPolicy(max_attempts=2, interval=1)
    flow = WorkflowBuilder("flow").then(rec.step("a")).then(rec.fails("b", 3, retry=policy)).build()
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    await handle.retry()
    await wfe.result(handle)
    assert rec.log == ["a", "b", "b", "b", "b"]
    assert (await wfe.host.get(handle.id)).error is None


async def test_the_error_is_on_the_pointer_and_the_instance(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7, decision 50: type, message and step key; the text holds the exception's message."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.fails("a")).build(), {})
    instance = await wfe.ended(handle)
    assert instance.error is not None
    assert (instance.error.type, instance.error.message, instance.error.step_key) == (
        "StepError",
        "a failed",
        "a",
    )
    [pointer] = await wfe.pointers(handle)
    assert pointer.error is not None
    assert "raise StepError" in (pointer.error.traceback or "")
    with pytest.raises(WorkflowFailedError, match=r"failed at step 'a': StepError: a failed"):
        await handle.result()


async def test_a_failing_branch_interrupts_the_others_and_retry_continues_them(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 18: open pointers of other branches go back to pending and `retry` continues them."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.step("a")).then(rec.gate("slow")).then(rec.step("after")),
            lambda b: b.delay(1).then(rec.fails("bad", 1)).then(rec.step("good")),
        )
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.cancelled == ["slow"]
    assert dict(await wfe.statuses(handle))["parallel/slow"] == "pending"
    rec.open("slow")
    await handle.retry()
    await wfe.result(handle)
    assert rec.log.count("a") == 1
    assert rec.log[-1] == "end"
    assert {name: rec.log.count(name) for name in ("slow", "bad", "good", "after")} == {
        "slow": 2, "bad": 2, "good": 1, "after": 1,
    }  # fmt: skip


async def test_two_branches_that_fail_in_one_round_both_go_on(wfe: WfeEngine, rec: Any) -> None:
    """Decision 18: two failures at the same instant are one failed instance; `retry` continues both."""
    policy = RetryPolicy(max_attempts=2, interval=5)
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.fails("a", 2, retry=policy)),
            lambda b: b.then(rec.fails("b", 2, retry=policy)),
            lambda b: b.delay(5),
        )
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    await handle.retry()
    await wfe.result(handle)
    assert (rec.log.count("a"), rec.log.count("b"), rec.log[-1]) == (3, 3, "end")


async def test_a_failed_condition_of_a_loop_is_asked_again_where_it_failed(wfe: WfeEngine, rec: Any) -> None:
    """Promise 1: `retry` of a container does not run again what completed inside it."""
    fuse = {"blown": False}

    def more(data: Any) -> bool:
        if data["n"] == 2 and not fuse["blown"]:
            fuse["blown"] = True
            msg = "once"
            raise RuntimeError(msg)
        return bool(data["n"] < 3)

    count = rec.step("tick", lambda ctx: {"n": ctx.data["n"] + 1, "last": ctx.iteration})
    flow = WorkflowBuilder("flow").while_do(more, lambda b: b.then(count)).build()
    handle = await wfe.start(flow, {"n": 0})
    assert (await wfe.ended(handle)).status == "failed"
    await handle.retry()
    assert await wfe.result(handle) == {"n": 3, "last": 2}
    assert rec.log == ["tick"] * 3


async def test_a_wait_may_be_retried(wfe: WfeEngine, rec: Any) -> None:
    """Decision 17: a wait gets one attempt by default, more when it is told."""
    flow = (
        WorkflowBuilder("flow")
        .wait_for("go", timeout="1m")
        .retry(RetryPolicy(max_attempts=2, interval="1m"))
        .then(rec.step("b"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("2m30s")
    await wfe.host.publish_event("go")
    await wfe.result(handle)
    [wait, _] = await wfe.pointers(handle)
    assert wait.attempt == 2


async def test_a_step_that_takes_its_host_down_fails_after_max_crashes(wfe: WfeEngine, rec: Any) -> None:
    """Rules 4.4, decision 9: exactly `max_crashes` times, however many hosts there are."""
    flow = WorkflowBuilder("flow").then(rec.gate("bomb")).build()
    handle = await wfe.start(flow, {})
    for _ in range(5):
        await wfe.settle()
        await wfe.restart()
    instance = await wfe.ended(handle)
    assert rec.log == ["bomb"] * 5
    assert instance.error is not None
    assert instance.error.type == "StepCrashedError"


async def test_a_heartbeat_resets_the_count_of_crashes(wfe: WfeEngine, rec: Any) -> None:
    """Decision 9: a step that shows life after a crash may be tried for ever."""

    @step
    async def bomb(ctx: StepContext[Any]) -> None:
        rec.log.append("bomb")
        ctx.heartbeat()
        await rec._gate("bomb").wait()

    handle = await wfe.start(WorkflowBuilder("flow").then(bomb).build(), {})
    for _ in range(7):
        await wfe.settle()
        await wfe.restart()
    rec.open("bomb")
    await wfe.result(handle)
    assert rec.log == ["bomb"] * 8


async def test_a_graceful_stop_is_no_crash(wfe: WfeEngine, rec: Any) -> None:
    """Decision 9, rules 12: an interrupted step is pending again and counts no crash."""
    flow = WorkflowBuilder("flow").then(rec.gate("a")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    host = wfe.hosts.pop()
    host.runtime.interrupt_now()
    await host.stop()
    await wfe.add_host()
    await wfe.settle()
    [pointer] = await wfe.pointers(handle)
    assert (pointer.crashes, pointer.attempt) == (0, 2)
    rec.open("a")
    await wfe.result(handle)


async def test_what_fails_ends_when_it_fails(wfe: WfeEngine, rec: Any) -> None:
    """A step that fails its instance, or is passed over, has an end as any other; a retry takes it back."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.fails("soft"))
        .on_error("continue")
        .then(rec.step("good"))
        .delay("1m")
        .then(rec.fails("bad", 2, retry=RetryPolicy(max_attempts=2, interval=5)))
        .build()
    )
    begin = wfe.clock.now()

    async def ends() -> dict[str, float | None]:
        pointers = await wfe.host.pointers(handle.id)
        found = {each.step_key.rpartition("/")[2]: each.ended_at for each in pointers}
        return {
            name: None if at is None else at.timestamp() - begin / 1e6
            for name, at in found.items()
            if name in ("soft", "good", "bad")
        }

    handle = await wfe.start(flow, {})
    await wfe.advance("2m")
    with pytest.raises(WorkflowFailedError):
        await handle.result()
    assert await ends() == {"soft": 0, "good": 0, "bad": 65}
    await wfe.restart()
    assert await ends() == {"soft": 0, "good": 0, "bad": 65}
    await wfe.host.retry(handle.id)
    await wfe.result(handle)
    assert (await ends())["bad"] == 120
