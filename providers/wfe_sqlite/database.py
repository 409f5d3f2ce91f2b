"""One database file as this process sees it: its writer, its readers, its lock files."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import weakref
from pathlib import Path
from typing import Final

from wfe_core.clock import Clock, SystemClock, time_on_this_machine
from wfe_core.errors import ProviderError
from wfe_core.ports import SchemaInfo
from wfe_sql.revisions import HEAD
from wfe_sqlite import schema
from wfe_sqlite.location import Durability, Location, check_place
from wfe_sqlite.post import Post
from wfe_sqlite.readers import Readers
from wfe_sqlite.turns import WriterLock
from wfe_sqlite.writer import Job, T, Writer

_PATIENCE: Final = 60.0
"""Seconds to wait for another process that writes."""
_OLDEST: Final = (3, 35, 0)
"""The first SQLite that knows all we use (UPDATE FROM, window functions, RETURNING)."""
_CHECKPOINT_PAGES: Final = 4_000
_CACHE_KIB: Final = 8_000
_JOURNAL_BYTES: Final = 64 * 1024 * 1024


class Database:
    """Shared by the providers of one bundle: opened by the first that is entered, closed by the last.

    Args:
        location: where the file is; without a path it is a temporary file that goes with the database.
        clock: the host's; the store's time is the machine's, unless this is one that a test moves.
    """

    def __init__(self, location: Location, clock: Clock | None = None) -> None:
        self.clock: Clock = SystemClock() if clock is None else clock
        self.post: Post | None = None
        """Where messages to other processes go, while somebody receives some here."""
        self.schema: SchemaInfo | None = None
        """The schema, once the file has been opened."""
        self._time = time_on_this_machine(clock)
        self._location = location
        self._users = 0
        self._receivers = 0
        self._opening = asyncio.Lock()
        self._parts: _Parts | None = None

    @property
    def path(self) -> Path:
        """The file.

        Raises:
            ProviderError: the database is not open.
        """
        return self._open_parts().path

    @property
    def folder(self) -> Path:
        """The folder beside the file with the lock files."""
        return _folder(self.path)

    @property
    def writer(self) -> Writer:
        """The one that writes."""
        return self._open_parts().writer

    @property
    def keeper(self) -> Writer:
        """Another one, for sessions only: a host must be able to renew its session whatever else goes on."""
        return self._open_parts().keeper

    @property
    def readers(self) -> Readers:
        """Those that read."""
        return self._open_parts().readers

    def now(self) -> int:
        """The store's time: that of the test clock, or of this machine, which all its users share."""
        return self._time()

    async def write(self, job: Job[T], *, low: bool = False) -> T:
        """Run a job in a transaction of the writer."""
        return await self.writer.run(job, low=low)

    async def open(self) -> None:
        """Open the file for one more user.

        Raises:
            ProviderError: it cannot be opened.
        """
        async with self._opening:
            if self._parts is None:
                self._parts = await self._open()
            self._users += 1

    async def close(self) -> None:
        """Close the file when its last user leaves."""
        async with self._opening:
            self._users -= 1
            if not self._users and self._parts is not None:
                parts, self._parts = self._parts, None
                await parts.close()

    async def join_post(self) -> Post:
        """Receive messages of other processes, for one more of the providers."""
        async with self._opening:
            if self.post is None:
                self.post = Post(self.path)
                await self.post.open()
            self._receivers += 1
            return self.post

    async def leave_post(self) -> None:
        """Stop receiving when the last one leaves."""
        async with self._opening:
            self._receivers -= 1
            if not self._receivers and self.post is not None:
                post, self.post = self.post, None
                await post.close()

    async def _open(self) -> _Parts:
        if sqlite3.sqlite_version_info < _OLDEST:
            oldest = ".".join(map(str, _OLDEST))
            raise ProviderError(f"SQLite {sqlite3.sqlite_version} is too old: {oldest} or newer is needed")
        path, temporary = await asyncio.to_thread(_settle, self._location.path)
        connector = _Connector(path, self._location.durability)
        parts = _Parts(
            path=path,
            temporary=temporary,
            writer=Writer("wfe-sqlite-writer", path, connector.writing, self.clock),
            keeper=Writer("wfe-sqlite-sessions", path, connector.writing, self.clock),
            readers=Readers(path, connector.reading, self.clock),
        )
        try:
            outdated = await parts.writer.run(lambda connection: schema.ensure(connection, path))
            self.schema = SchemaInfo(HEAD)
            if outdated is not None:
                copy = await parts.writer.run(lambda _: connector.migrate(outdated), transaction=False)
                self.schema = SchemaInfo(HEAD, outdated, str(copy))
        except BaseException:
            await parts.close()
            raise
        return parts

    def _open_parts(self) -> _Parts:
        if self._parts is None:
            raise ProviderError("the store is not open: use it inside `async with`")
        return self._parts


class _Parts:
    """What is there while the database is open."""

    def __init__(
        self, *, path: Path, temporary: Path | None, writer: Writer, keeper: Writer, readers: Readers
    ) -> None:
        self.path = path
        self.writer = writer
        self.keeper = keeper
        self.readers = readers
        # Also when nobody closes it.
        self._remove = None if temporary is None else weakref.finalize(self, _remove_folder, temporary)

    async def close(self) -> None:
        """Close everything; what was begun is finished."""
        await self.readers.close()
        await self.keeper.close()
        await self.writer.close()
        if self._remove is not None:
            await asyncio.to_thread(self._remove)


class _Connector:
    """Opens connections, in the threads that will use them."""

    def __init__(self, path: Path, durability: Durability) -> None:
        self._path = path
        self._durability = durability

    def writing(self) -> tuple[sqlite3.Connection, WriterLock]:
        """Open a connection that writes, and its lock.

        Raises:
            ProviderError: the file cannot be there.
        """
        check_place(self._path)
        folder = _folder(self._path)
        try:
            folder.mkdir(exist_ok=True)
            lock = WriterLock(folder, patience=_PATIENCE)
        except OSError as exc:
            raise ProviderError(
                f"cannot open {self._path}: its folder cannot be written ({exc}); check the permissions"
            ) from exc
        try:
            return self._connect(lock), lock
        except BaseException:
            lock.close()
            raise

    def migrate(self, found: str) -> Path:
        """Bring an older schema up to date, while no other process writes; gives the copy made before."""
        folder = _folder(self._path)
        lock = WriterLock(folder, patience=_PATIENCE)
        try:
            with lock:
                return schema.migrate(self._path, folder, found)
        finally:
            lock.close()

    def reading(self) -> sqlite3.Connection:
        """Open a connection that reads."""
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE
        )
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def _connect(self, lock: WriterLock) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=_PATIENCE,
        )
        try:
            with lock:
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._durability}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_BYTES}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            connection.close()
            raise
        return connection


def _settle(path: Path | None) -> tuple[Path, Path | None]:
    """Give the true path of the file, by which all processes know it, and its folder if it is temporary."""
    if path is not None:
        return path.resolve(), None
    temporary = Path(tempfile.mkdtemp(prefix="wfe-memory-"))
    return temporary / "wfe.db", temporary


def _folder(path: Path) -> Path:
    return path.with_name(path.name + ".sessions")


def _remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
