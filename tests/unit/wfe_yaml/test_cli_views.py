from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

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
from wfe_yaml.cli.jsonlines import JsonProgress
from wfe_yaml.cli.marks import mark
from wfe_yaml.cli.progress import PlainProgress, QuietProgress, make_progress
from wfe_yaml.cli.reports import Ending
from wfe_yaml.cli.steps import StepView
from wfe_yaml.cli.stores import Store
from wfe_yaml.cli.summary import exit_for, say_interrupted, summarise
from wfe_yaml.cli.tree import TreeProgress
from wfe_yaml.cli.view import RunView
from wfe_yaml.cli.words import clean, duration

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
FILE = """
workflow:
  id: w
  outputs: {x: 1}
  steps:
    - {name: one, run: 'true'}
    - name: both
      parallel:
        - {name: a, run: 'true'}
        - {name: b, run: 'true'}
    - {name: last, run: 'true'}
"""
STORE = Store.of(None)


def view() -> RunView:
    """The view of a run that has not begun."""
    return RunView("w-1", load_workflow_from_str(FILE).definition)


def ending(run: WorkflowInstance, seen: RunView, store: Store = STORE) -> Ending:
    """A run that is over, with what was seen of it."""
    return Ending(run, seen, load_workflow_from_str(FILE, name="w.yaml"), store)


def steps(seen: RunView) -> dict[str, StepView]:
    """The rows by their whole names."""
    return {step.label: step for step in seen.rows()}


def event(kind: str, step: str | None = None, at: float = 0.0, **detail: Any) -> LifecycleEvent:
    """A lifecycle event, `at` seconds after noon."""
    return LifecycleEvent(
        kind=LifecycleKind(kind),
        instance_id="w-1",
        definition_id="w",
        revision=1,
        at=NOON + timedelta(seconds=at),
        step_key=step,
        pointer_id=None if step is None else sum(step.encode()),
        attempt=1,
        detail=detail,
    )


def run(status: WorkflowStatus, **more: Any) -> WorkflowInstance:
    """An instance that took ten seconds."""
    return WorkflowInstance(
        id="w-1",
        definition_id="w",
        version=1,
        fingerprint="f",
        status=status,
        data={"outputs": {"x": 1, "text": "a\nb"}},
        created_at=NOON,
        ended_at=NOON + timedelta(seconds=10),
        **more,
    )


HISTORY = [
    event("workflow.started"),
    event("step.started", "one"),
    event("log", "one", stream="stdout", line="10%\r100%\r"),
    event("step.completed", "one", 0.25),
    event("step.started", "both", 0.3),
    event("step.started", "both/a", 0.3),
    event("step.started", "both/b", 0.3),
    event("log", "both/a", stream="stdout", line="first"),
    event("log", "both/b", stream="continued", line="exit code 4"),
    event("step.completed", "both/b", 0.4),
    event("step.retrying", "both/a", 0.5, message="exit code 1"),
    event("step.started", "both/a", 0.6),
    event("step.failed", "both/a", 5.6, message="exit code 2"),
    event("step.cancelled", "both", 5.6),
    event("lagged", missed=3),
    event("step.completed", "outputs"),
]


def test_a_view_follows_the_events() -> None:
    """Status, times, attempts, errors and the last lines of each step are what the events told."""
    seen = view()
    for each in HISTORY:
        seen.take(each)
    assert {label: step.status for label, step in steps(seen).items()} == {
        "one": "complete", "both": "cancelled", "both/a": "failed", "both/b": "failed", "last": "pending",
    }  # fmt: skip
    assert steps(seen)["one"].seconds == 0.25
    assert [step.label for step in seen.failed()] == ["both/a"]
    assert steps(seen)["both/b"].continued
    assert steps(seen)["both/a"].tail == ["first"]
    assert seen.missed == 3
    assert (seen.count("complete"), seen.count(), seen.count(*seen.OPEN)) == (1, 4, 1)


