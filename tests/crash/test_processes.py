"""Real processes on one store: killed, ended, stopped."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.processes import Hosts, last_expiry, look
from tests.crash.program import read_log
from tests.services.combinations import SERVICES, runtime_folder
from tests.waiting import eventually

pytestmark = pytest.mark.signals


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    """The processes of the test."""
    made = Hosts(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def hosts_anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hosts]:
    """The processes of the test, on each store that processes can share."""
    with runtime_folder(tmp_path / "runtime"):
        space = SERVICES[request.param](tmp_path)
        made = Hosts(tmp_path, store="" if request.param == "sqlite" else space.url)
        yield made
        made.close()
        asyncio.run(space.close())


def kill_again_and_again(hosts: Hosts, instances: int, steps: int, kills: int, seed: int) -> list[float]:
    """Kill the only host at random moments; gives the seconds from each restart to its first checkpoint.

    The sessions of the dead ones live for ten minutes more, so who goes on in time did not wait for that.
    """
    chance = random.Random(seed)
    # A step may be the one that runs at every kill.
    config = {"max_crashes": kills + 1}
    for _ in range(kills):
        name = hosts.start(start=instances, steps=steps, pace=0.1, config=config)
        _work_for_a_while(hosts, name, chance.randint(1, 2 * instances), instances * steps)
        hosts.kill(name)
    name = hosts.start(start=instances, steps=steps, pace=0.02, wait=True, config=config)
    hosts.expect(name, "done")
    assert hosts.wait(name) == 0
    ups: dict[str, float] = {}
    recoveries: dict[str, float] = {}
    for kind, host, at in read_log(hosts.log)[1]:
        if kind == "up":
            ups[host] = at
        elif kind == "completed" and host not in recoveries:
            recoveries[host] = at - ups[host]
    return [recoveries[host] for host in sorted(recoveries)[1:]]


def _work_for_a_while(hosts: Hosts, name: str, enough: int, whole: int) -> None:
    """Let a host run so many steps, or what is left."""
    eventually(lambda: hosts.ended(name) >= enough or hosts.ended() >= whole)


def check_all_complete(hosts: Hosts, instances: int, steps: int) -> None:
    """All complete, with all data, and the log of side effects obeys the checkpoint rule."""
    found = asyncio.run(look(hosts.url))
    assert len(found) == instances
    for one in found:
        number = int(one.id.split("-")[1])
        assert one.status == "complete", (one.id, one.status, one.error)
        assert one.data == {"n": number} | {f"s{step}": number + step for step in range(steps)}
    effects = read_log(hosts.log)[0]
    assert effects.violations() == []
    completed = {entry.place for entry in effects.entries if entry.kind == "end"}
    assert len(completed) == instances * steps


def test_a_host_that_is_killed_twice_loses_nothing(hosts: Hosts) -> None:
    """Kill -9 at random moments: all instances complete, and no completed step runs again."""
    kill_again_and_again(hosts, instances=40, steps=8, kills=2, seed=1)
    check_all_complete(hosts, 40, 8)


@pytest.mark.slow
def test_500_instances_survive_ten_kills(
    hosts: Hosts, record_property: Callable[[str, object], None]
) -> None:
    """500 running instances, ten times kill -9: all complete, and each restart goes on at once."""
    recoveries = kill_again_and_again(hosts, instances=500, steps=20, kills=10, seed=2)
    check_all_complete(hosts, 500, 20)
    record_property("recoveries", recoveries)
    print(f"seconds to the first checkpoint: {[round(each, 3) for each in recoveries]}")  # noqa: T201


def test_a_step_that_ends_the_process_fails_after_max_crashes(hosts: Hosts) -> None:
    """A step that calls os._exit fails with StepCrashedError after exactly `max_crashes` runs."""
    for _ in range(3):
        name = hosts.start(special="exit", config={"max_crashes": 3})
        assert hosts.wait(name) == 7
        hosts.note_death(name)
    survivor = hosts.start(special="exit", config={"max_crashes": 3})
    eventually(lambda: asyncio.run(look(hosts.url))[0].status == "failed")
    hosts.send(survivor, signal.SIGTERM)
    assert hosts.wait(survivor) == 0
    (found,) = asyncio.run(look(hosts.url))
    assert found.error is not None
    assert found.error.type == "StepCrashedError"
    entries = read_log(hosts.log)[0].entries
    assert [entry.attempt for entry in entries if entry.kind == "begin"] == [1, 2, 3]


def test_a_dead_process_is_replaced_at_once_by_another_on_the_machine(
    hosts_anywhere: Hosts, tmp_path: Path
) -> None:
    """The system tells that a host has died: another one goes on long before the session's ttl is over."""
    hosts = hosts_anywhere
    gate = tmp_path / "gate"
    options: dict[str, Any] = {"gate": str(gate), "config": {"poll_interval": "200ms"}}
    first = hosts.start(special="gate", **options)
    eventually(lambda: len(hosts.begun(first, "x")) == 2)
    second = hosts.start(**options)
    hosts.kill(first)
    eventually(lambda: hosts.begun(second, "x"))
    gate.touch()
    eventually(lambda: asyncio.run(look(hosts.url))[0].status == "complete")
    assert asyncio.run(look(hosts.url))[0].data["by"] == second
    assert read_log(hosts.log)[0].violations() == []


