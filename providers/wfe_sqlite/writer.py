"""The writer: one thread with one connection, one hop and one transaction per job."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from wfe_core.clock import Clock
from wfe_core.errors import ProviderError
from wfe_sqlite.failures import translate
from wfe_sqlite.turns import Courtesy, WriterLock

T = TypeVar("T")

Job = Callable[[sqlite3.Connection], T]


@dataclass(slots=True, eq=False)
class _Order:
    """A job, and where its result goes."""

    job: Job[Any]
    transaction: bool
    loop: asyncio.AbstractEventLoop
    courtesy: Courtesy
    future: asyncio.Future[Any]


class Writer:
    """Runs jobs one after the other on a connection of its own.

    A job that was begun runs to its end, whatever becomes of the call that waits for it. While a job is
    under way the clock is told so (`Clock.enter`): a test clock does not jump over it.

    Args:
        name: of the thread.
        path: of the database, for messages.
        connect: opens the connection, and the lock that keeps the writers of other processes out during a
            transaction; called in the thread before the first job.
        clock: which must not jump meanwhile.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        connect: Callable[[], tuple[sqlite3.Connection, WriterLock]],
        clock: Clock,
    ) -> None:
        self._path = path
        self._connect = connect
        self._clock = clock
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        # Orders of low priority: for each of them a None in the queue says that there is one.
        self._later: deque[_Order] = deque()
        self._connected: tuple[sqlite3.Connection, WriterLock] | None = None
        self._closed = False
        # A daemon: who forgets to close the store shall not hang at the end of the program.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, job: Job[T], *, transaction: bool = True, low: bool = False) -> T:
        """Run a job in a transaction and return its result.

        Args:
            job: gets the connection; in its transaction it may roll back and begin anew.
            transaction: False for a job that only looks, and takes no lock.
            low: let everything else go first.

        Raises:
            ProviderError: the database failed; the transaction was rolled back.
        """
        if self._closed:
            raise ProviderError(f"the store {self._path} is closed: use it inside `async with`")
        loop = asyncio.get_running_loop()
        courtesy = Courtesy.of(loop)
        future: asyncio.Future[T] = loop.create_future()
        order = _Order(job, transaction, loop, courtesy, future)
        self._clock.enter()
        courtesy.begin()
        if low:
            self._later.append(order)
            self._orders.put(None)
        else:
            self._orders.put(order)
        return await future

    async def close(self) -> None:
        """Finish what was ordered, close the connection and end the thread."""
        if not self._closed:
            # Behind all others, those of low priority too.
            await self.run(_stop, transaction=False, low=True)

    @property
    def connected(self) -> bool:
        """Whether it has opened its connection."""
        return self._connected is not None

    # ------------------------------------------------------------ in the thread

    def _next(self) -> _Order:
        order = self._orders.get()
        if order is None and not self._orders.empty():
            # Something else came meanwhile: this one can wait.
            self._orders.put(None)
            order = self._orders.get()
        return self._later.popleft() if order is None else order

    def _work(self) -> None:
        while not self._closed:
            order = self._next()
            try:
                result = self._run(order)
            except BaseException as exc:  # noqa: BLE001 - it belongs to the caller
                self._tell(order, None, exc)
            else:
                self._tell(order, result, None)
            # Nothing may keep results alive while the thread waits for the next job.
            del order
            result = None

    def _run(self, order: _Order) -> Any:
        if order.job is _stop:
            self._disconnect()
            return None
        try:
            if self._connected is None:
                self._connected = self._connect()
            connection, lock = self._connected
            if not order.transaction:
                return order.job(connection)
            with lock:
                return self._transact(connection, order.job)
        except sqlite3.Error as exc:
            raise translate(exc, self._path) from exc

    def _disconnect(self) -> None:
        self._closed = True
        if self._connected is not None:
            connection, lock = self._connected
            self._connected = None
            connection.close()
            lock.close()

    def _transact(self, connection: sqlite3.Connection, job: Job[Any]) -> Any:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = job(connection)
            connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself when the disk is full.
            with contextlib.suppress(sqlite3.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            raise
        return result

    def _tell(self, order: _Order, result: object, error: BaseException | None) -> None:
        try:
            order.loop.call_soon_threadsafe(self._finish, order, result, error)
        except RuntimeError:
            # The loop was closed meanwhile: nobody waits any more.
            self._clock.leave()

    def _finish(self, order: _Order, result: object, error: BaseException | None) -> None:
        order.courtesy.end()
        self._clock.leave()
        future = order.future
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(cast("Exception", error))


def _stop(_: sqlite3.Connection) -> None:
    """Stand for the last job of a writer."""