def test_a_view_takes_over_what_is_stored() -> None:
    """Pointers of an earlier process fill the view, steps that failed and were continued included."""
    seen = view()
    seen.load([
        ExecutionPointer(instance_id="w-1", id=1, step_key="one", status=PointerStatus.COMPLETE),
        ExecutionPointer(
            instance_id="w-1", id=2, step_key="both/a", status=PointerStatus.COMPLETE, outcome="failed",
            output={"steps/both/a": {"error": "exit code 4"}},
        ),
        ExecutionPointer(
            instance_id="w-1", id=3, step_key="last", status=PointerStatus.FAILED,
            error=ErrorInfo("X", "w.yaml:3:1: no"),
        ),
        ExecutionPointer(instance_id="w-1", id=4, step_key="outputs", status=PointerStatus.COMPLETE),
    ])  # fmt: skip
    assert (steps(seen)["both/a"].status, steps(seen)["both/a"].error) == ("failed", "exit code 4")
    assert steps(seen)["last"].error == "w.yaml:3:1: no"


def test_plain_progress_prints_whole_lines_after_the_name() -> None:
    """A line of output is printed at once, as the terminal would show it; ends of steps are told."""
    out = io.StringIO()
    seen = view()
    shown = PlainProgress(seen, out)
    shown.begin("run w-1")
    for each in HISTORY:
        shown.event(each, seen.take(each))
    assert out.getvalue().splitlines() == [
        "run w-1",
        "one | 100%",
        "one: complete in 0.25s",
        "both/a | first",
        "both/b: failed in 0.10s: exit code 4; the run goes on",
        "both/a: will be tried again: exit code 1",
        "both/a: failed in 5.0s: exit code 2",
        "[wfe: 3 events were not shown: the output is too slow]",
    ]


def test_json_progress_writes_every_event() -> None:
    """Each event is one JSON object with its run, time, step, attempt and detail."""
    out = io.StringIO()
    seen = view()
    shown = JsonProgress(seen, out)
    shown.begin("run w-1")
    for each in HISTORY:
        shown.event(each, seen.take(each))
    shown.note("hm")
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(told) == len(HISTORY) + 2
    assert told[3] == {
        "event": "log", "run": "w-1", "at": "2025-01-01T12:00:00+00:00", "step": "one", "attempt": 1,
        "stream": "stdout", "line": "10%\r100%\r",
    }  # fmt: skip


@pytest.mark.parametrize(("height", "encoding"), [(40, "utf-8"), (6, "utf-8"), (40, "ascii")])
def test_the_tree_shows_each_step(height: int, encoding: str) -> None:
    """State, name, time and last line of each step; a small screen shows only what is going on."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    console = Console(
        file=file, width=60, height=height, force_terminal=True, color_system=None, highlight=False
    )
    seen = view()
    shown = TreeProgress(seen, console)
    shown.begin("run w-1")
    for each in HISTORY[:12]:
        shown.event(each, seen.take(each))
        shown.tick()
    shown.note("a note [not markup]")
    with console.capture() as capture:
        console.print(shown.draw())
    lines = capture.get()
    assert ("1 done, 1 to do" in lines) == (height == 6)
    for each in HISTORY[12:]:
        seen.take(each)
    with console.capture() as capture:
        console.print(shown.draw(last=True))
    text = capture.get()
    assert f"{mark('failed', encoding)} a  5.0s  exit code 2" in text
    assert f"{mark('complete', encoding)} one  0.25s" in text
    shown.end()
    assert "a note [not markup]" in raw.getvalue().decode(encoding)


def test_the_mode_follows_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` is the tree on a terminal, and plain elsewhere and in CI."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(make_progress("auto", view(), Terminal()), TreeProgress)
    assert isinstance(make_progress("auto", view(), io.StringIO()), PlainProgress)
    monkeypatch.setenv("CI", "true")
    assert isinstance(make_progress("auto", view(), Terminal()), PlainProgress)
    assert isinstance(make_progress("quiet", view(), io.StringIO()), QuietProgress)
    assert isinstance(make_progress("json", view(), io.StringIO()), JsonProgress)


def test_the_summary_says_what_failed_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The failed step with its error and last lines, the counts, and the commands to go on."""
    seen = view()
    for each in HISTORY:
        seen.take(each)
    error = ErrorInfo("ProcessFailedError", "exit code 2", step_key="both/a")
    summarise(ending(run(WorkflowStatus.FAILED, error=error), seen), PlainProgress(seen, io.StringIO()))
    out = capsys.readouterr().out
    assert "step both/a failed: exit code 2  (w.yaml:9)\n  its output:\n  | first" in out
    assert "both/b failed" not in out
    assert "run w-1: failed in 10s (1 complete, 1 allowed to fail, 1 failed, 1 not run)" in out
    assert "wfe retry w-1" in out


