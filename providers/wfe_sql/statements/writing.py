"""The parts of the one statement by which PostgreSQL writes a usual batch of checkpoints, in one round trip.

Each part becomes a table expression. `updated` and `created` say which instances were as their checkpoints
expect them; the others write only what belongs to those, which stand in `written`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, delete, select, table, true
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.sql.expression import column as plain_column

from wfe_sql.building import ID_ROWS, Batch, Built, Dialect
from wfe_sql.statements.commits import (
    consume,
    insert_rows,
    keep_data,
    update_and_release,
    updates,
    upsert_data,
)
from wfe_sql.statements.postgres import insert_outbox
from wfe_sql.tables import t

_LOCKED = table("locked", plain_column("id", Text()))
_WRITTEN = table("written", plain_column("id", Text()))


def build(dialect: Dialect) -> Batch:
    """Build them; none for SQLite."""
    if dialect.name == "sqlite":
        return {}
    of = t.workflow.c
    head = (of.id, of.owner, of.inbox_seq)
    v = updates()
    update = update_and_release(v.c)
    ended = t.subscription.c.instance_id
    ids = select(ID_ROWS.c.id)
    return {
        # In the order of the ids, as everybody locks them: nobody waits for somebody who waits for him.
        "part_locked": Built(select(of.id).where(of.id.in_(ids)).order_by(of.id).with_for_update(), ID_ROWS),
        "part_updated": Built(update.returning(*head), v),
        "part_updated_locked": Built(update.where(_hashed(of.id, _LOCKED)).returning(*head), v),
        "part_created": insert_rows(dialect, t.workflow, conflict="ignore", returning=head),
        "part_pointers": insert_rows(dialect, t.pointer, conflict="replace", only=_written),
        "part_kept": keep_data(dialect, _written),
        "part_data": upsert_data(dialect, _written),
        "part_consumed": consume(dialect, _written),
        "part_no_subscriptions": Built(
            delete(t.subscription).where(ended.in_(ids), _hashed(ended, _WRITTEN)), ID_ROWS
        ),
        "part_outbox": insert_outbox(dialect, _written),
    }


def _written(v: TableClause) -> ColumnElement[bool]:
    return _hashed(v.c.instance_id, _WRITTEN)


def _hashed(value: ColumnElement[Any], among: TableClause) -> ColumnElement[bool]:
    """Whether a value is in another part: looked up in a hash table.

    Without `IS true` the planner would make a join, and compare everything with everything, because it
    expects one row.
    """
    return value.in_(select(among.c.id)).is_(true())
