from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project


VALUES = [
    "$(touch PWNED)", "`touch PWNED`", "'; touch PWNED #", '" && touch PWNED "', "a b*", "two\nlines",
    "--help", "ünïcödé ☃", "a[$(touch PWNED)]", "x" * 200_000,
]  # fmt: skip

STEP = "workflow: {id: w, steps: [{name: a, run: x}]}\n"
INPUT = "workflow: {id: w, inputs: {n: int}, steps: [{name: a, run: x}]}\n"


def test_a_run_on_a_fresh_directory(project: Project) -> None:
    """`wfe run FILE` makes its store, shows each line after the name of its step, and exits with 0."""
    file = project.steps("{name: one, run: echo hello}", "{name: two, run: 'printf \"a\\nb\\n\" >&2'}")
    done = project.wfe("run", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"one | hello", "two | a", "two | b"} <= set(done.stdout.splitlines())
    assert (project.folder / ".wfe" / "wfe.db").is_file()
    assert (project.folder / ".wfe" / ".gitignore").read_text("utf-8") == "*\n"


def test_inputs_and_outputs_flow(project: Project) -> None:
    """Inputs reach the steps, outputs reach later steps (also out of containers) and the end of the run."""
    file = project.write("""
workflow:
  id: flow
  inputs: {who: string, times: {type: int, default: 2}, names: {type: list<string>, default: []}}
  outputs: {text: $<< steps.make.outputs.text >>, lengths: [$<< steps.both.a.outputs.n >>, 1]}
  steps:
    - {name: make, run: 'echo "text=$<< inputs.who >> x$<< inputs.times >>" >> $WFE_OUTPUT'}
    - name: both
      parallel:
        - {name: a, run: 'v=$<< steps.make.outputs.text >>; echo "##wfe[output n=${#v}]"', outputs: {n: int}}
        - {name: b, run: "printf '<%s>' $<< inputs.names >>"}
    - {name: last, run: 'echo $<< steps.both.a.outputs.n + 1 >> $<< run.id >>'}
""")
    done = project.wfe("run", file, "-i", "who=you", "-i", "names=[a b, c]", "--id", "r1")
    assert done.returncode == 0, done.stderr
    assert "both/b | <a b><c>" in done.stdout
    assert "last | 7 r1" in done.stdout
    shown = json.loads(project.wfe("show", "r1", "--json").stdout)
    assert shown["outputs"] == {"text": "you x2", "lengths": [6, 1]}
    assert shown["inputs"] == {"who": "you", "times": 2, "names": ["a b", "c"]}
    assert {step["step"]: step["status"] for step in shown["steps"]} == dict.fromkeys(
        ["make", "both", "both/a", "both/b", "last"], "complete"
    )


def test_inputs_come_from_a_file_too(project: Project) -> None:
    """`--inputs-file` is a YAML or JSON mapping; `-i` wins over it."""
    file = project.steps(
        "{name: s, run: 'echo $<< inputs.a >> $<< inputs.b >>'}", head="  inputs: {a: string, b: int}\n"
    )
    project.write("a: 1.10\nb: 2\n", "in.yaml")
    project.write('{"a": "j", "b": 3}', "in.json")
    assert "s | 1.10 4" in project.wfe("run", file, "--inputs-file", "in.yaml", "-i", "b=4").stdout
    assert "s | j 3" in project.wfe("run", file, "--inputs-file", "in.json").stdout


def test_steps_in_parallel_run_at_the_same_time(project: Project) -> None:
    """Two steps that wait for each other both end: they do run at once."""
    project.wfe("list")
    file = project.write("""
workflow:
  id: p
  steps:
    - name: both
      parallel:
        - {name: a, run: 'mkfifo f; echo ready; cat f'}
        - {name: b, run: 'until test -p f; do :; done; echo "from b" > f'}
""")
    assert "both/a | from b" in project.wfe("run", file).stdout


def test_a_failing_step_fails_the_run(project: Project) -> None:
    """Exit 1; what follows does not run; the summary has the error, the last lines and what to do."""
    file = project.steps(
        "{name: good, run: echo fine}",
        "{name: bad, run: 'seq 100; echo oops >&2; exit 3'}",
        "{name: never, run: touch never}",
    )
    done = project.wfe("run", file)
    assert done.returncode == 1
    assert not (project.folder / "never").exists()
    run_id = project.runs()[0]["run"]
    assert "step bad failed: exit code 3" in done.stdout
    assert "  | 100\n" in done.stdout
    assert "  | 70\n" not in done.stdout
    assert f"wfe retry {run_id}" in done.stdout
    shown = project.wfe("show", run_id).stdout
    assert "exit code 3" in shown
    assert "✗ bad" in shown


