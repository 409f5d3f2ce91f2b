"""What is seen of instances: events, explanations, lists, search, purge (rules 13, decisions 28, 33)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from wfe_core import Inject, StepContext, WorkflowBuilder, step
from wfe_core.middleware import Middleware
from wfe_host.testing.engine import WfeEngine


class Gateway:
    """A service of the host."""

    def charge(self) -> str:
        """Charge."""
        return "paid"


async def test_lifecycle_events_come_in_order_after_the_commit(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: published after the commit, in order per instance."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).then(rec.fails("b", 1)).on_error("suspend").build()
    seen: list[tuple[str, str | None]] = []
    async with wfe.host.subscribe(instance_id="i-1") as events:
        handle = await wfe.start(flow, {}, instance_id="i-1")
        await wfe.ended(handle)
        await handle.resume()
        await wfe.result(handle)
        async for event in events:
            seen.append((str(event.kind), event.step_key))
            if event.kind == "workflow.completed":
                break
    assert seen == [
        ("workflow.started", None), ("step.started", "a"), ("step.completed", "a"), ("step.started", "b"),
        ("step.failed", "b"), ("workflow.suspended", None), ("workflow.resumed", None), ("step.started", "b"),
        ("step.completed", "b"), ("workflow.completed", None),
    ]  # fmt: skip


async def test_a_step_that_is_left_out_is_told_of(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: whoever looks on hears that a step was skipped, and nothing else of it."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).only_if(lambda ctx: False).then(rec.step("b")).build()
    seen: list[tuple[str, str | None]] = []
    async with wfe.host.subscribe(instance_id="i-1") as events:
        await wfe.start(flow, {}, instance_id="i-1")
        async for event in events:
            seen.append((str(event.kind), event.step_key))
            if event.kind == "workflow.completed":
                break
    assert seen == [
        ("workflow.started", None), ("step.skipped", "a"), ("step.started", "b"), ("step.completed", "b"),
        ("workflow.completed", None),
    ]  # fmt: skip


async def test_explain_names_what_an_instance_waits_for(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: why it is where it is, and what would move it."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.wait_for("paid", "k-1"),
            lambda b: b.delay("1h"),
            lambda b: b.activity("draw"),
            lambda b: b.approval("sure?"),
            lambda b: b.then(rec.gate("work")),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    await wfe.settle()
    explanation = await wfe.host.explain(handle.id)
    whats = {reason.what for reason in explanation.reasons}
    assert {"event", "timer", "activity", "approval", "running"} <= whats
    assert "'paid'" in str(explanation)
    assert "'k-1'" in str(explanation)


async def test_instances_are_listed_by_filters_and_pages(wfe: WfeEngine, rec: Any) -> None:
    """API: newest first, every filter must hold, a cursor for the next page."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    for number in range(5):
        handle = await wfe.start(
            flow,
            {"n": number},
            instance_id=f"i-{number}",
            reference=f"r{number % 2}",
            tags={"odd": str(number % 2)},
        )
        await wfe.result(handle)
        await wfe.advance(1)
    page = await wfe.host.instances(limit=3)
    assert [i.id for i in page] == ["i-4", "i-3", "i-2"]
    rest = await wfe.host.instances(limit=3, cursor=page.cursor)
    assert ([i.id for i in rest], rest.cursor) == (["i-1", "i-0"], None)
    assert [i.id for i in await wfe.host.instances(reference="r1", status="complete")] == ["i-3", "i-1"]
    assert [i.id for i in await wfe.host.instances(tags={"odd": "0"}, data={"n": 2})] == ["i-2"]
    assert list(await wfe.host.instances(status="failed")) == []


async def test_search_finds_words_and_prefixes(wfe: WfeEngine, rec: Any) -> None:
    """Decision 28: case-folded tokens, AND, trailing `*`, no stemming; at most a second behind."""
    flow = WorkflowBuilder("flow").then(rec.step("a", lambda c: {"note": "shipped"})).build()
    for number, text in enumerate(("Red Bicycle", "red car", "blue bicycles")):
        await wfe.result(await wfe.start(flow, {"text": text}, instance_id=f"i-{number}"))
    await wfe.advance(1)

    async def found(text: str, **filters: Any) -> list[str]:
        return sorted(i.id for i in await wfe.host.search(text, **filters))

    assert await found("RED") == ["i-0", "i-1"]
    assert await found("red bicycle") == ["i-0"]
    assert await found("bicycle") == ["i-0"]
    assert await found("bicycle*") == ["i-0", "i-2"]
    assert await found("shipped", status="complete", definition="flow") == ["i-0", "i-1", "i-2"]
    assert await found("nothing") == []


