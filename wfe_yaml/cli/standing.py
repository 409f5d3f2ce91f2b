"""How runs stand: run by a living process, left behind by one that is gone, or waiting for somebody.

The sub-workflows of a run are parts of it. While one of them is busy the run itself is held by nobody: who
runs it, or has left it, can only be seen from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_core.clock import SystemClock, to_datetime
from wfe_core.models import WorkflowStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from typing import Any

    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost

_PAGE = 100
"""Runs that are read at a time: most who ask want the newest few."""
_PART = 1_000
"""Sub-workflows that are read at a time."""


@dataclass(frozen=True, slots=True)
class Standings:
    """How some runs stand.

    Attributes:
        held: the ids of those that another living process runs, or a sub-workflow of them.
        left: the ids of those that nobody runs, though they, or a sub-workflow of them, could go on.
    """

    held: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    def status(self, run: WorkflowInstance) -> str:
        """The status as a person sees it: a runnable run is running, was interrupted, or waits."""
        if run.status is not WorkflowStatus.RUNNABLE:
            return str(run.status)
        if run.id in self.held:
            return "running"
        return "interrupted" if run.id in self.left else "waiting"


async def standings(host: WorkflowHost, runs: Sequence[WorkflowInstance]) -> Standings:
    """Look how runs stand, with their sub-workflows."""
    live = await live_owners(host, runs)
    now = to_datetime(SystemClock().now())
    held: set[str] = set()
    left: set[str] = set()
    for run in runs:
        if run.owner in live:
            held.add(run.id)
        elif _left(run, now):
            left.add(run.id)
        elif run.status is WorkflowStatus.RUNNABLE:
            await _look_inside(host, run, now, held, left)
    return Standings(frozenset(held), frozenset(left))


async def _look_inside(
    host: WorkflowHost, run: WorkflowInstance, now: datetime, held: set[str], left: set[str]
) -> None:
    """Look at the sub-workflows of a run that waits; one that is held tells more than one that was left."""
    async for page in _pages(host, _PART, root=run.root_id, status=str(WorkflowStatus.RUNNABLE)):
        parts = [each for each in page if each.id.startswith(f"{run.id}/")]
        live = await live_owners(host, parts)
        if any(part.owner in live for part in parts):
            held.add(run.id)
            left.discard(run.id)
            return
        if any(_left(part, now) for part in parts):
            left.add(run.id)


def _left(run: WorkflowInstance, now: datetime) -> bool:
    """Whether an instance that no living process holds could go on."""
    if run.status is not WorkflowStatus.RUNNABLE:
        return False
    return run.owner is not None or (run.next_due is not None and run.next_due <= now)


async def live_owners(host: WorkflowHost, runs: Sequence[WorkflowInstance]) -> set[str]:
    """Give the sessions of other living processes that hold any of these instances."""
    owners = {run.owner for run in runs if run.owner is not None}
    if not owners:
        return set()
    own = (await host.health())["session"]
    states = await host.providers.locks.states(sorted(owners - {own}))
    return {owner for owner, state in states.items() if state != "dead"}


async def newest_runs(host: WorkflowHost, limit: int, **wanted: Any) -> list[WorkflowInstance]:
    """List runs, newest first; sub-workflows are parts of runs, and are not counted.

    Args:
        host: reads the store.
        limit: how many, at most.
        wanted: what `WorkflowHost.instances` filters by.
    """
    runs: list[WorkflowInstance] = []
    async for page in _pages(host, _PAGE, **wanted):
        runs += [each for each in page if each.parent_id is None]
        if len(runs) >= limit:
            break
    return runs[:limit]


async def _pages(host: WorkflowHost, size: int, **wanted: Any) -> AsyncIterator[Sequence[WorkflowInstance]]:
    cursor: str | None = None
    while True:
        page = await host.instances(**wanted, limit=size, cursor=cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return
