"""How instances are chosen for a host, and what it is given of them."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, cast

from wfe_core.ports import CHUNK, ItemChunk, LoadedInstance
from wfe_core.serialization import loads
from wfe_memory.tables import copy_instance, copy_pointer, wakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wfe_core.ports import Claim, InstanceRecord
    from wfe_memory.tables import InstanceRow, Tables

_MINUTE = 60_000_000


def take(tables: Tables, claim: Claim, session: str, limit: int, now: int) -> list[LoadedInstance]:
    """Give the best candidates to a session and load them."""
    candidates = [row for row in _in_reach(tables, claim, now) if _is_ready(row.record, claim, now)]

    def rank(row: InstanceRow) -> tuple[int, int]:
        due = now if row.record.next_due is None else min(row.record.next_due, now)
        return -(row.record.priority + (now - due) // _MINUTE), due

    taken: list[LoadedInstance] = []
    for row in heapq.nsmallest(limit, candidates, key=rank):
        crashed = row.record.owner is not None
        row.record.fence += 1
        tables.set_owner(row, session)
        taken.append(load(row, crashed=crashed))
    return taken


def earliest(tables: Tables, claim: Claim) -> int | None:
    """When the first of the unowned candidates wants to be taken."""
    dues = (
        row.record.next_due
        for row in _in_reach(tables, claim)
        if row.record.owner is None and wakes(row.record) and _fits(row.record, claim)
    )
    return min((due for due in dues if due is not None), default=None)


def load(row: InstanceRow, *, crashed: bool) -> LoadedInstance:
    """Copy out what a lease holder works with."""
    return LoadedInstance(
        instance=copy_instance(row.record),
        pointers=[copy_pointer(row.pointers[pointer_id]) for pointer_id in sorted(row.live)],
        data={key: values[-1][1] for key, values in row.data.items()},
        inbox=list(row.inbox.values()),
        chunks=list(_chunks(row)),
        crashed=crashed,
        subscribed=bool(row.subscriptions),
    )


def _in_reach(tables: Tables, claim: Claim, by: float = math.inf) -> Iterable[InstanceRow]:
    """The instances that can be candidates at all, found through the indexes; unowned ones due `by` then."""
    if claim.ids is not None:
        return [tables.rows[known] for known in dict.fromkeys(claim.ids) if known in tables.rows]
    due = [instance_id for instance_id, when in tables.waiting.items() if when <= by]
    left_behind = (tables.owned.get(session, ()) for session in claim.dead)
    return [tables.rows[instance_id] for ids in (due, *left_behind) for instance_id in ids]


def _is_ready(record: InstanceRecord, claim: Claim, now: int) -> bool:
    if record.owner is None:
        ready = record.next_due is not None and record.next_due <= now and wakes(record)
    else:
        ready = record.owner in claim.dead
    return ready and _fits(record, claim)


def _fits(record: InstanceRecord, claim: Claim) -> bool:
    return (
        (claim.fingerprints is None or record.fingerprint in claim.fingerprints)
        and (claim.definitions is None or (record.definition_id, record.version) in claim.definitions)
        and (claim.roots is None or record.root_id in claim.roots or record.id in claim.roots)
    )


def _chunks(row: InstanceRow) -> Iterator[ItemChunk]:
    """Of each live loop, the chunks with the next item and with those of the live pointers inside."""
    for loop_id, chunks in row.items.items():
        if loop_id not in row.live:
            continue
        inside = (row.pointers[pointer_id] for pointer_id in row.live)
        wanted = {p.index // CHUNK for p in inside if p.parent == loop_id and p.index is not None}
        state = loads(row.pointers[loop_id].state or "null")
        if isinstance(state, dict):
            following = cast("dict[str, object]", state).get("next")
            if isinstance(following, int):
                wanted.add(following // CHUNK)
        for number in sorted(wanted & chunks.keys()):
            yield ItemChunk(loop_id, number, chunks[number])
