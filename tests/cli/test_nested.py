"""Sub-workflows inside of sub-workflows are shown as the steps of the run itself are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import on_terminal
from tests.waiting import PATIENCE
from wfe_yaml.cli.app import app
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

FILE = """
workflows:
  - id: top
    steps:
      - {name: mid, workflow: middle}
  - id: middle
    steps:
      - name: twice
        for_each: [a, b]
        max_parallel: 1
        steps:
          - {name: inner, workflow: leaf}
  - id: leaf
    steps:
      - {name: say, run: 'echo deep; echo deep >> "$LOG"; HOLD'}
"""
SAY = "mid/twice[{}]/inner/say"


def file(folder_log: str, hold: str = "true") -> str:
    """The file, whose innermost step does something after its line."""
    return FILE.replace("$LOG", folder_log).replace("HOLD", hold)


@pytest.mark.parametrize("mode", ["plain", "group", "json"])
def test_lines_of_nested_runs_are_shown_as_they_come(shell: Shell, mode: str) -> None:
    """Each line and each end of the innermost steps is printed, after the whole name of the step."""
    (shell.folder / "w.yaml").write_text(file("log"), "utf-8")
    out = shell.wfe("run", "w.yaml", "top", "--id", "r", "--progress", mode)
    for index in (0, 1):
        say = SAY.format(index)
        if mode == "json":
            told = [json.loads(line) for line in out.splitlines()]
            mine = [each for each in told if each.get("step") == say]
            assert [each["event"] for each in mine] == ["step.started", "log", "step.completed"]
            assert mine[1]["line"] == "deep"
        else:
            assert f"{say} | deep\n" in out if mode == "plain" else f"==> {say}\ndeep\n{say}: complete" in out
    assert "top" in shell.wfe("list")


def test_the_tree_shows_nested_runs_while_they_go_on(project: Project) -> None:
    """On a terminal the innermost steps stand under those they belong to, with their last line."""
    project.write(file("log", "sleep 0.5"))
    shown = on_terminal(["run", "w.yaml", "top", "--id", "r"], project.folder, project.env)
    assert shown.code == 0, shown.raw
    assert "say" in shown.raw.partition("complete in")[0]
    assert "  deep" in shown.raw.partition("complete in")[0]


def test_logs_have_the_lines_of_nested_runs(shell: Shell) -> None:
    """`wfe logs` gives them in the order in which they were written; the name of a step picks its own."""
    (shell.folder / "w.yaml").write_text(file("log"), "utf-8")
    shell.wfe("run", "w.yaml", "top", "--id", "r")
    assert shell.wfe("logs", "r").splitlines() == [f"{SAY.format(index)} | deep" for index in (0, 1)]
    assert shell.wfe("logs", "r", "mid/twice[1]").splitlines() == [f"{SAY.format(1)} | deep"]
    assert shell.wfe("logs", "r", SAY.format(0)) == "deep\n"
    assert shell.wfe("logs", "r", "--tail", "1") == f"{SAY.format(1)} | deep\n"


def test_logs_follow_runs_that_begin_later(project: Project) -> None:
    """`wfe logs -f` also finds the sub-workflows that begin while it looks on."""
    project.write(file("log", "n=$(wc -l < log); until test -e go$n; do sleep 0.02; done"))
    runner = project.start("run", "w.yaml", "top", "--id", "r")
    project.wait_for("deep")
    follower = project.start("logs", "r", "-f")
    assert follower.stdout is not None
    assert follower.stdout.readline() == f"{SAY.format(0)} | deep\n"
    project.write("", "go1")
    assert follower.stdout.readline() == f"{SAY.format(1)} | deep\n"
    project.write("", "go2")
    assert follower.communicate(timeout=PATIENCE)[0] == ""
    runner.communicate(timeout=PATIENCE)
    assert (runner.returncode, follower.returncode) == (0, 0)


def test_an_end_of_a_nested_run_leaves_its_neighbours_alone(shell: Shell) -> None:
    """A sub-workflow that ends in one branch does not make the container around both look stopped."""
    (shell.folder / "w.yaml").write_text(
        """
workflows:
  - id: top
    steps:
      - name: both
        parallel:
          - {name: one, workflow: leaf}
          - {name: two, run: 'until test -e ended; do sleep 0.02; done; echo last'}
      - {name: after, run: 'true'}
  - id: leaf
    steps:
      - {name: say, run: 'touch ended'}
