from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_yaml.cli import app as application
from wfe_yaml.cli.exits import MEANINGS, Exit
from wfe_yaml.cli.progress import PlainProgress

if TYPE_CHECKING:
    from tests.cli.conftest import Project, Shell

pytestmark = pytest.mark.signals

WAITS = "{name: sign, approval: {prompt: Ship it?}}"


def test_a_reader_that_leaves_ends_the_command_quietly(project: Project) -> None:
    """`wfe run … | head -1` stops the steps, says no traceback, ends with 141, and can be resumed."""
    file = project.steps("{name: one, run: 'while :; do echo x; sleep 0.01; done'}")
    runner = project.start("run", file, "--id", "r")
    assert runner.stdout is not None
    assert runner.stdout.readline() == "run r\n"
    runner.stdout.close()
    assert runner.wait(timeout=PATIENCE) == Exit.PIPE
    assert runner.stderr is not None
    told = runner.stderr.read()
    assert "Traceback" not in told
    assert "wfe resume r" in told
    runner.stdout = None


def test_a_terminal_without_unicode_gets_ascii(project: Project) -> None:
    """In a locale that is not UTF-8 the marks are plain, and nothing fails."""
    file = project.steps("{name: one, run: 'true'}")
    project.wfe("run", file)
    shown = project.wfe("show", PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C").stdout
    assert "+ one  complete" in shown
    assert shown.isascii()


def test_ci_systems_get_their_groups_and_reports(project: Project) -> None:
    """On GitHub the output is in groups, the failure is annotated, summary and JUnit report are written."""
    file = project.steps("{name: bad, run: 'echo oops; exit 3'}")
    summary = project.folder / "summary.md"
    done = project.wfe(
        "run", file, "--junit", "out/junit.xml",
        GITHUB_ACTIONS="true", CI="true", GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert done.returncode == Exit.FAILED
    assert "::group::bad\noops\n" in done.stdout
    assert "::error file=w.yaml,line=4,title=step bad::exit code 3\n" in done.stdout
    assert "### w: failed" in summary.read_text("utf-8")
    assert (project.folder / "out" / "junit.xml").read_bytes().startswith(b"<?xml")


def test_wrong_files_are_annotated_on_github(project: Project) -> None:
    """There `validate` and `run` tell the problems of a file twice: for people, and for its lines."""
    file = project.steps("{name: one, rnu: x}", "{name: two, run: 'true', timeout: 5}")
    for command in ("validate", "run"):
        told = project.wfe(command, file, GITHUB_ACTIONS="true")
        assert told.returncode == Exit.USAGE
        assert "w.yaml:4:" in told.stderr
        assert [line.partition(",")[0] for line in told.stdout.splitlines()] == ["::error file=w.yaml"] * 2
        assert project.wfe(command, file).stdout == ""
    assert project.wfe("validate", file, "--format", "text", GITHUB_ACTIONS="true").stdout == ""


def test_trouble_with_showing_a_run_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in front of a picture that stands still: the command ends, and the run can be resumed."""
    (shell.folder / "w.yaml").write_text(
        "workflow:\n  id: w\n  steps:\n    - {name: one, run: 'echo hi; sleep 60'}\n", "utf-8"
    )

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PlainProgress, "event", broken)
    with pytest.raises(ZeroDivisionError):
        shell.result("run", "w.yaml", "--id", "r")
    monkeypatch.undo()
    monkeypatch.chdir(shell.folder)
    assert '"status": "interrupted"' in shell.wfe("list", "--json")


def test_a_run_that_waits_ends_with_4_and_goes_on_when_decided(shell: Shell) -> None:
    """Exit 4 with the commands when nothing can go on; after `approve` the run is resumed to its end."""
    (shell.folder / "w.yaml").write_text(
        f"workflow:\n  id: w\n  steps:\n    - {WAITS}\n    - {{name: two, run: echo two}}\n", "utf-8"
    )
    result = shell.result("run", "w.yaml", "--id", "r")
    assert result.exit_code == Exit.WAITING
    assert "wfe approve r sign   or  wfe reject r sign" in result.output
    assert shell.result("resume", "r").exit_code == Exit.WAITING
    assert "waits for an approval: Ship it?" in shell.wfe("explain", "r")
    shell.wfe("approve", "r", "sign", "--by", "me")
    assert "two | two" in shell.wfe("resume", "r")
    shell.wfe("run", "w.yaml", "--id", "s", fails=True)
    shell.wfe("reject", "s", "sign", "--comment", "no")
    assert shell.result("resume", "s").exit_code == Exit.FAILED


def test_a_suspended_run_ends_with_4_and_can_be_resumed(project: Project) -> None:
    """`wfe suspend` lets the running step end; the runner leaves with 4; `wfe resume` goes on."""
    file = project.steps(
        "{name: one, run: 'echo one >> log; until test -e go; do sleep 0.02; done'}",
        "{name: two, run: 'true'}",
    )
    runner = project.start("run", file, "--id", "r")
    project.wait_for("one")
    assert project.wfe("suspend", "r").returncode == 0
    project.write("", "go")
    out, _ = runner.communicate(timeout=PATIENCE)
    assert (runner.returncode, "run r: suspended" in out) == (Exit.WAITING, True)
    assert project.wfe("resume", "r").returncode == Exit.COMPLETE


def test_an_error_inside_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit 70, a short message, and a file with the details; no traceback on the screen."""

    def broken() -> None:
        msg = "oh no"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(application, "app", broken)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert application._outcome() == Exit.INTERNAL
    told = capsys.readouterr().err
    assert "an error inside of wfe: ZeroDivisionError: oh no" in told
    assert "Traceback" not in told
    [details] = tmp_path.glob("wfe-error-*.txt")
    assert "ZeroDivisionError: oh no" in details.read_text("utf-8")


def test_every_exit_code_has_a_meaning() -> None:
    """The table of the help and of the guide names each code."""
    assert set(MEANINGS) == set(Exit)


def test_a_host_runs_what_it_is_allowed_and_stops_with_grace(project: Project) -> None:
    """`wfe host --allow shell` goes on with a run whose runner died; SIGTERM ends it."""
    file = project.steps(
        "{name: one, run: 'echo one >> log; until test -e go; do sleep 0.05; done; echo end >> log'}"
    )
    runner = project.start("run", file, "--id", "r")
    project.wait_for("one")
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    project.write("", "go")
    host = project.start("host", "--allow", "shell")
    project.wait_for("end")
    eventually(lambda: project.runs()[0]["status"] == "complete")
    assert '"state": "live"' in project.wfe("hosts", "--json").stdout
    host.send_signal(signal.SIGTERM)
    out, err = host.communicate(timeout=PATIENCE)
    assert host.returncode == 0, err
    assert "works on sqlite:///" in out


def test_a_host_refuses_what_is_not_allowed(project: Project) -> None:
    """Without `--allow` a file with shell steps is refused at its place; with nothing to do it says so."""
    file = project.steps("{name: one, run: 'true'}")
    refused = project.wfe("host", "--file", file)
    assert refused.returncode == Exit.USAGE
    assert "steps of the type 'shell' are not allowed on this host" in refused.stderr
    assert "would run nothing" in project.wfe("host").stderr
    wrong = project.wfe("host", "--module", "nowhere:register")
    assert (wrong.returncode, "No module named" in wrong.stderr) == (Exit.USAGE, True)


def test_logs_follow_a_live_run(project: Project) -> None:
    """`wfe logs -f` shows lines of a run in another process as they come, and ends with it."""
    file = project.steps(
        "{name: one, run: 'echo first; echo one >> log; until test -e go; do sleep 0.02; done; echo last'}"
    )
    runner = project.start("run", file, "--id", "r")
    project.wait_for("one")
    follower = project.start("logs", "r", "-f")
    assert follower.stdout is not None
    assert follower.stdout.readline() == "one | first\n"
    project.write("", "go")
    assert follower.communicate(timeout=PATIENCE)[0] == "one | last\n"
    runner.communicate(timeout=PATIENCE)
    assert follower.returncode == 0


def test_the_guide_has_the_exit_codes() -> None:
    """docs/cli.md tells the same as the help."""
    guide = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    for code, text in MEANINGS.items():
        assert f"| {code.value} | {text} |\n" in guide
