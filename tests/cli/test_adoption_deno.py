"""A deno step whose runner is killed goes on, and the next runner takes it up."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = [
    pytest.mark.signals,
    pytest.mark.deno,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted by their marks in /proc"),
]

STEP = """{name: slow
      type: deno
      config:
        permissions: {read: [.], write: [.]}
        script: |
          Deno.writeTextFileSync("log", "begun\\n", {append: true});
          for (let at = 0; ; at += 1) {
            try { Deno.statSync("go"); break; } catch { await new Promise((done) => setTimeout(done, 20)); }
          }
          Wfe.setOutput("a", 7);
          Wfe.log("last");}"""
LAST = "{name: last, run: 'echo \"a=$<< steps.slow.outputs.a >>\" >> log'}"


@pytest.mark.parametrize("ended", [False, True], ids=["running", "ended"])
def test_a_script_outlives_its_runner(project: Project, ended: bool) -> None:
    """Whether it still runs or has ended meanwhile: it runs once, and its outputs are there."""
    file = project.steps(STEP.removeprefix("{").removesuffix("}"), LAST)
    runner = project.start("run", file, "--id", "r")
    project.wait_for("begun")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    if ended:
        (project.folder / "go").touch()
        eventually(lambda: list(project.folder.glob(".wfe/wfe.run/*/*/result.json")))
        done = project.wfe("resume", "r")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "its result was taken" in done.stdout
    else:
        second = project.start("resume", "r")
        (project.folder / "go").touch()
        out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 0, (out, err)
    assert project.log() == ["begun", "a=7"]
