"""`Driver`: drives one run in this process and shows it, until it ends, rests, or a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from wfe_core.clock import SystemClock
from wfe_core.errors import WorkflowEndedError
from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.explaining import reasons_of
from wfe_yaml.cli.interrupts import Interrupts
from wfe_yaml.cli.marks import SETTLED
from wfe_yaml.cli.progress import QuietProgress, make_progress
from wfe_yaml.cli.reports import Ending, write_reports
from wfe_yaml.cli.stores import load_view, name_items
from wfe_yaml.cli.summary import exit_for, say_interrupted, say_waiting, summarise
from wfe_yaml.cli.view import RunView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from wfe_core.models import LifecycleEvent
    from wfe_host import WorkflowHost
    from wfe_yaml.cli.progress import Progress
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.stores import Store
    from wfe_yaml.executors.processes import ProcessRunner
    from wfe_yaml.loader import CompiledWorkflow

_TICK = 0.1
_LOOK = 2.0
"""Seconds between two looks whether the run can go on here at all."""
_REFUSALS = 15
"""Looks in a row that find the store refusing commits, after which the run is left."""
_REST = 0.05
"""Seconds between two looks whether a run that seems to wait really does."""
_LAST_EVENTS = 0.5
"""Seconds in which the last events of an ended run must come."""
_PAGE = 256
_STOPPING = "stopping the steps (SIGTERM, then SIGKILL after their grace); once more kills at once"
_LAST = frozenset({"workflow.completed", "workflow.failed", "workflow.cancelled", "workflow.terminated"})
_MOVING = frozenset({"running", "sleeping", "compensating"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How a run is shown and reported.

    Attributes:
        mode: a word of `--progress`.
        jobs: how many steps run at once.
        wait: stay while the run waits for something from outside.
        junit: where the JUnit report goes.
    """

    mode: str = "auto"
    jobs: int | None = None
    wait: bool = False
    junit: Path | None = None


class Driver:
    """Drives one run and shows it.

    Args:
        store: where it is kept.
        showing: how it is shown.
    """

    def __init__(self, store: Store, showing: Showing) -> None:
        self._store = store
        self._showing = showing
        self._progress: Progress | None = None
        self._processes: ProcessRunner | None = None
        self._interrupts = Interrupts(self._signalled)
        self._news = asyncio.Event()

    def open(self, claim: set[str]) -> contextlib.AbstractAsyncContextManager[WorkflowHost]:
        """Start a host that may drive these runs."""
        return self._store.open(claim=claim, jobs=self._showing.jobs, middleware=(self._interrupts,))

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
        self._processes = compiled.tools.processes
        view = RunView(run_id, compiled.definition, compiled.definitions)
        if going_on:
            await load_view(host, view)
        self._progress = make_progress(self._showing.mode, view)
        self._interrupts.install()
        try:
            async with host.subscribe() as events:
                done = view.count("complete", "skipped")
                title = (
                    f"run {run_id} goes on ({done} of {view.count()} steps are done)"
                    if going_on
                    else f"run {run_id}"
                )
                self._progress.begin(title)
                if remark is not None:
                    self._progress.note(remark)
                try:
                    outcome = await self._follow(host, run_id, start, events, view)
                finally:
                    self._with_progress(lambda progress: progress.end())
            return await self._tell(host, run_id, view, compiled, outcome)
        finally:
            self._interrupts.remove()
            await compiled.tools.processes.close()

    async def _tell(
        self, host: WorkflowHost, run_id: str, view: RunView, compiled: CompiledWorkflow, outcome: str
    ) -> Exit:
        """Say how it ended, or how to go on; gives the exit code."""
        progress = self._progress
        if progress is None or outcome == "interrupted":
            with contextlib.suppress(OSError):
                say_interrupted(run_id, view, progress, self._store, self._interrupts.exit)
            return self._interrupts.exit
        run = await host.get(run_id)
        await load_view(host, view)
        if run.status.terminal:
            view.settle()
            if run.status is not WorkflowStatus.FAILED:
                await compiled.tools.processes.forget(run_id)
        ending = Ending(run, view, compiled, self._store)
        if outcome == "waiting" or not run.status.terminal:
            say_waiting(ending, await reasons_of(host, run, held=True), progress)
        else:
            summarise(ending, progress)
        write_reports(ending, self._showing.junit, os.environ, sys.stdout)
        return Exit.WAITING if outcome == "waiting" else exit_for(run.status)

    async def _follow(
        self,
        host: WorkflowHost,
        run_id: str,
        start: Callable[[], Awaitable[None]],
        events: Any,
        view: RunView,
    ) -> str:
        """Show events until the run has `ended`, is `waiting`, or a signal has `interrupted` it."""
        await start()
        # What is known from the store may be all that there is to know.
        self._news.set()
        result = asyncio.ensure_future(_result(host, run_id))
        showing = asyncio.ensure_future(self._show(host, events, view))
        ticking = asyncio.ensure_future(self._tick())
        signalled = asyncio.ensure_future(self._interrupts.came.wait())
        lost = asyncio.ensure_future(_lost(host, run_id, self._store.option))
        resting = asyncio.ensure_future(self._resting(host, view))
        tasks = (result, showing, ticking, signalled, lost, resting)
        ends = [result, signalled, lost] if self._showing.wait else [result, signalled, lost, resting]
        try:
            while not any(end.done() for end in ends):
                # Should showing fail, whoever looks on must not wait in front of a still picture.
                shown = [task for task in (showing, ticking) if not task.done()]
                await asyncio.wait([*ends, *shown], return_when=asyncio.FIRST_COMPLETED)
                for shower in (showing, ticking):
                    if shower.done():
                        shower.result()
            if result.done():
                await result
                await asyncio.wait([showing], timeout=_LAST_EVENTS)
                return "ended"
            if lost.done():
                raise await lost
            if not signalled.done():
                return "waiting"
            await self._interrupts.stopped()
            return "ended" if result.done() else "interrupted"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, host: WorkflowHost, events: Any, view: RunView) -> None:
        """Show events as they come, until the last one."""
        async for event in events:
            await _place(host, view, event)
            step = view.take(event)
            if step is None and view.run_of(event.instance_id) is None:
                continue
            self._with_progress(partial(_tell_event, event, step))
            self._news.set()
            if event.kind in SETTLED and event.pointer_id is not None and self._processes is not None:
                self._processes.settled(event.instance_id, event.pointer_id, event.attempt or 0)
            if event.kind in _LAST and event.instance_id == view.run_id:
                return

    def _with_progress(self, show: Callable[[Progress], None]) -> None:
        """Show something; when whoever read the output is gone, stop the run as a signal would."""
        progress = self._progress
        if progress is None:
            return
        try:
            show(progress)
        except OSError as exc:
            # A terminal that was closed says EIO, a pipe EPIPE.
            code = Exit.PIPE if isinstance(exc, BrokenPipeError) else Exit.HUNG_UP
            if not isinstance(progress, QuietProgress):
                self._progress = QuietProgress(progress.view)
                with contextlib.suppress(OSError):
                    progress.end()
            if not self._interrupts.came.is_set():
                self._interrupts.interrupt(code)

    async def _tick(self) -> None:
        while self._progress is not None:
            await _pause(_TICK)
            self._with_progress(lambda progress: progress.tick())

    async def _resting(self, host: WorkflowHost, view: RunView) -> None:
        """Wait until the run can only go on by something from outside: an event, a decision, a worker."""
        while True:
            await self._news.wait()
            while self._news.is_set():
                # To look takes longer the more steps there are: not while events follow each other.
                self._news.clear()
                await _pause(_REST)
            while _seems_to_wait(view):
                if await _rests(host, view.run_id):
                    return
                await _pause(_REST)

    def _signalled(self, times: int) -> None:
        if times == 1:
            self._with_progress(lambda progress: progress.note(_STOPPING))


