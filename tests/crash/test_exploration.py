"""Every scenario, with a crash, an unknown outcome and a delay at every write, on every store.

A world on a server costs a hundred times what one in memory does: there a sample of the points is visited.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.edges import EDGES
from tests.crash.explorer import CRASHES, Explorer, Scenario
from tests.crash.flows import FLOWS
from tests.crash.guards import GUARDS
from tests.crash.holding import HOLDING
from tests.crash.sagas import SAGAS
from tests.crash.waits import WAITS
from tests.services.combinations import each_combination
from wfe_core.testing.faults import Fault

SCENARIOS: dict[str, Scenario] = {**FLOWS, **SAGAS, **GUARDS, **HOLDING, **WAITS, **EDGES}

NAMES = pytest.mark.parametrize("name", SCENARIOS)
AT_LEISURE = pytest.mark.parametrize("store", each_combination(slow="sqlite"))
"""The quick tests visit on SQLite what a crash leaves of some scenarios, and in memory all the rest."""
CRASHED = [
    pytest.param(*each.values, name, marks=each.marks)
    for name in SCENARIOS
    for each in each_combination(slow="" if name in FLOWS or name in WAITS else "sqlite")
]

# The faults are meant, and hosts complain of them as they should.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.mark.parametrize(("store", "name"), CRASHED)
def test_a_crash_at_any_write_changes_nothing(store: str, name: str, tmp_path: Path) -> None:
    """A host that dies before or after any write is replaced: same end, same undo, nothing done twice."""
    scenario = SCENARIOS[name]
    visited = Explorer(scenario, store, tmp_path / "worlds").explore(*CRASHES)
    # Before and after each commit; of the other writes at least the moment after.
    assert visited >= 2 * scenario.commits + scenario.others


@NAMES
@AT_LEISURE
def test_an_unknown_outcome_of_any_write_changes_nothing(store: str, name: str, tmp_path: Path) -> None:
    """A write whose outcome the host does not learn is neither lost nor made twice, written or not."""
    scenario = SCENARIOS[name]
    visited = Explorer(scenario, store, tmp_path / "worlds").explore(Fault.FAIL_BEFORE, Fault.FAIL_AFTER)
    assert visited >= 2 * scenario.commits + scenario.others


@NAMES
@AT_LEISURE
def test_a_slow_write_changes_nothing(store: str, name: str, tmp_path: Path) -> None:
    """A write that takes longer than the session lives harms nobody, for the session is renewed meanwhile."""
    visited = Explorer(SCENARIOS[name], store, tmp_path / "worlds").explore(Fault.DELAY)
    assert visited >= SCENARIOS[name].commits
