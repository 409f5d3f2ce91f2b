"""That a fault can be aimed at: a scenario makes its writes in one order, whatever the speed of its store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.crash.explorer import Explorer
from tests.crash.test_exploration import SCENARIOS
from wfe_core.testing.faults import At, Fault, Faults

WITH_A_CLIENT = [name for name, scenario in SCENARIOS.items() if scenario.act is not None]
RUNS = 12


def slow_down(monkeypatch: pytest.MonkeyPatch, random: Random) -> None:
    """Let every call of a provider take some turns of the loop before and after, while the clock stands."""
    call = Faults.call

    async def some_turns(faults: Faults) -> None:
        assert faults._clock is not None
        faults._clock.enter()
        try:
            for _ in range(random.randrange(12)):
                await asyncio.sleep(0)
        finally:
            faults._clock.leave()

    async def slow_call(
        faults: Faults, name: str, work: Callable[[], Awaitable[Any]], arguments: tuple[Any, ...]
    ) -> Any:
        async def slowly() -> Any:
            await some_turns(faults)
            try:
                return await work()
            finally:
                await some_turns(faults)

        return await call(faults, name, slowly, arguments)

    monkeypatch.setattr(Faults, "call", slow_call)


def writes_of(explorer: Explorer) -> tuple[list[str], list[str]]:
    """The writes of a run that nothing disturbs, and of who takes over when the first host dies early."""
    ending, writes = explorer.undisturbed()
    return writes, explorer._try([At(0, Fault.CRASH_AFTER)], ending)


@pytest.mark.parametrize("name", WITH_A_CLIENT)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_order_of_writes_does_not_depend_on_speed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Client and host never write at once, so the n-th write of a run is the n-th of the next run too."""
    writes = writes_of(Explorer(SCENARIOS[name], "memory", tmp_path / "prompt"))
    slow_down(monkeypatch, Random(name))
    for run in range(RUNS):
        slow_writes = writes_of(Explorer(SCENARIOS[name], "memory", tmp_path / f"slow-{run}"))
        assert slow_writes == writes, f"run {run}"
