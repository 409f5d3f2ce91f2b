"""Scenarios of the crash explorer: sagas, undone whole, with what is nested in them, and by `cancel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.crash.effects import Effects
from tests.crash.explorer import INSTANCE, Scenario, asleep, unless_ended
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import StepError
from wfe_core.policies import RetryPolicy
from wfe_host.host import WorkflowHost

Definitions = Sequence[WorkflowDefinition[Any]]


def final(message: str) -> StepError:
    """An error that no retry can mend."""
    return StepError(message, retryable=False)


def saga(e: Effects) -> Definitions:
    """Three steps with compensations, the last of which fails."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a", {"a": 0})))
                .then(e.step("b", {"b": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_b1")).then(e.step("undo_b2", {"b": 0})))
                .then(e.step("c", fails=-1, error=final))
                .compensate_with(lambda b: b.then(e.step("undo_c")))
            )
        )
        .then(e.step("tail"))
        .build()
    ]


def saga_completes(e: Effects) -> Definitions:
    """A saga in which nothing fails, and what follows."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a")))
                .then(e.step("b", {"b": 1}))
            )
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def containers(e: Effects) -> Definitions:
    """A loop, an if and an inner saga, all completed, are undone leaf by leaf; then a tail."""

    def loop(b: Any) -> None:
        b.then(e.step("pack", lambda ctx: {f"box{ctx.index}": ctx.item})).compensate_with(
            lambda b: b.then(e.step("undo_pack", lambda ctx: {f"box{ctx.index}": -ctx.item}))
        )

    def inner(b: Any) -> None:
        b.saga(
            lambda s: (
                s.then(e.step("x", {"x": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_x", {"x": 0})))
                .then(e.step("y"))
                .compensate_with(lambda b: b.then(e.step("undo_y")))
            )
        ).compensate_with(lambda b: b.then(e.step("undo_inner")))

    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.for_each([7, 8], loop, max_parallel=1)
                .compensate_with(lambda b: b.then(e.step("undo_loop")))
                .if_do(lambda d: True, inner)
                .then(e.step("boom", fails=-1, error=final))
            ),
            on_error="continue",
        )
        .compensate_with(lambda b: b.then(e.step("undo_all")))
        .decide()
        .when("compensated", lambda b: b.then(e.step("after", {"after": 1})))
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def stubborn(e: Effects) -> Definitions:
    """A compensation that fails twice before it works."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(
                    lambda b: b.then(e.step("undo_a", {"a": 0}, fails=2)).retry(
                        RetryPolicy(max_attempts=5, interval="1s", jitter=0)
                    )
                )
                .then(e.step("b", {"b": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_b", {"b": 0})))
                .then(e.step("c", fails=-1, error=final))
            ),
            on_error="continue",
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def hopeless(e: Effects) -> Definitions:
    """A compensation that never works: the others are still done."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a", {"a": 0})))
                .then(e.step("b", {"b": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_b", fails=-1, error=final)))
                .then(e.step("c", fails=-1, error=final))
            ),
            on_error="continue",
        )
        .then(e.step("tail"))
        .build()
    ]


def again(e: Effects) -> Definitions:
    """A saga that is undone once and works the second time, inside an if, with a tail that runs once."""
    return [
        WorkflowBuilder("main")
        .if_do(
            lambda d: True,
            lambda b: b.saga(
                lambda s: (
                    s.then(e.step("a", lambda ctx: {"a": ctx.data["a"] + 1}))
                    .compensate_with(lambda b: b.then(e.step("undo_a")))
                    .then(e.step("b", lambda ctx: _second_time(ctx.data["a"])))
                ),
                retry=RetryPolicy(max_attempts=2, interval="1s", jitter=0),
            ),
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def _second_time(count: int) -> dict[str, Any]:
    if count < 2:
        raise final("not yet")
    return {"b": count}


def siblings(e: Effects) -> Definitions:
    """A branch of the saga fails while another one sleeps: the sleeper is cancelled, then all is undone."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a", {"a": 0})))
                .parallel(
                    lambda b: b.then(e.step("boom", fails=-1, error=final)),
                    lambda b: (
                        b.delay("1m")
                        .then(e.step("never"))
                        .compensate_with(lambda b: b.then(e.step("undo_never")))
                    ),
                )
            ),
            on_error="continue",
        )
        .then(e.step("tail", {"tail": 1}))
        .build()
    ]


