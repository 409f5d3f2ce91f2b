"""Every type of step in one dag, whose runner is killed ten times: nothing that had finished runs again."""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from tests.services.docker import IMAGE, Docker, docker_or_skip
from tests.services.local import UnavailableError
from tests.services.zypi.machines import PlainMachine
from tests.services.zypi.microvm import MicroVm
from tests.services.zypi.server import serving
from tests.waiting import PATIENCE, eventually
from wfe_yaml.executors.types.browser import find_browser

if TYPE_CHECKING:
    from tests.cli.conftest import Project
    from tests.services.zypi.machines import Machine
    from tests.services.zypi.server import ZypiServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.signals,
    pytest.mark.docker,
    pytest.mark.browser,
    pytest.mark.deno,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc"),
    pytest.mark.skipif(
        find_browser(os.environ.get("PATH")) is None, reason="no Chromium: apt install chromium"
    ),
]

KILLS = 10
SEED = int(os.environ.get("WFE_TEST_SEED", "20261122"))
IN_THE_RUNNER = frozenset({"ask", "pick", "say", "pause"})
"""Steps without a process of their own: what a dead runner has left of them runs again."""

FLOW = """
workflow:
  id: every
  version: 1
  inputs: {log: string, gate: string, site: string, zypi: string}
  outputs: {all: $<< steps.all.gather.outputs.all >>, once: $<< steps.once.outputs.n >>}
  steps:
    - {name: once, run: 'echo once >> cached.log; echo n=1 >> "$WFE_OUTPUT"', outputs: {n: int},
       cache: {ttl: 1d}}
    - name: all
      dag:
        - name: shell
          run: |
            echo "shell" >> "$<< inputs.log >>"; sleep 0.3; mkdir -p made; echo 2 > made/number
            echo n=1 >> "$WFE_OUTPUT"
          outputs: {n: int}
          artifacts: {number: {path: made/number}}
        - name: deno
          type: deno
          config:
            script: |
              const {inputs} = Wfe.getData();
              await Deno.writeTextFile(inputs.log, "deno\\n", {append: true});
              await new Promise((done) => setTimeout(done, 300));
              Wfe.setOutput("n", 3);
            permissions: {write: [logs]}
          outputs: {n: int}
        - name: docker
          type: docker
          services:
            greeter:
              image: IMAGE
              command: [sh, -c, 'while :; do echo 4 | nc -l -p 7000; done']
              readiness: {port: 7000, interval: 50ms}
          config:
            image: IMAGE
            volumes: [".:/here"]
            working_dir: /here
            run: |
              echo docker >> "$<< inputs.log >>"; sleep 0.3
              echo "n=$(nc greeter 7000)" >> "$WFE_OUTPUT"
          outputs: {n: int}
        - name: held
          type: docker
          config: {image: IMAGE, command: [sleep, "600"], detached: true}
        - name: zypi
          type: zypi
          config:
            url: $<< inputs.zypi >>
            image: busybox
            timeout: 5m
            boot: 5m
            run: 'sleep 0.3; echo n=5 >> "$WFE_OUTPUT"'
          outputs: {n: int}
        - name: ask
          type: http
          needs: [shell]
          config: {method: POST, url: $<< inputs.site >>/ask, json: {n: $<< steps.shell.outputs.n >>}}
        - name: python
          type: python
          needs: [shell]
          config:
            script: |
              import time
              with open(Wfe.get_data("inputs.log"), "a") as log: log.write("python\\n")
              time.sleep(0.3)
              Wfe.set_output("n", 7)
          outputs: {n: int}
        - name: browser
          type: browser
          needs: [deno]
          config: {url: $<< inputs.site >>/page, wait: {selector: "#done"}, sandbox: false, timeout: 5m}
        - name: picture
          type: browser
          needs: [browser]
          config: {url: $<< inputs.site >>/picture, mode: screenshot, path: made/page.png, width: 64,
                   height: 64, sandbox: false, timeout: 5m}
        - {name: pick, type: transform, needs: [ask, docker],
           config: {expression: "$<< steps.ask.outputs.json.n + steps.docker.outputs.n >>"}}
        - {name: say, type: log, needs: [pick], config: {message: "picked $<< steps.pick.outputs.result >>"}}
        - {name: pause, needs: [say], delay: 200ms}
        - name: kept
          needs: [python]
          run: 'echo kept >> "$<< inputs.log >>"; sleep 0.3; echo 9 > made/kept'
          cache: {key: $<< run.id >>, paths: [made/kept]}
        - name: chain
          needs: [kept]
          for_each: [1, 2, 3, 4, 5, 6, 7, 8]
          max_parallel: 1
          steps:
            - {name: turn, run: 'echo "turn $<< item >>" >> "$<< inputs.log >>"; sleep 0.1'}
        - name: gather
          needs: [held, zypi, picture, pause, chain]
          run: |
            echo gather >> "$<< inputs.log >>"
            until test -e "$<< inputs.gate >>"; do sleep 0.05; done
            number=$(cat "$<< steps.shell.artifacts.number >>"); kept=$(cat made/kept)
            bytes=$(head -c 4 "$<< steps.picture.artifacts.screenshot >>" | tail -c 3)
            all="$<< steps.shell.outputs.n >> $number $<< steps.deno.outputs.n >>"
            all="$all $<< steps.docker.outputs.n >> $<< steps.zypi.outputs.n >>"
            all="$all $<< steps.python.outputs.n >> $<< steps.browser.outputs.text >>"
            echo "all=$all $<< steps.pick.outputs.result >> $kept $bytes" >> "$WFE_OUTPUT"
          outputs: {all: string}
""".replace("IMAGE", IMAGE)
RESULT = {"all": "1 2 3 4 5 7 page 10 9 PNG", "once": 1}
PAGE = b"""<p id="p">no</p><script>setTimeout(() => {
  document.getElementById('p').textContent = 'page'; document.body.id = 'done'; }, 300);</script>"""