def test_a_failed_run_can_be_retried(project: Project) -> None:
    """`wfe retry` runs the failed step again and what follows; what was finished is not run again."""
    file = project.steps(
        "{name: one, run: 'echo one >> log'}",
        "{name: two, run: 'echo two >> log; test -e ok'}",
        "{name: three, run: 'echo three >> log'}",
    )
    assert project.wfe("run", file).returncode == 1
    assert project.wfe("resume", "w").returncode == 2
    project.write("", "ok")
    assert project.wfe("retry", "w").returncode == 0
    assert project.log() == ["one", "two", "two", "three"]
    assert project.wfe("retry", "w").returncode == 2


def test_conditions_skips_and_errors_that_do_not_stop(project: Project) -> None:
    """`when` skips; `continue_on_error` goes on, and its status can be asked for; `retry` tries again."""
    file = project.write("""
workflow:
  id: c
  inputs: {deep: {type: bool, default: false}}
  steps:
    - {name: soft, run: 'exit 9', continue_on_error: true}
    - {name: deep, when: $<< inputs.deep >>, run: 'echo deep'}
    - {name: off, when: false, run: 'echo off'}
    - {name: flaky, run: 'test $WFE_ATTEMPT = 3', retry: {max_attempts: 3, interval: 10ms}}
    - {name: last, run: 'echo $<< steps.soft.status >> $<< steps.soft.exit_code >> $<< steps.deep.status >>'}
""")
    done = project.wfe("run", file)
    assert done.returncode == 0
    assert "last | failed 9 skipped" in done.stdout
    assert "soft: failed" in done.stdout
    assert "off |" not in done.stdout
    assert "deep | deep" in project.wfe("run", file, "-i", "deep=true").stdout


@pytest.mark.parametrize(
    ("text", "args", "expected"),
    [
        (STEP.replace("run", "rnu"), [], r"w\.yaml:1:37: error\[E010\]: unknown key 'rnu'"),
        ("workflow: [\n", [], r"w\.yaml:1:\d+: error\[E002\]"),
        (STEP.replace("x}", "'eval $<< run.id >>'}"), [], r"w\.yaml:1:48: error\[E030\]"),
        (STEP, ["-i", "x=1"], r"error\[E040\]: the workflow has no input 'x'"),
        (INPUT, [], r"error\[E040\]: the input 'n' is missing"),
        (INPUT, ["-i", "n=x"], r"input 'n': expected int"),
        (STEP, ["-i", "x"], r"-i takes NAME=VALUE"),
        (STEP, ["--fresh", "--resume"], r"exclude each other"),
        (STEP, ["nope"], r"has no workflow 'nope'"),
    ],
)  # fmt: skip
def test_what_is_wrong_before_any_step_exits_with_2(
    project: Project, text: str, args: list[str], expected: str
) -> None:
    """Bad files, inputs and options are told with their place before anything is stored or run."""
    done = project.wfe("run", project.write(text), *args)
    assert done.returncode == 2
    assert re.search(expected, done.stderr), done.stderr
    assert not (project.folder / ".wfe").exists()


def test_missing_files_and_directories_exit_with_2(project: Project) -> None:
    """What is no file is said so, without a traceback."""
    for path in ("nowhere.yaml", "."):
        done = project.wfe("run", path)
        assert done.returncode == 2
        assert "error[E001]" in done.stderr
        assert "Traceback" not in done.stderr


def test_validate_tells_everything_of_all_files(project: Project) -> None:
    """`wfe validate` exits 0 for good files and 2 for wrong ones, with all their problems."""
    good = project.steps("{name: a, run: x}", name="good.yaml")
    bad = project.write(
        "workflow:\n  id: w\n  steps:\n    - {name: a, rnu: x}\n    - {name: a, run: 1}\n", "bad.yaml"
    )
    assert project.wfe("validate", good).returncode == 0
    done = project.wfe("validate", good, bad)
    assert done.returncode == 2
    assert "good.yaml: ok" in done.stdout
    assert done.stderr.count("error[") == 3
    assert "3 errors" in done.stderr


