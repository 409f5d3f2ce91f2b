"""Hosts that die, come back, or do not know a definition (rules 2 and 12, decisions 1, 2, 14)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder
from wfe_host.testing.engine import WfeEngine


async def test_another_host_takes_over_at_once_on_the_same_machine(wfe: WfeEngine, rec: Any) -> None:
    """Rules 12: the interrupted step runs again on the other host, what completed does not."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).then(rec.gate("b")).then(rec.step("c")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.add_host()
    await wfe.kill()
    await wfe.advance("1d")
    assert rec.log == ["a", "b", "b"]
    rec.open("b")
    await wfe.result(handle)
    assert rec.log == ["a", "b", "b", "c"]
    assert (await wfe.host.get(handle.id)).fence == 2


async def test_an_unknown_version_is_parked_and_explained_without_a_hot_loop(
    wfe: WfeEngine, rec: Any
) -> None:
    """Rules 2: an instance nobody can run stays untouched; registering it moves it on."""
    flow = WorkflowBuilder("flow", version=2).then(rec.gate("a")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.kill()
    host = await wfe.add_host(known=False)
    host.register(WorkflowBuilder("flow", version=1).then(rec.step("other")).build())
    await wfe.settle()
    before = await host.get(handle.id)
    await wfe.advance("30d")
    after = await host.get(handle.id)
    assert (after.revision, after.fence) == (before.revision, before.fence)
    text = str(await host.explain(handle.id))
    assert "workflow 'flow' version 2 is not registered on this host" in text
    assert "register it" in text
    rec.open("a")
    host.register(flow)
    await wfe.settle()
    assert (await host.get(handle.id)).status == "complete"


async def test_a_changed_structure_blocks_until_it_is_adopted(wfe: WfeEngine, rec: Any) -> None:
    """Decision 14: an instance stored with another fingerprint is blocked and explained, or adopted."""
    old = WorkflowBuilder("flow").then(rec.gate("a")).build()
    new = WorkflowBuilder("flow").then(rec.gate("a")).then(rec.step("b")).build()
    handle = await wfe.start(old, {})
    await wfe.settle()
    await wfe.kill()
    host = await wfe.add_host(known=False)
    host.register(new)
    await wfe.advance("1d")
    assert "another structure" in str(await host.explain(handle.id))
    assert rec.log == ["a"]
    adopting = await wfe.add_host(known=False, adopt_changed_definitions=True)
    adopting.register(new)
    rec.open("a")
    await wfe.advance("1d")
    assert (await host.get(handle.id)).status == "complete"
    assert rec.log == ["a", "a", "b"]


@pytest.mark.wfe(session_ttl="10s", poll_interval="5s")
async def test_a_host_whose_session_is_lost_stops_its_steps_and_joins_again(wfe: WfeEngine, rec: Any) -> None:
    """Rules 4.7, decision 2: it stops ttl/2 after its last renewal; the taker's result stands."""
    flow = WorkflowBuilder("flow").then(rec.gate("a", {"by": "a"})).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    other = await wfe.add_host()
    keeper = wfe.host._keeper
    assert keeper is not None
    keeper.paused = True
    await wfe.advance("6s")
    assert rec.cancelled == ["a"]
    keeper.paused = False
    await wfe.advance("20s")
    assert rec.log == ["a", "a"]
    rec.open("a")
    assert await wfe.result(handle) == {"by": "a"}
    assert other.runtime.session_id
    assert (await wfe.host.get(handle.id)).fence >= 2


async def test_a_client_starts_but_never_runs(wfe: WfeEngine, rec: Any) -> None:
    """Decision 16: `HostConfig(role="client")` registers and starts but never claims."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    client = await wfe.add_host(role="client")
    client.register(flow)
    handle = await client.start("flow", {})
    await wfe.advance("2d")
    assert rec.log == []
    wfe.register(flow)
    await wfe.settle()
    assert (await client.get(handle.id)).status == "complete"


async def test_a_host_may_claim_only_what_it_is_told(wfe: WfeEngine, rec: Any) -> None:
    """Decision 16: `claim` names instances; these and their children only."""
    wfe.register(WorkflowBuilder("child").then(rec.step("c")).build())
    flow = WorkflowBuilder("flow").then(rec.gate("g")).sub_workflow("child").build()
    ours, theirs = [await wfe.start(flow, {}, instance_id=id_) for id_ in ("ours", "theirs")]
    await wfe.settle()
    await wfe.kill()
    host = await wfe.add_host(claim={"ours"})
    rec.open("g")
    await wfe.advance("2d")
    assert (await host.get(ours.id)).status == "complete"
    assert (await host.get(theirs.id)).status == "runnable"
    assert rec.log == ["g", "g", "g", "c"]


async def test_a_graceful_stop_commits_what_finishes_in_time(wfe: WfeEngine, rec: Any) -> None:
    """Rules 12: no new work is taken, running steps get a grace period, leases are released."""
    import asyncio

    flow = WorkflowBuilder("flow").then(rec.gate("a", {"x": 1})).then(rec.step("b")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    host = wfe.hosts.pop()
    stopping = asyncio.create_task(host.stop())
    await wfe.settle()
    rec.open("a")
    await stopping
    assert rec.log == ["a"]
    new = await wfe.add_host()
    assert await wfe.result(handle) == {"x": 1}
    assert rec.log == ["a", "b"]
    [first, _] = await new.pointers(handle.id)
    assert first.attempt == 1
