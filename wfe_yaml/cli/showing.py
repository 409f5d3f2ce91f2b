"""`wfe list`, `wfe search` and `wfe show`."""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import Exit
from wfe_yaml.cli.folding import rows
from wfe_yaml.cli.marks import mark, word
from wfe_yaml.cli.programs import is_of_program, print_steps, told_of
from wfe_yaml.cli.standing import newest_runs, standings
from wfe_yaml.cli.stores import Store, find_run, view_of
from wfe_yaml.cli.values import data_of, outputs_of, row_of
from wfe_yaml.cli.words import clean, duration, shown
from wfe_yaml.compiler.body import UNSHOWN
from wfe_yaml.compiler.recording import EVALUATED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wfe_core.models import WorkflowInstance
    from wfe_core.ports import LogChunk
    from wfe_host import WorkflowHost
    from wfe_yaml.cli.folding import Row
    from wfe_yaml.cli.standing import Standings
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

_HEADINGS = ("RUN", "WORKFLOW", "STATUS", "STARTED", "TOOK", "FILE")
_TAIL = 10
_PAGE = 100
"""Chunks of a log that are read at a time."""


async def list_runs(store_option: str | None, *, limit: int, unfinished: bool, as_json: bool) -> int:
    """List runs, newest first."""
    store = Store.of(store_option)
    if not store.exists():
        print("[]" if as_json else "no runs yet: start one with  wfe run FILE")
        return Exit.COMPLETE
    statuses = ["runnable", "suspended"] if unfinished else None
    async with store.open() as host:
        runs = await newest_runs(host, limit, status=statuses)
        standing = await standings(host, runs)
    print_runs(runs, standing, as_json=as_json)
    return Exit.COMPLETE


async def search_runs(text: str, store: Store, *, limit: int, as_json: bool) -> int:
    """List the runs in which words occur, newest first."""
    async with store.open() as host:
        runs = list(await host.search(text, limit=limit))
        standing = await standings(host, runs)
    if not runs and not as_json:
        print(f"no run has {text!r} in it")
        return Exit.COMPLETE
    print_runs(runs, standing, as_json=as_json)
    return Exit.COMPLETE


def print_runs(runs: Sequence[WorkflowInstance], standing: Standings, *, as_json: bool = False) -> None:
    """Print runs as a table, or as JSON."""
    if as_json:
        print(json.dumps([_as_json(run, standing) for run in runs], ensure_ascii=False, indent=2))
    else:
        print_table([_HEADINGS, *(_row(run, standing) for run in runs)])


def print_table(table: Sequence[Sequence[str]]) -> None:
    """Print rows of cells in columns, the headings first."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


async def show_run(name: str | None, store_option: str | None, *, as_json: bool, values: bool) -> int:
    """Show one run with its steps; the newest when none is named.

    Args:
        name: the run.
        store_option: what `--store` said.
        as_json: print JSON.
        values: tell also what the expressions of the steps gave.

    Raises:
        CommandError: there is no such run.
    """
    store = Store.existing(store_option)
    async with store.open() as host:
        run = await find_run(host, name)
        standing = await standings(host, [run])
        if await is_of_program(host, run):
            return await _show_of_program(host, run, standing, store, as_json=as_json)
        view = await view_of(host, run)
        written = await _written(host, view, values=values)
    told = _as_json(run, standing)
    told["steps"] = [_step_json(run, step) for step in view.rows()]
    if values:
        for step in told["steps"]:
            step["evaluated"] = written.values.get(step["step"], [])
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    _print_run(run, told, view, written)
    hints: list[str] = []
    if not run.status.terminal and run.id not in standing.held:
        hints = [f"go on with    wfe resume {run.id}{store.option}"]
    elif run.status is WorkflowStatus.FAILED:
        hints = [f"try again with  wfe retry {run.id}{store.option}"]
    if name is None:
        hints.append(f"this is the newest run; all of them: wfe list{store.option}")
    if hints:
        print("\n" + "\n".join(hints))
    return Exit.COMPLETE


async def _show_of_program(
    host: WorkflowHost, run: WorkflowInstance, standing: Standings, store: Store, *, as_json: bool
) -> int:
    """Show a run of a program, whose data are its own."""
    more, pointers = await told_of(host, run)
    told = _as_json(run, standing) | more
    for key in ("inputs", "outputs", "file"):
        del told[key]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    _print_head(run, told, f"version {run.version}, of a program")
    print_steps(run, pointers)
    hint = {
        WorkflowStatus.FAILED: f"try again with  wfe retry {run.id}{store.option}",
        WorkflowStatus.SUSPENDED: f"go on with  wfe resume {run.id}{store.option}",
        WorkflowStatus.RUNNABLE: f"what it waits for:  wfe explain {run.id}{store.option}",
    }.get(run.status)
    if hint is not None:
        print(f"\n{hint}")
    return Exit.COMPLETE


@dataclass(slots=True)
class _Written:
    """What is shown of what steps wrote, by the label of the step."""

    tails: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The last lines of those that failed."""
    values: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    """What the expressions gave, in each attempt."""


