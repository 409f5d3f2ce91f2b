"""The schema of a database: made when it is empty and we may, checked when it is not, migrated when asked."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg

from wfe_core.errors import ProviderError, SchemaOutdatedError
from wfe_core.ports import SchemaInfo
from wfe_postgres.location import Location
from wfe_sql.generated import postgresql as sql
from wfe_sql.revisions import BASE, HEAD, REVISIONS, VERSION_TABLE

logger: logging.Logger = logging.getLogger("wfe.postgres")

_OLDEST: Final = 140_000
_LOCK: Final = 0x77666500
"""Key of the advisory lock that lets only one host at a time make or change the tables."""
_LOCKED: Final = f"SELECT pg_advisory_xact_lock({_LOCK})"
_FOUND: Final = (
    "SELECT to_regclass($1) IS NOT NULL,"
    " EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = $2 AND tablename = 'workflow')"
)
_LIVING: Final = (
    "SELECT host FROM session WHERE gone IS NULL"
    " AND expires > extract(epoch FROM clock_timestamp()) * 1000000 ORDER BY host"
)
_NEXT: Final = "(pg_snapshot_xmax(pg_current_snapshot())::text::bigint << 20)"
"""The lowest number that a row of the outbox can be given from now on (`wfe_sql.statements.postgres`)."""
_AHEAD: Final = f"SELECT coalesce((SELECT max(seq) FROM outbox) >= {_NEXT}, false)"  # noqa: S608 - a constant
_RENUMBER: Final = (
    "DELETE FROM outbox",
    "UPDATE search_cursor SET seq = 0",
    "DELETE FROM cache WHERE key LIKE 'cursor:%' OR key = 'outbox:trimmed'",
)

SEARCH_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS search_doc
    (instance_id TEXT PRIMARY KEY, revision BIGINT NOT NULL, words TSVECTOR NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS search_words ON search_doc USING gin (words)",
    """CREATE TABLE IF NOT EXISTS search_cursor
    (one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), seq BIGINT NOT NULL)""",
    "INSERT INTO search_cursor (seq) VALUES (0) ON CONFLICT DO NOTHING",
)
"""The index of words, which can be made anew from the other tables at any time."""
ROOM: Final = tuple(f"ALTER TABLE {table} SET (fillfactor = 70)" for table in ("workflow", "data"))
"""Keep room on each page for the next versions of its rows, which most checkpoints write: there they need no
new entries in the indexes, and are cleaned up without a vacuum. It belongs to no revision, as it changes
nothing of what the tables hold."""


async def ensure(connection: Any, where: Location) -> None:
    """Make sure that the schema has the tables this program needs; an empty one is filled.

    Raises:
        SchemaOutdatedError: the tables are older or newer than this program.
        ProviderError: the server is too old, or the tables cannot be made.
    """
    await _check_server(connection)
    found = await revision(connection, where)
    if found is None:
        await _create(connection, where)
    elif found != HEAD:
        raise _outdated(found, where)
    elif await connection.fetchval(_AHEAD):
        await _renumber(connection, where)


async def upgrade(connect: Callable[[], Awaitable[Any]], where: Location) -> SchemaInfo:
    """Bring the schema to the revision of this program: all of it or nothing.

    Args:
        connect: opens a connection of the driver.
        where: for messages.

    Raises:
        SchemaOutdatedError: the tables are newer than this program, or hosts are at work on them.
        ProviderError: the tables cannot be made or changed.
    """
    connection = await connect()
    try:
        await _check_server(connection)
        found = await revision(connection, where)
        if found is None:
            await _create(connection, where)
        elif found not in {BASE, *REVISIONS}:
            raise _outdated(found, where)
        elif found not in {HEAD, BASE} and (living := await connection.fetch(_LIVING)):
            names = ", ".join(sorted({row[0] for row in living}))
            raise SchemaOutdatedError(found, HEAD, f"stop the hosts of {where} first: {names}")
    finally:
        await connection.close()
    if found in {None, HEAD}:
        return SchemaInfo(HEAD)
    await _migrate(connect, where)
    return SchemaInfo(HEAD, upgraded_from=found)


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


async def _check_server(connection: Any) -> None:
    number = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
    if number < _OLDEST:
        raise ProviderError(f"PostgreSQL {number // 10_000} is too old: 14 or newer is needed")


def _outdated(found: str, where: Location) -> SchemaOutdatedError:
    if found in {BASE, *REVISIONS}:
        return SchemaOutdatedError(found, HEAD, f"stop the hosts of {where} and run `wfe db upgrade`")
    return SchemaOutdatedError(
        found, HEAD, f"update this program to the newer version of wfe that made {where}"
    )


async def _create(connection: Any, where: Location) -> None:
    """Make all tables in an empty schema, unless somebody else is quicker."""
    try:
        async with connection.transaction():
            await connection.execute(_LOCKED)
            if await revision(connection, where) is not None:
                return
            # Whoever may fill a schema may not always make one, and would be refused even if it is there.
            there = await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", f'"{where.schema}"')
            if not there:
                await connection.execute(f'CREATE SCHEMA "{where.schema}"')
            for statement in (*sql.TABLES, *SEARCH_TABLES, *ROOM):
                await connection.execute(statement)
            # What Alembic would make, so that later migrations find their start.
            await connection.execute(
                f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
            )
            await connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES ($1)", HEAD)  # noqa: S608 - a constant
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError) as exc:
        raise ProviderError(
            f"the schema {where.schema} of {where} is empty and this account may not make tables; "
            f"run `wfe db upgrade --store …` with one that may ({exc})"
        ) from exc


async def _migrate(connect: Callable[[], Awaitable[Any]], where: Location) -> None:
    """Run the migrations that are due, in one transaction."""
    # They take a third of a second to import, and are hardly ever needed.
    from sqlalchemy import exc as errors  # noqa: PLC0415
    from sqlalchemy import text  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    from wfe_sql.migrate import upgrade as run_migrations  # noqa: PLC0415

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(_LOCKED))
            await connection.run_sync(run_migrations)
            for statement in (*SEARCH_TABLES, *ROOM):
                await connection.execute(text(statement))
    except errors.DBAPIError as exc:
        raise ProviderError(
            f"the schema {where.schema} of {where} could not be upgraded, and is as it was: {exc.orig}"
        ) from exc
    finally:
        await engine.dispose()


async def _renumber(connection: Any, where: Location) -> None:
    """Let everybody who follows the outbox begin anew: the tables have come from another server.

    Its numbers begin with the ids of transactions, and this server has given only lower ones yet: what is
    committed from now on would sort before what all readers have seen.
    """
    async with connection.transaction():
        await connection.execute(_LOCKED)
        if await connection.fetchval(_AHEAD):
            for statement in _RENUMBER:
                await connection.execute(statement)
            logger.warning(
                "the tables in schema %s of %s have come from another server: whoever follows the outbox "
                "begins anew",
                where.schema,
                where,
            )
