"""Plays one random workflow to its end, with kills, events and commands on the way, and looks at the laws."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fuzz.generating import Flows
from wfe_core.testing import Backend
from wfe_host.handle import WorkflowHandle
from wfe_host.testing.engine import WfeEngine

OPEN = {"pending", "running", "sleeping", "waiting", "compensating"}
ROUNDS = 12
"""Commands and timers before everything is only driven to its end."""
PUSHES = 60
"""Resumed children, retries and resumptions after which an instance that does not end is stuck."""


async def play(seed: int, backend: Backend) -> None:
    """Play the workflow of a number.

    Raises:
        AssertionError: a law was broken.
    """
    chance = random.Random(seed)
    flows = Flows(chance)
    definition = flows.main()
    with errors_logged() as errors:
        async with backend, WfeEngine(backend, {}, store="fuzz") as wfe:
            wfe.register(*flows.children)
            handle = await wfe.start(definition, {})
            await _disturb(wfe, handle, chance)
            await _drive(wfe, handle, chance)
            await _look(wfe, handle)
    assert not errors, errors[0]
    begun = Counter(flows.log)
    assert not [beginning for beginning, times in begun.items() if times > 1], "an attempt began twice"


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """Gather what the engine logs as an error: nothing that a workflow does is one of these."""

    class Errors(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(
                f"{record.getMessage()}: {record.exc_info[1]!r}" if record.exc_info else record.getMessage()
            )

    found: list[str] = []
    handler = Errors(logging.ERROR)
    handler.addFilter(lambda record: record.name != "wfe.workflows")  # what became of the workflows
    logging.getLogger("wfe").addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger("wfe").removeHandler(handler)


async def _disturb(wfe: WfeEngine, handle: WorkflowHandle[Any], chance: random.Random) -> None:
    """Let timers fire one after the other, and something happen between them now and then."""
    for _ in range(ROUNDS):
        await wfe.settle()
        status = (await wfe.host.get(handle.id)).status
        what = chance.random()
        if what < 0.15:
            await wfe.restart()
        elif what < 0.2 and status == "runnable":
            await wfe.host.suspend(handle.id)
            await wfe.settle()
            await wfe.host.resume(handle.id)
        elif what < 0.25 and status in ("runnable", "suspended"):
            await wfe.host.cancel(handle.id)
        elif what < 0.35:
            await wfe.host.publish_event("e", chance.choice("12"), 1)
        await wfe.settle()
        due = wfe.clock.next_timer
        if due is None or (await wfe.host.get(handle.id)).status != "runnable":
            return
        await wfe.clock.travel_to(due)


async def _drive(wfe: WfeEngine, handle: WorkflowHandle[Any], chance: random.Random) -> None:
    """Bring the instance to an end: children are resumed, failures retried, and what is left is given up."""
    retries = 3
    for push in range(PUSHES):
        status = (await wfe.host.get(handle.id)).status
        if status == "runnable":
            await _rest(wfe, handle, give_up=push > PUSHES // 2)
        elif status in ("failed", "suspended") and retries:
            retries -= 1
            await (wfe.host.retry(handle.id) if status == "failed" else wfe.host.resume(handle.id))
            await wfe.settle()
        elif status == "suspended" and chance.random() < 0.5:
            await wfe.host.cancel(handle.id)
            await wfe.settle()
        elif status in ("failed", "suspended"):
            await wfe.host.terminate(handle.id)
            await wfe.settle()
        else:
            return
    message = f"it is stuck: {await wfe.host.explain(handle.id)}"
    raise AssertionError(message)


async def _rest(wfe: WfeEngine, handle: WorkflowHandle[Any], *, give_up: bool) -> None:
    """Let time pass until the instance ends or waits for suspended children, which then go on."""
    for _ in range(200):
        await wfe.settle()
        due = wfe.clock.next_timer
        if due is None or (await wfe.host.get(handle.id)).status != "runnable":
            break
        await wfe.clock.travel_to(due)
    await _push_children(wfe, handle, give_up=give_up)


async def _push_children(wfe: WfeEngine, handle: WorkflowHandle[Any], *, give_up: bool) -> None:
    for child in await wfe.host.instances(status="suspended"):
        if child.id != handle.id:
            await (wfe.host.terminate(child.id) if give_up else wfe.host.resume(child.id))
    await wfe.settle()


async def _look(wfe: WfeEngine, handle: WorkflowHandle[Any]) -> None:
    """Look at what an ended instance has left: nothing open, nobody in memory, no child that still runs."""
    left = [each for each in await wfe.statuses(handle) if each[1] in OPEN]
    assert not left, f"open pointers: {left}"
    for push in range(PUSHES):
        going = [child.id for child in await wfe.host.instances(status=["runnable", "suspended"])]
        if not going:
            break
        await _rest(wfe, handle, give_up=push > PUSHES // 2)
        due = wfe.clock.next_timer
        if due is not None:
            await wfe.clock.travel_to(due)
    else:
        message = f"children are left: {[str(await wfe.host.explain(each)) for each in going]}"
        raise AssertionError(message)
    await wfe.settle()
    assert not wfe.host.runtime.actors, f"still in memory: {list(wfe.host.runtime.actors)}"
