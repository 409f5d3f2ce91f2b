"""Two processes race for the same instances: never two owners, and tokens only grow."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cluster import owners
from tests.crash.processes import ROOT
from tests.services.combinations import runtime_folder
from tests.services.postgres import postgres_or_skip
from tests.waiting import PATIENCE
from wfe_core.ports import Checkpoint
from wfe_core.registry import open_providers
from wfe_core.testing.conformance.make import instance

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

TAKINGS = 10_000
INSTANCES = 40


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """A store, its server and its schema."""
    with runtime_folder(tmp_path / "runtime"):
        server = postgres_or_skip()
        schema = server.lease()
        yield server.url(schema), server.base, schema
        asyncio.run(owners.drop(server.base, schema))


async def _fill(url: str) -> None:
    """Make instances that are due for ever and that nobody owns."""
    async with open_providers(url).store as store:
        made = [
            Checkpoint(instance(f"i-{n}", owner=None, fence=0, next_due=0), create=True)
            for n in range(INSTANCES)
        ]
        await store.commit(made, now=await store.now())


def test_two_processes_never_own_an_instance_at_once(place: tuple[str, str, str]) -> None:
    """10,000 takings of 40 instances: each from nobody and under the next token, as a trigger noted."""
    url, *where = place
    asyncio.run(_fill(url))
    asyncio.run(owners.watch(*where))
    command = [sys.executable, "-m", "tests.cluster.racer", url]
    racers = [
        subprocess.Popen([*command, name, str(TAKINGS // 2)], cwd=ROOT, stdout=subprocess.PIPE)
        for name in ("one", "two")
    ]
    counts = [int(racer.communicate(timeout=2 * PATIENCE)[0]) for racer in racers]
    rows = asyncio.run(owners.record(*where))
    assert owners.check(rows) == sum(counts) >= TAKINGS
    # They did meet: instances went back and forth between the two.
    takers = [row[2] for row in rows if row[2] is not None]
    assert sum(before != after for before, after in pairwise(takers)) > TAKINGS / 100
