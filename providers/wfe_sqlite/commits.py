"""How a batch of checkpoints is written: all that was packed in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

from wfe_core.ports import COMMITTED, CommitOutcome
from wfe_sql.generated import sqlite as sql
from wfe_sql.packing import Lot, Packed
from wfe_sqlite.failures import is_value_error
from wfe_sqlite.sql import Bulk, Listed, Row

_HEADS: Final = Listed(sql.READ_HEADS)
_DROP_HISTORY: Final = Listed(sql.DROP_HISTORY)
_DROP_UNDO: Final = Listed(sql.DROP_UNDO)
_DROP_SUBSCRIPTIONS: Final = Listed(sql.DROP_SUBSCRIPTIONS)
_DROP_ACTIVITIES: Final = Listed(sql.DROP_ACTIVITIES)
_BUMP: Final = Listed(sql.BUMP_INBOX)
_UPDATE: Final = Bulk(sql.UPDATE_WORKFLOW)
_KEEP_LEASE: Final = Bulk(sql.KEEP_WORKFLOW)
_INSERT: Final = Bulk(sql.INSERT_WORKFLOW)
_RELEASE: Final = Bulk(sql.RELEASE_WORKFLOW)
_POINTERS: Final = Bulk(sql.UPSERT_POINTER)
_KEEP: Final = Bulk(sql.KEEP_DATA)
_DATA: Final = Bulk(sql.UPSERT_DATA)
_ITEMS: Final = Bulk(sql.UPSERT_ITEM)
_DROP_ITEMS: Final = Bulk(sql.DROP_ITEMS)
_SUBSCRIBE: Final = Bulk(sql.UPSERT_SUBSCRIPTION)
_MATCH: Final = Bulk(sql.MATCH_EVENTS)
_CONSUME: Final = Bulk(sql.CONSUME)
_MESSAGES: Final = Bulk(sql.INSERT_MESSAGE)
_ACTIVITIES: Final = Bulk(sql.INSERT_ACTIVITY)
_OUTBOX: Final = Bulk(sql.INSERT_OUTBOX)


_Step = tuple[Callable[[sqlite3.Connection, Sequence[Any]], int], Lot]


class _StaleError(Exception):
    """Some checkpoint of the batch must not be written."""


def write(connection: sqlite3.Connection, packed: Packed, number: int, now: int) -> list[CommitOutcome]:
    """Write a batch of `number` checkpoints in the open transaction.

    The usual case, all of them valid, is written without looking first: the number of changed rows tells.
    """
    outcomes = [COMMITTED] * number
    for refused, why in packed.refused.items():
        outcomes[refused] = CommitOutcome("rejected", error=why)
    try:
        _apply(connection, packed, now)
    except _StaleError:
        _again(connection)
        valid = _check(connection, packed, outcomes)
        packed = packed.part(valid)
        try:
            _apply(connection, packed, now)
        except Exception as exc:
            if not is_value_error(exc):
                raise
            _again(connection)
            packed = _one_by_one(connection, packed, outcomes, now)
    except Exception as exc:
        if not is_value_error(exc):
            raise
        _again(connection)
        valid = _check(connection, packed, outcomes)
        packed = _one_by_one(connection, packed.part(valid), outcomes, now)
    _tell(connection, packed, outcomes)
    return outcomes


def _again(connection: sqlite3.Connection) -> None:
    """Undo what was written and begin anew; the lock between processes is still held."""
    connection.execute("ROLLBACK")
    connection.execute("BEGIN IMMEDIATE")


def _check(connection: sqlite3.Connection, packed: Packed, outcomes: list[CommitOutcome]) -> list[int]:
    """Find the checkpoints that may be written, and tell the others why not."""
    lots = (packed.updates, packed.created)
    ids = [row[0] for lot in lots for row in lot.rows]
    heads: dict[str, Row] = {row[0]: row for row in _HEADS.fetch(connection, ids)}
    valid: list[int] = []
    for whose, row in zip(packed.updates.whose, packed.updates.rows, strict=True):
        head = heads.get(row[0], (row[0], None, 0, None))
        if row[1] is not None and row[1:4] == head[1:4]:
            valid.append(whose)
        else:
            outcomes[whose] = CommitOutcome("stale", owner=head[1], fence=head[2])
    taken = set(heads)
    for whose, row in zip(packed.created.whose, packed.created.rows, strict=True):
        if row[0] in taken:
            head = heads.get(row[0], (row[0], None, 0))
            outcomes[whose] = CommitOutcome("exists", owner=head[1], fence=head[2])
        else:
            taken.add(row[0])
            valid.append(whose)
    return valid


def _one_by_one(
    connection: sqlite3.Connection, packed: Packed, outcomes: list[CommitOutcome], now: int
) -> Packed:
    """Write each checkpoint by itself, so that only those with bad values are refused."""
    written: list[int] = []
    for number in (*packed.updates.whose, *packed.created.whose):
        connection.execute("SAVEPOINT one")
        try:
            _apply(connection, packed.part([number]), now)
        except Exception as exc:
            if not is_value_error(exc):
                raise
            connection.execute("ROLLBACK TO one")
            outcomes[number] = CommitOutcome("rejected", error=f"a value cannot be stored: {exc}")
        else:
            written.append(number)
        connection.execute("RELEASE one")
    return packed.part(written)


def _apply(connection: sqlite3.Connection, packed: Packed, now: int) -> None:
    """Write all tables, the instances first.

    Raises:
        _StaleError: an instance is not as its checkpoint expects it.
    """
    first: tuple[_Step, ...] = ((_update, packed.updates), (_INSERT.run, packed.created))
    for run, lot in first:
        if lot.rows and run(connection, lot.rows) != len(lot.rows):
            raise _StaleError
    if packed.children.rows:
        packed = _start_children(connection, packed)
    for run, lot in _steps(packed):
        if lot.rows:
            run(connection, lot.rows)
    if packed.subscriptions.rows or packed.messages.rows:
        _deliver(connection, packed, now)
    if packed.releases.rows:
        _RELEASE.run(connection, packed.releases.rows)


def _update(connection: sqlite3.Connection, rows: Sequence[Row]) -> int:
    """Update instances; those that keep their lease apart, and a lone one without the table of a join."""
    kept = [row for row in rows if row[-1] is None]
    if len(rows) == 1 and kept:
        [row] = rows
        return connection.execute(sql.KEEP_ONE_WORKFLOW.sql, [row[place] for place in _ONE]).rowcount
    released = rows if not kept else [row for row in rows if row[-1] is not None]
    return _KEEP_LEASE.run(connection, kept) + _UPDATE.run(connection, released)


_ONE: Final = [sql.KEEP_WORKFLOW.rows.index(name.removesuffix("_")) for name in sql.KEEP_ONE_WORKFLOW.binds]
"""Where in a row of the update of many the parameters of the update of one are."""


def _steps(packed: Packed) -> tuple[_Step, ...]:
    return (
        (_POINTERS.run, packed.pointers),
        (_KEEP.run, packed.kept),
        (_DATA.run, packed.data),
        (_DROP_HISTORY.run, packed.no_history),
        (_DROP_UNDO.run, packed.no_history),
        (_ITEMS.run, packed.items),
        (_DROP_ITEMS.run, packed.no_items),
        (_CONSUME.run, packed.consumed),
        (_DROP_SUBSCRIPTIONS.run, packed.no_subscriptions),
        (_ACTIVITIES.run, packed.activities),
        (_DROP_ACTIVITIES.run, packed.no_activities),
        (_OUTBOX.run, packed.outbox),
    )


def _start_children(connection: sqlite3.Connection, packed: Packed) -> Packed:
    """Create the children that do not exist yet, and leave the others alone."""
    children = packed.children
    known = {row[0] for row in _HEADS.fetch(connection, [row[0] for row in children.rows])}
    if known:
        packed = packed.without(known)
    _INSERT.run(connection, packed.children.rows)
    return packed


def _deliver(connection: sqlite3.Connection, packed: Packed, now: int) -> None:
    """Subscribe, give subscribers the events stored already, and put messages into inboxes."""
    if packed.subscriptions.rows:
        rows = packed.subscriptions.rows
        _SUBSCRIBE.run(connection, rows)
        _MATCH.run(connection, rows)
        _BUMP.run(connection, {row[0] for row in rows}, now=now)
    if packed.messages.rows:
        post(connection, packed.messages.rows, now)


def post(connection: sqlite3.Connection, rows: Sequence[Row], now: int) -> None:
    """Put messages (instance id, place, kind, payload, dedupe) into inboxes, in the open transaction."""
    known: set[tuple[str, str]] = set()
    new: list[Row] = []
    for row in rows:
        if row[4] is not None:
            if (row[0], row[4]) in known:
                continue
            known.add((row[0], row[4]))
        new.append(row)
    _MESSAGES.run(connection, new)
    _BUMP.run(connection, {row[0] for row in new}, now=now)


def _tell(connection: sqlite3.Connection, packed: Packed, outcomes: list[CommitOutcome]) -> None:
    """Say whether leases were given back, and how far the inboxes have come."""
    if not packed.told.rows and not packed.known:
        return
    heads: dict[str, Row] = {
        row[0]: row for row in _HEADS.fetch(connection, [row[0] for row in packed.told.rows])
    }
    packed.tell(heads, outcomes)


def post_and_tell(connection: sqlite3.Connection, rows: Sequence[Row], now: int) -> dict[str, str | None]:
    """Put messages into inboxes, and tell who owns the instances they are for."""
    post(connection, rows, now)
    return {row[0]: row[1] for row in _HEADS.fetch(connection, {row[0] for row in rows})}