@pytest.mark.parametrize("value", VALUES, ids=[value[:20] for value in VALUES])
def test_values_are_printed_as_they_are(project: Project, value: str) -> None:
    """As an input, and as an output of an earlier step, quoted in every way: nothing in a value is run."""
    file = project.write("""
workflow:
  id: inject
  inputs: {v: string}
  steps:
    - name: first
      run: |
        printf '<%s>\\n' $<< inputs.v >> "$<< inputs.v >>" '$<< inputs.v >>'
        cat <<END
        <$<< inputs.v >>>
        END
        { echo 'out<<~END~'; printf '%s\\n' $<< inputs.v >>; echo '~END~'; } >> "$WFE_OUTPUT"
    - name: second
      run: |
        [[ $<< steps.first.outputs.out >> == "$<< inputs.v >>" ]] && echo same
        printf '<%s>\\n' '$<< steps.first.outputs.out >>'
""")
    project.write(json.dumps({"v": value}), "in.json")
    done = project.wfe("run", file, "--inputs-file", "in.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(project.folder.rglob("PWNED"))
    text = "\n".join(line.partition(" | ")[2] for line in done.stdout.splitlines() if " | " in line)
    assert text.count(f"<{value}>") == 5
    assert "second | same" in done.stdout


def test_json_progress_is_one_object_a_line(project: Project) -> None:
    """`--progress json` gives nothing but JSON lines: every event, and the end with status and outputs."""
    file = project.steps("{name: a, run: 'echo \"hi ☃\"'}", head="  outputs: {x: 1}\n")
    done = project.wfe("run", file, "--progress", "json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[0] == "run.begin"
    assert kinds[-1] == "run.end"
    assert [event["line"] for event in events if event["event"] == "log"] == ["hi ☃"]
    assert (events[-1]["status"], events[-1]["outputs"]) == ("complete", {"x": 1})


def test_quiet_says_nothing_unless_something_fails(project: Project) -> None:
    """`--progress quiet` is silent on success; a failure is told on stderr."""
    file = project.steps("{name: a, run: 'echo hi; test -e ok'}")
    failed = project.wfe("run", file, "--progress", "quiet")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "step a failed" in failed.stderr
    project.write("", "ok")
    done = project.wfe("run", file, "--progress", "quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_store_can_be_elsewhere(project: Project) -> None:
    """`--store` takes a file or a URL, `WFE_STORE` stands for it; the printed commands name it again."""
    file = project.steps("{name: a, run: 'exit 1'}")
    done = project.wfe("run", file, "--store", "other.db")
    assert "--store other.db" in done.stdout
    assert len(json.loads(project.wfe("list", "--json", "--store", "sqlite:///other.db").stdout)) == 1
    assert len(json.loads(project.wfe("list", "--json", WFE_STORE="other.db").stdout)) == 1
    assert not (project.folder / ".wfe").exists()
    assert project.wfe("show", "x").returncode == 2
    assert project.wfe("run", file, "--store", "nosuch://x").returncode == 2


def test_names_of_runs(project: Project) -> None:
    """`--id` names a run; a name is used once; a unique beginning is enough to refer to a run."""
    file = project.steps("{name: a, run: 'true'}")
    assert project.wfe("run", file, "--id", "nightly-1").returncode == 0
    again = project.wfe("run", file, "--id", "nightly-1")
    assert again.returncode == 2
    assert "choose another --id" in again.stderr
    assert "nightly-1" in project.wfe("show", "night").stdout
    assert project.wfe("run", file, "--id", "nightly-2").returncode == 0
    several = project.wfe("show", "night")
    assert (several.returncode, "several runs" in several.stderr) == (2, True)
    missing = project.wfe("show", "nightly-3")
    assert (missing.returncode, "did you mean" in missing.stderr) == (2, True)


def test_help_and_version_are_quick_to_say(project: Project) -> None:
    """`wfe --help` imports neither the engine, nor the compiler, nor a driver."""
    for module in ("wfe_host", "wfe_sqlite", "sqlalchemy", "jinja2", "yaml", "pydantic", "rich"):
        assert module not in _modules_of_help(project)
    assert "run" in project.wfe("--help").stdout
    assert project.wfe("--version").stdout.startswith("wfe ")


def _modules_of_help(project: Project) -> set[str]:
    done = project.wfe("--help", PYTHONPROFILEIMPORTTIME="1")
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


EXAMPLES = Path(__file__).parents[2] / "examples" / "pipelines"
ELSEWHERE = {"containers", "sandbox", "shielded", "ci"}
"""Those that need servers, or would run these very tests: `tests/examples/test_pipelines.py` has them."""


@pytest.mark.parametrize(
    "example",
    [path for path in sorted(EXAMPLES.glob("*.yaml")) if path.stem not in ELSEWHERE],
    ids=lambda path: path.stem,
)
def test_every_example_runs_as_it_is(project: Project, example: Path) -> None:
    """Each pipeline of the examples runs with its defaults, from anywhere."""
    done = project.wfe("run", str(example), "--id", "it")
    if done.returncode == Exit.WAITING:
        # It asks a person, who agrees.
        assert project.wfe("approve", "it", "ask").returncode == 0
        done = project.wfe("resume", "it")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hello_of_the_readme(project: Project) -> None:
    """The example of the main job greets whom it is told to."""
    done = project.wfe("run", str(EXAMPLES / "hello.yaml"), "-i", "who=you")
    assert "shout | HELLO, YOU!" in done.stdout
    assert "greeting: Hello, you!" in done.stdout
    assert "letters: 11" in done.stdout


def test_hooks_are_named_after_their_step(project: Project) -> None:
    """A hook that is one step without a name is called by its word; marks of the engine are not shown."""
    file = project.steps(
        "{name: one, run: 'true', on_success: {run: 'true'}, ensure: {name: clean, run: 'true'}}",
        "{name: two, run: 'true'}",
    )
    done = project.wfe("run", file)
    lines = [line.partition(": complete")[0] for line in done.stdout.splitlines() if ": complete in" in line]
    assert lines[:4] == ["one", "one/on_success", "one/ensure/clean", "two"]
