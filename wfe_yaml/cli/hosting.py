"""`wfe host` and `wfe hosts`: long-running workers on a store."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import sys
import traceback
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import WfeError
from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.marks import SETTLED
from wfe_yaml.cli.showing import print_table
from wfe_yaml.cli.stores import Store, stored_workflow
from wfe_yaml.loader import load_workflow
from wfe_yaml.registering import register_workflow

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

    from wfe_core.models import LifecycleEvent, WorkflowInstance
    from wfe_host import WorkflowHost
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.executors.processes import ProcessRunner

_GONE = frozenset({"workflow.completed", "workflow.cancelled", "workflow.terminated"})
"""After these a run never goes on."""
_REST = 30.0
"""Seconds between two looks for supervisors of runs that only wait."""
_LOOK = 5.0
"""Seconds between two looks for runs of workflow files that are new to this host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """The options of `wfe host`."""

    modules: tuple[str, ...]
    files: tuple[Path, ...]
    allow: frozenset[str]
    jobs: int | None
    variables: tuple[str, ...] = ()


async def run_host(store: Store, options: HostOptions) -> int:
    """Run workflows until a signal comes; gives the exit code.

    Raises:
        CommandError: a module cannot be used, or a step type is not allowed.
        YamlError: a workflow file is wrong.
    """
    if not (options.modules or options.files or options.allow):
        raise CommandError(
            "this host would run nothing",
            hint="name what it runs: --module MODULE:FUNCTION, --file FILE, or --allow TYPE for stored runs",
        )
    from wfe_yaml.cli.inputs import given_variables

    functions = {name: _function(name) for name in options.modules}
    tools = store.tools(allow=options.allow)
    variables = given_variables(options.variables)
    compiled = [load_workflow(file, tools=tools, variables=variables) for file in options.files]
    store.prepare()
    async with store.serve(options.jobs) as host, _tidied(host, tools.processes):
        for name, function in functions.items():
            await _call(name, function, host, tools)
        for each in compiled:
            for run_id, why in (await register_workflow(host, each)).items():
                print(f"{run_id} is left alone: {why}", file=sys.stderr)
        seeker = asyncio.ensure_future(_seek(host, tools))
        session = (await host.health())["session"]
        running = asyncio.ensure_future(host.run_until_signal())
        # Printed when signals are obeyed already, for who reads the line may send one.
        ready = f"host {host.config.name} ({session}) works on {store.shown}"
        asyncio.get_running_loop().call_soon(functools.partial(print, ready, flush=True))
        try:
            await running
        finally:
            seeker.cancel()
            await asyncio.gather(seeker, return_exceptions=True)
    print("stopped; what was running goes on with the next host")
    return Exit.COMPLETE


async def list_hosts(store: Store, *, as_json: bool) -> int:
    """List the processes that have a session on a store."""
    async with store.open() as host:
        own = (await host.health())["session"]
        locks = host.providers.locks
        sessions = [info for info in await locks.sessions() if info.id != own]
        states = await locks.states([info.id for info in sessions])
        runs = await host.instances(status=["runnable"], limit=1_000)
    told = [
        {
            "session": info.id,
            "host": info.host,
            "machine": info.machine,
            "state": states.get(info.id, "unknown"),
            "runs": sum(1 for run in runs if run.owner == info.id),
        }
        for info in sessions
    ]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif not told:
        print("no process works on this store")
    else:
        headings = ("SESSION", "HOST", "MACHINE", "STATE", "RUNS")
        print_table([headings, *(tuple(str(value) for value in row.values()) for row in told)])
    return Exit.COMPLETE


@asynccontextmanager
async def _tidied(host: WorkflowHost, processes: ProcessRunner) -> AsyncGenerator[None]:
    """Forget the results of processes that the journal knows, and let go of what nobody needs, meanwhile."""
    async with host.subscribe() as events:
        tasks = [asyncio.ensure_future(each) for each in (_forget(events, processes), _rest(processes))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    await processes.close()


async def _forget(events: AsyncIterable[LifecycleEvent], processes: ProcessRunner) -> None:
    async for event in events:
        if event.kind in SETTLED and event.pointer_id is not None:
            processes.settled(event.instance_id, event.pointer_id, event.attempt or 0)
        elif event.kind in _GONE and "/" not in event.instance_id:
            await processes.forget(event.instance_id)


async def _rest(processes: ProcessRunner) -> None:
    while True:
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_REST)
        processes.rest()


async def _call(name: str, function: Any, host: WorkflowHost, tools: Tools) -> None:
    """Let a module register its workflows.

    Raises:
        CommandError: it failed; says where.
    """
    try:
        given = function(host, tools) if _takes_tools(function) else function(host)
        if inspect.isawaitable(given):
            await given
    except WfeError:
        raise
    except Exception as exc:
        place = traceback.extract_tb(exc.__traceback__)[-1]
        message = f"--module {name}: {type(exc).__name__}: {exc} ({place.filename}:{place.lineno})"
        raise CommandError(message) from exc


def _takes_tools(function: Any) -> bool:
    """Whether a function of a module has a second parameter, for the tools."""
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in places for each in inspect.signature(function).parameters.values()) > 1


def _function(name: str) -> Any:
    """Find the function that `--module` names."""
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise CommandError(f"--module takes MODULE:FUNCTION, not {name!r}")
    # As with `python -m`: what lies in the current directory can be named.
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = import_module(module)
    except ImportError as exc:
        raise CommandError(f"--module {name}: {exc}") from exc
    function = getattr(found, attribute, None)
    if not callable(function):
        raise CommandError(f"--module {name}: {module} has no function {attribute!r}")
    return function


async def _seek(host: WorkflowHost, tools: Tools) -> None:
    """Register the workflow files of stored runs, as far as the types of their steps are allowed here."""
    seen: set[str] = set()
    while tools.allow:
        unfinished = [str(WorkflowStatus.RUNNABLE), str(WorkflowStatus.SUSPENDED)]
        for run in await host.instances(status=unfinished, limit=1_000):
            if run.fingerprint not in seen:
                seen.add(run.fingerprint)
                await _adopt(host, tools, run)
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_LOOK)


async def _adopt(host: WorkflowHost, tools: Tools, run: WorkflowInstance) -> None:
    try:
        compiled = await stored_workflow(host, run, tools)
    except CommandError:
        # It was made by a program, which registers it itself.
        return
    except WfeError as exc:
        print(f"runs of the workflow {run.definition_id!r} are left alone:\n{exc}", file=sys.stderr)
        return
    host.register(*compiled.definitions, revision=True)
