"""Publish and subscribe: one connection that hears, and messages that are gathered and sent in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from wfe_core.channels import Channel, Receive
from wfe_core.clock import Clock, TimerHandle
from wfe_core.errors import ProviderError
from wfe_redis.failures import DRIVER_ERRORS, translate
from wfe_redis.scripts import PUBLISH
from wfe_redis.server import Server, wait

logger: logging.Logger = logging.getLogger("wfe.redis")

_MOST: Final = 250_000
"""Characters of a message, and of the messages in one command, if a single item is not longer."""
_WAITING: Final = 32_000_000
"""Characters that wait to be sent; what comes on top is dropped."""
_QUIET: Final = 10.0
"""Seconds of silence after which the connection that hears is tried."""
_SOONEST, _LATEST = 0.05, 5.0
"""Seconds between tries to connect again."""
_STEADY: Final = 10.0
"""Seconds after which a connection counts as a good one."""
_ALIVE: Final = "alive"
"""Nothing is published here: the channel keeps a connection that hears from being one for commands."""


class RedisChannel(Channel):
    """Shared by the queue and the hub of one bundle; opened by the first, closed by the last.

    Args:
        server: the server.
    """

    def __init__(self, server: Server) -> None:
        self.clock: Clock = server.clock
        self._server = server
        self._users = 0
        self._pinged = 0
        self._opening = asyncio.Lock()
        self._ear: Any = None
        self._keeping: asyncio.Task[None] | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._receivers: dict[str, Receive] = {}
        self._receiver: TimerHandle | None = None
        self._pings: dict[str, asyncio.Event] = {}
        """By what the answer will say."""
        self._unsure: dict[str, asyncio.Event] = {}
        """Channels that the server has not confirmed yet."""
        self._gaps: list[Callable[[], None]] = []
        self._waiting: deque[tuple[str, str]] = deque()
        self._size = 0
        self._dropped = 0
        self._sending: asyncio.Task[None] | None = None

    async def open(self, on_gap: Callable[[], None]) -> None:
        """Connect for one more user; `on_gap` is called when something may have been missed."""
        await self._server.open()
        try:
            await self._join(on_gap)
        except BaseException:
            await self._server.close()
            raise

    async def _join(self, on_gap: Callable[[], None]) -> None:
        async with self._opening:
            if self._keeping is None:
                await self._connect()
                self._server.demoted = self._break
                self._keeping = asyncio.create_task(self._keep(), name="wfe-redis-channel")
                self._receiver = self._server.clock.on_arrival(self._await_arrivals)
            self._users += 1
            self._gaps.append(on_gap)

    async def close(self, on_gap: Callable[[], None]) -> None:
        """Disconnect when the last user leaves; what was to be sent is sent."""
        try:
            await self._leave(on_gap)
        finally:
            await self._server.close()

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
                keeping, self._keeping = self._keeping, None
                if keeping is not None:
                    keeping.cancel()
                await self._disconnect()
            if keeping is not None:
                await asyncio.gather(keeping, return_exceptions=True)

    async def hear(self, receivers: Mapping[str, Receive]) -> None:
        """Call each with the items of the messages of its topic, from the return of this on."""
        names = {self._name(topic): receive for topic, receive in receivers.items()}
        self._receivers.update(names)
        if self._ear is None or not names:
            # Without a connection nothing is heard: `_keep` says so when there is one again.
            return
        confirmed = [self._unsure.setdefault(name, asyncio.Event()) for name in names]
        self._server.clock.enter()
        try:
            await self._say("SUBSCRIBE", names)
            for event in confirmed:
                await event.wait()
        finally:
            self._server.clock.leave()

    async def unhear(self, topics: Iterable[str]) -> None:
        """Hear no more of topics."""
        names = [self._name(topic) for topic in topics]
        for name in names:
            self._receivers.pop(name, None)
        await self._say("UNSUBSCRIBE", names)

    def send(self, topic: str, items: Iterable[Any]) -> None:
        """Send items soon, together with what else is to be sent; drops them when far too much waits."""
        name = self._name(topic)
        part: list[str] = []
        size = 0
        for item in items:
            text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
            if part and size + len(text) > _MOST:
                self._put(name, part, size)
                part, size = [], 0
            part.append(text)
            size += len(text) + 1
        if part:
            self._put(name, part, size)
        if self._waiting and self._sending is None and self._users:
            self._sending = asyncio.create_task(self._send(), name="wfe-redis-publish")

    def _put(self, name: str, items: Sequence[str], size: int) -> None:
        if self._size + size > _WAITING:
            self._dropped += len(items)
            return
        self._size += size
        self._waiting.append((name, f"[{','.join(items)}]"))

    async def _send(self) -> None:
        try:
            while self._waiting:
                words: list[str] = []
                size = 0
                while self._waiting and (not words or size + len(self._waiting[0][1]) < _MOST):
                    name, body = self._waiting.popleft()
                    words += (name, body)
                    size += len(body)
                    self._size -= len(body) - 1
                self._server.clock.dispatched()
                await self._server.run(PUBLISH, [self._server.key("probe")], words)
        except ProviderError as exc:
            # Nothing depends on a message: the store is swept, and its outbox is the truth.
            logger.warning("%d messages could not be sent: %s", len(self._waiting) + 1, exc)
            self._waiting.clear()
        finally:
            self._sending = None
            if not self._waiting:
                self._size = 0
            if self._dropped:
                logger.warning("%d hints or events were dropped: Redis takes them too slowly", self._dropped)
                self._dropped = 0

    def _name(self, topic: str) -> str:
        return f"{self._server.location.prefix}:{topic}"

    async def _say(self, word: str, names: Iterable[str]) -> None:
        """Send a command on the connection that hears; the answer comes among the messages.

        Once begun it is sent whole, even if the caller is cancelled: the driver would cut the connection.
        """
        ear, names = self._ear, list(names)
        if ear is not None and names:
            await asyncio.shield(self._speak(ear, word, names))

    async def _speak(self, ear: Any, word: str, names: Sequence[str]) -> None:
        try:
            await ear.send_command(word, *names)
        except DRIVER_ERRORS as exc:
            # The connection is made anew, with the topics of then.
            logger.warning("the connection for messages is lost: %s", translate(exc, self._server.location))
            self._break()

    def _break(self) -> None:
        """Give the connection up; a new one is made."""
        if self._hearing is not None:
            self._hearing.cancel()

    async def _connect(self) -> None:
        ear = await self._server.ear()
        self._ear = ear
        try:
            await ear.send_command("SUBSCRIBE", self._name(_ALIVE), *self._receivers)
            # The first answer: an account that lacks a right is refused here.
            if await ear.read_response(timeout=self._server.location.timeout) is None:
                raise TimeoutError("SUBSCRIBE was not answered")
        except BaseException as exc:
            await self._disconnect()
            if isinstance(exc, DRIVER_ERRORS):
                raise translate(exc, self._server.location) from exc
            raise

    async def _await_arrivals(self) -> None:
        """Wait until all has been heard that was sent before: a connection gets everything in order."""
        ear = self._ear
        if ear is None:
            return
        answered = asyncio.Event()
        self._pinged += 1
        self._pings[str(self._pinged)] = answered
        await self._say("PING", [str(self._pinged)])
        await answered.wait()

    async def _disconnect(self) -> None:
        ear, self._ear = self._ear, None
        # What has not arrived never will; who waits for it is told of a gap instead.
        for waiting in (*self._pings.values(), *self._unsure.values()):
            waiting.set()
        self._pings.clear()
        self._unsure.clear()
        if ear is not None:
            with contextlib.suppress(*DRIVER_ERRORS):
                await ear.disconnect(nowait=True)

    async def _keep(self) -> None:
        """Hear; connect again whenever the connection is lost, and say that something may be missing."""
        loop = asyncio.get_running_loop()
        pause = _SOONEST
        while True:
            since = loop.time()
            hearing = self._hearing = asyncio.ensure_future(self._hear_all(self._ear))
            try:
                await asyncio.wait((hearing,))
            finally:
                hearing.cancel()
            if not hearing.cancelled():
                logger.warning("the connection for messages is lost: %s", hearing.exception())
            await self._disconnect()
            if loop.time() - since > _STEADY:
                pause = _SOONEST
            while self._ear is None:
                # Also before the first try: a server may accept connections and cut them at once.
                await wait(pause)
                pause = min(2 * pause, _LATEST)
                try:
                    await self._connect()
                except ProviderError as exc:
                    logger.warning("no connection for messages: %s", exc)
            for gap in self._gaps:
                gap()

    async def _hear_all(self, ear: Any) -> None:
        tried = False
        while True:
            message = await ear.read_response(timeout=_QUIET, disconnect_on_error=False)
            if message is not None:
                tried = False
                self._heard(message)
            elif tried:
                raise TimeoutError("it does not answer")
            else:
                tried = True
                await ear.send_command("PING")

    def _heard(self, message: Any) -> None:
        match message:
            case ["message", str(name), str(body)] if name in self._receivers:
                try:
                    self._receivers[name](_items(body))
                except (ValueError, TypeError, LookupError) as exc:
                    logger.warning("a message on %s is not one of wfe's: %s", name, exc)
            case ["subscribe", str(name), _] if name in self._unsure:
                self._unsure.pop(name).set()
            case ["pong", str(word)] if word in self._pings:
                self._pings.pop(word).set()
            case _:
                pass  # an answer to PING or UNSUBSCRIBE, or a topic of before


def _items(body: str) -> list[Any]:
    if not body.startswith("["):
        raise TypeError("it is no list")
    found: list[Any] = json.loads(body)
    return found
