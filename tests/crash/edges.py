"""Scenarios of the crash explorer: cancelled from the side, branches found by a step, threads, purge."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.crash.effects import Effects
from tests.crash.explorer import INSTANCE, Scenario, again, pause, unless_ended
from tests.crash.sagas import final
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.policies import RetryPolicy
from wfe_core.steps.results import ExecutionResult
from wfe_host.host import WorkflowHost

Definitions = Sequence[WorkflowDefinition[Any]]


def cancel_when(e: Effects) -> Definitions:
    """Two waits that an alarm in a third branch cancels: one ends its branch, the other one goes on."""
    return [
        WorkflowBuilder("main")
        .parallel(
            lambda b: b.wait_for("never").cancel_when(lambda d: d.get("alarm")).then(e.step("never")),
            lambda b: (
                b.wait_for("never")
                .cancel_when(lambda d: d.get("alarm"), proceed=True)
                .then(e.step("on", {"on": 1}))
            ),
            lambda b: b.delay("1m").then(e.step("alarm", {"alarm": True})),
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def branch(e: Effects) -> Definitions:
    """A step that finds what its body is to be run for."""
    return [
        WorkflowBuilder("main")
        .then(e.step("find", lambda ctx: ExecutionResult.branch(["x", "y"])))
        .body(
            lambda b: b.then(e.step("look", lambda ctx: {f"at_{ctx.item}": ctx.index})).then(e.step("leave"))
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def threads(e: Effects) -> Definitions:
    """Plain functions, one of which fails once and one of which is undone."""
    once = RetryPolicy(max_attempts=2, interval="1s", jitter=0)
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.plain("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.plain("undo_a", {"a": 0})))
                .then(e.plain("flaky", {"b": 1}, fails=1))
                .retry(once)
                .then(e.plain("boom", fails=-1))
                .retry(RetryPolicy(max_attempts=1))
            ),
            on_error="continue",
        )
        .then(e.plain("tail", {"tail": 1}))
        .build()
    ]


def parent(e: Effects) -> Definitions:
    """A workflow that waits for another one, which sleeps in a saga."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .sub_workflow("child", {})
        .then(e.step("tail"))
        .build(),
        WorkflowBuilder("child")
        .saga(
            lambda s: (
                s.then(e.step("inner"))
                .compensate_with(lambda b: b.then(e.step("undo_inner")))
                .delay("1h")
                .then(e.step("never"))
            )
        )
        .build(),
    ]


async def cancel_the_parent(host: WorkflowHost) -> None:
    """Cancel the parent when its child sleeps; the child undoes what it did and ends cancelled too."""
    children = [child.id for child in await host.instances(parent=INSTANCE)]
    while not children:
        await pause(host)
        children = [child.id for child in await host.instances(parent=INSTANCE)]
    [child] = children
    while (await host.get(child)).status == "runnable":
        if any(pointer.step_key.endswith("delay") for pointer in await host.pointers(child)):
            break
        await pause(host)
    await unless_ended(host, lambda: host.cancel(INSTANCE))
    while not (await host.get(child)).status.terminal:
        await pause(host)
    assert (await host.get(child)).status == "cancelled"


def undone_with_its_child(e: Effects) -> Definitions:
    """A saga that fails beside a running sub-workflow: the child undoes itself first, and takes a minute."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a", {"a": 0})))
                .parallel(
                    lambda b: b.sub_workflow("child", {}).compensate_with(
                        lambda c: c.then(e.step("undo_child"))
                    ),
                    lambda b: b.delay("1m").then(e.step("boom", fails=-1, error=final)),
                )
            ),
            on_error="continue",
        )
        .then(e.step("tail", {"tail": 1}))
        .build(),
        WorkflowBuilder("child")
        .saga(
            lambda s: (
                s.then(e.step("inner"))
                .compensate_with(lambda b: b.delay("1m").then(e.step("undo_inner")))
                .delay("1h")
                .then(e.step("never"))
            )
        )
        .build(),
    ]


def waits(e: Effects) -> Definitions:
    """A wait, and another workflow that waits for the same."""

    def waiting(name: str) -> WorkflowDefinition[Any]:
        return WorkflowBuilder(name).wait_for("go").then(e.step(name, {name: 1})).build()

    return [waiting("main"), waiting("old")]


async def purge_the_other(host: WorkflowHost) -> None:
    """Start one that waits beside it (each client its own), cancel that one, purge it, publish the event."""
    other = f"old-{host.config.name}"
    await again(host, lambda: host.start("old", {}, instance_id=other))
    for each in [found.id for found in await host.instances(definition="old")]:
        await unless_ended(host, partial(host.cancel, each))
        while not (await host.get(each)).status.terminal:
            await pause(host)
    await again(host, lambda: host.purge(definition="old"))
    assert await host.instances(definition="old") == []
    await again(host, lambda: host.publish_event("go", event_id="e-1"))


EDGES: dict[str, Scenario] = {
    "cancel_when": Scenario(cancel_when, 5, {"alarm": True, "on": 1, "tail": 1}, others=1),
    "branch": Scenario(branch, 5, {"at_x": 0, "at_y": 1, "tail": 1}),
    "threads": Scenario(threads, 9, {"a": 0, "b": 1, "tail": 1}, undone=["undo_a"]),
    "cancelled parent": Scenario(
        parent, 7, {"a": 1}, others=3, status="cancelled", undone=["undo_inner"], act=cancel_the_parent
    ),
    "undone with its child": Scenario(
        undone_with_its_child,
        15,
        {"a": 0, "tail": 1},
        others=4,
        undone=["undo_inner", "undo_child", "undo_a"],
    ),
    "purge": Scenario(waits, 5, {"main": 1}, others=5, act=purge_the_other),
}
