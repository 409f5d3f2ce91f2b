"""What surrounds the command: terminals that change or close, readers that leave, disks that are full."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import WFE, Terminal, on_terminal
from tests.waiting import PATIENCE, eventually
from wfe_core.errors import WfeError
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Project, Shell

pytestmark = pytest.mark.signals

CAPABILITIES = "-dac_override,-dac_read_search"
WAITS = "echo begun >> log; echo line; until test -e go; do sleep 0.02; done"
EVIL = (
    r"\033[2J\033]0;PWNED\007\033]52;c;eA==\033\\\\\033[31mred\033[0m "
    r"\033[?1049h\033P1|x\033\\\\\0302\0233end\r"
)
"""Clears the screen, names the window, writes to the clipboard, colours, changes screens; C1 controls too."""


@pytest.mark.parametrize("mode", ["tty", "plain"])
def test_a_terminal_that_closes_interrupts_the_run(project: Project, mode: str) -> None:
    """The steps get their grace, the run can be resumed, and the exit code is that of SIGHUP."""
    file = project.steps(f"{{name: one, run: 'trap \"echo term >> log; exit 1\" TERM; {WAITS}'}}")
    terminal = Terminal([str(WFE), "run", file, "--id", "r", "--progress", mode], project.folder, project.env)
    terminal.until(lambda text: "line" in text)
    terminal.close()
    assert terminal.process.wait(timeout=PATIENCE) == Exit.HUNG_UP
    assert project.log() == ["begun", "term"]
    assert project.runs()[0]["status"] == "interrupted"
    project.write("", "go")
    assert project.wfe("resume", "r").returncode == 0


def test_a_terminal_that_changes_its_size_keeps_the_tree(project: Project) -> None:
    """After each change the whole tree is drawn anew, never wider than the terminal."""
    file = project.steps(f"{{name: one, run: '{WAITS}; echo {'wide ' * 40}'}}", "{name: two, run: 'true'}")
    terminal = Terminal([str(WFE), "run", file, "--id", "r"], project.folder, project.env, width=120)
    terminal.until(lambda text: "line" in text)
    for width, height in ((40, 10), (10, 3), (200, 50), (30, 20)):
        terminal.resize(width, height)
        terminal.until(_drawn_again(len(terminal.text)))
    project.write("", "go")
    shown = terminal.end()
    assert shown.code == 0
    assert sum(line.startswith("✓ two") for line in shown.lines) == 1


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colours_gets_none(project: Project, env: dict[str, str]) -> None:
    """NO_COLOR is obeyed, and a dumb terminal gets no escape sequence at all."""
    file = project.steps("{name: one, run: 'exit 3'}")
    shown = on_terminal(["run", file], project.folder, {**project.env, **env})
    assert shown.code == Exit.FAILED
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown.raw)
    if env.get("TERM") == "dumb":
        assert "\x1b" not in shown.raw


@pytest.mark.parametrize("mode", ["tty", "plain", "group"])
def test_output_cannot_command_the_terminal(project: Project, mode: str) -> None:
    """Colours of what a step writes are shown; screen, window and clipboard are left alone."""
    file = project.steps(f"name: one\n      run: |\n        printf '{EVIL}\\n'; echo kept; exit 1")
    shown = on_terminal(["run", file, "--id", "r", "--progress", mode], project.folder, project.env)
    logs = on_terminal(["logs", "r"], project.folder, project.env)
    for raw in (shown.raw, logs.raw):
        assert "kept" in raw
        for evil in ("PWNED", "\x1b]", "\x1bP", "\x1b[2J\x1b", "?1049h", "\x9b", "eA=="):
            assert evil not in raw
    assert "\x1b[31mred" in logs.raw


def test_a_reader_that_has_gone_is_no_failure_of_a_step(project: Project) -> None:
    """With nobody to read, each command ends with 141 and without a word of Python."""
    file = project.steps("{name: one, run: 'true'}")
    project.wfe("run", file, "--id", "r")
    for args in (["list"], ["show", "r"], ["schema"], ["validate", file], ["run", file]):
        reader, writer = os.pipe()
        os.close(reader)
        runner = project.start(*args, stdout=writer)
        os.close(writer)
        _, err = runner.communicate(timeout=PATIENCE)
        assert (runner.returncode, "Traceback" in err, "Exception" in err) == (Exit.PIPE, False, False), args


def test_closed_streams_are_no_trouble(project: Project) -> None:
    """`wfe run FILE <&- >&- 2>&-` runs, and no file of its own takes the place of a closed stream."""
    file = project.steps("{name: one, run: 'echo hi; echo oops >&2'}")
    done = subprocess.run(
        ["bash", "-c", f"'{WFE}' run {file} --id r <&- >&- 2>&-"],
        cwd=project.folder, env=project.env, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0
    assert project.wfe("logs", "r").stdout == "one | hi\none | oops\n"


def test_runs_need_no_home(project: Project) -> None:
    """Without HOME, or any variable at all, the store beside the project is used as ever."""
    file = project.steps("{name: one, run: 'echo hi'}")
    project.env.clear()
    done = project.wfe("run", file)
    assert (done.returncode, "one | hi" in done.stdout) == (0, True)


def test_two_runs_of_a_file_at_once(project: Project) -> None:
    """The second one is refused with the reason, unless it is wanted: then both go on side by side."""
    file = project.steps(f"{{name: one, run: '{WAITS}'}}")
    first = project.start("run", file, "--id", "first")
    project.wait_for("begun")
    refused = project.wfe("run", file)
    assert refused.returncode == Exit.USAGE
    assert "the last run, first, still runs in another process" in refused.stderr
    second = project.start("run", file, "--id", "second", "--fresh")
    eventually(lambda: project.log() == ["begun", "begun"])
    project.write("", "go")
    for runner in (first, second):
        out, err = runner.communicate(timeout=PATIENCE)
        assert runner.returncode == 0, out + err


def test_what_is_no_file_is_told_before_anything_runs(shell: Shell) -> None:
    """A directory in the place of a file, and a file in the place of the folder of runs, end with 2."""
    (shell.folder / "w.yaml").write_text("workflow: {id: w, steps: [{name: one, run: touch ran}]}\n", "utf-8")
    (shell.folder / "d").mkdir()
    for args in (
        ["d"], ["w.yaml", "--junit", "d"], ["w.yaml", "--inputs-file", "d"], ["w.yaml", "--env-file", "d"],
        ["w.yaml", "--secret-file", "d"], ["w.yaml", "--store", "d"],
    ):  # fmt: skip
        told = refused(shell, "run", *args)
        assert "directory" in told.casefold() or "it is a folder" in told
    (shell.folder / ".wfe").touch()
    told = refused(shell, "run", "w.yaml")
    assert "the folder .wfe, where runs are kept, cannot be made here" in told
    assert "--store FILE" in told
    assert not (shell.folder / "ran").exists()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv of util-linux is missing")
def test_a_folder_that_cannot_be_written(project: Project) -> None:
    """The command says so and names the way out; what only reads the workflow file works."""
    file = project.steps("{name: one, run: 'echo hi'}")
    project.folder.chmod(0o555)
    mine = ["setpriv", f"--bounding-set={CAPABILITIES}"] if os.geteuid() == 0 else []
    try:
        done = {
            command: subprocess.run(
                [*mine, str(WFE), *command.split()],
                cwd=project.folder, env=project.env, capture_output=True, text=True, check=False,
            )
            for command in (f"run {file}", f"validate {file}", "init other.yaml", f"run {file} --dry-run")
        }  # fmt: skip
    finally:
        project.folder.chmod(0o755)
    codes = {command: each.returncode for command, each in done.items()}
    assert list(codes.values()) == [Exit.USAGE, 0, Exit.USAGE, 0], done
    assert "cannot be made here: Permission denied" in done[f"run {file}"].stderr
    assert "other.yaml cannot be written: Permission denied" in done["init other.yaml"].stderr


def test_a_store_of_another_version_is_left_alone(shell: Shell) -> None:
    """What a newer wfe wrote, and what is no store, is refused by every command, and not changed."""
    (shell.folder / "w.yaml").write_text("workflow: {id: w, steps: [{name: one, run: 'true'}]}\n", "utf-8")
    shell.wfe("run", "w.yaml", "--id", "r")
    store = shell.folder / ".wfe" / "wfe.db"
    with sqlite3.connect(store) as database:
        database.execute("UPDATE wfe_schema SET version_num = '9999'")
    database.close()
    before = store.read_bytes()
    commands = (["list"], ["run", "w.yaml"], ["resume"], ["purge", "-y"], ["db", "upgrade"], ["logs", "r"])
    for args in commands:
        assert "newer version of wfe" in refused(shell, *args)
    assert store.read_bytes() == before
    store.write_text("no database " * 100, "utf-8")
    for args in commands:
        assert "is not a SQLite database" in refused(shell, *args)


@pytest.mark.slow
def test_a_full_disk_ends_the_run_and_loses_nothing(project: Project) -> None:
    """The command says what is full and how to go on; when there is room again, `resume` ends the run."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mounts of one's own: unshare is missing or refused")
    project.steps(
        "{name: one, run: 'echo one >> ../log'}",
        "{name: fill, run: 'test -e ../room || dd if=/dev/zero of=filler bs=64k || true'}",
        "{name: two, run: 'echo two >> ../log'}",
    )
    script = f"""
        mkdir t; mount -t tmpfs -o size=2M none t; cp w.yaml t; cd t
        '{WFE}' run w.yaml --id r > ../full 2>&1; echo $? > ../code
        rm filler; touch ../room; '{WFE}' resume r > ../resumed 2>&1; echo $? > ../again
    """
    subprocess.run(
        ["unshare", "-rm", "bash", "-c", script],
        cwd=project.folder, env=project.env, check=True, timeout=PATIENCE, capture_output=True,
    )  # fmt: skip
    told = {name: (project.folder / name).read_text("utf-8") for name in ("full", "code", "resumed", "again")}
    assert told["code"] == f"{int(Exit.USAGE)}\n", told
    assert "the disk is full; free some space" in told["full"]
    assert "then go on with  wfe resume r" in told["full"]
    assert told["again"] == "0\n", told
    assert project.log() == ["one", "two"]


def _drawn_again(before: int) -> Callable[[str], bool]:
    """Whether the running step and its last line have come once more."""
    return lambda text: "one" in text[before:] and "line" in text[before:]


def refused(shell: Shell, *args: str) -> str:
    """What is told by a command that ends with 2."""
    try:
        result = shell.result(*args)
    except WfeError as exc:
        return str(exc)
    assert result.exit_code == Exit.USAGE, result.output
    return result.output
