from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.services.postgres import Postgres
from tests.waiting import PATIENCE
from wfe_core.errors import ProviderError, ProviderUnavailableError, SchemaOutdatedError
from wfe_postgres import open_providers
from wfe_sql.revisions import HEAD

pytestmark = pytest.mark.postgres

Url = Callable[..., str]


def schema_of(url: str) -> str:
    """The schema that a URL names."""
    return parse_qs(urlsplit(url).query)["schema"][0]


async def test_an_empty_schema_is_filled_once(url: Url) -> None:
    """Hosts that start at the same time make the tables together, in the schema of the URL."""
    stores = [open_providers(url()).store for _ in range(4)]
    await asyncio.gather(*(store.__aenter__() for store in stores))
    infos = [store.schema for store in stores]
    await asyncio.gather(*(store.__aexit__(None, None, None) for store in stores))
    assert {info.revision for info in infos if info is not None} == {HEAD}
    async with open_providers(url()).store as store:
        assert await store.instances(["nobody"]) == {}


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("9999", "to the newer version of wfe that made"),
        ("base", "stop the hosts of .* and run `wfe db upgrade`"),
    ],
)
async def test_another_schema_is_refused(url: Url, admin: Any, revision: str, message: str) -> None:
    """Tables of another version are never written to."""
    async with open_providers(url()).store:
        pass
    await admin.execute(f'UPDATE "{schema_of(url())}".wfe_schema SET version_num = $1', revision)
    with pytest.raises(SchemaOutdatedError, match=message):
        await open_providers(url()).store.__aenter__()


async def test_tables_of_another_program_are_left_alone(url: Url, admin: Any) -> None:
    """A schema that has a table of that name belongs to somebody else."""
    name = schema_of(url())
    await admin.execute(f'CREATE SCHEMA "{name}"')
    await admin.execute(f'CREATE TABLE "{name}".workflow (x int)')
    with pytest.raises(ProviderError, match="has a table 'workflow' of another program"):
        await open_providers(url()).store.__aenter__()


async def test_an_account_without_rights_works_on_tables_that_are_there(
    url: Url, admin: Any, server: Postgres
) -> None:
    """Such an account cannot make tables, and says who can; with tables made by another it needs no more."""
    role = f"r_{secrets.token_hex(4)}"
    name = schema_of(url())
    await admin.execute(f'CREATE ROLE "{role}" LOGIN')
    theirs = url().replace("wfe@", f"{role}@")
    with pytest.raises(ProviderError, match="this account may not make tables; run `wfe db upgrade"):
        await open_providers(theirs).store.__aenter__()
    async with open_providers(url()).store:
        await admin.execute(f'GRANT USAGE ON SCHEMA "{name}" TO "{role}"')
        await admin.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA "{name}" TO "{role}"')
        await admin.execute(f'GRANT ALL ON ALL SEQUENCES IN SCHEMA "{name}" TO "{role}"')
    async with open_providers(theirs).store as store:
        assert await store.owners() == set()


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (("@127.0.0.1", "@127.0.0.1:1"), ProviderUnavailableError, "cannot be reached: does the server run"),
        (("/postgres?", "/nowhere?"), ProviderError, "there is no such database; create it"),
        (("wfe@", "nobody@"), ProviderError, "the server refuses this account"),
    ],
)
async def test_a_connection_that_fails_says_why(
    url: Url, change: tuple[str, str], kind: type[ProviderError], message: str
) -> None:
    """Each names the server and a remedy, and has the driver's error as its cause."""
    old, new = change
    port = f":{urlsplit(url()).port}" if ":1" in new else ""
    with pytest.raises(kind, match=message) as caught:
        await open_providers(url(connect_timeout="60s").replace(old + port, new)).store.__aenter__()
    assert caught.value.__cause__ is not None


async def test_cut_connections_are_replaced(url: Url, admin: Any) -> None:
    """After the server has ended every connection, reading works at once, and hints come again."""
    providers = open_providers(url())
    async with providers.store as store, providers.queue as queue:
        await queue.listen(["a"])
        for _ in range(3):
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'wfe' AND pid <> pg_backend_pid()"
            )
            assert await store.owners() == set()
        async with asyncio.timeout(PATIENCE):
            # None: something may have been missed, so the host sweeps.
            while await queue.dequeue(limit=1, wait=1) is not None:
                pass
