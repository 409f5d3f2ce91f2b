"""Three hosts on one PostgreSQL, also with Redis: one is killed every few seconds, and nothing goes wrong."""

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
from tests.services.redis import fresh_prefix, redis_or_skip
from wfe_core.models import WorkflowInstance
from wfe_host import StartRequest, WorkflowHost
from wfe_host.config import HostConfig

pytestmark = [pytest.mark.signals, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(1_200)]

SECONDS = float(os.environ.get("WFE_TEST_CHAOS", "0"))
"""For how long hosts are killed; 0 for what each test thinks is enough when nobody looks on."""
LONG, SHORT = 40.0, 6.0
PATIENCE = 600.0


class Cluster:
    """The processes, their store, and the record of who owned what.

    Attributes:
        seconds: for how long hosts are killed.
        instances: how many are started.
    """

    def __init__(self, folder: Path, server: Postgres, beside: dict[str, str], seconds: float) -> None:
        self.server = server
        self.schema = server.lease()
        self.hosts = Hosts(
            folder, store=server.url(self.schema), beside=dict(beside), module="tests.cluster.member"
        )
        self.seconds = SECONDS or seconds
        self.instances = 2_000 if self.seconds >= LONG else 400


@pytest.fixture(params=["postgres", pytest.param("postgres+redis", marks=pytest.mark.redis)])
def cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Nobody runs yet; the tables are there."""
    with runtime_folder(tmp_path / "runtime"):
        beside, seconds = dict[str, str](), LONG
        if request.param == "postgres+redis":
            url = redis_or_skip().url(fresh_prefix())
            beside, seconds = {"locks": url, "queue": url, "hub": url}, SHORT
        made = Cluster(tmp_path, postgres_or_skip(), beside, seconds)
        asyncio.run(look(made.hosts.url))
        asyncio.run(owners.watch(made.server.base, made.schema))
        yield made
        made.hosts.close()
        asyncio.run(owners.drop(made.server.base, made.schema))


def client(hosts: Hosts) -> WorkflowHost:
    """Make a host that starts and publishes, and runs nothing."""
    return WorkflowHost.connect(hosts.url, config=HostConfig(role="client"), **hosts.beside)


async def start_all(cluster: Cluster) -> None:
    """Start the instances."""
    hosts = cluster.hosts
    async with client(hosts) as starter:
        starter.register(*definitions(Log(Options(hosts.url, os.devnull, "client"))))
        for first in range(0, cluster.instances, 200):
            await starter.start_many(
                StartRequest(definition=KINDS[n % len(KINDS)], data={"n": n}, instance_id=f"i-{n}")
                for n in range(first, first + 200)
            )


async def publish(hosts: Hosts, key: int) -> None:
    """Publish one of the events, once however often it is tried."""
    async with client(hosts) as publisher:
        await publisher.publish_event("go", f"k{key}", {"key": key}, event_id=f"go-{key}")


def kill_now_and_then(hosts: Hosts, seconds: float) -> None:
    """Kill a host every few seconds and start another, while events are published."""
    chance = random.Random(7)
    until = time.monotonic() + seconds
    kills, published = 0, 0
    while time.monotonic() < until:
        pause = time.monotonic() + chance.uniform(1.5, 4.0)
        while time.monotonic() < pause:
            if published < KEYS and time.monotonic() > until - seconds * (1 - published / KEYS):
                asyncio.run(publish(hosts, published))
                published += 1
            time.sleep(0.05)
        hosts.kill(chance.choice(sorted(hosts.running)))
        hosts.start(config={"max_crashes": 1_000})
        kills += 1
    for key in range(published, KEYS):
        asyncio.run(publish(hosts, key))
    print(f"{kills} kills in {seconds:g} s")  # noqa: T201


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


def check_ends(found: list[WorkflowInstance], instances: int) -> None:
    """Every instance, children included, ended as it must."""
    assert len(found) == instances + instances // len(KINDS)
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


def check_effects(cluster: Cluster) -> None:
    """No step ran after its completion or beside itself, and sagas were undone in reverse order."""
    effects = read_log(cluster.hosts.log)[0]
    assert effects.violations() == []
    undone: dict[str, list[str]] = defaultdict(list)
    for entry in effects.entries:
        if entry.kind == "end" and entry.label.startswith("undo_"):
            steps = undone[entry.place[0]]
            # One whose host was killed before the commit runs again, in its place.
            if not steps or steps[-1] != entry.label:
                steps.append(entry.label)
    assert set(undone) == {f"i-{n}" for n in range(cluster.instances) if fails(n)}
    assert {tuple(steps) for steps in undone.values()} <= {("undo_three", "undo_two", "undo_one")}


def test_hosts_that_are_killed_again_and_again_do_all_the_work(cluster: Cluster) -> None:
    """Many instances on three hosts, one killed every few seconds: all end right, nothing is done twice."""
    hosts = cluster.hosts
    for _ in range(3):
        hosts.start(config={"max_crashes": 1_000})
    asyncio.run(start_all(cluster))
    began = time.monotonic()
    kill_now_and_then(hosts, cluster.seconds)
    found = wait_for_the_end(hosts.url)
    print(f"{len(found)} ended {time.monotonic() - began:.0f} s after they were started")  # noqa: T201
    check_ends(found, cluster.instances)
    check_effects(cluster)
    rows = asyncio.run(owners.record(cluster.server.base, cluster.schema))
    assert owners.check(rows, None) > cluster.instances
