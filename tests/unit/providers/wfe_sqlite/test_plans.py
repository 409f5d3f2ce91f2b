"""Statements find their rows through indexes, however large the tables grow."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from wfe_sql.generated import sqlite as sql
from wfe_sql.statement import Statement
from wfe_sqlite.sql import Bulk, Listed

STATEMENTS = {name: value for name, value in vars(sql).items() if isinstance(value, Statement)}
# Why a statement may read a whole table or index.
SCANS = {"UNDELIVERED": "a partial index holds only what is undelivered"}
TABLES = {
    "workflow",
    "pointer",
    "data",
    "item",
    "subscription",
    "event",
    "inbox",
    "activity",
    "outbox",
    "log",
    "cache",
}


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    """An empty database with the schema."""
    connection = sqlite3.connect(":memory:")
    for statement in sql.TABLES:
        connection.execute(statement)
    yield connection
    connection.close()


def plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    """How SQLite goes about a statement."""
    values: tuple[object, ...] = (None,) * len(statement.binds)
    text = statement.sql
    if statement.rows:
        bulk = Bulk(statement)._text(4)
        listed = Listed(statement).sql
        rows = connection.execute(
            f"EXPLAIN QUERY PLAN {bulk}", (None,) * 4 * len(statement.rows) + values
        ).fetchall()
        rows += connection.execute(f"EXPLAIN QUERY PLAN {listed}", ("[]", *values)).fetchall()
    else:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
    return [row[-1] for row in rows]


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_walks_through_a_table(connection: sqlite3.Connection, name: str) -> None:
    """No SCAN of a table that grows, with rows as VALUES and as JSON, unless there is a reason."""
    steps = plan(connection, STATEMENTS[name])
    scans = [step for step in steps if step.startswith("SCAN") and step.split()[1] in TABLES]
    assert bool(scans) == (name in SCANS), steps


def test_claims_read_the_index_of_what_is_due(connection: sqlite3.Connection) -> None:
    """In its order and up to the limit: the usual candidates are not sorted."""
    steps = plan(connection, sql.CANDIDATES)
    assert any("workflow USING INDEX workflow_due" in step for step in steps), steps
    assert any("workflow USING INDEX workflow_urgent" in step for step in steps), steps
    assert any("workflow USING INDEX workflow_owner" in step for step in steps), steps
    assert sum("USE TEMP B-TREE FOR ORDER BY" in step for step in steps) == 1, steps


def test_live_pointers_have_an_index_of_their_own(connection: sqlite3.Connection) -> None:
    """Loading an instance costs nothing for its finished pointers."""
    assert any("pointer_live" in step for step in plan(connection, sql.LOAD_POINTERS))
    assert any("pointer_undo" in step for step in plan(connection, sql.READ_UNDO))
    assert any("pointer_inside" in step for step in plan(connection, sql.READ_OUTPUTS))
    for statement in (sql.LOAD_INBOX, sql.READ_INBOXES):
        assert any("inbox_new" in step for step in plan(connection, statement))
