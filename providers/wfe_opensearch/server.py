"""The connection to a cluster: requests go out, answers or errors in wfe's words come back."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, Final

import opensearchpy

from wfe_core.clock import Clock
from wfe_core.errors import ProviderError
from wfe_opensearch.failures import translate
from wfe_opensearch.location import Location

_LINES: Final = {"content-type": "application/x-ndjson"}


class Server:
    """Speaks to one address, with as many connections as are needed at once.

    Args:
        where: the address and the account.
        clock: told of requests under way, which a test's clock must not jump over.
    """

    def __init__(self, where: Location, clock: Clock) -> None:
        self.where = where
        self._clock = clock
        self._client: opensearchpy.AsyncOpenSearch | None = None

    async def open(self) -> None:
        """Get ready to connect; nothing is sent yet.

        Raises:
            ProviderError: the file with the certificates cannot be used.
        """
        where = self.where
        # Reads files.
        context = await asyncio.to_thread(self._trust) if where.tls else None
        self._client = opensearchpy.AsyncOpenSearch(
            hosts=[{"host": where.host, "port": where.port, "url_prefix": where.path}],
            http_auth=where.account,
            use_ssl=where.tls,
            ssl_context=context,
            timeout=where.timeout,
            # What is tried again, and when, is decided where it is known what it costs.
            max_retries=0,
            http_compress=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def call(
        self, method: str, path: str, body: object = None, *, lines: bool = False, **params: object
    ) -> Any:
        """Send a request and give the answer.

        Args:
            method: as HTTP has it.
            path: begins with a slash.
            body: sent as JSON, unless it is text.
            lines: the text is one of lines.
            params: of the query.

        Raises:
            ProviderUnavailableError: the server is not there, or takes nothing.
            RefusedError: it refuses the request.
        """
        if self._client is None:
            msg = f"the search on {self.where} is not open; use it inside  async with"
            raise ProviderError(msg)
        self._clock.enter()
        try:
            return await self._client.transport.perform_request(
                method, path, params=params, body=body, headers=_LINES if lines else None
            )
        except opensearchpy.OpenSearchException as exc:
            raise translate(exc, self.where) from exc
        finally:
            self._clock.leave()

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.where.ca)
        except OSError as exc:
            raise ProviderError(f"the certificates in {self.where.ca} cannot be read: {exc}") from exc
