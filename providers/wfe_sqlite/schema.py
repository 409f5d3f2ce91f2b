"""The schema of a file: made when it is empty, checked when it is not."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from wfe_core.errors import ProviderError, SchemaOutdatedError
from wfe_sql.generated import sqlite as sql
from wfe_sql.revisions import HEAD, REVISIONS, VERSION_TABLE

_FIND_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def ensure(connection: sqlite3.Connection, path: Path) -> str | None:
    """Make sure, in the open transaction, that the file has the newest schema.

    Returns:
        The revision it has if that is an older one, which has to be migrated; else None.

    Raises:
        SchemaOutdatedError: the schema is newer than this program.
        ProviderError: the file belongs to another program.
    """
    tables = {row[0] for row in connection.execute(_FIND_TABLES)}
    if not tables:
        create(connection)
        return None
    if VERSION_TABLE not in tables:
        raise ProviderError(f"{path} is the database of another program; choose another file")
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    found: str | None = row[0] if row else None
    if found == HEAD:
        return None
    if found in REVISIONS:
        return found
    raise SchemaOutdatedError(found, HEAD, f"{path} was written by a newer version of wfe; update this one")


def create(connection: sqlite3.Connection) -> None:
    """Make all tables in an empty file."""
    for statement in sql.TABLES:
        connection.execute(statement)
    # What Alembic would make, so that later migrations find their start.
    connection.execute(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES (?)", (HEAD,))  # noqa: S608 - a constant


def migrate(connection: sqlite3.Connection, path: Path, now: int) -> None:
    """Bring an older schema up to date."""
    raise NotImplementedError
