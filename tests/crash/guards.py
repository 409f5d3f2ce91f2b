"""Scenarios of the crash explorer: guards, whose hooks run in their order whatever dies between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.crash.effects import Effects
from tests.crash.explorer import Scenario
from tests.crash.sagas import cancel_it, final
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.steps.context import StepContext


def _seen(ctx: StepContext[Any]) -> dict[str, Any]:
    """What a hook sees of the end of the body."""
    assert ctx.guarded is not None
    return {"seen": str(ctx.guarded.status)}


Definitions = Sequence[WorkflowDefinition[Any]]


def nested(e: Effects) -> Definitions:
    """A step fails in two guards; the failing hook of the inner one changes nothing of the order."""
    return [
        WorkflowBuilder("main")
        .guard(
            lambda b: b.guard(
                lambda g: g.then(e.step("a", {"a": 1})).then(e.step("bad", fails=-1, error=final)),
                on_failure=lambda h: h.then(e.step("undo_report", fails=-1, error=final)),
                ensure=lambda h: h.then(e.step("undo_inner", {"inner": 1})),
            ),
            on_failure=lambda h: h.then(e.step("undo_outer", _seen)),
            ensure=lambda h: h.then(e.step("undo_last", {"last": 1})),
        )
        .on_error("continue")
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def cancelled(e: Effects) -> Definitions:
    """A saga inside a guard and a guard inside the saga, cancelled while they sleep."""
    return [
        WorkflowBuilder("main")
        .guard(
            lambda b: b.saga(
                lambda s: (
                    s.then(e.step("a", {"a": 1}))
                    .compensate_with(lambda u: u.then(e.step("undo_a", {"a": 0})))
                    .guard(
                        lambda g: g.delay("1h").then(e.step("never")),
                        ensure=lambda h: h.then(e.step("undo_inner")),
                    )
                )
            ),
            on_abort=lambda h: h.then(e.step("undo_abort", {"abort": 1})),
            ensure=lambda h: h.delay("5s").then(e.step("undo_last", {"last": 1})),
        )
        .build()
    ]


def sibling(e: Effects) -> Definitions:
    """A timeout around a guard: its hooks run, then the saga around it is undone and goes on."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda u: u.then(e.step("undo_a", {"a": 0})))
                .if_do(
                    lambda d: True,
                    lambda b: b.guard(
                        lambda g: (
                            g.then(e.step("b"))
                            .compensate_with(lambda u: u.then(e.step("undo_b")))
                            .delay("1h")
                        ),
                        ensure=lambda h: h.then(e.step("undo_ensure", {"ensure": 1})),
                    ),
                )
                .timeout("10s")
            ),
            on_error="continue",
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


GUARDS: dict[str, Scenario] = {
    "guards around a failure": Scenario(
        nested,
        8,
        {"a": 1, "inner": 1, "seen": "failed", "last": 1, "tail": 1},
        undone=["undo_report", "undo_inner", "undo_outer", "undo_last"],
    ),
    "guards that are cancelled": Scenario(
        cancelled,
        9,
        {"a": 0, "abort": 1, "last": 1},
        others=2,
        status="cancelled",
        undone=["undo_inner", "undo_a", "undo_abort", "undo_last"],
        act=cancel_it,
    ),
    "guard inside a timeout": Scenario(
        sibling, 9, {"a": 0, "ensure": 1, "tail": 1}, others=1, undone=["undo_ensure", "undo_b", "undo_a"]
    ),
}
