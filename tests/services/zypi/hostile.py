"""A server that answers whatever a test wants: bytes as they are, or a conversation."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Says what an answer says, once a request has come."""


def told(body: bytes, *headers: str, status: str = "200 Told") -> bytes:
    """An answer over HTTP, whose connection ends with it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def result(**more: object) -> bytes:
    """What Zypi says of a command that ended well, with more or other keys."""
    return json.dumps({"exit_code": 0, "stdout": "hello\n", "stderr": "", "duration_ms": 5, **more}).encode()


class HostileServer:
    """Takes any request, and answers all of them alike.

    Attributes:
        answer: what it answers.
        requests: what it was sent, each with its head and body.
        peers: how many connections it was sent.
        url: where it listens.
    """

    def __init__(self, answer: bytes | Talk) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.peers = 0
        self.url = ""
        self._talks: set[asyncio.Task[None]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.peers += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").lower().splitlines()
            size = next((line[15:] for line in lines if line.startswith("content-length:")), "0")
            self.requests.append(head + await reader.readexactly(int(size)))
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._talks.discard(task)
            writer.close()

    @asynccontextmanager
    async def listening(
        self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[HostileServer]:
        """Listen on a free port; what is still being said at the end is cut off."""
        server = await asyncio.start_server(self._serve, host, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
        try:
            yield self
        finally:
            server.close()
            for each in list(self._talks):
                each.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await server.wait_closed()


@asynccontextmanager
async def hostile(
    answer: bytes | Talk, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[HostileServer]:
    """A server that listens, for the time of a `with`."""
    async with HostileServer(answer).listening(host, tls) as server:
        yield server
