"""`wfe run`, `resume`, `retry` and `cancel`: which run is driven, from what text, and what is done to it."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import InstanceNotFoundError, UndecidedStepError, WfeError
from wfe_core.models import WorkflowStatus
from wfe_yaml.cli.driving import Driver, Showing
from wfe_yaml.cli.exits import CommandError, Exit, say_error
from wfe_yaml.cli.planning import show_plan
from wfe_yaml.cli.programs import command, is_of_program
from wfe_yaml.cli.replaying import Replay, from_step, only
from wfe_yaml.cli.showing import print_runs
from wfe_yaml.cli.standing import live_owners, newest_runs, standings
from wfe_yaml.cli.stores import Store, find_run, stored_workflow
from wfe_yaml.cli.values import data_of
from wfe_yaml.cli.words import plural
from wfe_yaml.errors import Code
from wfe_yaml.loader import changed_files
from wfe_yaml.registering import keep_definitions
from wfe_yaml.secrets import merged_secrets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from wfe_core.models import WorkflowInstance
    from wfe_host import WorkflowHost
    from wfe_yaml.loader import CompiledWorkflow

RETRY_OF = "retry-of"
"""The tag by which a run names the one whose results it began with."""
_START_KEYS = frozenset({"inputs", "run"})
"""What a run begins with, and keeps."""
_LOOK = 0.02
"""Seconds between two looks whether a command has been obeyed."""
_MOST = 1_000
"""Runs that one command goes on with."""
_UNFINISHED = (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of `wfe run`."""

    file: Path
    workflow: str | None
    inputs: tuple[str, ...]
    inputs_file: Path | None
    variables: tuple[str, ...] = ()
    secret_files: tuple[Path, ...] = ()
    name: str | None
    showing: Showing
    fresh: bool
    resume: bool
    env_file: Path | None = None
    only: str | None = None
    from_: str | None = None
    dry_run: bool = False


async def run_file(options: RunOptions, store_option: str | None) -> int:
    """Run a workflow file; gives the exit code.

    Raises:
        YamlError: the file or an input is wrong.
        CommandError: the options do not fit, or the last run is unfinished.
    """
    from wfe_yaml.cli.inputs import given_inputs, given_variables, load_file

    _check(options)
    store = Store.of(store_option)
    secrets_given = merged_secrets(options.secret_files)
    tools = store.tools(environ=_environment(options.env_file), secrets=secrets_given)
    variables = given_variables(options.variables)
    compiled = load_file(options.file, variables=variables, workflow=options.workflow, tools=tools)
    values = given_inputs(compiled, options.inputs, options.inputs_file)
    compiled.require_secrets()
    compiled.keep_secrets("option", Code.INPUT, {"--id": options.name})
    data = compiled.start_data(values, root=options.file.absolute().parent)
    if options.dry_run:
        return show_plan(compiled, values)
    store.prepare()
    reference = str(options.file.absolute())
    run_id = options.name or f"{compiled.definition.id}-{secrets.token_hex(4)}"
    driver = Driver(store, options.showing)
    async with driver.open({run_id}) as host:
        last = await _last_run(host, options, compiled, reference)
        if last is None:
            replay = await _replay(host, options, compiled, reference)
            start = _starter(host, compiled, data, run_id, reference, replay)
            return await driver.drive(host, run_id, compiled, start, remark=_remark(replay))
        live = last.id in (await standings(host, [last])).held
    if not options.resume:
        raise _unfinished(last, store, options, live=live)
    return await resume_runs(last.id, store_option, options.showing, options.secret_files)


def _check(options: RunOptions) -> None:
    for one, other in (("fresh", "resume"), ("only", "from_"), ("resume", "only"), ("resume", "from_")):
        if getattr(options, one) and getattr(options, other):
            raise CommandError(f"--{one} and --{other.rstrip('_')} exclude each other")
    junit = options.showing.junit
    if junit is not None and junit.is_dir():
        # Better known now than when the run is over.
        raise CommandError(f"--junit {junit} is a directory", hint="name the file to write")
    from wfe_host.checking import new_id

    try:
        new_id(options.name)
    except ValueError as exc:
        raise CommandError(f"--id: {exc}") from None


def _environment(file: Path | None) -> dict[str, str]:
    """Give the environment of this process, with the variables of `--env-file` on top."""
    from wfe_yaml.cli.inputs import read_env_file

    return {**os.environ, **(read_env_file(file) if file is not None else {})}


async def _replay(
    host: WorkflowHost, options: RunOptions, compiled: CompiledWorkflow, reference: str
) -> Replay:
    """Find out which steps of a new run are left out, or taken over from the last one of the file."""
    if options.only is not None:
        return only(compiled.definition, options.only)
    if options.from_ is None:
        return Replay()
    page = await host.instances(reference=reference, definition=compiled.definition.id, limit=1)
    if not page:
        raise CommandError(
            f"no earlier run of this file has results that {options.from_!r} could begin with",
            hint=f"run it whole, or this step alone with  --only {options.from_}",
        )
    return await from_step(host, compiled.definition, options.from_, page[0].id)


