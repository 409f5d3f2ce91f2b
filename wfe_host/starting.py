"""Starting instances: idempotent, many at once, created and leased in the same commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from wfe_core.bounds import KEY_BYTES
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.engine import Machine
from wfe_core.engine import happenings as h
from wfe_core.engine.flow import check_sizes
from wfe_core.engine.machine import digest
from wfe_core.engine.settling import SETTLED, settled_text
from wfe_core.errors import InstanceConflictError, ProviderError
from wfe_core.models import SettledStep
from wfe_core.serialization import dumps
from wfe_host.actor import Actor, AdriftError
from wfe_host.checking import built, maybe, new_id, priority_of, shown

if TYPE_CHECKING:
    from wfe_core.ports import CommitOutcome
    from wfe_host.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """One instance to start, for `host.start_many`; the fields are those of `host.start`, and `settled`.

    Attributes:
        settled: steps, by key, that are not run because what became of them is known: in an earlier
            instance of which this one is the continuation, say. What they gave to the data belongs into
            `data`. A container is settled with all that is inside of it.
    """

    definition: WorkflowDefinition[Any] | str
    data: Any = None
    version: int | None = None
    instance_id: str | None = None
    reference: str | None = None
    priority: int = 0
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    settled: Mapping[str, SettledStep] = field(default_factory=dict[str, SettledStep])


async def start_all(
    runtime: Runtime, requests: Iterable[StartRequest]
) -> list[tuple[str, WorkflowDefinition[Any], bool]]:
    """Start instances in as few transactions as they fit in; gives id, definition and whether it is new.

    Raises:
        DefinitionNotRegisteredError: a definition is unknown here; nothing was started.
        OutputError: start data does not fit its definition; nothing was started.
        TypeError: what was given is no series of requests, or an option is of the wrong type; nothing was
            started.
        ValueError: an instance id cannot be read, a version is contradicted, or a settled step does not
            exist; nothing was started.
        InstanceConflictError: an id is taken by another definition or input; the others were started.
    """
    items = _checked(requests)
    prepared = [_prepare_item(runtime, index, len(items), item) for index, item in enumerate(items)]
    outcomes = await _outcomes(runtime, items, prepared)
    results: list[tuple[str, WorkflowDefinition[Any], bool]] = []
    taken = [m for m, outcome in zip(prepared, outcomes, strict=True) if outcome.status == "exists"]
    existing = await runtime.store.instances([m.record.id for m in taken]) if taken else {}
    for machine, outcome in zip(prepared, outcomes, strict=True):
        record = machine.record
        if outcome.status == "rejected":
            msg = f"the store refuses instance {record.id!r}: {outcome.error}"
            raise ProviderError(msg)
        if outcome.status == "exists":
            _check_same(machine, existing.get(record.id))
        results.append((record.id, machine.definition, outcome.status == "committed"))
    return results


async def _outcomes(
    runtime: Runtime, requests: list[StartRequest], machines: list[Machine]
) -> list[CommitOutcome]:
    """Wait until all instances are in the store, or refused.

    Whoever starts one need not know that the host loses its session at this very moment: what was not on its
    way by then is made anew (in `machines` too) as nobody's, and taken by the first host that can.
    """
    futures = [_launch(runtime, machine) for machine in machines]
    while True:
        try:
            return await asyncio.gather(*futures)
        except AdriftError:
            for place, future in enumerate(futures):
                if future.done() and isinstance(future.exception(), AdriftError):
                    machines[place] = _prepare(runtime, requests[place])
                    futures[place] = _launch(runtime, machines[place])


def _prepare_item(runtime: Runtime, index: int, count: int, request: StartRequest) -> Machine:
    """Prepare one of several: what is wrong with it says which one it is."""
    try:
        return _prepare(runtime, request)
    except Exception as exc:
        if count > 1:
            exc.add_note(f"item {index} of start_many; nothing was started")
        raise


def _checked(requests: Any) -> list[StartRequest]:
    """Give what `start_many` was given as a list of requests.

    Raises:
        TypeError: it is no series of `StartRequest`s; names the first item that is none.
    """
    one: Any = requests
    if isinstance(requests, (str, bytes, Mapping, StartRequest)) or not isinstance(requests, Iterable):
        msg = f"start_many takes a list of StartRequest(definition=..., data=...), not {shown(one)}"
        raise TypeError(msg)
    items: list[Any] = [*requests]
    for index, item in enumerate(items):
        if not isinstance(item, StartRequest):
            msg = (
                f"item {index} of start_many is {shown(item)}; give "
                f"StartRequest({_as_keywords(item)}) (from wfe_host)"
            )
            raise TypeError(msg)
    return items


def _as_keywords(item: Any) -> str:
    """How an item was probably meant."""
    names = StartRequest.__dataclass_fields__
    if isinstance(item, dict) and item and all(name in names for name in cast("dict[str, Any]", item)):
        return ", ".join(f"{name}=..." for name in cast("dict[str, Any]", item))
    return "definition=..., data=..."


def _prepare(runtime: Runtime, request: StartRequest) -> Machine:
    definition = _definition(runtime, request)
    new_id(request.instance_id)
    _check_options(request)
    data = definition.codec.initial(request.data)
    if request.settled:
        data = {**data, SETTLED: settled_text(definition, request.settled)}
    # Whatever is published once this has been started must not count as published before.
    now = runtime.clock.earliest()
    worker = (
        runtime.config.role == "worker" and not runtime.adrift and _may_claim(runtime, request.instance_id)
    )
    machine = Machine.create(
        definition,
        data,
        runtime,
        instance_id=request.instance_id or runtime.ids(now),
        now=now,
        owner=runtime.session_id if worker else None,
        reference=request.reference,
        priority=request.priority,
        tags=dumps(dict(request.tags), "tags"),
        trace=runtime.telemetry.instance_trace(definition),
    )
    check_sizes(machine.state, data, "the start data")
    if not worker:
        machine.record.next_due = now
    return machine


def _definition(runtime: Runtime, request: StartRequest) -> WorkflowDefinition[Any]:
    definition = request.definition
    if isinstance(definition, WorkflowDefinition):
        if request.version not in (None, definition.version):
            msg = (
                f"version={request.version!r} contradicts the definition, which is version "
                f"{definition.version}; give its id {definition.id!r} to choose a version"
            )
            raise ValueError(msg)
        runtime.registry.resolve(definition.id, definition.version)
        return definition
    given: Any = definition
    if not isinstance(given, str):
        built(given)
    return runtime.registry.resolve(given, request.version)


def _check_options(request: StartRequest) -> None:
    tags: Any = request.tags
    priority_of(request.priority)
    maybe("reference", request.reference, KEY_BYTES)
    if not isinstance(tags, Mapping) or not all(
        isinstance(name, str) and isinstance(value, str) for name, value in cast("Any", tags).items()
    ):
        msg = f"tags={tags!r} must map texts to texts, as in tags={{'team': 'shop'}}"
        raise TypeError(msg)


def _may_claim(runtime: Runtime, instance_id: str | None) -> bool:
    roots = runtime.config.claim_roots
    return roots is None or instance_id in roots


def _launch(runtime: Runtime, machine: Machine) -> asyncio.Future[CommitOutcome]:
    actor = Actor(runtime, machine)
    future: asyncio.Future[CommitOutcome] = asyncio.get_running_loop().create_future()
    actor.created = future
    if machine.record.owner is not None:
        if machine.record.id not in runtime.actors:
            runtime.actors[machine.record.id] = actor
        actor.post(h.Begin())
        future.add_done_callback(lambda f: _started(runtime, machine, f))
    else:
        runtime.committer.request(actor)
        future.add_done_callback(lambda f: _handed_over(runtime, actor, f))
    return future


def _started(runtime: Runtime, machine: Machine, future: asyncio.Future[CommitOutcome]) -> None:
    if not future.cancelled() and future.exception() is None and future.result().status == "committed":
        runtime.telemetry.instance_started(machine.record)
        runtime.middleware.workflow_started(machine.record)


def _handed_over(runtime: Runtime, actor: Actor, future: asyncio.Future[CommitOutcome]) -> None:
    """An instance that this host does not run was created: let somebody know."""
    record = actor.machine.record
    actor.drop()
    if not future.cancelled() and future.exception() is None and future.result().status == "committed":
        runtime.hint([(f"d:{record.definition_id}", record.id)])


def _check_same(machine: Machine, existing: Any) -> None:
    record = machine.record
    if existing is None:
        return
    if existing.definition_id != record.definition_id or existing.version != record.version:
        raise InstanceConflictError(
            record.id, f"with definition {existing.definition_id!r} version {existing.version}"
        )
    if existing.digest != digest(machine.state.data):
        raise InstanceConflictError(record.id, "with other input")
