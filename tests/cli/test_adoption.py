from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_host import HostConfig, WorkflowHost
from wfe_yaml.executors.supervisor import survivors

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Project

pytestmark = [
    pytest.mark.signals,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

SLOW = r"""
{name: slow%s
      run: |
        echo "begin $WFE_ATTEMPT $WFE_IDEMPOTENCY_KEY" >> log; echo first; echo "##wfe[output early=1]"
        i=0; until test -e go; do sleep 0.02; i=$((i+1)); echo "line $i"; echo "line $i" >> lines; done
        echo "a=$(wc -l < lines)" >> "$WFE_OUTPUT"; echo last; echo "end" >> log
      outputs: {a: int, early: int}}"""
LAST = "{name: last, run: 'echo \"last $<< steps.slow.outputs.early >>\" >> log'}"


class Killed:
    """A run whose runner is killed while its slow step runs."""

    def __init__(self, project: Project, extra: str = "") -> None:
        self.project = project
        step = SLOW.strip().replace("%s", "").removeprefix("{").removesuffix("}") + extra
        file = project.steps("{name: one, run: 'echo one >> log'}", step, LAST)
        self.runner = project.start("run", file, "--id", "r")
        eventually(lambda: len(project.log()) > 1)
        eventually((project.folder / "lines").exists)
        self.kill(self.runner)

    def kill(self, runner: subprocess.Popen[str]) -> None:
        """Kill a runner as the kernel does when memory runs out."""
        runner.send_signal(signal.SIGKILL)
        runner.communicate()

    def wait_for_lines(self, more: int) -> None:
        """Wait until the slow step has written some more lines."""
        lines = self.project.folder / "lines"
        wanted = len(lines.read_text().splitlines()) + more
        eventually(lambda: len(lines.read_text().splitlines()) >= wanted)

    @property
    def results(self) -> list[Path]:
        """The results of ended steps that nobody has taken."""
        return list(self.project.folder.glob(".wfe/wfe.run/*/*/result.json"))

    def supervisor(self) -> int:
        """The id of the supervisor."""
        (lock,) = self.project.folder.glob(".wfe/wfe.run/*/lock")
        return int(lock.read_text())

    def processes(self) -> list[int]:
        """What runs of the run: everything in its folder but us."""
        found: list[int] = []
        for pid in survivors.processes():
            try:
                if Path(f"/proc/{pid}/cwd").readlink() == self.project.folder:
                    found.append(pid)
            except OSError:
                continue
        return found

    def stored(self) -> list[str]:
        """The stored output of the slow step, of all attempts together."""

        async def read() -> str:
            url = f"sqlite:///{self.project.folder}/.wfe/wfe.db"
            async with WorkflowHost.connect(url, config=HostConfig(role="client")) as host:
                slow = next(p for p in await host.pointers("r") if p.step_key == "slow")
                logs = host.providers.logs
                assert logs is not None
                chunks = await logs.logs("r", pointer_id=slow.id, limit=100_000)
                return "".join(chunk.text for chunk in chunks if chunk.stream == "stdout")

        return asyncio.run(read()).splitlines()

    def whole(self) -> list[str]:
        """What the output has to be: every line once, in order."""
        lines = (self.project.folder / "lines").read_text().splitlines()
        return ["first", "##wfe[output early=1]", *lines, "last"]


def test_a_live_step_is_adopted(project: Project) -> None:
    """(a) The step outlives its killed runners; `resume` adopts it: nothing runs twice, no line is lost."""
    run = Killed(project)
    for _ in range(5):
        # More often than a step may crash: an adopted process is no crash.
        runner = project.start("resume")
        assert runner.stdout is not None
        while "adopted" not in (line := runner.stdout.readline()):
            assert line, runner.communicate()
        run.wait_for_lines(3)
        run.kill(runner)
    project.write("", "go")
    done = project.wfe("resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in project.log()] == ["one", "begin", "end", "last"]
    assert project.log()[1] == "begin 1 r/2/0"
    assert project.log()[-1] == "last 1"
    assert run.stored() == run.whole()
    assert not run.processes()


def test_the_result_of_a_step_that_ended_meanwhile_is_taken(project: Project) -> None:
    """(b) The step ends while no runner is there: its result and its lines are taken, it is not run again."""
    run = Killed(project)
    project.write("", "go")
    eventually(lambda: run.results)
    done = project.wfe("resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "its result was taken: attempt 1 ended" in done.stdout
    assert [line.split()[0] for line in project.log()] == ["one", "begin", "end", "last"]
    assert run.stored() == run.whole()
    # Nobody was left to serve, so the supervisor has ended, too; nor is any result kept.
    assert not run.results


def test_a_step_that_was_killed_too_runs_again(project: Project) -> None:
    """(c) Supervisor and step are dead as well: the step runs again, with the same idempotency key."""
    run = Killed(project)
    os.kill(run.supervisor(), signal.SIGKILL)
    for pid in run.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    project.write("", "go")
    done = project.wfe("resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "run again: its process ended with its runner" in done.stdout
    begun = [line for line in project.log() if line.startswith("begin")]
    assert begun == ["begin 1 r/2/0", "begin 2 r/2/0"]
    assert project.log()[0] == "one"
    assert project.log().count("one") == 1
    # Both attempts have their whole output, each its own.
    assert run.stored().count("first") == 2
    assert "slow | first" in done.stdout
    assert not run.processes()


@pytest.mark.slow
def test_an_undecided_step_waits_for_a_decision(project: Project) -> None:
    """`idempotent: false`: nobody knows how far it came, so the run waits (exit 4) until somebody decides."""
    run = Killed(project, "\n      idempotent: false")
    os.kill(run.supervisor(), signal.SIGKILL)
    waiting = project.wfe("resume", "r")
    assert waiting.returncode == 4, waiting.stdout + waiting.stderr
    assert "somebody must decide" in waiting.stdout
    assert not run.processes()
    again = project.wfe("resume", "r")
    assert (again.returncode, "wfe retry r" in again.stderr, "wfe cancel r" in again.stderr) == (
        4,
        True,
        True,
    )
    assert [line.split()[0] for line in project.log()] == ["one", "begin"]
    project.write("", "go")
    assert project.wfe("retry", "r").returncode == 0
    assert [line.split()[0] for line in project.log()] == ["one", "begin", "begin", "end", "last"]


@pytest.mark.parametrize(("policy", "code"), [("kill", 0), ("fail", 1)])
def test_an_orphan_can_be_ended_instead(project: Project, policy: str, code: int) -> None:
    """`on_orphan: kill` ends the live process and runs the step again; `fail` ends it and fails the step."""
    run = Killed(project, f"\n      config: {{on_orphan: {policy}}}")
    orphans = run.processes()
    resumed = project.start("resume", "r")
    eventually(lambda: not set(orphans) & set(run.processes()))
    project.write("", "go")
    out, err = resumed.communicate(timeout=PATIENCE)
    assert resumed.returncode == code, out + err
    assert f"on_orphan: {policy}" in out
    assert [line for line in project.log() if line.startswith("begin")][1:] == (
        ["begin 2 r/2/0"] if policy == "kill" else []
    )


def test_cancel_ends_what_outlived_its_runner(project: Project) -> None:
    """`wfe cancel` of a run whose runner was killed leaves no process behind."""
    run = Killed(project)
    assert run.processes()
    assert project.wfe("cancel", "r").returncode == 3
    assert not run.processes()
    assert not list(project.folder.glob(".wfe/wfe.run/*"))
