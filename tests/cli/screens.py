"""Looks at the command on terminals, as a person would, and writes the transcripts of `docs/screens.md`.

Run it with `python tests/cli/screens.py`; a test holds the file against what the command shows today.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from dataclasses import dataclass, field
from pathlib import Path

import pyte  # type: ignore[import-untyped, unused-ignore]

WFE = Path(sys.executable).with_name("wfe")
PAGE = Path(__file__).parents[2] / "docs" / "screens.md"
HEIGHT = 40
INTRODUCTION = """\
What the command shows, on real terminals; times are made equal. `python tests/cli/screens.py` writes this
page, and a test holds it against the command."""
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
WRONG = """\
workflow:
  id: wrong
  steps:
    - {name: build, rnu: make}
    - {name: test, run: 'make test', timeout: 5}
    - {name: say, run: 'echo $<< steps.biuld.outputs.version >>'}
"""


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal, and the commands that are typed there."""

    title: str
    commands: tuple[str, ...]
    width: int = 80
    terminal: bool = True
    env: dict[str, str] = field(default_factory=dict[str, str])


_FAIL_THEN_GO_ON = ("wfe run ship.yaml --id ship-1", "touch allowed", "wfe retry ship-1")
SCREENS = (
    Screen("A passing run, 80 columns", ("touch allowed", "wfe run ship.yaml --id ship-1")),
    Screen("A failing run, and its retry, 80 columns", _FAIL_THEN_GO_ON),
    Screen(
        "A run that waits, and is resumed",
        ("wfe run release.yaml --id r-1", "wfe approve r-1 sign-off --by ann", "wfe resume r-1"),
    ),
    Screen("A failing run, 200 columns", _FAIL_THEN_GO_ON[:1], width=200),
    Screen("A failing run without colour", _FAIL_THEN_GO_ON[:1], env={"NO_COLOR": "1"}),
    Screen("A failing run in CI (`CI=true`)", _FAIL_THEN_GO_ON[:1], terminal=False, env={"CI": "true"}),
    Screen(
        "A failing run on GitHub",
        _FAIL_THEN_GO_ON[:1],
        terminal=False,
        env={"CI": "true", "GITHUB_ACTIONS": "true"},
    ),
    Screen("A file with three errors", ("wfe validate wrong.yaml",)),
)


def look(screen: Screen, folder: Path) -> str:
    """Type the commands of a screen in a folder, and give what it shows in the end."""
    (folder / "ship.yaml").write_text(PIPELINE, "utf-8")
    (folder / "release.yaml").write_text(RELEASE, "utf-8")
    (folder / "wrong.yaml").write_text(WRONG, "utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WFE_", "CI", "GITHUB"))}
    env.update(TERM="xterm-256color", PATH=f"{WFE.parent}:{env['PATH']}", **screen.env)
    shown: list[str] = []
    for command in screen.commands:
        shown.append(f"$ {command}")
        run = _on_terminal if screen.terminal else _in_pipe
        shown.extend(run(command, folder, env, screen.width))
    return "\n".join(_steady(line) for line in shown)


def _in_pipe(command: str, folder: Path, env: dict[str, str], width: int) -> list[str]:
    del width
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=env, text=True, check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
    )  # fmt: skip
    return done.stdout.splitlines()


def _on_terminal(command: str, folder: Path, env: dict[str, str], width: int) -> list[str]:
    """Run a command on a real pseudo-terminal, and read off what an emulator of one makes of it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, width, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=folder, env=env, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    emulator = pyte.HistoryScreen(width, HEIGHT, history=1_000)
    stream = pyte.ByteStream(emulator)
    while True:
        try:
            data = os.read(master, 65_536)
        except OSError:
            # Linux says so when the last user of the other side has gone.
            break
        if not data:
            break
        stream.feed(data)
    process.wait(timeout=60)
    os.close(master)
    lines: list[str] = [line.rstrip() for line in emulator.display]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _steady(line: str) -> str:
    """Put fixed times in the place of those that differ from run to run."""
    line = re.sub(r"(?<=  )\d+(\.\d+)?s\b|(?<=in )\d+(\.\d+)?s\b", "0.1s", line)
    return re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*", "2026-01-01 12:00:00", line)


def page() -> str:
    """Give the whole page."""
    parts = [
        "# Screens",
        INTRODUCTION,
        f"The files, `ship.yaml` and `release.yaml`:\n\n```yaml\n{PIPELINE}```\n\n```yaml\n{RELEASE}```",
    ]
    for screen in SCREENS:
        with tempfile.TemporaryDirectory() as folder:
            parts.append(f"## {screen.title}\n\n```console\n{look(screen, Path(folder))}\n```")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