def test_a_host_that_is_told_to_stop_hands_over_at_once(hosts_anywhere: Hosts, tmp_path: Path) -> None:
    """SIGTERM: the running step is given back after the grace, and another host goes on at once."""
    hosts = hosts_anywhere
    gate = tmp_path / "gate"
    options: dict[str, Any] = {
        "gate": str(gate),
        "config": {"grace_period": "300ms", "poll_interval": "5m"},
    }
    first = hosts.start(special="gate", **options)
    eventually(lambda: len(hosts.begun(first, "x")) == 2)
    second = hosts.start(**options)
    hosts.send(first, signal.SIGTERM)
    hosts.expect(first, "stopped")
    assert hosts.wait(first) == 0
    eventually(lambda: hosts.begun(second, "x"))
    gate.touch()
    eventually(lambda: asyncio.run(look(hosts.url))[0].status == "complete")
    effects = read_log(hosts.log)[0]
    assert effects.violations() == []
    # It was no crash: the step was interrupted, and ran again.
    assert [entry.attempt for entry in effects.entries if entry.kind == "begin"] == [1, 1, 2, 1]


def test_a_host_that_was_stopped_for_too_long_cannot_write(hosts_anywhere: Hosts, tmp_path: Path) -> None:
    """SIGSTOP for longer than the ttl, then SIGCONT: the taker's result stands, the old step is cancelled."""
    hosts = hosts_anywhere
    gate = tmp_path / "gate"
    # Only the session that is to expire is a short one: a stall of the machine must not cost the taker's.
    first = hosts.start(
        special="gate",
        gate=str(tmp_path / "never"),
        config={"session_ttl": "2s", "poll_interval": "200ms"},
    )
    eventually(lambda: len(hosts.begun(first, "x")) >= 2)
    second = hosts.start(gate=str(gate), config={"poll_interval": "200ms"})
    hosts.freeze(first)
    eventually(lambda: hosts.begun(second, "x"))
    (tmp_path / "never").touch()
    hosts.send(first, signal.SIGCONT)

    def second_step(*kinds: str) -> list[str]:
        entries = read_log(hosts.log)[0].entries
        return [entry.host for entry in entries if entry.kind in kinds and entry.place == ("x", 2)]

    eventually(lambda: first in second_step("end", "failure"))
    gate.touch()
    eventually(lambda: asyncio.run(look(hosts.url))[0].status == "complete")
    assert asyncio.run(look(hosts.url))[0].data["by"] == second
    assert second_step("completed") == [second]


def test_a_host_that_was_stopped_alone_joins_again(hosts_anywhere: Hosts, tmp_path: Path) -> None:
    """A host that lost its session in a stall opens another one, takes its own work again and ends it."""
    hosts = hosts_anywhere
    gate = tmp_path / "gate"
    config = {"session_ttl": "2s", "poll_interval": "200ms"}
    name = hosts.start(special="gate", gate=str(gate), config=config)
    eventually(lambda: len(hosts.begun(name, "x")) >= 2)
    hosts.freeze(name)
    eventually(lambda: asyncio.run(last_expiry(hosts.url)) < time.time())
    begun = len(hosts.begun(name, "x"))
    hosts.send(name, signal.SIGCONT)
    eventually(lambda: len(hosts.begun(name, "x")) > begun)
    gate.touch()
    eventually(lambda: asyncio.run(look(hosts.url))[0].status == "complete")
    effects = read_log(hosts.log)[0]
    waits = [entry.attempt for entry in effects.entries if entry.kind == "begin" and entry.place == ("x", 2)]
    assert waits == list(range(1, len(waits) + 1))
    assert effects.count("completed", place=("x", 2)) == 1


def crowd(hosts: Hosts, seconds: float) -> int:
    """4 processes with 4 threads each, a host in each, on one file; gives how many instances they ran."""
    # A host whose thread does not get the interpreter for long keeps its session.
    names = [hosts.start(threads=4, seconds=seconds, steps=3) for _ in range(4)]
    counts = [int(hosts.line(name)) for name in names]
    assert [hosts.wait(name) for name in names] == [0] * 4
    effects = read_log(hosts.log)[0]
    assert [entry for entry in effects.entries if entry.kind.startswith("warning")] == []
    assert effects.violations() == []
    found = asyncio.run(look(hosts.url))
    assert len(found) == sum(counts) > 0
    assert {str(one.status) for one in found} == {"complete"}
    assert all(set(one.data) == {"n", "s0", "s1", "s2"} for one in found)
    assert effects.count("end") == 3 * len(found)
    return len(found)


@pytest.mark.slow
def test_many_hosts_share_a_file(hosts: Hosts) -> None:
    """16 hosts in 4 processes write to one file: no "database is locked", nothing lost, nothing twice."""
    crowd(hosts, 2)


@pytest.mark.slow
def test_many_hosts_share_a_file_for_a_minute(hosts: Hosts) -> None:
    """4 processes with 4 threads each on one file for 60 s: no "database is locked", nothing lost."""
    print(f"instances: {crowd(hosts, 60)}")  # noqa: T201
