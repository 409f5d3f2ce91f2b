"""`wfe list` and `wfe show`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.marks import mark
from wfe_yaml.cli.stores import Store, find_run, live_owners
from wfe_yaml.cli.view import RunView, clean, data_of, duration, outputs_of, row_of
from wfe_yaml.loader import load_closure

if TYPE_CHECKING:
    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost

_HEADINGS = ("RUN", "WORKFLOW", "STATUS", "STARTED", "TOOK", "FILE")
_TAIL = 10


async def list_runs(store_option: str | None, *, limit: int, unfinished: bool, as_json: bool) -> int:
    """List runs, newest first."""
    store = Store.of(store_option)
    if store.path is not None and not store.path.exists():
        print("[]" if as_json else "no runs yet: start one with  wfe run FILE")
        return Exit.COMPLETE
    statuses = ["runnable", "suspended"] if unfinished else None
    async with store.open() as host:
        runs = [run for run in await host.instances(status=statuses, limit=limit) if run.parent_id is None]
        live = await live_owners(host, runs)
    if as_json:
        print(json.dumps([_as_json(run, live) for run in runs], ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    rows = [_HEADINGS, *(_row(run, live) for run in runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return Exit.COMPLETE


async def show_run(name: str, store_option: str | None, *, as_json: bool) -> int:
    """Show one run with its steps.

    Raises:
        CommandError: there is no such run.
    """
    store = Store.of(store_option)
    store.must_exist()
    async with store.open() as host:
        run = await find_run(host, name)
        live = await live_owners(host, [run])
        view = await _view(host, run)
        tails = await _tails(host, run, view)
    told = _as_json(run, live)
    told["steps"] = [_step_json(run, view, key) for key in view.steps]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    _print_run(run, told, view, tails)
    if not run.status.terminal and not live:
        print(f"\ngo on with  wfe resume {run.id}{store.option}")
    elif run.status is WorkflowStatus.FAILED:
        print(f"\ntry again with  wfe retry {run.id}{store.option}")
    return Exit.COMPLETE


async def _view(host: WorkflowHost, run: WorkflowInstance) -> RunView:
    stored = await host.providers.store.get_definition(run.fingerprint)
    if stored is None:
        raise CommandError(f"the run {run.id} was not started from a workflow file")
    view = RunView(run.id, load_closure(stored, workflow=run.definition_id).definition)
    view.load(await host.pointers(run.id))
    return view


async def _tails(host: WorkflowHost, run: WorkflowInstance, view: RunView) -> dict[str, list[str]]:
    """Read the last lines of the steps that failed."""
    tails: dict[str, list[str]] = {}
    for step in view.failed():
        text = "".join([chunk.text async for chunk in host.handle(run.id).logs(step.key)])
        tails[step.key] = [clean(line) for line in text.splitlines()[-_TAIL:]]
    return tails


def _print_run(
    run: WorkflowInstance, told: dict[str, Any], view: RunView, tails: dict[str, list[str]]
) -> None:
    print(f"run       {run.id}")
    print(f"workflow  {run.definition_id}  ({told['file'] or 'no file'})")
    print(f"status    {told['status']}" + (f": {run.error}" if run.error is not None else ""))
    print(f"started   {told['started']}   took {duration(told['seconds']) or '-'}")
    for word in ("inputs", "outputs"):
        for name, value in told[word].items():
            print(f"{word[:-1]:8}  {name} = {_shown(value)}")
    print()
    for step in view.steps.values():
        took = duration(step.seconds)
        attempt = f"  attempt {step.attempt}" if step.attempt > 1 else ""
        error = f"  {clean(step.error)}" if step.error and step.status == "failed" else ""
        sign = mark(step.status, sys.stdout.encoding)
        took = f"  {took}" if took else ""
        goes_on = "  (the run went on)" if step.continued else ""
        print(f"{'  ' * step.depth}{sign} {step.name}  {step.status}{took}{attempt}{error}{goes_on}")
        outputs: dict[str, Any] = row_of(run, step.key).get("outputs") or {}
        for name, value in outputs.items():
            print(f"{'  ' * step.depth}    {name} = {_shown(value)}")
        for line in tails.get(step.key, ()):
            print(f"{'  ' * step.depth}    | {line}")


def _status(run: WorkflowInstance, live: set[str]) -> str:
    """The status as a person sees it: a runnable run that nobody runs was interrupted."""
    if run.status is WorkflowStatus.RUNNABLE:
        return "running" if run.owner in live else "interrupted"
    return str(run.status)


def _as_json(run: WorkflowInstance, live: set[str]) -> dict[str, Any]:
    data = data_of(run)
    seconds = (run.ended_at - run.created_at).total_seconds() if run.ended_at and run.created_at else None
    return {
        "run": run.id,
        "workflow": run.definition_id,
        "status": _status(run, live),
        "started": run.created_at.astimezone().isoformat(" ", "seconds") if run.created_at else None,
        "seconds": seconds,
        "file": run.reference,
        "inputs": data.get("inputs", {}),
        "outputs": outputs_of(run),
        "error": None if run.error is None else {"step": run.error.step_key, "message": run.error.message},
    }


def _row(run: WorkflowInstance, live: set[str]) -> tuple[str, ...]:
    told = _as_json(run, live)
    started = str(told["started"] or "")[:19]
    return (
        run.id,
        run.definition_id,
        told["status"],
        started,
        duration(told["seconds"]),
        run.reference or "",
    )


def _step_json(run: WorkflowInstance, view: RunView, key: str) -> dict[str, Any]:
    step = view.steps[key]
    row = row_of(run, key)
    return {
        "step": key,
        "status": step.status,
        "continued": step.continued,
        "attempt": step.attempt,
        "seconds": step.seconds,
        "exit_code": row.get("exit_code"),
        "outputs": row.get("outputs") or {},
        "error": step.error,
    }


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean(text.replace("\n", "\\n"))[:200]
