"""Steps of other types than shell, whose runner is killed, go on, and the next runner takes them up."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.services.chromium import chromium_image
from tests.services.docker import Docker, docker_or_skip
from tests.services.local import UnavailableError
from tests.services.zypi.machines import PlainMachine
from tests.services.zypi.server import serving
from tests.waiting import PATIENCE, eventually
from wfe_yaml.executors.types.browser import find_browser

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = [
    pytest.mark.signals,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc"),
]

PYTHON = """name: slow
      type: python
      config:
        script: |
          import pathlib, time
          with open("log", "a") as log: log.write("begun\\n")
          while not pathlib.Path("go").exists(): time.sleep(0.02)
          Wfe.set_output("a", 7)"""
BROWSER = """name: slow
      type: browser
      config: {{url: "{url}", wait: {{selector: "#done"}}, sandbox: false, timeout: 5m}}"""
PAGE = b"""<p id="p">no</p><script>
(async () => {
  while ((await fetch('/go')).status !== 200) await new Promise((done) => setTimeout(done, 50));
  document.getElementById('p').textContent = '7';
  document.body.id = 'done';
})();</script>"""


def interrupt(project: Project, steps: list[str], begun: Callable[[], object], go: Callable[[], None]) -> str:
    """Kill the runner while the step runs, and let the step go on under the next one; gives its output."""
    file = project.steps(*steps)
    runner = project.start("run", file, "--id", "r")
    eventually(begun, "the step")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    second = project.start("resume", "r")
    lines: list[str] = []
    while second.stdout is not None and (line := second.stdout.readline()):
        lines.append(line)
        if "adopted" in line:
            go()
    _, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, ("".join(lines), err)
    return "".join(lines)


def test_a_python_step_outlives_its_runner(project: Project) -> None:
    """It runs once, and its outputs are there for later steps."""
    last = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.a >>\" >> log'}"
    told = interrupt(project, [PYTHON, last], lambda: "begun" in project.log(), (project.folder / "go").touch)
    assert "adopted: the process of attempt 1 outlived its runner" in told
    assert project.log() == ["begun", "a=7"]


class Site:
    """A page that gets ready when it is told, and how often it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ready = threading.Event()
        site = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Give the page, or say whether it may get ready."""
                site.asked.append(self.path)
                self.send_response(200 if self.path == "/" or site.ready.is_set() else 404)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(PAGE)

            def log_message(self, *args: object) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture
def site() -> Iterator[Site]:
    """A site of this machine."""
    site = Site()
    threading.Thread(target=site.server.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.mark.browser
@pytest.mark.skipif(find_browser(os.environ.get("PATH")) is None, reason="no Chromium: apt install chromium")
def test_a_browser_outlives_the_runner(project: Project, site: Site) -> None:
    """The page is loaded once; its text is there for later steps."""
    last = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.text >>\" >> log'}"
    steps = [BROWSER.format(url=site.url), last]
    told = interrupt(project, steps, lambda: "/go" in site.asked, site.ready.set)
    assert "adopted: the process of attempt 1 outlived its runner" in told
    assert site.asked.count("/") == 1
    assert project.log() == ["a=7"]


SHIELDED = """name: slow
      type: browser
      idempotent: false
      config:
        in: zypi
        image: busybox
        zypi_url: {zypi}
        url: {url}
        wait: {{selector: "#done"}}
        path: seen.txt
        timeout: 5m"""


@pytest.mark.browser
@pytest.mark.skipif(find_browser(os.environ.get("PATH")) is None, reason="no Chromium: apt install chromium")
def test_a_browser_in_a_microvm_outlives_the_runner(project: Project, site: Site) -> None:
    """The microVM browses on; what it took is written by whoever waited for it, and it browses once."""
    last = "{name: last, run: 'cat \"$<< steps.slow.artifacts.text >>\" >> log'}"
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    with serving(PlainMachine(path=programs)) as zypi:
        steps = [SHIELDED.format(url=site.url, zypi=zypi.url), last]
        told = interrupt(project, steps, lambda: "/go" in site.asked, site.ready.set)
        assert zypi.begun == 1
    assert "adopted: the process of attempt 1 outlived its runner" in told
    assert project.log() == ["7"]


CONTAINED = """name: slow
      type: browser
      config:
        in: docker
        image: {image}
        network: host
        url: {url}
        wait: {{selector: "#done"}}
        timeout: 5m"""


@pytest.fixture
def contained(project: Project, site: Site) -> Iterator[tuple[Docker, str, str]]:
    """A daemon, a step with a browser in one of its containers, and the id of a run of it."""
    docker = docker_or_skip()
    try:
        image = chromium_image(docker)
    except UnavailableError as exc:
        pytest.skip(str(exc))
    project.env["DOCKER_HOST"] = docker.host
    run = f"r-{secrets.token_hex(4)}"
    yield docker, CONTAINED.format(url=site.url, image=image), run
    site.ready.set()
    for name in docker.containers(f"wfe.run={run}"):
        docker("rm", "--force", name)


@pytest.mark.slow
@pytest.mark.docker
@pytest.mark.browser
@pytest.mark.parametrize("supervised", [True, False], ids=["adopted", "swept"])
def test_a_browser_in_a_container_after_a_crash(
    project: Project, site: Site, contained: tuple[Docker, str, str], supervised: bool
) -> None:
    """It goes on under the next runner; if its supervisor died, too, it is ended, and another one begins."""
    docker, step, run = contained
    last = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.text >>\" >> log'}"
    runner = project.start("run", project.steps(step, last), "--id", run)
    eventually(lambda: "/" in site.asked, "the page")
    (before,) = docker.containers(f"wfe.run={run}")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    if not supervised:
        (lock,) = project.folder.glob(".wfe/wfe.run/*/lock")
        os.kill(int(lock.read_text()), signal.SIGKILL)
    second = project.start("resume", run)
    if supervised:
        site.ready.set()
    else:
        eventually(lambda: site.asked.count("/") == 2, "the second attempt")
        assert before not in docker.containers(f"wfe.run={run}")
        site.ready.set()
    out, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, (out, err)
    assert site.asked.count("/") == (1 if supervised else 2)
    assert project.log() == ["a=7"]
    assert docker.containers(f"wfe.run={run}") == []


@pytest.mark.slow
@pytest.mark.docker
@pytest.mark.browser
def test_cancel_ends_a_browser_in_a_container(
    project: Project, site: Site, contained: tuple[Docker, str, str]
) -> None:
    """After a crash of the runner `wfe cancel` leaves no container."""
    docker, step, run = contained
    runner = project.start("run", project.steps(step), "--id", run)
    eventually(lambda: "/" in site.asked, "the page")
    assert len(docker.containers(f"wfe.run={run}")) == 1
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    done = project.wfe("cancel", run)
    assert docker.containers(f"wfe.run={run}") == [], done.stdout + done.stderr
