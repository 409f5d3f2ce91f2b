"""The tables, declared once for all SQL stores; columns are the fields of `wfe_core.ports.records`.

Payloads are JSON text on every store. Primary keys begin with the instance id, so what belongs to one
instance lies together (on SQLite these tables are stored in the order of their key, `WITHOUT ROWID`).
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, Integer, MetaData, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Field, SQLModel

# SQLite counts rows by itself only in a column of exactly this type.
_SERIAL = BigInteger().with_variant(Integer(), "sqlite")
_CLUSTERED = {"sqlite_with_rowid": False}
# A seq that was given once must not be given again after its row was deleted: readers keep cursors.
_COUNTED = {"sqlite_autoincrement": True}


def _key() -> Any:
    return Field(primary_key=True, sa_type=Text)


def _number_key() -> Any:
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


def _serial() -> Any:
    return Field(primary_key=True, sa_type=_SERIAL)


def _text(*, name: str | None = None) -> Any:
    return Field(sa_type=Text, sa_column_kwargs={"name": name} if name else {})


def _number() -> Any:
    return Field(sa_type=BigInteger)


def _partial(
    name: str, *columns: str, where: str, where_postgresql: str | None = None, unique: bool = False
) -> Index:
    """An index over the rows that fulfil a condition; queries have to repeat the condition."""
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=text(where),
        postgresql_where=text(where_postgresql or where),
    )


class _Row(SQLModel, registry=registry(metadata=MetaData())):
    """Base of the tables; its metadata holds nothing else."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride]
        """Name the table of `WorkflowRow` `workflow`."""
        return cls.__name__.removesuffix("Row").lower()


class WorkflowRow(_Row, table=True):
    """One instance (`InstanceRecord`)."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        # Sweeps and timers look for what is due; priorities other than 0 are few and sorted apart.
        _partial("workflow_due", "next_due", where="owner IS NULL AND next_due IS NOT NULL"),
        _partial(
            "workflow_urgent", "next_due", where="owner IS NULL AND next_due IS NOT NULL AND priority <> 0"
        ),
        _partial("workflow_owner", "owner", where="owner IS NOT NULL"),
        _partial("workflow_parent", "parent_id", where="parent_id IS NOT NULL"),
        _partial("workflow_root", "root_id", where="parent_id IS NOT NULL"),
        _partial("workflow_reference", "reference", where="reference IS NOT NULL"),
        Index("workflow_created", "created", "id"),
        _CLUSTERED,
    )

    id: str = _key()
    definition_id: str = _text()
    version: int = _number()
    fingerprint: str = _text()
    status: str = _text()
    created: int = _number()
    root_id: str = _text()
    digest: str = _text()
    reference: str | None = _text()
    priority: int = _number()
    tags: str = _text()
    parent_id: str | None = _text()
    parent_pointer: int | None = _number()
    owner: str | None = _text()
    fence: int = _number()
    revision: int = _number()
    inbox_seq: int = _number()
    pointer_seq: int = _number()
    next_due: int | None = _number()
    deadline: int | None = _number()
    ended: int | None = _number()
    error: str | None = _text()
    ending: str | None = _text()
    trace: str | None = _text()


class PointerRow(_Row, table=True):
    """One activation of a step (`PointerRecord`)."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        _partial("pointer_live", "instance_id", where="live = 1", where_postgresql="live"),
        _partial("pointer_undo", "instance_id", "undo", where="undo IS NOT NULL"),
        _partial("pointer_inside", "instance_id", "parent", "index", where='"index" IS NOT NULL'),
        _CLUSTERED,
    )

    instance_id: str = _key()
    id: int = _number_key()
    step: str = _text()
    status: str = _text()
    parent: int = _number()
    scope: str = _text()
    live: bool
    index: int | None = _number()
    iteration: int = _number()
    attempt: int = _number()
    failures: int = _number()
    run: int = _number()
    crashes: int = _number()
    created: int = _number()
    started: int | None = _number()
    ended: int | None = _number()
    due: int | None = _number()
    outcome: str | None = _text()
    output: str | None = _text()
    state: str | None = _text()
    error: str | None = _text()
    knows: int = _number()
    undo: int | None = _number()


class DataRow(_Row, table=True):
    """One top-level key of an instance's data, current (`superseded` 0) or as it was before.

    As of revision r a key has the row with `revision <= r and (superseded = 0 or superseded > r)`.
    """

    __table_args__: ClassVar[tuple[Any, ...]] = (_CLUSTERED,)

    instance_id: str = _key()
    key: str = _key()
    superseded: int = _number_key()
    revision: int = _number()
    value: str = _text()


class ItemRow(_Row, table=True):
    """One chunk of a loop's items (`ItemChunk`)."""

    __table_args__: ClassVar[tuple[Any, ...]] = (_CLUSTERED,)

    instance_id: str = _key()
    pointer_id: int = _number_key()
    number: int = _number_key()
    values: str = _text()


