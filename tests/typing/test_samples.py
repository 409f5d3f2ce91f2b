"""Users' code under the checkers: what is right passes, what is wrong is refused, in mypy and in pyright."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
MARK = re.compile(r"  # (?:type|pyright): ignore\[.*\]$", re.MULTILINE)

pytestmark = pytest.mark.timeout(300)


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a checker of this environment from the root, where its configuration is."""
    command = shutil.which(tool, path=Path(sys.executable).parent) or tool
    # The wrapper would ask for its newest version; the lock file decides that.
    env = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(
        [command, *map(str, arguments)], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def sample(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a sample, as a user's own module."""
    monkeypatch.setattr(sys, "path", [str(HERE), *sys.path])
    return importlib.import_module(name)


def test_every_construct_of_the_sample_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the checkers accept makes a definition, too."""
    assert len(sample("sample_builder", monkeypatch).build().steps) > 100


async def test_the_first_example_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first example of the documentation does what it says, word for word."""
    await sample("sample_hello", monkeypatch).main()
    assert capsys.readouterr().out == "['box:a', 'box:b']\n"


def test_mypy_accepts_the_samples_and_needs_every_ignore() -> None:
    """Right samples pass mypy strict; each wrong line is an error there, or its ignore would be unused."""
    done = run("mypy", HERE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_accepts_the_samples() -> None:
    """Right samples pass pyright strict: no lambda's parameter is of unknown type."""
    done = run("pyright", HERE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_refuses_every_wrong_line(tmp_path: Path) -> None:
    """Without the ignores, pyright reports exactly the lines that carried one."""
    text = (HERE / "sample_wrong.py").read_text("utf-8")
    wrong = {n for n, line in enumerate(text.splitlines(), 1) if MARK.search(line)}
    naked = tmp_path / "naked.py"
    naked.write_text(MARK.sub("", text), "utf-8")
    done = run("pyright", "--pythonpath", sys.executable, naked)
    reported = {int(n) for n in re.findall(r"naked\.py:(\d+):\d+ - error", done.stdout)}
    assert reported == wrong, done.stdout
