"""One database as this process sees it: its pool of connections, its transactions, its time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

import asyncpg

from wfe_core.clock import Clock, SystemClock
from wfe_core.errors import ProviderError
from wfe_core.ports import SchemaInfo
from wfe_postgres import schema
from wfe_postgres.failures import is_unreachable, repeats, translate
from wfe_postgres.location import Location
from wfe_sql.statement import Statement

T = TypeVar("T")
Row = Sequence[Any]

_REPEATS: Final = 20
"""How often a transaction that lost against others is repeated."""
_STILL: Final = "5s"
_CUT: Final = 3
"""How often reading is tried again on another connection."""
STORE_TIME: Final = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
DRIVER_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


class Session:
    """A connection in use: runs compiled statements."""

    __slots__ = ("connection",)

    def __init__(self, connection: Any) -> None:
        self.connection: Any = connection

    async def fetch(self, statement: Statement, rows: Iterable[Any] | None = None, **given: Any) -> list[Row]:
        """Run a statement and return what it found."""
        found: list[Row] = await self.connection.fetch(statement.sql, *arguments(statement, rows, given))
        return found

    async def run(self, statement: Statement, rows: Iterable[Any] | None = None, **given: Any) -> int:
        """Run a statement and return the number of rows that were changed."""
        # `execute` with arguments returns the command tag, as "UPDATE 3" or "INSERT 0 3".
        tag: str = await self.connection.execute(statement.sql, *arguments(statement, rows, given))
        return int(tag.rpartition(" ")[2])


def arguments(statement: Statement, rows: Iterable[Any] | None, given: dict[str, Any]) -> list[Any]:
    """Give the values of a statement's parameters: `v` as an array for each column, after the others."""
    values = [given[name] for name in statement.binds]
    if len(statement.rows) == 1:
        values.append(list(rows or ()))
    elif statement.rows:
        table = list(rows or ())
        values += map(list, zip(*table, strict=True)) if table else [[] for _ in statement.rows]
    return values


