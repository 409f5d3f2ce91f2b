"""Statements that put messages and events into inboxes, and wake whom they are for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.expression import FromClause

from wfe_sql.building import ID_ROWS, Batch, Built, Dialect, constant, number, rows
from wfe_sql.tables import t

INBOX = (
    "instance_id",
    "seq",
    "kind",
    "payload",
    "effective",
    "event_id",
    "name",
    "key",
    "dedupe",
    "consumed",
)


def wakes(workflow: Any) -> ColumnElement[bool]:
    """Whether an instance may do something again: it runs, is suspended, or has failed (`retry`)."""
    status: ColumnElement[str] = workflow.status
    return status.not_in([constant(name) for name in ("complete", "cancelled", "terminated")])


def build(dialect: Dialect) -> Batch:
    """Build the statements of inboxes."""
    return {
        "match_events": _match_events(dialect),
        "insert_message": _insert_message(dialect),
        "bump_inbox": _bump(dialect),
    }


def _place(dialect: Dialect, workflow: Any, *order: ColumnElement[Any]) -> ColumnElement[int]:
    """Number the new messages of each instance behind the ones it has, counted in `inbox_seq` or not yet."""
    before = t.inbox.alias("before").c
    newest = select(func.max(before.seq)).where(before.instance_id == workflow.id).scalar_subquery()
    last = dialect.greatest(workflow.inbox_seq, func.coalesce(newest, constant(0)))
    return last + func.row_number().over(partition_by=workflow.id, order_by=order)


def _insert(dialect: Dialect, source: Any) -> Any:
    return dialect.insert(t.inbox).from_select(list(INBOX), source, include_defaults=False)


def insert_events(dialect: Dialect, source: FromClause, *conditions: ColumnElement[bool]) -> Any:
    """Put events into the inboxes where they have not been; `source` joins `event` and `workflow`."""
    workflow, event, inbox = t.workflow.c, t.event.c, t.inbox
    known = exists(
        select(constant(1)).where(inbox.c.event_id == event.id, inbox.c.instance_id == workflow.id)
    )
    return _insert(
        dialect,
        select(
            workflow.id,
            _place(dialect, workflow, event.effective, event.seq),
            constant("event"),
            event.payload,
            event.effective,
            event.id,
            event.name,
            event.key,
            null(),
            false(),
        )
        .select_from(source)
        .where(*conditions, not_(known)),
    )


def _match_events(dialect: Dialect) -> Built:
    """Give new subscriptions the events that are stored already."""
    v = rows(*t.subscription.columns)
    workflow, event = t.workflow.c, t.event.c
    matching = and_(event.name == v.c.name, event.key == v.c.key, event.effective >= v.c.as_of)
    source = v.join(t.workflow, workflow.id == v.c.instance_id).join(t.event, matching)
    return Built(insert_events(dialect, source), v)


def _insert_message(dialect: Dialect) -> Built:
    """Append messages; one whose `dedupe` came before is dropped (in one batch it must not occur twice)."""
    v = rows(
        ("instance_id", Text()),
        ("position", BigInteger()),
        ("kind", Text()),
        ("payload", Text()),
        ("dedupe", Text()),
    )
    workflow, inbox = t.workflow.c, t.inbox
    known = exists(
        select(constant(1)).where(inbox.c.instance_id == v.c.instance_id, inbox.c.dedupe == v.c.dedupe)
    )
    return Built(
        _insert(
            dialect,
            select(
                workflow.id,
                _place(dialect, workflow, v.c.position),
                v.c.kind,
                v.c.payload,
                constant(0),
                null(),
                constant(""),
                constant(""),
                v.c.dedupe,
                false(),
            )
            .select_from(v.join(t.workflow, workflow.id == v.c.instance_id))
            .where(or_(v.c.dedupe.is_(null()), not_(known))),
        ),
        v,
    )


def _bump(dialect: Dialect) -> Built:
    """Count what has come into inboxes, and make those due whom nobody owns."""
    workflow, inbox = t.workflow.alias("w").c, t.inbox.c
    now = number("now")
    come = (
        select(
            inbox.instance_id,
            func.max(inbox.seq).label("seq"),
            func.min(dialect.greatest(inbox.effective, now)).label("due"),
        )
        .select_from(
            ID_ROWS.join(t.workflow.alias("w"), workflow.id == ID_ROWS.c.id).join(
                t.inbox, and_(inbox.instance_id == workflow.id, inbox.seq > workflow.inbox_seq)
            )
        )
        .group_by(inbox.instance_id)
        .subquery("come")
    )
    row = t.workflow.c
    due = case(
        (
            and_(row.owner.is_(null()), wakes(row)),
            dialect.least(func.coalesce(row.next_due, come.c.due), come.c.due),
        ),
        else_=row.next_due,
    )
    statement = (
        update(t.workflow).where(row.id == come.c.instance_id).values(inbox_seq=come.c.seq, next_due=due)
    )
    return Built(statement, ID_ROWS)
