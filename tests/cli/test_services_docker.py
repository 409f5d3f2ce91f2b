"""Services: containers beside a step or a workflow, ready before it, gone after it, also after a crash."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.services.chromium import chromium_image
from tests.services.docker import IMAGE, Docker, docker_or_skip
from tests.services.local import UnavailableError, free_port
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Project

pytestmark = [
    pytest.mark.signals,
    pytest.mark.docker,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

# A server that answers a line to everybody who connects.
SERVES = "while :; do echo hello | nc -l -p 7000; done"
DB = f"""db:
          image: {IMAGE}
          command: [sh, -c, "{SERVES}"]
          ports: ["PORT:7000"]
          readiness: {{port: 7000, interval: 50ms}}"""


class Field:
    """A folder for runs with services, and the daemon."""

    def __init__(self, project: Project, docker: Docker) -> None:
        self.project = project
        self.docker = docker
        self.id = f"s-{secrets.token_hex(4)}"
        self.port = free_port()

    def write(self, step: str, services: str = DB, head: str = "") -> str:
        """Write a workflow of one step with services, and a step after it."""
        text = f"{step}\n      services:\n        {services.replace('PORT', str(self.port))}"
        return self.project.steps(text, "{name: last, run: 'echo last >> log'}", head=head)

    def run(self, file: str, code: int = 0) -> str:
        """Run it to its end, and give what it printed."""
        done = self.project.wfe("run", file, "--id", self.id, "--fresh")
        told = done.stdout + done.stderr
        assert done.returncode == code, told
        return told

    def start(self, file: str) -> subprocess.Popen[str]:
        """Start a run."""
        return self.project.start("run", file, "--id", self.id)

    def kill(self, runner: subprocess.Popen[str], *, supervisor: bool = False) -> None:
        """Kill a runner, and its supervisor too."""
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
        if supervisor:
            (lock,) = self.project.folder.glob(".wfe/wfe.run/*/lock")
            os.kill(int(lock.read_text()), signal.SIGKILL)

    @property
    def containers(self) -> list[str]:
        """The names of the containers of the run, whatever their state."""
        return self.docker.containers(f"wfe.run={self.id}")

    @property
    def left(self) -> list[str]:
        """All that is left of the run: containers and networks."""
        return [*self.containers, *self.docker.networks(f"wfe.run={self.id}")]


@pytest.fixture
def field(project: Project) -> Iterator[Field]:
    """A folder for runs with services."""
    docker = docker_or_skip()
    project.env["DOCKER_HOST"] = docker.host
    made = Field(project, docker)
    yield made
    (project.folder / "go").touch()
    for name in made.containers:
        docker("rm", "--force", name)
    for name in docker.networks(f"wfe.run={made.id}"):
        docker("network", "rm", name)


ASKS = f"""name: asks
      type: docker
      config: {{image: {IMAGE}, command: [nc, db, "7000"], output: text}}"""


def test_a_container_finds_its_service_by_name(field: Field) -> None:
    """A docker step reaches the service by its name, as soon as it listens; afterwards all is gone."""
    step = ASKS + "\n      on_success: {run: 'echo \"$<< step.outputs.text >>\" >> log'}"
    field.run(field.write(step))
    assert field.project.log() == ["hello", "last"]
    assert field.left == []


def test_a_process_reaches_its_service_by_a_port(field: Field) -> None:
    """A shell step reaches the service by the port of this machine that the file names."""
    step = 'name: asks\n      run: exec 3<>/dev/tcp/127.0.0.1/$PORT; read -r line <&3; echo "$line" >> log'
    field.run(field.write(step + f'\n      env: {{PORT: "{field.port}"}}'))
    assert field.project.log() == ["hello", "last"]
    assert field.left == []


@pytest.mark.parametrize(
    "readiness",
    ["run: test -e /tmp/up", "log: '^now [r]eady$'", "port: 7000", "healthy: true"],
    ids=["run", "log", "port", "healthy"],
)
def test_a_step_begins_when_its_service_is_ready(field: Field, readiness: str) -> None:
    """Whichever way it is found out: the service wrote a line before, and the step sees it."""
    image = IMAGE
    if "healthy" in readiness:
        image = f"wfe-test:{field.id}"
        made = field.docker("create", "--label", f"wfe.run={field.id}", IMAGE, "true")
        check = "HEALTHCHECK --interval=100ms --retries=1000 CMD test -e /tmp/up"
        field.docker("commit", "--change", check, made, image)
        field.docker("rm", made)
    script = "sleep 0.5; echo up > /here/up; touch /tmp/up; echo now ready; nc -l -p 7000; sleep 600"
    services = f"""db: {{image: "{image}", command: [sh, -c, "{script}"], volumes: [".:/here"],
             readiness: {{{readiness}, interval: 50ms}}}}"""
    field.run(field.write("name: a\n      run: cat up >> log", services))
    assert field.project.log() == ["up", "last"]
    assert field.left == []


@pytest.mark.parametrize(
    ("service", "word"),
    [
        ("command: [sh, -c, 'echo broken; exit 3'], readiness: {port: 1}", "exit code 3 before it was ready"),
        (
            "command: [sleep, '600'], readiness: {port: 7000, timeout: 300ms, interval: 50ms}",
            "nobody listens on",
        ),
        (
            "command: [sleep, '600'], readiness: {log: never, timeout: 300ms, interval: 50ms}",
            "no line of its log",
        ),
        ("command: [sleep, '600'], readiness: {healthy: true}", "has no check of health"),
        ("command: [no-such-program], readiness: {port: 1}", "exit code 127 before it was ready"),
        ("command: [sleep, '600'], ports: ['$<< 70000 >>:1']", "there is no port 70000"),
        ("command: [sleep, '600'], ports: ['7000:1', '7000:2']", "the service 'db' cannot be started"),
    ],
)
def test_a_service_that_does_not_get_ready_fails_the_step(field: Field, service: str, word: str) -> None:
    """It says which, why, and what the service said last; the step does not begin, and nothing is left."""
    told = field.run(
        field.write("name: a\n      run: echo begun >> log", f"db: {{image: {IMAGE}, {service}}}"), 1
    )
    assert word in told
    assert ("broken" in told) == ("broken" in service)
    assert field.project.log() == []
    assert field.left == []


def test_a_missing_image_is_said(field: Field) -> None:
    """As for a docker step: the image, and what helps."""
    told = field.run(field.write("name: a\n      run: 'true'", "db: {image: 'no-such-image:1'}"), 1)
    assert "the image 'no-such-image:1' cannot be had" in told
    assert field.left == []


def test_services_end_with_a_step_that_fails(field: Field) -> None:
    """A failure tears them down; `wfe retry` starts them anew."""
    step = "name: a\n      run: 'test -e go; echo done >> log'"
    file = field.write(step)
    field.run(file, 1)
    assert field.left == []
    (field.project.folder / "go").touch()
    done = field.project.wfe("retry", field.id)
    assert done.returncode == 0, done.stdout + done.stderr
    assert field.project.log() == ["done", "last"]
    assert field.left == []


DIES = f"""db: {{image: {IMAGE}, volumes: [".:/here"], command: [sh, -c,
             'until [ -e /here/die ]; do sleep 0.02; done; echo broken; echo x >> /here/died; exit 3']}}"""


def test_a_service_that_ends_too_early_is_told(field: Field) -> None:
    """The engine starts it again; the log of the run says that it ended, and what it said last."""
    step = "name: a\n      run: 'touch die; until [ $(wc -l < died) -gt 1 ]; do sleep 0.02; done 2>&-'"
    field.run(field.write(step, DIES))
    logs = field.project.wfe("logs", field.id).stdout
    assert "the service 'db' ended while it was in use (restarted" in logs
    assert "broken" in logs
    assert field.left == []


def test_purge_removes_what_nobody_remembers(field: Field) -> None:
    """Without the folder of its supervisor a run leaves containers and networks; `wfe purge` finds both."""
    runner = field.start(field.write(WAITS))
    field.project.wait_for("begun")
    field.kill(runner, supervisor=True)
    (field.project.folder / "go").touch()
    shutil.rmtree(field.project.folder / ".wfe" / "wfe.run")
    field.project.wfe("terminate", field.id)
    containers = field.containers
    assert set(field.left) > set(containers) != set()
    done = field.project.wfe("purge", "--yes")
    assert field.left == [], done.stdout + done.stderr
    assert "1 container" in done.stdout


WAITS = "name: a\n      run: 'echo begun >> log; until test -e go; do sleep 0.02; done; echo done >> log'"


def test_services_outlive_a_killed_runner(field: Field) -> None:
    """After SIGKILL of the runner the same service is there for the step that goes on, and then it ends."""
    runner = field.start(field.write(WAITS))
    field.project.wait_for("begun")
    before = field.containers
    field.kill(runner)
    assert field.containers == before != []
    second = field.project.start("resume", field.id)
    (field.project.folder / "go").touch()
    out, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, (out, err)
    assert field.project.log() == ["begun", "done", "last"]
    assert field.left == []


@pytest.mark.parametrize("word", ["cancel", "terminate"])
def test_services_of_a_dead_runner_end_with_their_run(field: Field, word: str) -> None:
    """Whatever ends the run after a crash ends its services: hooks by `cancel`, none by `terminate`."""
    runner = field.start(field.write(WAITS))
    field.project.wait_for("begun")
    field.kill(runner)
    assert field.containers
    done = field.project.wfe(word, field.id)
    assert field.left == [], done.stdout + done.stderr


SLOW = f"""db: {{image: {IMAGE}, command: [sh, -c, "echo up >> /here/ups; sleep 600"], volumes: [".:/here"],
             readiness: {{run: test -e /here/go, interval: 50ms}}}}"""


@pytest.mark.parametrize("supervisor", [False, True], ids=["runner", "supervisor"])
def test_a_crash_while_services_start_leaves_one_set(field: Field, supervisor: bool) -> None:
    """The start is taken up; if its supervisor died, too, what it had started is removed first."""
    runner = field.start(field.write("name: a\n      run: 'echo done >> log'", SLOW))
    ups = field.project.folder / "ups"
    eventually(ups.exists, "the service")
    (before,) = field.containers
    field.kill(runner, supervisor=supervisor)
    second = field.project.start("resume", field.id)
    if supervisor:
        eventually(lambda: ups.read_text() == "up\nup\n", "the second service")
        assert before not in field.containers
    (field.project.folder / "go").touch()
    out, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, (out, err)
    assert ups.read_text().count("up") == 1 + supervisor
    assert field.project.log() == ["done", "last"]
    assert field.left == []


def test_each_turn_of_a_loop_has_services_of_its_own(field: Field) -> None:
    """Side by side, each docker step finds the service of its own turn by the same name."""
    file = field.project.write(
        f"""workflow:
  id: w
  services: {{outer: {{image: {IMAGE}, command: [sleep, "600"]}}}}
  steps:
    - name: turns
      for_each: [1, 2]
      steps:
        - name: asks
          type: docker
          config: {{image: {IMAGE}, command: [nc, db, "7000"], output: text}}
          services:
            db:
              image: {IMAGE}
              command: [sh, -c, 'while :; do echo "turn $T" | nc -l -p 7000; done']
              env: {{T: $<< item >>}}
              readiness: {{port: 7000, interval: 50ms}}
        - {{name: tell, run: 'echo "$<< steps.asks.outputs.text >>" >> log'}}
"""
    )
    field.run(file)
    assert sorted(field.project.log()) == ["turn 1", "turn 2"]
    assert field.left == []


SHOP = f"""web:
          image: {IMAGE}
          command: [sh, -c, "mkdir /www; echo '<p>served' >/www/index.html; httpd -f -p 80 -h /www"]
          readiness: {{run: "wget -q -O /dev/null http://127.0.0.1/", interval: 50ms}}"""


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_in_a_container_finds_services_by_name(field: Field) -> None:
    """It is on the network of the services around it, and nothing is left of either."""
    try:
        image = chromium_image(field.docker)
    except UnavailableError as exc:
        pytest.skip(str(exc))
    step = f"""name: look
      type: browser
      config: {{in: docker, image: {image}, url: "http://web/", path: page.txt, timeout: 5m}}"""
    field.run(field.write(step, SHOP))
    assert (field.project.folder / "page.txt").read_text() == "served"
    assert field.left == []
