"""`@step(cache=...)`: outputs of earlier runs (decision 33)."""

from __future__ import annotations

from typing import Any

from wfe_core import StepContext, WorkflowBuilder, step
from wfe_host.testing.engine import WfeEngine


def counting(runs: list[int]) -> Any:
    """A cached step that notes each run of its body."""

    @step(cache="1h")
    async def square(n: int) -> dict[str, int]:
        runs.append(n)
        return {"result": n * n}

    return square


async def test_the_same_arguments_run_once_within_the_time(wfe: WfeEngine) -> None:
    """Decision 33: within its time a cached output is given again, in other instances too."""
    runs: list[int] = []
    flow = WorkflowBuilder("flow").then(counting(runs)).build()
    assert await wfe.run(flow, {"n": 3}) == {"n": 3, "result": 9}
    assert await wfe.run(flow, {"n": 3}) == {"n": 3, "result": 9}
    assert runs == [3]


async def test_other_arguments_run(wfe: WfeEngine) -> None:
    """What went in decides: other arguments are another entry."""
    runs: list[int] = []
    flow = WorkflowBuilder("flow").then(counting(runs)).build()
    await wfe.run(flow, {"n": 3})
    assert await wfe.run(flow, {"n": 4}) == {"n": 4, "result": 16}
    assert runs == [3, 4]


async def test_an_expired_output_is_made_again(wfe: WfeEngine) -> None:
    """After its time an entry is no longer given."""
    runs: list[int] = []
    flow = WorkflowBuilder("flow").then(counting(runs)).build()
    await wfe.run(flow, {"n": 3})
    await wfe.clock.advance("61m")
    await wfe.run(flow, {"n": 3})
    assert runs == [3, 3]


async def test_a_body_with_the_context_depends_on_all_data(wfe: WfeEngine) -> None:
    """A body that takes the context may look at anything: other data is another entry."""
    runs: list[str] = []

    @step(cache="1h")
    async def look(ctx: StepContext[Any]) -> dict[str, str]:
        runs.append(ctx.data["a"])
        return {"seen": ctx.data["a"]}

    flow = WorkflowBuilder("flow").then(look).build()
    await wfe.run(flow, {"a": "x"})
    await wfe.run(flow, {"a": "y"})
    await wfe.run(flow, {"a": "x"})
    assert runs == ["x", "y"]
