"""Instances that begin with what became of some steps elsewhere (decision 40: `retry --from STEP`)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder
from wfe_host import SettledStep, StartRequest
from wfe_host.testing.engine import WfeEngine


def flow(rec: Any) -> Any:
    """Two steps at once, a decision that looks at an outcome, a gate, and a last step."""
    return (
        WorkflowBuilder("flow")
        .then(rec.step("first", {"x": 1}))
        .parallel(lambda b: b.then(rec.step("left")), lambda b: b.then(rec.step("right")))
        .then(rec.gate("gate"))
        .then(rec.step("last", lambda ctx: {"y": ctx.data["x"] + 1}))
        .build()
    )


async def test_settled_steps_are_not_run(wfe: WfeEngine, rec: Any) -> None:
    """Decision 40: what is settled as complete counts as done, containers with all inside; the rest runs."""
    made = flow(rec)
    wfe.register(made)
    rec.open("gate")
    settled = {"first": SettledStep(output={"x": 7}), "parallel": SettledStep()}
    [handle] = await wfe.host.start_many([StartRequest(definition=made, data={"x": 7}, settled=settled)])
    assert await wfe.result(handle) == {"x": 7, "y": 8}
    assert rec.log == ["gate", "last"]
    assert (await wfe.statuses(handle))[:2] == [("first", "complete"), ("parallel", "complete")]
    assert (await wfe.pointers(handle, "first"))[0].output == {"x": 7}


async def test_steps_can_be_left_out(wfe: WfeEngine, rec: Any) -> None:
    """What is settled as skipped is skipped, whatever its conditions would say."""
    made = flow(rec)
    wfe.register(made)
    settled = dict.fromkeys(["first", "gate", "last"], SettledStep(status="skipped"))
    [handle] = await wfe.host.start_many([StartRequest(definition=made, settled=settled)])
    await wfe.result(handle)
    assert sorted(rec.log) == ["left", "right"]
    assert ("last", "skipped") in await wfe.statuses(handle)


async def test_what_is_settled_survives_a_crash(wfe: WfeEngine, rec: Any) -> None:
    """A later host knows it as well: a settled step that is reached only after the crash does not run."""
    made = flow(rec)
    wfe.register(made)
    request = StartRequest(definition=made, data={"x": 1}, settled={"last": SettledStep()})
    [handle] = await wfe.host.start_many([request])
    await wfe.settle()
    await wfe.restart()
    rec.open("gate")
    assert await wfe.result(handle) == {"x": 1}
    assert "last" not in rec.log


async def test_a_settled_step_must_exist(wfe: WfeEngine, rec: Any) -> None:
    """A slip in a key is an error that names it, and nothing is started."""
    made = flow(rec)
    wfe.register(made)
    with pytest.raises(ValueError, match="has no step 'frist'"):
        await wfe.host.start_many([StartRequest(definition=made, settled={"frist": SettledStep()})])
    assert await wfe.host.instances() == []
