"""`wfe explain`: why a run is where it is, and the commands that would move it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any

from wfe_core.errors import InstanceNotFoundError
from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.programs import HOSTS, is_of_program
from wfe_yaml.cli.standing import standings
from wfe_yaml.cli.stores import Store, find_run, load_view, stored_workflow
from wfe_yaml.cli.view import RunView

if TYPE_CHECKING:
    from wfe_core.models import WorkflowInstance
    from wfe_host import Reason, WorkflowHost

_COMMANDS = {
    "suspended": "wfe resume {run}",
    "failed": "wfe retry {run}",
    "approval": "wfe approve {run} {step}   or  wfe reject {run} {step}",
    "event": "wfe publish {event}",
    "slot": "wfe resume {run}",
    "lease": "wfe resume {run}",
    "child": "wfe explain {child}",
}
_OF_ITS_OWN_RUN = frozenset({"suspended"})
"""What is moved by a command to the sub-workflow that waits, not to the run around it."""
_NEEDS_RUNNER = frozenset({"slot", "timer", "retry", "running"})
"""What goes on by itself as soon as a process runs it."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that a run waits for.

    Attributes:
        run: the run, or the sub-workflow in it, that waits.
        reason: for what.
        step: where, with the steps that run the sub-workflows around it.
    """

    run: WorkflowInstance
    reason: Reason
    step: str | None


async def explain_run(name: str | None, store_option: str | None, *, as_json: bool) -> int:
    """Explain a run; the newest when none is named.

    Raises:
        CommandError: there is no such run.
    """
    store = Store.existing(store_option)
    async with store.open() as host:
        run = await find_run(host, name)
        standing = await standings(host, [run])
        held = run.id in standing.held
        reasons = await reasons_of(host, run, held=held)
        program = await is_of_program(host, run)
    status = standing.status(run)
    # Of the hosts of a program nobody here knows whether one will take the run: they are taken to live.
    told = [_told(run, waits, store, held=held or program) for waits in reasons]
    if program and not held and run.status is WorkflowStatus.RUNNABLE:
        for each in told:
            if each["what"] in {*_NEEDS_RUNNER, "lease"}:
                each["command"], each["remedy"] = None, f"a host of its program runs it, such as  {HOSTS}"
    if as_json:
        whole = {"run": run.id, "status": status, "reasons": told}
        print(json.dumps(whole, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    print(f"run {run.id} is {status}")
    for each in told:
        at = f"{each['step']}: " if each["step"] else ""
        print(f"  {at}{each['text']}")
        print(f"    -> {each['command'] or each['remedy']}")
    return Exit.COMPLETE


async def reasons_of(host: WorkflowHost, run: WorkflowInstance, *, held: bool) -> list[Waits]:
    """Give what a run waits for, itself or in its sub-workflows.

    This process never runs it, so what it lacks for that does not count.
    """
    try:
        compiled = await stored_workflow(host, run)
    except CommandError:
        # Its program knows the definition, and no other can: that this process does not says nothing.
        waiting = await _waits(host, run, None, None, held=held)
        return [waits for waits in waiting if waits.reason.what != "definition"]
    host.register(*compiled.definitions)
    view = RunView(run.id, compiled.definition, compiled.definitions)
    return await _waits(host, run, view, None, held=held)


async def approvals(host: WorkflowHost, run: WorkflowInstance) -> list[Waits]:
    """Give the steps that wait for an approval, in a run and in its sub-workflows."""
    return [waits for waits in await reasons_of(host, run, held=True) if waits.reason.what == "approval"]


async def _waits(
    host: WorkflowHost, run: WorkflowInstance, view: RunView | None, path: str | None, *, held: bool
) -> list[Waits]:
    """Give what a run waits for; the view of the whole run knows in which items its sub-workflows are."""
    found: list[Waits] = []
    for reason in (await host.explain(run.id)).reasons:
        if reason.what == "lease" and (held or path is not None):
            continue
        own = reason.place or reason.step_key
        step = f"{path}/{own}" if path is not None and own is not None else own or path
        inner: list[Waits] = []
        if reason.what == "child":
            child = reason.text.split("'")[1]
            if view is not None and not view.children:
                await load_view(host, view)
            known = None if view is None else view.run_of(child)
            at = step if known is None or known.inside is None else known.inside.label
            # One that has not begun yet says nothing.
            with contextlib.suppress(InstanceNotFoundError):
                inner = await _waits(host, await host.get(child), view, at, held=held)
        found.extend(inner or [Waits(run, reason, step)])
    return found


def command_for(run: WorkflowInstance, waits: Waits, store: Store) -> str | None:
    """Give the command that would move a run, if there is one."""
    reason = waits.reason
    form = _COMMANDS.get(reason.what)
    if form is None:
        return None
    words = reason.text.split("'")
    event = f"{words[1]} {words[3]}".rstrip() if reason.what == "event" else ""
    child = words[1] if reason.what == "child" else ""
    step = quote(waits.step or "STEP")
    named = waits.run.id if reason.what in _OF_ITS_OWN_RUN else run.id
    command = form.format(run=named, step=step, event=event, child=child)
    return command + store.option


def _told(run: WorkflowInstance, waits: Waits, store: Store, *, held: bool) -> dict[str, Any]:
    reason = waits.reason
    command = command_for(run, waits, store)
    text = reason.text
    if reason.what == "lease":
        text = "the process that ran it is gone"
    elif held and reason.what in _NEEDS_RUNNER:
        command = None
    elif not held and reason.what in _NEEDS_RUNNER and run.status is WorkflowStatus.RUNNABLE:
        command = f"wfe resume {run.id}{store.option}"
        if reason.what == "running":
            text = f"was running ({reason.text})"
    return {
        "what": reason.what,
        "step": waits.step,
        "text": text,
        "remedy": reason.remedy,
        "command": command,
        "since": reason.since.isoformat() if reason.since else None,
        "until": reason.until.isoformat() if reason.until else None,
    }