class Site:
    """A site that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        site = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Give a page."""
                self._answer(PAGE, "text/html")

            def do_POST(self) -> None:
                """Give a number."""
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(b'{"n": 6}', "application/json")

            def _answer(self, body: bytes, kind: str) -> None:
                site.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


class World:
    """The folder, the servers, and what each step has done to them."""

    def __init__(self, project: Project, docker: Docker, site: Site, zypi: ZypiServer) -> None:
        self.project = project
        self.docker = docker
        self.site = site
        self.zypi = zypi
        self.run = ""
        project.write(FLOW)
        (project.folder / "logs").mkdir()

    def arguments(self, run: str) -> list[str]:
        """What begins a run of this name."""
        self.run = run
        self.site.asked.clear()
        self.zypi.begun = 0
        told = {"log": f"logs/{run}", "gate": f"{run}.gate", "site": self.site.url, "zypi": self.zypi.url}
        (self.project.folder / told["log"]).touch()
        given = [part for name, value in told.items() for part in ("-i", f"{name}={value}")]
        return ["run", "w.yaml", "--id", run, "--fresh", *given]

    def open_gate(self) -> None:
        """Let the last step end."""
        (self.project.folder / f"{self.run}.gate").touch()

    def finish(self, argv: list[str]) -> None:
        """Let a runner come to its end; one that does not shows which steps it waits for."""
        runner = self.project.start(*argv)
        told = Listener(runner.stdout)
        try:
            eventually(lambda: told.ended, "the end of the run")
        except TimeoutError as exc:
            pytest.fail(f"{exc}:\n{self.project.wfe('show', self.run).stdout}")
        assert runner.wait(PATIENCE) == 0, "".join(told.lines)

    def kill(self, argv: list[str], ends: int, lines: int, *, supervisor: bool) -> None:
        """Start a runner, and kill it when it has told of so many ends, and has printed so many lines."""
        runner = self.project.start(*argv, "--progress", "json")
        told = Listener(runner.stdout)

        def come() -> bool:
            # At the gate nothing more will end.
            return (told.ends >= ends and len(told.lines) >= lines) or self.effects["gather"] > 0

        eventually(lambda: told.ended or come(), f"{ends} ends")
        if told.ended:
            shown = self.project.wfe("show", self.run).stdout
            pytest.fail("the runner has ended before its time:\n" + "".join(told.lines) + shown)
        runner.send_signal(signal.SIGKILL)
        if supervisor and (number := self.supervisor) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        runner.wait(PATIENCE)

    @property
    def effects(self) -> Counter[str]:
        """How often each step has begun to act, as it says itself, or whom it has asked."""
        lines = (self.project.folder / "logs" / self.run).read_text("utf-8").splitlines()
        found = Counter(lines)
        told = {"ask": "/ask", "browser": "/page", "picture": "/picture"}
        found.update({name: self.site.asked.count(path) for name, path in told.items()})
        found["zypi"] = self.zypi.begun
        return +found

    @property
    def finished(self) -> set[str]:
        """The steps whose end is durable; turns of the loop by their number."""
        told: dict[str, Any] = json.loads(self.project.wfe("show", self.run, "--json").stdout)
        done = {step["step"] for step in told["steps"] if step["status"] == "complete"}
        names = {name.removeprefix("all/") for name in done}
        return {f"turn {int(name[6]) + 1}" if name.startswith("chain[") else name for name in names}

    @property
    def result(self) -> Any:
        """The outputs of the run."""
        told = json.loads(self.project.wfe("show", self.run, "--json").stdout)
        return told["outputs"]

    @property
    def supervisor(self) -> int | None:
        """The process of the supervisor, if it lives."""
        for lock in self.project.folder.glob(".wfe/wfe.run/*/lock"):
            with contextlib.suppress(OSError, ValueError):
                number = int(lock.read_text("utf-8"))
                # A supervisor without steps ends by itself, and its number may be another's by now.
                return number if _knows(Path("/proc", str(number)), self.project.folder) else None
        return None

    @property
    def left(self) -> list[str]:
        """Processes, containers, networks and temporary files that the run has left."""
        return [
            *_processes(self.project.folder),
            *self.docker.containers(f"wfe.run={self.run}"),
            *self.docker.networks(f"wfe.run={self.run}"),
            *map(str, (self.project.folder / "tmp").iterdir()),
            *map(str, self.project.folder.glob(".wfe/wfe.run/*")),
            *["a microVM"] * self.zypi.running,
        ]


