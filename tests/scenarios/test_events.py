"""Events: never lost, never consumed twice (rules 9, decisions 4, 51, 54)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from wfe_core import ExecutionResult, StepContext, WorkflowBuilder, WorkflowFailedError, step
from wfe_core.clock import to_datetime
from wfe_host import StartRequest
from wfe_host.testing.engine import WfeEngine


def collector(rec: Any) -> Any:
    """Make a flow that waits for the same event three times and keeps what came."""
    keep = rec.step("keep", lambda ctx: {"got": [*ctx.data.get("got", []), ctx.data["last"]]})
    return (
        WorkflowBuilder("flow")
        .while_do(
            lambda d: len(d.get("got", [])) < 3,
            lambda b: b.wait_for("tick", lambda d: d["key"], output="last").then(keep),
        )
        .build()
    )


async def test_an_event_reaches_every_instance_that_waits_for_it(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: broadcast by name and key; the event's data is the result of the wait (decision 51)."""
    flow = WorkflowBuilder("flow").wait_for("go", lambda d: d["key"], output="got").build()
    one, two, other = [await wfe.start(flow, {"key": key}) for key in ("k", "k", "x")]
    await wfe.settle()
    await wfe.host.publish_event("go", "k", [1, {"a": None}])
    assert (await wfe.result(one))["got"] == [1, {"a": None}]
    assert (await wfe.result(two))["got"] == [1, {"a": None}]
    assert (await wfe.host.get(other.id)).status == "runnable"


async def test_an_event_published_before_the_subscription_counts_from_the_start(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 9: default `as_of` is the start of the instance; older events do not count."""
    flow = WorkflowBuilder("flow").then(rec.gate("a")).wait_for("go", output="got").build()
    await wfe.host.publish_event("go", "", "too old")
    await wfe.advance(1)
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.publish_event("go", "", "in time")
    rec.open("a")
    assert (await wfe.result(handle))["got"] == "in time"


async def test_as_of_looks_further_back_or_less_far(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9, decision 51: `as_of` is an aware datetime or a selector; effective >= as_of."""
    begin = to_datetime(wfe.clock.now())
    early = WorkflowBuilder("early").wait_for("go", as_of=begin, output="got").build()
    late = (
        WorkflowBuilder("late")
        .wait_for("go", as_of=lambda d: begin + timedelta(hours=1), output="got")
        .build()
    )
    await wfe.host.publish_event("go", "", "first")
    await wfe.advance(1)
    assert (await wfe.run(early, {}))["got"] == "first"
    handle = await wfe.start(late, {})
    await wfe.host.publish_event("go", "", "second")
    await wfe.advance("2h")
    await wfe.host.publish_event("go", "", "third")
    assert (await wfe.result(handle))["got"] == "third"


async def test_a_later_wait_may_look_further_back(wfe: WfeEngine, rec: Any) -> None:
    """Decision 4: the standing subscription of a name and key begins as early as any of its waits wants."""
    begin = to_datetime(wfe.clock.now())
    flow = (
        WorkflowBuilder("flow").wait_for("go", output="new").wait_for("go", as_of=begin, output="old").build()
    )
    await wfe.host.publish_event("go", "", "before the start")
    await wfe.advance(1)
    handle = await wfe.start(flow, {})
    await wfe.host.publish_event("go", "", "after it")
    assert await wfe.result(handle) == {"new": "after it", "old": "before the start"}


async def test_two_waits_in_a_row_get_two_events_in_order(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: successive events in effective order, however they come."""
    for pause in (False, True):
        handle = await wfe.start(collector(rec), {"key": f"k{pause}"})
        await wfe.settle()
        for number in (1, 2, 3):
            await wfe.host.publish_event("tick", f"k{pause}", number)
            if pause:
                await wfe.settle()
        assert (await wfe.result(handle))["got"] == [1, 2, 3]


async def test_five_effective_dates_out_of_order_before_during_and_after_subscribing(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 4: delivery by (effective, id); a future event is delivered then."""
    keep = rec.step("keep", lambda ctx: {"got": [*ctx.data["got"], ctx.data["last"]]})
    flow = (
        WorkflowBuilder("flow")
        .then(rec.gate("ready"))
        .while_do(lambda d: len(d["got"]) < 5, lambda b: b.wait_for("e", "k", output="last").then(keep))
        .build()
    )
    begin = wfe.clock.now()

    def at(minutes: int) -> Any:
        return to_datetime(begin + minutes * 60_000_000)

    handle = await wfe.start(flow, {"got": []})
    await wfe.settle()
    await wfe.host.publish_event("e", "k", 30, effective=at(30))
    await wfe.advance("5m")
    await wfe.host.publish_event("e", "k", 4, effective=at(4))
    await wfe.host.publish_event("e", "k", 2, effective=at(2))
    rec.open("ready")
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).data["got"] == [2, 4]
    await wfe.host.publish_event("e", "k", 20, effective=at(20))
    await wfe.host.publish_event("e", "k", 5, effective=at(5))
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).data["got"] == [2, 4, 5]
    await wfe.advance("16m")
    assert (await wfe.host.get(handle.id)).data["got"] == [2, 4, 5, 20]
    assert (await wfe.result(handle))["got"] == [2, 4, 5, 20, 30]
    assert wfe.clock.now() >= begin + 30 * 60_000_000


