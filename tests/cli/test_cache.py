"""Steps that need not run again: `sources`, `generates`, `cache`."""

from __future__ import annotations

from typing import Any

import pytest

BUILD = """
workflow:
  id: w
  inputs: {flag: {type: string, default: a}}
  outputs: {size: $<< steps.build.outputs.size >>}
  steps:
    - name: build
      sources: [src/**/*.txt]
      generates: [out.txt]
      env: {FLAG: $<< inputs.flag >>}
      run: |
        echo ran >> log
        cat src/*.txt > out.txt
        echo "size=$(wc -c < out.txt)" >> "$WFE_OUTPUT"
      outputs: {size: int}
"""


@pytest.fixture
def built(project: Any) -> Any:
    """A project whose step has run once."""
    (project.folder / "src").mkdir()
    (project.folder / "src" / "a.txt").write_text("four")
    project.write(BUILD)
    first = project.wfe("run", "w.yaml")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "there is no earlier result" in first.stdout
    return project


def test_an_unchanged_step_is_not_run_again(built: Any) -> None:
    """Language: its outputs are there all the same, and the terminal says why it was not run."""
    again = built.wfe("run", "w.yaml")
    assert "not run: nothing has changed since w-" in again.stdout
    assert "size: 4" in again.stdout
    assert built.log() == ["ran"]


def test_what_changed_is_told(built: Any) -> None:
    """Language: another file, input, script or a missing result runs the step, and says so."""
    (built.folder / "src" / "b.txt").write_text("more")
    assert "src/b.txt has changed" in built.wfe("run", "w.yaml").stdout
    assert "have changed" in built.wfe("run", "w.yaml", "-i", "flag=b").stdout
    (built.folder / "out.txt").unlink()
    assert "out.txt is not there" in built.wfe("run", "w.yaml", "-i", "flag=b").stdout
    built.write(BUILD.replace("echo ran", "echo  ran"))
    assert "its script, environment or inputs have changed" in built.wfe("run", "w.yaml").stdout
    assert built.log() == ["ran"] * 5


def test_what_cannot_be_read_is_as_good_as_nothing(built: Any) -> None:
    """A damaged entry of the cache runs the step again, and harms nothing."""
    for file in (built.folder / ".wfe" / "cache").glob("*.json"):
        file.write_text("{")
    assert "there is no earlier result" in built.wfe("run", "w.yaml").stdout
    assert built.log() == ["ran", "ran"]


def test_a_step_that_does_not_make_what_it_generates_fails(project: Any) -> None:
    """Language: `generates` is a promise."""
    file = project.steps("{name: a, generates: [no.txt], run: 'true'}")
    done = project.wfe("run", file)
    assert done.returncode == 1
    assert "did not make 'no.txt'" in done.stdout


def test_a_cache_puts_the_files_back(project: Any) -> None:
    """Language: `cache` keeps the files of a step for each key, and puts them back."""
    project.write(
        "workflow:\n  id: w\n  inputs: {k: string}\n  steps:\n"
        "    - name: a\n      cache: {key: $<< inputs.k >>, paths: [made/*], ttl: 1h}\n"
        "      run: mkdir -p made; echo $<< inputs.k >> | tee -a log > made/file\n"
    )
    for key in ("one", "two", "one"):
        assert project.wfe("run", "w.yaml", "-i", f"k={key}").returncode == 0
    assert project.log() == ["one", "two"]
    assert (project.folder / "made" / "file").read_text() == "one\n"
