"""A run whose sub-workflow is run, or was left, by a process stands as if that were so of the run itself."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

FILE = """
workflows:
  - id: top
    steps:
      - {name: mid, workflow: middle}
      - {name: end, run: echo end >> log}
  - id: middle
    steps: [{name: inner, workflow: leaf}]
  - id: leaf
    steps: [{name: say, run: 'echo deep >> log; until test -e go; do sleep 0.02; done'}]
"""


@pytest.mark.signals
def test_a_sub_workflow_speaks_for_its_run(project: Project, shell: Shell) -> None:
    """While its step runs the run is running and refused to others; when its runner has died, it was left."""
    project.write(FILE)
    runner = project.start("run", "w.yaml", "top", "--id", "r", "--wait")
    project.wait_for("deep")
    # Until the wait for it is durable, the run is held by its process itself.
    eventually(lambda: waits_for_its_child(shell), "the wait for the sub-workflow")
    assert status(shell) == "running"
    assert "r is running" in shell.wfe("explain", "r")
    assert "wfe resume" not in shell.wfe("show", "r")
    refused = shell.result("resume", "r")
    assert (refused.exit_code, "running in another process" in refused.output) == (Exit.HELD, True)
    assert "still runs in another process" in shell.wfe("run", "w.yaml", "top", fails=True)
    assert shell.wfe("resume").startswith("nothing to resume")

    runner.send_signal(signal.SIGKILL)
    runner.communicate(timeout=PATIENCE)
    assert status(shell) == "interrupted"
    assert "r is interrupted" in shell.wfe("explain", "r")
    shown = shell.wfe("show", "r")
    assert "status    interrupted" in shown
    assert "go on with    wfe resume r" in shown
    assert "is unfinished" in shell.wfe("run", "w.yaml", "top", fails=True)
    project.write("", "go")
    shell.wfe("resume")
    assert project.log() == ["deep", "end"]
    assert status(shell) == "complete"


def status(shell: Shell) -> str:
    """The status of the only run, as `wfe list` tells it."""
    (run,) = json.loads(shell.wfe("list", "--json"))
    return str(run["status"])


def waits_for_its_child(shell: Shell) -> bool:
    """Whether the run has been released: then `wfe explain` no longer has to say that a process holds it."""
    told = json.loads(shell.wfe("explain", "r", "--json"))
    return [reason["what"] for reason in told["reasons"]] == ["running"]


def test_a_run_whose_sub_workflow_waits_for_somebody_waits(shell: Shell) -> None:
    """Nothing of it could go on, so it was not interrupted."""
    (shell.folder / "w.yaml").write_text(
        """
workflows:
  - {id: top, steps: [{name: mid, workflow: leaf}]}
  - {id: leaf, steps: [{name: ask, approval: {prompt: Sure?}}]}
""",
        "utf-8",
    )
    assert shell.result("run", "w.yaml", "top", "--id", "r").exit_code == Exit.WAITING
    assert status(shell) == "waiting"
    shell.wfe("approve", "r", "mid/ask")
    # What it waited for has come, and nobody is there to go on.
    assert status(shell) == "interrupted"
    shell.wfe("resume", "r")
    assert status(shell) == "complete"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("2026/11/22", "as in '2026-11-22'"),
        ("a\nb", "must be a text that can be read"),
        ("n" * 10_000, "give a shorter one"),
    ],
)
def test_a_name_that_no_run_may_have_is_a_usage_error(shell: Shell, name: str, told: str) -> None:
    """The message names the remedy; nothing is stored."""
    (shell.folder / "w.yaml").write_text("workflow: {id: w, steps: [{name: s, run: 'true'}]}", "utf-8")
    result = shell.result("run", "w.yaml", "--id", name)
    assert result.exit_code == Exit.USAGE
    assert told in result.output
    assert not (shell.folder / ".wfe").exists()


def test_sub_workflows_take_no_room_among_runs(shell: Shell) -> None:
    """`wfe list -n` counts runs; the newest of them is found whatever parts it has, and so is its name."""
    (shell.folder / "w.yaml").write_text(
        """
workflows:
  - id: top
    steps: [{name: all, for_each: $<< range(12) >>, steps: [{name: one, workflow: leaf}]}]
  - {id: leaf, steps: [{name: nothing, type: log, config: {message: deep}}]}
""",
        "utf-8",
    )
    for name in ("r1", "r2"):
        shell.wfe("run", "w.yaml", "top", "--id", name)
    listed = shell.wfe("list", "-n", "2").splitlines()
    assert [line.split()[0] for line in listed] == ["RUN", "r2", "r1"]
    assert "there is a run 'r1' already" in shell.wfe("run", "w.yaml", "top", "--id", "r1", fails=True)
