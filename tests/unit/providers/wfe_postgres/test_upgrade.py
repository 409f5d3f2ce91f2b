"""One chain of migrations for both dialects: what it does to a schema of PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.services.postgres import Postgres
from tests.unit.providers.wfe_postgres.test_database import schema_of
from wfe_core.errors import ProviderError, SchemaOutdatedError
from wfe_core.ports import SessionInfo
from wfe_postgres import open_providers, schema
from wfe_sql import migrate
from wfe_sql.revisions import HEAD, VERSION_TABLE

pytestmark = pytest.mark.postgres

Url = Callable[..., str]


async def described(admin: Any, name: str) -> dict[str, Any]:
    """All tables and indexes of a schema, and how their pages are filled."""
    columns = await admin.fetch(
        "SELECT table_name, column_name, data_type, is_nullable, replace(column_default, $1, 's')"
        " FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, column_name",
        name,
    )
    indexes = await admin.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY 1", name)
    filled = await admin.fetch(
        "SELECT relname, reloptions FROM pg_class WHERE relnamespace = to_regnamespace($1)"
        " AND reloptions IS NOT NULL ORDER BY relname",
        f'"{name}"',
    )
    return {
        "filled": [tuple(row) for row in filled],
        "columns": [tuple(row) for row in columns],
        "indexes": [row[0].replace(name, "s") for row in indexes],
    }


async def as_before_the_first(admin: Any, name: str) -> None:
    """Make a schema that says it has no revision yet."""
    await admin.execute(f'CREATE SCHEMA "{name}"')
    await admin.execute(f'CREATE TABLE "{name}".{VERSION_TABLE} (version_num VARCHAR(32) PRIMARY KEY)')


async def test_the_chain_leads_to_the_tables_of_a_new_schema(url: Url, admin: Any, server: Postgres) -> None:
    """A schema that was migrated from the beginning is like one that was made at once."""
    old = schema_of(url())
    await as_before_the_first(admin, old)
    with pytest.raises(SchemaOutdatedError, match="run `wfe db upgrade`"):
        await open_providers(url()).store.__aenter__()
    info = await open_providers(url()).store.upgrade()
    assert info is not None
    assert (info.upgraded_from, info.revision) == ("base", HEAD)
    fresh = f"t_{secrets.token_hex(8)}"
    made = await open_providers(server.url(fresh)).store.upgrade()
    assert made is not None
    assert made.upgraded_from is None
    assert await described(admin, old) == await described(admin, fresh)
    async with open_providers(url()).store as store:
        assert await store.owners() == set()


async def test_an_older_schema_is_migrated_when_its_hosts_have_stopped(
    url: Url, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are not changed while a host is at work on them; afterwards they are, and keep rows."""
    name = schema_of(url())
    providers = open_providers(url())
    async with providers.store as store, providers.locks as locks:
        await store.put_definition("f", "d", 1, "text")
        await admin.execute(f'UPDATE "{name}".{VERSION_TABLE} SET version_num = $1', "0000")
        # As if this program came after another revision, which changes one table.
        monkeypatch.setattr(schema, "REVISIONS", ("0000", HEAD))
        monkeypatch.setattr(migrate, "upgrade", _add_a_column)
        await locks.open_session(SessionInfo("s-1", "host-a", "m", "b", 0), ttl=60_000_000)
        with pytest.raises(SchemaOutdatedError, match=r"stop the hosts of .* first: host-a"):
            await open_providers(url()).store.upgrade()
        await locks.close_session("s-1")
    info = await open_providers(url()).store.upgrade()
    assert info is not None
    assert info.upgraded_from == "0000"
    row = await admin.fetchrow(f'SELECT source, added FROM "{name}".definition')
    assert tuple(row) == ("text", 7)


def _add_a_column(connection: Any) -> None:
    connection.exec_driver_sql("ALTER TABLE definition ADD COLUMN added INT NOT NULL DEFAULT 7")
    connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{HEAD}'")


async def test_a_migration_that_fails_changes_nothing(url: Url, admin: Any) -> None:
    """It is one transaction: half a schema is never seen."""
    name = schema_of(url())
    await as_before_the_first(admin, name)
    await admin.execute(f'CREATE TABLE "{name}".workflow (id TEXT)')
    with pytest.raises(ProviderError, match=r"could not be upgraded, and is as it was: .*already exists"):
        await open_providers(url()).store.upgrade()
    found = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", name)
    assert [row[0] for row in found] == [VERSION_TABLE, "workflow"]


async def test_a_newer_schema_is_not_upgraded(url: Url, admin: Any) -> None:
    """Nobody goes back by a slip."""
    async with open_providers(url()).store:
        pass
    await admin.execute(f'UPDATE "{schema_of(url())}".{VERSION_TABLE} SET version_num = $1', "9999")
    with pytest.raises(SchemaOutdatedError, match="update this program to the newer version"):
        await open_providers(url()).store.upgrade()


async def test_an_account_that_may_fill_a_schema_need_not_make_one(
    url: Url, admin: Any, server: Postgres
) -> None:
    """CREATE on the schema is enough; the right to make schemas is not asked for."""
    role, name = f"r_{secrets.token_hex(4)}", schema_of(url())
    await admin.execute(f'CREATE ROLE "{role}" LOGIN')
    await admin.execute(f'CREATE SCHEMA "{name}" AUTHORIZATION "{role}"')
    theirs = url(application_name="theirs").replace("wfe@", f"{role}@")
    async with open_providers(theirs).store as store:
        assert await store.owners() == set()
        used = await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'theirs' AND usename = $1", role
        )
        assert used == 1


async def test_tables_from_another_server_are_followed_anew(url: Url, admin: Any) -> None:
    """After a dump was restored the outbox is numbered by lower transactions: readers begin again."""
    name = schema_of(url())
    async with open_providers(url()).store as store:
        await store.move_cursor("index", None, 1 << 60)
        await admin.execute(f"INSERT INTO \"{name}\".outbox VALUES ({1 << 60}, 'i', 'd', 1, '')")
        await admin.execute(f'UPDATE "{name}".search_cursor SET seq = {1 << 60}')
    async with open_providers(url()).store as store:
        assert await store.cursor("index") is None
        assert await store.newest_change() < 1 << 60
        assert await admin.fetchval(f'SELECT seq FROM "{name}".search_cursor') == 0
