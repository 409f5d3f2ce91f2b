"""`wfe approve`, `reject`, `publish`, `suspend` and `terminate`: accepted durably, whoever runs the run."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from wfe_core.errors import InvalidCommandError
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.explaining import approvals
from wfe_yaml.cli.programs import is_of_program
from wfe_yaml.cli.standing import live_owners, standings
from wfe_yaml.cli.stores import Store, find_run
from wfe_yaml.source.problems import listing

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wfe_core.models import WorkflowInstance
    from wfe_host import Reason, WorkflowHost


async def decide(
    name: str, step: str, store_option: str | None, *, approved: bool, by: str | None, comment: str
) -> int:
    """Approve or reject a step that waits for an approval.

    Raises:
        CommandError: there is no such run, or no such step waits.
    """
    store = Store.existing(store_option)
    async with store.open() as host, _told_plainly():
        run = await find_run(host, name)
        act = host.approve if approved else host.reject
        waiting, place = await _where(host, run, step)
        await act(waiting, place, by=_login() if by is None else by, comment=comment)
        word = "approved" if approved else "rejected"
        print(f"run {run.id}: {step} is {word}{await _next(host, run, store)}")
    return Exit.COMPLETE


async def _where(host: WorkflowHost, run: WorkflowInstance, step: str) -> tuple[str, str]:
    """Find the run, or the sub-workflow in it, that waits for an approval, and the step as it calls it.

    Raises:
        CommandError: several steps of sub-workflows fit, or none does where some wait.
    """
    waiting = await approvals(host, run)
    inner = [waits for waits in waiting if waits.run.id != run.id]
    exact = [waits for waits in inner if waits.step == step]
    own = any(_called(waits.reason, step) for waits in waiting if waits.run.id == run.id)
    if not inner or (own and not exact):
        return run.id, step
    fitting = exact or [waits for waits in inner if f"/{waits.step}".endswith(f"/{step}")]
    if len(fitting) == 1:
        (waits,) = fitting
        return waits.run.id, waits.reason.place or waits.reason.step_key or step
    what = f"several steps called {step!r} wait" if fitting else f"no step {step!r} waits"
    have = listing(waits.step or "" for waits in waiting)
    raise CommandError(f"{what} for an approval in the run {run.id}", hint=f"waiting are: {have}")


def _called(reason: Reason, step: str) -> bool:
    """Whether a step of the run itself may be meant: by its place, its key or its name."""
    key = reason.step_key or ""
    return step in (reason.place, key, key.rpartition("/")[2])


async def publish_event(event: str, key: str, data: str | None, store_option: str | None) -> int:
    """Publish an event.

    Raises:
        CommandError: the store does not exist.
    """
    async with Store.existing(store_option).open() as host:
        event_id = await host.publish_event(event, key, _value(data))
    print(f"published {event} {key}".rstrip() + f" ({event_id})")
    return Exit.COMPLETE


async def suspend_run(name: str, store_option: str | None, reason: str) -> int:
    """Let the running steps of a run end, and start none.

    Raises:
        CommandError: there is no such run, or it has ended.
    """
    store = Store.existing(store_option)
    async with store.open() as host, _told_plainly():
        run = await find_run(host, name)
        await host.suspend(run.id, reason)
    print(f"run {run.id}: told to pause\n  go on with  wfe resume {run.id}{store.option}")
    return Exit.COMPLETE


async def terminate_run(name: str, store_option: str | None, reason: str) -> int:
    """End a run at once, without hooks and compensations.

    Raises:
        CommandError: there is no such run, or it has ended.
    """
    store = Store.existing(store_option)
    async with store.open() as host, _told_plainly():
        run = await find_run(host, name)
        live = await live_owners(host, [run])
        if live:
            await host.terminate(run.id, reason)
            print(f"run {run.id}: told to end; the process that runs it obeys")
            return Exit.COMPLETE
    from wfe_yaml.cli.running import terminate_here

    await terminate_here(run.id, store, reason)
    print(f"run {run.id}: terminated")
    return Exit.COMPLETE


@asynccontextmanager
async def _told_plainly() -> AsyncGenerator[None]:
    """Say what does not fit the state of a run as an error of the command."""
    try:
        yield
    except InvalidCommandError as exc:
        raise CommandError(str(exc)) from exc


async def _next(host: WorkflowHost, run: WorkflowInstance, store: Store) -> str:
    """Say who goes on with a run that was given what it waited for."""
    standing = await standings(host, [await host.get(run.id)])
    held = run.id in standing.held or await is_of_program(host, run)
    return "" if held else f"\n  go on with  wfe resume {run.id}{store.option}"


def _value(text: str | None) -> Any:
    """Read the data of an event: JSON, or a text when it is none."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A user without a name, as in many containers.
        return ""
