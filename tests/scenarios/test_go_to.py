"""Jumps (rules 6: go_to; decision 24)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import DefinitionError, WorkflowBuilder
from wfe_host.testing.engine import WfeEngine


def counting(rec: Any, name: str = "a") -> Any:
    """A step that counts its runs in the data."""
    return rec.step(name, lambda ctx: {"n": ctx.data.get("n", 0) + 1})


async def test_a_jump_back_makes_new_pointers(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: to a named step of the same sequence; new pointers each visit; `.only_if` applies."""
    flow = (
        WorkflowBuilder("flow")
        .then(counting(rec))
        .then(rec.step("b"))
        .go_to("a")
        .only_if(lambda d: d["n"] < 3)
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.result(handle)
    assert rec.log == ["a", "b"] * 3 + ["end"]
    assert len(await wfe.pointers(handle, "a")) == 3


async def test_a_jump_forward_skips_what_lies_between(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24."""
    flow = (
        WorkflowBuilder("flow").then(rec.step("a")).go_to("c").then(rec.step("b")).then(rec.step("c")).build()
    )
    async with wfe.host.subscribe("step.completed") as events:
        await wfe.run(flow, {})
        told = [(await anext(events)).step_key for _ in range(3)]
    assert rec.log == ["a", "c"]
    assert told == ["a", "go-to-c", "c"]


async def test_a_jump_out_of_containers_leaves_them(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: to an enclosing sequence; what runs in the containers between is cancelled."""
    flow = (
        WorkflowBuilder("flow")
        .then(counting(rec))
        .while_do(
            lambda d: True,
            lambda w: w.if_do(
                lambda d: True, lambda b: b.go_to("a").only_if(lambda d: d["n"] < 2).go_to("out")
            ),
        )
        .then(rec.step("never"))
        .then(rec.step("out"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.result(handle)
    assert rec.log == ["a", "a", "out"]
    assert [status for key, status in await wfe.statuses(handle) if key == "while"] == ["cancelled"] * 2


async def test_a_jump_survives_a_crash(wfe: WfeEngine, rec: Any) -> None:
    """Promise 1."""
    flow = (
        WorkflowBuilder("flow")
        .then(counting(rec))
        .then(rec.gate("g"))
        .go_to("a")
        .only_if(lambda d: d["n"] < 2)
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.restart()
    rec.open("g")
    await wfe.result(handle)
    assert rec.log == ["a", "g", "g", "a", "g"]


async def test_all_visits_count_in_an_undo(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(counting(rec))
                .compensate_with(rec.step("-a"))
                .if_do(
                    lambda d: True,
                    lambda b: (
                        b.then(rec.step("b"))
                        .compensate_with(rec.step("-b"))
                        .go_to("a")
                        .only_if(lambda d: d["n"] < 2)
                    ),
                )
                .compensate_with(rec.step("-if"))
                .then(rec.fails("bad"))
            ),
            on_error="continue",
        )
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "b", "a", "b", "bad", "-b", "-if", "-a", "-b", "-if", "-a"]


async def test_a_jump_to_a_step_with_a_compensation_of_its_own(wfe: WfeEngine, rec: Any) -> None:
    """Decision 19: a saga of one is entered anew at each visit."""
    flow = (
        WorkflowBuilder("flow")
        .then(counting(rec))
        .compensate_with(rec.step("-a"))
        .go_to("a")
        .only_if(lambda d: d["n"] < 2)
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "a"]


async def test_a_loop_of_jumps_without_steps_does_not_block_the_host(wfe: WfeEngine, rec: Any) -> None:
    """Promise 7: a bad definition harms no other instance, and can be terminated."""
    spin = (
        WorkflowBuilder("spin")
        .if_do(lambda d: False, lambda b: b.then(rec.step("x")))
        .name("top")
        .go_to("top")
    )
    handle = await wfe.start(spin.build(), {})
    other = await wfe.start(WorkflowBuilder("flow").then(rec.step("a")).build(), {})
    assert await wfe.host.handle(other.id).result() == {}
    await handle.terminate()
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "terminated"


def test_jumps_that_cannot_be_are_build_errors(rec: Any) -> None:
    """Decision 24: out of a parallel branch, or to a step that is not there."""
    with pytest.raises(DefinitionError, match="would leave a branch of 'parallel'"):
        WorkflowBuilder("flow").then(rec.step("a")).parallel(lambda b: b.go_to("a")).build()
    with pytest.raises(DefinitionError, match=r"finds no such step .*did you mean 'first'"):
        WorkflowBuilder("flow").then(rec.step("first")).go_to("fisrt").build()
