"""Running compiled statements: lists of rows become `v` in front of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from wfe_sql.statement import Statement

Row = tuple[Any, ...]

# A statement with up to this many rows is compiled once for each power of two, and kept by the connection.
_MOST = 256


def with_rows(names: str, source: str, statement: Statement) -> str:
    """Put `v` in front of a statement, which may have table expressions of its own."""
    recursive = "WITH RECURSIVE "
    if statement.sql.startswith(recursive):
        return f"{recursive}v({names}) AS ({source}), {statement.sql.removeprefix(recursive)}"
    return f"WITH v({names}) AS ({source}) {statement.sql}"


class Bulk:
    """A statement that takes rows, in as few steps as can be.

    Each step of SQLite gives the interpreter to another thread and has to get it back. One statement of 256
    rows costs as much as 256 steps of `executemany` in an idle process, and a fraction in a busy one.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._names = ", ".join(f'"{name}"' for name in statement.rows)
        self._marks = f"({', '.join('?' * len(statement.rows))})"
        self._texts: dict[int, str] = {}

    def run(self, connection: sqlite3.Connection, rows: Sequence[Row], **given: Any) -> int:
        """Run it for these rows and return the number of rows that were changed."""
        before = connection.total_changes
        for cursor in self._cursors(connection, rows, given):
            cursor.close()
        return connection.total_changes - before

    def fetch(self, connection: sqlite3.Connection, rows: Sequence[Row], **given: Any) -> list[Row]:
        """Run it for these rows and return what it found."""
        return [row for cursor in self._cursors(connection, rows, given) for row in cursor.fetchall()]

    def _cursors(
        self, connection: sqlite3.Connection, rows: Sequence[Row], given: dict[str, Any]
    ) -> Iterable[sqlite3.Cursor]:
        others = self._statement.values(**given)
        start, left = 0, len(rows)
        while left:
            size = min(_MOST, 1 << (left.bit_length() - 1))
            values = list(chain.from_iterable(rows[start : start + size]))
            yield connection.execute(self._text(size), (*values, *others) if others else values)
            start += size
            left -= size

    def _text(self, size: int) -> str:
        text = self._texts.get(size)
        if text is None:
            values = ", ".join([self._marks] * size)
            text = self._texts[size] = with_rows(f"{self._names}", f"VALUES {values}", self._statement)
        return text


class Listed:
    """A statement that takes rows as one JSON parameter: for reading, where the list may be long."""

    def __init__(self, statement: Statement) -> None:
        names = ", ".join(f'"{name}"' for name in statement.rows)
        fields = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(statement.rows)))
        source = "value" if len(statement.rows) == 1 else fields
        self._statement = statement
        self.sql: str = with_rows(names, f"SELECT {source} FROM json_each(?)", statement)  # noqa: S608 - from our own names

    def values(self, rows: Iterable[Any], **given: Any) -> Row:
        """Give the parameters for these rows (plain values when `v` has one column)."""
        return (json.dumps(list(rows)), *self._statement.values(**given))

    def run(self, connection: sqlite3.Connection, rows: Iterable[Any], **given: Any) -> int:
        """Run it for these rows and return the number of rows that were changed."""
        before = connection.total_changes
        connection.execute(self.sql, self.values(rows, **given)).close()
        return connection.total_changes - before

    def fetch(self, connection: sqlite3.Connection, rows: Iterable[Any], **given: Any) -> list[Row]:
        """Run it for these rows and return what it found."""
        return connection.execute(self.sql, self.values(rows, **given)).fetchall()


def listed(values: Iterable[Any] | None) -> str | None:
    """Make the parameter of an optional list."""
    return None if values is None else json.dumps(list(values))
