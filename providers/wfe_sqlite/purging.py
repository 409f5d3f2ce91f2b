"""The deletion of ended instances."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from wfe_core.ports import InstanceQuery
from wfe_sql.generated import sqlite as sql
from wfe_sql.listing import given
from wfe_sql.packing import PURGED
from wfe_sqlite.sql import Bulk, Listed

_TREE: Final = Listed(sql.READ_TREE)
_PURGE: Final = tuple(
    Listed(statement)
    for statement in (
        sql.PURGE_APPROVALS,
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

_OUTBOX: Final = Bulk(sql.INSERT_OUTBOX)


def purge(connection: sqlite3.Connection, query: InstanceQuery) -> list[str]:
    """Delete ended instances that match, each with its descendants."""
    found: list[Any] = connection.execute(
        sql.FIND_ENDED.sql, sql.FIND_ENDED.values(**given(query, limit=query.limit))
    ).fetchall()
    if not found:
        return []
    doomed = [row[0] for row in _TREE.fetch(connection, [row[0] for row in found])]
    for statement in _PURGE:
        statement.run(connection, doomed)
    _OUTBOX.run(connection, [(id_, *PURGED) for id_ in doomed])
    return doomed