async def test_equal_effective_times_keep_the_order_of_publishing(wfe: WfeEngine, rec: Any) -> None:
    """Decision 54."""
    handle = await wfe.start(collector(rec), {"key": "k"})
    moment = to_datetime(wfe.clock.now() + 1_000_000)
    for number in (3, 1, 2):
        await wfe.host.publish_event("tick", "k", number, effective=moment)
    assert (await wfe.result(handle))["got"] == [3, 1, 2]


async def test_an_event_is_consumed_once_even_across_crashes(wfe: WfeEngine, rec: Any) -> None:
    """Promise 4: consuming is part of the checkpoint; a new host neither loses nor repeats an event."""
    handle = await wfe.start(collector(rec), {"key": "k"})
    for number in (1, 2, 3):
        await wfe.settle()
        await wfe.restart()
        await wfe.host.publish_event("tick", "k", number)
        await wfe.kill()
        await wfe.add_host()
    assert (await wfe.result(handle))["got"] == [1, 2, 3]


async def test_the_same_event_id_is_stored_once(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: `event_id` deduplicates."""
    handle = await wfe.start(collector(rec), {"key": "k"})
    await wfe.settle()
    for event_id, value in (("e1", 1), ("e1", 1), ("e2", 2), ("e1", 9), ("e3", 3)):
        await wfe.host.publish_event("tick", "k", value, event_id=event_id)
        await wfe.settle()
    assert (await wfe.result(handle))["got"] == [1, 2, 3]


async def test_two_waits_of_one_instance_never_share_an_event(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: an instance never consumes the same event twice, in parallel branches neither."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(lambda b: b.wait_for("e", "k", output="a"), lambda b: b.wait_for("e", "k", output="b"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.publish_event("e", "k", 1)
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).data == {"a": 1}
    await wfe.host.publish_event("e", "k", 2)
    assert await wfe.result(handle) == {"a": 1, "b": 2}


async def test_delivery_does_not_wait_for_a_busy_branch(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: delivery does not wait for anything else the target instance is doing."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(lambda b: b.then(rec.gate("busy")), lambda b: b.wait_for("e").then(rec.step("woken")))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.publish_event("e")
    await wfe.settle()
    assert rec.log == ["busy", "woken"]
    rec.open("busy")
    await wfe.result(handle)


async def test_a_timeout_takes_its_branch_or_fails(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, wait_for: on timeout the `on_timeout` branch, else `WaitTimeoutError`, tried once."""
    branch = (
        WorkflowBuilder("branch")
        .wait_for("e", timeout="1d", on_timeout=lambda b: b.then(rec.step("late")))
        .then(rec.step("end"))
        .build()
    )
    await wfe.run(branch, {})
    assert rec.log == ["late", "end"]
    with pytest.raises(WorkflowFailedError, match="step 'e': the event did not come in time") as caught:
        await wfe.run(WorkflowBuilder("fails").wait_for("e", timeout="1d").build(), {})
    assert caught.value.error_type == "WaitTimeoutError"


async def test_a_step_waits_for_an_event_and_runs_again_with_it(wfe: WfeEngine) -> None:
    """Rules 5: `wait_for_event` runs the step again with `ctx.event` and its state."""

    @step
    async def ask(ctx: StepContext[Any]) -> Any:
        if ctx.event is None:
            return ExecutionResult.wait_for_event("answer", ctx.instance_id, state={"asked": True})
        return {"answer": ctx.event, "state": ctx.state}

    handle = await wfe.start(WorkflowBuilder("flow").then(ask).build(), {})
    await wfe.settle()
    await wfe.restart()
    await wfe.host.publish_event("answer", handle.id, 42)
    assert await wfe.result(handle) == {"answer": 42, "state": {"asked": True}}


async def test_a_wait_forgets_nothing_of_what_the_step_kept(wfe: WfeEngine) -> None:
    """Rules 3: a step's own persisted state stays until it is replaced; sleeps and waits keep it."""

    @step
    async def ask(ctx: StepContext[Any]) -> Any:
        if ctx.state is None:
            return ExecutionResult.persist({"asked": 1})
        if ctx.event is None:
            return ExecutionResult.wait_for_event("answer", ctx.instance_id)
        return {"answer": ctx.event, "state": ctx.state}

    handle = await wfe.start(WorkflowBuilder("flow").then(ask).build(), {})
    await wfe.settle()
    await wfe.host.publish_event("answer", handle.id, 42)
    assert await wfe.result(handle) == {"answer": 42, "state": {"asked": 1}}


async def test_an_event_of_the_future_wakes_who_waits_at_its_moment(wfe: WfeEngine) -> None:
    """Decision 4: an event with a future `effective` is delivered then, not at the next sweep."""
    flow = WorkflowBuilder("flow").wait_for("go", output="got").build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    moment = to_datetime(wfe.clock.now() + 500_000)
    await wfe.host.publish_event("go", "", "soon", effective=moment)
    await wfe.advance("499ms")
    assert (await wfe.host.get(handle.id)).status == "runnable"
    await wfe.advance("1ms")
    assert (await wfe.host.get(handle.id)).data == {"got": "soon"}


async def test_an_approval_goes_on_or_fails_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Decision 33: `.approval`; `host.approve(id, step, by=, comment=)` and `reject`."""
    flow = WorkflowBuilder("flow").approval("ship it?", output="verdict").then(rec.step("ship")).build()
    good, bad = await wfe.start(flow, {}), await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.approve(good.id, "approval", by="ada")
    await wfe.host.reject(bad.id, "approval", by="bob", comment="too early")
    assert (await wfe.result(good))["verdict"]["by"] == "ada"
    with pytest.raises(WorkflowFailedError, match="rejected by bob: too early"):
        await wfe.result(bad)
    assert rec.log == ["ship"]


async def test_an_instance_purged_while_another_waits_on_the_same_key(wfe: WfeEngine, rec: Any) -> None:
    """Purging takes what belongs to the one, and nothing of the other."""
    flow = WorkflowBuilder("flow").wait_for("e", "k", output="got").build()
    gone, stays = await wfe.start(flow, {}), await wfe.start(flow, {"n": 1})
    await wfe.settle()
    await gone.cancel()
    await wfe.ended(gone)
    assert await wfe.host.purge(status="cancelled") == 1
    await wfe.host.publish_event("e", "k", 1)
    assert await wfe.result(stays) == {"n": 1, "got": 1}


async def test_events_wait_for_a_suspended_or_failed_instance(wfe: WfeEngine, rec: Any) -> None:
    """Decision 26: events keep arriving while suspended, and while failed until `retry`."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.wait_for("e", "k", output="got"),
            lambda b: b.wait_for("fail").then(rec.fails("bad", 1)),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.suspend()
    await wfe.settle()
    await wfe.host.publish_event("fail")
    await wfe.settle()
    assert rec.log == []
    await handle.resume()
    assert (await wfe.ended(handle)).status == "failed"
    await wfe.host.publish_event("e", "k", 7)
    await wfe.settle()
    await handle.retry()
    assert await wfe.result(handle) == {"got": 7}


@pytest.mark.wfe(event_retention="1h", poll_interval="10m")
async def test_old_events_are_forgotten_after_their_retention(wfe: WfeEngine, rec: Any) -> None:
    """Decision 4: events are kept `event_retention`, and while an inbox row refers to them."""
    begin = to_datetime(wfe.clock.now())
    flow = WorkflowBuilder("flow").wait_for("e", lambda d: d["k"], as_of=begin, output="got").build()
    await wfe.host.publish_event("e", "a", 1)
    await wfe.host.publish_event("e", "b", 2)
    await wfe.advance("59m")
    assert (await wfe.run(flow, {"k": "a"}))["got"] == 1
    await wfe.advance("12m")
    assert (await wfe.run(flow, {"k": "a", "again": True}))["got"] == 1, "an inbox row refers to it"
    handle = await wfe.start(flow, {"k": "b"})
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "runnable"


async def test_an_event_of_the_far_future_outlives_its_retention(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: what takes effect in 60 days is delivered then, also to who came after 45 days."""
    begin = to_datetime(wfe.clock.now())
    effective = to_datetime(wfe.clock.now() + 60 * 86_400_000_000)
    await wfe.host.publish_event("e", "k", 1, effective=effective)
    flow = WorkflowBuilder("flow").wait_for("e", "k", as_of=begin, output="got").build()
    await wfe.advance("45d")
    handle = await wfe.start(flow, {})
    await wfe.advance("14d")
    assert (await wfe.host.get(handle.id)).status == "runnable"
    await wfe.advance("2d")
    assert await wfe.result(handle) == {"got": 1}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_twelve_thousand_waiters_on_one_event(wfe: WfeEngine, rec: Any) -> None:
    """Rules 9: one event wakes them all, one busy instance holds up nobody."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.gate("busy")).only_if(lambda d: d["busy"]),
            lambda b: b.wait_for("e", "k", output="got"),
        )
        .build()
    )
    wfe.register(flow)
    requests = [StartRequest(definition=flow, data={"busy": n == 0}) for n in range(12_000)]
    handles = await wfe.host.start_many(requests)
    await wfe.settle()
    await wfe.host.publish_event("e", "k", 1)
    for _ in range(200):
        await wfe.settle()
        if len(await wfe.host.instances(status="runnable", limit=10)) == 1:
            break
    assert [i.id for i in await wfe.host.instances(status="runnable", limit=10)] == [handles[0].id]
    assert (await wfe.host.get(handles[-1].id)).data["got"] == 1
    rec.open("busy")
    await wfe.result(handles[0])


@pytest.mark.parametrize("in_time", [True, False])
@pytest.mark.parametrize("restart", [False, True], ids=["stays", "restarts"])
async def test_a_timeout_that_strikes_while_suspended_wins_over_a_later_event(
    wfe: WfeEngine, rec: Any, in_time: bool, restart: bool
) -> None:
    """Decision 26: events and timers keep arriving while suspended: the earlier one counts."""
    flow = (
        WorkflowBuilder("flow")
        .wait_for("e", timeout=5, output="e", on_timeout=lambda b: b.then(rec.step("late")))
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.suspend(handle.id)
    await wfe.advance(4 if in_time else 6)
    await wfe.host.publish_event("e", data=1)
    await wfe.advance(4)
    if restart:
        await wfe.restart()
    await wfe.host.resume(handle.id)
    assert (await wfe.ended(handle)).data == ({"e": 1} if in_time else {})
    assert rec.log == (["tail"] if in_time else ["late", "tail"])