async def test_purge_removes_ended_instances_of_a_status_and_an_age(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: with all that belongs to them; what has not ended stays."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    old = await wfe.start(flow, {})
    await wfe.result(old)
    await wfe.advance("2h")
    young = await wfe.start(flow, {})
    await wfe.result(young)
    running = await wfe.start(WorkflowBuilder("waits").wait_for("e").build(), {})
    assert await wfe.host.purge(status="complete", older_than="1h") == 1
    assert {i.id for i in await wfe.host.instances()} == {young.id, running.id}
    assert await wfe.host.purge() == 1


async def test_purge_refuses_what_has_not_ended(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: whoever asks to delete what runs is told what can be deleted; nothing is."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    await wfe.run(flow, {})
    for status in ("runnable", ["complete", "suspended"]):
        with pytest.raises(ValueError, match=r"only instances that have ended .* complete, failed, cancel"):
            await wfe.host.purge(status=status)
    with pytest.raises(ValueError, match="not a duration"):
        await wfe.host.purge(older_than="last week")
    assert len(await wfe.host.instances()) == 1


async def test_an_unknown_status_is_answered_with_those_there_are(wfe: WfeEngine, rec: Any) -> None:
    """A wrong word in a filter lists the right ones, wherever a status can be given."""
    calls = (wfe.host.instances, wfe.host.purge, lambda **given: wfe.host.search("x", **given))
    for call in calls:
        with pytest.raises(
            ValueError, match=r"no status 'runing'; there are runnable, suspended, complete, "
        ):
            await call(status="runing")
        with pytest.raises(ValueError, match="did you mean 'complete'"):
            await call(status=["failed", "completed"])


async def test_middleware_wraps_steps_in_the_order_of_registration(wfe: WfeEngine, rec: Any) -> None:
    """Rules 13: workflow start, workflow end, step; the first registered is the outermost."""

    class Named(Middleware):
        def __init__(self, name: str) -> None:
            self.name = name

        async def step(self, ctx: StepContext[Any], call_next: Any) -> Any:
            rec.log.append(f"{self.name}>")
            result = await call_next(ctx)
            rec.log.append(f"<{self.name}")
            return result

        def workflow_started(self, instance: Any) -> None:
            rec.log.append(f"{self.name} started")

        def workflow_ended(self, instance: Any) -> None:
            rec.log.append(f"{self.name} {instance.status}")

    host = await wfe.add_host(middleware=[Named("a"), Named("b")])
    host.register(WorkflowBuilder("flow").then(rec.step("s")).build())
    await (await host.start("flow", {})).result()
    await wfe.settle()
    assert [x for x in rec.log if ">" in x or "<" in x or x == "s"] == ["a>", "b>", "s", "<b", "<a"]
    assert [x for x in rec.log if x.startswith(("a ", "b "))] == [
        "a started", "b started", "b complete", "a complete",
    ]  # fmt: skip


async def test_services_fill_parameters(wfe: WfeEngine) -> None:
    """Decision 31: `Inject[T]` is filled from `services`; a missing one is an error at `register`."""

    @step
    async def charge(gateway: Inject[Gateway]) -> dict[str, str]:
        return {"state": gateway.charge()}

    flow = WorkflowBuilder("flow").then(charge).build()
    host = await wfe.add_host(services={Gateway: Gateway()})
    host.register(flow)
    assert await (await host.start("flow", {})).result() == {"state": "paid"}
    with pytest.raises(Exception, match="Gateway"):
        wfe.host.register(flow)


async def test_lines_of_a_step_are_stored_with_it(wfe: WfeEngine, caplog: pytest.LogCaptureFixture) -> None:
    """API: `ctx.log` and `ctx.emit`; `handle.logs(step=)`."""

    @step
    async def talk(ctx: StepContext[Any]) -> None:
        ctx.log.warning("careful with %s", ctx.data["x"])
        ctx.emit("stdout", "hello")

    caplog.set_level(logging.WARNING, "wfe")  # put back after the test
    handle = await wfe.start(WorkflowBuilder("flow").then(talk).build(), {"x": 5})
    await wfe.result(handle)
    await wfe.advance(2)
    text = "".join([chunk.text async for chunk in handle.logs(step="talk")])
    assert "careful with 5" in text
    assert "hello" in text
