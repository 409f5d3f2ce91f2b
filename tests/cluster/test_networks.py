"""A host that the network cuts off from PostgreSQL: by the kernel, between two network namespaces."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.processes import Hosts, look, sessions
from tests.crash.program import read_log
from tests.services.combinations import runtime_folder
from tests.services.local import UnavailableError
from tests.services.networks import Wire, wire
from tests.services.postgres import Postgres, own_postgres
from tests.waiting import eventually

pytestmark = [pytest.mark.signals, pytest.mark.slow]


@pytest.fixture
def network() -> Iterator[Wire]:
    """Two networks and a wire."""
    try:
        with wire() as made:
            yield made
    except UnavailableError as exc:
        pytest.skip(f"no network to cut: {exc}")


@pytest.fixture
def server(network: Wire) -> Iterator[Postgres]:
    """A server in the near one, which also listens on the wire."""
    try:
        made = own_postgres(network.near, listen_addresses=network.address)
    except UnavailableError as exc:
        pytest.skip(f"no PostgreSQL: {exc}")
    folder = made.own().folder
    (folder / "data" / "pg_hba.conf").write_text("local all all trust\nhost all all 198.18.0.0/30 trust\n")
    made.start()
    yield made
    made.own().destroy(signal.SIGINT)


def test_a_host_that_the_network_cuts_off_stops_before_another_one_starts(
    network: Wire, server: Postgres, tmp_path: Path
) -> None:
    """No packet passes and nobody is told: its step is cancelled, then it begins elsewhere; both go on."""
    gate = tmp_path / "gate"
    over_the_wire = f"postgresql://wfe@{network.address}:{server.own().port}/postgres"
    with runtime_folder(tmp_path / "runtime"):
        hosts = Hosts(tmp_path, store=server.url("wfe", application_name="near"))
        # Only the session that is to end is a short one: a stall of the machine must not cost the other's.
        far = hosts.start(
            special="gate",
            gate=str(gate),
            config={"session_ttl": "4s", "poll_interval": "300ms"},
            before=network.into(network.far),
            store=f"{over_the_wire}?schema=wfe&connect_timeout=2s&statement_timeout=2s",
        )
        try:
            eventually(lambda: len(hosts.begun(far, "x")) >= 2, "the step on the far host")
            near = hosts.start(gate=str(gate), config={"poll_interval": "300ms"})
            before = asyncio.run(sessions(hosts.url))
            network.cut()
            eventually(lambda: 2 in hosts.begun(near, "x"), "the take-over")
            entries = [one for one in read_log(hosts.log)[0].entries if one.place == ("x", 2)]
            assert [(one.kind, one.host) for one in entries] == [
                ("begin", far),
                ("failure", far),
                ("begin", near),
            ]
            network.heal()
            eventually(lambda: asyncio.run(sessions(hosts.url)).keys() - before, "joining again")
            gate.touch()
            eventually(lambda: ended(hosts), "the end")
            [found] = asyncio.run(look(hosts.url))
            assert (found.status, found.data["by"]) == ("complete", near)
            assert read_log(hosts.log)[0].violations() == []
        finally:
            hosts.close()


def ended(hosts: Hosts) -> bool:
    """Whether all instances have ended."""
    return all(one.status.terminal for one in asyncio.run(look(hosts.url)))
