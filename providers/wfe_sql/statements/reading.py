"""Statements of readers without a lease."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, func, or_, select

from wfe_sql.building import ID_ROWS, Batch, Built, Dialect, constant, index, limited, number, rows, words
from wfe_sql.statements.claims import MESSAGE
from wfe_sql.tables import t


def heads(workflow: Any) -> tuple[ColumnElement[Any], ...]:
    """Give the columns of a `Head`."""
    return (
        workflow.id,
        workflow.owner,
        workflow.fence,
        workflow.revision,
        workflow.inbox_seq,
        workflow.status,
    )


def build(dialect: Dialect) -> Batch:
    """Build the statements that read."""
    del dialect
    workflow, pointer, data, item = t.workflow.c, t.pointer.c, t.data.c, t.item.c
    return {
        "read_heads": Built(
            select(*heads(workflow)).select_from(ID_ROWS.join(t.workflow, workflow.id == ID_ROWS.c.id)),
            ID_ROWS,
        ),
        "read_workflows": Built(
            select(*t.workflow.columns).select_from(ID_ROWS.join(t.workflow, workflow.id == ID_ROWS.c.id)),
            ID_ROWS,
        ),
        "read_inboxes": _read_inboxes(),
        "read_data": Built(
            select(data.key, data.value).where(
                data.instance_id == words("instance_id"), data.superseded == constant(0)
            )
        ),
        "read_data_as_of": Built(
            select(data.key, data.value).where(
                data.instance_id == words("instance_id"),
                data.revision <= number("revision"),
                or_(data.superseded == constant(0), data.superseded > number("revision")),
            )
        ),
        "read_pointers": Built(
            limited(
                select(*_pointer_columns())
                .where(pointer.instance_id == words("instance_id"), pointer.id > number("after"))
                .order_by(pointer.id)
            )
        ),
        "read_undo": _read_undo(),
        "read_chunk": Built(
            select(item["values"]).where(
                item.instance_id == words("instance_id"),
                item.pointer_id == number("pointer_id"),
                item.number == number("number"),
            )
        ),
        "read_outputs": _read_outputs(),
        "read_owners": Built(select(workflow.owner).distinct().where(workflow.owner.is_not(None))),
    }


def _pointer_columns() -> list[Any]:
    return [column for column in t.pointer.columns if column.name != "instance_id"]


def _read_inboxes() -> Built:
    v = rows(("id", Text()), ("after", BigInteger()))
    inbox = t.inbox.c
    return Built(
        select(inbox.instance_id, *(inbox[name] for name in MESSAGE))
        .select_from(v.join(t.inbox, and_(inbox.instance_id == v.c.id, inbox.seq > v.c.after)))
        .where(~inbox.consumed)
        .order_by(inbox.instance_id, inbox.seq),
        v,
        index(t.inbox, "inbox_new"),
    )


def _read_undo() -> Built:
    """Pointers to be undone whose scope begins with one of those in `v`."""
    pointer = t.pointer.c
    v = rows(("scope", Text()))
    inside = func.substr(pointer.scope, constant(1), func.length(v.c.scope)) == v.c.scope
    undoable = select(*_pointer_columns()).where(
        pointer.instance_id == words("instance_id"),
        pointer.undo.is_not(None),
        select(constant(1)).where(inside).select_from(v).correlate(t.pointer).exists(),
    )
    return Built(limited(undoable.order_by(pointer.undo.desc())), v)


def _read_outputs() -> Built:
    """The output of the last visit of a step for each index."""
    pointer = t.pointer.c
    visits = (
        select(pointer["index"], func.max(pointer.id).label("id"))
        .where(
            pointer.instance_id == words("instance_id"),
            pointer.parent == number("parent"),
            pointer["index"].is_not(None),
            pointer["index"] > number("after"),
            pointer.step == words("step"),
            pointer.status == constant("complete"),
        )
        .group_by(pointer["index"])
        .order_by(pointer["index"])
    )
    latest = limited(visits).subquery("latest")
    return Built(
        select(latest.c["index"], pointer.output)
        .select_from(
            latest.join(
                t.pointer, and_(pointer.instance_id == words("instance_id"), pointer.id == latest.c.id)
            )
        )
        .order_by(latest.c["index"])
    )
