"""Guards that something around them ends: hooks first, innermost first, then that end (decision 36)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import RetryPolicy, WorkflowBuilder, WorkflowFailedError
from wfe_host.testing.engine import WfeEngine


def hooks(rec: Any, prefix: str = "") -> dict[str, Any]:
    """All four hooks, each writing down its name, after a prefix."""
    return {name: rec.step(prefix + name) for name in ("on_success", "on_failure", "on_abort", "ensure")}


async def test_cancel_runs_on_abort_and_ensure_before_the_end(wfe: WfeEngine, rec: Any) -> None:
    """The instance is reported cancelled when the hooks have run; the step has stopped before them."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.gate("a"), **{**hooks(rec), "ensure": rec.gate("ensure")})
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "runnable"
    rec.open("ensure")
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log == ["a", "on_abort", "ensure"]
    assert rec.cancelled == ["a"]
    assert dict(await wfe.statuses(handle))["guard"] == "cancelled"


async def test_terminate_runs_no_hook(wfe: WfeEngine, rec: Any) -> None:
    """`terminate` ends at once, also while a hook runs."""
    flow = WorkflowBuilder("flow").guard(rec.gate("a"), **hooks(rec)).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.terminate()
    assert (await wfe.ended(handle)).status == "terminated"
    late = WorkflowBuilder("late").guard(rec.step("b"), ensure=rec.gate("clean")).build()
    handle = await wfe.start(late, {})
    await wfe.settle()
    await handle.terminate()
    assert (await wfe.ended(handle)).status == "terminated"
    assert rec.log == ["a", "b", "clean"]


async def test_the_stop_of_a_host_runs_no_hook(wfe: WfeEngine, rec: Any) -> None:
    """Decision 36: an interrupt is no cancel. The body goes on with the next host; hooks come at its end."""
    flow = WorkflowBuilder("flow").guard(rec.gate("a"), **hooks(rec)).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    host = wfe.hosts.pop()
    host.runtime.interrupt_now()
    await host.stop()
    assert rec.log == ["a"]
    rec.open("a")
    await wfe.add_host()
    await wfe.result(handle)
    assert rec.log == ["a", "a", "on_success", "ensure"]


