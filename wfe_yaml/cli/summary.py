"""What is said when a run has ended, waits, or is left."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import Exit
from wfe_yaml.cli.explaining import command_for
from wfe_yaml.cli.marks import paint, wants_colour
from wfe_yaml.cli.steps import TAIL
from wfe_yaml.cli.values import outputs_of
from wfe_yaml.cli.words import clean, clean_lines, duration, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.models import WorkflowInstance
    from wfe_yaml.cli.explaining import Waits
    from wfe_yaml.cli.progress import Progress
    from wfe_yaml.cli.reports import Ending
    from wfe_yaml.cli.stores import Store
    from wfe_yaml.cli.view import RunView

_EXITS = {
    WorkflowStatus.COMPLETE: Exit.COMPLETE,
    WorkflowStatus.FAILED: Exit.FAILED,
    WorkflowStatus.CANCELLED: Exit.CANCELLED,
    WorkflowStatus.TERMINATED: Exit.CANCELLED,
}
_COUNTED = ("failed", "skipped", "cancelled", "compensated", "waiting", "pending")
_COUNT_WORDS = {"pending": "not run", "cancelled": "stopped", "compensated": "undone"}


def exit_for(status: WorkflowStatus) -> Exit:
    """Give the exit code for how a run ended."""
    return _EXITS.get(status, Exit.WAITING)


def summarise(ending: Ending, progress: Progress) -> None:
    """Say how a run ended, and on failure what failed and what to do next."""
    run, view, option = ending.run, ending.view, ending.store.option
    if not progress.wants_summary:
        print(json.dumps(_ended(run), ensure_ascii=False), flush=True)
        return
    failed = run.status is WorkflowStatus.FAILED
    if progress.quiet and not failed:
        return
    out = sys.stderr if progress.quiet else sys.stdout
    lines = _failures(ending) if failed else []
    head = f"run {run.id}: {run.status} in {duration(ending.seconds)} ({_counts(view)})"
    lines.append(paint(head, str(run.status), colour=wants_colour(terminal=out.isatty())))
    if run.status is WorkflowStatus.COMPLETE:
        lines.extend(f"  {name}: {shown(value)}" for name, value in outputs_of(run).items())
    if failed:
        steps = view.failed()
        step = (
            f" {steps[0].label!r}"
            if steps and "[" in steps[0].label
            else f" {steps[0].label}"
            if steps
            else ""
        )
        lines.append(f"  look closer:  wfe logs {run.id}{step}{option}   or  wfe show {run.id}{option}")
        lines.append(f"  try again:    wfe retry {run.id}{option}   (finished steps are not run again)")
    print("\n".join(lines), file=out, flush=True)


def say_waiting(ending: Ending, reasons: Sequence[Waits], progress: Progress) -> None:
    """Say what a run waits for, and the commands that would move it."""
    run, store = ending.run, ending.store
    told = [(waits, command_for(run, waits, store)) for waits in reasons]
    told = [(waits, command) for waits, command in told if command is not None or waits.step is not None]
    state = "suspended" if run.status is WorkflowStatus.SUSPENDED else "waiting"
    if not progress.wants_summary:
        listed = [
            {"step": waits.step, "text": waits.reason.text, "command": command} for waits, command in told
        ]
        whole = {
            "event": "run.waiting",
            "run": run.id,
            "status": state,
            "waits": listed,
            "exit": Exit.WAITING,
        }
        print(json.dumps(whole, ensure_ascii=False), flush=True)
        return
    lines = [f"run {run.id}: {state} ({_counts(ending.view)})"]
    for waits, command in told:
        at = f"{waits.step} " if waits.step else ""
        lines.append(f"  {at}{waits.reason.text}")
        if command is not None:
            lines.append(f"    {command}")
    if state == "waiting":
        lines.append(f"  then go on:  wfe resume {run.id}{store.option}")
    print("\n".join(lines), file=sys.stderr if progress.quiet else sys.stdout, flush=True)


def say_interrupted(
    run_id: str, view: RunView, progress: Progress | None, store: Store, code: Exit = Exit.INTERRUPTED
) -> None:
    """Say that a run was left, and how to go on."""
    if progress is not None and not progress.wants_summary:
        print(json.dumps({"event": "run.interrupted", "run": run_id, "exit": code}), flush=True)
        return
    done = view.count("complete")
    left = view.count(*view.OPEN)
    lines = (
        f"run {run_id}: interrupted ({done} complete, {left} to do)",
        f"  go on:   wfe resume {run_id}{store.option}",
        f"  give up: wfe cancel {run_id}{store.option}",
    )
    print("\n".join(lines), file=sys.stderr, flush=True)


def _counts(view: RunView) -> str:
    counts = [f"{view.count('complete')} complete"]
    passed_over = sum(step.continued for step in view.leaves())
    if passed_over:
        counts.append(f"{passed_over} allowed to fail")
    for status in _COUNTED:
        number = view.count(status) - (passed_over if status == "failed" else 0)
        if number:
            counts.append(f"{number} {_COUNT_WORDS.get(status, status)}")
    return ", ".join(counts)


def _failures(ending: Ending) -> list[str]:
    """The end of what each failed step wrote, and its error."""
    run = ending.run
    lines: list[str] = []
    for step in ending.view.failed():
        if run.error is not None and run.error.step_key != step.key and step.error is None:
            continue
        place = ending.location(step)
        at = f"  ({place.file}:{place.line})" if place is not None else ""
        lines.append("")
        lines.append(f"step {step.label} failed: {clean_lines(step.error or 'see above')}{at}")
        tail = [clean(line) for line in step.tail]
        if tail:
            lines.append(f"  its last {len(tail)} lines:" if len(tail) >= TAIL else "  its output:")
            lines.extend(f"  | {line}" for line in tail)
    if not lines and run.error is not None:
        lines.append(f"\n{run.error.step_key or 'the run'} failed: {clean_lines(run.error.message)}")
    return [*lines, ""] if lines else []


def _ended(run: WorkflowInstance) -> dict[str, Any]:
    told: dict[str, Any] = {
        "event": "run.end",
        "run": run.id,
        "status": str(run.status),
        "exit": exit_for(run.status),
        "outputs": outputs_of(run),
    }
    if run.error is not None:
        told["error"] = {"type": run.error.type, "message": run.error.message, "step": run.error.step_key}
    return told
