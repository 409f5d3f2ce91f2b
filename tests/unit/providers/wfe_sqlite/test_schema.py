"""What happens to a file with another schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from wfe_core.errors import ProviderError, SchemaOutdatedError
from wfe_core.ports import Providers, SessionInfo
from wfe_sql.revisions import HEAD, VERSION_TABLE
from wfe_sqlite import schema

Connect = Callable[..., AbstractAsyncContextManager[Providers]]


def mark(file: Path, revision: str | None) -> None:
    """Make a file that says it has this revision, and has nothing else."""
    connection = sqlite3.connect(file)
    connection.execute(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    if revision is not None:
        connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES (?)", (revision,))
    connection.commit()
    connection.close()


def copies(folder: Path) -> list[Path]:
    """The copies that migrations have made."""
    return list(folder.glob("*.schema-*"))


async def test_a_new_file_gets_the_newest_schema(file: Path, connect: Connect) -> None:
    """It is made from the compiled tables, and marked so that Alembic knows it."""
    for _ in range(2):
        async with connect() as host:
            assert await host.store.heads(["i"]) == {}
    assert sqlite3.connect(file).execute(f"SELECT * FROM {VERSION_TABLE}").fetchall() == [(HEAD,)]


async def test_a_newer_schema_is_refused(file: Path, connect: Connect) -> None:
    """A file of a newer version of wfe is not touched."""
    mark(file, "9999")
    with pytest.raises(
        SchemaOutdatedError, match=f"has schema 9999, this program needs {HEAD}; .*newer version"
    ):
        async with connect():
            pass


async def test_an_older_schema_is_migrated_after_a_copy(file: Path, connect: Connect) -> None:
    """On open, to the newest; the file as it was lies beside it."""
    mark(file, None)
    async with connect() as host:
        assert await host.store.heads(["i"]) == {}
    assert sqlite3.connect(file).execute(f"SELECT * FROM {VERSION_TABLE}").fetchall() == [(HEAD,)]
    copy = file.with_name("w.db.schema-base.1")
    assert sqlite3.connect(copy).execute(f"SELECT * FROM {VERSION_TABLE}").fetchall() == []


async def test_copies_do_not_overwrite_each_other(file: Path, connect: Connect) -> None:
    """Each migration has a copy of its own."""
    mark(file, None)
    sqlite3.connect(file.with_name("w.db.schema-base.1")).execute("CREATE TABLE kept (x)").connection.close()
    async with connect():
        pass
    names = [
        sqlite3.connect(file.with_name(f"w.db.schema-base.{n}"))
        .execute("SELECT name FROM sqlite_master")
        .fetchall()
        for n in (1, 2)
    ]
    assert (names[0], names[1][0]) == ([("kept",)], (VERSION_TABLE,))


async def test_a_file_in_use_is_not_migrated(file: Path, tmp_path: Path, connect: Connect) -> None:
    """The lock files tell that another host is alive, whatever the tables look like."""
    async with connect() as host:
        await host.locks.open_session(SessionInfo("s-1", "h", "m", "b", 0), ttl=10_000_000)
        host_folder = file.with_name("w.db.sessions")
        with pytest.raises(
            SchemaOutdatedError, match="all other hosts to be stopped, but session s-1 is alive"
        ):
            schema.migrate(file, host_folder, "base")
    assert not copies(tmp_path)


async def test_a_migration_that_fails_changes_nothing(file: Path, connect: Connect) -> None:
    """The error names the copy; the file is as it was."""
    mark(file, None)
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE workflow (id TEXT)")
    other.commit()
    with pytest.raises(ProviderError, match=r"already exists; nothing was changed, .*w\.db\.schema-base\.1"):
        async with connect():
            pass
    names = {row[0] for row in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {VERSION_TABLE, "workflow"}
    other.close()


async def test_memory_leaves_nothing_behind(connect: Connect) -> None:
    """A database in memory is new for each bundle, works with all connections, and goes with the bundle."""
    async with connect("sqlite:///:memory:") as one, connect("sqlite:///:memory:") as two:
        await one.store.put_definition("f", "d", 1, "text")
        assert await one.store.get_definition("f") == "text"
        assert await two.store.get_definition("f") is None
        folder = one.store._database.path.parent  # type: ignore[attr-defined]
        assert folder.name.startswith("wfe-memory-")
    assert not folder.exists()


@pytest.mark.parametrize(("wanted", "level"), [("full", 2), ("normal", 1)])
async def test_durability_is_as_the_url_says(file: Path, connect: Connect, wanted: str, level: int) -> None:
    """`full` syncs each commit; the file is in WAL mode, so readers never wait for the writer."""
    async with connect(f"sqlite:///{file}?durability={wanted}") as host:
        writer = host.store._database.writer  # type: ignore[attr-defined]

        def look(connection: sqlite3.Connection) -> list[object]:
            pragmas = ("synchronous", "journal_mode", "foreign_keys")
            return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]

        assert await writer.run(look, transaction=False) == [level, "wal", 0]
