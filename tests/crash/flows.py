"""Scenarios of the crash explorer: sequences, retries, branches, loops, jumps, endings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.crash.effects import Effects
from tests.crash.explorer import INSTANCE, Scenario, asleep, pause, unless_ended
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.policies import RetryPolicy
from wfe_core.steps.context import StepContext
from wfe_core.steps.results import ExecutionResult
from wfe_host.host import WorkflowHost

Definitions = Sequence[WorkflowDefinition[Any]]
QUICK = RetryPolicy(max_attempts=4, interval="1s", jitter=0)


def sequence(e: Effects) -> Definitions:
    """Three steps, one after the other."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .then(e.step("b", {"b": 2}))
        .then(e.step("c", lambda ctx: {"c": ctx.data["a"] + ctx.data["b"]}))
        .build()
    ]


def retry(e: Effects) -> Definitions:
    """A step that fails twice before it works."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .then(e.step("flaky", {"b": 2}, fails=2))
        .retry(QUICK)
        .then(e.step("c", {"c": 3}))
        .build()
    ]


def exhausted(e: Effects) -> Definitions:
    """A step that fails for good."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .then(e.step("never", fails=-1))
        .retry(RetryPolicy(max_attempts=2, interval="1s", jitter=0))
        .then(e.step("c", {"c": 3}))
        .build()
    ]


def choices(e: Effects) -> Definitions:
    """An if, and a decide by the outcome of the step before."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .if_do(lambda d: d["a"] == 1, lambda b: b.then(e.step("yes", {"yes": True})))
        .then(e.step("judge", lambda ctx: ExecutionResult.next(outcome="red")))
        .decide()
        .when("red", lambda b: b.then(e.step("red", {"colour": "red"})))
        .otherwise(lambda b: b.then(e.step("other", {"colour": "?"})))
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def while_loop(e: Effects) -> Definitions:
    """Three iterations, and what follows."""
    return [
        WorkflowBuilder("main")
        .while_do(
            lambda d: d["n"] < 3,
            lambda b: b.then(e.step("more", lambda ctx: {"n": ctx.data["n"] + 1})).then(e.step("look")),
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def in_order(e: Effects) -> Definitions:
    """A loop over items, one after the other, whose outputs are collected."""
    return [
        WorkflowBuilder("main")
        .for_each(
            [3, 1, 2],
            lambda b: b.then(e.step("get", None)).then(e.step("pack", lambda ctx: f"box {ctx.item}")),
            max_parallel=1,
        )
        .collect("boxes")
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def at_once(e: Effects) -> Definitions:
    """A loop over items, two at once."""
    return [
        WorkflowBuilder("main")
        .for_each(
            lambda d: ["x", "y", "z"],
            lambda b: b.then(e.step("pack", lambda ctx: f"{ctx.index}{ctx.item}")),
            max_parallel=2,
        )
        .collect("boxes")
        .build()
    ]


def parallel(e: Effects) -> Definitions:
    """Two branches of different lengths, and what follows."""
    return [
        WorkflowBuilder("main")
        .parallel(
            lambda b: b.then(e.step("l1", {"l1": 1})).then(e.step("l2", {"l2": 2})),
            lambda b: b.then(e.step("r1", {"r1": 1})),
        )
        .then(e.step("tail", lambda ctx: {"sum": ctx.data["l1"] + ctx.data["l2"] + ctx.data["r1"]}))
        .build()
    ]


def dag(e: Effects) -> Definitions:
    """A diamond with a short and a long side."""
    return [
        WorkflowBuilder("main")
        .dag(
            lambda g: (
                g.add("top", lambda b: b.then(e.step("top", {"top": 1})))
                .add("left", lambda b: b.then(e.step("left", {"left": 1})), needs=["top"])
                .add(
                    "right",
                    lambda b: b.then(e.step("right", {"right": 1})).then(e.step("right2")),
                    needs=["top"],
                )
                .add("end", lambda b: b.then(e.step("end", {"end": 1})), needs=["left", "right"])
            )
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def nested(e: Effects) -> Definitions:
    """A loop around an if around a loop, beside a branch."""

    def body(b: Any) -> None:
        b.if_do(
            lambda d, ctx: ctx.item > 1,
            lambda b: b.for_each(
                lambda d, ctx: [ctx.item, ctx.item],
                lambda b: b.then(e.step("inner", lambda ctx: None)),
                max_parallel=1,
            ),
            lambda b: b.then(e.step("small")),
        ).then(e.step("after", lambda ctx: {f"after{ctx.index}": ctx.item}))

    return [
        WorkflowBuilder("main")
        .parallel(
            lambda b: b.for_each([1, 2], body, max_parallel=1),
            lambda b: b.then(e.step("side", {"side": 1})),
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def go_to(e: Effects) -> Definitions:
    """Back to an earlier step until enough was counted."""
    return [
        WorkflowBuilder("main")
        .then(e.step("count", lambda ctx: {"n": ctx.data["n"] + 1}))
        .if_do(lambda d: d["n"] < 3, lambda b: b.then(e.step("back")).go_to("count"))
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def end_workflow(e: Effects) -> Definitions:
    """The end from within a branch, while another one sleeps."""
    return [
        WorkflowBuilder("main")
        .parallel(
            lambda b: b.then(e.step("quick", {"quick": 1})).end_workflow({"ended": True}),
            lambda b: b.delay("10m").then(e.step("late")),
        )
        .then(e.step("tail"))
        .build()
    ]


def persist(e: Effects) -> Definitions:
    """A step that keeps its state three times, and one that sleeps."""

    def pages(ctx: StepContext[Any]) -> Any:
        page = (ctx.state or 0) + 1
        return {"pages": page} if page == 4 else ExecutionResult.persist(page)

    def nap(ctx: StepContext[Any]) -> Any:
        return {"slept": ctx.state} if ctx.state else ExecutionResult.sleep("1m", state="well")

    return [WorkflowBuilder("main").then(e.step("pages", pages)).then(e.step("nap", nap)).build()]


def background(e: Effects) -> Definitions:
    """A branch that recurs until it was enough, one that comes later, and the main line."""
    return [
        WorkflowBuilder("main")
        .recur(
            "10s",
            lambda b: b.then(e.step("tick", lambda ctx: {"ticks": ctx.data["ticks"] + 1})),
            until=lambda d: d["ticks"] == 3,
        )
        .schedule("1m", lambda b: b.then(e.step("later", {"later": 1})))
        .then(e.step("line", {"line": 1}))
        .build()
    ]


def suspended(e: Effects) -> Definitions:
    """Two steps with a pause of the operator's between them."""
    return [
        WorkflowBuilder("main").then(e.step("a", {"a": 1})).delay("20s").then(e.step("b", {"b": 1})).build()
    ]


