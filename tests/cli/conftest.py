from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from typer.testing import CliRunner, Result

from tests.waiting import PATIENCE, eventually
from wfe_yaml.cli.app import app
from wfe_yaml.cli.exits import CommandError

WFE = Path(sys.executable).with_name("wfe")


class Project:
    """A folder in which the command is run, as a person would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {name: os.environ[name] for name in os.environ if not name.startswith(("WFE_", "CI"))}
        self._started: list[subprocess.Popen[str]] = []

    def write(self, text: str, name: str = "w.yaml") -> str:
        """Write a workflow file."""
        (self.folder / name).write_text(text, "utf-8")
        return name

    def steps(self, *steps: str, name: str = "w.yaml", head: str = "") -> str:
        """Write a workflow `w` with these steps, each a flow mapping or an indented block."""
        body = "".join(f"    - {step.strip()}\n" for step in steps)
        return self.write(f"workflow:\n  id: w\n{head}  steps:\n{body}", name)

    def wfe(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [str(WFE), *args],
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *args: str, stdout: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start the command in the background."""
        process = subprocess.Popen(
            [str(WFE), *args],
            cwd=self.folder,
            env=self.env,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def log(self) -> list[str]:
        """The side effects: what the steps appended to the file `log`."""
        path = self.folder / "log"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def wait_for(self, line: str) -> None:
        """Wait until a step has written this line to the log."""
        eventually(lambda: line in self.log(), f"the line {line!r}")

    def wait_done(self, step: str) -> None:
        """Wait until the end of a step of the newest run is durable, as `wfe show` tells it."""
        eventually(
            lambda: self.steps_of(self.runs()[0]["run"]).get(step) == "complete", f"the end of {step!r}"
        )

    def steps_of(self, run: str) -> dict[str, str]:
        """The status of each step that `wfe show` names."""
        told: dict[str, Any] = json.loads(self.wfe("show", run, "--json").stdout)
        return {step["step"]: step["status"] for step in told["steps"]}

    def runs(self) -> list[dict[str, Any]]:
        """What `wfe list --json` gives."""
        runs: list[dict[str, Any]] = json.loads(self.wfe("list", "--json").stdout)
        return runs

    def kill(self, supervisor: int) -> None:
        """Kill a supervisor, and whatever runs in the folder."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(supervisor, signal.SIGKILL)
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == self.folder:
                    os.kill(int(process.name), signal.SIGKILL)

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()


class Shell:
    """Runs the command in this process, in a folder of its own, without starting the interpreter anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runner = CliRunner()

    def log(self) -> list[str]:
        """The side effects: what the steps appended to the file `log`."""
        path = self.folder / "log"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def wfe(self, *args: str, fails: bool = False) -> str:
        """Run a command that is to succeed, or to fail; gives what it printed."""
        result = self.result(*args)
        assert (result.exit_code != 0) == fails, result.output
        return result.output

    def result(self, *args: str) -> Result:
        """Run a command; errors that the outermost layer would print are told as it would."""
        result = self.runner.invoke(app, list(args))
        if isinstance(result.exception, CommandError):
            told = f"{result.exception.message}\n{result.exception.hint}\n"
            return Result(
                self.runner, result.stdout_bytes, b"", result.output_bytes + told.encode(), None,
                int(result.exception.code), None, None,
            )  # fmt: skip
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A fresh folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_ACTIONS", "WFE_STORE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Shell(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A fresh folder."""
    made = Project(tmp_path)
    yield made
    made.end()
