"""Lists of rows in statements."""

from __future__ import annotations

import sqlite3

import pytest

from wfe_sql.generated import sqlite as sql
from wfe_sql.statement import Statement
from wfe_sqlite.sql import Bulk, Gathered, Listed


@pytest.fixture
def connection() -> sqlite3.Connection:
    """A database with one table."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    return connection


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, 0), (1, 1), (7, 1), (8, 1), (9, 2), (12, 1), (129, 2), (255, 1), (256, 1), (257, 2), (1_000, 4)],
)
def test_rows_go_in_a_few_steps(connection: sqlite3.Connection, number: int, expected: int) -> None:
    """At most 256 rows at a time, in few sizes of statements; all rows are there, no others, and counted."""
    steps: list[str] = []
    connection.set_trace_callback(lambda text: steps.append(text[:20]))
    bulk = Bulk(Statement("INSERT INTO t SELECT v.a, v.b || ? FROM v", ("more",), ("a", "b")))
    assert bulk.run(connection, [(n, f"x{n}") for n in range(number)], more="!") == number
    assert len(steps) == expected
    found = connection.execute("SELECT a, b FROM t ORDER BY a").fetchall()
    assert found == [(n, f"x{n}!") for n in range(number)]
    read = Bulk(Statement("SELECT t.b FROM v JOIN t ON t.a = v.a", (), ("a",)))
    assert len(read.fetch(connection, [(n,) for n in range(number)])) == number


def test_lists_may_be_long(connection: sqlite3.Connection) -> None:
    """As one JSON parameter: plain values for one column, rows for several; beside other parameters."""
    count = 50_000
    add = Listed(Statement("INSERT INTO t SELECT v.a, v.b FROM v", (), ("a", "b")))
    assert add.run(connection, [(n, "ä") for n in range(count)]) == count
    read = Listed(Statement("SELECT count(*) FROM v JOIN t ON t.a = v.a WHERE t.b = ?", ("b",), ("a",)))
    assert read.fetch(connection, range(0, 2 * count, 2), b="ä") == [(count // 2,)]


def test_many_rows_come_as_one(connection: sqlite3.Connection) -> None:
    """A query of many rows takes one step and gives what it gives row by row, however long that is."""
    rows = [(n, None if n == 3 else f'[ä "{n}"]\n]') for n in range(500)]
    Bulk(Statement("INSERT INTO t SELECT v.a, v.b FROM v", (), ("a", "b"))).run(connection, rows)
    statement = Statement("SELECT t.a, t.b FROM v JOIN t ON t.a = v.a ORDER BY t.a", (), ("a",))
    gathered = Gathered(statement, 2)
    assert list(gathered.fetch(connection, range(500))) == rows
    assert list(gathered.fetch(connection, [700])) == []
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5_000)
    assert list(gathered.fetch(connection, range(500))) == rows


def test_table_expressions_join(connection: sqlite3.Connection) -> None:
    """A statement that is recursive itself keeps its own expressions behind `v`."""
    connection.execute("CREATE TABLE workflow (id TEXT, parent_id TEXT)")
    connection.executemany(
        "INSERT INTO workflow VALUES (?, ?)", [("a", None), ("b", "a"), ("c", "b"), ("d", None)]
    )
    assert sorted(Listed(sql.READ_TREE).fetch(connection, ["a"])) == [("a",), ("b",), ("c",)]
