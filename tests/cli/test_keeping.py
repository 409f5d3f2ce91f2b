"""`wfe purge` and `wfe db upgrade`: what they delete, what they leave, and what they refuse."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import WFE, Terminal
from tests.services.docker import IMAGE, docker_or_skip
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


HELD = """workflow:
  id: held
  inputs: {fail: bool}
  steps:
    - {name: up, type: docker, config: {image: "IMAGE", command: [sleep, "600"], detached: true}}
    - {name: kept, type: docker, config: {image: "IMAGE", command: ["true"], remove: false}}
    - name: file
      run: echo "$WFE_RUN_ID" > out.txt
      artifacts: {out: out.txt}
    - {name: hit, run: echo cached > hit.txt, cache: {paths: [hit.txt]}}
    - {name: old, run: echo old, cache: {ttl: 1ms}}
    - {name: fail, when: $<< inputs.fail >>, run: exit 3}
"""


@pytest.mark.docker
def test_purging_takes_what_its_runs_hold_and_nothing_else(project: Project) -> None:
    """Containers, artifacts and results that are too old go; those of other runs and other stores stay."""
    docker = docker_or_skip()
    project.env["DOCKER_HOST"] = docker.host
    project.write(HELD.replace("IMAGE", IMAGE))
    first, second = (f"{name}-{secrets.token_hex(4)}" for name in ("first", "second"))
    # The same name in another store, too.
    for run, store, fail in ((first, "a.db", 1), (first, "b.db", 1), (second, "a.db", 0)):
        given = ["--id", run, "--fresh", "--store", store, "-i", f"fail={bool(fail)}".lower()]
        done = project.wfe("run", "w.yaml", *given)
        assert done.returncode == fail, done.stdout + done.stderr

    def held() -> list[int]:
        containers = [len(docker.containers(f"wfe.run={run}")) for run in (first, second)]
        kept = [project.folder / f"{store}.artifacts" / "refs" / run for store, run in
                (("a", first), ("b", first), ("a", second))]  # fmt: skip
        return [*containers, *(len(list(folder.glob("*"))) for folder in kept)]

    def cached() -> list[str]:
        return sorted(path.suffix for path in (project.folder / ".wfe" / "cache").iterdir())

    try:
        # What still ran of the one that ended well has ended; the container that was to stay has not.
        assert held() == [4, 1, 1, 1, 1]
        assert cached() == [".json", ".json", ".tar"]
        assert "would be deleted" in project.wfe("purge", "--dry-run", "--store", "a.db").stdout
        assert held() == [4, 1, 1, 1, 1]
        done = project.wfe("purge", "-y", "--status", "failed", "--store", "a.db")
        assert "1 run deleted, sub-workflows included, and 1 container" in done.stdout
        assert held() == [2, 1, 0, 1, 1]
        assert cached() == [".json", ".tar"]
        project.wfe("purge", "-y", "--store", "a.db")
        assert held() == [2, 0, 0, 1, 0]
    finally:
        for name in [*docker.containers(f"wfe.run={first}"), *docker.containers(f"wfe.run={second}")]:
            docker("rm", "--force", name)


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
