"""`wfe run`, `resume`, `retry` and `cancel`: driving a run in this process until it ends or is left."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import WorkflowEndedError
from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.interrupts import Interrupts
from wfe_yaml.cli.progress import make_progress
from wfe_yaml.cli.stores import Store, find_run, live_owners
from wfe_yaml.cli.summary import exit_for, say_interrupted, summarise
from wfe_yaml.cli.view import RunView
from wfe_yaml.loader import load_closure, load_workflow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost
    from wfe_yaml.cli.progress import Progress
    from wfe_yaml.loader import CompiledWorkflow

_TICK = 0.1
_LAST_EVENTS = 0.5
"""Seconds in which the last events of an ended run must come."""
_UNFINISHED = (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED)
_LAST = frozenset({"workflow.completed", "workflow.failed", "workflow.cancelled", "workflow.terminated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of `wfe run`."""

    file: Path
    workflow: str | None
    inputs: tuple[str, ...]
    inputs_file: Path | None
    name: str | None
    jobs: int | None
    progress: str
    fresh: bool
    resume: bool


async def run_file(options: RunOptions, store_option: str | None) -> int:
    """Run a workflow file; gives the exit code.

    Raises:
        YamlError: the file or an input is wrong.
        CommandError: the options do not fit, or the last run is unfinished.
    """
    from wfe_yaml.cli.inputs import given_inputs

    if options.fresh and options.resume:
        raise CommandError("--fresh and --resume exclude each other")
    compiled = load_workflow(options.file, workflow=options.workflow)
    values = given_inputs(compiled, options.inputs, options.inputs_file)
    data = compiled.start_data(values, root=options.file.absolute().parent)
    store = Store.of(store_option)
    store.prepare()
    reference = str(options.file.absolute())
    run_id = options.name or f"{compiled.definition.id}-{secrets.token_hex(4)}"
    driver = Driver(store, options.progress, options.jobs)
    async with driver.open({run_id}) as host:
        last = await _last_run(host, options, compiled, reference)
        if last is None:
            return await driver.drive(
                host, run_id, compiled, _starter(host, compiled, data, run_id, reference)
            )
        live = await live_owners(host, [last])
    if not options.resume:
        raise _unfinished(last, store, options, live=bool(live))
    return await resume_runs(last.id, store_option, progress=options.progress, jobs=options.jobs)


async def _last_run(
    host: WorkflowHost, options: RunOptions, compiled: CompiledWorkflow, reference: str
) -> WorkflowInstance | None:
    """Give the unfinished run that stands in the way of a new one, if there is one.

    Raises:
        CommandError: the name for the new run is taken.
    """
    if options.name is not None:
        page = await host.instances(root=options.name, limit=10)
        known = next((run for run in page if run.id == options.name), None)
        if known is None:
            return None
        if known.status in _UNFINISHED and not options.fresh:
            return known
        raise CommandError(
            f"there is a run {known.id!r} already, it is {known.status}", hint="choose another --id"
        )
    if options.fresh:
        return None
    page = await host.instances(reference=reference, definition=compiled.definition.id, limit=1)
    return next((run for run in page if run.status in _UNFINISHED), None)


def _unfinished(run: WorkflowInstance, store: Store, options: RunOptions, *, live: bool) -> CommandError:
    from shlex import quote

    base = f"wfe run {quote(str(options.file))}{store.option}"
    state = "still runs in another process" if live else "is unfinished"
    # With --id the new run needs another name, so that --fresh is no way out.
    anew = "choose another --id" if options.name else f"start anew with  {base} --fresh"
    return CommandError(
        f"the last run, {run.id}, {state}", hint=f"go on with  wfe resume {run.id}{store.option}   or {anew}"
    )


def _starter(
    host: WorkflowHost, compiled: CompiledWorkflow, data: dict[str, Any], run_id: str, reference: str
) -> Callable[[], Awaitable[None]]:
    async def start() -> None:
        for definition in compiled.definitions:
            await host.providers.store.put_definition(
                definition.fingerprint, definition.id, definition.version, compiled.source.to_json()
            )
        host.register(*compiled.definitions)
        await host.start(compiled.definition, data, instance_id=run_id, reference=reference)

    return start


