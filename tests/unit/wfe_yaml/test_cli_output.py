from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from wfe_core.models import (
    ErrorInfo,
    ExecutionPointer,
    LifecycleEvent,
    LifecycleKind,
    PointerStatus,
    WorkflowInstance,
    WorkflowStatus,
)
from wfe_yaml import load_workflow_from_str
from wfe_yaml.cli.folding import rows
from wfe_yaml.cli.grouping import Buildkite, CiSystem, GitHub, GitLab, GroupProgress, Headings, detect
from wfe_yaml.cli.marks import paint, wants_colour
from wfe_yaml.cli.progress import PlainProgress, make_progress
from wfe_yaml.cli.reports import Ending, write_reports
from wfe_yaml.cli.stores import Store
from wfe_yaml.cli.view import RunView

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
FILE = """
workflow:
  id: w
  steps:
    - {name: one, run: 'true'}
    - name: both
      parallel:
        - {name: a, run: 'true'}
        - {name: b, run: 'true'}
    - name: ship
      for_each: [x, y]
      steps:
        - {name: push, run: 'true'}
    - name: build
      matrix: {py: ["3.12"]}
      run: 'true'
"""
COMPILED = load_workflow_from_str(FILE, name="w.yaml")
IDS = {"one": 1, "both": 2, "both/a": 3, "both/b": 4}


def view() -> RunView:
    """The view of a run that has not begun."""
    return RunView("w-1", COMPILED.definition, COMPILED.definitions)


def event(
    kind: str, step: str | None, at: float = 0.0, pointer: int | None = None, **detail: Any
) -> LifecycleEvent:
    """A lifecycle event, `at` seconds after noon."""
    return LifecycleEvent(
        kind=LifecycleKind(kind), instance_id="w-1", definition_id="w", revision=1,
        at=NOON + timedelta(seconds=at), step_key=step, pointer_id=pointer or IDS.get(step or ""), attempt=1,
        detail=detail,
    )  # fmt: skip


OVERLAP = [
    event("step.started", "both/a"),
    event("step.started", "both/b"),
    event("log", "both/a", line="a1", stream="stdout"),
    event("log", "both/b", line="b1", stream="stdout"),
    event("step.failed", "both/b", 1, message="exit code 3"),
    event("log", "both/a", 2, line="a2", stream="stdout"),
    event("step.completed", "both/a", 3),
]


def grouped(system: CiSystem) -> list[str]:
    """What a CI system is shown of two steps that ran at the same time."""
    out = io.StringIO()
    seen = view()
    shown = GroupProgress(seen, out, system)
    for each in OVERLAP:
        shown.event(each, seen.take(each))
    shown.end()
    return out.getvalue().splitlines()


def test_groups_never_overlap() -> None:
    """One step is live; what another wrote meanwhile comes as a group of its own, after its end."""
    assert grouped(GitHub()) == [
        "::group::both/a", "a1", "a2", "both/a: complete in 3.0s", "::endgroup::",
        "::group::both/b", "b1", "both/b: failed in 1.0s: exit code 3", "::endgroup::",
    ]  # fmt: skip


def test_groups_are_written_as_each_system_wants_them() -> None:
    """GitLab's sections have times and names, Buildkite unfolds what failed, elsewhere there are headings."""
    lab = grouped(GitLab())
    assert lab[0] == "\x1b[0Ksection_start:1735732800:both_a[collapsed=true]"
    assert any(line.startswith("\x1b[0Ksection_end:1735732803:both_a") for line in lab)
    kite = grouped(Buildkite())
    assert (kite[0], kite[-1]) == ("--- both/a", "^^^ +++")
    assert grouped(Headings())[0] == "==> both/a"


