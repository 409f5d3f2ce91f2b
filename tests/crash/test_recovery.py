"""A second crash, while the first one is being recovered from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.explorer import EMBEDDED, Explorer
from tests.crash.flows import FLOWS
from tests.crash.sagas import SAGAS
from tests.crash.waits import WAITS

SCENARIOS = {**FLOWS, **SAGAS, **WAITS}
EVERY = {"memory": 1, "sqlite": 4}
"""All pairs where a world costs little, of the others those that differ."""
TWICE = ("sequence", "retry", "saga", "event", "sub-workflow", "suspend and resume", "cancel with undo")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("store", EMBEDDED)
@pytest.mark.parametrize("name", TWICE)
def test_a_crash_in_the_recovery_changes_nothing(store: str, name: str, tmp_path: Path) -> None:
    """Hosts die at any write, and the next at any write of its own: same end, nothing done twice."""
    scenario = SCENARIOS[name]
    pairs = Explorer(scenario, store, tmp_path / "worlds").explore_recovery(EVERY[store])
    # Whoever takes over makes a write at least: the one that was lost, or the last.
    assert pairs >= (2 * scenario.commits + scenario.others) // EVERY[store]
