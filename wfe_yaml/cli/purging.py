"""`wfe purge`, `wfe db upgrade` and `wfe db locks`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from wfe_core.clock import to_datetime
from wfe_core.errors import InstanceNotFoundError
from wfe_core.policies import micros
from wfe_yaml.artifacts import ArtifactStore
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.showing import print_runs
from wfe_yaml.cli.standing import Standings
from wfe_yaml.cli.stores import Store
from wfe_yaml.cli.words import plural
from wfe_yaml.compiler.caching import sweep_cache
from wfe_yaml.executors.container_ends import remove_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost

_ENDED = ("complete", "failed", "cancelled", "terminated")
_PAGE = 500


async def purge_runs(
    store_option: str | None, *, older_than: str | None, statuses: Sequence[str], dry_run: bool, yes: bool
) -> int:
    """Delete runs that have ended; gives the exit code.

    Raises:
        CommandError: the duration is none, or the store does not exist.
    """
    if older_than is not None:
        try:
            micros(older_than)
        except ValueError as exc:
            raise CommandError(f"--older-than: {exc}") from None
    store = Store.existing(store_option)
    async with store.open() as host:
        doomed = await _doomed(host, older_than, statuses or _ENDED)
        if not doomed:
            print("nothing to purge")
            return Exit.COMPLETE
        if dry_run:
            print_runs(doomed, Standings())
            print(f"{plural(len(doomed), 'run')} would be deleted")
            return Exit.COMPLETE
        if not yes and sys.stdin.isatty() and not _agreed(len(doomed)):
            print("nothing was deleted")
            return Exit.COMPLETE
        count = await host.purge(status=list(statuses or _ENDED), older_than=older_than)
        gone = await forget_processes(host, store, [run.id for run in doomed])
        removed = await asyncio.to_thread(remove_left, store.tools(), gone.__contains__)
        swept = await sweep_artifacts(host, ArtifactStore(store.artifacts))
        await asyncio.to_thread(sweep_cache, await host.providers.store.now())
    others = ((removed, "container"), (swept, "artifact"))
    also = "".join(f", and {plural(number, what)}" for number, what in others if number)
    print(f"{plural(count, 'run')} deleted, sub-workflows included{also}")
    return Exit.COMPLETE


async def forget_processes(host: WorkflowHost, store: Store, runs: Sequence[str]) -> set[str]:
    """Remove what the supervisors of runs that are gone have left: a failed run keeps it for its `retry`.

    Returns:
        Those runs.
    """
    gone: set[str] = set()
    processes = store.tools().processes
    try:
        for run in runs:
            try:
                await host.get(run)
            except InstanceNotFoundError:
                await processes.forget(run)
                gone.add(run)
    finally:
        await processes.close()
    return gone


async def sweep_artifacts(host: WorkflowHost, artifacts: ArtifactStore) -> int:
    """Remove the artifacts that no run has any more; gives their number."""
    gone: set[str] = set()
    for run in artifacts.runs():
        try:
            await host.get(run)
        except InstanceNotFoundError:
            gone.add(run)
    now = await host.providers.store.now()
    return await asyncio.to_thread(artifacts.sweep, gone, now=now)


def _agreed(number: int) -> bool:
    import typer

    return typer.confirm(f"delete {plural(number, 'run')} for good?")


async def _doomed(
    host: WorkflowHost, older_than: str | None, statuses: Sequence[str]
) -> list[WorkflowInstance]:
    """Give the runs that `host.purge` would delete, newest first; children go with their parents."""
    now = await host.providers.store.now()
    before = None if older_than is None else to_datetime(now - micros(older_than))
    found: list[WorkflowInstance] = []
    cursor: str | None = None
    while True:
        page = await host.instances(status=list(statuses), limit=_PAGE, cursor=cursor)
        found.extend(
            run
            for run in page
            if run.parent_id is None
            and (before is None or (run.ended_at is not None and run.ended_at < before))
        )
        cursor = page.cursor
        if cursor is None:
            return found


async def upgrade_store(store_option: str | None) -> int:
    """Bring the schema of a store up to date; gives the exit code.

    Raises:
        CommandError: the store does not exist.
        SchemaOutdatedError: other processes are at work on it, or it is of a newer version of wfe.
    """
    store = Store.existing(store_option)
    schema = await store.providers().store.upgrade()
    if schema is None:
        print(f"{store.shown}: this kind of store has no schema")
    elif schema.upgraded_from is None:
        print(f"{store.shown}: the schema is up to date ({schema.revision})")
    else:
        print(f"{store.shown}: upgraded from {schema.upgraded_from} to {schema.revision}")
        if schema.copy is not None:
            print(f"  the file as it was: {schema.copy}")
    return Exit.COMPLETE


async def use_other_locks(store: Store) -> int:
    """Note which locks the hosts of a store use from now on; gives the exit code.

    Raises:
        LocksConflictError: instances are still held under those of before.
    """
    from wfe_host import change_locks

    providers = store.providers("locks")
    async with providers.store as opened, providers.locks as locks:
        before = await change_locks(opened, locks)
    print(f"{store.shown}: its hosts use {providers.locks.name} (before: {before})")
    return Exit.COMPLETE
