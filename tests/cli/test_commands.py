from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import typer

from wfe_core import WorkflowBuilder
from wfe_host import WorkflowHost
from wfe_yaml.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Project, Shell

FILE = """
workflow:
  id: w
  description: Say things
  inputs: {who: {type: string, default: world}}
  steps:
    - {name: one, run: 'echo hello; echo $<< inputs.who >>'}
    - name: both
      max_parallel: 1
      parallel:
        - {name: a, run: 'echo from a', retry: 2}
        - {name: b, run: 'test -e ok || { echo no; exit 3; }', when: $<< inputs.who != "x" >>}
    - {name: last, run: echo last}
"""


@pytest.fixture(autouse=True)
def _file(shell: Shell) -> None:
    (shell.folder / "w.yaml").write_text(FILE, "utf-8")


@pytest.fixture
def failed(shell: Shell) -> Shell:
    """A folder with a run `w-1` that has failed."""
    assert shell.result("run", "w.yaml", "--id", "w-1").exit_code == 1
    return shell


def test_logs_are_those_of_the_steps(failed: Shell) -> None:
    """Every line with the name of its step; of one step the bare lines; the last ones; with their times."""
    everything = failed.wfe("logs", "w-1").splitlines()
    assert everything[:2] == ["one | hello", "one | world"]
    assert set(everything) == {"one | hello", "one | world", "both/a | from a", "both/b | no"}
    assert failed.wfe("logs", "w-1", "one") == "hello\nworld\n"
    assert failed.wfe("logs", "w-1", "b") == "no\n"
    assert failed.wfe("logs", "w-1", "one", "--tail", "1") == "world\n"
    assert set(failed.wfe("logs", "w-1", "both").splitlines()) == {"both/a | from a", "both/b | no"}
    stamped = failed.wfe("logs", "w-1", "one", "-t").split()
    assert stamped[0].startswith("20")
    assert stamped[1] == "hello"
    assert failed.wfe("logs", "w-1", "-f") == failed.wfe("logs", "w-1")
    assert "did you mean 'both'" in failed.wfe("logs", "w-1", "bot", fails=True)


def test_the_newest_run_is_shown_by_default(failed: Shell) -> None:
    """`show` and `explain` without a name take the newest run, and say so."""
    shown = failed.wfe("show")
    assert "run       w-1" in shown
    assert "this is the newest run" in shown
    assert "✗ both  failed" in shown
    told = json.loads(failed.wfe("explain", "--json"))
    assert (told["run"], told["status"]) == ("w-1", "failed")
    assert told["reasons"][0]["command"] == "wfe retry w-1"
    assert "-> wfe retry w-1" in failed.wfe("explain")


def test_runs_are_found_by_what_is_in_them(failed: Shell) -> None:
    """`search` finds words of the inputs; what is in no run is said so."""
    assert "w-1" in failed.wfe("search", "world")
    assert json.loads(failed.wfe("search", "wor*", "--json"))[0]["run"] == "w-1"
    assert "no run has" in failed.wfe("search", "nowhere")


def test_ended_runs_can_be_purged(failed: Shell) -> None:
    """`purge` deletes what fits; the dry run only says it; a wrong duration is refused."""
    assert "1 run would be deleted" in failed.wfe("purge", "--dry-run")
    assert "nothing to purge" in failed.wfe("purge", "--older-than", "1h")
    assert "nothing to purge" in failed.wfe("purge", "--status", "complete")
    assert "--older-than" in failed.wfe("purge", "--older-than", "soon", fails=True)
    assert "1 run deleted" in failed.wfe("purge", "--status", "failed")
    assert json.loads(failed.wfe("list", "--json")) == []


def test_steering_what_has_ended_is_refused(failed: Shell) -> None:
    """Each command says why it does not fit the run, and exits with 2."""
    for args in (["suspend", "w-1"], ["approve", "w-1", "both/b"], ["cancel", "w-1"]):
        result = failed.result(*args)
        assert result.exit_code == 2, result.output
        assert "w-1" in result.output
    assert failed.result("terminate", "w-1").exit_code == 0
    assert json.loads(failed.wfe("list", "--json"))[0]["status"] == "terminated"


def test_publishing_an_event(failed: Shell) -> None:
    """An event is stored with its data, which may be JSON or a text, and has an id."""
    assert failed.wfe("publish", "paid", "order-1", '{"sum": 3}').startswith("published paid order-1 (")
    assert failed.wfe("publish", "paid", "", "a text").startswith("published paid (")


def test_the_plan_of_a_file(shell: Shell) -> None:
    """Inputs with where they come from, each step with its type, condition and retries; nothing is run."""
    told = json.loads(shell.wfe("plan", "w.yaml", "-i", "who=you", "--json"))
    assert told["inputs"]["who"] == {"type": "string", "description": "", "value": "you", "from": "given"}
    both = told["steps"][1]
    assert (both["type"], [step["name"] for step in both["steps"]]) == ("parallel", ["a", "b"])
    assert both["steps"][0]["retry"] == 2
    assert both["steps"][1]["when"] == '$<< inputs.who != "x" >>'
    text = shell.wfe("plan", "w.yaml")
    assert "input who: string = world (default)" in text
    assert "│  └─ b  shell" in text
    assert not (shell.folder / ".wfe").exists()


