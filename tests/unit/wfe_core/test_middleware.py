from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from wfe_core.middleware import CallNext, Middleware, MiddlewareChain
from wfe_core.models import WorkflowInstance, WorkflowStatus
from wfe_core.ports import InstanceRecord
from wfe_core.steps.context import StepContext


def context() -> StepContext[Any]:
    """A context that nobody looks into."""
    return cast(StepContext[Any], object())


def record(id: str = "i", status: str = "runnable") -> InstanceRecord:
    """An instance."""
    return InstanceRecord(id, "d", 2, "f", status, 1_000_000, id, tags='{"team": "a"}', reference="r")


class Noted(Middleware):
    """Notes what passes through, under a name."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes

    async def step(self, ctx: StepContext[Any], call_next: CallNext) -> Any:
        """Note both ways."""
        self.notes.append(f"{self.name} in")
        try:
            return f"{self.name}({await call_next(ctx)})"
        finally:
            self.notes.append(f"{self.name} out")


async def test_the_first_is_the_outermost() -> None:
    """Steps run inside all middleware, in the order of registration from the outside in."""
    notes: list[str] = []
    chain = MiddlewareChain([Noted("a", notes), Middleware(), Noted("b", notes)])

    async def body() -> str:
        notes.append("body")
        return "x"

    assert await chain.step(context(), body) == "a(b(x))"
    assert notes == ["a in", "b in", "body", "b out", "a out"]
    assert await chain.step(context(), body) == "a(b(x))", "a chain serves any number of steps"


async def test_what_a_step_raises_passes_through() -> None:
    """A failure of the body reaches every middleware and then the caller."""
    notes: list[str] = []
    chain = MiddlewareChain([Noted("a", notes)])

    async def body() -> None:
        msg = "no"
        raise LookupError(msg)

    with pytest.raises(LookupError):
        await chain.step(context(), body)
    assert notes == ["a in", "a out"]


async def test_a_middleware_may_answer_itself_or_try_again() -> None:
    """It may leave the body out, run it twice, or hand on another context."""
    seen: list[Any] = []
    calls: list[int] = []

    class Twice(Middleware):
        async def step(self, ctx: StepContext[Any], call_next: CallNext) -> Any:
            await call_next()
            return await call_next(cast(StepContext[Any], "other"))

    class Looks(Middleware):
        async def step(self, ctx: StepContext[Any], call_next: CallNext) -> Any:
            seen.append(ctx)
            return await super().step(ctx, call_next)

    async def body() -> int:
        calls.append(1)
        return len(calls)

    assert await MiddlewareChain([Twice(), Looks()]).step(cast(Any, "first"), body) == 2
    assert seen == ["first", "other"]


def test_without_middleware_nothing_is_done() -> None:
    """A chain knows what its middleware wants, so that the host skips the rest."""
    empty = MiddlewareChain()
    assert not empty.wraps_steps
    assert not empty.watches_workflows
    lazy = MiddlewareChain([Middleware()])
    assert not lazy.wraps_steps
    assert not lazy.watches_workflows
    lazy.workflow_started(record())
    lazy.workflow_ended(record())
    base = Middleware()
    instance = cast(WorkflowInstance, None)
    assert base.workflow_started(instance) is base.workflow_ended(instance) is None


class Watching(Middleware):
    """Notes instances; its hooks are coroutines."""

    def __init__(self, name: str, notes: list[Any], gate: asyncio.Event) -> None:
        self.name = name
        self.notes = notes
        self.gate = gate

    async def workflow_started(self, instance: WorkflowInstance) -> None:
        """Note it, after a while."""
        await self.gate.wait()
        self.notes.append((self.name, "started", instance.id, instance.status))

    async def workflow_ended(self, instance: WorkflowInstance) -> None:
        """Note it."""
        self.notes.append((self.name, "ended", instance.id, instance.status))


async def test_instances_are_told_in_order() -> None:
    """Start before end for each instance, outermost first at the start and last at the end."""
    notes: list[Any] = []
    gate = asyncio.Event()
    chain = MiddlewareChain([Watching("a", notes, gate), Watching("b", notes, gate)])
    assert chain.watches_workflows
    row = record()
    chain.workflow_started(row)
    row.status = "complete"
    row.ended = 2_000_000
    chain.workflow_ended(row)
    await asyncio.sleep(0)
    assert notes == []
    gate.set()
    await chain.drain()
    runnable, complete = WorkflowStatus.RUNNABLE, WorkflowStatus.COMPLETE
    assert notes == [
        ("a", "started", "i", runnable),
        ("b", "started", "i", runnable),
        ("b", "ended", "i", complete),
        ("a", "ended", "i", complete),
    ]
    await chain.drain()


async def test_a_hook_may_be_plain_and_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    """A plain method does too; what it raises is logged, and the next one is called all the same."""
    notes: list[Any] = []
    gate = asyncio.Event()
    gate.set()

    class Broken(Middleware):
        def workflow_started(self, instance: WorkflowInstance) -> None:
            notes.append(instance.tags)
            msg = "broken hook"
            raise RuntimeError(msg)

    chain = MiddlewareChain([Broken(), Watching("b", notes, gate)])
    chain.workflow_started(record("one"))
    chain.workflow_started(record("two"))
    await chain.drain()
    assert [note for note in notes if isinstance(note, tuple)] == [
        ("b", "started", "one", WorkflowStatus.RUNNABLE),
        ("b", "started", "two", WorkflowStatus.RUNNABLE),
    ]
    assert notes[0] == {"team": "a"}
    assert "Broken.workflow_started failed for instance one" in caplog.text
    assert "broken hook" in caplog.text


async def test_the_host_decides_what_is_seen() -> None:
    """With `view` the instance is what the host makes of it, data and all."""
    seen: list[Any] = []

    class Looks(Middleware):
        def workflow_ended(self, instance: WorkflowInstance) -> None:
            seen.append(instance.data)

    def view(row: InstanceRecord) -> WorkflowInstance:
        return WorkflowInstance(
            id=row.id,
            definition_id="d",
            version=1,
            fingerprint="f",
            status=WorkflowStatus.COMPLETE,
            data={"n": 1},
        )

    chain = MiddlewareChain([Looks()], view=view)
    chain.workflow_ended(record())
    await chain.drain()
    assert seen == [{"n": 1}]
