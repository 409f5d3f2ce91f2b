"""A loop whose host dies, or is suspended, before it has its next items or what it collects (rules 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until
from wfe_core import ExecutionResult, StepContext, WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.ports import CHUNK
from wfe_host.testing.engine import WfeEngine

Loop = Callable[[Any], WorkflowDefinition[Any]]


def each(rec: Any) -> WorkflowDefinition[Any]:
    """A loop over more items than a chunk holds."""
    body = rec.item("a")
    return WorkflowBuilder("flow").for_each(range(CHUNK + 1), lambda b: b.then(body)).build()


def branches(rec: Any) -> WorkflowDefinition[Any]:
    """A step that returns as many."""
    body = rec.item("a")

    async def split(ctx: StepContext[Any]) -> ExecutionResult:
        return ExecutionResult.branch(range(CHUNK + 1))

    return WorkflowBuilder("flow").then(split).body(lambda b: b.then(body)).build()


def held(store: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, list[None]]:
    """Let reads of a kind wait for an event; gives that, and one for each that was asked for."""
    read, gate, asked = getattr(store, name), asyncio.Event(), list[None]()

    async def wait_and_read(*args: Any, **options: Any) -> Any:
        asked.append(None)
        await gate.wait()
        return await read(*args, **options)

    monkeypatch.setattr(store, name, wait_and_read)
    return gate, asked


@pytest.mark.parametrize("loop", [each, branches])
async def test_a_loop_whose_host_dies_before_it_has_its_next_items_goes_on(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch, loop: Loop
) -> None:
    """When all that was begun has ended nothing else would wake it; what has ended does not run again."""
    _, asked = held(wfe.host.providers.store, "chunk", monkeypatch)
    handle = await wfe.start(loop(rec), {})
    actor = wfe.host.runtime.actors[handle.id]
    await until(lambda: asked and len(rec.log) == CHUNK and not actor.attempts)
    await wfe.host.runtime.committer.drain()
    await wfe.restart()
    assert (await wfe.ended(handle)).status == "complete"
    assert sorted(rec.log) == sorted(f"a:{n}" for n in range(CHUNK + 1))


async def test_a_loop_whose_host_dies_while_it_collects_goes_on(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next host collects; no item runs again."""
    flow = WorkflowBuilder("flow").for_each([1, 2], lambda b: b.then(rec.item("a"))).collect("out").build()
    _, asked = held(wfe.host.providers.store, "outputs", monkeypatch)
    handle = await wfe.start(flow, {})
    await until(lambda: asked)
    await wfe.restart()
    assert await wfe.result(handle) == {"out": [1, 2]}
    assert sorted(rec.log) == ["a:1", "a:2"]


async def test_items_that_come_while_a_loop_is_suspended_begin_when_it_is_resumed(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before, and not never."""
    gate, asked = held(wfe.host.providers.store, "chunk", monkeypatch)
    handle = await wfe.start(each(rec), {})
    actor = wfe.host.runtime.actors[handle.id]
    await until(lambda: asked and len(rec.log) == CHUNK)
    await handle.suspend()
    await until(lambda: actor.machine.record.status == "suspended" and not actor.attempts)
    gate.set()
    await wfe.advance("1d")
    assert len(rec.log) == CHUNK
    await handle.resume()
    await wfe.result(handle)
    assert len(rec.log) == CHUNK + 1
