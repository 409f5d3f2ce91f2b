"""The schema of a file: made when it is empty, checked when it is not."""

from __future__ import annotations

import fcntl
import sqlite3
from pathlib import Path
from typing import Final

from wfe_core.errors import ProviderError, SchemaOutdatedError
from wfe_sql.generated import sqlite as sql
from wfe_sql.revisions import BASE, HEAD, REVISIONS, VERSION_TABLE

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
    found: str = row[0] if row else BASE
    if found == HEAD:
        return None
    if found in {BASE, *REVISIONS}:
        return found
    raise SchemaOutdatedError(found, HEAD, f"{path} was written by a newer version of wfe; update this one")


def create(connection: sqlite3.Connection) -> None:
    """Make all tables in an empty file."""
    for statement in sql.TABLES:
        connection.execute(statement)
    # What Alembic would make, so that later migrations find their start.
    connection.execute(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES (?)", (HEAD,))  # noqa: S608 - a constant


def migrate(path: Path, folder: Path, found: str) -> Path:
    """Bring an older schema up to date, in a thread that may take its time.

    Args:
        path: the file.
        folder: where the lock files are.
        found: the revision that the file has.

    Returns:
        The copy that was made before.

    Raises:
        ProviderError: other hosts are at work on the file, or the migration failed and was rolled back.
    """
    if others := sorted(_live_sessions(folder)):
        raise SchemaOutdatedError(
            found,
            HEAD,
            f"migrating {path} needs all other hosts to be stopped, but session {others[0]} is alive",
        )
    copy = _copy(path, found)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _upgrade(connection)
    except Exception as exc:
        reason = str(exc).partition("\n")[0]
        raise ProviderError(
            f"the schema of {path} could not be migrated from {found} to {HEAD}: {reason}; "
            f"nothing was changed, and a copy is at {copy}"
        ) from exc
    finally:
        # What was not committed is rolled back.
        connection.close()
    return copy


def _upgrade(connection: sqlite3.Connection) -> None:
    from sqlalchemy import create_engine  # noqa: PLC0415 - slow, and hardly ever needed
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415 - as above

    from wfe_sql.migrate import upgrade  # noqa: PLC0415 - as above

    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as connected:
        # Not before: when SQLAlchemy gets to know a database it begins with a rollback.
        connected.exec_driver_sql("BEGIN IMMEDIATE")
        upgrade(connected)
        connected.commit()


def _live_sessions(folder: Path) -> list[str]:
    """Name the sessions whose processes live, by their lock files: the tables are not to be trusted yet."""
    live: list[str] = []
    for file in folder.glob("*.lock"):
        with file.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                live.append(file.stem)
    return live


def _copy(path: Path, found: str) -> Path:
    """Copy the file beside it, what is still in the write-ahead log included."""
    number = 1
    while (copy := path.with_name(f"{path.name}.schema-{found}.{number}")).exists():
        number += 1
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    return copy
