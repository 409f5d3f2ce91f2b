"""The table of transitions: each row is seen in a small scenario, and each scenario is of a row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from wfe_core import ExecutionResult, RetryPolicy, StepContext, WorkflowBuilder, WorkflowEndedError, step
from wfe_core.engine.transitions import LEGAL
from wfe_host.testing.engine import WfeEngine

TWICE = RetryPolicy(max_attempts=2, interval="1m")
Scenario = Callable[[WfeEngine, Any], Awaitable[None]]
SCENARIOS: dict[tuple[str, str], Scenario] = {}
"""By row of the table: what shows it."""


def shows(*rows: str) -> Callable[[Scenario], Scenario]:
    """Say which rows a scenario shows, as `"pending running"`."""

    def note(scenario: Scenario) -> Scenario:
        for row in rows:
            before, _, after = row.partition(" ")
            assert (before, after) not in SCENARIOS, row
            SCENARIOS[before, after] = scenario
        return scenario

    return note


async def ends(wfe: WfeEngine, flow: WorkflowBuilder[Any], status: str) -> str:
    """Run a workflow to its end, which is this one; gives the id of the instance."""
    handle = await wfe.start(flow.build(), {})
    assert (await wfe.ended(handle)).status == status
    return handle.id


async def terminated(wfe: WfeEngine, flow: WorkflowBuilder[Any]) -> None:
    """Terminate a workflow once nothing moves in it any more."""
    handle = await wfe.start(flow.build(), {})
    await wfe.settle()
    await handle.terminate()
    with pytest.raises(WorkflowEndedError):
        await wfe.result(handle)


@shows("pending running", "running complete")
async def _a_step_runs(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").then(rec.step("a")), "complete")


@shows("running failed", "failed pending")
async def _a_failed_step_is_continued(wfe: WfeEngine, rec: Any) -> None:
    failed = await ends(wfe, WorkflowBuilder("f").then(rec.fails("a", 1)), "failed")
    await wfe.host.retry(failed)
    await wfe.result(wfe.host.handle(failed))


@shows("running sleeping", "sleeping pending")
async def _a_step_is_tried_again(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").then(rec.fails("a", 1, retry=TWICE)), "complete")


@shows("pending failed")
async def _a_condition_throws(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").then(rec.step("a")).only_if(lambda d: d["no"]), "failed")


@shows("pending skipped")
async def _a_step_is_not_wanted(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").then(rec.step("a")).only_if(lambda d: False), "complete")


@shows("pending sleeping", "sleeping running")
async def _a_branch_runs_later(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").schedule("1m", lambda b: b.then(rec.step("a"))), "complete")


@shows("pending cancelled")
async def _what_has_not_begun_is_cancelled(wfe: WfeEngine, rec: Any) -> None:
    flow = WorkflowBuilder("f").then(rec.gate("a")).then(rec.step("b"))
    handle = await wfe.start(flow.build(), {})
    await wfe.settle()
    await handle.suspend()
    await wfe.settle()
    rec.open("a")
    await wfe.settle()
    assert await wfe.statuses(handle) == [("a", "complete"), ("b", "pending")]
    await handle.terminate()
    await wfe.settle()


@shows("running pending")
async def _a_step_keeps_its_state_and_runs_on(wfe: WfeEngine, rec: Any) -> None:
    @step
    async def counts(ctx: StepContext[Any]) -> Any:
        return None if ctx.state else ExecutionResult.persist(1)

    await ends(wfe, WorkflowBuilder("f").then(counts), "complete")


@shows("running cancelled")
async def _what_runs_is_cancelled(wfe: WfeEngine, rec: Any) -> None:
    await terminated(wfe, WorkflowBuilder("f").then(rec.gate("a")))


@shows("sleeping complete")
async def _a_delay_is_over(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").delay("1m"), "complete")


@shows("sleeping cancelled")
async def _a_delay_is_cancelled(wfe: WfeEngine, rec: Any) -> None:
    await terminated(wfe, WorkflowBuilder("f").delay("1m"))


@shows("running waiting", "waiting complete")
async def _an_event_comes(wfe: WfeEngine, rec: Any) -> None:
    await wfe.start(WorkflowBuilder("f").wait_for("e").build(), {}, instance_id="i")
    await wfe.settle()
    await wfe.host.publish_event("e")
    await wfe.result(wfe.host.handle("i"))


@shows("waiting pending")
async def _the_event_of_a_step_comes(wfe: WfeEngine, rec: Any) -> None:
    @step
    async def asks(ctx: StepContext[Any]) -> Any:
        return None if ctx.event else ExecutionResult.wait_for_event("e")

    await wfe.start(WorkflowBuilder("f").then(asks).build(), {}, instance_id="i")
    await wfe.settle()
    await wfe.host.publish_event("e", "", 1)
    await wfe.result(wfe.host.handle("i"))


@shows("waiting failed")
async def _a_wait_is_over(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").wait_for("e", timeout="1m"), "failed")


@shows("waiting sleeping")
async def _a_wait_that_is_over_is_begun_again(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, WorkflowBuilder("f").wait_for("e", timeout="1m").retry(TWICE), "failed")


@shows("waiting running")
async def _a_wait_that_is_over_has_a_branch_for_that(wfe: WfeEngine, rec: Any) -> None:
    flow = WorkflowBuilder("f").wait_for("e", timeout="1m", on_timeout=lambda b: b.then(rec.step("late")))
    await ends(wfe, flow, "complete")


@shows("waiting cancelled")
async def _a_wait_is_cancelled(wfe: WfeEngine, rec: Any) -> None:
    await terminated(wfe, WorkflowBuilder("f").wait_for("e"))


def _two_steps(rec: Any, undo: Any, **options: Any) -> WorkflowBuilder[Any]:
    """A saga whose second step fails; both steps can be undone."""
    return WorkflowBuilder("f").saga(
        lambda s: (
            s.then(rec.step("a")).compensate_with(undo).then(rec.fails("b")).compensate_with(rec.step("-b"))
        ),
        **options,
    )


@shows("running compensating", "complete compensating", "failed compensating", "compensating compensated")
async def _a_saga_is_undone(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, _two_steps(rec, rec.step("-a")), "failed")
    assert rec.log == ["a", "b", "-b", "-a"]


@shows("compensating failed")
async def _a_compensation_fails(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, _two_steps(rec, rec.fails("-a"), on_error="continue"), "failed")


@shows("compensating sleeping")
async def _a_saga_is_tried_again(wfe: WfeEngine, rec: Any) -> None:
    await ends(wfe, _two_steps(rec, rec.step("-a"), retry=TWICE), "failed")


@shows("compensating cancelled")
async def _an_undoing_is_cancelled(wfe: WfeEngine, rec: Any) -> None:
    await terminated(wfe, _two_steps(rec, rec.gate("-a")))


@shows("cancelled compensating")
async def _what_was_cancelled_is_undone(wfe: WfeEngine, rec: Any) -> None:
    flow = WorkflowBuilder("f").saga(
        lambda s: s.parallel(
            lambda b: b.then(rec.gate("a")).compensate_with(rec.step("-a")),
            lambda b: b.wait_for("e", timeout="1m"),
        )
    )
    await ends(wfe, flow, "failed")
    assert rec.log == ["a", "-a"]


class _Seen(frozenset[str]):
    """A row's targets, which note what is asked for and allowed."""

    before: str
    moves: set[tuple[str, str]]

    def __contains__(self, after: object) -> bool:
        allowed = super().__contains__(after)
        if allowed:
            self.moves.add((self.before, str(after)))
        return allowed


ROWS = sorted((str(before), str(after)) for before, afters in LEGAL.items() for after in afters)


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """The moves that the engine makes during the test."""
    made: set[tuple[str, str]] = set()
    for before, afters in list(LEGAL.items()):
        seen = _Seen(afters)
        seen.before, seen.moves = str(before), made
        monkeypatch.setitem(LEGAL, before, seen)
    return made


def test_every_scenario_is_of_a_row() -> None:
    """A row that goes takes its scenario along."""
    assert sorted(SCENARIOS) == ROWS


@pytest.mark.wfe("memory", "sqlite")
@pytest.mark.parametrize("row", ROWS, ids="-".join)
async def test_every_row_of_the_table_is_reached(
    wfe: WfeEngine, rec: Any, moves: set[tuple[str, str]], row: tuple[str, str]
) -> None:
    """Decision 47: a row that nothing reaches, or that no scenario shows, has no place in the table."""
    await SCENARIOS[row](wfe, rec)
    assert row in moves, sorted(moves)
