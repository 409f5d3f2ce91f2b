"""How instances are taken and loaded: a constant number of statements, however many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from wfe_core.ports import (
    Claim,
    InboxMessage,
    InstanceRecord,
    ItemChunk,
    LoadedInstance,
    PointerRecord,
)
from wfe_sql.claiming import filters, listed, wanted_chunks
from wfe_sql.generated import sqlite as sql
from wfe_sql.rows import to_instance, to_message, to_pointer
from wfe_sqlite.sql import Gathered, Listed, Row

_NAMED: Final = Listed(sql.NAMED_CANDIDATES)
_TAKE: Final = Listed(sql.TAKE_WORKFLOW)
_WORKFLOW: Final = Gathered(sql.LOAD_WORKFLOW, len(fields(InstanceRecord)) + 1)
_POINTERS: Final = Gathered(sql.LOAD_POINTERS, len(fields(PointerRecord)) + 1)
_DATA: Final = Gathered(sql.LOAD_DATA, 3)
_INBOX: Final = Gathered(sql.LOAD_INBOX, len(fields(InboxMessage)) + 1)
_CHUNKS: Final = Gathered(sql.LOAD_CHUNKS, 4)


def take(
    connection: sqlite3.Connection, claim: Claim, session: str, limit: int, now: int
) -> list[LoadedInstance]:
    """Give the best candidates to a session and load them, in the open transaction."""
    chosen = _candidates(connection, claim, limit, now)
    if not chosen:
        return []
    ids = [row[0] for row in chosen]
    _TAKE.run(connection, ids, session=session)
    return load(connection, ids, crashed={row[0] for row in chosen if row[1] is not None})


def _candidates(connection: sqlite3.Connection, claim: Claim, limit: int, now: int) -> list[Row]:
    given = {**filters(claim), "dead": listed(claim.dead), "now": now, "limit": limit}
    if claim.ids is not None:
        return _NAMED.fetch(connection, claim.ids, **given)
    return connection.execute(sql.CANDIDATES.sql, sql.CANDIDATES.values(**given)).fetchall()


def load(connection: sqlite3.Connection, ids: Sequence[str], *, crashed: set[str]) -> list[LoadedInstance]:
    """Load what a lease holder works with, in the order of the ids."""
    loaded: dict[str, LoadedInstance] = {}
    for row in _WORKFLOW.fetch(connection, ids):
        loaded[row[0]] = LoadedInstance(
            to_instance(row[:-1]), [], {}, [], [], crashed=row[0] in crashed, subscribed=row[-1] != 0
        )
    for row in _POINTERS.fetch(connection, ids):
        loaded[row[0]].pointers.append(to_pointer(row[1:]))
    for id_, key, value in _DATA.fetch(connection, ids):
        loaded[id_].data[key] = value
    for row in _INBOX.fetch(connection, ids):
        loaded[row[0]].inbox.append(to_message(row[1:]))
    wanted = [(id_, *chunk) for id_, one in loaded.items() for chunk in wanted_chunks(one.pointers)]
    if wanted:
        for id_, pointer_id, number, values in _CHUNKS.fetch(connection, wanted):
            loaded[id_].chunks.append(ItemChunk(pointer_id, number, values))
    return [loaded[id_] for id_ in ids]
