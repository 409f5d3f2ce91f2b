"""What is run once more when it fails: tests that send signals to real processes, and no others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SOME = """
from pathlib import Path
import pytest

def fails_once(name):
    mark = Path(__file__).with_name(name)
    if not mark.exists():
        mark.touch()
        raise AssertionError("an unlucky place")

@pytest.mark.signals
def test_with_signals():
    fails_once("signals")

@pytest.mark.signals
def test_broken():
    raise AssertionError("always")

def test_without():
    fails_once("none")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "worksteal")], ids=["alone", "workers"])
def test_only_tests_with_signals_are_run_again(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """One that passes then is shown, with what went wrong; one that fails twice fails, as all others do."""
    (tmp_path / "conftest.py").write_text(TESTS.joinpath("conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(SOME)
    options = ("-raR", "--rerun-show-tracebacks", "-p", "no:randomly", "-c", os.devnull, *workers)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    shown = {tuple(line.split()[:2]) for line in done.stdout.splitlines() if " test_it.py::" in line}
    assert {(kind, name.split("::")[1]) for kind, name in shown if kind in ("RERUN", "FAILED")} == {
        ("RERUN", "test_with_signals"),
        ("RERUN", "test_broken"),
        ("FAILED", "test_broken"),
        ("FAILED", "test_without"),
    }
    assert "an unlucky place" in done.stdout
    assert re.search(r"2 failed, 1 passed(, \d+ warnings?)?, 2 rerun", done.stdout)


def test_nothing_is_run_again_by_another_way() -> None:
    """The marker of the plugin is given in one place."""
    users = [
        path.name
        for path in TESTS.rglob("*.py")
        if "mark.flaky" in path.read_text("utf-8") and path != Path(__file__)
    ]
    assert users == ["conftest.py"]
    assert "--reruns" not in (TESTS.parent / "pyproject.toml").read_text("utf-8")