def _remark(replay: Replay) -> str | None:
    if replay.source is None:
        return None
    return f"{plural(len(replay.settled), 'step')} taken over from the run {replay.source}"


async def _last_run(
    host: WorkflowHost, options: RunOptions, compiled: CompiledWorkflow, reference: str
) -> WorkflowInstance | None:
    """Give the unfinished run that stands in the way of a new one, if there is one.

    Raises:
        CommandError: the name for the new run is taken.
    """
    if options.name is not None:
        try:
            known = await host.get(options.name)
        except InstanceNotFoundError:
            return None
        if known.status in _UNFINISHED and not options.fresh:
            return known
        raise CommandError(
            f"there is a run {known.id!r} already, it is {known.status}", hint="choose another --id"
        )
    if options.fresh or options.from_ is not None:
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
    host: WorkflowHost,
    compiled: CompiledWorkflow,
    data: dict[str, Any],
    run_id: str,
    reference: str | None,
    replay: Replay,
) -> Callable[[], Awaitable[None]]:
    async def start() -> None:
        from wfe_host import StartRequest

        await keep_definitions(host, compiled)
        host.register(*compiled.definitions)
        request = StartRequest(
            definition=compiled.definition,
            data={**replay.data, **data},
            instance_id=run_id,
            reference=reference,
            tags={} if replay.source is None else {RETRY_OF: replay.source},
            settled=replay.settled,
        )
        await host.start_many([request])

    return start


async def resume_runs(
    name: str | None, store_option: str | None, showing: Showing, secret_files: Sequence[Path] = ()
) -> int:
    """Go on with a run, or with all that are unfinished, one after the other.

    Raises:
        CommandError: there is nothing to resume, or another process runs it.
    """
    store = Store.existing(store_option)
    async with store.open() as host:
        if name is not None:
            runs = [await find_run(host, name)]
            if await is_of_program(host, runs[0]):
                _can_resume(runs[0], store)
                return await command(host, runs[0], "resume")
        else:
            unfinished = [str(status) for status in _UNFINISHED]
            runs = await newest_runs(host, _MOST, status=unfinished)
            held = (await standings(host, runs)).held
            runs = [
                run for run in reversed(runs) if run.id not in held and not await is_of_program(host, run)
            ]
    if not runs:
        print("nothing to resume: no run is unfinished")
        return Exit.COMPLETE
    if name is not None:
        return await _continue(runs[0].id, store, showing, _RESUME, secret_files)
    return await _resume_all(runs, store, showing, secret_files)


async def _resume_all(
    runs: Sequence[WorkflowInstance], store: Store, showing: Showing, secret_files: Sequence[Path]
) -> Exit:
    """Go on with one run after the other; gives the highest exit code of them.

    What stands in the way of one is told, and does not stop the others.
    """
    code = Exit.COMPLETE
    for run in runs:
        try:
            outcome = await _continue(run.id, store, showing, _RESUME, secret_files)
        except CommandError as exc:
            say_error(exc.message, exc.hint)
            outcome = exc.code
        except WfeError as exc:
            say_error(f"the run {run.id} cannot go on: {exc}", None)
            outcome = Exit.USAGE
        if outcome >= Exit.INTERNAL:
            return outcome
        code = max(code, outcome)
    if len(runs) > 1 and showing.mode not in ("json", "quiet"):
        async with store.open() as host:
            now = [await host.get(run.id) for run in runs]
            print(f"\n{plural(len(runs), 'run')} gone on with:")
            print_runs(now, await standings(host, now))
    return code


async def retry_run(
    name: str,
    store_option: str | None,
    showing: Showing,
    secret_files: Sequence[Path] = (),
    *,
    from_: str | None = None,
) -> int:
    """Continue a failed run; or begin a new one with what an ended run has of the steps before `from_`.

    Raises:
        CommandError: it has not failed (not ended), or another process runs it.
    """
    store = Store.existing(store_option)
    async with store.open() as host:
        run = await find_run(host, name)
        if await is_of_program(host, run):
            if from_ is not None:
                raise CommandError(
                    f"--from needs the workflow file, and the run {run.id} is one of a program",
                    hint="there host.start_many([StartRequest(..., settled=...)]) begins at a step",
                )
            _can_retry(run, store)
            return await command(host, run, "retry")
    if from_ is None:
        return await _continue(run.id, store, showing, _RETRY, secret_files)
    run_id = f"{run.definition_id}-{secrets.token_hex(4)}"
    driver = Driver(store, showing)
    async with driver.open({run_id}) as host:
        if await live_owners(host, [run]):
            raise CommandError(f"the run {run.id} is running in another process", code=Exit.HELD)
        tools = store.tools(secrets=merged_secrets(secret_files))
        compiled = await stored_workflow(host, run, tools)
        compiled.require_secrets()
        replay = await from_step(host, compiled.definition, from_, run.id)
        data = {key: value for key, value in data_of(run).items() if key in _START_KEYS}
        start = _starter(host, compiled, data, run_id, run.reference, replay)
        return await driver.drive(host, run_id, compiled, start, remark=_remark(replay))


