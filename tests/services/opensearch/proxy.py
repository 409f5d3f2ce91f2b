"""Between a host and its cluster: lets requests through, or fails as networks and clusters do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from aiohttp import web


@dataclass(slots=True)
class Request:
    """A request that came by."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str] = field(repr=False)

    @property
    def documents(self) -> int:
        """How many documents a bulk request has."""
        return sum(line.startswith(b'{"index"') for line in self.body.splitlines())


@dataclass(slots=True)
class Answer:
    """What is answered, if not by the cluster."""

    status: int
    body: str = "{}"


class Proxy:
    """An HTTP server on a free port of this machine.

    Attributes:
        fault: asked about each request: None lets it through, an answer is given in its place.
        change: may change what the cluster answers.
        requests: all that came by.
        target: the URL of the cluster, with `http`.

    Args:
        target: see above.
        tls: to speak HTTPS.
        path: in front of every path, as of an endpoint that several services share; elsewhere nothing is.
    """

    def __init__(self, target: str, tls: ssl.SSLContext | None = None, path: str = "") -> None:
        self.fault: Callable[[Request], Answer | None] = lambda request: None
        self.change: Callable[[Request, str], str] = lambda request, body: body
        self.requests: list[Request] = []
        self.port = 0
        self.target = target
        self._tls = tls
        self._path = path
        self._runner: web.ServerRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        self._session = aiohttp.ClientSession()
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        await self.down()
        if self._session is not None:
            await self._session.close()

    async def up(self) -> None:
        """Listen, on the same port as before."""
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Listen no more, and cut what is open: whoever connects is refused, as by a cluster that is down."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        body = await incoming.read()
        request = Request(incoming.method, incoming.path, body, dict(incoming.headers))
        self.requests.append(request)
        answer = self.fault(request) if request.path.startswith(f"{self._path}/") else Answer(404)
        if answer is not None:
            return web.Response(status=answer.status, text=answer.body, content_type="application/json")
        assert self._session is not None
        async with self._session.request(
            incoming.method,
            f"{self.target}{incoming.path_qs.removeprefix(self._path)}",
            data=body or None,
            headers={"content-type": incoming.headers.get("content-type", "application/json")},
        ) as response:
            text = self.change(request, await response.text())
            return web.Response(status=response.status, text=text, content_type="application/json")


async def turn() -> None:
    """Let the loop make a turn."""
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
