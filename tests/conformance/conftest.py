"""The providers under test: every combination of `tests/services/combinations.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.combinations import COMBINATIONS, each_combination
from wfe_core.testing import Backend, ManualClock


@pytest.fixture(params=each_combination())
async def backend(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Backend]:
    """The backend under test, empty."""
    async with COMBINATIONS[request.param].make(clock, tmp_path) as made:
        yield made
