"""Looks at the command on terminals, as a person would, and writes the transcripts of `docs/screens.md`.

Run it with `python -m tests.cli.screens`; a test holds the file against what the command shows today.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.terminals import WFE, Terminal
from tests.waiting import eventually

PAGE = Path(__file__).parents[2] / "docs" / "screens.md"
INTRODUCTION = """\
What the command shows, on real terminals; times are made equal. `python -m tests.cli.screens` writes
this page, and a test holds it against the command."""
PIPELINE = """\
workflow:
  id: ship
  inputs:
    targets: {type: "list<string>", default: [staging, prod]}
  outputs: {version: $<< steps.build.outputs.version >>}
  steps:
    - name: build
      run: |
        echo "building"
        echo "version=1.2" >> "$WFE_OUTPUT"
    - name: checks
      max_parallel: 1
      parallel:
        - {name: unit, run: echo "12 passed"}
        - {name: lint, run: 'echo "1 warning"; exit 4', continue_on_error: true}
    - name: deploy
      for_each: $<< inputs.targets >>
      max_parallel: 1
      steps:
        - name: push
          run: |
            echo "pushing 1.2 to $<< item >>"
            test -e allowed || { echo "no permission" >&2; exit 13; }
    - {name: tell, run: echo "done"}
"""
RELEASE = """\
workflow:
  id: release
  steps:
    - {name: build, run: echo "building"}
    - name: sign-off
      approval: {prompt: Ship it?}
    - {name: publish, run: echo "published"}
"""
LONG = """\
workflow:
  id: long
  steps:
    - {name: fetch, run: 'echo "rows=40" >> "$WFE_OUTPUT"', outputs: {rows: int}}
    - name: train
      run: |
        echo "training on $<< steps.fetch.outputs.rows >> rows"
        until test -e go; do sleep 0.05; done
        echo "trained"
    - {name: report, run: 'echo "$<< steps.fetch.outputs.rows >> rows, done"'}
"""
WRONG = """\
workflow:
  id: wrong
  steps:
    - {name: build, rnu: make}
    - {name: test, run: 'make test', timeout: 5}
    - {name: say, run: 'echo $<< steps.biuld.outputs.version >>'}
"""
FILES = {"ship.yaml": PIPELINE, "release.yaml": RELEASE, "long.yaml": LONG, "wrong.yaml": WRONG}


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that is typed.

    Attributes:
        command: the command.
        kill_at: when this is to be seen, the command is killed with SIGKILL; None lets it end.
        go_at: when this is to be seen, the slow step of `long.yaml` may end.
        first: what happens before it is typed, and is not shown: `go` lets the slow step end, `kill` kills it
            and all that belongs to the run.
    """

    command: str
    kill_at: str | None = None
    go_at: str | None = None
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal, and the commands that are typed there."""

    title: str
    commands: tuple[str | Typed, ...]
    width: int = 80
    terminal: bool = True
    env: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to look at the same things."""

    title: str
    width: int = 80
    terminal: bool = True
    env: dict[str, str] = field(default_factory=dict[str, str])


MODES = (
    Mode("80 columns"),
    Mode("200 columns", width=200),
    Mode("without colour", env={"NO_COLOR": "1"}),
    Mode("in CI (`CI=true`)", terminal=False, env={"CI": "true"}),
    Mode("on GitHub", terminal=False, env={"CI": "true", "GITHUB_ACTIONS": "true"}),
)
_RUN = "wfe run ship.yaml --id ship-1"
_TOUCH = "touch allowed"
_KILLED = Typed("wfe run long.yaml --id long-1", kill_at="training on 40 rows")
_THINGS: tuple[tuple[str, tuple[str | Typed, ...]], ...] = (
    ("A passing run", (_TOUCH, _RUN)),
    ("A failing run", (_RUN,)),
    (
        "A run killed with SIGKILL and resumed",
        (_KILLED, Typed("wfe resume long-1", go_at="adopted")),
    ),
    ("A file with three errors", ("wfe validate wrong.yaml",)),
)
SCREENS = (
    *(
        Screen(f"{title}, {mode.title}", commands, mode.width, mode.terminal, mode.env)
        for title, commands in _THINGS
        for mode in MODES
    ),
    Screen(
        "Killed with SIGKILL; the step ended meanwhile, and its result is taken",
        (_KILLED, Typed("wfe resume long-1", first="go")),
    ),
    Screen(
        "Killed with SIGKILL together with its step, which is run again",
        (_KILLED, Typed("wfe resume long-1", first="kill", go_at="training")),
    ),
    Screen("A failed run is tried again", (_RUN, _TOUCH, "wfe retry ship-1")),
    Screen(
        "A run that waits, and is resumed",
        ("wfe run release.yaml --id r-1", "wfe approve r-1 sign-off --by ann", "wfe resume r-1"),
    ),
)