@pytest.mark.parametrize(
    ("variable", "kind"), [("GITHUB_ACTIONS", GitHub), ("GITLAB_CI", GitLab), ("BUILDKITE", Buildkite)]
)
def test_systems_are_detected(variable: str, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each system is known by its variable; `auto` then shows groups, and plain lines elsewhere."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    assert detect({}) is None
    assert isinstance(detect({variable: "true"}), kind)
    assert isinstance(make_progress("auto", view(), io.StringIO()), PlainProgress)
    monkeypatch.setenv(variable, "true")
    assert isinstance(make_progress("auto", view(), io.StringIO()), GroupProgress)


def test_colour_follows_the_terminal_and_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR wins over FORCE_COLOR, which wins over the terminal; a dumb one has none."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert (wants_colour(terminal=True), wants_colour(terminal=False)) == (True, False)
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_colour(terminal=True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert wants_colour(terminal=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(terminal=True)
    assert paint("x", "failed", colour=True) == "\x1b[31mx\x1b[0m"
    assert paint("x", "failed", colour=False) == "x"


# ---------------------------------------------------------------- loops and cells


def pointer(id_: int, key: str, status: str, *scope: int, index: int | None = None) -> ExecutionPointer:
    """A stored pointer."""
    return ExecutionPointer(
        instance_id="w-1", id=id_, step_key=key, status=PointerStatus(status), scope=scope, index=index
    )


def test_items_and_cells_have_names() -> None:
    """An item is `ship[1]`, what is in it `ship[1]/push`, a cell `build[py=3.12]`."""
    seen = view()
    late = event("step.started", "ship/push", pointer=12)
    assert seen.wants(late) is seen
    seen.place([
        pointer(10, "ship", "running"), pointer(11, "ship/push", "complete", 10, index=0),
        pointer(12, "ship/push", "running", 10, index=1),
    ])  # fmt: skip
    step = seen.take(late)
    assert step is not None
    assert step.label == "ship[1]/push"
    assert seen.missing()[0][1] == 0
    seen.roots[2].learn(0, ["x", {"deep": "y"}])
    assert [item.value for item in seen.roots[2].inside()] == ["x", '{"deep": "y"}']
    assert [step.label for step in seen.rows()][-2:] == ["build", "build[py=3.12]"]
    assert [step.label for step in seen.find("push")] == ["ship[0]/push", "ship[1]/push"]


def test_long_lists_are_folded() -> None:
    """Of more than twenty items those that are over are counted; never more rows than there is room."""
    seen = view()
    seen.load([
        pointer(10, "ship", "running"),
        *(pointer(20 + n, "ship/push", "complete" if n < 38 else "running", 10, index=n) for n in range(40)),
    ])  # fmt: skip
    shown = rows(seen)
    labels = [row.step.label if row.step else row.words for row in shown]
    assert "38 complete (40 items)" in labels
    assert "ship[39]/push" in labels
    assert "ship[0]" not in labels
    for room in (3, 5, 8, 12):
        assert len(rows(seen, room)) <= room
    assert rows(seen, 3)[-1].words == "38 done, 4 to do"


# ---------------------------------------------------------------- reports


def ending(status: str, *, error: ErrorInfo | None = None) -> Ending:
    """A run that took three seconds, in which `both/b` failed."""
    seen = view()
    for each in OVERLAP:
        seen.take(each)
    run = WorkflowInstance(
        id="w-1", definition_id="w", version=1, fingerprint="f", status=WorkflowStatus(status), data={},
        created_at=NOON, ended_at=NOON + timedelta(seconds=3), error=error,
    )  # fmt: skip
    return Ending(run, seen, COMPILED, Store.of(None))


def test_a_junit_report_has_a_case_for_each_step(tmp_path: Path) -> None:
    """Counts, times, failures with their output, what was not run as skipped; it is well-formed XML."""
    over = ending("failed")
    next(step for step in over.view.rows() if step.label == "both/b").keep("bad \x1b[31mred\x1b[0m \x00 <&>")
    write_reports(over, tmp_path / "deep" / "junit.xml", {}, io.StringIO())
    root = ET.parse(tmp_path / "deep" / "junit.xml").getroot()
    [suite] = root
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "4", "failures": "1", "errors": "0", "skipped": "2", "time": "3.000",
    }  # fmt: skip
    assert next(child.tag for child in suite) == "properties"
    assert [child.tag for child in suite][-2:] == ["system-out", "system-err"]
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    failure = cases["both/b"].find("failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("exit code 3", "b1\nbad red  <&>")
    assert cases["one"].find("skipped") is not None
    assert cases["both/a"].get("time") == "3.000"


def test_github_is_told_where_it_failed(tmp_path: Path) -> None:
    """An annotation at the line of the step, and a summary of the job in Markdown."""
    out = io.StringIO()
    summary = tmp_path / "summary.md"
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    write_reports(ending("failed"), None, environ, out)
    assert out.getvalue() == "::error file=w.yaml,line=9,title=step both/b::exit code 3\n"
    text = summary.read_text("utf-8")
    assert "### w: failed" in text
    assert "| ✗ | both/b | failed | 1.0s |" in text
    assert "    b1" in text
    write_reports(ending("failed"), None, {}, out)
    assert out.getvalue().count("::error") == 1


def test_a_failure_without_a_step_is_annotated() -> None:
    """A run that failed as a whole is told without a place; nothing in a message can end a command."""
    over = ending("failed", error=ErrorInfo("X", "took 100%\ntoo long"))
    for step in over.view.rows():
        step.status = "complete"
    out = io.StringIO()
    write_reports(over, None, {"GITHUB_ACTIONS": "true"}, out)
    assert out.getvalue() == "::error::w-1 failed: took 100%25%0Atoo long\n"