class Database:
    """Shared by the providers of one bundle: opened by the first that is entered, closed by the last.

    Args:
        location: the database and the schema.
        clock: the host's; the store's time is the server's own, unless this is one that a test moves.
    """

    def __init__(self, location: Location, clock: Clock | None = None) -> None:
        self.location = location
        self.clock: Clock = SystemClock() if clock is None else clock
        self._manual = bool(getattr(clock, "manual", False))
        self._users = 0
        self._opening = asyncio.Lock()
        self._pool: Any = None
        self._interrupted: set[int] = set()
        """Connections, by the process that serves them, on which a call was cancelled."""

    async def open(self) -> None:
        """Connect, for one more user, and check the schema.

        Raises:
            ProviderError: the server cannot be reached, or the schema is not the one this program needs.
        """
        async with self._opening:
            if self._pool is None:
                self._pool = await self._connect()
            self._users += 1

    async def close(self) -> None:
        """Disconnect when the last user leaves."""
        async with self._opening:
            self._users -= 1
            if not self._users and self._pool is not None:
                pool, self._pool = self._pool, None
                await pool.close()

    async def upgrade(self) -> SchemaInfo:
        """Bring the schema to the revision of this program.

        Raises:
            SchemaOutdatedError: hosts are at work on it, or it is of a newer program.
            ProviderError: the server cannot be reached, or the tables cannot be changed.
        """
        try:
            return await schema.upgrade(partial(self.own_connection, patient=True), self.location)
        except DRIVER_ERRORS as exc:
            raise translate(exc, self.location) from exc

    @property
    def test_time(self) -> int | None:
        """The time of a test's clock; None for the server's own, which statements then ask for themselves."""
        return self.clock.now() if self._manual else None

    async def now(self) -> int:
        """The store's time: the server's, or that of the test clock."""
        if self._manual:
            return self.clock.now()
        async with self.session() as session:
            instant: int = await session.connection.fetchval(STORE_TIME)
            return instant

    async def own_connection(self, *, patient: bool = False) -> Any:
        """Open a connection outside of the pool, which the caller closes.

        Args:
            patient: statements may take as long as they need.

        Raises:
            ProviderError: the server cannot be reached.
        """
        options = self._options()
        if patient:
            options["command_timeout"] = None
            options["server_settings"]["statement_timeout"] = "0"
        try:
            return await asyncpg.connect(**options)
        except DRIVER_ERRORS as exc:
            raise translate(exc, self.location) from exc

    async def time_of(self, connection: Any) -> int:
        """The store's time, asked on this connection."""
        if self._manual:
            return self.clock.now()
        instant: int = await connection.fetchval(STORE_TIME)
        return instant

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Session]:
        """Borrow a connection.

        Raises:
            ProviderError: what the driver reports, translated.
        """
        if self._pool is None:
            raise ProviderError("the store is not open: use it inside `async with`")
        self.clock.enter()
        try:
            async with self._pool.acquire() as connection:
                try:
                    yield Session(connection)
                except DRIVER_ERRORS as exc:
                    if is_unreachable(exc):
                        # The pool must not lend it again; it may have taken it back by itself.
                        with contextlib.suppress(asyncpg.InterfaceError):
                            connection.terminate()
                    raise
                except asyncio.CancelledError:
                    with contextlib.suppress(asyncpg.InterfaceError):
                        self._interrupted.add(connection.get_server_pid())
                    raise
        except DRIVER_ERRORS as exc:
            raise translate(exc, self.location) from exc
        finally:
            self.clock.leave()

    async def fetch(self, statement: Statement, rows: Iterable[Any] | None = None, **given: Any) -> list[Row]:
        """Read; again on another connection when one turns out to be cut."""
        for last in (*[False] * _CUT, True):
            try:
                async with self.session() as session:
                    return await session.fetch(statement, rows, **given)
            except ProviderError as exc:
                if last or exc.__cause__ is None or not is_unreachable(exc.__cause__):
                    raise
        raise AssertionError

    async def write(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do some work in a transaction; it is repeated when it loses against other transactions.

        Raises:
            ProviderError: the outcome is unknown when the connection was cut.
        """

        async def transact(session: Session) -> T:
            async with session.connection.transaction():
                return await work(session)

        return await self.repeat(transact)

    async def repeat(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do some work that is one transaction; it is repeated when it loses against others.

        Raises:
            ProviderError: the outcome is unknown when the connection was cut.
        """
        for last in (*[False] * _REPEATS, True):
            try:
                async with self.session() as session:
                    return await work(session)
            except ProviderError as exc:
                if last or exc.__cause__ is None or not repeats(exc.__cause__):
                    raise
        raise AssertionError

    async def _take_back(self, connection: Any) -> None:
        """Spare the round trip that resets a connection: nothing here outlives its transaction.

        But where a call was cancelled the server may wait for the rest of a statement, in a transaction,
        until it counts as one that takes too long. Any other statement ends that.
        """
        pid = connection.get_server_pid()
        if pid in self._interrupted:
            self._interrupted.discard(pid)
            await connection.execute("SELECT")

    def _options(self) -> dict[str, Any]:
        where = self.location
        return {
            "dsn": where.dsn,
            "timeout": where.connect_timeout,
            "command_timeout": where.statement_timeout + 5,
            "server_settings": {
                "search_path": where.schema,
                "statement_timeout": str(round(where.statement_timeout * 1_000)),
                "application_name": where.application_name,
                # A host that is stopped or cut off in a transaction must not keep its locks from the others.
                "idle_in_transaction_session_timeout": _STILL,
                "jit": "off",
            },
        }

    async def _connect(self) -> Any:
        where = self.location
        pool: Any = None
        try:
            pool = await asyncpg.create_pool(
                **self._options(), min_size=1, max_size=where.pool, reset=self._take_back
            )
            async with pool.acquire() as connection:
                await schema.ensure(connection, where)
        except BaseException as exc:
            if pool is not None:
                pool.terminate()
            if isinstance(exc, DRIVER_ERRORS):
                raise translate(exc, where) from exc
            raise
        return pool
