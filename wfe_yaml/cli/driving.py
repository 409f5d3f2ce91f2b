"""`Driver`: drives one run in this process and shows it, until it ends or a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from wfe_core.errors import WorkflowEndedError
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.interrupts import Interrupts
from wfe_yaml.cli.progress import make_progress
from wfe_yaml.cli.summary import exit_for, say_interrupted, summarise
from wfe_yaml.cli.view import RunView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wfe_host import WorkflowHost
    from wfe_yaml.cli.progress import Progress
    from wfe_yaml.cli.stores import Store
    from wfe_yaml.loader import CompiledWorkflow

_TICK = 0.1
_LOOK = 2.0
"""Seconds between two looks whether the run can go on here at all."""
_LAST_EVENTS = 0.5
"""Seconds in which the last events of an ended run must come."""
_LAST = frozenset({"workflow.completed", "workflow.failed", "workflow.cancelled", "workflow.terminated"})


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
                title = (
                    f"run {run_id} goes on ({done} of {view.count()} steps are done)"
                    if going_on
                    else f"run {run_id}"
                )
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
        lost = asyncio.ensure_future(_lost(host, run_id))
        tasks = (result, showing, ticking, signalled, lost)
        try:
            await asyncio.wait([result, signalled, lost], return_when=asyncio.FIRST_COMPLETED)
            if not result.done():
                if lost.done():
                    raise await lost
                await self._interrupts.stopped()
            if result.done():
                await result
                await asyncio.wait([showing], timeout=_LAST_EVENTS)
                return True
            return False
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

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
        while self._progress is not None:
            await _pause(_TICK)
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


async def _lost(host: WorkflowHost, run_id: str) -> CommandError:
    """Wait until the run cannot go on in this process, and say why: nobody may wait for it for ever."""
    while True:
        await _pause(_LOOK)
        health = await host.health()
        if run_id in health["refused"]:
            return CommandError(f"the run {run_id} cannot go on: {health['refused'][run_id]}")
        run = await host.get(run_id)
        if run.owner not in (None, health["session"]) and not run.status.terminal:
            return CommandError(f"the run {run_id} is running in another process", code=Exit.HELD)


async def _pause(seconds: float) -> None:
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)
