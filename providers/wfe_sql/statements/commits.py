"""Statements of `commit`: each writes one table for all checkpoints of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    Update,
    and_,
    bindparam,
    case,
    delete,
    null,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeEngine

from wfe_core.ports import CHANGED
from wfe_sql.building import ID_ROWS, Batch, Built, Dialect, constant, rows
from wfe_sql.tables import t

Only = Callable[[TableClause], ColumnElement[bool]]
"""Which rows of `v` are written."""


def _all(_: TableClause) -> ColumnElement[bool]:
    # SQLite needs a condition between a query and ON CONFLICT.
    return true()


def build(dialect: Dialect) -> Batch:
    """Build the statements that write checkpoints."""
    return {
        "update_workflow": _update_workflow(),
        "keep_workflow": _keep_workflow(),
        "keep_one_workflow": _keep_one_workflow(),
        "insert_workflow": insert_rows(dialect, t.workflow, conflict="ignore"),
        "release_workflow": _release(),
        "upsert_pointer": insert_rows(dialect, t.pointer, conflict="replace"),
        "keep_data": keep_data(dialect),
        "upsert_data": upsert_data(dialect),
        "drop_history": Built(
            delete(t.data).where(
                t.data.c.instance_id.in_(select(ID_ROWS.c.id)), t.data.c.superseded > constant(0)
            ),
            ID_ROWS,
        ),
        "drop_undo": Built(
            update(t.pointer)
            .where(t.pointer.c.instance_id.in_(select(ID_ROWS.c.id)), t.pointer.c.undo.is_not(null()))
            .values(undo=null()),
            ID_ROWS,
        ),
        "upsert_item": insert_rows(dialect, t.item, conflict="replace"),
        "drop_items": _drop_items(),
        "drop_subscriptions": _delete_by_instance(t.subscription),
        "upsert_subscription": _upsert_subscription(dialect),
        "consume": consume(dialect),
        "insert_activity": _insert_activity(dialect),
        "drop_activities": Built(
            delete(t.activity).where(t.activity.c.id.in_(select(ID_ROWS.c.id))), ID_ROWS
        ),
        "insert_outbox": _insert_outbox(dialect),
    }


def _update_workflow() -> Built:
    v = updates()
    return Built(update_and_release(v.c), v)


def update_and_release(new: Any) -> Update:
    """Update instances, and give back the leases of those whose `seen` says so."""
    workflow = t.workflow.c
    # `seen` is NULL when the lease is kept: then the comparison is never true.
    owner = case((workflow.inbox_seq <= new.seen, null()), else_=workflow.owner)
    return _update_from(new).values(owner=owner)


def _keep_workflow() -> Built:
    """Update instances whose leases are all kept: the index of the owners has nothing to do with it."""
    v = updates()
    return Built(_update_from(v.c), v)


def _keep_one_workflow() -> Built:
    """Make the same for a single row, with parameters like the columns of `v`: a lone commit is quicker."""
    types: dict[str, TypeEngine[Any]] = {
        **{column.name: column.type for column in t.workflow.columns},
        "previous": BigInteger(),
    }
    return Built(_update_from({name: bindparam(name + "_", type_=kind) for name, kind in types.items()}))


def updates() -> TableClause:
    """Give `v` with what updates of instances need."""
    workflow = t.workflow.c
    return rows(
        workflow.id,
        workflow.owner,
        workflow.fence,
        ("previous", BigInteger()),
        *(workflow[name] for name in CHANGED),
        ("seen", BigInteger()),
    )


def _update_from(new: Any) -> Update:
    workflow = t.workflow.c
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in CHANGED}
    return (
        update(t.workflow)
        .where(
            workflow.id == new["id"],
            # `IS true` keeps planners away from the index of owners: a host may own very many.
            (workflow.owner == new["owner"]).is_(true()),
            workflow.fence == new["fence"],
            workflow.revision == new["previous"],
        )
        .values(**values)
    )


def _release() -> Built:
    v = rows(t.workflow.c.id, ("seen", BigInteger()))
    statement = (
        update(t.workflow)
        .where(t.workflow.c.id == v.c.id, t.workflow.c.inbox_seq <= v.c.seen)
        .values(owner=null())
    )
    return Built(statement, v)


def insert_rows(
    dialect: Dialect,
    into: Table,
    *,
    conflict: str,
    only: Only = _all,
    returning: Sequence[ColumnElement[Any]] = (),
) -> Built:
    """Insert whole rows; a row with that key is left alone, or replaced."""
    v = rows(*into.columns)
    statement = dialect.insert(into).from_select(
        [column.name for column in into.columns], select(*v.columns).where(only(v)), include_defaults=False
    )
    key = [column.name for column in into.primary_key]
    if conflict == "ignore":
        statement = statement.on_conflict_do_nothing(index_elements=key)
        return Built(statement.returning(*returning) if returning else statement, v)
    others = {
        column.name: statement.excluded[column.name] for column in into.columns if column.name not in key
    }
    return Built(statement.on_conflict_do_update(index_elements=key, set_=others), v)


def _data_rows() -> Any:
    return rows(t.data.c.instance_id, t.data.c.key, t.data.c.revision, t.data.c.value)


def keep_data(dialect: Dialect, only: Only = _all) -> Built:
    """Copy current values that are about to be superseded."""
    v = _data_rows()
    data = t.data.c
    current = select(data.instance_id, data.key, v.c.revision, data.revision, data.value).join_from(
        v,
        t.data,
        and_(data.instance_id == v.c.instance_id, data.key == v.c.key, data.superseded == constant(0)),
    )
    statement = dialect.insert(t.data).from_select(
        ["instance_id", "key", "superseded", "revision", "value"],
        current.where(only(v)),
        include_defaults=False,
    )
    return Built(statement.on_conflict_do_nothing(), v)


def upsert_data(dialect: Dialect, only: Only = _all) -> Built:
    """Write values of data; what was there is replaced."""
    v = _data_rows()
    source = select(v.c.instance_id, v.c.key, constant(0), v.c.revision, v.c.value).where(only(v))
    statement = dialect.insert(t.data).from_select(
        ["instance_id", "key", "superseded", "revision", "value"], source, include_defaults=False
    )
    statement = statement.on_conflict_do_update(
        index_elements=["instance_id", "key", "superseded"],
        set_={"revision": statement.excluded.revision, "value": statement.excluded.value},
    )
    return Built(statement, v)


def _drop_items() -> Built:
    v = rows(t.item.c.instance_id, t.item.c.pointer_id)
    wanted = tuple_(t.item.c.instance_id, t.item.c.pointer_id).in_(select(v.c.instance_id, v.c.pointer_id))
    return Built(delete(t.item).where(wanted), v)


def _delete_by_instance(of: Table) -> Built:
    return Built(delete(of).where(of.c.instance_id.in_(select(ID_ROWS.c.id))), ID_ROWS)


def _upsert_subscription(dialect: Dialect) -> Built:
    v = rows(*t.subscription.columns)
    statement = dialect.insert(t.subscription).from_select(
        [column.name for column in t.subscription.columns],
        select(*v.columns).where(true()),
        include_defaults=False,
    )
    statement = statement.on_conflict_do_update(
        index_elements=["instance_id", "name", "key"],
        set_={"as_of": dialect.least(t.subscription.c.as_of, statement.excluded.as_of)},
    )
    return Built(statement, v)


def consume(dialect: Dialect, only: Only | None = None) -> Built:
    """Mark messages as used up. Their text is not needed any more, the fact that they came is."""
    v = rows(t.inbox.c.instance_id, t.inbox.c.seq)
    wanted = [] if only is None else [only(v)]
    statement = (
        update(t.inbox)
        .where(t.inbox.c.instance_id == v.c.instance_id, t.inbox.c.seq == v.c.seq, *wanted)
        .values(consumed=dialect.yes, payload=constant(""))
    )
    return Built(statement, v)


def _insert_activity(dialect: Dialect) -> Built:
    columns = [
        t.activity.c[name] for name in ("id", "name", "instance_id", "pointer_id", "input", "created", "due")
    ]
    v = rows(*columns)
    statement = dialect.insert(t.activity).from_select(
        [*(column.name for column in columns), "leases", "expires"],
        select(*v.columns, constant(0), constant(0)).where(true()),
        include_defaults=False,
    )
    return Built(statement.on_conflict_do_nothing(), v)


def _insert_outbox(dialect: Dialect) -> Built:
    v = rows(*(column for column in t.outbox.columns if column.name != "seq"))
    statement = dialect.insert(t.outbox).from_select(
        [column.name for column in v.columns], select(*v.columns), include_defaults=False
    )
    return Built(statement, v)
