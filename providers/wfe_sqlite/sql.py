"""Running compiled statements: lists of rows become `v` in front of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from pydantic_core import from_json

from wfe_sql.statement import Statement

Row = tuple[Any, ...]

# A statement is compiled once for each size that occurs, and kept by the connection: up to `_FEW` rows for
# each number, then for the powers of two. Rows of NULL behind the true ones fill it up, hidden by a LIMIT.
_FEW = 7
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
            size = _size(left)
            part = rows[start : start + size]
            values = list(chain.from_iterable(part))
            if size > _FEW:
                values += (None,) * ((size - len(part)) * len(self._statement.rows))
                values.append(len(part))
            yield connection.execute(self._text(size), (*values, *others) if others else values)
            start += size
            left -= len(part)

    def _text(self, size: int) -> str:
        text = self._texts.get(size)
        if text is None:
            source = "VALUES " + ", ".join([self._marks] * size)
            if size > _FEW:
                source = f"SELECT * FROM ({source}) LIMIT ?"  # noqa: S608 - only marks
            text = self._texts[size] = with_rows(self._names, source, self._statement)
        return text


def _size(left: int) -> int:
    """Of the sizes there are, choose the one that takes the most of what is left, with little to fill up."""
    if left <= _FEW:
        return left
    if left >= _MOST:
        return _MOST
    above = 1 << (left - 1).bit_length()
    return above if above - left <= above // 4 else max(above // 2, _FEW)


class Listed:
    """A statement that takes rows as one JSON parameter: for reading, where the list may be long."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self.sql: str = with_rows(*_listed_source(statement), statement)

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


class Gathered:
    """A query for many rows that come as one, as the JSON array of all their values; it holds no other types.

    Each row that is fetched gives the interpreter to another thread and has to get it back, which takes
    milliseconds in a busy process. To write and to read the JSON is cheaper even in an idle one. It is one
    array, because the garbage collector looks at lists, thousands of them again and again.

    Args:
        statement: with `v`, as for `Listed`.
        columns: how many columns it has.
    """

    def __init__(self, statement: Statement, columns: int) -> None:
        self._plain = Listed(statement)
        self._columns = columns
        names = ", ".join(f"c{n}" for n in range(columns))
        query = Statement(
            # The values are plain, so only the brackets of the rows can be at the ends of their texts.
            f"SELECT '[' || group_concat(trim(json_array({names}), '[]')) || ']' FROM found",  # noqa: S608 - from our own names
            statement.binds,
            statement.rows,
        )
        head, source = _listed_source(statement)
        self._sql = with_rows(head, f"{source}), found({names}) AS ({statement.sql}", query)

    def fetch(self, connection: sqlite3.Connection, rows: Iterable[Any]) -> Iterator[Row]:
        """Run it for these rows and give what it found, row by row."""
        values = self._plain.values(rows)
        try:
            [(text,)] = connection.execute(self._sql, values).fetchall()
        except sqlite3.DataError:
            # All together they are longer than SQLite lets a text be (a gigabyte).
            return iter(connection.execute(self._plain.sql, values).fetchall())
        found = iter(from_json(text or "[]"))
        return zip(*[found] * self._columns, strict=True)


def _listed_source(statement: Statement) -> tuple[str, str]:
    """Give the columns of `v`, and the query that makes it of a JSON array."""
    names = ", ".join(f'"{name}"' for name in statement.rows)
    fields = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(statement.rows)))
    return names, f"SELECT {'value' if len(statement.rows) == 1 else fields} FROM json_each(?)"  # noqa: S608
