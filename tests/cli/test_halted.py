"""Runners and steps that are halted (SIGSTOP), or killed together: nothing is left, nothing runs twice."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_yaml.cli.exits import Exit
from wfe_yaml.executors.supervisor import survivors

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

pytestmark = [
    pytest.mark.signals,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

STUBBORN = r"""
{name: stubborn, config: {grace: 200ms, run: "trap '' TERM;
 exec 9> held; flock -n 9 || echo overlap >> log;
 echo $$ > pid; echo begin $WFE_ATTEMPT >> log; until test -e go; do sleep 0.02; done; echo end >> log"}}"""


def supervisor(project: Project) -> int:
    """The id of the supervisor of the only run."""
    (lock,) = project.folder.glob(".wfe/wfe.run/*/lock")
    return int(lock.read_text("utf-8"))


def left(project: Project) -> list[int]:
    """What runs in the folder, but this process."""
    found: list[int] = []
    for pid in survivors.processes():
        try:
            if Path(f"/proc/{pid}/cwd").readlink() == project.folder and pid != os.getpid():
                found.append(pid)
        except OSError:
            continue
    return found


def test_runner_and_supervisor_killed_together(project: Project) -> None:
    """The step lives and ignores SIGTERM: it is ended before its next attempt begins, the last one."""
    runner = project.start("run", project.steps(STUBBORN), "--id", "r")
    project.wait_for("begin 1")
    for pid in (runner.pid, supervisor(project)):
        os.kill(pid, signal.SIGKILL)
    runner.communicate(timeout=PATIENCE)
    assert left(project)
    again = project.start("resume", "r")
    project.wait_for("begin 2")
    project.write("", "go")
    again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert project.log() == ["begin 1", "begin 2", "end"]
    eventually(lambda: not left(project), "the end of all processes")


@pytest.mark.parametrize("asked", ["to cancel", "to go on"])
def test_a_halted_runner_holds_its_run(project: Project, shell: Shell, asked: str) -> None:
    """Others are refused; what it was told, and what its steps did meanwhile, it learns when it goes on."""
    runner = project.start("run", project.steps(STUBBORN), "--id", "r")
    project.wait_for("begin 1")
    os.kill(runner.pid, signal.SIGSTOP)
    assert shell.result("resume", "r").exit_code == Exit.HELD
    if asked == "to cancel":
        assert "told to cancel" in shell.result("cancel", "r").output
    else:
        project.write("", "go")
        project.wait_for("end")
    os.kill(runner.pid, signal.SIGCONT)
    runner.communicate(timeout=PATIENCE)
    done = asked == "to go on"
    assert runner.returncode == (Exit.COMPLETE if done else Exit.CANCELLED)
    assert project.log() == ["begin 1", *(["end"] if done else [])]
    eventually(lambda: not left(project), "the end of all processes")


def test_a_halted_step_is_cancelled(project: Project, shell: Shell) -> None:
    """A step in SIGSTOP neither hears SIGTERM nor keeps the run from ending."""
    runner = project.start("run", project.steps(STUBBORN), "--id", "r")
    project.wait_for("begin 1")
    os.kill(int((project.folder / "pid").read_text("utf-8")), signal.SIGSTOP)
    shell.result("cancel", "r")
    runner.communicate(timeout=PATIENCE)
    assert runner.returncode == Exit.CANCELLED
    assert project.log() == ["begin 1"]
    eventually(lambda: not left(project), "the end of all processes")
