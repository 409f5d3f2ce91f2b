"""Who may come in, and how: certificates of the server and of an account, rights, and time limits."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
import pytest

from tests.services.certificates import certificates_or_skip
from tests.services.postgres import Postgres, own_postgres_or_skip
from tests.unit.providers.wfe_postgres.test_database import schema_of
from wfe_core import WorkflowBuilder, step
from wfe_core.errors import ProviderError, ProviderUnavailableError, SchemaOutdatedError
from wfe_host import WorkflowHost
from wfe_postgres import open_providers

pytestmark = [pytest.mark.signals, pytest.mark.postgres]

Url = Callable[..., str]

_ACCOUNTS = """
hostssl all wfe 127.0.0.1/32 trust
hostssl all worker 127.0.0.1/32 cert
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of the tests' own."""
    return certificates_or_skip(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def guarded(certificates: Path) -> Iterator[Postgres]:
    """A server that speaks nothing but TLS, and wants a certificate of the account `worker`."""
    found = own_postgres_or_skip(
        ssl="on", ssl_cert_file="../server.crt", ssl_key_file="../server.key", ssl_ca_file="../ca.crt"
    )
    server = found.own()
    (server.folder / "data" / "pg_hba.conf").write_text(_ACCOUNTS)
    for name in ("server.crt", "server.key", "ca.crt"):
        copy = server.folder / name
        shutil.copy(certificates / name, copy)
        copy.chmod(0o600)
        if server.user is not None:
            os.chown(copy, pwd.getpwnam(server.user).pw_uid, -1)
    found.start()
    yield found
    server.destroy(signal.SIGINT)


def tls(
    server: Postgres, folder: Path, *, host: str = "127.0.0.1", account: str = "wfe", **files: str
) -> str:
    """Give a URL that trusts an authority and checks the name."""
    options = {name: str(folder / file) for name, file in files.items()}
    where = f"postgresql://{account}@{host}:{server.own().port}/postgres"
    return f"{where}?{urlencode({'sslmode': 'verify-full', 'schema': 'flows', **options})}"


@step
async def work() -> dict[str, bool]:
    """Leave a mark."""
    return {"done": True}


async def test_a_host_works_over_tls_with_a_certificate_of_its_own(
    guarded: Postgres, certificates: Path
) -> None:
    """Every connection is encrypted: those of the pool, of the notifications and of the session."""
    admin = await asyncpg.connect(
        tls(guarded, certificates, sslrootcert="ca.crt").replace("&schema=flows", "")
    )
    await admin.execute("CREATE ROLE worker LOGIN; CREATE SCHEMA flows AUTHORIZATION worker")
    own = {"sslcert": "worker.crt", "sslkey": "worker.key", "sslrootcert": "ca.crt"}
    definition = WorkflowBuilder("flow").then(work).build()
    async with WorkflowHost.connect(tls(guarded, certificates, account="worker", **own)) as host:
        host.register(definition)
        assert await (await host.start(definition, {})).result() == {"done": True}
        rows = await admin.fetch(
            "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'worker'"
        )
        assert len(rows) >= 2
        assert {row[0] for row in rows} == {True}
    await admin.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sslrootcert": "other.crt"}, r"not trusted: give its authority as \?sslrootcert= .*verify failed"),
        (
            {"sslrootcert": "ca.crt", "host": "localhost"},
            "not trusted: .* and the name that it is made out to .*mismatch",
        ),
        ({"sslrootcert": "ca.crt", "account": "worker"}, "the server refuses this account"),
        ({"sslrootcert": "missing.crt"}, "missing or not what it should be"),
        ({"sslrootcert": "ca.crt", "sslcert": "server.crt"}, "missing or not what it should be"),
    ],
    ids=["authority", "name", "no-certificate", "missing", "key"],
)
async def test_what_is_wrong_with_a_certificate_is_told(
    guarded: Postgres, certificates: Path, given: dict[str, str], message: str
) -> None:
    """Each says what to look at, and does not call the server unreachable."""
    with pytest.raises(ProviderError, match=message) as caught:
        await open_providers(tls(guarded, certificates, **given)).store.__aenter__()
    assert not isinstance(caught.value, ProviderUnavailableError)


async def test_without_tls_the_server_lets_nobody_in(guarded: Postgres, certificates: Path) -> None:
    """An account that is asked for TLS cannot do without."""
    plain = tls(guarded, certificates).replace("verify-full", "disable")
    with pytest.raises(ProviderError, match="the server refuses this account"):
        await open_providers(plain).store.__aenter__()


async def test_a_statement_that_takes_too_long_is_ended(url: Url, admin: Any) -> None:
    """Every connection of a host has the time limit of its URL; the error says how to raise it."""
    name = schema_of(url())
    async with open_providers(url()).store as store:
        await store.put_definition("f", "d", 1, "text")
    # Less than it takes, however fast the machine is: somebody holds the lock.
    limited = open_providers(url(statement_timeout="200ms"))
    async with limited.store as store, admin.transaction():
        await admin.execute(f'LOCK TABLE "{name}".definition')
        with pytest.raises(
            ProviderUnavailableError, match=r"did not answer in time: raise \?statement_timeout="
        ):
            await store.get_definition("f")
    async with limited.store as store:
        assert await store.get_definition("f") == "text"


async def test_an_account_without_rights_is_told_to_upgrade_an_old_schema(url: Url, admin: Any) -> None:
    """The start only looks: it names the command, and has changed nothing."""
    name = schema_of(url())
    async with open_providers(url()).store:
        pass
    role = f"r_{os.urandom(4).hex()}"
    await admin.execute(f'CREATE ROLE "{role}" LOGIN; GRANT USAGE ON SCHEMA "{name}" TO "{role}"')
    await admin.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{name}" TO "{role}"')
    await admin.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{name}" TO "{role}"')
    theirs = url().replace("wfe@", f"{role}@")
    async with open_providers(theirs).store as store:
        assert await store.owners() == set()
    await admin.execute(f'UPDATE "{name}".wfe_schema SET version_num = $1', "base")
    with pytest.raises(SchemaOutdatedError, match="run `wfe db upgrade`"):
        await WorkflowHost.connect(theirs).start_up()
    assert await admin.fetchval(f'SELECT version_num FROM "{name}".wfe_schema') == "base"