async def cancel_run(name: str, store_option: str | None) -> int:
    """End a run for good; gives the exit code of a cancelled run.

    Raises:
        CommandError: it has ended already.
    """
    store = Store.existing(store_option)
    async with store.open() as host:
        run = await find_run(host, name)
        _can_cancel(run, store)
        if await is_of_program(host, run):
            return await command(host, run, "cancel")
        if await live_owners(host, [run]):
            await host.cancel(run.id, "wfe cancel")
            print(f"run {run.id}: told to cancel; the process that runs it obeys")
            return Exit.CANCELLED
    return await _continue(run.id, store, Showing(mode="plain"), _CANCEL)


async def terminate_here(run_id: str, store: Store, reason: str) -> None:
    """End a run that no process holds at once, in this one, even if its workflow cannot be loaded here."""
    async with store.open(claim={run_id}) as host:
        run = await host.get(run_id)
        compiled: CompiledWorkflow | None = None
        try:
            compiled = await stored_workflow(host, run, store.tools())
            host.register(*compiled.definitions)
        except (CommandError, WfeError):
            compiled = None
        await host.terminate(run_id, reason)
        while (await host.get(run_id)).status is not WorkflowStatus.TERMINATED:
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_LOOK)
        if compiled is not None:
            await compiled.tools.processes.forget(run_id)


def _undecided(run: WorkflowInstance) -> bool:
    """Whether somebody must decide what becomes of a step of which nobody knows how far it came."""
    suspended = run.status is WorkflowStatus.SUSPENDED
    return suspended and run.error is not None and run.error.type == UndecidedStepError.__name__


def _can_resume(run: WorkflowInstance, store: Store) -> None:
    if _undecided(run) and run.error is not None:
        raise CommandError(
            f"the run {run.id} waits for a decision: step {run.error.step_key}: {run.error.message}",
            hint=f"run it again with  wfe retry {run.id}{store.option}   "
            f"or give up with  wfe cancel {run.id}{store.option}",
            code=Exit.WAITING,
        )
    if run.status is WorkflowStatus.FAILED:
        raise CommandError(f"the run {run.id} has failed", hint=f"wfe retry {run.id}{store.option}")
    if run.status.terminal:
        raise CommandError(f"the run {run.id} has ended: it is {run.status}")


async def _resume(host: WorkflowHost, run: WorkflowInstance) -> None:
    # Also when it looks runnable: a `wfe suspend` may be on its way to it.
    await host.resume(run.id, "wfe resume")


def _can_retry(run: WorkflowInstance, store: Store) -> None:
    if run.status is not WorkflowStatus.FAILED and not _undecided(run):
        hint = None if run.status.terminal else f"wfe resume {run.id}{store.option}"
        raise CommandError(f"the run {run.id} has not failed: it is {run.status}", hint=hint)


async def _retry(host: WorkflowHost, run: WorkflowInstance) -> None:
    await host.retry(run.id, "wfe retry")


def _can_cancel(run: WorkflowInstance, store: Store) -> None:
    del store
    if run.status.terminal:
        raise CommandError(f"the run {run.id} has ended already: it is {run.status}")


async def _cancel(host: WorkflowHost, run: WorkflowInstance) -> None:
    await host.cancel(run.id, "wfe cancel")


@dataclass(frozen=True, slots=True)
class _Command:
    """What is done to a stored run before it is driven."""

    check: Callable[[WorkflowInstance, Store], None]
    act: Callable[[WorkflowHost, WorkflowInstance], Awaitable[None]]
    continues: bool = True
    """Steps will run, so that secrets are needed."""


_RESUME = _Command(_can_resume, _resume)
_RETRY = _Command(_can_retry, _retry)
_CANCEL = _Command(_can_cancel, _cancel, continues=False)


async def _continue(
    run_id: str, store: Store, showing: Showing, command: _Command, secret_files: Sequence[Path] = ()
) -> Exit:
    """Drive a stored run from the text it was started with."""
    driver = Driver(store, showing)
    async with driver.open({run_id}) as host:
        run = await host.get(run_id)
        command.check(run, store)
        # Who cancels needs no more than the run itself: its sub-workflows hear of it wherever they run.
        held = (await standings(host, [run])).held if command.continues else await live_owners(host, [run])
        if held:
            raise CommandError(f"the run {run.id} is running in another process", code=Exit.HELD)
        tools = store.tools(secrets=merged_secrets(secret_files))
        compiled = await stored_workflow(host, run, tools)
        if command.continues:
            compiled.require_secrets()
        remark = _changed(run, compiled)

        async def start() -> None:
            host.register(*compiled.definitions)
            await command.act(host, run)

        return await driver.drive(host, run.id, compiled, start, going_on=True, remark=remark)


def _changed(run: WorkflowInstance, compiled: CompiledWorkflow) -> str | None:
    """Say when the file is no longer what the run was started from."""
    if run.reference is None:
        return None
    changed = changed_files(compiled.source, run.reference)
    if not changed:
        return None
    what = ", ".join(f"the file {name} {fate}" for name, fate in changed.items())
    return f"{what}; the run goes on with the text it was started from"