class SubscriptionRow(_Row, table=True):
    """An instance wants events of that name and key (`Subscription`)."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        Index("subscription_topic", "name", "key", "instance_id"),
        _CLUSTERED,
    )

    instance_id: str = _key()
    name: str = _key()
    key: str = _key()
    as_of: int = _number()


class EventRow(_Row, table=True):
    """A published event (`EventRecord`); `seq` keeps the order of publishing."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        UniqueConstraint("id"),
        Index("event_topic", "name", "key", "effective"),
        _partial("event_undelivered", "seq", where="fanned_out = 0", where_postgresql="NOT fanned_out"),
        Index("event_published", "published"),
        _COUNTED,
    )

    seq: int | None = _serial()
    id: str = _text()
    name: str = _text()
    key: str = _text()
    payload: str = _text()
    effective: int = _number()
    published: int = _number()
    fanned_out: bool


class InboxRow(_Row, table=True):
    """A message for an instance (`InboxMessage`), kept after it was consumed: none comes twice."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        _partial("inbox_event", "event_id", "instance_id", where="event_id IS NOT NULL", unique=True),
        _partial("inbox_dedupe", "instance_id", "dedupe", where="dedupe IS NOT NULL", unique=True),
        _partial("inbox_new", "instance_id", "seq", where="consumed = 0", where_postgresql="NOT consumed"),
        _CLUSTERED,
    )

    instance_id: str = _key()
    seq: int = _number_key()
    kind: str = _text()
    payload: str = _text()
    effective: int = _number()
    event_id: str | None = _text()
    name: str = _text()
    key: str = _text()
    dedupe: str | None = _text()
    consumed: bool


class DefinitionRow(_Row, table=True):
    """A definition that came from text."""

    __table_args__: ClassVar[tuple[Any, ...]] = (_CLUSTERED,)

    fingerprint: str = _key()
    definition_id: str = _text()
    version: int = _number()
    source: str = _text()


class SessionRow(_Row, table=True):
    """A running host (`SessionInfo`); `gone` is when it was closed or somebody was told that it is dead."""

    __table_args__: ClassVar[tuple[Any, ...]] = (_CLUSTERED,)

    id: str = _key()
    host: str = _text()
    machine: str = _text()
    boot: str = _text()
    expires: int = _number()
    address: str | None = _text()
    # `metadata` is taken on a mapped class, not on its table.
    details: str = _text(name="metadata")
    gone: int | None = _number()
    closed: bool


class ActivityRow(_Row, table=True):
    """A work item for an outside worker (`ActivityItem`), and its lease, counted by `leases`."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        Index("activity_name", "name", "created", "id"),
        Index("activity_instance", "instance_id"),
        _CLUSTERED,
    )

    id: str = _key()
    name: str = _text()
    instance_id: str = _text()
    pointer_id: int = _number()
    input: str = _text()
    created: int = _number()
    due: int | None = _number()
    leases: int = _number()
    expires: int = _number()
    worker: str | None = _text()


class OutboxRow(_Row, table=True):
    """The lifecycle entries of one checkpoint (`OutboxRow` of the ports); without any it is only a trace.

    Every checkpoint writes here, so seqs are not counted apart: the newest row is never deleted instead.
    """

    seq: int | None = _serial()
    instance_id: str = _text()
    definition_id: str = _text()
    revision: int = _number()
    entries: str = _text()


class LogRow(_Row, table=True):
    """Consecutive lines of a step (`LogChunk`)."""

    __table_args__: ClassVar[tuple[Any, ...]] = (Index("log_instance", "instance_id", "seq"), _COUNTED)

    seq: int | None = _serial()
    instance_id: str = _text()
    pointer_id: int = _number()
    attempt: int = _number()
    stream: str = _text()
    at: int = _number()
    text: str = _text()


class CacheRow(_Row, table=True):
    """An output of a step that declared a cache."""

    __table_args__: ClassVar[tuple[Any, ...]] = (Index("cache_expires", "expires"), _CLUSTERED)

    key: str = _key()
    value: str = _text()
    expires: int = _number()


METADATA: MetaData = _Row.metadata


class _Tables:
    """The Core tables behind the classes, typed."""

    workflow: ClassVar[Table] = METADATA.tables["workflow"]
    pointer: ClassVar[Table] = METADATA.tables["pointer"]
    data: ClassVar[Table] = METADATA.tables["data"]
    item: ClassVar[Table] = METADATA.tables["item"]
    subscription: ClassVar[Table] = METADATA.tables["subscription"]
    event: ClassVar[Table] = METADATA.tables["event"]
    inbox: ClassVar[Table] = METADATA.tables["inbox"]
    definition: ClassVar[Table] = METADATA.tables["definition"]
    session: ClassVar[Table] = METADATA.tables["session"]
    activity: ClassVar[Table] = METADATA.tables["activity"]
    outbox: ClassVar[Table] = METADATA.tables["outbox"]
    log: ClassVar[Table] = METADATA.tables["log"]
    cache: ClassVar[Table] = METADATA.tables["cache"]


t = _Tables
