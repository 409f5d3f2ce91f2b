"""A usual batch of checkpoints as one statement: one round trip, and no transaction around it.

Its parts are table expressions. What belongs to an instance that is not as its checkpoint expects it is not
written, because all parts ask the first ones which instances were. Rarer batches need steps that see what the
steps before them did; `wfe_postgres.commits` writes them in a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal

from wfe_core.ports import COMMITTED, CommitOutcome
from wfe_postgres.database import Row, Session, arguments
from wfe_sql.generated import postgresql as sql
from wfe_sql.packing import LOTS, Lot, Packed
from wfe_sql.statement import Statement

_HEADS: Final = "SELECT id, owner, inbox_seq FROM "
_PARTS: Final[dict[str, Statement]] = {
    "locked": sql.PART_LOCKED,
    "updated": sql.PART_UPDATED,
    "updated_locked": sql.PART_UPDATED_LOCKED,
    "created": sql.PART_CREATED,
    "pointers": sql.PART_POINTERS,
    "kept": sql.PART_KEPT,
    "data": sql.PART_DATA,
    "consumed": sql.PART_CONSUMED,
    "no_subscriptions": sql.PART_NO_SUBSCRIPTIONS,
    "outbox": sql.PART_OUTBOX,
}
_DEPENDENT: Final = ("pointers", "kept", "data", "consumed", "no_subscriptions", "outbox")
_UNUSUAL: Final = tuple(name for name in LOTS if name not in (*_DEPENDENT, "updates", "created", "told"))
_PREFIX: Final = "write_"
"""Makes another word of a part than that of the table it writes to."""
_PLACE: Final = re.compile(r"\$(\d+)")


def fits(packed: Packed) -> bool:
    """Whether a batch is a usual one: no two checkpoints of one instance, and nothing that needs an order."""
    if any(getattr(packed, name).rows for name in _UNUSUAL):
        return False
    ids = [row[0] for lot in (packed.updates, packed.created) for row in lot.rows]
    return bool(ids) and len(set(ids)) == len(ids)


async def write(session: Session, packed: Packed, number: int) -> list[CommitOutcome]:
    """Write a batch of `number` checkpoints that fits, each as a whole or not at all."""
    tables = _tables(packed)
    values = [value for name, rows in tables for value in arguments(_PARTS[name], rows, {})]
    names = tuple(name for name, _ in tables)
    found: dict[str, Row] = {row[0]: row for row in await session.connection.fetch(_text(names), *values)}
    outcomes = [COMMITTED] * number
    for refused, why in packed.refused.items():
        outcomes[refused] = CommitOutcome("rejected", error=why)
    for whose, (id_, release) in zip(packed.told.whose, packed.told.rows, strict=True):
        if id_ in found:
            _, owner, inbox_seq = found[id_]
            released = release and owner is None
            outcomes[whose] = CommitOutcome("committed", inbox_seq=inbox_seq, released=released)
    if len(found) < len(packed.updates.rows) + len(packed.created.rows):
        await _explain(session, packed, found, outcomes)
    return outcomes


def _tables(packed: Packed) -> list[tuple[str, Sequence[Any]]]:
    """Give the parts that have something to do, and their rows."""
    tables: list[tuple[str, Sequence[Any]]] = []
    updates = packed.updates.rows
    if len(updates) > 1:
        tables += [("locked", [row[0] for row in updates]), ("updated_locked", updates)]
    elif updates:
        tables.append(("updated", updates))
    if packed.created.rows:
        tables.append(("created", packed.created.rows))
    for name in _DEPENDENT:
        rows = getattr(packed, name).rows
        if rows:
            tables.append((name, rows))
    return tables


async def _explain(
    session: Session, packed: Packed, found: dict[str, Row], outcomes: list[CommitOutcome]
) -> None:
    """Tell the checkpoints that were not written why not."""
    rows = [*packed.updates.rows, *packed.created.rows]
    missing = [row[0] for row in rows if row[0] not in found]
    heads: dict[str, Row] = {row[0]: row for row in await session.fetch(sql.READ_HEADS, missing)}
    lots: tuple[tuple[Lot, Literal["stale", "exists"]], ...] = (
        (packed.updates, "stale"),
        (packed.created, "exists"),
    )
    for lot, status in lots:
        for whose, row in zip(lot.whose, lot.rows, strict=True):
            if row[0] not in found:
                head = heads.get(row[0], (row[0], None, 0))
                outcomes[whose] = CommitOutcome(status, owner=head[1], fence=head[2])


@cache
def _text(names: tuple[str, ...]) -> str:
    """Put the statement together of its parts, and number its parameters through."""
    parts: list[str] = []
    heads: list[str] = []
    before = 0
    for name in names:
        statement = _PARTS[name]
        text = _shifted(statement.sql, before)
        before += len(statement.rows)
        part = "updated" if name == "updated_locked" else name
        if part in ("updated", "created"):
            heads.append(_HEADS + part)
        parts.append(f"{_PREFIX if name in _DEPENDENT else ''}{part} AS ({text})")
    # Behind the parts that it is made of, in front of those that ask it.
    parts.insert(sum(name not in _DEPENDENT for name in names), f"written AS ({' UNION ALL '.join(heads)})")
    return f"WITH {', '.join(parts)} {_HEADS}written"


def _shifted(text: str, before: int) -> str:
    """Give a statement whose parameters come after so many others."""
    return _PLACE.sub(lambda place: f"${int(place[1]) + before}", text)
