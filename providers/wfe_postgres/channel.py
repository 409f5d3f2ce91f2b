"""LISTEN and NOTIFY: one connection that hears, and sends that are gathered apart from the transactions."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from wfe_core.channels import Channel, Receive
from wfe_core.clock import Clock, TimerHandle
from wfe_core.errors import ProviderError
from wfe_postgres.database import DRIVER_ERRORS, Database

logger: logging.Logger = logging.getLogger("wfe.postgres")

_MOST: Final = 7_500
"""Bytes of a notification; the server takes less than 8,000."""
_SEND: Final = "SELECT pg_notify(channel, body) FROM unnest($1::text[], $2::text[]) AS t(channel, body)"
_SOONEST, _LATEST = 0.1, 5.0
"""Seconds between tries to connect again."""
_STEADY: Final = 10.0
"""Seconds after which a connection counts as a good one."""


class PostgresChannel(Channel):
    """Shared by the queue and the hub of one bundle; opened by the first, closed by the last.

    Args:
        database: the database.
    """

    def __init__(self, database: Database) -> None:
        self.clock: Clock = database.clock
        self._database = database
        self._users = 0
        self._opening = asyncio.Lock()
        self._talking = asyncio.Lock()
        """Only one statement at a time is made on the connection that hears."""
        self._connection: Any = None
        self._receiver: TimerHandle | None = None
        self._arrived = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._receivers: dict[str, Receive] = {}
        self._gaps: list[Callable[[], None]] = []
        self._waiting: list[tuple[str, str]] = []
        self._sending: asyncio.Task[None] | None = None
        self._id = secrets.token_hex(8)
        self._long = 0
        """Number of the last item that was cut."""
        self._pending: dict[str, tuple[str, list[str]]] = {}
        """By sender: the number and the beginning of an item that comes in pieces."""

    async def open(self, on_gap: Callable[[], None]) -> None:
        """Connect for one more user; `on_gap` is called when something may have been missed."""
        await self._database.open()
        try:
            await self._join(on_gap)
        except BaseException:
            await self._database.close()
            raise

    async def _join(self, on_gap: Callable[[], None]) -> None:
        async with self._opening:
            if self._connection is None:
                try:
                    await self._connect()
                except BaseException:
                    self._disconnect()
                    raise
                self._keeping = asyncio.create_task(self._keep(), name="wfe-postgres-channel")
                self._receiver = self._database.clock.on_arrival(self._await_arrivals)
            self._users += 1
            self._gaps.append(on_gap)

    async def close(self, on_gap: Callable[[], None]) -> None:
        """Disconnect when the last user leaves; what was to be sent is sent."""
        try:
            await self._leave(on_gap)
        finally:
            await self._database.close()

    async def _leave(self, on_gap: Callable[[], None]) -> None:
        async with self._opening:
            self._gaps.remove(on_gap)
            self._users -= 1
            if self._users:
                return
            if self._receiver is not None:
                self._receiver.cancel()
            try:
                if self._sending is not None:
                    await asyncio.gather(self._sending, return_exceptions=True)
            finally:
                keeping = self._keeping
                if keeping is not None:
                    keeping.cancel()
                self._disconnect()
            if keeping is not None:
                await asyncio.gather(keeping, return_exceptions=True)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def hear(self, receivers: Mapping[str, Receive]) -> None:
        """Call each with the items of each notification of its topic."""
        for topic, receive in receivers.items():
            name = self._name(topic)
            self._receivers[name] = receive
            await self._listen(name)

    async def unhear(self, topics: Iterable[str]) -> None:
        """Hear no more of topics."""
        for topic in topics:
            name = self._name(topic)
            self._receivers.pop(name, None)
            await self._silence(name)

    def send(self, topic: str, items: Iterable[Any]) -> None:
        """Send items soon, together with what else is to be sent; those that are too long are dropped."""
        name = self._name(topic)
        part: list[str] = []
        size = 0
        for item in items:
            text = json.dumps(item, ensure_ascii=True, separators=(",", ":"))
            if len(text) > _MOST:
                self._waiting += [(name, body) for body in self._pieces(text)]
                continue
            if size + len(text) > _MOST:
                self._waiting.append((name, f"[{','.join(part)}]"))
                part, size = [], 0
            part.append(text)
            size += len(text) + 1
        if part:
            self._waiting.append((name, f"[{','.join(part)}]"))
        if self._waiting and self._sending is None and self._connection is not None:
            self._sending = asyncio.create_task(self._send(), name="wfe-postgres-notify")

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                async with self._database.session() as session:
                    await session.connection.execute(_SEND, *map(list, zip(*batch, strict=True)))
                    self._database.clock.dispatched()
        except ProviderError as exc:
            # Hints may be lost: the store is swept.
            logger.warning("notifications could not be sent: %s", exc)
        finally:
            self._sending = None

    def _pieces(self, text: str) -> Iterator[str]:
        """Cut the text of an item that is too long for one notification."""
        self._long += 1
        pieces = [text[start : start + _MOST] for start in range(0, len(text), _MOST)]
        for number, piece in enumerate(pieces):
            yield f"{self._id} {self._long} {number} {len(pieces)} {piece}"

    def _name(self, topic: str) -> str:
        """Name the channel of a topic in this schema: at most 63 bytes."""
        text = f"{self._database.location.schema}\n{topic}"
        return "wfe_" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def _heard(self, connection: Any, pid: int, name: str, body: str) -> None:
        del connection, pid
        receive = self._receivers.get(name)
        if receive is None:
            return
        if body.startswith("["):
            receive(json.loads(body))
            return
        sender, item, number, pieces, piece = body.split(" ", 4)
        # Those of one sender come in their order; when one is missing, the whole item is lost.
        known, text = self._pending.pop(sender, (item, [])) if number != "0" else (item, [])
        if known != item or len(text) != int(number):
            return
        text.append(piece)
        if len(text) == int(pieces):
            receive([json.loads("".join(text))])
        else:
            self._pending[sender] = (item, text)

    async def _listen(self, name: str) -> None:
        await self._talk(lambda connection: connection.add_listener(name, self._heard))

    async def _silence(self, name: str) -> None:
        await self._talk(lambda connection: connection.remove_listener(name, self._heard))

    async def _talk(self, say: Callable[[Any], Awaitable[object]]) -> None:
        """Make a statement on the connection that hears, if there is one; whole, once it has begun.

        Cut off in the middle, the connection would be no good, and what is heard by it with it.
        """
        await asyncio.shield(self._speak(say))

    async def _speak(self, say: Callable[[Any], Awaitable[object]]) -> None:
        self._database.clock.enter()
        try:
            async with self._talking:
                connection = self._connection
                if connection is None or connection.is_closed():
                    return
                await say(connection)
        except DRIVER_ERRORS as exc:
            # The connection is made anew, with the topics of then.
            self._broken(exc)
        finally:
            self._database.clock.leave()

    async def _await_arrivals(self) -> None:
        """Wait until all has been heard that was sent before: the server keeps the order of transactions."""
        name = self._name(self._id)
        if name not in self._receivers:
            await self.hear({self._id: lambda _: self._arrived.set()})
        self._arrived.clear()
        await self._talk(lambda connection: connection.execute("SELECT pg_notify($1, '[]')", name))
        if not self._lost.is_set():
            await self._arrived.wait()

    def _ended(self, connection: Any) -> None:
        del connection
        self._lose()

    def _broken(self, why: object) -> None:
        logger.warning("the connection for notifications is lost: %s", why)
        self._lose()

    def _lose(self) -> None:
        self._lost.set()
        # What has not arrived never will; who waits for it is told of a gap instead.
        self._arrived.set()

    async def _connect(self) -> None:
        connection = await self._database.own_connection()
        connection.add_termination_listener(self._ended)
        self._lost.clear()
        self._connection = connection
        for name in list(self._receivers):
            await self._listen(name)

    async def _keep(self) -> None:
        """Connect again whenever the connection is lost, and say that something may have been missed."""
        loop = asyncio.get_running_loop()
        pause = _SOONEST
        while True:
            since = loop.time()
            await self._lost.wait()
            self._connection.terminate()
            if loop.time() - since > _STEADY:
                pause = _SOONEST
            while True:
                # Real time, not the clock's: the server does not go by a test's clock. Also before the first
                # try: a server, or what stands before it, may accept connections and cut them at once.
                await _pause(pause)
                pause = min(2 * pause, _LATEST)
                try:
                    await self._connect()
                except ProviderError as exc:
                    logger.warning("no connection for notifications: %s", exc)
                    continue
                break
            for gap in self._gaps:
                gap()


async def _pause(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    timer = loop.call_later(seconds, over.set)
    try:
        await over.wait()
    finally:
        timer.cancel()
