"""Types of steps as bodies in workflows that are built in Python."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder, WorkflowFailedError
from wfe_core.errors import DefinitionError
from wfe_host.testing.engine import WfeEngine
from wfe_yaml.executors import delay, log, transform


async def test_a_type_is_a_step_of_the_builder(wfe: WfeEngine) -> None:
    """Its outputs are merged into the data, `.input` gives keys of its config, a pause is durable."""
    flow = (
        WorkflowBuilder("w")
        .then(log(message="hello"))
        .then(transform(json_parse="[1]"))
        .name("parse")
        .then(transform(expression=None))
        .name("again")
        .input(expression=lambda data: {"was": data["result"], "n": data["n"]})
        .then(delay(duration=7200))
        .name("rest")
        .build()
    )
    wfe.register(flow)
    handle = await wfe.start(flow, {"n": 2})
    data: dict[str, Any] = await wfe.result(handle)
    assert data == {"n": 2, "result": {"was": [1], "n": 2}}
    assert [line async for line in handle.logs()]


async def test_a_pause_ends_when_it_was_to(wfe: WfeEngine) -> None:
    """A crash makes it neither longer nor shorter, and one of no time is over at once."""
    flow = WorkflowBuilder("w").then(delay(duration=0)).then(delay(duration=7200)).name("rest").build()
    handle = await wfe.start(flow)
    await wfe.advance("90m")
    await wfe.restart()
    await wfe.advance("29m")
    assert (await wfe.host.get(handle.id)).status == "runnable"
    assert [status for step, status in await wfe.statuses(handle) if step == "rest"] == ["sleeping"]
    await wfe.advance("1m")
    assert (await wfe.host.get(handle.id)).status == "complete"


async def test_a_config_that_does_not_fit_is_told(wfe: WfeEngine) -> None:
    """When the body is made, or when `.input` has given a value: then the step fails for good."""
    with pytest.raises(DefinitionError, match=r"log\(…\): .*level"):
        log(message="a", level="loud")  # type: ignore[arg-type]
    flow = WorkflowBuilder("w").then(log(message="a")).input(level=lambda data: data["level"]).build()
    wfe.register(flow)
    with pytest.raises(WorkflowFailedError, match="level"):
        await wfe.result(await wfe.start(flow, {"level": "loud"}))
