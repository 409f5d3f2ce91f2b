"""Results that come while nothing may go on: what counts is whether they came before the wait's timeout."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder, WorkflowFailedError
from wfe_host.testing.engine import WfeEngine

BEFORE, AFTER = "30m", "2h"


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("outcome", ["complete", "fail"])
async def test_a_workers_result_counts_by_when_it_came(
    wfe: WfeEngine, rec: Any, when: str, outcome: str
) -> None:
    """Rules 6, activity: the earlier of the result and the timeout wins, however long nobody could look."""
    flow = WorkflowBuilder("flow").activity("pack", timeout="1h", output="got").build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    lease = await wfe.host.claim_activity("pack", worker="w", lease="9h")
    assert lease is not None
    await handle.suspend()
    await wfe.advance(when)
    await (lease.complete("packed") if outcome == "complete" else lease.fail("torn"))
    await wfe.advance("3h")
    await handle.resume()
    if when == BEFORE and outcome == "complete":
        assert await wfe.result(handle) == {"got": "packed"}
        return
    with pytest.raises(WorkflowFailedError, match="torn" if when == BEFORE else "did not come in time"):
        await wfe.result(handle)


async def test_a_late_result_goes_the_way_of_the_timeout(wfe: WfeEngine, rec: Any) -> None:
    """A wait in a saga that has timed out is undone, and the work item is forgotten."""
    flow = (
        WorkflowBuilder("flow")
        .saga(lambda s: s.then(rec.step("a")).compensate_with(rec.step("-a")).activity("pack", timeout="1h"))
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    lease = await wfe.host.claim_activity("pack", worker="w", lease="9h")
    assert lease is not None
    await handle.suspend()
    await wfe.advance(AFTER)
    await lease.complete(1)
    await handle.resume()
    assert (await wfe.ended(handle)).status == "failed"
    assert rec.log == ["a", "-a"]


@pytest.mark.parametrize("when", [BEFORE, AFTER])
async def test_the_end_of_a_child_counts_by_when_it_came(wfe: WfeEngine, rec: Any, when: str) -> None:
    """Rules 6, sub_workflow: a child that goes on alone while its parent is suspended may end too late."""
    wfe.register(WorkflowBuilder("child").wait_for("go", output="n").build())
    flow = WorkflowBuilder("flow").sub_workflow("child", output="got").timeout("1h")
    handle = await wfe.start(flow.build(), {})
    await wfe.settle()
    await handle.suspend()
    await wfe.settle()
    [child] = await wfe.host.instances(definition="child")
    await wfe.host.resume(child.id)
    await wfe.advance(when)
    await wfe.host.publish_event("go", "", 1)
    await wfe.settle()
    assert (await wfe.host.get(child.id)).status == "complete"
    await wfe.advance("3h")
    await handle.resume()
    if when == BEFORE:
        assert await wfe.result(handle) == {"got": {"n": 1}}
        return
    with pytest.raises(WorkflowFailedError, match="workflow 'child' did not end in time"):
        await wfe.result(handle)
