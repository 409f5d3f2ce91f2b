"""Groups of Redis servers for the tests: a cluster of three, and a primary and a replica under a sentinel."""

from __future__ import annotations

import atexit
import signal
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import redis as driver

from tests.services.local import LocalServer, UnavailableError, free_port, program
from tests.services.redis import NAMES, Redis, own_redis
from tests.waiting import eventually

_SLOTS = 16_384


@cache
def cluster() -> Redis:
    """Start a cluster of three, which lives as long as this process.

    Raises:
        UnavailableError: it cannot be started here.
    """
    buses = [str(free_port()) for _ in range(3)]
    nodes = [own_redis("--cluster-enabled", "yes", "--cluster-port", bus, databases="1") for bus in buses]
    for node in nodes:
        node.start()
    third = _SLOTS // 3 + 1
    with nodes[0].admin() as first:
        for number, (node, bus) in enumerate(zip(nodes, buses, strict=True)):
            last = min((number + 1) * third, _SLOTS) - 1
            with node.admin() as client:
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", number * third, last)
            first.execute_command("CLUSTER", "MEET", "127.0.0.1", node.own().port, bus)
    for node in nodes:
        with node.admin() as client:
            eventually(partial(_is_whole, client), "a whole cluster")
    hosts = ",".join(f"127.0.0.1:{node.own().port}" for node in nodes)
    return Redis(f"redis+cluster://{hosts}")


def cluster_or_skip() -> Redis:
    """Start a cluster, or skip the test that needs it."""
    try:
        return cluster()
    except UnavailableError as exc:
        pytest.skip(f"no Redis: {exc}")


class Watched:
    """A primary and its replica under a sentinel.

    Attributes:
        url: of the sentinel, without options.
        primary: what was the primary at first.
        replica: the other one.
    """

    def __init__(self) -> None:
        self.primary = own_redis()
        self.primary.start()
        port = str(self.primary.own().port)
        self.replica = own_redis("--replicaof", "127.0.0.1", port, repl_diskless_sync_delay="0")
        self.replica.start()
        binary = program(*NAMES)
        self.sentinel = LocalServer(
            "sentinel",
            lambda folder, port: [binary, str(folder / "s.conf"), "--sentinel", "--port", str(port)],
        )
        atexit.register(self.sentinel.destroy, signal.SIGKILL)
        self._configure(self.sentinel.folder / "s.conf", port)
        self.sentinel.start(Redis(f"redis://127.0.0.1:{self.sentinel.port}").answers)
        self.url = f"redis+sentinel://127.0.0.1:{self.sentinel.port}/flows"
        eventually(self._knows_replica, "a replica that the sentinel knows")

    def fail_over(self) -> None:
        """Kill the primary, and wait until the replica has taken its place."""
        self.primary.stop()
        eventually(lambda: self._primary() == self.replica.own().port, "a new primary")

    def end(self) -> None:
        """Kill them all."""
        for server in (self.sentinel, self.primary.own(), self.replica.own()):
            server.destroy(signal.SIGKILL)

    def _configure(self, file: Path, port: str) -> None:
        file.write_text(
            f"sentinel monitor flows 127.0.0.1 {port} 1\n"
            "sentinel down-after-milliseconds flows 300\n"
            "sentinel failover-timeout flows 2000\n"
        )

    def _ask(self, *words: str) -> Any:
        with driver.Redis(port=self.sentinel.port, decode_responses=True) as client:
            return client.execute_command("SENTINEL", *words)

    def _knows_replica(self) -> bool:
        with self.replica.admin() as client:
            linked = client.info("replication").get("master_link_status") == "up"
        return linked and bool(self._ask("REPLICAS", "flows"))

    def _primary(self) -> int:
        return int(self._ask("GET-MASTER-ADDR-BY-NAME", "flows")[1])


def _is_whole(client: Any) -> bool:
    told = str(client.execute_command("CLUSTER", "INFO"))
    return "cluster_state:ok" in told and "cluster_known_nodes:3" in told
