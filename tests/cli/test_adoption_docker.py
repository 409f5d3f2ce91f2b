"""A container whose runner is killed goes on, and the next runner takes it up; nothing is left of any."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from functools import partial
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
        env: {{TOKEN: $<< secrets.TOKEN >>}}
        run: |
          echo first; echo "$TOKEN"
          echo begun >> log
          until [ -e go ]; do sleep 0.05; done
          echo a=7 >> "$WFE_OUTPUT"
          echo last
          [ "$(cat go)" != 9 ] || exit 9
      outputs: {{a: int}}"""
LAST = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.a >>\" >> log'}"
TOKEN = "s3cr3t-of-the-run"


class Run:
    """A run with a container in it."""

    def __init__(self, project: Project, docker: Docker, more: str) -> None:
        self.project = project
        self.id = f"r-{secrets.token_hex(4)}"
        self._docker = docker
        project.env["TOKEN"] = TOKEN
        step = STEP.replace("grace: 0s", f"grace: 0s\n        {more}")
        file = project.steps(step, LAST, head="  secrets: [TOKEN]\n")
        self.runner = project.start("run", file, "--id", self.id)
        project.wait_for("begun")

    @property
    def containers(self) -> list[str]:
        """The names of its containers, whatever their state."""
        return self._docker.containers(f"wfe.run={self.id}")

    def kill(self, *, supervisor: bool = False) -> None:
        """Kill the runner as the kernel does when memory runs out; and its supervisor, too."""
        (lock,) = self.project.folder.glob(".wfe/wfe.run/*/lock")
        self.runner.send_signal(signal.SIGKILL)
        self.runner.communicate()
        if supervisor:
            os.kill(int(lock.read_text()), signal.SIGKILL)

    def go(self, code: int = 0) -> None:
        """Let the container end, with 0 or 9."""
        new = self.project.folder / "new"
        new.write_text(str(code))
        new.replace(self.project.folder / "go")

    def adopted(self, times: int) -> bool:
        """Whether its container was taken up so many times."""
        return self.project.wfe("logs", self.id).stdout.count("adopted") == times

    @property
    def ended(self) -> bool:
        """Whether no container of it runs."""
        return self._docker("ps", "--quiet", "--filter", f"label=wfe.run={self.id}") == ""


@pytest.fixture
def run(project: Project, request: pytest.FixtureRequest) -> Iterator[Run]:
    """A run whose container has begun; a parameter is more config of its step."""
    docker = docker_or_skip()
    project.env["DOCKER_HOST"] = docker.host
    made = Run(project, docker, getattr(request, "param", ""))
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


@pytest.mark.parametrize("moment", ["running", "ended", "failed"])
def test_a_container_outlives_its_supervisor(run: Run, moment: str) -> None:
    """When both were killed its engine still has it: it runs once, and code, outputs and lines are taken."""
    (before,) = run.containers
    run.kill(supervisor=True)
    assert run.containers == [before]
    if moment == "running":
        second = run.project.start("resume", run.id)
        eventually(partial(run.adopted, 1), "the adoption")
        assert run.containers == [before]
        run.go()
        out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 0, (out, err)
    else:
        run.go(9 if moment == "failed" else 0)
        eventually(lambda: run.ended, "the end of the container")
        done = run.project.wfe("resume", run.id)
        assert done.returncode == (1 if moment == "failed" else 0), done.stdout + done.stderr
        assert ("exit code 9" in done.stdout) == (moment == "failed")
    assert run.project.log() == (["begun"] if moment == "failed" else ["begun", "a=7"])
    logs = run.project.wfe("logs", run.id).stdout
    assert (logs.count("first"), logs.count("last")) == (1, 1)
    assert TOKEN not in logs
    assert run.containers == []


def test_a_container_is_taken_up_again_and_again(run: Run) -> None:
    """Whoever took it up may be killed, too; when that one is interrupted, the container gets the signal."""
    (before,) = run.containers
    run.kill(supervisor=True)
    for number in (1, 2):
        run.runner = run.project.start("resume", run.id)
        eventually(partial(run.adopted, number), "the adoption")
        assert run.containers == [before]
        if number == 1:
            run.kill(supervisor=True)
    run.runner.send_signal(signal.SIGTERM)
    out, err = run.runner.communicate(timeout=PATIENCE)
    assert run.runner.returncode == 143, (out, err)
    assert run.containers == []
    run.go()
    done = run.project.wfe("resume", run.id)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run.project.log() == ["begun", "begun", "a=7"]


@pytest.mark.parametrize("run", ["on_orphan: kill"], indirect=True)
def test_what_is_left_of_a_killed_supervisor_is_swept(run: Run) -> None:
    """With `on_orphan: kill` the next start ends the container, and runs the step again."""
    (before,) = run.containers
    run.kill(supervisor=True)
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
