"""A clock that the tests move, and a committer on a store that fails as told."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.unit.wfe_host.committing import FakeStore
from wfe_core.ports import WorkflowStore
from wfe_core.testing.clock import ManualClock
from wfe_host.committer import Committer


class MovedClock(ManualClock):
    """A manual clock that tells what holds it."""

    def expect_a_hang(self) -> None:
        """From now on `advance` and `settle` wait for a call that hangs for a moment only."""
        self._stall = 0.02

    @property
    def held(self) -> bool:
        """Whether some work keeps the clock from jumping."""
        return self._busy != 0

    @property
    def timers(self) -> int:
        """How many calls are still to be made."""
        return sum(timer.callback is not None for _, _, timer in self._timers)


@pytest.fixture
def clock() -> MovedClock:
    """A clock that stands still until the test moves it."""
    return MovedClock()


@pytest.fixture
def store() -> FakeStore:
    """An empty store."""
    return FakeStore()


@pytest.fixture
def errors() -> list[Exception]:
    """What the host was told of."""
    return []


@pytest.fixture
def committer(store: FakeStore, clock: Any, errors: list[Exception]) -> Committer:
    """A committer on that store."""
    return Committer(cast(WorkflowStore, store), clock, errors.append)