async def resume_runs(name: str | None, store_option: str | None, *, progress: str, jobs: int | None) -> int:
    """Go on with a run, or with all that are unfinished, one after the other.

    Raises:
        CommandError: there is nothing to resume, or another process runs it.
    """
    store = Store.of(store_option)
    store.must_exist()
    async with store.open() as host:
        if name is not None:
            runs = [await find_run(host, name)]
        else:
            page = await host.instances(status=[str(status) for status in _UNFINISHED], limit=1_000)
            runs = [run for run in reversed(page) if run.parent_id is None]
            live = await live_owners(host, runs)
            runs = [run for run in runs if run.owner not in live]
    if not runs:
        print("nothing to resume: no run is unfinished")
        return Exit.COMPLETE
    code = Exit.COMPLETE
    for run in runs:
        outcome = await _continue(run.id, store, progress, jobs, _resume)
        if outcome >= Exit.HUNG_UP:
            return outcome
        code = max(code, outcome)
    return code


async def retry_run(name: str, store_option: str | None, *, progress: str, jobs: int | None) -> int:
    """Continue a failed run.

    Raises:
        CommandError: it has not failed, or another process runs it.
    """
    store = Store.of(store_option)
    store.must_exist()
    async with store.open() as host:
        run = await find_run(host, name)
    return await _continue(run.id, store, progress, jobs, _retry)


async def cancel_run(name: str, store_option: str | None) -> int:
    """End a run for good; gives the exit code of a cancelled run.

    Raises:
        CommandError: it has ended already.
    """
    store = Store.of(store_option)
    store.must_exist()
    async with store.open() as host:
        run = await find_run(host, name)
        if run.status.terminal:
            raise CommandError(f"the run {run.id} has ended already: it is {run.status}")
        if await live_owners(host, [run]):
            await host.cancel(run.id, "wfe cancel")
            print(f"run {run.id}: told to cancel; the process that runs it obeys")
            return Exit.CANCELLED
    return await _continue(run.id, store, "plain", None, _cancel)


async def _resume(host: WorkflowHost, run: WorkflowInstance, store: Store) -> None:
    if run.status is WorkflowStatus.SUSPENDED:
        await host.resume(run.id, "wfe resume")
    elif run.status is WorkflowStatus.FAILED:
        raise CommandError(f"the run {run.id} has failed", hint=f"wfe retry {run.id}{store.option}")
    elif run.status.terminal:
        raise CommandError(f"the run {run.id} has ended: it is {run.status}")


async def _retry(host: WorkflowHost, run: WorkflowInstance, store: Store) -> None:
    if run.status is not WorkflowStatus.FAILED:
        hint = None if run.status.terminal else f"wfe resume {run.id}{store.option}"
        raise CommandError(f"the run {run.id} has not failed: it is {run.status}", hint=hint)
    await host.retry(run.id, "wfe retry")


async def _cancel(host: WorkflowHost, run: WorkflowInstance, store: Store) -> None:
    del store
    await host.cancel(run.id, "wfe cancel")


async def _continue(
    run_id: str,
    store: Store,
    progress: str,
    jobs: int | None,
    command: Callable[[WorkflowHost, WorkflowInstance, Store], Awaitable[None]],
) -> Exit:
    """Drive a stored run from the text it was started with."""
    driver = Driver(store, progress, jobs)
    async with driver.open({run_id}) as host:
        run = await host.get(run_id)
        if await live_owners(host, [run]):
            raise CommandError(f"the run {run.id} is running in another process", code=Exit.HELD)
        compiled = await _stored(host, run)
        changed = _changed(run, compiled)

        async def start() -> None:
            host.register(*compiled.definitions)
            await command(host, run, store)

        return await driver.drive(host, run.id, compiled, start, going_on=True, remark=changed)


async def _stored(host: WorkflowHost, run: WorkflowInstance) -> CompiledWorkflow:
    stored = await host.providers.store.get_definition(run.fingerprint)
    if stored is None:
        raise CommandError(f"the run {run.id} was not started from a workflow file")
    return load_closure(stored, workflow=run.definition_id)


