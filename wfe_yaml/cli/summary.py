"""What is said when a run has ended, or is left."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import Exit
from wfe_yaml.cli.view import TAIL, clean, duration, outputs_of

if TYPE_CHECKING:
    from wfe_core.models import WorkflowInstance
    from wfe_yaml.cli.progress import Progress
    from wfe_yaml.cli.stores import Store
    from wfe_yaml.cli.view import RunView

_EXITS = {
    WorkflowStatus.COMPLETE: Exit.COMPLETE,
    WorkflowStatus.FAILED: Exit.FAILED,
    WorkflowStatus.CANCELLED: Exit.CANCELLED,
    WorkflowStatus.TERMINATED: Exit.CANCELLED,
}


def exit_for(status: WorkflowStatus) -> Exit:
    """Give the exit code for how a run ended."""
    return _EXITS.get(status, Exit.WAITING)


def summarise(run: WorkflowInstance, view: RunView, progress: Progress, store: Store) -> None:
    """Say how a run ended, and on failure what failed and what to do next."""
    if not progress.wants_summary:
        print(json.dumps(_ended(run), ensure_ascii=False), flush=True)
        return
    failed = run.status is WorkflowStatus.FAILED
    quiet = type(progress).__name__ == "QuietProgress"
    if quiet and not failed:
        return
    out = sys.stderr if quiet else sys.stdout
    lines = _failures(run, view) if failed else []
    took = (run.ended_at - run.created_at).total_seconds() if run.ended_at and run.created_at else None
    counts = f"{view.count('complete')} complete"
    for word in ("failed", "skipped", "cancelled", "pending"):
        number = view.count(word)
        if number:
            counts += f", {number} {'not run' if word == 'pending' else word}"
    lines.append(f"run {run.id}: {run.status} in {duration(took)} ({counts})")
    if run.status is WorkflowStatus.COMPLETE:
        lines.extend(f"  {name}: {_shown(value)}" for name, value in outputs_of(run).items())
    if failed:
        lines.append(f"  look closer:  wfe show {run.id}{store.option}")
        lines.append(f"  try again:    wfe retry {run.id}{store.option}   (finished steps are not run again)")
    print("\n".join(lines), file=out, flush=True)


def say_interrupted(run_id: str, view: RunView, progress: Progress, store: Store) -> None:
    """Say that a run was left, and how to go on."""
    if not progress.wants_summary:
        print(json.dumps({"event": "run.interrupted", "run": run_id}), flush=True)
        return
    done = view.count("complete")
    left = view.count(*view.OPEN)
    lines = (
        f"run {run_id}: interrupted ({done} complete, {left} to do)",
        f"  go on:   wfe resume {run_id}{store.option}",
        f"  give up: wfe cancel {run_id}{store.option}",
    )
    print("\n".join(lines), file=sys.stderr, flush=True)


def _failures(run: WorkflowInstance, view: RunView) -> list[str]:
    """The end of what each failed step wrote, and its error."""
    lines: list[str] = []
    for step in view.failed():
        if run.error is not None and run.error.step_key != step.key and step.error is None:
            continue
        lines.append("")
        lines.append(f"step {step.key} failed: {step.error or 'see above'}")
        tail = [clean(line) for line in step.tail]
        if tail:
            lines.append(f"  its last {len(tail)} lines:" if len(tail) >= TAIL else "  its output:")
            lines.extend(f"  | {line}" for line in tail)
    if not lines and run.error is not None:
        lines.append(f"\n{run.error.step_key or 'the run'} failed: {run.error.message}")
    return [*lines, ""] if lines else []


def _ended(run: WorkflowInstance) -> dict[str, Any]:
    told: dict[str, Any] = {
        "event": "run.end",
        "run": run.id,
        "status": str(run.status),
        "outputs": outputs_of(run),
    }
    if run.error is not None:
        told["error"] = {"type": run.error.type, "message": run.error.message, "step": run.error.step_key}
    return told


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean(text.replace("\n", "⏎"))[:200]
