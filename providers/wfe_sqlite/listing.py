"""Lists of instances by filter, and the deletion of ended ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from wfe_core.ports import InstanceQuery, Page
from wfe_sql.generated import sqlite as sql
from wfe_sql.rows import to_instance
from wfe_sql.statement import Statement
from wfe_sqlite.sql import Listed, Row, listed

_LAST: Final = 2**63 - 1
_TREE: Final = Listed(sql.READ_TREE)
_PURGE: Final = tuple(
    Listed(statement)
    for statement in (
        sql.PURGE_WORKFLOW,
        sql.PURGE_POINTER,
        sql.PURGE_DATA,
        sql.PURGE_ITEM,
        sql.PURGE_SUBSCRIPTION,
        sql.PURGE_INBOX,
        sql.PURGE_ACTIVITY,
        sql.PURGE_LOG,
    )
)


def choose(query: InstanceQuery) -> Statement:
    """Give the statement that finds what a query asks for through the best index."""
    if query.parent_id is not None:
        return sql.FIND_BY_PARENT
    if query.root_id is not None:
        return sql.FIND_BY_ROOT
    if query.reference is not None:
        return sql.FIND_BY_REFERENCE
    return sql.FIND


def values(statement: Statement, query: InstanceQuery, limit: int | None = None) -> Row:
    """Give the parameters of a list; one row more than asked for tells of another page."""
    created, _, id_ = (query.cursor or "").partition(":")
    return statement.values(
        page_created=int(created) if created else _LAST,
        page_id=id_,
        created_after=-_LAST if query.created_after is None else query.created_after,
        created_before=_LAST if query.created_before is None else query.created_before,
        statuses=listed(query.statuses),
        definition_id=query.definition_id,
        version=query.version,
        reference=query.reference,
        root_id=query.root_id,
        parent_id=query.parent_id,
        ended_before=query.ended_before,
        tags=listed(query.tags) if query.tags else None,
        data=listed(query.data) if query.data else None,
        limit=query.limit + 1 if limit is None else limit,
    )


def page(rows: Sequence[Row], query: InstanceQuery) -> Page:
    """Make a page of what a list has found."""
    shown = [to_instance(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit and bool(shown)
    return Page(shown, f"{shown[-1].created}:{shown[-1].id}" if more else None)


def purge(connection: sqlite3.Connection, query: InstanceQuery) -> list[str]:
    """Delete ended instances that match, each with its descendants."""
    found: list[Any] = connection.execute(
        sql.FIND_ENDED.sql, values(sql.FIND_ENDED, query, limit=query.limit)
    ).fetchall()
    if not found:
        return []
    doomed = [row[0] for row in _TREE.fetch(connection, [row[0] for row in found])]
    for statement in _PURGE:
        statement.run(connection, doomed)
    return doomed
