"""Three hosts on one PostgreSQL: one of them is killed every few seconds, and nothing goes wrong."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import owners
from tests.cluster.member import KEYS, KINDS, definitions, fails
from tests.crash.processes import Hosts, look
from tests.crash.program import Log, Options, read_log
from tests.services.combinations import runtime_folder
from tests.services.postgres import Postgres, postgres_or_skip
from wfe_core.models import WorkflowInstance
from wfe_host import StartRequest, WorkflowHost
from wfe_host.config import HostConfig

pytestmark = [pytest.mark.signals, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(1_200)]

SECONDS = float(os.environ.get("WFE_TEST_CHAOS", "40"))
"""For how long hosts are killed."""
INSTANCES = 2_000
PATIENCE = 600.0


class Cluster:
    """The processes, their store, and the record of who owned what."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        self.server = server
        self.schema = server.lease()
        self.hosts = Hosts(folder, store=server.url(self.schema), module="tests.cluster.member")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Nobody runs yet; the tables are there."""
    with runtime_folder(tmp_path / "runtime"):
        made = Cluster(tmp_path, postgres_or_skip())
        asyncio.run(look(made.hosts.url))
        asyncio.run(owners.watch(made.server.base, made.schema))
        yield made
        made.hosts.close()
        asyncio.run(owners.drop(made.server.base, made.schema))


async def start_all(url: str) -> None:
    """Start the instances, as a client that runs nothing."""
    async with WorkflowHost.connect(url, config=HostConfig(role="client")) as client:
        client.register(*definitions(Log(Options(url, os.devnull, "client"))))
        for first in range(0, INSTANCES, 200):
            await client.start_many(
                StartRequest(definition=KINDS[n % len(KINDS)], data={"n": n}, instance_id=f"i-{n}")
                for n in range(first, first + 200)
            )


async def publish(url: str, key: int) -> None:
    """Publish one of the events, once however often it is tried."""
    async with WorkflowHost.connect(url, config=HostConfig(role="client")) as client:
        await client.publish_event("go", f"k{key}", {"key": key}, event_id=f"go-{key}")


def kill_now_and_then(hosts: Hosts, url: str) -> None:
    """Kill a host every few seconds and start another, while events are published."""
    chance = random.Random(7)
    until = time.monotonic() + SECONDS
    kills, published = 0, 0
    while time.monotonic() < until:
        pause = time.monotonic() + chance.uniform(1.5, 4.0)
        while time.monotonic() < pause:
            if published < KEYS and time.monotonic() > until - SECONDS * (1 - published / KEYS):
                asyncio.run(publish(url, published))
                published += 1
            time.sleep(0.05)
        hosts.kill(chance.choice(sorted(hosts.running)))
        hosts.start(config={"max_crashes": 1_000})
        kills += 1
    for key in range(published, KEYS):
        asyncio.run(publish(url, key))
    print(f"{kills} kills in {SECONDS:g} s")  # noqa: T201


def wait_for_the_end(url: str) -> list[WorkflowInstance]:
    """Wait until every instance has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = asyncio.run(look(url))
        running = [one.id for one in found if not one.status.terminal]
        if not running:
            return found
        assert time.monotonic() < deadline, f"{len(running)} still run: {running[:10]}"
        time.sleep(0.5)


def check_ends(found: list[WorkflowInstance]) -> None:
    """Every instance, children included, ended as it must."""
    assert len(found) == INSTANCES + INSTANCES // len(KINDS)
    assert Counter(str(one.status) for one in found) == {"complete": len(found)}
    for one in found:
        if one.parent_id is None:
            n = int(one.id.removeprefix("i-"))
            kind = KINDS[n % len(KINDS)]
            assert one.data["after"] == n
            if kind == "waits":
                assert one.data["event"]["key"] == n % KEYS
            elif kind == "parents":
                assert one.data["child"] == n


def check_effects(hosts: Hosts) -> None:
    """No step ran after its completion or beside itself, and sagas were undone in reverse order."""
    effects = read_log(hosts.log)[0]
    assert effects.violations() == []
    undone: dict[str, list[str]] = defaultdict(list)
    for entry in effects.entries:
        if entry.kind == "end" and entry.label.startswith("undo_"):
            steps = undone[entry.place[0]]
            # One whose host was killed before the commit runs again, in its place.
            if not steps or steps[-1] != entry.label:
                steps.append(entry.label)
    assert set(undone) == {f"i-{n}" for n in range(INSTANCES) if fails(n)}
    assert {tuple(steps) for steps in undone.values()} <= {("undo_three", "undo_two", "undo_one")}


def test_hosts_that_are_killed_again_and_again_do_all_the_work(cluster: Cluster) -> None:
    """2,000 instances on three hosts, one killed every few seconds: all end right, nothing is done twice."""
    hosts, url = cluster.hosts, cluster.hosts.url
    for _ in range(3):
        hosts.start(config={"max_crashes": 1_000})
    asyncio.run(start_all(url))
    began = time.monotonic()
    kill_now_and_then(hosts, url)
    found = wait_for_the_end(url)
    print(f"all ended {time.monotonic() - began:.0f} s after they were started")  # noqa: T201
    check_ends(found)
    check_effects(hosts)
    rows = asyncio.run(owners.record(cluster.server.base, cluster.schema))
    assert owners.check(rows, None) > INSTANCES
