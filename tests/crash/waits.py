"""Scenarios of the crash explorer: events, timers, workers outside, workflows inside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.crash.effects import Effects
from tests.crash.explorer import INSTANCE, Scenario, again, asleep, pause
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import ActivityTokenError
from wfe_core.policies import NO_RETRY
from wfe_core.steps.context import StepContext
from wfe_core.steps.results import ExecutionResult
from wfe_host.host import WorkflowHost

Definitions = Sequence[WorkflowDefinition[Any]]


def event(e: Effects) -> Definitions:
    """A step, a wait, a step."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .wait_for("paid", "o-1", output=lambda event, d: {"by": event["by"]})
        .then(e.step("b", {"b": 1}))
        .build()
    ]


async def publish_late(host: WorkflowHost) -> None:
    """Publish the event when somebody waits for it; again, after a crash, under the same id."""
    await pause(host, "1m")
    await again(host, lambda: host.publish_event("paid", "o-1", {"by": "card"}, event_id="e-1"))


def early_event(e: Effects) -> Definitions:
    """A wait for what has happened long since."""
    return [
        WorkflowBuilder("main")
        .delay("2s")
        .wait_for("paid", "o-1", output=lambda event, d: {"by": event["by"]})
        .then(e.step("b", {"b": 1}))
        .build()
    ]


async def publish_early(host: WorkflowHost) -> None:
    """Publish the event before anybody waits for it."""
    await asleep(host)
    await again(host, lambda: host.publish_event("paid", "o-1", {"by": "card"}, event_id="e-1"))


def two_events(e: Effects) -> Definitions:
    """A step that waits twice for the same event, and a loop of waits."""

    def gather(ctx: StepContext[Any]) -> Any:
        got = [*(ctx.state or []), *([] if ctx.event is None else [ctx.event])]
        return {"got": got} if len(got) == 2 else ExecutionResult.wait_for_event("tick", state=got)

    return [
        WorkflowBuilder("main")
        .delay("2s")
        .then(e.step("gather", gather))
        .while_do(
            lambda d: d["n"] < 2,
            lambda b: b.wait_for("tick", output=lambda event, d: {"last": event, "n": d["n"] + 1}).then(
                e.step("note", lambda ctx: {f"note{ctx.data['n']}": ctx.data["last"]})
            ),
        )
        .build()
    ]


async def publish_four(host: WorkflowHost) -> None:
    """Publish four events, two before and two later."""
    await asleep(host)
    for number in (1, 2):
        await again(host, partial(host.publish_event, "tick", "", number, event_id=f"e-{number}"))
    await pause(host, "1m")
    for number in (3, 4):
        await again(host, partial(host.publish_event, "tick", "", number, event_id=f"e-{number}"))
        await pause(host, "1m")


def timeout(e: Effects) -> Definitions:
    """A wait whose time runs out."""
    return [
        WorkflowBuilder("main")
        .wait_for("paid", timeout="1m", on_timeout=lambda b: b.then(e.step("remind", {"reminded": True})))
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def delay(e: Effects) -> Definitions:
    """A delay that keeps the lease, and one that gives it back."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .delay("2s")
        .then(e.step("b", {"b": 1}))
        .delay("2m")
        .then(e.step("c", {"c": 1}))
        .build()
    ]


def child(e: Effects) -> Definitions:
    """A workflow in a workflow."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .sub_workflow("child", lambda d: {"n": d["a"]}, output=lambda result, d: {"child": result["m"]})
        .then(e.step("b", {"b": 1}))
        .build(),
        WorkflowBuilder("child")
        .then(e.step("inner", lambda ctx: {"m": ctx.data["n"] + 1}))
        .delay("1m")
        .then(e.step("inner2"))
        .build(),
    ]


def failing_child(e: Effects) -> Definitions:
    """A saga with a workflow in it that fails."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a", {"a": 0})))
                .sub_workflow("child", {})
            ),
            on_error="continue",
        )
        .then(e.step("tail", {"tail": 1}))
        .build(),
        WorkflowBuilder("child").then(e.step("boom", fails=-1)).retry(NO_RETRY).build(),
    ]


def activity(e: Effects) -> Definitions:
    """Work that somebody outside does."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .activity("paint", lambda d: {"colour": "red"}, output="painted")
        .then(e.step("b", {"b": 1}))
        .build()
    ]


async def work(host: WorkflowHost) -> None:
    """Be the worker outside until there is no more to do."""
    while not (await host.get(INSTANCE)).status.terminal:
        lease = await again(host, lambda: host.claim_activity("paint", worker="w", lease="30s"))
        if lease is None:
            await pause(host, "1s")
            continue
        try:
            await again(host, partial(lease.complete, lease.input["colour"].upper()))
        except ActivityTokenError:
            continue


def approval(e: Effects) -> Definitions:
    """A step that waits for a person."""
    return [WorkflowBuilder("main").approval("may it run?").name("gate").then(e.step("b", {"b": 1})).build()]


async def approve(host: WorkflowHost) -> None:
    """Approve it when it asks; nobody minds a second approval."""
    while not (await host.get(INSTANCE)).status.terminal:
        waiting = [p.step_key for p in await host.pointers(INSTANCE) if p.status == "waiting"]
        if waiting:
            await again(host, lambda: host.approve(INSTANCE, "gate", by="ann"))
            await pause(host, "10s")
        await pause(host)


WAITS: dict[str, Scenario] = {
    "event": Scenario(event, 4, {"a": 1, "by": "card", "b": 1}, others=2, act=publish_late),
    "early event": Scenario(early_event, 4, {"by": "card", "b": 1}, others=1, act=publish_early),
    "two events": Scenario(
        two_events,
        10,
        {"got": [1, 2], "n": 2, "last": 4, "note1": 3, "note2": 4},
        others=6,
        act=publish_four,
        start={"n": 0},
    ),
    "timeout of a wait": Scenario(timeout, 4, {"reminded": True, "tail": 1}, others=1),
    "delay": Scenario(delay, 6, {"a": 1, "b": 1, "c": 1}, others=1),
    "sub-workflow": Scenario(child, 7, {"a": 1, "child": 2, "b": 1}, others=2),
    "sub-workflow in a saga": Scenario(failing_child, 7, {"a": 0, "tail": 1}, others=1, undone=["undo_a"]),
    "activity": Scenario(activity, 4, {"a": 1, "painted": "RED", "b": 1}, others=3, act=work),
    "approval": Scenario(approval, 3, {"b": 1}, others=2, act=approve),
}
