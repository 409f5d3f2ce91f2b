"""The servers for development: `docker-compose.yml`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))["services"]


def test_each_server_is_there_in_its_version() -> None:
    """PostgreSQL 17, Valkey 8 and OpenSearch 2."""
    images = {name: service["image"] for name, service in SERVICES.items()}
    assert images == {
        "postgres": "postgres:17",
        "valkey": "valkey/valkey:8",
        "opensearch": "opensearchproject/opensearch:2",
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_server_says_when_it_is_ready_and_is_for_this_machine_only(name: str) -> None:
    """Each has a health check, and its ports are bound to the loopback interface."""
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["healthcheck"]["retries"] > 0
    assert service["ports"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_sessions_are_never_evicted() -> None:
    """A host whose session was thrown out to make room would be taken for unknown."""
    assert "noeviction" in SERVICES["valkey"]["command"]


def test_compose_understands_the_file() -> None:
    """`docker compose config` accepts it, where that is installed."""
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed")
    command = [docker, "compose", "-f", str(FILE), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
