"""Work done by outside workers (rules 6: activity; decision 51)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from wfe_core import ActivityTokenError, RetryPolicy, SerializationError, WorkflowBuilder, WorkflowFailedError
from wfe_host.testing.engine import WfeEngine


async def test_a_worker_claims_completes_and_the_result_comes_back(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, decision 51: input by value or selector; the result is what `complete` was given."""
    flow = WorkflowBuilder("flow").activity("draw", lambda d: {"of": d["what"]}, output="picture").build()
    handle = await wfe.start(flow, {"what": "cat"})
    await wfe.settle()
    lease = await wfe.host.claim_activity("draw", worker="w1")
    assert lease is not None
    assert (lease.input, lease.name, lease.instance_id) == ({"of": "cat"}, "draw", handle.id)
    assert await wfe.host.claim_activity("draw", worker="w2") is None
    await lease.complete([1, 2])
    assert (await wfe.result(handle))["picture"] == [1, 2]


async def test_a_worker_that_waits_is_given_work_when_it_comes(wfe: WfeEngine, rec: Any) -> None:
    """API: `claim_activity(wait=)`."""
    flow = WorkflowBuilder("flow").activity("draw").build()
    claiming = asyncio.create_task(wfe.host.claim_activity("draw", worker="w1", wait="1h"))
    await wfe.advance("10m")
    assert not claiming.done()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    lease = await claiming
    assert lease is not None
    await lease.complete()
    await wfe.result(handle)
    gone = asyncio.create_task(wfe.host.claim_activity("draw", worker="w1", wait="1m"))
    await wfe.advance("1m")
    assert await gone is None


async def test_an_expired_lease_returns_the_work_to_others_and_its_token_is_stale(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 6: expiry returns it to others; a stale token is refused; a heartbeat prolongs."""
    handle = await wfe.start(WorkflowBuilder("flow").activity("draw", output="by").build(), {})
    await wfe.settle()
    first = await wfe.host.claim_activity("draw", worker="w1", lease="1m")
    assert first is not None
    await wfe.advance("50s")
    await first.heartbeat("1m")
    await wfe.advance("50s")
    assert await wfe.host.claim_activity("draw", worker="w2") is None
    await wfe.advance("11s")
    second = await wfe.host.claim_activity("draw", worker="w2")
    assert second is not None
    with pytest.raises(ActivityTokenError):
        await first.complete("w1")
    with pytest.raises(ActivityTokenError):
        await first.heartbeat()
    await second.complete("w2")
    with pytest.raises(ActivityTokenError):
        await second.complete("again")
    assert await wfe.result(handle) == {"by": "w2"}


async def test_failing_an_activity_follows_the_policy_with_a_new_work_item(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: a retry is a *new* work item; decision 17: one attempt unless told."""
    flow = WorkflowBuilder("flow").activity("draw").retry(RetryPolicy(max_attempts=2, interval="1m")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    first = await wfe.host.claim_activity("draw", worker="w")
    assert first is not None
    await first.fail(ValueError("no ink"))
    await wfe.advance("1m")
    second = await wfe.host.claim_activity("draw", worker="w")
    assert second is not None
    assert second.id != first.id
    await second.fail("no paper", retryable=False)
    with pytest.raises(WorkflowFailedError, match="no paper") as caught:
        await wfe.result(handle)
    assert caught.value.error_type == "ActivityError"


async def test_the_timeout_ends_the_wait_and_withdraws_the_work(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: `timeout`; work nobody waits for is not given out."""
    flow = WorkflowBuilder("flow").activity("draw", timeout="1h").build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    lease = await wfe.host.claim_activity("draw", worker="w", lease="1d")
    assert lease is not None
    with pytest.raises(WorkflowFailedError, match="the activity did not come in time"):
        await wfe.result(handle)
    with pytest.raises(ActivityTokenError):
        await lease.complete()
    assert await wfe.host.claim_activity("draw", worker="w") is None


@pytest.mark.parametrize("command", ["cancel", "terminate"])
async def test_work_of_an_ended_instance_is_withdrawn(wfe: WfeEngine, rec: Any, command: str) -> None:
    """Rules 10: ends while it waits for an outside worker."""
    handle = await wfe.start(WorkflowBuilder("flow").activity("draw").build(), {})
    await wfe.settle()
    lease = await wfe.host.claim_activity("draw", worker="w")
    assert lease is not None
    await getattr(wfe.host, command)(handle.id)
    await wfe.ended(handle)
    with pytest.raises(ActivityTokenError):
        await lease.complete()


async def test_a_result_waits_for_a_suspended_or_failed_instance(wfe: WfeEngine, rec: Any) -> None:
    """Decisions 18 and 26: the outside world is not told to do its work again."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.activity("draw", output="got").then(rec.step("a")),
            lambda b: b.wait_for("fail").then(rec.fails("bad", 1)),
        )
        .timeout("1d")
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    lease = await wfe.host.claim_activity("draw", worker="w")
    assert lease is not None
    await wfe.host.publish_event("fail")
    assert (await wfe.ended(handle)).status == "failed"
    await lease.complete(5)
    await wfe.settle()
    assert rec.log == ["bad"]
    await wfe.restart()
    await wfe.host.retry(handle.id)
    assert await wfe.result(handle) == {"got": 5}
    assert sorted(rec.log) == ["a", "bad", "bad"]


async def test_a_result_without_json_form_is_refused_at_the_worker(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: the worker gets the clear error; the lease stays."""
    handle = await wfe.start(WorkflowBuilder("flow").activity("draw").build(), {})
    await wfe.settle()
    lease = await wfe.host.claim_activity("draw", worker="w")
    assert lease is not None
    with pytest.raises(SerializationError, match="result of activity 'draw'"):
        await lease.complete(object())
    await lease.complete()
    await wfe.result(handle)


async def test_workers_are_outside_of_every_crash(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6: the work item and its token outlive the host that made it."""
    handle = await wfe.start(WorkflowBuilder("flow").activity("draw", output="got").build(), {})
    await wfe.settle()
    await wfe.restart()
    lease = await wfe.host.claim_activity("draw", worker="w")
    assert lease is not None
    await wfe.restart()
    again = await wfe.host.claim_activity("draw", worker="w2")
    assert again is None
    store = wfe.host.runtime.providers.activities
    assert store is not None
    woken = await store.finish_activity(
        lease.token, f'{{"id":"{lease.id}","ok":true,"result":1}}', now=wfe.clock.now()
    )
    assert woken is not None
    wfe.host.runtime.wake({woken[0]: woken[1]})
    assert await wfe.result(handle) == {"got": 1}