def cancelled(e: Effects) -> Definitions:
    """A saga that sleeps in its middle."""
    return [
        WorkflowBuilder("main")
        .saga(
            lambda s: (
                s.then(e.step("a", {"a": 1}))
                .compensate_with(lambda b: b.then(e.step("undo_a", {"a": 0})))
                .for_each(
                    ["p", "q"],
                    lambda b: b.then(e.step("b")).compensate_with(lambda b: b.then(e.step("undo_b"))),
                    max_parallel=1,
                )
                .delay("1h")
                .then(e.step("c"))
            )
        )
        .then(e.step("tail"))
        .build()
    ]


async def cancel_it(host: WorkflowHost) -> None:
    """Cancel it when it sleeps."""
    await asleep(host)
    await unless_ended(host, lambda: host.cancel(INSTANCE))


def cut_short(e: Effects) -> Definitions:
    """An inner saga whose undo sleeps, deep inside, when the time of the outer one is up."""

    def leaf(b: Any) -> None:
        b.then(e.step("a", {"a": 1})).compensate_with(
            lambda c: c.delay("1h").then(e.step("undo_a", {"a": 0})),
        )

    def outer(s: Any) -> None:
        s.then(e.step("o", {"o": 1})).compensate_with(lambda c: c.then(e.step("undo_o", {"o": 0})))
        s.saga(lambda i: i.if_do(lambda d: True, leaf).then(e.step("bad", fails=-1, error=final)))

    return [WorkflowBuilder("main").saga(outer).timeout("1m").build()]


def cancelled_undo(e: Effects) -> Definitions:
    """A saga in another, whose own compensation sleeps after a failure."""

    def outer(s: Any) -> None:
        s.then(e.step("o", {"o": 1})).compensate_with(lambda c: c.then(e.step("undo_o", {"o": 0})))
        s.saga(lambda i: i.then(e.step("a", {"a": 1})).then(e.step("bad", fails=-1, error=final)))
        s.compensate_with(lambda c: c.delay("1h").then(e.step("undo_inner", {"a": 0})))

    return [WorkflowBuilder("main").saga(outer).build()]


def alone(e: Effects) -> Definitions:
    """A step with a compensation outside of any saga makes one of its own."""
    return [
        WorkflowBuilder("main")
        .then(e.step("a", {"a": 1}))
        .compensate_with(lambda b: b.then(e.step("undo_a")))
        .then(e.step("b", fails=-1, error=final))
        .compensate_with(lambda b: b.then(e.step("undo_b")))
        .build()
    ]


SAGAS: dict[str, Scenario] = {
    "saga": Scenario(
        saga,
        9,
        {"a": 0, "b": 0},
        status="failed",
        error="StepError",
        undone=["undo_c", "undo_b1", "undo_b2", "undo_a"],
    ),
    "saga that completes": Scenario(saga_completes, 4, {"a": 1, "b": 1, "tail": 1}),
    "saga around containers": Scenario(
        containers,
        16,
        {"box0": -7, "box1": -8, "x": 0, "after": 1, "tail": 1},
        undone=["undo_y", "undo_x", "undo_inner", "undo_pack", "undo_loop", "undo_all"],
    ),
    "stubborn compensation": Scenario(stubborn, 12, {"a": 0, "b": 0, "tail": 1}, undone=["undo_b", "undo_a"]),
    "hopeless compensation": Scenario(
        hopeless, 7, {"a": 0, "b": 1}, status="failed", error="StepError", undone=["undo_b", "undo_a"]
    ),
    "saga again": Scenario(again, 9, {"a": 2, "b": 2, "tail": 1}, start={"a": 0}, undone=["undo_a"]),
    "siblings": Scenario(siblings, 6, {"a": 0, "tail": 1}, undone=["undo_a"]),
    "cancel with undo": Scenario(
        cancelled, 9, {"a": 0}, others=2, status="cancelled", undone=["undo_b", "undo_a"], act=cancel_it
    ),
    "undo cut short": Scenario(
        cut_short,
        11,
        {"a": 0, "o": 0},
        others=2,
        status="failed",
        error="StepTimeoutError",
        undone=["undo_a", "undo_o"],
    ),
    "cancel of an undo": Scenario(
        cancelled_undo,
        11,
        {"a": 0, "o": 0},
        others=3,
        status="cancelled",
        undone=["undo_inner", "undo_o"],
        act=cancel_it,
    ),
    "compensation without a saga": Scenario(
        alone, 5, {"a": 1}, status="failed", error="StepError", undone=["undo_b"]
    ),
}
