from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from wfe_yaml import load_workflow_from_str
from wfe_yaml.cli.exits import CommandError
from wfe_yaml.cli.replaying import only

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

FILE = """
workflow:
  id: w
  inputs: {who: {type: string, default: world}}
  outputs: {text: $<< steps.make.outputs.text >>}
  steps:
    - {name: make, run: 'echo make >> log; echo "text=$<< inputs.who >>" >> $WFE_OUTPUT'}
    - name: both
      max_parallel: 1
      parallel:
        - {name: a, run: echo a >> log}
        - {name: b, run: 'echo b >> log; test -e ok'}
    - {name: last, run: 'echo "last $<< steps.make.outputs.text >>" >> log'}
"""


@pytest.fixture
def failed(shell: Shell) -> Shell:
    """A folder with a run `w-1` that failed at `both/b`."""
    (shell.folder / "w.yaml").write_text(FILE, "utf-8")
    assert shell.result("run", "w.yaml", "--id", "w-1", "-i", "who=you").exit_code == 1
    assert sorted(shell.log()) == ["a", "b", "make"]
    return shell


def test_retry_from_a_step_is_a_new_run_with_the_old_results(failed: Shell) -> None:
    """Decision 40: the steps before it are complete in the new run, with their outputs; it names the old."""
    (failed.folder / "ok").touch()
    told = failed.wfe("retry", "w-1", "--from", "b")
    assert "taken over from the run w-1" in told
    assert sorted(failed.log()[3:]) == ["b", "last you"]
    new = json.loads(failed.wfe("show", "--json"))
    assert new["run"] != "w-1"
    assert (new["retry_of"], new["inputs"], new["outputs"]) == ("w-1", {"who": "you"}, {"text": "you"})
    assert {step["step"]: step["status"] for step in new["steps"]} == dict.fromkeys(
        ["make", "both", "both/a", "both/b", "last"], "complete"
    )
    assert json.loads(failed.wfe("show", "w-1", "--json"))["status"] == "failed"


def test_retry_from_needs_what_comes_before(failed: Shell) -> None:
    """A step before it that has not ended is named, and nothing is started."""
    text = failed.wfe("retry", "w-1", "--from", "last", fails=True)
    assert "no result of both" in text
    assert len(json.loads(failed.wfe("list", "--json"))) == 1


def test_run_from_takes_the_last_run_of_the_file_also_when_it_was_edited(failed: Shell) -> None:
    """`wfe run --from STEP` goes on from the last run with the text as it is now."""
    (failed.folder / "w.yaml").write_text(FILE.replace("test -e ok", "true"), "utf-8")
    failed.wfe("run", "w.yaml", "--from", "both", "-i", "who=x")
    assert sorted(failed.log()[3:]) == ["a", "b", "last you"]


def test_run_only_leaves_everything_else_out(failed: Shell) -> None:
    """`--only STEP` runs one step, the others are skipped; it excludes `--from`."""
    failed.wfe("run", "w.yaml", "--only", "both/a")
    assert failed.log()[3:] == ["a"]
    new = json.loads(failed.wfe("show", "--json"))
    states = {step["step"]: step["status"] for step in new["steps"]}
    assert (states["make"], states["both/a"], states["both/b"]) == ("skipped", "complete", "skipped")
    assert "exclude each other" in failed.wfe("run", "w.yaml", "--only", "a", "--from", "b", fails=True)
    assert "did you mean 'last'" in failed.wfe("run", "w.yaml", "--only", "lost", fails=True)


def test_dry_run_shows_the_plan_and_runs_nothing(failed: Shell) -> None:
    """`-n` checks file and inputs, and shows the plan."""
    assert "input who: string = me (given)" in failed.wfe("run", "w.yaml", "-n", "-i", "who=me")
    assert len(failed.log()) == 3


def test_the_environment_can_come_from_a_file(shell: Shell) -> None:
    """`--env-file` puts variables on top of the environment; a wrong line is named without its text."""
    text = "workflow:\n  id: e\n  env: {W: $<< env.V >>}\n  steps:\n    - {name: a, run: 'echo \"<$W>\"'}\n"
    (shell.folder / "e.yaml").write_text(text, "utf-8")
    (shell.folder / "vars").write_text("# mine\nexport V='a b'\n\n", "utf-8")
    assert "a | <a b>" in shell.wfe("run", "e.yaml", "--env-file", "vars")
    (shell.folder / "vars").write_text("a secret\n", "utf-8")
    wrong = shell.wfe("run", "e.yaml", "--env-file", "vars", fails=True)
    assert "vars:1: expected NAME=VALUE" in wrong
    assert "secret" not in wrong


def test_a_dag_knows_what_comes_before_and_after() -> None:
    """In a dag the needed steps come before, those that need it after, others beside."""
    made = load_workflow_from_str(
        "workflow:\n  id: d\n  steps:\n    - name: g\n      dag:\n"
        "        - {name: a, run: x}\n        - {name: b, run: x, needs: [a]}\n"
        "        - {name: c, run: x, needs: [b]}\n        - {name: e, run: x}\n"
    ).definition
    assert set(only(made, "b").settled) == {"g/a", "g/c", "g/e"}


def test_a_step_in_a_loop_is_refused() -> None:
    """One of many activations has no name of its own to begin at."""
    made = load_workflow_from_str(
        "workflow:\n  id: d\n  steps:\n    - name: g\n      for_each: [1, 2]\n"
        "      steps:\n        - {name: a, run: x}\n"
    ).definition
    with pytest.raises(CommandError, match="inside of 'g'"):
        only(made, "a")
