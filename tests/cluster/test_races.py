"""Two processes race for the same instances: never two owners, and tokens only grow."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
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

TAKINGS = 10_000
A_FEW = 1_000
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


def _race(url: str, takings: int) -> int:
    """Let two processes take so many, until each has met the other often; gives how many they took."""
    command = [sys.executable, "-m", "tests.cluster.racer", url]
    racers = [
        subprocess.Popen(
            [*command, name, str(takings // 2), str(takings // 200)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    try:
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "enough\n"
        return sum(int(racer.communicate(timeout=2 * PATIENCE)[0]) for racer in racers)
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()


@pytest.mark.parametrize("takings", [A_FEW, pytest.param(TAKINGS, marks=pytest.mark.slow)])
def test_two_processes_never_own_an_instance_of_one_file_at_once(tmp_path: Path, takings: int) -> None:
    """Decision 46, on SQLite: triggers refuse a second owner, and tokens count the takings."""
    path = tmp_path / "w.db"
    asyncio.run(_fill(f"sqlite:///{path}"))
    owners.guard_file(path)
    taken = _race(f"sqlite:///{path}", takings)
    assert owners.tokens_of_file(path) == taken >= takings


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("owner = 'b', fence = fence + 1", "two owners"),
        ("owner = NULL, fence = fence + 1", "a token"),
        ("fence = fence - 1", "a token"),
    ],
)
def test_the_triggers_see_what_must_never_be(tmp_path: Path, change: str, why: str) -> None:
    """The oracle of the race refuses each wrong step, and lets the right ones pass."""
    path = tmp_path / "w.db"
    asyncio.run(_fill(f"sqlite:///{path}"))
    owners.guard_file(path)
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="a token"):
            connection.execute("UPDATE workflow SET owner = 'a'")
        connection.execute("UPDATE workflow SET owner = 'a', fence = fence + 1")
        with pytest.raises(sqlite3.IntegrityError, match=why):
            connection.execute(f"UPDATE workflow SET {change}")
        connection.execute("UPDATE workflow SET owner = NULL")


@pytest.mark.slow
@pytest.mark.postgres
def test_two_processes_never_own_an_instance_at_once(place: tuple[str, str, str]) -> None:
    """Decision 46: 10,000 takings of 40 instances: each from nobody and under the next token."""
    url, *where = place
    asyncio.run(_fill(url))
    asyncio.run(owners.watch(*where))
    taken = _race(url, TAKINGS)
    assert owners.check(asyncio.run(owners.record(*where))) == taken >= TAKINGS
