"""`wfe import`: what it writes can be run, and it tells what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

CORPUS = Path(__file__).parents[1] / "unit" / "wfe_yaml" / "importing"


def test_a_flow_runs(project: Project) -> None:
    """A workflow of FlowEngine becomes a file that runs as it stands; all of it has a counterpart."""
    made = project.wfe("import", "flowengine", str(CORPUS / "flowengine" / "typed.json"), "-o", "f.yaml")
    assert (made.returncode, made.stderr) == (Exit.COMPLETE, "")
    assert "wfe plan f.yaml" in made.stdout
    assert project.wfe("validate", "f.yaml").returncode == Exit.COMPLETE
    done = project.wfe("run", "f.yaml")
    assert done.returncode == Exit.COMPLETE, done.stdout + done.stderr
    assert "flow/no: skipped" in done.stdout
    assert '"no": null' in done.stdout
    assert '"s": "😀"' in done.stdout


def test_a_flow_means_what_it_means_over_there(shell: Shell) -> None:
    """Words, quotes, exit codes, JSON in an output, and branches are what FlowEngine makes of them."""
    shell.wfe("import", "flowengine", str(CORPUS / "flowengine" / "meaning.json"), "-o", "m.yaml")
    told = shell.wfe("run", "m.yaml")
    for line in (
        "goes_on | A B C",
        "goes_on | still",
        "words | ['a][b'][$HOME]",
        'both_are | {"json":{"a":[1,null]},"success":false,"text":"[1"}',
        'routed_is | {"payload":{"a":[1,null]}}',
        "hears | (no message)",
        "soft: failed",
        "never: skipped",
    ):
        assert f"flow/{line}" in told
    assert "tried again" not in told


@pytest.mark.slow
def test_a_workflow_of_github_runs(project: Project) -> None:
    """Jobs, a matrix, outputs by $GITHUB_OUTPUT, hooks: as over there."""
    made = project.wfe("import", "github", str(CORPUS / "github" / "ci.yml"), "-o", "ci.yaml")
    assert made.returncode == Exit.FAILED
    assert "actions/checkout@v4' has no counterpart" in made.stderr
    given = ["github_repository=me/it", "github_ref=refs/tags/v1", "github_ref_name=v1"]
    inputs = [word for each in given for word in ("-i", each)]
    done = project.wfe("run", "ci.yaml", *inputs, RELEASE_TOKEN="quite-a-secret")
    assert done.returncode == Exit.COMPLETE, done.stdout + done.stderr
    for line in ("lint of me/it", "python 3.10 at level-low", "report of 3.12", "release app.tar of v1!"):
        assert f"| {line}\n" in done.stdout
    assert "report of 3.9" not in done.stdout


def test_the_report_is_for_machines_too(project: Project) -> None:
    """Stdout has the file alone; the report goes to stderr, as JSON when that is asked for."""
    made = project.wfe("import", "github", str(CORPUS / "github" / "odd.yml"), "--json")
    assert made.returncode == Exit.FAILED
    assert made.stdout == (CORPUS / "github" / "odd.out.yaml").read_text("utf-8")
    told = json.loads(made.stderr)
    assert told["errors"] == 0
    assert {each["code"] for each in told["problems"]} == {"W004"}
    assert all(each["line"] > 0 for each in told["problems"])


@pytest.mark.slow
def test_wrong_files_are_refused(project: Project) -> None:
    """A file that is none is an error of its place; a file that is there is not replaced unasked."""
    project.write("jobs: [", "bad.yml")
    assert project.wfe("import", "github", "bad.yml").returncode == Exit.USAGE
    told = project.wfe("import", "flowengine", "bad.yml", "--json")
    assert told.returncode == Exit.USAGE
    assert json.loads(told.stderr)["problems"][0]["line"] == 1
    missing = project.wfe("import", "flowengine", "none.json")
    assert (missing.returncode, "there is no file 'none.json'" in missing.stderr) == (Exit.USAGE, True)
    project.write("jobs: {a: {steps: [{run: 'true'}]}}", "good.yml")
    assert project.wfe("import", "github", "good.yml", "-o", "bad.yml").returncode == Exit.USAGE
    assert project.wfe("import", "github", "good.yml", "-o", "bad.yml", "--force").returncode == Exit.COMPLETE
    assert project.wfe("import", "github", "good.yml", "-o", "no/such/folder.yaml").returncode == Exit.USAGE
    assert "flowengine" in project.wfe("import", "--help").stdout


def test_conditions_hold_when_they_do_over_there(shell: Shell) -> None:
    """What is for failures, or behind a skipped job, does not run; what is not set is empty."""
    shell.wfe("import", "github", str(CORPUS / "github" / "status.yml"), "-o", "s.yaml", fails=True)
    told = shell.wfe("run", "s.yaml", "-i", "github_ref=refs/heads/main")
    for line in ("build", "not-cancelled", "not-failure", "either", "always-main", "NOTIFY", "NOTCANCELLED"):
        assert f"| {line}\n" in told
    for line in ("ROLLBACK", "RESULT", "bad", "notsuccess", "fail", "never"):
        assert f"| {line}" not in told
    shell.wfe("import", "github", str(CORPUS / "github" / "unset.yml"), "-o", "u.yaml", fails=True)
    told = shell.wfe("run", "u.yaml")
    for line in ("skipped", "[] [2] []", "D hello a-2-b []", "E []"):
        assert f"| {line}\n" in told
    assert "| never" not in told


RUNS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "env-levels": (
        (),
        (
            "step_1 | workflow job step-job workflow-own",
            "step_2 | later job []",
            "step_3 | cond holds",
            "step_5 | yes is truthy",
        ),
        ("skipped",),
    ),
    "pipes": (
        (),
        ("step_1 | no pipefail by default", "step_4: failed", "step_7 | bash without -e goes on"),
        ("NEVER",),
    ),
    "matrix-include": (
        (),
        (
            *("| cell apple/cat/pink/circle\n", "| cell apple/dog/green/circle\n", "| cell pear/cat/pink/\n"),
            *("| cell pear/dog/green/\n", "| cell banana///\n", "| cell banana/cat//\n"),
            *("| round apple\n", "| shapeless pear\n", "| os macos v14\n"),
        ),
        ("os macos v10", "os linux v14", "round pear"),
    ),
    "outputs": (
        (),
        (
            *("got python v1.10", "v 1.10 1.10-v1.10", "n 1 b", "c true a+b", "step_2 | second $(line)"),
            "env_is_the_safe_way | second $(line)",
        ),
        (),
    ),
    "hostile": ((), ("m $(touch PWNED) $(touch PWNED) $<< inputs.x >> `touch PWNED`",), ()),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_workflow_means_what_it_means_over_there(name: str, shell: Shell) -> None:
    """Shells, variables cells and outputs are as on GitHub; nothing hostile runs."""
    inputs, there, not_there = RUNS[name]
    shell.wfe(
        "import",
        "github",
        str(CORPUS / "github" / f"{name}.yml"),
        "-o",
        "w.yaml",
        fails=name in {"hostile", "env-levels"},
    )
    told = shell.wfe("run", "w.yaml", *inputs)
    for line in there:
        assert line in told
    for line in not_there:
        assert line not in told
    assert not (shell.folder / "PWNED").exists()


def test_words_of_a_value_stay_words(shell: Shell) -> None:
    """Outside of quotes an expression is as many words as over there, perhaps none, and never code."""
    shell.wfe("import", "github", str(CORPUS / "github" / "words.yml"), "-o", "w.yaml", fails=True)
    told = shell.wfe("run", "w.yaml", fails=True)
    for line in (
        "[x][--a][--b][3][a][b][c][-x][-y][--a --b][p3]",
        "[1.10][3][a][b][c][-x][-y][][p3]",
        "[x][$(touch][PWNED)][*][3][a][b][c][-x][-y][$(touch PWNED) *][p3]",
        "<a><b><c>",
        "| 3\n",
        "| a b  c\n",
    ):
        assert line in told
    assert not (shell.folder / "PWNED").exists()


def test_what_runs_after_a_failure_sees_the_job(shell: Shell) -> None:
    """Steps of `failure()` and `always()` know how the job went, and run one and all."""
    shell.wfe("import", "github", str(CORPUS / "github" / "always.yml"), "-o", "w.yaml")
    told = shell.wfe("run", "w.yaml", fails=True)
    for line in (
        "log | failed failure",
        "soft | the test it was",
        "clean | clean failure",
        "clean2 | clean too",
        "outcome failure conclusion success",
        "noticed",
        "next success",
    ):
        assert f"| {line.split(' | ')[-1]}\n" in told
    assert "NEVER" not in told.partition("step jobs/test/t failed")[0]