def _tell_event(event: LifecycleEvent, step: StepView | None, progress: Progress) -> None:
    progress.event(event, step)


async def _place(host: WorkflowHost, view: RunView, event: LifecycleEvent) -> None:
    """Learn where the pointer of an event belongs, if that cannot be told from its step alone."""
    wanting = view.wants(event)
    if wanting is None or event.pointer_id is None:
        return
    wanting.place(await host.pointers(wanting.run_id, after=event.pointer_id - 1, limit=_PAGE))
    await name_items(host, wanting)


def _seems_to_wait(view: RunView) -> bool:
    """Whether some steps wait, and nothing moves by itself."""
    states = {step.status for step in view.leaves()}
    return "waiting" in states and not states & _MOVING


async def _rests(host: WorkflowHost, run_id: str) -> bool:
    """Whether nobody holds the run or any sub-workflow of it, and none is about to be taken."""
    clock = SystemClock()
    for run in await host.instances(root=run_id, limit=1_000):
        due = run.next_due.timestamp() * 1e6 if run.next_due is not None else None
        if not run.status.terminal and (run.owner is not None or (due is not None and due <= clock.now())):
            return False
    return True


async def _result(host: WorkflowHost, run_id: str) -> None:
    """Wait for the end of a run, however it ends."""
    with contextlib.suppress(WorkflowEndedError):
        await host.handle(run_id).result()


async def _lost(host: WorkflowHost, run_id: str, option: str = "") -> CommandError:
    """Wait until the run cannot go on in this process, and say why: nobody may wait for it for ever."""
    refusals = 0
    while True:
        await _pause(_LOOK)
        health = await host.health()
        if run_id in health["refused"]:
            return CommandError(f"the run {run_id} cannot go on: {health['refused'][run_id]}")
        trouble = str(health["store"]).partition("unavailable: ")[2]
        refusals = refusals + 1 if trouble else 0
        if refusals == _REFUSALS:
            return CommandError(
                f"the run {run_id} cannot go on: {trouble}",
                hint=f"then go on with  wfe resume {run_id}{option}",
            )
        run = await host.get(run_id)
        if run.owner not in (None, health["session"]) and not run.status.terminal:
            return CommandError(f"the run {run_id} is running in another process", code=Exit.HELD)


async def _pause(seconds: float) -> None:
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)
