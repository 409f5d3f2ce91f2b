"""What callers get of an instance: `handle.result()`, ids (decisions 26, 49)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.waiting import PATIENCE
from wfe_core import WorkflowBuilder, WorkflowSuspendedError
from wfe_host.testing.engine import WfeEngine


async def test_a_result_asked_for_after_resume_waits_for_the_end(wfe: WfeEngine, rec: Any) -> None:
    """Decisions 26, 49: an accepted `resume` counts, read or not; only what stays suspended raises."""
    flow = WorkflowBuilder("flow").wait_for("go", output="got").then(rec.step("end")).build()
    handle = await wfe.start(flow, {})
    await handle.suspend("lunch")
    await wfe.settle()
    with pytest.raises(WorkflowSuspendedError):
        await handle.result()
    await handle.resume()
    await wfe.host.publish_event("go", "", 1)
    assert await handle.result() == {"got": 1}


async def test_a_resume_that_is_read_between_two_looks_counts(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decision 49: a `resume` that left the inbox after the instance was seen suspended is in its record."""
    flow = WorkflowBuilder("flow").wait_for("go", output="got").build()
    handle = await wfe.start(flow, {})
    await handle.suspend("lunch")
    await wfe.settle()
    await wfe.host.publish_event("go", "", 1)
    store = wfe.host.runtime.store
    inbox = store.inbox

    async def late(after: Any) -> Any:
        monkeypatch.setattr(store, "inbox", inbox)
        await handle.resume()
        await wfe.settle()
        return await inbox(after)

    await wfe.settle()
    monkeypatch.setattr(store, "inbox", late)
    assert await handle.result() == {"got": 1}


async def test_a_result_comes_at_once_from_another_host(wfe: WfeEngine, rec: Any) -> None:
    """Rules 11: who waits for an instance that another host runs is told by a push, not by the sweep."""
    flow = WorkflowBuilder("flow").wait_for("go", output="got").build()
    wfe.register(flow)
    client = await wfe.add_host(role="client")
    client.register(flow)
    handle = await client.start(flow, {})
    result = asyncio.ensure_future(handle.result())
    await wfe.settle()
    await client.publish_event("go", "", 1)
    before = wfe.clock.now()
    async with asyncio.timeout(PATIENCE):
        assert await result == {"got": 1}
    assert wfe.clock.now() == before


@pytest.mark.parametrize("bad", ["", "  ", "a\0b", "two\nlines", 5])
async def test_an_instance_id_is_a_text_that_people_can_read(wfe: WfeEngine, rec: Any, bad: Any) -> None:
    """Rules 7: what no store could keep is refused at once, on every store, by name."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    with pytest.raises(ValueError, match=r"instance_id=.* must be a text"):
        await wfe.start(flow, {}, instance_id=bad)
    assert rec.log == []
