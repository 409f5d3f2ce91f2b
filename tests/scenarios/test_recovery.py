"""Hosts that die, come back, or do not know a definition (rules 2 and 12, decisions 1, 2, 14)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.waiting import until
from wfe_core import HostStateError, WorkflowBuilder
from wfe_core.engine.machine import Machine
from wfe_host import StartRequest
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


async def test_an_instance_whose_step_is_gone_is_refused_and_explained(wfe: WfeEngine, rec: Any) -> None:
    """Promise 7, rules 13: a host that adopts it and lacks what is open says so, and leaves it as it is."""
    handle = await wfe.start(WorkflowBuilder("flow").then(rec.gate("a")).build(), {})
    await wfe.settle()
    await wfe.kill()
    host = await wfe.add_host(known=False, adopt_changed_definitions=True)
    host.register(WorkflowBuilder("flow").then(rec.step("b")).build())
    await wfe.advance("1m")
    explanation = await host.explain(handle.id)
    assert "refused" in {reason.what for reason in explanation.reasons}
    assert "the definition registered here has no step 'a'" in str(explanation)
    assert rec.log == ["a"]


async def test_a_round_that_cannot_be_made_is_refused_and_explained(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 7: a defect stops its instance on this host and no other; another host takes it up."""
    flow = WorkflowBuilder("flow").then(rec.gate("a")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()

    def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(Machine, "flush", broken)
        rec.open("a")
        await wfe.settle()
        assert "RuntimeError: a defect" in str(await wfe.host.explain(handle.id))
    await wfe.restart()
    await wfe.result(handle)
    assert rec.log == ["a", "a"]


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


def held_commits(store: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, list[int]]:
    """Let commits wait for an event; gives that, and the sizes of those that wait or have waited."""
    commit, gate, sent = store.commit, asyncio.Event(), list[int]()

    async def wait_and_commit(checkpoints: Any, *, now: int) -> Any:
        sent.append(len(checkpoints))
        await gate.wait()
        return await commit(checkpoints, now=now)

    monkeypatch.setattr(store, "commit", wait_and_commit)
    return gate, sent


async def test_a_start_does_not_notice_that_the_session_is_lost(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decision 2: what was on its way is stored, what was not is stored as nobody's; each runs once."""
    flow = WorkflowBuilder("flow").then(rec.step("a", lambda ctx: {"ran": ctx.instance_id})).build()
    wfe.register(flow)
    host, store, keeper = wfe.host, wfe.host.providers.store, wfe.host._keeper
    assert keeper is not None
    await wfe.settle()
    gate, sent = held_commits(store, monkeypatch)
    starts = [asyncio.ensure_future(host.start(flow, {}, instance_id="on its way"))]
    await until(lambda: sent)
    names = [f"queued {number}" for number in range(3)]
    starts.append(asyncio.ensure_future(host.start(flow, {}, instance_id=names[0])))
    requests = [StartRequest(definition=flow, instance_id=name) for name in names[1:]]
    many = asyncio.ensure_future(host.start_many(requests))
    await until(lambda: len(host.runtime.actors) == 4)
    lost = host.runtime.session_id
    assert keeper._session is not None
    keeper._session.lose()
    await until(lambda: host.runtime.session_id != lost)
    gate.set()
    handles = [*await asyncio.gather(*starts), *await many]
    assert [(handle.id, handle.created) for handle in handles] == [
        ("on its way", True), *((name, True) for name in names),
    ]  # fmt: skip
    await wfe.advance("20s")
    assert [await handle.result() for handle in handles] == [{"ran": handle.id} for handle in handles]
    assert rec.log == ["a"] * 4


async def test_a_start_on_a_host_that_stops_is_refused(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would be left to do it; the error says what to do, and nothing of it is stored."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    wfe.register(flow)
    host, store = wfe.host, wfe.host.providers.store
    await wfe.settle()
    gate, sent = held_commits(store, monkeypatch)
    first = asyncio.ensure_future(host.start(flow, {}, instance_id="first"))
    await until(lambda: sent)
    second = asyncio.ensure_future(host.start(flow, {}, instance_id="second"))
    await until(lambda: "second" in host.runtime.actors)
    host.runtime.stopping = True
    host.runtime.actors["second"].drop()
    with pytest.raises(HostStateError, match="before it began 'second': start it again, on a host that runs"):
        await second
    gate.set()
    await first
    assert (await store.instances(["first", "second"])).keys() == {"first"}


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
