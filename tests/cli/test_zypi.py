"""Zypi steps of pipelines: the command describes them, and a runner that is killed loses nothing."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.services.zypi.machines import PlainMachine
from tests.services.zypi.server import serving
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from tests.cli.conftest import Project

STEP = """{name: slow
      type: zypi
      idempotent: false
      config:
        image: busybox
        timeout: 10m
        run: |
          echo begun >> "$SHARED/log"
          until [ -e "$SHARED/go" ]; do sleep 0.02; done
          echo "a=7" >> "$WFE_OUTPUT"
          echo last;}"""
LAST = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.a >>\" >> log'}"


@pytest.mark.signals
@pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc")
@pytest.mark.parametrize("ended", [False, True], ids=["running", "ended"])
@pytest.mark.slow
def test_a_command_outlives_its_runner(project: Project, ended: bool) -> None:
    """Whether it still runs or has ended meanwhile: it runs once, though nothing says it may run twice."""
    file = project.steps(STEP.removeprefix("{").removesuffix("}"), LAST)
    with serving(PlainMachine(shared=project.folder)) as zypi:
        project.env["WFE_ZYPI_URL"] = zypi.url
        runner = project.start("run", file, "--id", "r")
        project.wait_for("begun")
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
        go = project.folder / "go"
        if ended:
            go.touch()
            eventually(lambda: list(project.folder.glob(".wfe/wfe.run/*/*/result.json")))
        second = project.start("resume", "r")
        go.touch()
        out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 0, (out, err)
        assert zypi.begun == 1
    assert "last" in out
    assert project.log() == ["begun", "a=7"]


@pytest.mark.signals
@pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc")
@pytest.mark.parametrize("again", [True, False], ids=["again", "undecided"])
@pytest.mark.slow
def test_a_command_whose_machine_died_may_have_run(project: Project, again: bool) -> None:
    """Nobody waits for its answer any more: it runs again with the same key, or somebody has to decide."""
    step = STEP.removeprefix("{").removesuffix("}").replace("begun", '"$WFE_IDEMPOTENCY_KEY"')
    file = project.steps(step.replace("idempotent: false", f"idempotent: {str(again).lower()}"), LAST)
    with serving(PlainMachine(shared=project.folder)) as zypi:
        project.env["WFE_ZYPI_URL"] = zypi.url
        runner = project.start("run", file, "--id", "r")
        eventually(project.log)
        (lock,) = project.folder.glob(".wfe/wfe.run/*/lock")
        runner.send_signal(signal.SIGKILL)
        runner.communicate()
        project.kill(int(lock.read_text()))
        (project.folder / "go").touch()
        done = project.wfe("resume", "r")
        told = done.stdout + done.stderr
        if not again:
            assert (done.returncode, "somebody must decide" in told) == (4, True), told
            assert zypi.begun == 1
            done = project.wfe("retry", "r")
            told = done.stdout + done.stderr
        assert done.returncode == 0, told
        assert zypi.begun == 2
        eventually(lambda: not zypi.running)
    assert project.log() == [*["r/1/0"] * 2, "a=7"]


def test_a_default_folder_is_one_of_this_machine(project: Project) -> None:
    """Language: `defaults.working_dir` is for steps that run here; elsewhere there are others."""
    (project.folder / "part").mkdir()
    file = project.steps(
        "{name: here, run: pwd -P}",
        '{name: there, type: zypi, config: {image: busybox, command: [echo, "there"]}}',
        "{name: boxed, when: false, type: docker, config: {image: busybox, command: [pwd]}}",
        head="  defaults: {working_dir: part}\n",
    )
    with serving() as zypi:
        done = project.wfe("run", file, WFE_ZYPI_URL=zypi.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert str((project.folder / "part").resolve()) in done.stdout
    (request,) = zypi.requests
    assert request.get("workdir") is None


def test_the_command_knows_the_type(project: Project) -> None:
    """`wfe steps` has its keys, `wfe schema` too, and `wfe validate` finds a slip at its place."""
    (told,) = json.loads(project.wfe("steps", "zypi", "--json").stdout)
    keys = {key["key"] for key in told["config"]}
    wanted = "image command run url env working_dir timeout boot memory_mb vcpus files stdin on_orphan"
    assert set(wanted.split()) == keys
    assert "microVM" in project.wfe("schema", "zypi.image").stdout
    file = project.steps("{name: a, type: zypi, config: {image: i, comand: [x]}}")
    wrong = project.wfe("validate", file)
    assert wrong.returncode == 2
    assert "w.yaml:4:48: error[E010]: unknown key 'comand'" in wrong.stdout + wrong.stderr
