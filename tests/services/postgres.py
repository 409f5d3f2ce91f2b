"""PostgreSQL for the tests: the server that WFE_TEST_POSTGRES names, or a local one of their own."""

from __future__ import annotations

import asyncio
import atexit
import os
import pwd
import re
import secrets
import signal
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

import asyncpg
import pytest

from tests.services.local import LocalServer, UnavailableError, program
from tests.waiting import PATIENCE

_SETTINGS = {
    # What the kernel has outlives the server however that ends; only the power of the machine must not fail.
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "autovacuum_naptime": "5s",
    "shared_preload_libraries": "",
}

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1"
_KEPT = ("wfe_schema", "search_cursor")


class Postgres:
    """A server on which each test has a schema of its own.

    Attributes:
        base: its URL, without options.
        server: the process, when it is the tests' own; else it must not be restarted.
    """

    def __init__(self, base: str, server: LocalServer | None = None, ready: str = "") -> None:
        self.base = base
        self.server = server
        self._ready = ready
        self._free: list[str] = []

    def url(self, schema: str, **options: str) -> str:
        """Give the URL of a schema."""
        joint = "&" if "?" in self.base else "?"
        return f"{self.base}{joint}{urlencode({'schema': schema, **options})}"

    def lease(self) -> str:
        """Name a schema for one test: a new one, or one that was emptied (its tables are still there)."""
        return self._free.pop() if self._free else f"t_{secrets.token_hex(8)}"

    async def give_back(self, schema: str) -> None:
        """Empty a schema that was leased, so that another test can have it."""
        connection = await asyncpg.connect(self.base)
        try:
            tables = await connection.fetch(_TABLES, schema)
            # Truncating takes a new file for each table, a hundred times as long as deleting a few rows.
            emptied = [f'DELETE FROM "{schema}"."{row[0]}"' for row in tables if row[0] not in _KEPT]
            renewed = f'UPDATE "{schema}".search_cursor SET seq = 0'
            await connection.execute("; ".join(["SET lock_timeout = '5s'", *emptied, renewed]))
            self._free.append(schema)
        except (asyncpg.LockNotAvailableError, asyncpg.UndefinedTableError):
            # Somebody still uses it, or nobody ever did: the next test gets another one.
            pass
        finally:
            await connection.close()

    def own(self) -> LocalServer:
        """The process.

        Raises:
            UnavailableError: it belongs to somebody else.
        """
        if self.server is None:
            raise UnavailableError("the server belongs to somebody else: it is not restarted")
        return self.server

    async def restart_meanwhile(self) -> None:
        """Restart the server in fast mode while the loop goes on."""
        await asyncio.to_thread(self.restart)

    def restart(self, how: int = signal.SIGINT) -> None:
        """Stop the server (SIGINT: fast, SIGQUIT: immediate, as in a crash) and start it again."""
        server = self.own()
        server.signal(how)
        server.wait()
        self.start()

    def start(self) -> None:
        """Start the tests' own server."""
        server = self.server
        if server is not None:
            # It answers before it lets anybody in.
            where = "127.0.0.1" if "@127" in self.base else str(server.folder)
            asked = [self._ready, "-q", "-h", where, "-p", str(server.port)]
            server.start(lambda: subprocess.run(asked, check=False, timeout=PATIENCE).returncode == 0)


def own_postgres(network: str = "", **settings: str) -> Postgres:
    """Make a server of somebody's own, not started yet; it ends with this process, or by `server.destroy`.

    Args:
        network: the name of a network namespace to run in; it is reached through a socket in its folder then.
        settings: over the usual ones, as in its configuration file.

    Raises:
        UnavailableError: it is not installed.
    """
    binary = Path(_binary())
    words = [part for name, value in {**_SETTINGS, **settings}.items() for part in ("-c", f"{name}={value}")]
    before: list[str] = []
    server = LocalServer(
        "postgres",
        lambda folder, port: [*before, str(binary), "-D", str(folder / "data"), "-p", str(port), *words],
        unprivileged=True,
    )
    atexit.register(server.destroy, signal.SIGINT)
    initdb, ready = (str(binary.resolve().with_name(name)) for name in ("initdb", "pg_isready"))
    data = str(server.folder / "data")
    made = subprocess.run(
        [initdb, "-D", data, "-U", "wfe", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        cwd=server.folder,
        user=server.user,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    if made.returncode:
        raise UnavailableError(f"initdb failed: {made.stderr.decode('utf-8', 'replace')[-1_000:]}")
    if network:
        # Only root may enter it, and the server must not be root.
        entered = [program("nsenter"), f"--net=/run/netns/{network}"]
        account = pwd.getpwnam(server.user or "root")
        before += [*entered, f"--setuid={account.pw_uid}", f"--setgid={account.pw_gid}", "--"]
        words += ["-c", f"unix_socket_directories={server.folder}"]
        server.user = None
        base = f"postgresql://wfe@/postgres?host={quote(str(server.folder))}&port={server.port}"
        return Postgres(base, server, ready)
    return Postgres(f"postgresql://wfe@127.0.0.1:{server.port}/postgres", server, ready)


@cache
def postgres() -> Postgres:
    """Find or start the server; it lives as long as this process.

    Raises:
        UnavailableError: there is none.
    """
    given = os.environ.get("WFE_TEST_POSTGRES")
    if given:
        return Postgres(given.partition("?")[0])
    found = own_postgres()
    found.start()
    return found


def postgres_or_skip() -> Postgres:
    """Find or start the server, or skip the test that needs it."""
    try:
        return postgres()
    except UnavailableError as exc:
        pytest.skip(f"no PostgreSQL: {exc}")


def own_postgres_or_skip(**settings: str) -> Postgres:
    """Give a server of a test's own, not started yet, or skip the test that needs it."""
    try:
        return own_postgres(**settings)
    except UnavailableError as exc:
        pytest.skip(f"no PostgreSQL: {exc}")


def has_library(name: str) -> bool:
    """Whether the server that `own_postgres` starts can load a library of its `contrib` folder."""
    config = Path(_binary()).resolve().with_name("pg_config")
    if not config.exists():
        return False
    asked = subprocess.run([str(config), "--pkglibdir"], capture_output=True, text=True, check=True)
    return (Path(asked.stdout.strip()) / f"{name}.so").exists()


def _binary() -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return program("postgres", folders=folders)


def _version(folder: Path) -> int:
    match = re.search(r"\d+", folder.parent.name)
    return int(match[0]) if match else 0