def _changed(run: WorkflowInstance, compiled: CompiledWorkflow) -> str | None:
    """Say when the file is no longer what the run was started from."""
    if run.reference is None:
        return None
    try:
        text = Path(run.reference).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return (
            f"the file {compiled.source.main.name} is gone; the run goes on with the text it was started from"
        )
    if text.removeprefix("\ufeff") == compiled.source.main.text:
        return None
    return (
        f"the file {compiled.source.main.name} has changed; the run goes on with the text it was started from"
    )


class Driver:
    """Drives one run and shows it.

    Args:
        store: where it is kept.
        mode: how it is shown.
        jobs: how many steps run at once.
    """

    def __init__(self, store: Store, mode: str, jobs: int | None) -> None:
        self._store = store
        self._mode = mode
        self._jobs = jobs
        self._progress: Progress | None = None
        self._interrupts = Interrupts(self._signalled)

    def open(self, claim: set[str]) -> contextlib.AbstractAsyncContextManager[WorkflowHost]:
        """Start a host that may drive these runs."""
        return self._store.open(claim=claim, jobs=self._jobs, middleware=(self._interrupts,))

    async def drive(
        self,
        host: WorkflowHost,
        run_id: str,
        compiled: CompiledWorkflow,
        start: Callable[[], Awaitable[None]],
        *,
        going_on: bool = False,
        remark: str | None = None,
    ) -> Exit:
        """Start (or take) the run and stay with it until it ends or a signal comes; gives the exit code."""
        view = RunView(run_id, compiled.definition)
        if going_on:
            view.load(await host.pointers(run_id))
        progress = self._progress = make_progress(self._mode, view)
        self._interrupts.install()
        try:
            async with host.subscribe(instance_id=run_id) as events:
                done = view.count("complete", "skipped")
                title = f"run {run_id} goes on: {done} steps are done" if going_on else f"run {run_id}"
                progress.begin(title)
                if remark is not None:
                    progress.note(remark)
                try:
                    ended = await self._follow(host, run_id, start, events, view)
                finally:
                    progress.end()
            if not ended:
                say_interrupted(run_id, view, progress, self._store)
                return self._interrupts.exit
            run = await host.get(run_id)
            view.load(await host.pointers(run_id))
            summarise(run, view, progress, self._store)
            return exit_for(run.status)
        finally:
            self._interrupts.remove()

    async def _follow(
        self,
        host: WorkflowHost,
        run_id: str,
        start: Callable[[], Awaitable[None]],
        events: Any,
        view: RunView,
    ) -> bool:
        """Show events until the run has ended; False when a signal came first."""
        await start()
        result = asyncio.ensure_future(_result(host, run_id))
        showing = asyncio.ensure_future(self._show(events, view))
        ticking = asyncio.ensure_future(self._tick())
        signalled = asyncio.ensure_future(self._interrupts.came.wait())
        try:
            await asyncio.wait([result, signalled], return_when=asyncio.FIRST_COMPLETED)
            if not result.done():
                await self._interrupts.stopped()
            if result.done():
                await result
                await asyncio.wait([showing], timeout=_LAST_EVENTS)
                return True
            return False
        finally:
            for task in (result, showing, ticking, signalled):
                task.cancel()
            await asyncio.gather(result, showing, ticking, signalled, return_exceptions=True)

    async def _show(self, events: Any, view: RunView) -> None:
        """Show events as they come, until the last one."""
        progress = self._progress
        async for event in events:
            step = view.take(event)
            if progress is not None:
                progress.event(event, step)
            if event.kind in _LAST:
                return

    async def _tick(self) -> None:
        never = asyncio.get_running_loop().create_future()
        while self._progress is not None:
            await asyncio.wait([never], timeout=_TICK)
            self._progress.tick()

    def _signalled(self, times: int) -> None:
        if self._progress is not None and times == 1:
            self._progress.note(
                "stopping the steps (SIGTERM, then SIGKILL after their grace); once more kills at once"
            )


async def _result(host: WorkflowHost, run_id: str) -> None:
    """Wait for the end of a run, however it ends."""
    with contextlib.suppress(WorkflowEndedError):
        await host.handle(run_id).result()