def _knows(process: Path, folder: Path) -> bool:
    """Whether a process knows a folder: by its environment, its arguments, or where it is."""
    here = os.fsencode((process / "cwd").readlink())
    told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    return str(folder).encode() in told + here


def _processes(folder: Path) -> Iterator[str]:
    """The processes, other than this one, that know a folder."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(process.name) != os.getpid() and _knows(process, folder):
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")


class Listener:
    """Counts the lines that a runner prints, and keeps its pipe empty."""

    def __init__(self, stream: IO[str] | None) -> None:
        assert stream is not None
        self.lines: list[str] = []
        self._thread = threading.Thread(target=lambda: self.lines.extend(stream), daemon=True)
        self._thread.start()

    @property
    def ends(self) -> int:
        """How many steps have ended well, as far as it was printed."""
        return sum('"event": "step.completed"' in line for line in self.lines)

    @property
    def ended(self) -> bool:
        """Whether no more will come."""
        return not self._thread.is_alive()


@pytest.fixture
def world(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A folder, a daemon, a site and a Zypi, whose commands run in real microVMs where QEMU is there."""
    docker = docker_or_skip()
    (project.folder / "tmp").mkdir()
    project.env |= {"DOCKER_HOST": docker.host, "TMPDIR": str(project.folder / "tmp")}
    monkeypatch.setattr(tempfile, "tempdir", str(project.folder / "tmp"))
    machine: Machine
    try:
        machine = MicroVm()
    except UnavailableError:
        machine = PlainMachine()
    site = Site()
    threading.Thread(target=site.server.serve_forever, args=(0.05,), daemon=True).start()
    with serving(machine) as zypi:
        made = World(project, docker, site, zypi)
        yield made
        if made.supervisor is not None:
            project.kill(made.supervisor)
    for name in docker.containers(f"wfe.run={made.run}"):
        docker("rm", "--force", name)
    for name in docker.networks(f"wfe.run={made.run}"):
        docker("network", "rm", name)
    site.server.shutdown()
    site.server.server_close()


@pytest.mark.timeout(1_200)
def test_ten_kills_change_nothing(world: World) -> None:
    """The result is that of an undisturbed run, what had finished ran once, and nothing is left.

    The runner is killed after a number of events that chance chooses, in some rounds its supervisor, too.
    """
    project = world.project
    calm = world.arguments(f"calm-{secrets.token_hex(4)}")
    world.open_gate()
    world.finish(calm)
    assert world.result == RESULT
    every = world.effects
    assert set(every.values()) == {1}
    assert world.left == []

    ends = len(world.finished)
    chance = random.Random(SEED)
    moments = sorted(chance.sample(range(1, ends - 8), KILLS))
    both = set(chance.sample(moments, 3))
    begin = world.arguments(f"wild-{secrets.token_hex(4)}")
    may_repeat: Counter[str] = Counter()
    finished: set[str] = set()
    for moment in moments:
        argv = ["resume", world.run] if finished else begin
        world.kill(argv, max(1, moment - len(finished)), chance.randint(1, 5), supervisor=moment in both)
        finished = world.finished
        open_ = set(every) - finished
        may_repeat.update(open_ if moment in both else open_ & IN_THE_RUNNER)
    world.open_gate()
    world.finish(["resume", world.run])
    assert world.result == RESULT
    for name, count in world.effects.items():
        assert 1 <= count <= 1 + may_repeat[name], (name, world.effects, may_repeat)
    assert set(world.effects) == set(every)
    assert (project.folder / "cached.log").read_text("utf-8") == "once\n"
    assert world.left == []