async def _written(host: WorkflowHost, view: RunView, *, values: bool) -> _Written:
    found = _Written()
    for step in view.failed():
        last: deque[str] = deque(maxlen=_TAIL)
        async for chunk in _chunks(host, step):
            if chunk.stream not in UNSHOWN:
                last.extend(chunk.text.splitlines())
        if last:
            found.tails[step.label] = [clean(line) for line in last]
    for step in view.rows() if values else ():
        found.values[step.label] = [
            {"attempt": chunk.attempt, **json.loads(line)}
            async for chunk in _chunks(host, step)
            if chunk.stream == EVALUATED
            for line in chunk.text.splitlines()
        ]
    return found


async def _chunks(host: WorkflowHost, step: StepView) -> AsyncIterator[LogChunk]:
    """Read what a step wrote."""
    store, after = host.providers.logs, 0
    if store is None or not step.pointer:
        return
    while chunks := await store.logs(step.run, pointer_id=step.pointer, after=after, limit=_PAGE):
        after = chunks[-1].seq
        for chunk in chunks:
            yield chunk


def _print_run(run: WorkflowInstance, told: dict[str, Any], view: RunView, written: _Written) -> None:
    _print_head(run, told, told["file"] or "no file")
    if told["retry_of"] is not None:
        print(f"began     with results of {told['retry_of']}")
    for name in ("inputs", "outputs"):
        for key, value in told[name].items():
            print(f"{name[:-1]:8}  {key} = {shown(value)}")
    print()
    for row in rows(view):
        _print_row(run, row, written)


def _print_head(run: WorkflowInstance, told: dict[str, Any], origin: str) -> None:
    print(f"run       {run.id}")
    print(f"workflow  {run.definition_id}  ({origin})")
    print(f"status    {told['status']}" + (f": {run.error}" if run.error is not None else ""))
    print(f"started   {told['started']}   took {duration(told['seconds']) or '-'}")


def _print_row(run: WorkflowInstance, row: Row, written: _Written) -> None:
    indent = "  " * row.depth
    step = row.step
    if step is None:
        print(f"{indent}{row.words}")
        return
    took = duration(step.seconds)
    took = f"  {took}" if took else ""
    attempt = f"  attempt {step.attempt}" if step.attempt > 1 else ""
    error = f"  {clean(step.error)}" if step.error and step.status == "failed" else ""
    goes_on = "  (the run went on)" if step.continued else ""
    sign = mark(step.state, sys.stdout.encoding)
    print(f"{indent}{sign} {step.name}  {word(step.state)}{took}{attempt}{error}{goes_on}")
    outputs: dict[str, Any] = row_of(run, step).get("outputs") or {}
    for name, value in outputs.items():
        print(f"{indent}    {name} = {shown(value)}")
    for each in written.values.get(step.label, ()):
        where = f"  ({each['at']}, attempt {each['attempt']})"
        print(f"{indent}    $<< {each['expression']} >> = {shown(each['value'])}{where}")
    for line in written.tails.get(step.label, ()):
        print(f"{indent}    | {line}")


def _as_json(run: WorkflowInstance, standing: Standings) -> dict[str, Any]:
    data = data_of(run)
    seconds = (run.ended_at - run.created_at).total_seconds() if run.ended_at and run.created_at else None
    return {
        "run": run.id,
        "workflow": run.definition_id,
        "status": standing.status(run),
        "started": run.created_at.astimezone().isoformat(" ", "seconds") if run.created_at else None,
        "seconds": seconds,
        "file": run.reference,
        "inputs": data.get("inputs", {}),
        "outputs": outputs_of(run),
        "retry_of": run.tags.get("retry-of"),
        "error": None if run.error is None else {"step": run.error.step_key, "message": run.error.message},
    }


def _row(run: WorkflowInstance, standing: Standings) -> tuple[str, ...]:
    told = _as_json(run, standing)
    started = str(told["started"] or "")[:19]
    return (
        run.id,
        run.definition_id,
        told["status"],
        started,
        duration(told["seconds"]),
        run.reference or "",
    )


def _step_json(run: WorkflowInstance, step: StepView) -> dict[str, Any]:
    row = row_of(run, step)
    return {
        "step": step.label,
        "status": step.state,
        "continued": step.continued,
        "attempt": step.attempt,
        "seconds": step.seconds,
        "exit_code": row.get("exit_code"),
        "outputs": row.get("outputs") or {},
        "error": step.error,
    }
