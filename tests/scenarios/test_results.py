"""What callers get of an instance: `handle.result()`, ids (decisions 26, 49)."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize("bad", ["", "  ", "a\0b", "two\nlines", 5])
async def test_an_instance_id_is_a_text_that_people_can_read(wfe: WfeEngine, rec: Any, bad: Any) -> None:
    """engine.md 7: what no store could keep is refused at once, on every store, by name."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    with pytest.raises(ValueError, match=r"instance_id=.* must be a text"):
        await wfe.start(flow, {}, instance_id=bad)
    assert rec.log == []
