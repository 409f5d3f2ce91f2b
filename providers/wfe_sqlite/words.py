"""The tables of the full-text index, and the words of instances in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

HAVE_TABLES: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search_cursor'"
CURSOR: Final = "SELECT seq FROM search_cursor"
# Words are found and case-folded here, in the same way on every store; FTS5 only keeps them apart.
_TABLES: Final = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING fts5
    (words, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'")""",
    """CREATE TABLE IF NOT EXISTS search_doc
    (rowid INTEGER PRIMARY KEY, instance_id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS search_cursor (seq INTEGER NOT NULL)",
    "INSERT INTO search_cursor SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM search_cursor)",
)
_GONE: Final = (
    "SELECT d.rowid FROM search_doc AS d WHERE NOT EXISTS (SELECT 1 FROM workflow WHERE id = d.instance_id)"
)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make what a store without searches does not need."""
    for statement in _TABLES:
        connection.execute(statement)


def replace(connection: sqlite3.Connection, id_: str, revision: int, words: str) -> None:
    """Write the words of an instance as of a revision."""
    remove(connection, id_)
    row = connection.execute("INSERT INTO search_doc (instance_id, revision) VALUES (?, ?)", (id_, revision))
    connection.execute("INSERT INTO search_text (rowid, words) VALUES (?, ?)", (row.lastrowid, words))


def remove(connection: sqlite3.Connection, id_: str) -> None:
    """Forget the words of an instance."""
    for (rowid,) in connection.execute(
        "SELECT rowid FROM search_doc WHERE instance_id = ?", (id_,)
    ).fetchall():
        connection.execute("DELETE FROM search_text WHERE rowid = ?", (rowid,))
        connection.execute("DELETE FROM search_doc WHERE rowid = ?", (rowid,))


def forget(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Forget instances that are purged in this transaction, if there is an index at all."""
    if connection.execute(HAVE_TABLES).fetchone():
        for id_ in ids:
            remove(connection, id_)


def forget_gone(connection: sqlite3.Connection) -> None:
    """Remove the documents of instances that were purged."""
    for row in connection.execute(_GONE).fetchall():
        connection.execute("DELETE FROM search_text WHERE rowid = ?", row)
        connection.execute("DELETE FROM search_doc WHERE rowid = ?", row)