async def test_the_stop_of_a_host_in_a_hook_leaves_the_hook_to_the_next(wfe: WfeEngine, rec: Any) -> None:
    """What ended the guard is durable: the next host runs what is left of the hooks, each once."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.gate("a"), on_abort=rec.step("on_abort"), ensure=rec.gate("ensure"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    await wfe.settle()
    host = wfe.hosts.pop()
    host.runtime.interrupt_now()
    await host.stop()
    rec.open("ensure")
    await wfe.add_host()
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log == ["a", "on_abort", "ensure", "ensure"]


async def test_nested_guards_unwind_from_the_inside_to_the_outside(wfe: WfeEngine, rec: Any) -> None:
    """The outer guard's hooks begin when the inner one's have ended, on failure as on cancel."""

    def flow(id: str, last: Any) -> Any:
        return (
            WorkflowBuilder(id)
            .guard(lambda b: b.guard(last, **hooks(rec, "inner ")), **hooks(rec, "outer "))
            .build()
        )

    with pytest.raises(WorkflowFailedError, match="bad failed"):
        await wfe.run(flow("failing", rec.fails("bad")), {})
    assert rec.log == ["bad", "inner on_failure", "inner ensure", "outer on_failure", "outer ensure"]
    rec.log.clear()
    handle = await wfe.start(flow("cancelled", rec.gate("a")), {})
    await wfe.settle()
    await handle.cancel()
    await wfe.ended(handle)
    assert rec.log == ["a", "inner on_abort", "inner ensure", "outer on_abort", "outer ensure"]


async def test_guards_in_parallel_branches_unwind_at_the_same_time(wfe: WfeEngine, rec: Any) -> None:
    """Neither waits for the other's hooks; the guard around them waits for both."""

    def branch(name: str) -> Any:
        return lambda p: p.guard(rec.gate(name), ensure=rec.gate(f"ensure {name}"))

    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.parallel(branch("a"), branch("b")), ensure=rec.step("outer"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    await wfe.settle()
    assert sorted(rec.log) == ["a", "b", "ensure a", "ensure b"]
    rec.open("ensure b")
    await wfe.settle()
    assert "outer" not in rec.log
    rec.open("ensure a")
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log[-1] == "outer"


async def test_a_guard_that_is_interrupted_by_a_failure_elsewhere_runs_on_abort(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 18: before the instance is reported failed; `retry` continues the body, hooks come anew."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda p: p.guard(lambda b: b.then(rec.step("a")).then(rec.gate("slow")), **hooks(rec)),
            lambda p: p.delay("1s").then(rec.fails("bad", 1)),
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log[-2:] == ["on_abort", "ensure"]
    rec.log.clear()
    rec.open("slow")
    await handle.retry()
    await wfe.result(handle)
    assert sorted(rec.log[:2]) == ["bad", "slow"]
    assert rec.log[2:] == ["on_success", "ensure", "tail"]


async def test_what_waits_in_an_interrupted_guard_stands_still_meanwhile(wfe: WfeEngine, rec: Any) -> None:
    """Events, timers and children of the body wait until `retry`; nothing of them is lost."""
    wfe.register(WorkflowBuilder("child").wait_for("child").build())
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda p: p.guard(
                lambda b: b.parallel(
                    lambda q: q.wait_for("go").then(rec.step("event")),
                    lambda q: q.delay("1m").then(rec.step("timer")),
                    lambda q: q.sub_workflow("child").then(rec.step("child")),
                ),
                on_abort=rec.gate("on_abort"),
                on_success=rec.step("on_success"),
            ),
            lambda p: p.then(rec.fails("bad", 1)),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.publish_event("go", "")
    await wfe.host.publish_event("child", "")
    await wfe.advance("2m")
    assert rec.log == ["bad", "on_abort"]
    rec.open("on_abort")
    assert (await wfe.ended(handle)).status == "failed"
    await handle.retry()
    await wfe.result(handle)
    assert sorted(rec.log[2:]) == ["bad", "child", "event", "on_success", "timer"]
    assert rec.log[-1] == "on_success"


async def test_cancel_when_runs_the_hooks_and_then_goes_on(wfe: WfeEngine, rec: Any) -> None:
    """The condition of the guard itself: the hooks come before what `proceed` says."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda p: (
                p.guard(rec.gate("a"), **hooks(rec))
                .cancel_when(lambda d: d.get("stop"), proceed=True)
                .then(rec.step("next"))
            ),
            lambda p: p.then(rec.step("stop", {"stop": True})),
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log[-3:] == ["on_abort", "ensure", "next"]


async def test_a_jump_out_of_a_guard_is_an_abort(wfe: WfeEngine, rec: Any) -> None:
    """`go_to` leaves the guard when its hooks have run; `end_workflow` likewise."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("top", lambda ctx: {"n": ctx.data["n"] + 1}))
        .guard(
            lambda b: b.if_do(lambda d: d["n"] < 2, lambda t: t.go_to("top"), lambda t: t.end_workflow()),
            **hooks(rec),
        )
        .then(rec.step("never"))
        .build()
    )
    handle = await wfe.start(flow, {"n": 0})
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["top", "on_abort", "ensure", "top", "on_abort", "ensure"]


async def test_a_sagas_undo_begins_after_the_hooks_inside_it(wfe: WfeEngine, rec: Any) -> None:
    """A failing sibling stops the guard: hooks, then compensations, those of hook steps among them."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: s.parallel(
                lambda p: p.guard(
                    lambda b: b.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.gate("slow")),
                    on_abort=rec.step("on_abort"),
                    ensure=lambda b: b.then(rec.step("clean")).compensate_with(rec.step("-clean")),
                ),
                lambda p: p.delay("1s").then(rec.fails("bad")).compensate_with(rec.step("-bad")),
            )
        )
        .build()
    )
    with pytest.raises(WorkflowFailedError, match="bad failed"):
        await wfe.run(flow, {})
    assert sorted(rec.log[:3]) == ["a", "bad", "slow"]
    assert rec.log[3:] == ["on_abort", "clean", "-bad", "-clean", "-a"]


async def test_a_failure_in_a_guard_goes_on_to_the_saga_around_it(wfe: WfeEngine, rec: Any) -> None:
    """The hooks run first; then the saga undoes the failing step first and the body's steps in reverse."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("z"))
                .compensate_with(rec.step("-z"))
                .guard(
                    lambda b: (
                        b.then(rec.step("a"))
                        .compensate_with(rec.step("-a"))
                        .then(rec.fails("bad"))
                        .compensate_with(rec.step("-bad"))
                    ),
                    **hooks(rec),
                )
                .compensate_with(rec.step("-guard"))
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["z", "a", "bad", "on_failure", "ensure", "-bad", "-a", "-guard", "-z", "tail"]


async def test_a_saga_in_a_guard_is_undone_before_the_hooks(wfe: WfeEngine, rec: Any) -> None:
    """Innermost first: on its failure as on `cancel`, where guards and sagas alternate."""

    def flow(id: str, last: Any) -> Any:
        return (
            WorkflowBuilder(id)
            .guard(
                lambda g: g.saga(
                    lambda s: (
                        s.then(rec.step("a"))
                        .compensate_with(rec.step("-a"))
                        .guard(last, ensure=rec.step("inner"))
                    )
                ),
                **hooks(rec),
            )
            .build()
        )

    with pytest.raises(WorkflowFailedError, match="bad failed"):
        await wfe.run(flow("failing", rec.fails("bad")), {})
    assert rec.log == ["a", "bad", "inner", "-a", "on_failure", "ensure"]
    rec.log.clear()
    handle = await wfe.start(flow("cancelled", rec.gate("slow")), {})
    await wfe.settle()
    await handle.cancel()
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log == ["a", "slow", "inner", "-a", "on_abort", "ensure"]


async def test_a_guard_in_a_compensation_guards_the_compensation(wfe: WfeEngine, rec: Any) -> None:
    """Its hooks run for the compensation's failure, which is told; the other compensations still run."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.step("b"))
                .compensate_with(lambda u: u.guard(rec.fails("-b"), **hooks(rec)))
                .then(rec.fails("bad"))
            )
        )
        .build()
    )
    with pytest.raises(WorkflowFailedError, match=r"compensations that failed: .*-b failed"):
        await wfe.run(flow, {})
    assert rec.log == ["a", "b", "bad", "-b", "on_failure", "ensure", "-a"]


async def test_an_abort_stops_on_success_and_on_failure(wfe: WfeEngine, rec: Any) -> None:
    """`cancel` while one of these runs: it is stopped, `on_abort` and `ensure` run. `ensure` goes on."""

    def flow(id: str, first: Any, **given: Any) -> Any:
        return WorkflowBuilder(id).guard(first, **{**hooks(rec), **given}).build()

    ends = [
        (
            flow("well", rec.step("a"), on_success=rec.gate("well")),
            "well",
            ["a", "well", "on_abort", "ensure"],
        ),
        (flow("ill", rec.fails("b"), on_failure=rec.gate("ill")), "ill", ["b", "ill", "on_abort", "ensure"]),
        (flow("late", rec.step("c"), ensure=rec.gate("late")), "late", ["c", "on_success", "late"]),
    ]
    for definition, gate, log in ends:
        rec.log.clear()
        handle = await wfe.start(definition, {})
        await wfe.settle()
        await handle.cancel()
        await wfe.settle()
        rec.open(gate)
        assert (await wfe.ended(handle)).status == "cancelled"
        assert rec.log == log


async def test_a_cancelled_parent_tells_its_child_and_does_not_wait_for_it(wfe: WfeEngine, rec: Any) -> None:
    """Decision 25: the cancel reaches the child, which unwinds by itself; the parent's end may come first."""
    child = (
        WorkflowBuilder("child")
        .guard(
            lambda b: b.saga(
                lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).then(rec.gate("slow"))
            ),
            ensure=rec.gate("child ensure"),
        )
        .build()
    )
    wfe.register(child)
    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.sub_workflow("child"), ensure=rec.step("parent ensure"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    assert (await wfe.ended(handle)).status == "cancelled"
    inner = f"{handle.id}/2/1"
    assert (await wfe.host.get(inner)).status == "runnable"
    assert [name for name in rec.log if name != "parent ensure"] == ["a", "slow", "-a", "child ensure"]
    rec.open("child ensure")
    await wfe.settle()
    assert (await wfe.host.get(inner)).status == "cancelled"


async def test_suspend_holds_the_hooks_until_resume(wfe: WfeEngine, rec: Any) -> None:
    """No hook begins while the instance is suspended, and resuming does not touch the failed body."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.fails("bad"), on_failure=rec.gate("on_failure"), ensure=rec.step("ensure"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.suspend()
    await wfe.settle()
    rec.open("on_failure")
    await wfe.settle()
    assert rec.log == ["bad", "on_failure"]
    await handle.resume()
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["bad", "on_failure", "ensure"]


async def test_a_failing_hook_of_an_abort_is_kept_on_the_guard(wfe: WfeEngine, rec: Any) -> None:
    """It changes nothing of what ended the guard; the next hook runs, and the pointer has the error."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.gate("a"), on_abort=rec.fails("on_abort"), ensure=rec.step("ensure"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await handle.cancel()
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log == ["a", "on_abort", "ensure"]
    error = (await wfe.pointers(handle, "guard"))[0].error
    assert error is not None
    assert error.message == "on_abort failed"


async def test_a_recurring_branch_closes_its_guards_at_the_end_of_the_main_line(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 24: it is cancelled then, so `on_abort` and `ensure` run before the instance is complete."""
    flow = (
        WorkflowBuilder("flow")
        .recur("10s", lambda b: b.guard(rec.gate("tick"), **hooks(rec)))
        .delay("15s")
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "complete"
    assert rec.log == ["tick", "on_abort", "ensure"]


@pytest.mark.parametrize("restart", [False, True], ids=["stays", "restarts"])
async def test_the_compensation_of_a_guard_that_failed_goes_on_after_its_retry(
    wfe: WfeEngine, rec: Any, restart: bool
) -> None:
    """Rules 8: a guard that has closed and is undone now is open again: a crash does not shut it."""
    flow = (
        WorkflowBuilder("flow")
        .guard(
            lambda b: b.then(rec.step("a")).then(rec.fails("bad")),
            ensure=lambda b: b.then(rec.step("ensure")),
        )
        .compensate_with(rec.fails("undo", 1, retry=RetryPolicy(max_attempts=2, interval=60)))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    if restart:
        await wfe.restart()
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "bad", "ensure", "undo", "undo"]


@pytest.mark.parametrize("restart", [False, True], ids=["stays", "restarts"])
async def test_the_compensation_of_a_branch_that_was_held_back_goes_on_after_its_retry(
    wfe: WfeEngine, rec: Any, restart: bool
) -> None:
    """Rules 8: what was shut because its failure was held back is not shut while it is undone."""

    def branch(b: Any) -> None:
        b.if_do(lambda d: True, lambda i: i.then(rec.step("a")).then(rec.fails("bad")))
        b.compensate_with(rec.fails("undo", 1, retry=RetryPolicy(max_attempts=2, interval=60)))

    flow = (
        WorkflowBuilder("flow")
        .saga(lambda s: s.parallel(branch, lambda b: b.delay(1), fail_fast=False))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance(1)
    assert rec.log[-1] == "undo"
    if restart:
        await wfe.restart()
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "bad", "undo", "undo"]
