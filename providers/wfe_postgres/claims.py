"""How instances are taken and loaded: a constant number of statements, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wfe_core.ports import Claim, ItemChunk, LoadedInstance
from wfe_postgres.database import Row, Session
from wfe_sql.claiming import filters, listed, wanted_chunks
from wfe_sql.generated import postgresql as sql
from wfe_sql.rows import to_instance, to_message, to_pointer


async def take(session: Session, claim: Claim, owner: str, limit: int, now: int) -> list[LoadedInstance]:
    """Give the best candidates to a session and load them, in the open transaction.

    What another host is taking at this moment, or writes to, is passed over: hosts never wait for each other.
    """
    chosen = await _candidates(session, claim, limit, now)
    if not chosen:
        return []
    crashed = {row[0] for row in chosen if row[1] is not None}
    locked = await session.fetch(
        sql.LOCK_CANDIDATES, [row[0] for row in chosen], dead=listed(claim.dead), now=now
    )
    taken = {row[0] for row in locked}
    ids = [row[0] for row in chosen if row[0] in taken]
    if not ids:
        return []
    await session.run(sql.TAKE_WORKFLOW, ids, session=owner)
    return await load(session, ids, crashed=crashed)


async def _candidates(session: Session, claim: Claim, limit: int, now: int) -> list[Row]:
    given: dict[str, Any] = {**filters(claim), "dead": listed(claim.dead), "now": now, "limit": limit}
    if claim.ids is not None:
        return await session.fetch(sql.NAMED_CANDIDATES, claim.ids, **given)
    return await session.fetch(sql.CANDIDATES, **given)


async def load(session: Session, ids: Sequence[str], *, crashed: set[str]) -> list[LoadedInstance]:
    """Load what a lease holder works with, in the order of the ids."""
    loaded: dict[str, LoadedInstance] = {}
    for row in await session.fetch(sql.LOAD_WORKFLOW, ids):
        *columns, subscribed = row
        loaded[row[0]] = LoadedInstance(
            to_instance(columns), [], {}, [], [], crashed=row[0] in crashed, subscribed=bool(subscribed)
        )
    for row in await session.fetch(sql.LOAD_POINTERS, ids):
        loaded[row[0]].pointers.append(to_pointer(row[1:]))
    for row in await session.fetch(sql.LOAD_DATA, ids):
        loaded[row[0]].data[row[1]] = row[2]
    for row in await session.fetch(sql.LOAD_INBOX, ids):
        loaded[row[0]].inbox.append(to_message(row[1:]))
    wanted = [(id_, *chunk) for id_, one in loaded.items() for chunk in wanted_chunks(one.pointers)]
    if wanted:
        for id_, pointer_id, number, values in await session.fetch(sql.LOAD_CHUNKS, wanted):
            loaded[id_].chunks.append(ItemChunk(pointer_id, number, values))
    return [loaded[id_] for id_ in ids]
