"""Sequences, the checkpoint rule, what steps get and give (rules 2 to 6, decisions 20 to 22, 26)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel

from wfe_core import (
    DefinitionConflictError,
    ExecutionResult,
    InstanceConflictError,
    RetryPolicy,
    StepBody,
    StepContext,
    WorkflowBuilder,
    WorkflowFailedError,
    output_of,
    step,
)
from wfe_host.testing.engine import WfeEngine


class Order(BaseModel):
    """Data of a workflow."""

    id: str
    total: float = 0.0
    note: str | None = None


@dataclass
class Parcel:
    """Data of another."""

    weight: int
    labels: list[str] = field(default_factory=list)


async def test_steps_run_in_order_and_see_what_was_returned_before(wfe: WfeEngine, rec: Any) -> None:
    """Rules 6, then: a sequence; outputs merge by top-level key."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("a", {"x": 1}))
        .then(rec.step("b", lambda ctx: {"y": ctx.data["x"] + 1}))
        .build()
    )
    assert await wfe.run(flow, {"k": 5}) == {"k": 5, "x": 1, "y": 2}
    assert rec.log == ["a", "b"]


async def test_a_chain_of_n_steps_costs_n_plus_one_commits(wfe: WfeEngine, rec: Any) -> None:
    """Rules 4.5: the start and each step's end are one commit each."""
    builder = WorkflowBuilder("flow")
    for number in range(7):
        builder.then(rec.step(f"s{number}"))
    handle = await wfe.start(builder.build(), {})
    await wfe.result(handle)
    assert (await wfe.host.get(handle.id)).revision == 8


