"""`wfe purge` and `wfe db upgrade`: what they delete, what they leave, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import WFE, Terminal
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

FAILS = "workflow: {id: w, steps: [{name: one, run: 'echo hi; exit 3'}]}\n"
RESTS = "workflow: {id: v, steps: [{name: one, run: 'true'}, {name: sign, approval: {prompt: Sure?}}]}\n"


def folders(shell: Shell) -> list[str]:
    """The runs of which processes have left something, sorted."""
    return sorted(path.name.rpartition("-")[0] for path in (shell.folder / ".wfe" / "wfe.run").glob("*"))


def test_purging_takes_what_the_processes_of_a_run_have_left(shell: Shell) -> None:
    """A failed run keeps its folder for a retry; it goes with the run, and those of other runs stay."""
    (shell.folder / "fails.yaml").write_text(FAILS, "utf-8")
    (shell.folder / "rests.yaml").write_text(RESTS, "utf-8")
    shell.wfe("run", "fails.yaml", "--id", "old", fails=True)
    shell.wfe("run", "rests.yaml", "--id", "open", fails=True)
    assert folders(shell) == ["old", "open"]
    shell.wfe("purge", "--dry-run")
    assert folders(shell) == ["old", "open"]
    assert "1 run deleted" in shell.wfe("purge", "-y")
    assert folders(shell) == ["open"]
    shell.wfe("cancel", "open", fails=True)
    assert "1 run deleted" in shell.wfe("purge", "-y")
    assert folders(shell) == []
    assert "[]" in shell.wfe("list", "--json")


@pytest.mark.parametrize("args", [["purge"], ["purge", "--dry-run"], ["db", "upgrade"]])
def test_a_store_that_is_not_there_is_not_made(shell: Shell, args: list[str]) -> None:
    """Neither command makes a store; the message names the file that is missing."""
    for store in ([], ["--store", "none.db"], ["--store", "sqlite:///none.db"]):
        result = shell.result(*args, *store)
        assert result.exit_code == Exit.USAGE
        assert "does not exist" in result.output
    assert not list(shell.folder.iterdir())


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["purge", "--older-than", "1 week"], "--older-than"),
        (["purge", "--status", "runnable"], "runnable"),
        (["purge", "--store", "mongo://x"], "mongo"),
        (["db", "upgrade", "--store", "mongo://x"], "mongo"),
        (["db", "downgrade"], "downgrade"),
    ],
)
def test_what_is_not_understood_is_refused(shell: Shell, args: list[str], told: str) -> None:
    """A wrong duration, status, store or subcommand ends with 2, names it, and deletes nothing."""
    (shell.folder / "w.yaml").write_text(FAILS, "utf-8")
    shell.wfe("run", "w.yaml", fails=True)
    result = shell.result(*args)
    assert (result.exit_code, told in result.output) == (Exit.USAGE, True), result.output
    assert '"failed"' in shell.wfe("list", "--json")


def test_a_store_without_a_schema_needs_no_upgrade(shell: Shell) -> None:
    """`wfe db upgrade` says so of a store in memory, and that a fresh file is up to date."""
    assert "this kind of store has no schema" in shell.wfe("db", "upgrade", "--store", "memory://")
    (shell.folder / "w.yaml").write_text(FAILS, "utf-8")
    shell.wfe("run", "w.yaml", "--store", "own.db", fails=True)
    assert "own.db: the schema is up to date" in shell.wfe("db", "upgrade", "--store", "own.db")


@pytest.mark.parametrize(("answer", "left"), [("n", 1), ("y", 0)])
def test_on_a_terminal_purging_asks_first(project: Project, answer: str, left: int) -> None:
    """Nothing is deleted for good before a person has agreed."""
    project.write(FAILS)
    project.wfe("run", "w.yaml")
    terminal = Terminal([str(WFE), "purge"], project.folder, project.env)
    terminal.until(lambda text: "delete 1 run for good?" in text)
    terminal.type(f"{answer}\n")
    shown = terminal.end()
    assert shown.code == 0
    assert ("nothing was deleted" in shown.raw) == bool(left)
    assert len(project.runs()) == left
