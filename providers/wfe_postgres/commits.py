"""How a batch of checkpoints is written: a usual one at once, others after a look, all tables in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wfe_core.ports import COMMITTED, CommitOutcome
from wfe_postgres import at_once
from wfe_postgres.database import Row, Session
from wfe_postgres.failures import is_value_error
from wfe_sql.generated import postgresql as sql
from wfe_sql.packing import Lot, Packed
from wfe_sql.statement import Statement

_ORDER: Final[tuple[tuple[str, Statement], ...]] = (
    ("pointers", sql.UPSERT_POINTER),
    ("kept", sql.KEEP_DATA),
    ("data", sql.UPSERT_DATA),
    ("no_history", sql.DROP_HISTORY),
    ("no_history", sql.DROP_UNDO),
    ("items", sql.UPSERT_ITEM),
    ("no_items", sql.DROP_ITEMS),
    ("consumed", sql.CONSUME),
    ("no_subscriptions", sql.DROP_SUBSCRIPTIONS),
    ("activities", sql.INSERT_ACTIVITY),
    ("no_activities", sql.DROP_ACTIVITIES),
    ("outbox", sql.INSERT_OUTBOX),
)


async def write(session: Session, packed: Packed, number: int, now: int) -> list[CommitOutcome]:
    """Write a batch of `number` checkpoints, each as a whole or not at all."""
    if at_once.fits(packed):
        try:
            return await at_once.write(session, packed, number)
        except Exception as exc:
            if not is_value_error(exc):
                raise
    async with session.connection.transaction():
        return await _write_in_turn(session, packed, number, now)


async def _write_in_turn(session: Session, packed: Packed, number: int, now: int) -> list[CommitOutcome]:
    """Lock and check the instances, then write one table after the other, in the open transaction."""
    outcomes = [COMMITTED] * number
    for refused, why in packed.refused.items():
        outcomes[refused] = CommitOutcome("rejected", error=why)
    topics = [row[1:3] for row in packed.subscriptions.rows]
    if topics:
        # Before anything else, as publishers do: either they see the subscription, or it sees the event.
        await session.fetch(sql.SHARE_TOPICS, [topic for topic in topics if _is_text(*topic)])
    written: Packed | None = None
    while written is None:
        packed = await _valid(session, packed, outcomes)
        try:
            async with session.connection.transaction():
                await _apply(session, packed, now)
            written = packed
        except _TakenError:
            # Somebody started an instance with such an id while we did: now it can be seen.
            continue
        except Exception as exc:
            if not is_value_error(exc):
                raise
            written = await _one_by_one(session, packed, outcomes, now)
    await _tell(session, written, outcomes)
    return outcomes


class _TakenError(Exception):
    """An id was free when it was looked at, and is not any more."""


def _is_text(*texts: str) -> bool:
    """Whether the server can be asked about these texts; what it cannot even be asked, it does not have."""
    try:
        return "\0" not in "".join(texts).encode().decode()
    except UnicodeEncodeError:
        return False


async def _valid(session: Session, packed: Packed, outcomes: list[CommitOutcome]) -> Packed:
    """Lock all instances that the batch touches, and leave out the checkpoints that must not be written."""
    touched = {row[0] for lot in (packed.updates, packed.created, packed.messages) for row in lot.rows}
    ids = sorted(filter(_is_text, touched))
    heads: dict[str, Row] = {row[0]: row for row in await session.fetch(sql.LOCK_WORKFLOWS, ids)}
    valid: list[int] = []
    for whose, row in zip(packed.updates.whose, packed.updates.rows, strict=True):
        head = heads.get(row[0], (row[0], None, 0, None))
        if row[1] is not None and row[1:4] == tuple(head[1:4]):
            valid.append(whose)
        else:
            outcomes[whose] = CommitOutcome("stale", owner=head[1], fence=head[2])
    new: set[str] = set()
    for whose, row in zip(packed.created.whose, packed.created.rows, strict=True):
        taken = heads.get(row[0], (row[0], None, 0) if row[0] in new else None)
        if taken is not None:
            outcomes[whose] = CommitOutcome("exists", owner=taken[1], fence=taken[2])
        else:
            new.add(row[0])
            valid.append(whose)
    return packed if len(valid) == len(packed.updates.rows) + len(packed.created.rows) else packed.part(valid)


async def _one_by_one(session: Session, packed: Packed, outcomes: list[CommitOutcome], now: int) -> Packed:
    """Write each checkpoint by itself, so that only those with bad values are refused."""
    written: list[int] = []
    for number in (*packed.updates.whose, *packed.created.whose):
        try:
            async with session.connection.transaction():
                await _apply(session, packed.part([number]), now)
        except _TakenError:
            outcomes[number] = CommitOutcome("exists")
        except Exception as exc:
            if not is_value_error(exc):
                raise
            outcomes[number] = CommitOutcome("rejected", error=f"a value cannot be stored: {exc}")
        else:
            written.append(number)
    return packed.part(written)


async def _apply(session: Session, packed: Packed, now: int) -> None:
    """Write all tables, the instances first."""
    await _run(session, sql.UPDATE_WORKFLOW, packed.updates)
    if await _run(session, sql.INSERT_WORKFLOW, packed.created) < len(packed.created.rows):
        raise _TakenError
    if packed.children.rows:
        packed = await _start_children(session, packed)
    for name, statement in _ORDER:
        await _run(session, statement, getattr(packed, name))
    if packed.subscriptions.rows:
        rows = packed.subscriptions.rows
        await session.run(sql.UPSERT_SUBSCRIPTION, rows)
        await session.run(sql.MATCH_EVENTS, rows)
        await session.run(sql.BUMP_INBOX, sorted({row[0] for row in rows}), now=now)
    if packed.messages.rows:
        await post(session, packed.messages.rows, now)
    await _run(session, sql.RELEASE_WORKFLOW, packed.releases)


async def _run(session: Session, statement: Statement, lot: Lot) -> int:
    return await session.run(statement, lot.rows) if lot.rows else 0


async def _start_children(session: Session, packed: Packed) -> Packed:
    """Create the children that do not exist yet, and leave the others alone."""
    children = packed.children
    ids = [row[0] for row in children.rows]
    known = {row[0] for row in await session.fetch(sql.READ_HEADS, ids)}
    if known:
        packed = packed.without(known)
    await _run(session, sql.INSERT_WORKFLOW, packed.children)
    return packed


async def post(session: Session, rows: Sequence[Row], now: int) -> None:
    """Put messages (instance id, place, kind, payload, dedupe) into inboxes whose instances are locked."""
    known: set[tuple[Any, Any]] = set()
    new: list[Row] = []
    for row in rows:
        if row[4] is not None:
            if (row[0], row[4]) in known:
                continue
            known.add((row[0], row[4]))
        new.append(row)
    await session.run(sql.INSERT_MESSAGE, new)
    await session.run(sql.BUMP_INBOX, sorted({row[0] for row in new}), now=now)


async def _tell(session: Session, packed: Packed, outcomes: list[CommitOutcome]) -> None:
    """Say whether leases were given back, and how far the inboxes have come."""
    if not packed.told.rows and not packed.known:
        return
    ids = [row[0] for row in packed.told.rows]
    heads = {row[0]: row for row in await session.fetch(sql.READ_HEADS, ids)}
    packed.tell(heads, outcomes)


async def post_and_tell(session: Session, rows: Sequence[Row], now: int) -> dict[str, str | None]:
    """Put messages into inboxes, and tell who owns the instances they are for."""
    heads = await session.fetch(sql.LOCK_WORKFLOWS, sorted({row[0] for row in rows}))
    await post(session, rows, now)
    return {head[0]: head[1] for head in heads}
