"""Pipelines where podman is the only engine: containers and services outlive a killed runner, and end."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.services.docker import IMAGE
from tests.services.podman import Podman, podman_or_skip
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = [
    pytest.mark.signals,
    pytest.mark.podman,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc"),
]

FLOW = f"""workflow:
  id: w
  steps:
    - name: asks
      type: docker
      services:
        db:
          image: {IMAGE}
          command: [sh, -c, "while :; do echo hello | nc -l -p 7000; done"]
          readiness: {{port: 7000, interval: 50ms}}
      config:
        image: {IMAGE}
        volumes: [".:/here"]
        working_dir: /here
        grace: 0s
        run: |
          echo begun >> log
          until [ -e go ]; do sleep 0.05; done
          nc db 7000 >> log
          echo a=7 >> "$WFE_OUTPUT"
    - {{name: last, run: 'echo "a=$<< steps.asks.outputs.a >>" >> log'}}
"""


class Field:
    """A folder whose PATH has all programs of this machine but docker."""

    def __init__(self, project: Project, podman: Podman) -> None:
        self.project = project
        self.podman = podman
        self.id = f"p-{secrets.token_hex(4)}"
        programs = project.folder / "programs"
        programs.mkdir()
        folders = [Path(each) for each in os.environ["PATH"].split(os.pathsep) if Path(each).is_dir()]
        names = {program.name for folder in folders for program in folder.iterdir()}
        for name in names:
            found = shutil.which(name)
            if found is not None and name not in {"docker", "dockerd"}:
                (programs / name).symlink_to(found)
        project.env |= {name: podman.environ[name] for name in ("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF")}
        project.env["PATH"] = str(programs)

    @property
    def containers(self) -> list[str]:
        """The names of the containers of the run."""
        return self.podman.containers(f"wfe.run={self.id}")

    @property
    def left(self) -> list[str]:
        """All that is left of the run: containers and networks."""
        return [*self.containers, *self.podman.networks(f"wfe.run={self.id}")]


@pytest.fixture
def field(project: Project) -> Iterator[Field]:
    """A folder for runs with podman."""
    made = Field(project, podman_or_skip())
    yield made
    (project.folder / "go").touch()
    for name in made.containers:
        made.podman("rm", "--force", "--time", "0", name)
    for name in made.podman.networks(f"wfe.run={made.id}"):
        made.podman("network", "rm", name)


@pytest.mark.parametrize("supervisor", [False, True], ids=["runner", "supervisor"])
def test_containers_outlive_a_killed_runner(field: Field, supervisor: bool) -> None:
    """The step's container is taken up, and finds its service by name; all is gone when the run has ended.

    So it is when the supervisor was killed, too: podman still has the container.
    """
    project = field.project
    runner = project.start("run", project.write(FLOW), "--id", field.id)
    project.wait_for("begun")
    before = set(field.containers)
    assert len(before) == 2
    (lock,) = project.folder.glob(".wfe/wfe.run/*/lock")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    if supervisor:
        os.kill(int(lock.read_text()), signal.SIGKILL)
    assert set(field.containers) == before
    second = project.start("resume", field.id)
    eventually(lambda: "adopted" in project.wfe("logs", field.id).stdout, "the adoption")
    assert set(field.containers) == before
    (project.folder / "go").touch()
    out, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, (out, err)
    assert project.log() == ["begun", "hello", "a=7"]
    assert field.left == []


def test_cancel_ends_containers_of_a_dead_runner(field: Field) -> None:
    """`wfe cancel` after a crash leaves neither the step's container nor its service."""
    project = field.project
    runner = project.start("run", project.write(FLOW), "--id", field.id)
    project.wait_for("begun")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    done = project.wfe("cancel", field.id)
    assert field.left == [], done.stdout + done.stderr
