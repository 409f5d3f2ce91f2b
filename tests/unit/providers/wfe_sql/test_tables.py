"""The tables have the columns of the records, in their order."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from wfe_core.ports import (
    ActivityItem,
    EventRecord,
    InboxMessage,
    InstanceRecord,
    ItemChunk,
    LogChunk,
    OutboxRow,
    PointerRecord,
    SessionInfo,
    Subscription,
)
from wfe_sql.rows import activity_row, instance_row, pointer_row, to_instance, to_pointer
from wfe_sql.tables import METADATA


def columns(table: str) -> list[str]:
    """The columns of a table, in their order."""
    return [column.name for column in METADATA.tables[table].columns]


@pytest.mark.parametrize(
    ("table", "record", "before", "after"),
    [
        ("workflow", InstanceRecord, [], []),
        ("pointer", PointerRecord, ["instance_id"], []),
        ("item", ItemChunk, ["instance_id"], []),
        ("subscription", Subscription, ["instance_id"], []),
        ("event", EventRecord, ["seq"], ["fanned_out"]),
        ("activity", ActivityItem, [], ["leases", "expires", "worker"]),
        ("outbox", OutboxRow, [], []),
        ("session", SessionInfo, [], ["gone", "closed"]),
    ],
)
def test_a_table_has_the_fields_of_its_record(
    table: str, record: type[Any], before: list[str], after: list[str]
) -> None:
    """Rows are made of records, and records of rows, by position."""
    assert columns(table) == [*before, *(field.name for field in fields(record)), *after]


def test_the_other_tables_have_all_fields_of_their_records() -> None:
    """Where the order differs statements name the columns."""
    assert {field.name for field in fields(InboxMessage)} <= set(columns("inbox"))
    assert {field.name for field in fields(LogChunk)} == set(columns("log"))


def test_records_survive_the_way_through_rows() -> None:
    """What is written comes back, with booleans that a database gives as numbers."""
    instance = InstanceRecord("i", "d", 1, "f", "runnable", 2, "i", tags='{"a": "b"}', trace="t")
    assert to_instance(instance_row(instance)) == instance
    pointer = PointerRecord(7, "s", "waiting", live=False, state="{}", undo=3)
    row = [0 if value is False else value for value in pointer_row(pointer)]
    back = to_pointer(tuple(row))
    assert back == pointer
    assert back.live is False
    assert len(activity_row(ActivityItem("a", "n", "i", 1, "{}", 5))) == len(fields(ActivityItem))


def test_what_belongs_to_an_instance_is_named_for_purging() -> None:
    """A new table with rows of instances must not be forgotten by `purge`."""
    from wfe_sql.statements.listing import BELONGINGS

    having = {name for name in METADATA.tables if "instance_id" in columns(name)}
    # The outbox is trimmed by its readers' cursors.
    assert {*BELONGINGS} == {"workflow", *having} - {"outbox"}