def test_a_failure_without_a_step_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that failed as a whole (its timeout) still says why."""
    seen = view()
    error = ErrorInfo("StepTimeoutError", "took longer than 5 s")
    summarise(ending(run(WorkflowStatus.FAILED, error=error), seen), QuietProgress(seen))
    assert "the run failed: took longer than 5 s" in capsys.readouterr().err


def test_a_complete_run_shows_its_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    """Outputs are shown in one line each; for programs they are JSON; quiet says nothing."""
    seen = view()
    summarise(ending(run(WorkflowStatus.COMPLETE), seen), PlainProgress(seen, io.StringIO()))
    assert "  x: 1\n  text: a\\nb\n" in capsys.readouterr().out
    summarise(ending(run(WorkflowStatus.COMPLETE), seen), JsonProgress(seen, io.StringIO()))
    assert json.loads(capsys.readouterr().out)["outputs"] == {"x": 1, "text": "a\nb"}
    summarise(ending(run(WorkflowStatus.COMPLETE), seen), QuietProgress(seen))
    assert capsys.readouterr().out == ""


def test_an_interrupted_run_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """The commands to resume and to cancel, with the store that was named."""
    seen = view()
    say_interrupted("w-1", seen, PlainProgress(seen, io.StringIO()), Store.of("a b.db"))
    assert "wfe resume w-1 --store 'a b.db'" in capsys.readouterr().err
    say_interrupted("w-1", seen, JsonProgress(seen, io.StringIO()), STORE)
    assert json.loads(capsys.readouterr().out)["event"] == "run.interrupted"


@pytest.mark.parametrize(
    ("status", "code"),
    [("complete", 0), ("failed", 1), ("cancelled", 3), ("terminated", 3), ("suspended", 4)],
)
def test_exit_codes(status: str, code: int) -> None:
    """Each way to end has its exit code."""
    assert exit_for(WorkflowStatus(status)) == code


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.041, "0.04s"),
        (3.24, "3.2s"),
        (59.4, "59s"),
        (59.6, "1m 00s"),
        (125, "2m 05s"),
        (3720, "1h 02m"),
    ],
)
def test_durations_are_short(seconds: float | None, text: str) -> None:
    """A time is written as a person reads it."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("a\rb\rc\r", "c"),
        ("x\x07y\x1b[31mz\t", "x\ufffdy\x1b[31mz\t\x1b[0m"),
        ("\x1b[1;38:2:1:2:3mbold\x1b[0m", "\x1b[1;38:2:1:2:3mbold\x1b[0m"),
        ("a\x1b[2Jb\x1b[?25lc\x1b[3", "abc3"),
        ("a\x1b]0;name\x07b\x1b]8;;http://x\x1b\\c", "abc"),
        ("\x1bPq\x1b\\\x1b_x\x1b\\\x1b^y\x1b\\z\x1bc\x1b(B\x1b", "z"),
        ("a\x1b]0;without end", "a"),
        ("a\x1b\x1b[2Jb", "ab"),
        ("\x9b2J\u202e", "\ufffd2J\ufffd"),
        ("10\u00a0000\u3000\U0001f468\u200d\U0001f469", "10\u00a0000\u3000\U0001f468\u200d\U0001f469"),
    ],
)
def test_lines_are_made_fit_for_one_line(line: str, shown: str) -> None:
    """What a progress bar drew last is shown; of what commands the terminal only colours are left."""
    assert clean(line) == shown


def test_stores_are_urls_or_files() -> None:
    """A URL stays one, a path becomes a SQLite URL; only what was given is repeated in commands."""
    assert (STORE.url, STORE.option) == ("sqlite:///.wfe/wfe.db", "")
    assert Store.of("x.db").url == "sqlite:///x.db"
    assert Store.of("sqlite:////abs/x.db?durability=normal").path is not None
    assert Store.of("postgresql://h/d").path is None
    assert Store.of("postgresql://h/d").realm == "postgresql://h/d"
