"""One Redis as this process sees it: its connections by event loop, its scripts, its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from redis.exceptions import NoScriptError, ResponseError

from wfe_core.clock import Clock, SystemClock
from wfe_core.errors import ProviderError
from wfe_redis.clients import Client
from wfe_redis.failures import DRIVER_ERRORS, is_replica, is_unreachable, translate
from wfe_redis.location import Location
from wfe_redis.scripts import PROBE, Script

_PAUSES: Final = (0.02, 0.2)
"""Seconds before a command whose connection failed is sent again; all scripts may run twice."""


class Server:
    """Shared by the providers of one bundle: opened by the first that is entered, closed by the last.

    Args:
        location: the server, and the prefix of all names.
        clock: the time; that of sessions is the server's own, unless the clock is a test's.
    """

    def __init__(self, location: Location, clock: Clock | None = None) -> None:
        self.location = location
        self.clock: Clock = SystemClock() if clock is None else clock
        self._test_time = bool(getattr(clock, "manual", False))
        self._users = 0
        self._opening = asyncio.Lock()
        self._client: Client | None = None
        self._alone: dict[asyncio.AbstractEventLoop, Client] = {}
        """Those that renew, by their loop."""
        self._old = False
        """Whether the server is older than Redis 7."""
        self.demoted: Callable[[], None] = _nothing
        """Called when the server has become a replica."""

    def key(self, *words: str) -> str:
        """Name a key: a cluster keeps all that begin with one prefix together."""
        return ":".join((self.location.prefix, f"{{{self.location.prefix}}}", *words))

    async def open(self) -> None:
        """Connect, for one more user, and make sure that the server can be written to.

        Raises:
            ProviderError: it cannot.
        """
        async with self._opening:
            if self._client is None:
                self._client = self._connect(self.location.timeout)
                try:
                    await self.run(PROBE, [self.key("probe")])
                except BaseException:
                    await self._drop()
                    raise
            self._users += 1

    async def close(self) -> None:
        """Disconnect when the last user leaves."""
        async with self._opening:
            self._users -= 1
            if not self._users:
                await self._drop()

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Any] = ()) -> Any:
        """Run a script on the connections of the loop that opened this.

        Raises:
            ProviderError: what the driver reports, translated; whether the script ran is unknown.
        """
        self.clock.enter()
        try:
            for pause in (*_PAUSES, None):
                client = self._client
                if client is None:
                    raise ProviderError(f"Redis at {self.location} is not open: use it inside `async with`")
                try:
                    return await self._run(client, script, keys, arguments)
                except DRIVER_ERRORS as exc:
                    if is_replica(exc):
                        await self._leave_replica(client)
                    if pause is None or not (is_unreachable(exc) or is_replica(exc)):
                        raise translate(exc, self.location) from exc
                await wait(pause)
        finally:
            self.clock.leave()
        raise AssertionError

    async def run_alone(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Any], *, timeout: float
    ) -> Any:
        """Run a script on a connection of the running loop's own, which nothing else can hold up.

        Args:
            script: what to run.
            keys: its keys.
            arguments: its arguments.
            timeout: seconds to wait for the answer, if that is less than the location's.

        Raises:
            ProviderError: as `run`.
        """
        loop = asyncio.get_running_loop()
        self.clock.enter()
        try:
            for last in (False, True):
                client = self._alone.get(loop)
                if client is None:
                    client = self._alone[loop] = self._connect(min(timeout, self.location.timeout))
                try:
                    return await self._run(client, script, keys, arguments)
                except DRIVER_ERRORS as exc:
                    # A connection that was cut while nobody used it says so only now; another costs little.
                    if last or not (is_unreachable(exc) or is_replica(exc)):
                        raise translate(exc, self.location) from exc
                    await self.end_alone()
        finally:
            self.clock.leave()
        raise AssertionError

    async def end_alone(self) -> None:
        """Close the connections of `run_alone` on the running loop."""
        client = self._alone.pop(asyncio.get_running_loop(), None)
        if client is not None:
            # Whole, once begun: nobody else knows of these connections.
            await asyncio.shield(client.close())

    async def ear(self) -> Any:
        """Open a connection for hearing, which the caller disconnects.

        Raises:
            ProviderError: the server cannot be reached.
        """
        if self._client is None:
            raise ProviderError(f"Redis at {self.location} is not open: use it inside `async with`")
        try:
            return await self._client.ear()
        except DRIVER_ERRORS as exc:
            raise translate(exc, self.location) from exc

    async def _run(
        self, client: Client, script: Script, keys: Sequence[str], arguments: Sequence[Any]
    ) -> Any:
        now = self.clock.now() if self._test_time else ""
        words = (len(keys), *keys, now, *arguments)
        try:
            return await client.command("EVALSHA", script.digest(old=self._old), *words)
        except NoScriptError:
            # The server was started anew, or has never heard of it.
            pass
        try:
            return await client.command("EVAL", script.text(old=self._old), *words)
        except ResponseError as exc:
            if self._old or "compil" not in str(exc):
                raise
        self._old = True
        return await client.command("EVAL", script.text(old=True), *words)

    def _connect(self, timeout: float) -> Client:
        return Client(self.location, timeout, self.key("probe"))

    async def _leave_replica(self, client: Client) -> None:
        """Find the primary anew: the name of the host may lead to another server by now."""
        if self._client is client:
            self._client = self._connect(self.location.timeout)
            self.demoted()
        await client.close()

    async def _drop(self) -> None:
        client, self._client = self._client, None
        try:
            if client is not None:
                await asyncio.shield(client.close())
        finally:
            await self.end_alone()


async def wait(seconds: float) -> None:
    """Wait in real time: the server does not go by a test's clock."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    timer = loop.call_later(seconds, over.set)
    try:
        await over.wait()
    finally:
        timer.cancel()


def _nothing() -> None:
    """Do nothing, where nobody wants to know."""