async def test_only_what_was_not_committed_runs_again(wfe: WfeEngine, rec: Any) -> None:
    """Rules 4.3, promise 1: a crash runs the unfinished step again, with attempt raised, same key."""
    seen: list[tuple[int, str]] = []

    @step
    async def look(ctx: StepContext[Any]) -> None:
        seen.append((ctx.attempt, ctx.idempotency_key))

    flow = (
        WorkflowBuilder("flow").then(rec.step("a")).then(look).then(rec.gate("b")).then(rec.step("c")).build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.restart()
    rec.open("b")
    await wfe.result(handle)
    assert rec.log == ["a", "b", "b", "c"]
    assert seen == [(1, f"{handle.id}/2/0")]
    [gate] = await wfe.pointers(handle, "b")
    assert gate.attempt == 2


async def test_the_key_is_the_same_across_attempts_and_new_for_each_run(wfe: WfeEngine) -> None:
    """Decision 21: instance/pointer/run; retries and crashes keep it, a completed sleep raises run."""
    keys: list[str] = []

    @step
    async def work(ctx: StepContext[Any]) -> Any:
        keys.append(ctx.idempotency_key)
        if len(keys) == 1:
            msg = "again"
            raise ValueError(msg)
        if ctx.state is None:
            return ExecutionResult.sleep("1m", state={"slept": True})
        return {"state": ctx.state}

    handle = await wfe.start(WorkflowBuilder("flow").then(work).build(), {})
    assert await wfe.result(handle) == {"state": {"slept": True}}
    assert keys == [f"{handle.id}/1/0", f"{handle.id}/1/0", f"{handle.id}/1/1"]


async def test_attempt_counts_attempts_and_not_what_the_body_asked_for(wfe: WfeEngine) -> None:
    """Decision 21: a retry and a crash raise it; sleeping, persisting and waiting do not."""
    seen: list[tuple[int, str]] = []
    gate = asyncio.Event()

    @step(retry=RetryPolicy(interval=1))
    async def work(ctx: StepContext[Any]) -> Any:
        seen.append((ctx.attempt, ctx.idempotency_key.rpartition("/")[2]))
        match ctx.state:
            case None:
                return ExecutionResult.persist(1)
            case 1 if len(seen) == 2:
                msg = "again"
                raise ValueError(msg)
            case 1:
                return ExecutionResult.sleep("1h", state=2)
            case 2:
                return ExecutionResult.wait_for_event("go", "", state=3)
            case _:
                await gate.wait()
        return None

    handle = await wfe.start(WorkflowBuilder("flow").then(work).build(), {})
    await wfe.advance("2h")
    await wfe.host.publish_event("go", "")
    await wfe.settle()
    assert seen == [(1, "0"), (1, "1"), (2, "1"), (2, "2"), (2, "3")]
    await wfe.restart()
    gate.set()
    await wfe.result(handle)
    assert seen[5:] == [(3, "3")]


async def test_persist_runs_the_step_again_with_its_state(wfe: WfeEngine) -> None:
    """Rules 5: `persist(state)` keeps the state durably and runs the step again."""

    @step
    async def count(ctx: StepContext[Any]) -> Any:
        number = (ctx.state or 0) + 1
        return ExecutionResult.persist(number) if number < 4 else {"number": number}

    handle = await wfe.start(WorkflowBuilder("flow").then(count).build(), {})
    assert await wfe.result(handle) == {"number": 4}


async def test_the_data_may_be_a_model_or_a_dataclass(wfe: WfeEngine) -> None:
    """Rules 3, decision 22: results are typed as the data; a returned model gives what differs."""

    @step
    async def price(ctx: StepContext[Order]) -> Order:
        return ctx.data.model_copy(update={"total": 9.5})

    @step
    async def label(weight: int) -> dict[str, Any]:
        return {"labels": [f"{weight} kg"]}

    order = await wfe.run(WorkflowBuilder("order", data=Order).then(price).build(), Order(id="o-1"))
    assert order == Order(id="o-1", total=9.5)
    parcel = await wfe.run(WorkflowBuilder("parcel", data=Parcel).then(label).build(), Parcel(3))
    assert parcel == Parcel(3, ["3 kg"])


async def test_two_branches_that_return_models_both_survive(wfe: WfeEngine) -> None:
    """Decision 22: a returned instance contributes only the keys that differ from the step's snapshot."""

    @step
    async def total(ctx: StepContext[Order]) -> Order:
        return ctx.data.model_copy(update={"total": 2.0})

    @step
    async def note(ctx: StepContext[Order]) -> Order:
        return ctx.data.model_copy(update={"note": "gift"})

    flow = (
        WorkflowBuilder("order", data=Order).parallel(lambda b: b.then(total), lambda b: b.then(note)).build()
    )
    assert await wfe.run(flow, Order(id="o-1")) == Order(id="o-1", total=2.0, note="gift")


async def test_a_scalar_goes_where_output_says_and_else_stays_on_the_pointer(
    wfe: WfeEngine, rec: Any
) -> None:
    """Decision 22: a scalar without `.output` is the pointer's output only."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("a", 5))
        .then(rec.step("b", 6))
        .output("six")
        .then(rec.step("c", 7))
        .output(lambda result, data: {"sum": result + data["six"]})
        .build()
    )
    handle = await wfe.start(flow, {})
    assert await wfe.result(handle) == {"six": 6, "sum": 13}
    assert [p.output for p in await wfe.pointers(handle)] == [5, 6, 7]


async def test_output_of_wires_a_result_to_a_parameter(wfe: WfeEngine, rec: Any) -> None:
    """Decision 31: `.input(title=output_of("fetch", "title"))`; the wire is no part of the visible data."""

    @step
    async def shout(title: str) -> dict[str, str]:
        return {"title": title.upper()}

    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("fetch", ExecutionResult.next(output={"title": "hello"})))
        .output(lambda result, data: {})
        .then(shout)
        .input(title=output_of("fetch", "title"))
        .build()
    )
    assert await wfe.run(flow, {}) == {"title": "HELLO"}


async def test_plain_functions_run_in_threads_and_classes_too(wfe: WfeEngine) -> None:
    """Rules 5: a body is an `async def`, a plain `def` in a thread, or a StepBody class."""
    import threading

    threads: list[str] = []

    @step
    def plain() -> None:
        threads.append(threading.current_thread().name)

    class Greet(StepBody[Any]):
        async def run(self, ctx: StepContext[Any]) -> dict[str, str]:
            return {"greeting": f"hello {ctx.data['name']}"}

    flow = WorkflowBuilder("flow").then(plain).then(Greet).build()
    assert await wfe.run(flow, {"name": "Ada"}) == {"name": "Ada", "greeting": "hello Ada"}
    assert threads != [threading.main_thread().name]


async def test_a_step_works_on_a_snapshot(wfe: WfeEngine, rec: Any) -> None:
    """Rules 3, decision 8: data changed in place is lost, so the fixture makes it an error."""

    @step
    async def change(ctx: StepContext[Any]) -> None:
        ctx.data["x"] = 1

    flow = WorkflowBuilder("flow").then(change).build()
    with pytest.raises(WorkflowFailedError, match=r"step 'change' changed ctx.data in place \(x\); return"):
        await wfe.run(flow, {})


async def test_only_if_skips_a_step_or_a_container(wfe: WfeEngine, rec: Any) -> None:
    """API: `.only_if(cond)` skips; what follows runs."""
    flow = (
        WorkflowBuilder("flow")
        .then(rec.step("a"))
        .only_if(lambda d: d["on"])
        .parallel(lambda b: b.then(rec.step("p")))
        .only_if(lambda d: d["on"])
        .then(rec.step("z"))
        .build()
    )
    handle = await wfe.start(flow, {"on": False})
    await wfe.result(handle)
    assert rec.log == ["z"]
    assert await wfe.statuses(handle) == [("a", "skipped"), ("parallel", "skipped"), ("z", "complete")]


async def test_the_same_id_gives_the_same_instance(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13, decision 26: an idempotent start; another definition or input is a conflict."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    other = WorkflowBuilder("other").then(rec.step("a")).build()
    wfe.register(other)
    first = await wfe.start(flow, {"k": 1}, instance_id="i-1")
    again = await wfe.start(flow, {"k": 1}, instance_id="i-1")
    assert (first.created, again.created) == (True, False)
    await wfe.result(again)
    assert rec.log == ["a"]
    with pytest.raises(InstanceConflictError, match="input"):
        await wfe.host.start("flow", {"k": 2}, instance_id="i-1")
    with pytest.raises(InstanceConflictError, match="definition"):
        await wfe.host.start("other", {"k": 1}, instance_id="i-1")


async def test_start_takes_the_highest_version_and_the_instance_keeps_it(wfe: WfeEngine, rec: Any) -> None:
    """Rules 2: without a version the highest registered; an instance is pinned to its own."""
    one = WorkflowBuilder("flow", version=1).wait_for("go").then(rec.step("one")).build()
    two = WorkflowBuilder("flow", version=2).wait_for("go").then(rec.step("two")).build()
    wfe.register(one)
    old = await wfe.host.start("flow", {})
    wfe.register(two)
    new = await wfe.host.start("flow", {})
    await wfe.settle()
    await wfe.host.publish_event("go")
    await wfe.result(old)
    await wfe.result(new)
    assert sorted(rec.log) == ["one", "two"]
    assert ((await wfe.host.get(old.id)).version, (await wfe.host.get(new.id)).version) == (1, 2)


async def test_the_same_version_with_another_structure_is_a_conflict(wfe: WfeEngine, rec: Any) -> None:
    """Rules 2, decision 14: the same structure again is a no-op, another one raises."""
    wfe.register(WorkflowBuilder("flow").then(rec.step("a")).build())
    wfe.host.register(WorkflowBuilder("flow").then(rec.step("a", retry=None)).build())
    with pytest.raises(DefinitionConflictError, match="give the changed workflow a new version"):
        wfe.host.register(WorkflowBuilder("flow").then(rec.step("b")).build())


async def test_memory_and_commits_do_not_grow_with_history(wfe: WfeEngine, rec: Any) -> None:
    """Rules 4.6, promise 9: the host keeps only what is open, however long the history."""
    flow = (
        WorkflowBuilder("flow")
        .while_do(
            lambda d: d["n"] < 300, lambda b: b.then(rec.step("tick", lambda c: {"n": c.data["n"] + 1}))
        )
        .then(rec.gate("end"))
        .build()
    )
    handle = await wfe.start(flow, {"n": 0})
    await wfe.settle()
    state = wfe.host.runtime.actors[handle.id].machine.state
    assert len(state.pointers) == 1
    assert not state.children.get(1)
    rec.open("end")
    await wfe.result(handle)
