"""Real processes on one PostgreSQL, under one of which the wall clock jumps by an hour, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import owners
from tests.cluster.member import KEYS, KINDS
from tests.cluster.test_chaos import (
    Cluster,
    check_effects,
    check_ends,
    publish,
    start_all,
    wait_for_the_end,
)
from tests.crash.processes import look, sessions
from tests.crash.program import read_log
from tests.services.clocks import WallClock
from tests.services.combinations import runtime_folder
from tests.services.local import UnavailableError
from tests.services.postgres import postgres_or_skip
from tests.waiting import eventually

pytestmark = [pytest.mark.signals, pytest.mark.slow, pytest.mark.timeout(600)]

INSTANCES = 200
DELAY = 6.0
"""Seconds, as `tests.cluster.member` has it."""


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    """The clock of one of the hosts, which is right at first."""
    try:
        return WallClock(tmp_path)
    except UnavailableError as exc:
        pytest.skip(f"no clock that jumps: {exc}")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Nobody runs yet; the tables are there."""
    with runtime_folder(tmp_path / "runtime"):
        made = Cluster(tmp_path, postgres_or_skip(), {}, 0)
        made.instances = INSTANCES
        asyncio.run(look(made.hosts.url))
        asyncio.run(owners.watch(made.server.base, made.schema))
        yield made
        made.hosts.close()
        asyncio.run(owners.drop(made.server.base, made.schema))


def test_a_clock_that_jumps_on_one_host_harms_nobody(cluster: Cluster, clock: WallClock) -> None:
    """An hour ahead, then an hour behind: sessions, timers, events and sagas go on, there and elsewhere.

    A host that starts while its clock is wrong joins the others like any.
    """
    hosts = cluster.hosts
    misled = hosts.start(before=clock.prefix)
    for _ in range(2):
        hosts.start()
    known = asyncio.run(sessions(hosts.url)).keys()
    asyncio.run(start_all(cluster))
    eventually(lambda: hosts.ended(misled), "work on the host whose clock jumps")
    for number, offset in enumerate(("+1h", "-1h")):
        clock.show(offset)
        for key in range(number, KEYS, 2):
            asyncio.run(publish(hosts, key))
    late = hosts.start(before=clock.prefix)
    found = wait_for_the_end(hosts.url)
    check_ends(found, cluster.instances)
    check_effects(cluster)
    assert timers(hosts.log) == [True] * (INSTANCES // len(KINDS))
    after = asyncio.run(sessions(hosts.url)).keys()
    assert known < after
    assert len(after) == len(known) + 1, f"{late} joined, and nobody else"
    rows = asyncio.run(owners.record(cluster.server.base, cluster.schema))
    assert owners.check(rows, None) > cluster.instances


def timers(log: Path) -> list[bool]:
    """Whether each instance with a timer waited for it, by the clock that does not jump."""
    effects, times = read_log(log)
    before: dict[str, float] = {}
    waited: list[bool] = []
    for entry, (_, _, at) in zip(effects.entries, times, strict=True):
        number = int(entry.place[0].partition("/")[0].removeprefix("i-") or 0)
        if KINDS[number % len(KINDS)] == "timers":
            if (entry.kind, entry.label) == ("end", "before"):
                before[entry.place[0]] = at
            elif (entry.kind, entry.label) == ("begin", "after"):
                waited.append(at - before[entry.place[0]] > DELAY - 0.1)
    return waited
