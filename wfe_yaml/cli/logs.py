"""`wfe logs`: what the steps of a run wrote, from the store."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_core.clock import to_datetime
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.stores import Store, find_run, view_of
from wfe_yaml.cli.words import clean
from wfe_yaml.compiler.body import CONTINUED
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from wfe_core.ports import LogChunk
    from wfe_host import WorkflowHost
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

_LOOK = 0.2
"""Seconds between two looks for new lines."""
_PAGE = 1_000


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
        view = await view_of(host, run)
        reader = _Reader(host, view, options)
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


class _Reader:
    """Reads on where it stopped."""

    def __init__(self, host: WorkflowHost, view: RunView, options: LogOptions) -> None:
        self._host = host
        self._view = view
        self._options = options
        self._after = 0
        self._alone = False
        if options.step is not None:
            self._check(options.step)

    async def lines(self) -> AsyncIterator[str]:
        """Give the lines that are new, as they are to be printed."""
        async for chunk in self._chunks():
            step = await self._step(chunk.pointer_id)
            if chunk.stream == CONTINUED or not self._wanted(step):
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
        found = self._view.find(wanted)
        while step is not None:
            if step in found:
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

    async def _chunks(self) -> AsyncIterator[LogChunk]:
        store = self._host.providers.logs
        if store is None:
            raise CommandError("this store keeps no logs")
        while chunks := await store.logs(self._view.run_id, after=self._after, limit=_PAGE):
            for chunk in chunks:
                yield chunk
            self._after = chunks[-1].seq

    async def _step(self, pointer_id: int) -> StepView | None:
        if self._view.step_of(pointer_id) is None:
            self._view.place(await self._host.pointers(self._view.run_id))
        return self._view.step_of(pointer_id)


async def _pause() -> None:
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_LOOK)
