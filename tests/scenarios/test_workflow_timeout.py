"""The timeout of a whole workflow: sagas are undone and hooks run before it ends failed (rules 8)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder, WorkflowFailedError
from wfe_host.testing.engine import WfeEngine


async def test_it_undoes_open_sagas_then_fails_and_a_retry_runs_them_anew(wfe: WfeEngine, rec: Any) -> None:
    """What had completed before the saga stays; decision 18: `retry` runs the undone saga from its start."""
    flow = (
        WorkflowBuilder("flow", timeout="10s")
        .then(rec.step("first"))
        .compensate_with(rec.step("-first"))
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .then(rec.gate("slow"))
                .compensate_with(rec.step("-slow"))
            )
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    with pytest.raises(WorkflowFailedError, match="StepTimeoutError: workflow 'flow' took longer"):
        await wfe.result(handle)
    assert rec.log == ["first", "a", "slow", "-slow", "-a"]
    rec.open("slow")
    await handle.retry()
    await wfe.result(handle)
    assert rec.log[5:] == ["a", "slow", "tail"]


async def test_it_interrupts_what_is_in_no_saga_for_a_retry(wfe: WfeEngine, rec: Any) -> None:
    """As any failure: nothing outside of sagas is undone, the other branch is continued by `retry`."""
    flow = (
        WorkflowBuilder("flow", timeout="10s")
        .parallel(
            lambda p: p.then(rec.step("a")).then(rec.gate("slow")),
            lambda p: p.saga(lambda s: s.then(rec.step("b")).compensate_with(rec.step("-b")).delay("1h")),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    assert sorted(rec.log) == ["-b", "a", "b", "slow"]
    statuses = dict(await wfe.statuses(handle))
    assert (statuses["parallel/slow"], statuses["parallel/saga"]) == ("pending", "failed")
    rec.open("slow")
    await handle.retry()
    await wfe.settle()
    assert sorted(rec.log[4:]) == ["b", "slow"]


async def test_it_runs_the_hooks_of_guards_and_sagas_the_innermost_first(wfe: WfeEngine, rec: Any) -> None:
    """The timeout is around the guards, so it is an abort to them."""
    flow = (
        WorkflowBuilder("flow", timeout="10s")
        .guard(
            lambda g: g.saga(
                lambda s: (
                    s.then(rec.step("a"))
                    .compensate_with(rec.step("-a"))
                    .guard(rec.gate("slow"), ensure=rec.step("inner"))
                )
            ),
            on_abort=rec.step("on_abort"),
            on_failure=rec.step("on_failure"),
            ensure=rec.step("ensure"),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "slow", "inner", "-a", "on_abort", "ensure"]
    rec.open("slow")
    await handle.retry()
    await wfe.result(handle)
    assert rec.log[6:] == ["a", "slow", "inner", "ensure"]


async def test_a_saga_that_is_being_undone_when_it_strikes_is_undone_to_its_end(
    wfe: WfeEngine, rec: Any
) -> None:
    """The walk goes on, nothing is compensated twice, and failing compensations are told."""
    flow = (
        WorkflowBuilder("flow", timeout="10s")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.fails("-a"))
                .then(rec.step("b"))
                .compensate_with(rec.gate("-b"))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .then(rec.step("tail"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("20s")
    assert (await wfe.host.get(handle.id)).status == "runnable"
    rec.open("-b")
    with pytest.raises(WorkflowFailedError, match=r"took longer.*compensations that failed: .*-a failed"):
        await wfe.result(handle)
    assert rec.log == ["a", "b", "bad", "-b", "-a"]


async def test_it_survives_the_death_of_the_host_in_the_middle(wfe: WfeEngine, rec: Any) -> None:
    """The end that is to come is stored before the undo begins."""
    flow = (
        WorkflowBuilder("flow", timeout="10s")
        .saga(lambda s: s.then(rec.step("a")).compensate_with(rec.gate("-a")).delay("1h"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.advance("11s")
    await wfe.restart()
    rec.open("-a")
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "-a", "-a"]
