"""Filters over instances, pages of them, and the deletion of ended ones."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from wfe_core.ports import Page
from wfe_core.serialization import loads
from wfe_memory.tables import ENDED, copy_instance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wfe_core.ports import InstanceQuery, InstanceRecord
    from wfe_memory.tables import InstanceRow, Tables


def matches(row: InstanceRow, query: InstanceQuery) -> bool:
    """Whether an instance passes every filter of a query, the full text aside."""
    record = row.record
    return (
        (query.statuses is None or record.status in query.statuses)
        and (query.definition_id is None or record.definition_id == query.definition_id)
        and (query.version is None or record.version == query.version)
        and (query.reference is None or record.reference == query.reference)
        and (query.root_id is None or record.root_id == query.root_id)
        and (query.parent_id is None or record.parent_id == query.parent_id)
        and (query.created_after is None or record.created > query.created_after)
        and (query.created_before is None or record.created < query.created_before)
        and (query.ended_before is None or (record.ended is not None and record.ended < query.ended_before))
        and all(key in row.data and row.data[key][-1][1] == text for key, text in query.data)
        and (not query.tags or dict(query.tags).items() <= loads(record.tags).items())
    )


def page(rows: Iterable[InstanceRow], query: InstanceQuery) -> Page:
    """Give the newest of these instances, from the query's cursor on."""
    records = (row.record for row in rows)
    if query.cursor is not None:
        created, _, instance_id = query.cursor.partition(":")
        before = (int(created), instance_id)
        records = (record for record in records if _age(record) < before)
    # One more than asked for tells whether there is another page.
    found = heapq.nlargest(query.limit + 1, records, key=_age)
    shown = [copy_instance(record) for record in found[: query.limit]]
    more = len(found) > query.limit
    return Page(shown, f"{shown[-1].created}:{shown[-1].id}" if more and shown else None)


def _age(record: InstanceRecord) -> tuple[int, str]:
    return record.created, record.id


def purge(tables: Tables, query: InstanceQuery) -> list[str]:
    """Delete ended instances that match, each with its descendants."""
    doomed: dict[str, InstanceRow] = {}
    room = query.limit
    for row in tables.rows.values():
        if room == 0:
            break
        if row.record.id in doomed or not matches(row, query) or not _may_go(tables, row):
            continue
        doomed.update((member.record.id, member) for member in _tree(tables, row))
        room -= 1
    for row in doomed.values():
        tables.delete(row)
    return list(doomed)


def _may_go(tables: Tables, row: InstanceRow) -> bool:
    """Whether an instance, all above it and all below it have ended."""
    ancestor: InstanceRow | None = row
    while ancestor is not None:
        if ancestor.record.status not in ENDED:
            return False
        ancestor = tables.rows.get(ancestor.record.parent_id or "")
    return all(member.record.status in ENDED for member in _tree(tables, row))


def _tree(tables: Tables, row: InstanceRow) -> Iterator[InstanceRow]:
    yield row
    for child_id in row.children:
        yield from _tree(tables, tables.rows[child_id])
