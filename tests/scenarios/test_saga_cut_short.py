"""Sagas whose undoing is cut short by the end of something around them (rules 8, decision 19).

The saga around takes over: what was being compensated is compensated again, and what was still to be undone
is undone, each before what had completed earlier.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfe_core import RetryPolicy, WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_host.testing.engine import WfeEngine

Body = Callable[[Any], object]

WRAPPED: dict[str, Callable[[Any, Body], object]] = {
    "itself": lambda s, body: body(s),
    "if": lambda s, body: s.if_do(lambda d: True, body),
    "loop": lambda s, body: s.for_each(["item"], body),
    "saga": lambda s, body: s.saga(body),
    "guard": lambda s, body: s.guard(body, ensure=lambda b: b.delay(0)),
}
"""What has ended, but is still around what is being compensated."""
ENDS = ("cancel", "timeout of the saga", "timeout of the workflow", "failing sibling")
OPEN = {"pending", "running", "sleeping", "waiting", "compensating"}


def inner_saga(rec: Any, wrap: str) -> Body:
    """A saga that fails, and whose second compensation does not end before its gate is opened."""

    def leaves(b: Any) -> None:
        b.then(rec.step("a")).compensate_with(rec.gate("-a"))
        b.then(rec.step("b")).compensate_with(rec.step("-b"))

    def body(s: Any) -> None:
        WRAPPED[wrap](s, leaves)
        s.then(rec.fails("bad"))

    return body


def outer_saga(rec: Any, inner: Body, *, sibling: bool = False) -> Body:
    """A saga around the inner one, in which `o` has completed before."""

    def body(s: Any) -> None:
        s.then(rec.step("o")).compensate_with(rec.step("-o"))
        if sibling:
            s.parallel(lambda b: b.saga(inner), lambda b: b.delay(5).then(rec.fails("sibling")))
        else:
            s.saga(inner)

    return body


def flow_for(how: str, rec: Any, wrap: str) -> WorkflowDefinition[Any]:
    """Nested sagas, the outer of which is ended in one of several ways."""
    timeout = 5 if how == "timeout of the workflow" else None
    body = outer_saga(rec, inner_saga(rec, wrap), sibling=how == "failing sibling")
    builder = WorkflowBuilder("flow", timeout=timeout).saga(body)
    if how == "timeout of the saga":
        builder.timeout(5)
    return builder.build()


@pytest.mark.parametrize("restart", [False, True], ids=["stays", "restarts"])
@pytest.mark.parametrize("wrap", WRAPPED)
@pytest.mark.parametrize("how", ENDS)
async def test_a_compensation_that_is_cut_short_is_run_again(
    wfe: WfeEngine, rec: Any, how: str, wrap: str, restart: bool
) -> None:
    """Rules 8: whatever ends the outer saga while the inner one is undone, all of both is undone."""
    handle = await wfe.start(flow_for(how, rec, wrap), {})
    await wfe.settle()
    assert rec.log == ["o", "a", "b", "bad", "-b", "-a"]
    if restart:
        await wfe.restart()
        await wfe.settle()
    begun = len(rec.log)
    if how == "cancel":
        await wfe.host.cancel(handle.id)
        await wfe.settle()
    else:
        await wfe.advance(5)
    rec.open("-a")
    ended = await wfe.ended(handle)
    assert ended.status == ("cancelled" if how == "cancel" else "failed")
    assert [name for name in rec.log[begun:] if name != "sibling"] == ["-a", "-o"]
    assert rec.log.count("-b") == 1
    left = {status for key, status in await wfe.statuses(handle) if status in OPEN and key != "saga"}
    assert not left


@pytest.mark.parametrize("wrap", WRAPPED)
async def test_a_retry_after_that_runs_the_outer_saga_anew(wfe: WfeEngine, rec: Any, wrap: str) -> None:
    """Decision 18: nothing of the undo that was cut short is left to run beside the new run."""
    handle = await wfe.start(flow_for("timeout of the saga", rec, wrap), {})
    await wfe.advance(5)
    rec.open("-a")
    assert (await wfe.ended(handle)).status == "failed"
    rec.log.clear()
    await wfe.host.retry(handle.id)
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["o", "a", "b", "bad", "-b", "-a", "-o"]


async def test_cancel_when_around_an_undo_leaves_nothing_open(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, cancel_when: what it cancels includes a compensation deep inside; the sequence goes on."""
    inner = inner_saga(rec, "if")

    def body(b: Any) -> None:
        b.if_do(lambda d: True, lambda i: i.saga(inner)).cancel_when(lambda d: d.get("stop"), proceed=True)

    flow = (
        WorkflowBuilder("flow")
        .parallel(body, lambda b: b.delay(5).then(rec.step("set", {"stop": 1})))
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance(5)
    assert (await wfe.ended(handle)).status == "complete"
    assert (rec.log[-2:], rec.cancelled) == (["set", "tail"], ["-a"])
    assert not {status for _, status in await wfe.statuses(handle)} & OPEN


@pytest.mark.parametrize("restart", [False, True], ids=["stays", "restarts"])
@pytest.mark.parametrize("times", [1, 99], ids=["works", "never works"])
async def test_cancel_while_the_inner_sagas_own_compensation_sleeps(
    wfe: WfeEngine, rec: Any, times: int, restart: bool
) -> None:
    """Rules 8: the own compensation of an inner saga is run again for the outer one, which is undone then."""
    undo = rec.fails("undo", times, retry=RetryPolicy(max_attempts=2, interval=10))
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda o: (
                o.then(rec.step("o"))
                .compensate_with(rec.step("-o"))
                .saga(lambda s: s.then(rec.step("a")).then(rec.fails("bad")))
                .compensate_with(undo)
            )
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log == ["o", "a", "bad", "undo"]
    await wfe.host.cancel(handle.id)
    await wfe.settle()
    if restart:
        await wfe.restart()
    ended = await wfe.ended(handle)
    assert rec.log[-1] == "-o"
    assert ended.status == ("cancelled" if times == 1 else "failed")


async def test_the_own_compensation_comes_after_the_leaves_that_are_left(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: a container's own compensation runs when the last of its leaves is undone."""
    flow = (
        WorkflowBuilder("flow")
        .saga(lambda o: o.saga(inner_saga(rec, "if")).compensate_with(rec.step("-inner")))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.cancel(handle.id)
    await wfe.settle()
    rec.open("-a")
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log == ["a", "b", "bad", "-b", "-a", "-a", "-inner"]


async def test_a_compensation_that_had_failed_is_told_of_at_the_end(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: the instance ends failed with the failed compensations listed, whoever ends the undo."""

    def inner(s: Any) -> None:
        s.then(rec.step("a")).compensate_with(rec.gate("-a"))
        s.then(rec.step("b")).compensate_with(rec.fails("-b"))
        s.then(rec.fails("bad"))

    handle = await wfe.start(WorkflowBuilder("flow").saga(outer_saga(rec, inner)).build(), {})
    await wfe.settle()
    assert rec.log[-1] == "-a"
    await wfe.host.cancel(handle.id)
    await wfe.settle()
    rec.open("-a")
    ended = await wfe.ended(handle)
    assert (ended.status, rec.log[-2:]) == ("failed", ["-a", "-o"])
    assert "saga/saga/b: StepError: -b failed" in str(ended.error)


async def test_the_data_of_their_time_is_kept_while_the_outer_saga_is_open(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: a compensation reads what its step knew, also after an inner saga's undo was cut short."""
    seen: list[Any] = []
    count = rec.step("count", lambda ctx: {"n": ctx.data.get("n", 0) + 1})
    uncount = rec.step("-count", lambda ctx: seen.append(ctx.data["n"]))

    def inner(s: Any) -> None:
        s.then(rec.step("x")).compensate_with(rec.step("-x"))

    def body(o: Any) -> None:
        o.for_each([1, 2], lambda b: b.then(count).compensate_with(uncount), max_parallel=1)
        o.saga(inner).compensate_with(rec.gate("-inner"))
        o.then(rec.fails("bad"))

    flow = WorkflowBuilder("flow").saga(lambda s: s.saga(body)).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log[-1] == "-inner"
    await wfe.host.cancel(handle.id)
    await wfe.settle()
    rec.open("-inner")
    assert (await wfe.ended(handle)).status == "cancelled"
    assert seen == [2, 1]


async def test_two_sagas_that_fail_in_one_round_leave_no_read_behind(wfe: WfeEngine, rec: Any) -> None:
    """Promise 7: a page of an undo that is asked for a saga which ends in the same round does no harm."""
    later = RetryPolicy(max_attempts=2, interval=1, jitter=0)

    def inner(b: Any) -> None:
        b.saga(lambda s: s.then(rec.fails("inner", retry=later)))

    def late(b: Any) -> None:
        b.if_do(lambda d: True, lambda c: c.then(rec.fails("late", retry=later)))

    def beside(b: Any) -> None:
        b.if_do(lambda d: True, late)

    flow = (
        WorkflowBuilder("flow")
        .saga(lambda o: o.parallel(inner, beside), on_error="continue")
        .wait_for("go")
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance(2)
    assert "waiting" in dict(await wfe.statuses(handle)).values()
    assert not wfe.host.runtime.actors
    await wfe.host.publish_event("go")
    assert (await wfe.ended(handle)).status == "complete"
