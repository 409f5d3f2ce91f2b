"""What is told of failures, undos and waits: to subscribers, on pointers, on instances."""

from __future__ import annotations

from typing import Any

from wfe_core import StepError
from wfe_core.builder import WorkflowBuilder
from wfe_host.testing.engine import WfeEngine


async def test_an_undo_is_told_step_by_step(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: failures tell their type and message, each compensated step is told after its undo."""
    flow = (
        WorkflowBuilder("flow")
        .saga(
            lambda s: (
                s.then(rec.step("a"))
                .compensate_with(rec.fails("-a"))
                .then(rec.step("b"))
                .compensate_with(rec.step("-b"))
                .then(rec.fails("c"))
            )
        )
        .build()
    )
    told: list[tuple[str, str | None, str | None]] = []
    async with wfe.host.subscribe(instance_id="i-1") as events:
        await wfe.ended(await wfe.start(flow, {}, instance_id="i-1"))
        async for event in events:
            if event.kind in ("step.failed", "step.compensated"):
                told.append((str(event.kind), event.step_key, event.detail.get("message")))
            if event.kind == "workflow.failed":
                assert event.detail["type"]
                break
    assert [each[:2] for each in told] == [
        ("step.failed", "saga/c"),
        ("step.compensated", "saga/b"),
        ("step.failed", "saga/a/~undo/-a"),
        ("step.failed", "saga/a"),
        ("step.failed", "saga"),
    ]
    assert all(message for kind, _, message in told if kind == "step.failed")


async def test_what_a_wait_brought_stays_on_its_pointer(wfe: WfeEngine, rec: Any) -> None:
    """Decision 51: the result of a wait is the event's data, also where no `output=` says where it goes."""
    flow = WorkflowBuilder("flow").wait_for("paid", "o-1").then(rec.step("end")).build()
    handle = await wfe.start(flow, {})
    await wfe.settle()
    await wfe.host.publish_event("paid", "o-1", {"by": "card"})
    await wfe.result(handle)
    [pointer] = await wfe.pointers(handle, "paid")
    assert pointer.output == {"by": "card"}


async def test_a_saga_that_suspends_says_why(wfe: WfeEngine, rec: Any) -> None:
    """Rules 8: `on_error="suspend"` suspends after the undo; the error is on the instance meanwhile."""

    async def breaks(ctx: Any) -> None:
        raise StepError("no stock", retryable=False)

    flow = WorkflowBuilder("flow").saga(lambda s: s.then(breaks), on_error="suspend").build()
    instance = await wfe.ended(await wfe.start(flow, {}))
    assert instance.status == "suspended"
    assert instance.error is not None
    assert instance.error.message == "no stock"