async def suspend_and_resume(host: WorkflowHost) -> None:
    """Suspend it in its delay, wait until it is, let time pass, and resume it."""
    await asleep(host)
    await unless_ended(host, lambda: host.suspend(INSTANCE))
    while (await host.get(INSTANCE)).status == "runnable":
        await pause(host)
    await pause(host, "40s")
    await unless_ended(host, lambda: host.resume(INSTANCE))
    while (await host.get(INSTANCE)).status == "suspended":
        await pause(host)


def failing_once(e: Effects) -> Definitions:
    """A branch that fails until somebody asks for a retry, beside one that waits and is interrupted."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .parallel(
            lambda b: b.then(e.step("mended", {"b": 1}, fails=1)).retry(RetryPolicy(max_attempts=1)),
            lambda b: b.delay("10s").then(e.step("other", {"other": 1})),
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


async def retry_it(host: WorkflowHost) -> None:
    """Ask for a retry once it has failed."""
    while (await host.get(INSTANCE)).status == "runnable":
        await pause(host)
    await unless_ended(host, lambda: host.retry(INSTANCE))


FLOWS: dict[str, Scenario] = {
    "sequence": Scenario(sequence, 4, {"a": 1, "b": 2, "c": 3}),
    "retry": Scenario(retry, 8, {"a": 1, "b": 2, "c": 3}),
    "exhausted": Scenario(exhausted, 5, {"a": 1}, status="failed", error="RuntimeError"),
    "choices": Scenario(choices, 6, {"a": 1, "yes": True, "colour": "red", "tail": 1}),
    "while": Scenario(while_loop, 8, {"n": 3, "tail": 1}, start={"n": 0}),
    "for_each in order": Scenario(in_order, 9, {"boxes": ["box 3", "box 1", "box 2"], "tail": 1}),
    "for_each at once": Scenario(at_once, 4, {"boxes": ["0x", "1y", "2z"]}),
    "parallel": Scenario(parallel, 4, {"l1": 1, "l2": 2, "r1": 1, "sum": 4}),
    "dag": Scenario(dag, 6, {"top": 1, "left": 1, "right": 1, "end": 1, "tail": 1}),
    "nested": Scenario(nested, 7, {"after0": 1, "after1": 2, "side": 1, "tail": 1}),
    "go_to": Scenario(go_to, 7, {"n": 3, "tail": 1}, start={"n": 0}),
    "end_workflow": Scenario(end_workflow, 2, {"quick": 1, "ended": True}),
    "persist and sleep": Scenario(persist, 8, {"pages": 4, "slept": "well"}, others=1),
    "background": Scenario(background, 11, {"ticks": 3, "later": 1, "line": 1}, others=5, start={"ticks": 0}),
    "suspend and resume": Scenario(suspended, 6, {"a": 1, "b": 1}, others=4, act=suspend_and_resume),
    "fail and retry": Scenario(
        failing_once, 8, {"a": 1, "b": 1, "other": 1, "tail": 1}, others=3, act=retry_it
    ),
}
