"""Turning stored records into the read-only views that users get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.clock import to_datetime
from wfe_core.engine.failing import read_error
from wfe_core.errors import SerializationError
from wfe_core.models import ExecutionPointer, PointerStatus, WorkflowInstance, WorkflowStatus
from wfe_core.serialization import loads, threw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.ports import InstanceRecord, PointerRecord


def visible_data(definition: WorkflowDefinition[Any] | None, texts: Mapping[str, str]) -> Any:
    """The data as users see it: typed when the definition is known, without the engine's hidden keys.

    Raises:
        SerializationError: it does not fit the data type that is registered here.
    """
    if definition is None:
        return plain_data(texts)
    try:
        return definition.codec.decode(texts)
    except Exception as exc:
        where = f"the data of an instance of {definition.id!r} version {definition.version}"
        problem = f"does not fit {definition.codec.name}: {threw(exc)}"
        remedy = "give new fields a default, or register the changed definition as a new version"
        raise SerializationError(where, "", problem, remedy) from exc


def plain_data(texts: Mapping[str, str]) -> dict[str, Any]:
    """The data as it is stored, without the engine's hidden keys."""
    return {key: loads(text) for key, text in texts.items() if not key.startswith("~")}


def instance_view(
    record: InstanceRecord, definition: WorkflowDefinition[Any] | None, texts: Mapping[str, str]
) -> WorkflowInstance:
    """The view of an instance; one whose data does not fit its type any more is seen all the same."""
    try:
        data, problem = visible_data(definition, texts), None
    except SerializationError as exc:
        data, problem = plain_data(texts), str(exc)
    return WorkflowInstance(
        id=record.id,
        definition_id=record.definition_id,
        version=record.version,
        fingerprint=record.fingerprint,
        status=WorkflowStatus(record.status),
        data=data,
        data_problem=problem,
        error=read_error(record.error),
        reference=record.reference,
        priority=record.priority,
        tags=loads(record.tags),
        revision=record.revision,
        owner=record.owner,
        fence=record.fence,
        parent_id=record.parent_id,
        root_id=record.root_id,
        created_at=to_datetime(record.created),
        ended_at=_moment(record.ended),
        next_due=_moment(record.next_due),
    )


def pointer_view(instance_id: str, record: PointerRecord) -> ExecutionPointer:
    """The view of a pointer."""
    state: dict[str, Any] = {} if record.state is None else loads(record.state)
    return ExecutionPointer(
        instance_id=instance_id,
        id=record.id,
        step_key=record.step,
        status=PointerStatus(record.status),
        parent_id=record.parent or None,
        scope=tuple(int(part) for part in record.scope.split("/") if part),
        index=record.index,
        iteration=record.iteration,
        attempt=record.attempt,
        run=record.run,
        crashes=record.crashes,
        started_at=_moment(record.started),
        ended_at=_moment(record.ended),
        due=_moment(record.due),
        outcome=None if record.outcome is None else loads(record.outcome),
        output=None if record.output is None else loads(record.output),
        state=state.get("state"),
        error=read_error(record.error),
    )


def _moment(instant: int | None) -> datetime | None:
    return None if instant is None else to_datetime(instant)
