"""Guards: which hooks run for which end of the body, and what they see (Language "Hooks")."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import (
    ExecutionResult,
    RetryPolicy,
    StepContext,
    StepError,
    WorkflowBuilder,
    WorkflowFailedError,
    WorkflowSuspendedError,
)
from wfe_host.testing.engine import WfeEngine


def hooks(rec: Any, prefix: str = "") -> dict[str, Any]:
    """All four hooks, each writing down its name, after a prefix."""
    return {name: rec.step(prefix + name) for name in ("on_success", "on_failure", "on_abort", "ensure")}


async def test_a_body_that_completes_is_followed_by_on_success_and_ensure(wfe: WfeEngine, rec: Any) -> None:
    """Success: `on_success`, then `ensure`, then what follows the guard."""
    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.then(rec.step("a")).then(rec.step("b")), **hooks(rec))
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.result(handle)
    assert rec.log == ["a", "b", "on_success", "ensure", "tail"]
    assert dict(await wfe.statuses(handle))["guard"] == "complete"


async def test_hooks_run_once_after_all_attempts(wfe: WfeEngine, rec: Any) -> None:
    """Retries are inside of the guard: a step that works the second time has succeeded."""
    again = RetryPolicy(max_attempts=2, interval=1)
    flow = WorkflowBuilder("flow").guard(rec.fails("a", 1, retry=again), **hooks(rec)).build()
    await wfe.run(flow, {})
    assert rec.log == ["a", "a", "on_success", "ensure"]


async def test_a_body_that_fails_is_followed_by_on_failure_and_ensure(wfe: WfeEngine, rec: Any) -> None:
    """`on_failure` does not turn the failure into success: it goes on outward as it was."""
    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.then(rec.fails("bad")).then(rec.step("never")), **hooks(rec))
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="bad failed"):
        await wfe.result(handle)
    assert rec.log == ["bad", "on_failure", "ensure"]
    instance = await wfe.host.get(handle.id)
    assert instance.error is not None
    assert instance.error.step_key == "guard/bad"


async def test_the_outcome_and_the_output_of_the_body_are_the_guards(wfe: WfeEngine, rec: Any) -> None:
    """Routing after the guard is as if the guard were its body's last step."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.step("a", ExecutionResult.next(outcome="left")), ensure=rec.step("ensure"))
        .decide()
        .when("left", lambda b: b.then(rec.step("left")))
        .for_each([3, 1], lambda b: b.guard(rec.item("p"), ensure=rec.step("ensure")), max_parallel=1)
        .collect("out")
        .build()
    )
    assert (await wfe.run(flow, {}))["out"] == [3, 1]
    assert rec.log == ["a", "ensure", "left", "p:3", "ensure", "p:1", "ensure"]