def look(screen: Screen, folder: Path) -> str:
    """Type the commands of a screen in a folder, and give what it shows in the end."""
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WFE_", "CI", "GITHUB"))}
    env.update(PATH=f"{WFE.parent}:{env['PATH']}", **screen.env)
    shown: list[str] = []
    for each in screen.commands:
        typed = each if isinstance(each, Typed) else Typed(each)
        _before(typed, folder)
        shown.append(f"$ {typed.command}")
        run = _on_terminal if screen.terminal else _in_pipe
        shown.extend(run(typed, folder, env, screen.width))
    return "\n".join(_steady(line) for line in shown)


def _before(typed: Typed, folder: Path) -> None:
    """Do what happens behind the back of whoever sits at the terminal."""
    if typed.first == "go":
        (folder / "go").touch()
        eventually(lambda: list(folder.glob(".wfe/wfe.run/*/*/result.json")))
    if typed.first == "kill":
        (lock,) = folder.glob(".wfe/wfe.run/*/lock")
        os.kill(int(lock.read_text()), signal.SIGKILL)
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").readlink() == folder:
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue


def _kill(process: subprocess.Popen[Any], folder: Path, line: str) -> None:
    """Kill the command once a line is durable: else it may be shown again, or not."""
    with closing(sqlite3.connect(folder / ".wfe" / "wfe.db")) as store:
        eventually(lambda: store.execute("SELECT 1 FROM log WHERE instr(text, ?)", (line,)).fetchone())
    process.kill()


def _in_pipe(typed: Typed, folder: Path, env: dict[str, str], width: int) -> list[str]:
    del width
    process = subprocess.Popen(
        ["bash", "-c", f"exec {typed.command}"], cwd=folder, env=env, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines: list[str] = []
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if typed.kill_at is not None and typed.kill_at in line:
                _kill(process, folder, typed.kill_at)
            if typed.go_at is not None and typed.go_at in line:
                (folder / "go").touch()
    return [*lines, *(["Killed"] if typed.kill_at else [])]


def _on_terminal(typed: Typed, folder: Path, env: dict[str, str], width: int) -> list[str]:
    """Run a command on a real pseudo-terminal, and read off what an emulator of one makes of it."""
    terminal = Terminal(["bash", "-c", f"exec {typed.command}"], folder, env, width=width)
    if typed.kill_at is not None:
        wanted = typed.kill_at
        terminal.until(lambda text: wanted in text)
        _kill(terminal.process, folder, wanted)
    if typed.go_at is not None:
        awaited = typed.go_at
        terminal.until(lambda text: awaited in text)
        (folder / "go").touch()
    lines = terminal.end().lines
    return [*lines, *(["Killed"] if typed.kill_at else [])]


def _steady(line: str) -> str:
    """Put fixed times in the place of those that differ from run to run."""
    line = re.sub(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", "⠋", line)
    line = re.sub(r"(?<=  )\d+(\.\d+)?s\b", "0.1s", line)
    line = re.sub(r"((?:complete|failed) in )\d+(\.\d+)?s\b", r"\g<1>0.1s", line)
    return re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*", "2026-01-01 12:00:00", line)


def page() -> str:
    """Give the whole page."""
    parts = ["# Screens", INTRODUCTION, "## The files"]
    parts += [f"`{name}`:\n\n```yaml\n{text}```" for name, text in FILES.items()]
    for screen in SCREENS:
        with tempfile.TemporaryDirectory() as folder:
            parts.append(f"## {screen.title}\n\n```console\n{look(screen, Path(folder))}\n```")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
