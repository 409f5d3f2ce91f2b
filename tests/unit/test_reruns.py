"""What is run once more when it fails: tests that send signals to real processes, and in CI a few others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

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


def _run(folder: Path, tests: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run tests under the rules of this project, outside of CI unless `environ` says otherwise."""
    (folder / "conftest.py").write_text(TESTS.joinpath("conftest.py").read_text())
    (folder / "test_it.py").write_text(tests)
    usual = ("-raR", "--rerun-show-tracebacks", "-p", "no:randomly", "-c", os.devnull)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *usual, *options, str(folder)],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if name != "CI"}, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


WORKERS = pytest.mark.parametrize(
    "workers", [(), ("-n", "2", "--dist", "worksteal")], ids=["alone", "workers"]
)


@WORKERS
def test_only_tests_with_signals_are_run_again(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """One that passes then is shown, with what went wrong; one that fails twice fails, as all others do."""
    done = _run(tmp_path, SOME, *workers)
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


@WORKERS
@pytest.mark.parametrize(("unlucky", "code"), [(3, 0), (4, 1)], ids=["few", "too many"])
def test_a_few_unlucky_tests_do_not_stop_a_run_of_ci(
    tmp_path: Path, unlucky: int, code: int, workers: tuple[str, ...]
) -> None:
    """They are shown, and counted; more than three fail the run, which says why."""
    many = SOME.partition("@pytest.mark.signals")[0]
    many += f"""
@pytest.mark.parametrize("number", range({unlucky}))
def test_unlucky(number):
    fails_once(str(number))
"""
    done = _run(tmp_path, many, *workers, CI="true")
    assert done.returncode == code
    assert re.search(rf"{unlucky} passed(, \d+ warnings?)?, {unlucky} rerun", done.stdout)
    assert ("tests had a second try, more than 3" in done.stdout) == bool(code)


def test_nothing_is_run_again_by_another_way() -> None:
    """The marker of the plugin is given in one place."""
    users = [
        path.name
        for path in TESTS.rglob("*.py")
        if "mark.flaky" in path.read_text("utf-8") and path != Path(__file__)
    ]
    assert users == ["conftest.py"]
    assert "--reruns" not in (TESTS.parent / "pyproject.toml").read_text("utf-8")
