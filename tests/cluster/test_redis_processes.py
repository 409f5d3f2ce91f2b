"""Real processes on one PostgreSQL with locks, queue and hub on Redis: killed, and Redis with them."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.crash.processes import Hosts, look
from tests.crash.program import read_log
from tests.services.postgres import postgres_or_skip
from tests.services.redis import Redis, own_redis_or_skip
from tests.waiting import eventually

pytestmark = [
    pytest.mark.signals,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

INSTANCES, STEPS, PACE, KILLS = 50, 40, 0.25, 2


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A server that the test may do everything to."""
    server = own_redis_or_skip()
    server.start()
    yield server
    server.own().destroy(signal.SIGKILL)


@pytest.fixture
def hosts(tmp_path: Path, redis: Redis) -> Iterator[Hosts]:
    """The processes of the test."""
    url = redis.url("flows")
    made = Hosts(
        tmp_path,
        store=postgres_or_skip().url(f"t_{secrets.token_hex(8)}"),
        beside={"locks": url, "queue": url, "hub": url},
    )
    yield made
    made.close()


def reached(hosts: Hosts, goal: int) -> bool:
    """Whether so many steps have ended."""
    return hosts.ended() >= goal


def busy(hosts: Hosts) -> str:
    """The host that ended a step last."""
    return [entry.host for entry in read_log(hosts.log)[0].entries if entry.kind == "end"][-1]


def test_three_hosts_outlive_kills_and_the_loss_of_redis(hosts: Hosts, redis: Redis) -> None:
    """Whoever works is killed, and Redis loses its data: others go on, and no completed step runs again."""
    config = {"max_crashes": KILLS + 1, "poll_interval": "500ms"}
    for _ in range(KILLS):
        hosts.start(steps=STEPS, pace=PACE, config=config)
    hosts.start(start=INSTANCES, steps=STEPS, pace=PACE, config=config)
    whole = INSTANCES * STEPS
    for number in range(KILLS):
        goal = hosts.ended() + whole // 10
        eventually(partial(reached, hosts, goal), "some progress")
        hosts.kill(busy(hosts))
        assert hosts.ended() < whole
        if number == 0:
            redis.restart()
    eventually(
        lambda: all(one.status.terminal for one in asyncio.run(look(hosts.url))), "the end of all instances"
    )
    [survivor] = hosts.running
    hosts.send(survivor, signal.SIGTERM)
    assert hosts.wait(survivor) == 0
    found = asyncio.run(look(hosts.url))
    assert len(found) == INSTANCES
    for one in found:
        number = int(one.id.split("-")[1])
        assert (one.status, one.error) == ("complete", None)
        assert one.data == {"n": number} | {f"s{step}": number + step for step in range(STEPS)}
    effects = read_log(hosts.log)[0]
    assert effects.violations() == []
    assert len({entry.place for entry in effects.entries if entry.kind == "end"}) == whole
