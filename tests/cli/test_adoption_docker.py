"""A container whose runner is killed goes on, and the next runner takes it up; nothing is left of any."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.services.docker import IMAGE, Docker, docker_or_skip
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = [
    pytest.mark.signals,
    pytest.mark.docker,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc"),
]

STEP = f"""name: slow
      type: docker
      config:
        image: {IMAGE}
        volumes: [".:/here"]
        working_dir: /here
        grace: 0s
        run: |
          echo begun >> log
          until [ -e go ]; do sleep 0.05; done
          echo a=7 >> "$WFE_OUTPUT"
          echo last"""
LAST = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.a >>\" >> log'}"


class Run:
    """A run with a container in it."""

    def __init__(self, project: Project, docker: Docker) -> None:
        self.project = project
        self.id = f"r-{secrets.token_hex(4)}"
        self._docker = docker
        self.runner = project.start("run", project.steps(STEP, LAST), "--id", self.id)
        project.wait_for("begun")

    @property
    def containers(self) -> list[str]:
        """The names of its containers, whatever their state."""
        return self._docker.containers(f"wfe.run={self.id}")

    def kill(self) -> None:
        """Kill the runner as the kernel does when memory runs out."""
        self.runner.send_signal(signal.SIGKILL)
        self.runner.communicate()

    def go(self) -> None:
        """Let the container end."""
        (self.project.folder / "go").touch()


@pytest.fixture
def run(project: Project) -> Iterator[Run]:
    """A run whose container has begun."""
    docker = docker_or_skip()
    project.env["DOCKER_HOST"] = docker.host
    made = Run(project, docker)
    yield made
    made.go()
    for name in made.containers:
        docker("rm", "--force", name)


@pytest.mark.parametrize("ended", [False, True], ids=["running", "ended"])
def test_a_container_outlives_its_runner(run: Run, ended: bool) -> None:
    """Whether it still runs or has ended meanwhile: it runs once, and its outputs are there."""
    (before,) = run.containers
    run.kill()
    assert run.containers == [before]
    if ended:
        run.go()
        eventually(lambda: list(run.project.folder.glob(".wfe/wfe.run/*/*/result.json")))
        done = run.project.wfe("resume", run.id)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "its result was taken" in done.stdout
    else:
        second = run.project.start("resume", run.id)
        run.go()
        out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 0, (out, err)
    assert run.project.log() == ["begun", "a=7"]
    assert run.containers == []


def test_what_is_left_of_a_killed_supervisor_is_swept(run: Run) -> None:
    """When the supervisor was killed, too, the next start ends the container, and runs the step again."""
    (before,) = run.containers
    (lock,) = run.project.folder.glob(".wfe/wfe.run/*/lock")
    run.kill()
    os.kill(int(lock.read_text()), signal.SIGKILL)
    assert run.containers == [before]
    second = run.project.start("resume", run.id)
    eventually(lambda: run.project.log() == ["begun", "begun"], "the second attempt")
    assert before not in run.containers
    run.go()
    out, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, (out, err)
    assert run.containers == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_stops_the_container(run: Run, number: int, code: int) -> None:
    """Ctrl-C and SIGTERM end the container; the run can go on with a new one."""
    run.runner.send_signal(number)
    out, err = run.runner.communicate(timeout=PATIENCE)
    assert run.runner.returncode == code, (out, err)
    assert run.containers == []
    run.go()
    done = run.project.wfe("resume", run.id)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run.project.log() == ["begun", "begun", "a=7"]


def test_cancel_stops_the_container_of_a_dead_runner(run: Run) -> None:
    """`wfe cancel` after a crash leaves no container."""
    run.kill()
    done = run.project.wfe("cancel", run.id)
    assert run.containers == [], done.stdout + done.stderr
