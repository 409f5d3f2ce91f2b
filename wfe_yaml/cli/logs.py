"""`wfe logs`: what the steps of a run wrote, from the store."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING

from wfe_core.clock import to_datetime
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.programs import is_of_program, print_lines
from wfe_yaml.cli.stores import Store, find_run, view_of
from wfe_yaml.cli.words import clean
from wfe_yaml.compiler.body import UNSHOWN
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from wfe_core.models import WorkflowInstance
    from wfe_core.ports import LogChunk, LogStore
    from wfe_host import WorkflowHost
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

_LOOK = 0.2
"""Seconds between two looks for new lines."""
_PAGE = 100
"""Chunks that are read at a time of each run; a chunk has up to 64 KiB."""
_LATE = timedelta(minutes=1)
"""What is stored can be this much older than what was stored before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """The options of `wfe logs`."""

    step: str | None
    follow: bool
    tail: int | None
    timestamps: bool


async def show_logs(name: str, store_option: str | None, options: LogOptions) -> int:
    """Print the lines of a run, oldest first.

    Raises:
        CommandError: there is no such run or step.
    """
    async with Store.existing(store_option).open() as host:
        run = await find_run(host, name)
        if await is_of_program(host, run):
            return await print_lines(host, run, options)
        reader = _Reader(host, run, await view_of(host, run), options)
        lines: Iterator[str] | deque[str] = iter(())
        if options.tail is not None:
            lines = deque([line async for line in reader.lines()], options.tail)
        else:
            async for line in reader.lines():
                print(line)
        for line in lines:
            print(line)
        while options.follow and not (await host.get(run.id)).status.terminal:
            await _pause()
            async for line in reader.lines():
                print(line, flush=True)
        if options.follow:
            # What came between the last look and the end.
            async for line in reader.lines():
                print(line)
    return Exit.COMPLETE


@dataclass(slots=True)
class _Source:
    """What was read of the log of one run, and is yet to be given."""

    run: str
    store: LogStore
    after: int = 0
    placed: int = 0
    """The newest pointer that the view of the run knows."""
    page: deque[LogChunk] = field(default_factory=deque["LogChunk"])

    async def fill(self) -> bool:
        """Read on where nothing is left; False when there is nothing more."""
        if not self.page:
            self.page.extend(await self.store.logs(self.run, after=self.after, limit=_PAGE))
        return bool(self.page)

    def take(self) -> LogChunk:
        """Give the next chunk."""
        chunk = self.page.popleft()
        self.after = chunk.seq
        return chunk


class _Reader:
    """Reads the lines of a run and of the sub-workflows in it; reads on where it stopped."""

    def __init__(self, host: WorkflowHost, run: WorkflowInstance, view: RunView, options: LogOptions) -> None:
        store = host.providers.logs
        if store is None:
            raise CommandError("this store keeps no logs")
        self._host = host
        self._run = run
        self._view = view
        self._options = options
        self._store = store
        self._sources = {run.id: _Source(run.id, store)}
        self._nested = any(node.kind == "sub_workflow" for node in view.definition.steps.values())
        self._newest: datetime | None = None
        """When the youngest sub-workflow that is known began."""
        self._alone = False
        if options.step is not None:
            self._check(options.step)

    async def lines(self) -> AsyncIterator[str]:
        """Give the lines that are new, as they are to be printed."""
        if self._nested:
            await self._find_runs()
        async for chunk in self._chunks():
            step = await self._step(chunk)
            if chunk.stream in UNSHOWN or not self._wanted(step):
                continue
            for line in chunk.text.splitlines():
                yield self._line(chunk, step, line)

    def _check(self, name: str) -> None:
        found = self._view.find(name)
        if not found:
            labels = [step.label for step in self._view.rows()]
            hint = suggest(name, labels) or f"there are: {listing(labels)}"
            raise CommandError(f"the run {self._view.run_id} has no step {name!r}", hint=hint)
        # The lines of a single step stand for themselves.
        self._alone = len(found) == 1 and not found[0].container

    def _wanted(self, step: StepView | None) -> bool:
        wanted = self._options.step
        if wanted is None:
            return True
        # By name: a sub-workflow that was tried again has rows of its own for each time.
        found = {each.label for each in self._view.find(wanted)}
        while step is not None:
            if step.label in found:
                return True
            step = step.parent
        return False

    def _line(self, chunk: LogChunk, step: StepView | None, line: str) -> str:
        at = ""
        if self._options.timestamps:
            at = to_datetime(chunk.at).astimezone().isoformat(timespec="milliseconds") + " "
        if self._alone:
            return at + clean(line)
        attempt = f" (attempt {chunk.attempt})" if chunk.attempt > 1 else ""
        return f"{at}{step.label if step is not None else '?'}{attempt} | {clean(line)}"

    async def _find_runs(self) -> None:
        """Learn of the sub-workflows that have begun since the last look."""
        since = None if self._newest is None else self._newest - _LATE
        cursor: str | None = None
        found: list[WorkflowInstance] = []
        while True:
            page = await self._host.instances(
                root=self._run.root_id, created_after=since, limit=1_000, cursor=cursor
            )
            found.extend(run for run in page if run.id.startswith(f"{self._run.id}/"))
            cursor = page.cursor
            if cursor is None:
                break
        stale: set[str] = set()
        for run in reversed(found):
            if run.id in self._sources:
                continue
            self._sources[run.id] = _Source(run.id, self._store)
            self._newest = max(run.created_at or to_datetime(0), self._newest or to_datetime(0))
            if self._view.run_of(run.id) is None and run.parent_id is not None:
                stale.add(run.parent_id)
        for name in sorted(stale, key=len):
            parent = self._view.run_of(name)
            if parent is not None:
                parent.load(await self._host.pointers(name))

    async def _chunks(self) -> AsyncIterator[LogChunk]:
        """Give what is new of all runs, in the order in which it was stored."""
        ready = [(each.page[0].seq, name) for name, each in self._sources.items() if await each.fill()]
        heapify(ready)
        while ready:
            name = ready[0][1]
            source = self._sources[name]
            yield source.take()
            if await source.fill():
                heapreplace(ready, (source.page[0].seq, name))
            else:
                heappop(ready)

    async def _step(self, chunk: LogChunk) -> StepView | None:
        run = self._view.run_of(chunk.instance_id)
        if run is None:
            return None
        if run.step_of(chunk.pointer_id) is None:
            source = self._sources[run.run_id]
            pointers = await self._host.pointers(run.run_id, after=source.placed)
            run.place(pointers)
            source.placed = max((pointer.id for pointer in pointers), default=source.placed)
        return run.step_of(chunk.pointer_id)


async def _pause() -> None:
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_LOOK)
