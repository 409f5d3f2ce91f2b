"""A new release, host by host, while instances run: nothing is lost, done twice, or run by who cannot."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.release import definitions
from tests.crash.processes import Hosts, look
from tests.crash.program import Log, Options, read_log
from tests.services.combinations import runtime_folder
from tests.services.postgres import postgres_or_skip
from tests.waiting import eventually
from wfe_host import HostConfig, StartRequest, WorkflowHost

pytestmark = [pytest.mark.signals, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600)]

INSTANCES = 300


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    """Nobody runs yet."""
    with runtime_folder(tmp_path / "runtime"):
        server = postgres_or_skip()
        schema = server.lease()
        made = Hosts(tmp_path, store=server.url(schema), module="tests.cluster.release")
        yield made
        made.close()
        asyncio.run(server.give_back(schema))


async def start(hosts: Hosts, release: int, first: int, number: int) -> None:
    """Start instances of the newest version of a release, as its clients do."""
    async with WorkflowHost.connect(hosts.url, config=HostConfig(role="client")) as client:
        client.register(
            *definitions(Log(Options(hosts.url, os.devnull, "")), Options("", "", "", steps=release))
        )
        await client.start_many(
            StartRequest(definition="flow", data={"n": n}, instance_id=f"i-{n}")
            for n in range(first, first + number)
        )


def go_on(hosts: Hosts) -> None:
    """Wait until the hosts that are there have done some more, whichever of them."""
    before = hosts.ended()
    eventually(lambda: hosts.ended() >= before + INSTANCES // 3, "some progress")


def test_hosts_are_replaced_one_after_another_by_those_of_a_new_version(hosts: Hosts, tmp_path: Path) -> None:
    """Old instances end as they began, on hosts that know both versions; new ones have what was added."""
    gate = tmp_path / "gate"
    old = [hosts.start(steps=1, gate=str(gate)) for _ in range(3)]
    asyncio.run(start(hosts, 1, 0, INSTANCES // 2))
    for number, name in enumerate(old):
        go_on(hosts)
        hosts.send(name, signal.SIGTERM)
        assert hosts.wait(name) == 0
        hosts.start(steps=2, gate=str(gate))
        if number == 0:
            asyncio.run(start(hosts, 2, INSTANCES // 2, INSTANCES // 2))
    go_on(hosts)
    gate.touch()
    eventually(lambda: all(one.status.terminal for one in asyncio.run(look(hosts.url))), "the end of all")
    found = asyncio.run(look(hosts.url))
    assert len(found) == INSTANCES
    for one in found:
        number = int(one.id.removeprefix("i-"))
        version = 1 + (number >= INSTANCES // 2)
        assert (one.status, one.version) == ("complete", version)
        assert one.data["first"] == one.data["last"] == number
        assert one.data.get("added") == (number if version > 1 else None)
    effects = read_log(hosts.log)[0]
    assert effects.violations() == []
    # What was under way at a stop was ended or handed over: nobody counted it as a crash and ran it again.
    assert {entry.attempt for entry in effects.entries if entry.kind == "begin"} == {1}
