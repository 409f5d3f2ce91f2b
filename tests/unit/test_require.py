"""`WFE_TEST_REQUIRE`: what must be tested is not skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

@pytest.mark.docker
@pytest.mark.skipif(True, reason="no docker here")
def test_in_a_container(): ...

@pytest.mark.parametrize("store", ["sqlite", "redis"])
def test_on(store):
    pytest.skip("nobody listens")

@pytest.mark.xfail(reason="a known gap")
@pytest.mark.parametrize("store", ["sqlite"])
def test_a_gap(store):
    assert False
"""


@pytest.mark.parametrize(
    ("required", "failed"),
    [
        ("", set[str]()),
        ("sqlite", {"test_on[sqlite]"}),
        ("docker, sqlite", {"test_on[sqlite]", "test_in_a_container"}),
    ],
)
def test_what_is_required_fails_instead_of_skipping(tmp_path: Path, required: str, failed: set[str]) -> None:
    """A skip fails for what is named, by marker or parameter; other skips and known gaps stay."""
    (tmp_path / "conftest.py").write_text(Path(__file__).parents[1].joinpath("conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:randomly", "-c", os.devnull, str(tmp_path)],
        env={**os.environ, "WFE_TEST_REQUIRE": required},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert {line.split("::")[1].split(" - ")[0] for line in lines} == failed
    assert f"{3 - len(failed)} skipped, 1 xfailed" in done.stdout
    assert done.stdout.count("see WFE_TEST_REQUIRE") >= len(failed)
