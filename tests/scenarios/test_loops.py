"""Loops and choices: while_do, for_each, decide, if_do (rules 6, decisions 10, 22 to 24)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import ExecutionResult, StepContext, WorkflowBuilder, WorkflowFailedError, step
from wfe_host.testing.engine import WfeEngine


async def test_if_is_decided_once_when_it_is_reached(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, if_do: evaluated once; a crash later does not ask again (decision 23)."""
    asked: list[int] = []

    def condition(data: Any) -> bool:
        asked.append(1)
        return bool(data["k"] > 3)

    flow = (
        WorkflowBuilder("flow")
        .if_do(condition, lambda b: b.then(rec.gate("yes")), lambda b: b.then(rec.step("no")))
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {"k": 5})
    await wfe.settle()
    await wfe.restart()
    rec.open("yes")
    await wfe.result(handle)
    assert asked == [1]
    await wfe.run(flow, {"k": 1})
    assert rec.log == ["yes", "yes", "end", "no", "end"]


async def test_an_if_without_otherwise_goes_on(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, if_do: `otherwise` is optional."""
    flow = (
        WorkflowBuilder("flow").if_do(lambda d: False, lambda b: b.then(rec.step("no"))).then(rec.step("end"))
    )
    await wfe.run(flow.build(), {})
    assert rec.log == ["end"]


async def test_decide_runs_every_branch_that_equals(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, decision 24: matching branches run concurrently, JSON equality with types."""
    flow = (
        WorkflowBuilder("flow")
        .decide(lambda d: d["v"])
        .when(1, lambda b: b.then(rec.gate("one")))
        .when(1, lambda b: b.then(rec.gate("uno")))
        .when("1", lambda b: b.then(rec.step("text")))
        .when(True, lambda b: b.then(rec.step("true")))
        .when([1, {"a": 2}], lambda b: b.then(rec.step("list")))
        .otherwise(lambda b: b.then(rec.step("other")))
        .then(rec.step("end"))
        .build()
    )
    handle = await wfe.start(flow, {"v": 1})
    await wfe.settle()
    assert rec.log == ["one", "uno"]
    rec.open("one")
    rec.open("uno")
    await wfe.result(handle)
    for value in ("1", True, [1, {"a": 2}], None, 2):
        rec.log.clear()
        await wfe.run(flow, {"v": value})
        names = {"1": "text", "True": "true", "[1, {'a': 2}]": "list"}
        assert rec.log == [names.get(str(value), "other"), "end"]


async def test_decide_without_a_match_and_otherwise_goes_on(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24; without a function it takes the previous outcome."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("a", ExecutionResult.next(outcome={"to": "y"})))
        .decide()
        .when({"to": "x"}, lambda b: b.then(rec.step("x")))
        .when({"to": "y"}, lambda b: b.then(rec.step("y")))
        .decide(lambda d: 5)
        .when(6, lambda b: b.then(rec.step("six")))
        .then(rec.step("end"))
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a", "y", "end"]


async def test_while_asks_before_each_iteration(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, while_do: zero iterations are possible; `ctx.iteration` counts from 0."""
    tick = rec.step("tick", lambda c: {"n": c.data["n"] + 1, "seen": [*c.data.get("seen", []), c.iteration]})
    flow = WorkflowBuilder("flow").while_do(lambda d: d["n"] < 3, lambda b: b.then(tick)).build()
    assert (await wfe.run(flow, {"n": 0}))["seen"] == [0, 1, 2]
    assert await wfe.run(flow, {"n": 5}) == {"n": 5}


async def test_max_iterations_guards_a_while(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, while_do: `max_iterations` optional guard."""
    flow = WorkflowBuilder("flow").while_do(lambda d: True, lambda b: b.then(rec.step("a")), 3).build()
    with pytest.raises(WorkflowFailedError, match="step 'while' is at its max_iterations=3"):
        await wfe.run(flow, {})
    assert rec.log == ["a"] * 3


async def test_a_loop_is_resumed_in_its_iteration(wfe: WfeEngine, rec: Any) -> None:
    """Promise 1: a crash in an iteration runs only its unfinished step again."""
    flow = (
        WorkflowBuilder("flow")
        .while_do(
            lambda d: d["n"] < 2,
            lambda b: (
                b.then(rec.step("a"))
                .then(rec.gate("g"))
                .then(rec.step("t", lambda c: {"n": c.data["n"] + 1}))
            ),
        )
        .build()
    )
    handle = await wfe.start(flow, {"n": 0})
    await wfe.settle()
    await wfe.restart()
    rec.open("g")
    await wfe.result(handle)
    assert rec.log == ["a", "g", "g", "t", "a", "g", "t"]


async def test_for_each_runs_items_at_once_and_collects_in_their_order(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, for_each: `ctx.item`, `ctx.index`; outputs collected in item order."""

    @step
    async def work(ctx: StepContext[Any]) -> Any:
        rec.log.append(ctx.item)
        await rec._gate(f"g{ctx.item}").wait()
        return [ctx.index, ctx.item]

    flow = (
        WorkflowBuilder("flow").for_each(lambda d: d["items"], lambda b: b.then(work)).collect("out").build()
    )
    handle = await wfe.start(flow, {"items": ["a", "b", "c"]})
    await wfe.settle()
    assert rec.log == ["a", "b", "c"]
    for name in ("c", "a", "b"):
        rec.open(f"g{name}")
        await wfe.settle()
    assert (await wfe.result(handle))["out"] == [[0, "a"], [1, "b"], [2, "c"]]


async def test_the_items_are_evaluated_once_and_persisted(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, for_each: a change of the data later does not change the items, nor does a crash."""
    flow = (
        WorkflowBuilder("flow")
        .for_each(
            lambda d: d["items"],
            lambda b: b.then(rec.item("p")).then(rec.gate("g", {"items": []})),
            max_parallel=1,
        )
        .build()
    )
    handle = await wfe.start(flow, {"items": [1, 2, 3]})
    await wfe.settle()
    await wfe.restart()
    rec.open("g")
    await wfe.result(handle)
    assert [x for x in rec.log if x != "g"] == ["p:1", "p:2", "p:3"]


async def test_max_parallel_one_is_sequential_in_order(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, for_each: `max_parallel=1` runs one item after the other."""
    flow = (
        WorkflowBuilder("flow")
        .for_each(range(3), lambda b: b.then(rec.item("a")).delay(1).then(rec.item("b")), max_parallel=1)
        .build()
    )
    await wfe.run(flow, {})
    assert rec.log == ["a:0", "b:0", "a:1", "b:1", "a:2", "b:2"]


async def test_children_are_created_in_a_window(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, decision 10: items beyond `max_parallel` have no pointer yet."""
    seen: list[int] = []

    @step
    async def look(ctx: StepContext[Any]) -> None:
        seen.append(len(wfe.host.runtime.actors[ctx.instance_id].machine.state.pointers))

    flow = WorkflowBuilder("flow").for_each(range(700), lambda b: b.then(look), max_parallel=3).build()
    await wfe.run(flow, {})
    assert len(seen) == 700
    assert max(seen) <= 4


async def test_collect_gives_none_for_what_was_skipped_or_failed(wfe: WfeEngine, rec: Any) -> None:
    """Decision 22: None if skipped or failed under `continue`."""

    @step
    async def odd(ctx: StepContext[Any]) -> Any:
        if ctx.item == 3:
            msg = "three"
            raise NameError(msg)
        return ctx.item

    flow = (
        WorkflowBuilder("flow")
        .for_each([1, 2, 3], lambda b: b.then(odd).on_error("continue").only_if(lambda d, ctx: ctx.item != 2))
        .collect("out")
        .build()
    )
    assert (await wfe.run(flow, {}))["out"] == [1, None, None]


async def test_nested_loops_know_the_items_around_them(wfe: WfeEngine, rec: Any) -> None:
    """Decision 24: `ctx.item` is the innermost; a named loop gives `ctx.items[name]`."""

    @step
    async def look(ctx: StepContext[Any]) -> None:
        rec.log.append((ctx.items["order"], ctx.item, ctx.indices))

    flow = (
        WorkflowBuilder("flow")
        .for_each(
            ["x", "y"],
            lambda b: b.for_each(lambda d, ctx: [f"{ctx.item}{n}" for n in (1, 2)], lambda i: i.then(look)),
            name="order",
            max_parallel=1,
        )
        .build()
    )
    await wfe.run(flow, {})
    assert sorted(rec.log) == [
        ("x", "x1", (0, 0)), ("x", "x2", (0, 1)), ("y", "y1", (1, 0)), ("y", "y2", (1, 1)),
    ]  # fmt: skip


async def test_a_step_may_branch_over_items_it_finds(wfe: WfeEngine, rec: Any) -> None:
    """Rules 5: `branch(items)` runs the step's `.body(...)` once for each item, then goes on."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("find", ExecutionResult.branch(["a", "b"])))
        .body(lambda b: b.then(rec.item("do")))
        .then(rec.step("end"))
        .build()
    )
    await wfe.run(flow, {})
    assert (rec.log[0], sorted(rec.log[1:3]), rec.log[3]) == ("find", ["do:a", "do:b"], "end")


async def test_an_empty_loop_goes_on_and_collects_nothing(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, for_each: no items."""
    flow = WorkflowBuilder("flow").for_each([], lambda b: b.then(rec.item("a"))).collect("out").build()
    assert await wfe.run(flow, {}) == {"out": []}


async def test_a_collected_list_that_does_not_fit_fails_the_loop_and_retry_runs_no_item_again(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 7, promise 1: the failure names the step; nothing completed runs again."""
    from pydantic import BaseModel, ConfigDict, Field

    class Model(BaseModel):
        model_config = ConfigDict(extra="forbid")
        out: list[int] = Field(default_factory=list, max_length=1)

    flow = (
        WorkflowBuilder("flow", data=Model).for_each([1, 2], lambda b: b.then(rec.item("a"))).collect("out")
    )
    handle = await wfe.start(flow.build(), Model())
    with pytest.raises(WorkflowFailedError, match=r"step 'each'.*'out'"):
        await wfe.result(handle)
    await handle.retry()
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a:1", "a:2"]
