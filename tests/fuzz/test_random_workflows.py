"""Random workflows under random disturbances: whatever happens, an instance ends and leaves nothing behind.

`WFE_TEST_FUZZ=5000` plays so many workflows instead of the few of the suite, and `WFE_TEST_FUZZ_FROM=123`
begins with another number; a workflow that broke a law is named by its number.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.playing import play
from wfe_core.testing import Backend, ManualClock
from wfe_host.testing.backends import AtUrl, InMemory

WANTED = int(os.environ.get("WFE_TEST_FUZZ", "0"))
FIRST = int(os.environ.get("WFE_TEST_FUZZ_FROM", "240"))
"""Some after 240 found faults in the past: an undo that was cut short, a guard undone after a crash."""


def backend(store: str, folder: Path) -> Backend:
    """Make an empty store of a kind."""
    if store == "memory":
        return InMemory(ManualClock())
    folder.mkdir()
    return AtUrl(ManualClock(), f"sqlite:///{folder}/w.db")


async def play_all(store: str, count: int, folder: Path) -> None:
    """Play some workflows; the numbers of those that break a law are told, with the law."""
    broken: list[str] = []
    for seed in range(FIRST, FIRST + (WANTED or count)):
        try:
            await play(seed, backend(store, folder / str(seed)))
        except AssertionError as exc:
            broken.append(f"workflow {seed}: {exc}")
        except Exception as exc:
            exc.add_note(f"in workflow {seed}")
            raise
    assert not broken, "\n".join(broken)


@pytest.mark.timeout(0 if WANTED else 120)
@pytest.mark.parametrize(("store", "count"), [("memory", 60), ("sqlite", 8)])
async def test_a_random_workflow_ends_and_leaves_nothing_open(store: str, count: int, tmp_path: Path) -> None:
    """Promises 2 and 7: it ends whatever is done to it; no attempt begins twice, and nothing stays open."""
    await play_all(store, count, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(0 if WANTED else 300)
@pytest.mark.parametrize(("store", "count"), [("memory", 200), ("sqlite", 40)])
async def test_many_random_workflows_end_and_leave_nothing_open(
    store: str, count: int, tmp_path: Path
) -> None:
    """Promises 2 and 7: as above, with more of them."""
    await play_all(store, count, tmp_path)
