"""Errors of SQLite become ProviderErrors that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import Checkpoint, InstanceRecord, Providers
from wfe_sqlite.database import Database
from wfe_sqlite.failures import is_value_error, translate

Connect = Callable[..., AbstractAsyncContextManager[Providers]]


def database_of(providers: Providers) -> Database:
    """The database behind a bundle."""
    found: Database = providers.store._database  # type: ignore[attr-defined]
    return found


def write(file: Path, content: bytes) -> None:
    """Make a file that is no database."""
    file.write_bytes(content)


def content(file: Path) -> bytes:
    """What is in a file."""
    return file.read_bytes()


def damage(file: Path) -> None:
    """Spoil all pages but the first."""
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 200] = b"\xde\xad" * 100
    file.write_bytes(content)


def instance(name: str, **more: object) -> Checkpoint:
    """Begin an instance."""
    record = InstanceRecord(name, "order", 1, "f", "runnable", 1, name, owner="s", fence=1, revision=1)
    for key, value in more.items():
        setattr(record, key, value)
    return Checkpoint(record, create=True)


async def test_a_file_that_is_no_database(file: Path, connect: Connect) -> None:
    """Somebody else's file is not touched."""
    diary = b"dear diary, " * 1_000
    write(file, diary)
    with pytest.raises(ProviderError, match="is not a SQLite database; choose another file name") as caught:
        async with connect():
            pass
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)
    assert content(file) == diary


async def test_another_programs_database(file: Path, connect: Connect) -> None:
    """A database with tables that are not ours is left alone."""
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(ProviderError, match="is the database of another program; choose another file"):
        async with connect():
            pass
    assert sqlite3.connect(file).execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


async def test_a_damaged_file(file: Path, connect: Connect) -> None:
    """Damage is said as such, with what can be done about it."""
    async with connect() as host:
        await host.store.commit([instance(f"i{n}") for n in range(500)], now=1)
    damage(file)
    with pytest.raises(
        ProviderError, match=r"the file is damaged; restore a copy, or try `sqlite3 FILE .recover`"
    ):
        async with connect() as host:
            await host.store.instances(["i1"])


async def test_a_full_disk(host: Providers) -> None:
    """What does not fit is rolled back as a whole; once there is room the same commit goes through."""
    database = database_of(host)
    await database.writer.run(lambda c: c.execute("PRAGMA max_page_count = 100").close(), transaction=False)
    checkpoint = instance("i")
    checkpoint.data["k"] = '"' + "x" * 1_000_000 + '"'
    with pytest.raises(ProviderUnavailableError, match="the disk is full; free some space") as caught:
        await host.store.commit([checkpoint, instance("j")], now=1)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert await host.store.instances(["i", "j"]) == {}
    await database.writer.run(
        lambda c: c.execute("PRAGMA max_page_count = 100000").close(), transaction=False
    )
    outcomes = await host.store.commit([checkpoint, instance("j")], now=1)
    assert [outcome.status for outcome in outcomes] == ["committed"] * 2


async def test_a_folder_that_cannot_be_written(file: Path, connect: Connect) -> None:
    """The lock files need a folder beside the file."""
    write(file.with_name("w.db.sessions"), b"in the way")
    with pytest.raises(ProviderError, match=r"its folder cannot be written .*; check the permissions"):
        async with connect():
            pass


async def test_somebody_who_does_not_know_our_locks(
    file: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program that holds SQLite's own lock is waited for, and named when it does not end."""
    monkeypatch.setattr("wfe_sqlite.database._PATIENCE", 0.05)
    async with connect() as host:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProviderUnavailableError, match="locked by another program"):
            await host.store.commit([instance("i")], now=1)
        other.close()
        assert [o.status for o in await host.store.commit([instance("i")], now=1)] == ["committed"]


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("SQLITE_READONLY_DIRECTORY", ProviderError, "check the permissions"),
        ("SQLITE_CANTOPEN", ProviderError, "check the path"),
        ("SQLITE_IOERR_FSYNC", ProviderUnavailableError, "the disk does not read or write"),
        ("SQLITE_SOMETHING_NEW", ProviderError, r"failed: oops \(SQLITE_SOMETHING_NEW\)"),
        (None, ProviderError, "failed: oops$"),
    ],
)
def test_errors_are_named_by_their_codes(code: str | None, kind: type[ProviderError], text: str) -> None:
    """What may pass is `ProviderUnavailableError`; the file is named in each message."""
    error = sqlite3.OperationalError("oops")
    if code is not None:
        error.sqlite_errorname = code
    translated = translate(error, Path("/x/w.db"))
    assert type(translated) is kind
    assert "/x/w.db" in str(translated)
    with pytest.raises(kind, match=text):
        raise translated


def test_only_values_are_the_callers_fault() -> None:
    """A number too large and an unknown type are values; a missing table is a mistake of ours."""
    connection = sqlite3.connect(":memory:")
    for values in ((2**63,), ("\ud83d",), (object(),)):
        with pytest.raises(Exception, match=r".+") as caught:
            connection.execute("SELECT ?", values)
        assert is_value_error(caught.value)
    for sql in ("SELECT * FROM missing", "SELECT ?"):
        with pytest.raises(sqlite3.Error) as error:
            connection.execute(sql)
        assert not is_value_error(error.value)


async def test_a_closed_store_says_so(connect: Connect) -> None:
    """Before it is entered and after it was left there is nothing to ask."""
    async with connect() as host:
        store, readers = host.store, database_of(host).readers
        writer = database_of(host).writer
    for call in (store.heads(["i"]), store.commit([instance("i")], now=1)):
        with pytest.raises(ProviderError, match="not open: use it inside `async with`"):
            await call
    with pytest.raises(ProviderError, match="is closed"):
        await readers.fetch("SELECT 1")
    with pytest.raises(ProviderError, match="is closed"):
        await writer.run(lambda _: None)
    await writer.close()


async def test_an_old_sqlite_is_refused(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better said at once than found out by a syntax error."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))
    with pytest.raises(ProviderError, match=r"too old: 3\.35\.0 or newer is needed"):
        async with connect():
            pass
