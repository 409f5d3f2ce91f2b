"""Scenarios of the crash explorer: failures that are held back until the branches beside them have ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.crash.effects import Effects
from tests.crash.explorer import Scenario
from tests.crash.flows import retry_it
from tests.crash.sagas import final
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.policies import RetryPolicy

Definitions = Sequence[WorkflowDefinition[Any]]
NEVER = RetryPolicy(max_attempts=1)


def retried(e: Effects) -> Definitions:
    """Two of three items fail, one of them deep in its branch; the others end, then a retry does the rest."""
    return [
        WorkflowBuilder("main")
        .for_each(
            [0, 1, 2],
            lambda b: (
                b.delay("1s")
                .if_do(
                    lambda d, ctx: ctx.item in (1, 2),
                    lambda t: t.parallel(
                        lambda x: x.then(e.step("bad", fails=1)).retry(NEVER),
                        lambda x: x.delay("1m").then(e.step("beside")),
                    ),
                )
                .then(e.step("each", lambda ctx: {f"item{ctx.item}": 1}))
            ),
            max_parallel=2,
            fail_fast=False,
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def undone(e: Effects) -> Definitions:
    """In a saga: the sibling of a failed branch ends, a guard in the branch closes, then all is undone."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: s.dag(
                lambda g: (
                    g.add(
                        "broken",
                        lambda b: b.parallel(
                            lambda x: x.then(e.step("bad", fails=-1, error=final)),
                            lambda x: x.guard(
                                lambda h: h.delay("1h"),
                                ensure=lambda h: h.delay("1m").then(e.step("undo_guard")),
                            ),
                        ),
                    )
                    .add("after", lambda b: b.then(e.step("never")), needs=["broken"])
                    .add(
                        "slow",
                        lambda b: (
                            b.delay("5m")
                            .then(e.step("slow", {"slow": 1}))
                            .compensate_with(lambda u: u.then(e.step("undo_slow", {"slow": 0})))
                        ),
                    )
                ),
                fail_fast=False,
            ),
            on_error="continue",
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


HOLDING: dict[str, Scenario] = {
    "failures that are held back": Scenario(
        retried, 14, {**{f"item{n}": 1 for n in range(3)}, "tail": 1}, others=3, act=retry_it
    ),
    "failures held back in a saga": Scenario(
        undone, 9, {"slow": 0, "tail": 1}, others=2, undone=["undo_guard", "undo_slow"]
    ),
}
