"""Readers: a few aiosqlite connections, opened when they are needed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.clock import Clock
from wfe_core.errors import ProviderError
from wfe_sql.generated import sqlite as generated
from wfe_sql.statement import Statement
from wfe_sqlite.failures import translate
from wfe_sqlite.sql import Listed, Row
from wfe_sqlite.turns import Courtesy

if TYPE_CHECKING:
    import aiosqlite

_MOST = 4
_LISTED: dict[str, Listed] = {}
"""Statements that take rows, made when they are first used."""


@dataclass(slots=True, eq=False)
class _Reader:
    opening: asyncio.Task[aiosqlite.Connection]
    busy: int = 0


class Readers:
    """Connections that only read; each call goes to the one with the least to do.

    Args:
        path: of the database.
        connect: opens a connection, in its thread.
        clock: which must not jump while something is read.
    """

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection], clock: Clock) -> None:
        self._path = path
        self._connect = connect
        self._clock = clock
        self._readers: list[_Reader] = []
        self._closed = False

    async def run(self, name: str, rows: Iterable[Any] | None = None, **given: Any) -> list[Row]:
        """Run one of the generated statements, named as in its module."""
        statement: Statement = getattr(generated, name)
        if rows is None:
            return await self.fetch(statement.sql, statement.values(**given))
        listed = _LISTED.get(name)
        if listed is None:
            listed = _LISTED[name] = Listed(statement)
        return await self.fetch(listed.sql, listed.values(rows, **given))

    async def fetch(self, sql: str, values: Iterable[Any] = ()) -> list[Row]:
        """Run a query and return all its rows.

        Raises:
            ProviderError: the database failed.
        """
        reader = self._least_busy()
        reader.busy += 1
        courtesy = Courtesy.of(asyncio.get_running_loop())
        self._clock.enter()
        courtesy.begin()
        try:
            # Shielded: the connection is for others too, even if this call is cancelled.
            connection = await asyncio.shield(reader.opening)
            return [tuple(row) for row in await connection.execute_fetchall(sql, values)]
        except sqlite3.Error as exc:
            raise translate(exc, self._path) from exc
        finally:
            courtesy.end()
            self._clock.leave()
            reader.busy -= 1

    async def close(self) -> None:
        """Close the connections; what they are reading is read to its end."""
        self._closed = True
        readers, self._readers = self._readers, []
        for reader in readers:
            try:
                connection = await reader.opening
            except sqlite3.Error:
                continue
            await connection.close()

    def _least_busy(self) -> _Reader:
        if self._closed:
            raise ProviderError(f"the store {self._path} is closed: use it inside `async with`")
        # A connection that could not be opened is tried again, not kept.
        self._readers = [r for r in self._readers if not (r.opening.done() and r.opening.exception())]
        best = min(self._readers, key=lambda reader: reader.busy, default=None)
        if best is None or (best.busy and len(self._readers) < _MOST):
            best = _Reader(asyncio.get_running_loop().create_task(self._open(), name="wfe-reader"))
            self._readers.append(best)
        return best

    async def _open(self) -> aiosqlite.Connection:
        import aiosqlite  # noqa: PLC0415 - only who reads pays for it

        connection = aiosqlite.Connection(self._connect, 64)
        # Older versions are threads themselves. A daemon: see Writer.
        thread: Any = getattr(connection, "_thread", connection)
        thread.daemon = True
        return await connection
