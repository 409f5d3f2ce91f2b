"""The pytest plugin as others load it (API)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from wfe_core import Inject, WorkflowBuilder, step
from wfe_host.testing.engine import WfeEngine

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from wfe_host.testing import StoreKind
from wfe_host.testing.backends import InMemory

class Mine(InMemory):
    async def close(self):
        print("given back")

def pytest_wfe_stores():
    return {"mine": StoreKind(lambda clock, folder: Mine(clock), (pytest.mark.server,))}
"""

TEST = """
from wfe_core.builder import WorkflowBuilder

async def test_it(wfe):
    definition = WorkflowBuilder("w").delay("1h").build()
    assert await wfe.run(definition, {"a": 1}) == {"a": 1}
    print("ran on", wfe.store)
"""


def test_the_plugin_may_be_named_by_who_has_it_already() -> None:
    """`pytest_plugins = ["wfe_host.testing"]` and `-p` work: pytest knows the entry point by that name."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    points = project["project"]["entry-points"]["pytest11"]
    assert points == {"wfe_host.testing": "wfe_host.testing"}


async def test_services_outlive_a_restart(wfe: WfeEngine) -> None:
    """What the kit was given for `Inject` is there in the host that takes over, too."""
    seen: list[str] = []

    @step
    async def note(words: Inject[list[str]]) -> None:
        words.append("noted")

    await wfe.provide({list[str]: seen})
    flow = WorkflowBuilder("flow").delay("1d").then(note).build()
    handle = await wfe.start(flow, {})
    await wfe.restart()
    await wfe.result(handle)
    assert seen == ["noted"]


@pytest.mark.timeout(180)
def test_a_conftest_brings_stores_of_its_own(pytester: pytest.Pytester) -> None:
    """A store of the hook is named like the others, marks its tests, and is given back after each."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TEST)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nmarkers = server\nwfe_stores = memory mine\n")
    done = pytester.runpytest_subprocess("-p", "no:randomly", "-s", "-m", "server")
    done.assert_outcomes(passed=1, deselected=1)
    done.stdout.fnmatch_lines(["*ran on mine*", "*given back*"])
    wrong = pytester.runpytest_subprocess("--wfe-store=none")
    wrong.stdout.fnmatch_lines(["*the fixture wfe knows the stores memory, sqlite, mine, not 'none'*"])
