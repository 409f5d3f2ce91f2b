"""Failures that are held back: containers with `fail_fast=False` (language: `fail_fast`)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import StepError, WorkflowBuilder, WorkflowFailedError, step
from wfe_host.testing.engine import WfeEngine


async def _fails(wfe: WfeEngine, handle: Any) -> WorkflowFailedError:
    with pytest.raises(WorkflowFailedError) as caught:
        await wfe.result(handle)
    return caught.value


async def test_branches_beside_a_failed_one_go_on_to_their_end(wfe: WfeEngine, rec: Any) -> None:
    """Language, fail_fast: the failure is held back until all branches have ended, then it is the error."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.fails("bad")).then(rec.step("never")),
            lambda b: b.then(rec.gate("slow")).then(rec.step("slow2", {"x": 1})),
            lambda b: b.delay("1h").then(rec.step("late", {"y": 2})),
            fail_fast=False,
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "runnable"
    rec.open("slow")
    error = await _fails(wfe, handle)
    assert (rec.log, rec.cancelled) == (["bad", "slow", "slow2", "late"], [])
    assert (error.error_type, error.step_key) == ("StepError", "parallel/bad")
    assert (await wfe.host.get(handle.id)).data == {"x": 1, "y": 2}


async def test_all_failures_are_told_in_the_order_of_the_branches(wfe: WfeEngine, rec: Any) -> None:
    """Language, fail_fast: several failures are one error that names each."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.delay("1s").then(rec.fails("a")),
            lambda b: b.then(rec.step("fine")),
            lambda b: b.then(rec.fails("c")),
            fail_fast=False,
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    error = await _fails(wfe, handle)
    assert error.error_type == "BranchesFailedError"
    assert "2 of 3 branches failed: 'parallel/a': a failed; 'parallel/c': c failed" in str(error)
    found = await wfe.host.get(handle.id)
    assert found.error is not None
    assert [each["step_key"] for each in found.error.details["errors"]] == ["parallel/a", "parallel/c"]


async def test_failed_items_take_no_place_among_those_that_run(wfe: WfeEngine, rec: Any) -> None:
    """Language, fail_fast with max_parallel: a loop reaches all items however many of them fail."""

    @step(name="odd", retry=None)
    async def odd(item: int) -> None:
        rec.log.append(item)
        if item % 2:
            raise StepError(f"{item} is odd", retryable=False)

    flow = (
        WorkflowBuilder("flow")
        .for_each(range(30), lambda b: b.then(odd), max_parallel=2, fail_fast=False)
        .build()
    )
    error = await _fails(wfe, await wfe.start(flow, {}))
    assert sorted(rec.log) == list(range(30))
    assert "15 of 30 branches failed" in str(error)
    assert str(error).count(" is odd") == 10
    assert "and 5 more" in str(error)


async def test_what_needs_a_failed_node_never_begins(wfe: WfeEngine, rec: Any) -> None:
    """Language, fail_fast in a dag: all that does not need the failed node runs; a retry does the rest."""
    flow = (
        WorkflowBuilder("flow")
        .dag(
            lambda g: (
                g.add("bad", rec.fails("bad", 1))
                .add("after", rec.step("after"), needs=["bad"])
                .add("free", rec.step("free"))
                .add("free2", rec.step("free2"), needs=["free"])
            ),
            fail_fast=False,
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await _fails(wfe, handle)
    assert rec.log == ["bad", "free", "free2"]
    await wfe.host.retry(handle.id)
    await wfe.result(handle)
    assert rec.log == ["bad", "free", "free2", "bad", "after", "tail"]


async def test_a_retry_runs_only_the_failed_branches(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7.4: `retry` continues the failed branches, however deep in them, and nothing that completed."""
    flow = (
        WorkflowBuilder("flow")
        .for_each(
            [0, 1, 2],
            lambda b: b.then(rec.item("before")).if_do(
                lambda d, ctx: ctx.item > 0,
                lambda t: t.parallel(
                    lambda x: x.then(rec.fails("bad", 2)),
                    lambda x: x.wait_for("never").then(rec.step("woken")),
                ),
            ),
            fail_fast=False,
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    error = await _fails(wfe, handle)
    assert "2 of 3 branches failed" in str(error)
    rec.log.clear()
    await wfe.host.retry(handle.id)
    await wfe.settle()
    assert rec.log == ["bad", "bad"]
    for _ in range(2):
        await wfe.host.publish_event("never", "", None)
    await wfe.result(handle)
    assert rec.log == ["bad", "bad", "woken", "woken", "tail"]


async def test_what_else_is_open_in_a_failed_branch_stands_still(wfe: WfeEngine, rec: Any) -> None:
    """Language, fail_fast: inside a branch it fails fast; timers, events and results wait for the retry."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.parallel(
                lambda x: x.then(rec.fails("bad", 1)),
                lambda x: x.then(rec.gate("gate")),
                lambda x: x.delay("1m").then(rec.step("woken")),
            ).timeout("2m"),
            lambda b: b.then(rec.gate("slow")),
            fail_fast=False,
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.cancelled == ["gate"]
    await wfe.advance("1h")
    assert sorted(rec.log) == ["bad", "gate", "slow"]
    rec.open("slow")
    error = await _fails(wfe, handle)
    assert str(error.step_key).endswith("bad")
    rec.log.clear()
    rec.open("gate")
    await wfe.host.retry(handle.id)
    await wfe.result(handle)
    assert sorted(rec.log) == ["bad", "gate", "woken"]


async def test_a_saga_is_undone_after_all_branches(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8.1: the failure reaches the saga when it is told, so siblings end before the undo."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("first"))
                .compensate_with(rec.step("-first"))
                .parallel(
                    lambda b: b.then(rec.fails("bad")).compensate_with(rec.step("-bad")),
                    lambda b: b.delay("1h").then(rec.step("slow")).compensate_with(rec.step("-slow")),
                    fail_fast=False,
                )
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["first", "bad", "slow", "-bad", "-slow", "-first", "tail"]


async def test_a_saga_inside_a_branch_is_undone_at_once(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8.2: the innermost takes the failure first; what remains of it is held back."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.saga(
                lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.fails("bad", 1))
            ),
            lambda b: b.delay("1h").then(rec.step("slow")),
            fail_fast=False,
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await _fails(wfe, handle)
    assert rec.log == ["a", "bad", "-a", "slow"]
    await wfe.host.retry(handle.id)
    await wfe.result(handle)
    assert rec.log == ["a", "bad", "-a", "slow", "a", "bad"]


async def test_guards_in_a_failed_branch_run_their_hooks_at_once(wfe: WfeEngine, rec: Any) -> None:
    """Rules of guards: what ends with the branch runs its hooks then, and the branches beside go on."""
    flow = (
        WorkflowBuilder("flow")
        .guard(
            lambda o: o.parallel(
                lambda b: b.parallel(
                    lambda x: x.then(rec.fails("bad")),
                    lambda x: x.guard(
                        lambda g: g.wait_for("never"),
                        ensure=lambda h: h.delay("1m").then(rec.step("inner")),
                    ),
                ),
                lambda b: b.delay("1h").then(rec.step("slow")),
                fail_fast=False,
            ),
            on_failure=lambda h: h.then(rec.step("outer")),
        )
        .build()
    )
    error = await _fails(wfe, await wfe.start(flow, {}))
    assert rec.log == ["bad", "inner", "slow", "outer"]
    assert error.error_type == "StepError"


async def test_a_hook_in_a_failed_branch_keeps_the_container_open(wfe: WfeEngine, rec: Any) -> None:
    """Rules of guards: the container does not fail before the hooks inside it have run."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.parallel(
                lambda x: x.then(rec.fails("bad")),
                lambda x: x.guard(
                    lambda g: g.wait_for("never"), ensure=lambda h: h.delay("1m").then(rec.step("inner"))
                ),
            ),
            lambda b: b.then(rec.step("quick")),
            fail_fast=False,
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "runnable"
    await _fails(wfe, handle)
    assert sorted(rec.log[:2]) == ["bad", "quick"]
    assert rec.log[2:] == ["inner"]


async def test_containers_that_hold_back_can_be_nested(wfe: WfeEngine, rec: Any) -> None:
    """Language, fail_fast: an inner container ends first; its error is one of the outer one's."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.parallel(
                lambda x: x.then(rec.fails("a", 1)),
                lambda x: x.delay("1m").then(rec.fails("b", 1)),
                fail_fast=False,
            ).name("inner"),
            lambda b: b.delay("1h").then(rec.step("slow")),
            fail_fast=False,
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    error = await _fails(wfe, handle)
    assert (rec.log, error.error_type) == (["a", "b", "slow"], "BranchesFailedError")
    await wfe.host.retry(handle.id)
    await wfe.result(handle)
    assert rec.log == ["a", "b", "slow", "a", "b", "tail"]


async def test_a_host_that_takes_over_knows_what_is_held_back(wfe: WfeEngine, rec: Any) -> None:
    """Rules 4.3: a crash changes nothing of what is held back, nor of what stands still."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.parallel(
                lambda x: x.then(rec.fails("bad")), lambda x: x.delay("1s").then(rec.step("never"))
            ),
            lambda b: b.delay("1h").then(rec.step("slow")),
            fail_fast=False,
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.restart()
    await wfe.advance("1m")
    explained = str(await wfe.host.explain(handle.id))
    assert "held back" in explained
    error = await _fails(wfe, handle)
    assert rec.log == ["bad", "slow"]
    assert str(error.step_key).endswith("bad")


async def test_a_resume_leaves_failed_branches_as_they_are(wfe: WfeEngine, rec: Any) -> None:
    """Rules 10.1: `resume` continues what was suspended; only `retry` runs what failed again."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.then(rec.fails("bad")), lambda b: b.delay("1h").then(rec.step("s")), fail_fast=False
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.suspend(handle.id)
    await wfe.settle()
    await wfe.host.resume(handle.id)
    await _fails(wfe, handle)
    assert rec.log == ["bad", "s"]


async def test_a_cancelled_container_forgets_what_it_held_back(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, cancel_when: what is cancelled does not fail any more."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: (
                b.parallel(
                    lambda x: x.then(rec.fails("bad")),
                    lambda x: x.delay("1s").then(rec.step("stop", {"stop": True})),
                    lambda x: x.wait_for("never"),
                    fail_fast=False,
                )
                .name("inner")
                .cancel_when(lambda d: d.get("stop"), proceed=True)
                .then(rec.step("on"))
            ),
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["bad", "stop", "on"]
