"""The schema of a database: made when it is empty and we may, checked when it is not."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

from wfe_core.errors import ProviderError, SchemaOutdatedError
from wfe_postgres.location import Location
from wfe_sql.generated import postgresql as sql
from wfe_sql.revisions import BASE, HEAD, REVISIONS, VERSION_TABLE

_OLDEST: Final = 140_000
_LOCK: Final = 0x77666500
"""Key of the advisory lock that lets only one host at a time make or change the tables."""
_FOUND: Final = (
    "SELECT to_regclass($1) IS NOT NULL,"
    " EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = $2 AND tablename = 'workflow')"
)


SEARCH_TABLES: Final = (
    """CREATE TABLE search_doc
    (instance_id TEXT PRIMARY KEY, revision BIGINT NOT NULL, words TSVECTOR NOT NULL)""",
    "CREATE INDEX search_words ON search_doc USING gin (words)",
    "CREATE TABLE search_cursor (one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), seq BIGINT NOT NULL)",
    "INSERT INTO search_cursor (seq) VALUES (0)",
)
"""The index of words, which can be made anew from the other tables at any time."""


async def ensure(connection: Any, where: Location) -> None:
    """Make sure that the schema has the tables this program needs; an empty one is filled.

    Raises:
        SchemaOutdatedError: the tables are older or newer than this program.
        ProviderError: the server is too old, or the tables cannot be made.
    """
    number = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
    if number < _OLDEST:
        raise ProviderError(f"PostgreSQL {number // 10_000} is too old: 14 or newer is needed")
    found = await revision(connection, where)
    if found is None:
        await _create(connection, where)
    elif found != HEAD:
        older = found in {BASE, *REVISIONS}
        remedy = (
            "it is not migrated; use the version" if older else "update this program to the newer version"
        )
        raise SchemaOutdatedError(found, HEAD, f"{remedy} of wfe that made {where}")


async def revision(connection: Any, where: Location) -> str | None:
    """Read the revision of the tables; None when there are none.

    Raises:
        ProviderError: the schema holds the tables of another program.
    """
    versioned, tables = await connection.fetchrow(_FOUND, f'"{where.schema}".{VERSION_TABLE}', where.schema)
    if versioned:
        row = await connection.fetchval(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant
        return str(row) if row else BASE
    if tables:
        raise ProviderError(
            f"the schema {where.schema} of {where} has a table 'workflow' of another program; "
            "choose another one with ?schema="
        )
    return None


async def _create(connection: Any, where: Location) -> None:
    """Make all tables in an empty schema, unless somebody else is quicker."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            if await revision(connection, where) is not None:
                return
            await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{where.schema}"')
            for statement in (*sql.TABLES, *SEARCH_TABLES):
                await connection.execute(statement)
            # What Alembic would make, so that later migrations find their start.
            await connection.execute(
                f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
            )
            await connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES ($1)", HEAD)  # noqa: S608 - a constant
    except asyncpg.InsufficientPrivilegeError as exc:
        raise ProviderError(
            f"the schema {where.schema} of {where} is empty and this account may not make tables; "
            f"run `wfe db upgrade --store …` with one that may ({exc})"
        ) from exc