""",
        "utf-8",
    )
    out = shell.wfe("run", "w.yaml", "top", "--progress", "plain")
    assert "both/two | last" in out
    assert "stopped" not in out


def test_a_nested_failure_is_told_with_its_lines_and_its_place(shell: Shell) -> None:
    """Summary and `wfe show` have the last lines of the step that failed, and its line in the file."""
    text = file("log", "exit 3")
    (shell.folder / "w.yaml").write_text(text, "utf-8")
    out = shell.result("run", "w.yaml", "top", "--id", "r")
    assert out.exit_code == Exit.FAILED
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "name: say" in each)
    assert f"step {SAY.format(0)} failed: exit code 3  (w.yaml:{line})" in out.output
    shown = shell.wfe("show", "r")
    assert "| deep" in shown


def test_logs_keep_what_a_nested_run_wrote_before_it_was_tried_again(shell: Shell) -> None:
    """Each attempt of a sub-workflow is a run of its own; the lines of all of them are there."""
    (shell.folder / "w.yaml").write_text(
        """
workflows:
  - id: top
    steps:
      - {name: mid, workflow: leaf, retry: 2}
  - id: leaf
    steps:
      - {name: say, run: 'echo x >> log; echo "time $(wc -l < log)"; test "$(wc -l < log)" -eq 2'}
""",
        "utf-8",
    )
    shell.wfe("run", "w.yaml", "top", "--id", "r")
    assert shell.wfe("logs", "r").splitlines() == ["mid/say | time 1", "mid/say | time 2"]
    assert shell.wfe("logs", "r", "say").splitlines() == ["time 1", "time 2"]


def test_a_nested_approval_is_named_with_its_command(shell: Shell) -> None:
    """Exit 4 tells which step of which sub-workflow waits, and the command given moves it."""
    (shell.folder / "w.yaml").write_text(
        """
workflows:
  - {id: top, steps: [{name: mid, workflow: middle}]}
  - {id: middle, steps: [{name: inner, workflow: leaf}]}
  - {id: leaf, steps: [{name: sign, approval: {prompt: Sure?}}, {name: say, run: echo signed}]}
""",
        "utf-8",
    )
    result = shell.result("run", "w.yaml", "top", "--id", "r")
    assert result.exit_code == Exit.WAITING
    assert "  mid/inner/sign waits for an approval: Sure?\n" in result.output
    assert "mid/inner/sign" in shell.wfe("explain", "r")
    command = next(line for line in result.output.splitlines() if "wfe approve" in line)
    assert command.startswith("    wfe approve r mid/inner/sign ")
    shell.wfe(*command.partition("   or")[0].split()[1:])
    assert "mid/inner/say | signed" in shell.wfe("resume", "r")


def test_nested_approvals_are_told_apart_by_their_places(shell: Shell) -> None:
    """Steps of the same name wait in two items: each is approved by its whole name, the last by its own."""
    (shell.folder / "w.yaml").write_text(
        """
workflows:
  - id: top
    steps: [{name: mid, for_each: [a, b], steps: [{name: go, workflow: leaf}]}]
  - {id: leaf, steps: [{name: sign, approval: {prompt: Sure?}}, {name: say, run: echo signed}]}
""",
        "utf-8",
    )
    shell.result("run", "w.yaml", "top", "--id", "r")
    both = "waiting are: mid[0]/go/sign, mid[1]/go/sign"
    assert f"several steps called 'sign' wait for an approval in the run r\n{both}" in shell.wfe(
        "approve", "r", "sign", fails=True
    )
    assert both in shell.wfe("reject", "r", "mid[2]/go/sign", fails=True)
    asked = shell.runner.invoke(
        app,
        [],
        prog_name="wfe",
        env={"_WFE_COMPLETE": "complete_bash", "COMP_WORDS": "wfe approve r mid", "COMP_CWORD": "3"},
    )
    assert asked.output.split() == ["mid[0]/go/sign", "mid[1]/go/sign"]
    shell.wfe("approve", "r", "mid[1]/go/sign")
    assert shell.result("resume", "r").exit_code == Exit.WAITING
    shell.wfe("approve", "r", "sign")
    shell.wfe("resume", "r")
    assert shell.wfe("logs", "r").splitlines() == ["mid[1]/go/say | signed", "mid[0]/go/say | signed"]