async def test_a_failing_on_success_fails_the_guard_after_ensure(wfe: WfeEngine, rec: Any) -> None:
    """`ensure` still runs; `on_failure` does not, for the body was well. `retry` runs only the hooks."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.step("a"), **{**hooks(rec), "on_success": rec.fails("on_success", 1)})
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="on_success failed"):
        await wfe.result(handle)
    assert rec.log == ["a", "on_success", "ensure"]
    await handle.retry()
    await wfe.result(handle)
    assert rec.log == ["a", "on_success", "ensure", "on_success", "ensure", "tail"]


async def test_a_failing_ensure_fails_a_guard_whose_body_was_well(wfe: WfeEngine, rec: Any) -> None:
    """The error is the hook's; `retry` runs what failed of `ensure` again, and goes on."""
    flow = (
        WorkflowBuilder("flow")
        .guard(
            rec.step("a"),
            ensure=lambda b: b.then(rec.step("clean")).then(rec.fails("sweep", 1)),
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="sweep failed"):
        await wfe.result(handle)
    await handle.retry()
    await wfe.result(handle)
    assert rec.log == ["a", "clean", "sweep", "sweep", "tail"]


async def test_the_error_of_the_body_stays_first_and_those_of_hooks_are_told(
    wfe: WfeEngine, rec: Any
) -> None:
    """A failing `on_failure` does not keep `ensure` from running, and neither hides the original error."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.fails("bad"), on_failure=rec.fails("report"), ensure=rec.fails("clean"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(
        WorkflowFailedError,
        match="bad failed; its on_failure hook failed too: StepError: report failed; "
        "its ensure hook failed too: StepError: clean failed",
    ):
        await wfe.result(handle)
    assert rec.log == ["bad", "report", "clean"]


async def test_hooks_see_how_the_body_ended(wfe: WfeEngine, rec: Any) -> None:
    """`ctx.guarded` has the status and the error, in steps and in selectors, at any depth of a hook."""
    seen: list[Any] = []

    def look(ctx: StepContext[Any]) -> None:
        assert ctx.guarded is not None
        error = ctx.guarded.error
        seen.append((ctx.guarded.status, error and (error.type, error.message, error.step_key)))

    def outside(ctx: StepContext[Any]) -> None:
        seen.append(ctx.guarded)

    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.then(outside).name("outside"), on_success=lambda b: b.then(look).name("look"))
        .guard(
            rec.fails("bad"),
            ensure=lambda b: b.if_do(
                lambda d, ctx: ctx.guarded is not None and ctx.guarded.status == "failed",
                lambda t: t.then(look).name("look"),
            ),
        )
        .build()
    )
    with pytest.raises(WorkflowFailedError):
        await wfe.run(flow, {})
    assert seen == [None, ("complete", None), ("failed", ("StepError", "bad failed", "guard-2/bad"))]


async def test_hooks_see_the_details_of_the_error(wfe: WfeEngine, rec: Any) -> None:
    """What `StepError(details=...)` was given is stored with it; what has no JSON form hides nothing."""
    seen: list[Any] = []

    def look(ctx: StepContext[Any]) -> None:
        assert ctx.guarded is not None
        assert ctx.guarded.error is not None
        seen.append((ctx.guarded.error.message, dict(ctx.guarded.error.details)))

    def fails(details: dict[str, Any]) -> Any:
        async def body() -> None:
            raise StepError("no", retryable=False, details=details)

        return lambda b: b.then(body).name("body")

    for details in ({"exit_code": 3}, {"odd": object()}):
        flow = WorkflowBuilder(f"flow-{len(seen)}").guard(
            fails(details), on_failure=lambda b: b.then(look).name("look")
        )
        handle = await wfe.start(flow.build(), {})
        instance = await wfe.ended(handle)
        assert instance.error is not None
        assert seen[-1] == ("no", dict(instance.error.details))
    assert seen[0] == ("no", {"exit_code": 3})
    assert list(seen[1][1]) == ["unreadable"]


async def test_a_step_under_continue_is_no_failure(wfe: WfeEngine, rec: Any) -> None:
    """A failure that its own policy lets pass leaves the body well."""
    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.then(rec.fails("bad")).on_error("continue"), **hooks(rec))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["bad", "on_success", "ensure"]


async def test_on_error_of_the_guard_says_what_comes_after_its_failure(wfe: WfeEngine, rec: Any) -> None:
    """`continue` on the guard: the hooks run for the failure, and what follows goes on."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.fails("bad"), **hooks(rec))
        .on_error("continue")
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["bad", "on_failure", "ensure", "tail"]


async def test_a_guard_that_suspends_goes_on_with_its_body(wfe: WfeEngine, rec: Any) -> None:
    """`suspend` on the guard: hooks run, the instance is suspended, `resume` runs the failed step again."""
    flow = (
        WorkflowBuilder("flow")
        .guard(lambda b: b.then(rec.step("a")).then(rec.fails("bad", 1)), **hooks(rec))
        .on_error("suspend")
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowSuspendedError):
        await wfe.result(handle)
    assert rec.log == ["a", "bad", "on_failure", "ensure"]
    await handle.resume()
    await wfe.result(handle)
    assert rec.log[4:] == ["bad", "on_success", "ensure", "tail"]


async def test_a_skipped_guard_runs_no_hook(wfe: WfeEngine, rec: Any) -> None:
    """`only_if` on the guard, or on the only step in it: nothing has begun, so nothing has ended."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.step("a"), **hooks(rec))
        .only_if(lambda d: False)
        .guard(lambda b: b.then(rec.step("a")).only_if(lambda d: False), **hooks(rec))
        .then(rec.step("tail"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["tail"]


async def test_a_failing_container_inside_is_a_failure(wfe: WfeEngine, rec: Any) -> None:
    """What still runs inside is stopped before `on_failure`; the rest is as for a failing step."""
    flow = (
        WorkflowBuilder("flow")
        .guard(
            lambda b: b.parallel(lambda p: p.then(rec.gate("slow")), lambda p: p.then(rec.fails("bad"))),
            **hooks(rec),
        )
        .build()
    )
    with pytest.raises(WorkflowFailedError, match="bad failed"):
        await wfe.run(flow, {})
    assert rec.log == ["slow", "bad", "on_failure", "ensure"]
    assert rec.cancelled == ["slow"]


async def test_a_failing_child_is_a_failure(wfe: WfeEngine, rec: Any) -> None:
    """A sub-workflow that ends failed fails the body."""
    wfe.register(WorkflowBuilder("child").then(rec.fails("bad")).build())
    flow = WorkflowBuilder("flow").guard(lambda b: b.sub_workflow("child"), **hooks(rec)).build()
    with pytest.raises(WorkflowFailedError, match="bad failed"):
        await wfe.run(flow, {})
    assert rec.log == ["bad", "on_failure", "ensure"]


@pytest.mark.parametrize("where", ["step", "container", "guard"])
async def test_a_timeout_inside_or_of_the_guard_is_a_failure(wfe: WfeEngine, rec: Any, where: str) -> None:
    """The guarded step's own timeout, that of a container inside and the guard's own: `on_failure`."""

    def body(b: Any) -> None:
        if where == "container":
            b.if_do(lambda d: True, lambda t: t.then(rec.gate("slow"))).timeout("10s")
        else:
            b.then(rec.gate("slow")).retry(RetryPolicy(max_attempts=1))
        if where == "step":
            b.timeout("10s")

    builder = WorkflowBuilder("flow").guard(body, **hooks(rec))
    if where == "guard":
        builder.timeout("10s")
    with pytest.raises(WorkflowFailedError, match="StepTimeoutError"):
        await wfe.run(builder.build(), {})
    assert rec.log == ["slow", "on_failure", "ensure"]


async def test_an_enclosing_timeout_is_an_abort(wfe: WfeEngine, rec: Any) -> None:
    """The guard did not fail: something around it ended it, before which `on_abort` and `ensure` run."""
    flow = (
        WorkflowBuilder("flow")
        .if_do(lambda d: True, lambda b: b.guard(rec.gate("slow"), **hooks(rec)))
        .timeout("10s")
        .on_error("continue")
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.result(handle)
    assert rec.log == ["slow", "on_abort", "ensure", "tail"]
    assert dict(await wfe.statuses(handle))["if/then/guard"] == "cancelled"


async def test_a_hook_has_its_own_time(wfe: WfeEngine, rec: Any) -> None:
    """`ensure_timeout` bounds `ensure`, by a durable timer; without it the guard's `timeout` is no bound."""
    flow = (
        WorkflowBuilder("flow")
        .guard(rec.step("a"), ensure=rec.gate("clean"), ensure_timeout="1m")
        .timeout("10s")
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("59s")
    assert (await wfe.host.get(handle.id)).status == "runnable"
    with pytest.raises(WorkflowFailedError, match="the ensure hook of step 'guard' took longer"):
        await wfe.result(handle)
    assert rec.cancelled == ["clean"]


async def test_a_hook_may_wait(wfe: WfeEngine, rec: Any) -> None:
    """A hook is an ordinary body: delays and events in it are durable, also across a new host."""
    flow = (
        WorkflowBuilder("flow")
        .guard(
            rec.fails("bad"),
            ensure=lambda b: b.delay("1h").wait_for("go").then(rec.step("clean")),
            ensure_timeout="1d",
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("10m")
    await wfe.restart()
    await wfe.advance("1h")
    await wfe.host.publish_event("go", "")
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["bad", "clean"]


async def test_retry_runs_the_failed_steps_again_and_the_hooks_at_the_new_end(
    wfe: WfeEngine, rec: Any
) -> None:
    """Nothing that completed runs again, hooks run anew; the interrupted branch is continued."""
    flow = (
        WorkflowBuilder("flow")
        .guard(
            lambda b: b.then(rec.step("a")).parallel(
                lambda p: p.then(rec.gate("slow")), lambda p: p.then(rec.fails("bad", 1))
            ),
            **hooks(rec),
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "slow", "bad", "on_failure", "ensure"]
    rec.open("slow")
    await handle.retry()
    await wfe.result(handle)
    assert sorted(rec.log[5:7]) == ["bad", "slow"]
    assert rec.log[7:] == ["on_success", "ensure", "tail"]


async def test_explain_names_the_hook_that_runs(wfe: WfeEngine, rec: Any) -> None:
    """A guard that runs a hook says so, with the time it may take."""
    flow = WorkflowBuilder("flow").guard(rec.step("a"), ensure=rec.gate("clean")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    said = await wfe.host.explain(handle.id)
    reason = next(reason for reason in said.reasons if reason.step_key == "guard")
    assert reason.text == "runs its ensure hook"
    assert reason.until is not None
    rec.open("clean")
    await wfe.result(handle)


async def test_a_cancel_during_the_hooks_of_cancel_when_lets_them_finish(wfe: WfeEngine, rec: Any) -> None:
    """The instance ends before what `proceed` says; the hook that runs goes on to its end all the same."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda p: (
                p.guard(
                    rec.gate("a"),
                    on_abort=lambda b: b.then(rec.gate("undo")).then(rec.step("undone")),
                    ensure=rec.step("ensure"),
                )
                .cancel_when(lambda d: d.get("stop"), proceed=True)
                .then(rec.step("next"))
            ),
            lambda p: p.then(rec.step("stop", {"stop": True})),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    assert rec.log[-1] == "undo"
    await handle.cancel()
    await wfe.settle()
    rec.open("undo")
    assert (await wfe.ended(handle)).status == "cancelled"
    assert rec.log[-3:] == ["undo", "undone", "ensure"]