def test_pictures_of_a_file_and_of_a_run(failed: Shell) -> None:
    """Bare Mermaid, Graphviz, JSON and a tree; of a run with the states of its steps."""
    assert failed.wfe("graph", "w.yaml", "--format", "mermaid").startswith("flowchart TD\n")
    assert "style n" in failed.wfe("graph", "w-1", "--format", "mermaid")
    assert 'fillcolor="#ffcdd2"' in failed.wfe("graph", "w-1", "--format", "dot")
    assert json.loads(failed.wfe("graph", "w-1", "--format", "json"))["states"]["both/b"] == "failed"
    assert "├─ both  parallel" in failed.wfe("graph", "w.yaml")
    assert "✗ b  failed" in failed.wfe("graph", "w-1")
    assert "there is no run" in failed.wfe("graph", "nothing", fails=True)


def test_types_of_steps_are_told_from_their_models(shell: Shell) -> None:
    """`wfe steps` names each type with the keys of its config; an unknown one is refused with a guess."""
    told = json.loads(shell.wfe("steps", "--json"))
    types = {each["type"]: {key["key"]: key for key in each["config"]} for each in told}
    assert "run" in types["shell"]
    assert not types["shell"]["run"]["required"]
    assert (types["shell"]["grace"]["default"], types["shell"]["run"]["default"]) == ("5s", None)
    assert (types["http"]["timeout"]["default"], types["http"]["max_body"]["default"]) == ("30s", "1m")
    assert types["http"]["follow_redirects"]["default"] is False
    assert "(default: GET)" in shell.wfe("steps", "http")
    assert "shell: " in shell.wfe("steps", "shell")
    assert "did you mean 'shell'" in shell.wfe("steps", "shel", fails=True)


def test_init_writes_a_file_that_runs(shell: Shell) -> None:
    """The starter is valid and runs; a file that is there is never overwritten; git learns of the store."""
    (shell.folder / ".git").mkdir()
    assert "added .wfe/" in shell.wfe("init", "first one.yaml")
    assert (shell.folder / ".gitignore").read_text("utf-8") == ".wfe/\n"
    assert "Hello, you!" in shell.wfe("run", "first one.yaml", "-i", "who=you")
    assert "exists already" in shell.wfe("init", "first one.yaml", fails=True)
    assert "added" not in shell.wfe("init", "sub/second.yaml")


def test_stores_and_hosts(failed: Shell) -> None:
    """The schema of a store is told, and that nobody works on it."""
    assert "the schema is up to date" in failed.wfe("db", "upgrade")
    assert "no process works on this store" in failed.wfe("hosts")
    assert json.loads(failed.wfe("hosts", "--json")) == []


def _commands(of: typer.Typer, *above: str) -> Iterator[list[str]]:
    """Give the words of each command that is shown."""
    for command in of.registered_commands:
        if command.callback is not None and not command.hidden:
            yield [*above, command.name or command.callback.__name__.rstrip("_")]
    for group in of.registered_groups:
        name = [group.name] if isinstance(group.name, str) else []
        if group.typer_instance is not None and not group.hidden:
            yield from _commands(group.typer_instance, *above, *name)


def test_help_says_what_there_is(shell: Shell) -> None:
    """Commands stand in sections, none is cut off, each has an example; slips are guessed."""
    text = shell.wfe("--help")
    for section in ("Run:", "Look at runs:", "Steer runs:", "Write workflow files:", "Keep the store:"):
        assert section in text
    assert "..." not in text.partition("Run:")[2].replace("[ARGS]...", "")
    paths = list(_commands(app))
    assert len(paths) > 20
    for path in paths:
        assert "Example" in shell.wfe(*path, "--help"), path
    assert "..." not in shell.wfe("import", "--help").partition("Commands:")[2]
    assert "Did you mean 'purge'" in shell.wfe("purg", fails=True)


def test_exit_codes_are_in_the_help(shell: Shell) -> None:
    """The epilog of `wfe run --help` has the table."""
    text = shell.wfe("run", "--help")
    for line in ("  0  complete", "  4  waiting", "  5  another live process", "130  interrupted", "143  "):
        assert line in text


def test_a_variable_that_nothing_uses_is_told_of_by_all_that_read_the_file(project: Project) -> None:
    """`run`, `plan`, `graph` and `validate` say the same; `--var` on a run is refused."""
    file = project.steps("{name: a, run: 'true'}")
    for command in (["run", file, "-n"], ["plan", file], ["graph", file], ["validate", file]):
        done = project.wfe(*command, "--var", "nothing=x")
        assert done.returncode == 0
        assert "warning[W003]: nothing uses the variable 'nothing'" in done.stdout + done.stderr
    assert project.wfe("run", file, "--id", "r").returncode == 0
    refused = project.wfe("graph", "r", "--var", "nothing=x")
    assert (refused.returncode, "--var is for a file" in refused.stderr) == (2, True)


def test_a_run_of_a_program_that_is_gone_can_be_ended(shell: Shell) -> None:
    """`terminate` needs no definition: the workflow of a Python program, which nobody can load here, ends."""
    flow = WorkflowBuilder("program").wait_for("go").build()
    (shell.folder / ".wfe").mkdir()

    async def leave_one() -> None:
        async with WorkflowHost.connect(f"sqlite:///{shell.folder}/.wfe/wfe.db") as host:
            host.register(flow)
            await host.start(flow, {}, instance_id="p-1")

    asyncio.run(leave_one())
    assert "run p-1: terminated" in shell.wfe("terminate", "p-1")
    assert json.loads(shell.wfe("list", "--json"))[0]["status"] == "terminated"
