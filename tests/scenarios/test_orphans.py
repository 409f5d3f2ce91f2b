"""Instances whose definition no running host has: an operator can still get rid of them (rule 10)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder, WorkflowFailedError
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.engine.orphaned import terminate_orphan
from wfe_core.ports import Claim, Message
from wfe_host import WorkflowHost
from wfe_host.testing.engine import WfeEngine


async def orphaned(wfe: WfeEngine, *flows: WorkflowDefinition[Any], known: Any = ()) -> WorkflowHost:
    """Start instances `i-0`, `i-1`, …, kill their host, and give another one that knows only some of them."""
    wfe.register(*flows, *known)
    for number, flow in enumerate(flows):
        await wfe.start(flow, {}, instance_id=f"i-{number}")
    await wfe.settle()
    other = await wfe.add_host(known=False)
    other.register(*known)
    await wfe.kill(wfe.hosts[0])
    await wfe.settle()
    return other


async def test_terminate_ends_what_nobody_can_run(wfe: WfeEngine, rec: Any) -> None:
    """Everything open is cancelled, work items and subscriptions go, and children end with it."""
    wfe.register(WorkflowBuilder("child").wait_for("never").build())
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.step("-a"))
                .parallel(
                    lambda b: b.activity("pack"),
                    lambda b: b.wait_for("go"),
                    lambda b: b.delay("1h"),
                    lambda b: b.sub_workflow("child"),
                    lambda b: b.for_each([1, 2, 3], lambda i: i.wait_for("item"), max_parallel=2),
                )
            )
        )
        .build()
    )
    host = await orphaned(wfe, flow)
    assert "or terminate it" in str(await host.explain("i-0"))
    async with host.subscribe("workflow.terminated") as events:
        await host.terminate("i-0", "nobody has it")
        assert (await anext(aiter(events))).instance_id == "i-0"
    assert (await host.get("i-0")).status == "terminated"
    assert {p.status for p in await host.pointers("i-0")} == {"complete", "cancelled"}
    assert rec.log == ["a"]
    assert await host.claim_activity("pack", worker="w") is None
    await host.publish_event("go")
    await wfe.settle()
    assert (await host.get("i-0")).status == "terminated"
    assert await host.purge() == 2


async def test_children_that_nobody_can_run_end_with_their_parent(wfe: WfeEngine, rec: Any) -> None:
    """The command reaches a whole tree, and those of it that have a host end there."""
    low = WorkflowBuilder("low").wait_for("never").build()
    mid = WorkflowBuilder("mid").sub_workflow("low").build()
    own = WorkflowBuilder("own").wait_for("never").build()
    top = WorkflowBuilder("top").parallel(
        lambda b: b.sub_workflow("mid"), lambda b: b.sub_workflow("own")
    )  # fmt: skip
    wfe.register(low, mid)
    host = await orphaned(wfe, top.build(), known=[own])
    await host.terminate("i-0")
    await wfe.settle()
    assert {i.definition_id: str(i.status) for i in await host.instances()} == dict.fromkeys(
        ("top", "mid", "low", "own"), "terminated"
    )


async def test_a_parent_hears_of_a_child_that_nobody_could_run(wfe: WfeEngine, rec: Any) -> None:
    """Decision 25: a child that was terminated fails the step of its parent."""
    top = WorkflowBuilder("top").sub_workflow("low").build()
    wfe.register(WorkflowBuilder("low").wait_for("never").build())
    host = await orphaned(wfe, top, known=[top])
    await host.terminate("i-0/1/1")
    with pytest.raises(WorkflowFailedError, match="sub-workflow 'i-0/1/1' was terminated"):
        await wfe.result(host.handle("i-0"))


async def test_what_ran_when_its_host_died_can_be_ended(wfe: WfeEngine, rec: Any) -> None:
    """The lease of a dead session is taken over, which `explain` does not call alive."""
    host = await orphaned(wfe, WorkflowBuilder("flow").then(rec.gate("a")).build())
    told = str(await host.explain("i-0"))
    assert "was held by host session" in told
    assert "which is dead" in told
    await host.terminate("i-0")
    assert (await wfe.ended(host.handle("i-0"))).status == "terminated"
    assert [str(p.status) for p in await host.pointers("i-0")] == ["cancelled"]


async def test_what_a_living_host_holds_is_left_to_it(wfe: WfeEngine, rec: Any) -> None:
    """Only its owner may write an instance: the command is in the inbox, the step is cancelled there."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.gate("a")).build(), {})
    await wfe.settle()
    other = await wfe.add_host(known=False)
    told = str(await other.explain(handle.id))
    assert "held by host session" in told
    assert "dead" not in told
    await other.terminate(handle.id)
    await wfe.settle()
    assert rec.cancelled == ["a"]
    assert (await other.get(handle.id)).status == "terminated"


async def test_a_failed_instance_that_nobody_can_run_can_be_ended(wfe: WfeEngine, rec: Any) -> None:
    """It keeps what failed, and can be purged as terminated."""
    host = await orphaned(wfe, WorkflowBuilder("flow").then(rec.fails("a")).build())
    await host.terminate("i-0")
    assert (await host.get("i-0")).status == "terminated"
    assert [str(p.status) for p in await host.pointers("i-0")] == ["failed"]


async def test_a_terminate_that_was_cut_short_is_finished_by_the_next(wfe: WfeEngine, rec: Any) -> None:
    """The host had taken the instance, and lost the store before it had ended it."""
    host = await orphaned(wfe, WorkflowBuilder("flow").wait_for("go").build())
    runtime = host.runtime
    await runtime.store.post([Message("i-0", "terminate", "{}")], now=wfe.clock.now())
    now, session = wfe.clock.now(), runtime.session_id
    assert await runtime.store.claim(Claim(ids=("i-0",)), session=session, limit=1, now=now)
    await host.terminate("i-0")
    assert (await host.get("i-0")).status == "terminated"


async def test_a_terminate_of_one_that_was_taken_is_stale(wfe: WfeEngine, rec: Any) -> None:
    """Promise 5: whoever takes the instance in between ends it; nothing is written without the lease."""
    host = await orphaned(wfe, WorkflowBuilder("flow").wait_for("go").build())
    store, now = host.runtime.store, wfe.clock.now()
    await store.post([Message("i-0", "terminate", "{}")], now=now)
    [first] = await store.claim(Claim(ids=("i-0",)), session="one", limit=1, now=now)
    late = terminate_orphan(first, now)
    [taken] = await store.claim(
        Claim(ids=("i-0",), dead=frozenset({"one"})), session="two", limit=1, now=now
    )  # fmt: skip
    [outcome] = await store.commit([late], now=now)
    assert (outcome.status, outcome.owner, taken.instance.status) == ("stale", "two", "runnable")
