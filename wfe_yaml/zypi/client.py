"""`ZypiClient`: speaks with Zypi over HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import ssl
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from wfe_yaml.zypi.errors import LostAnswerError, RefusedError, UnreachableError, ZypiError, printable
from wfe_yaml.zypi.protocol import ExecRequest, ExecResult, read_answer, read_object

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

URL_VARIABLE = "WFE_ZYPI_URL"
"""The environment variable that says where Zypi is."""
DEFAULT_PORT = 4000
BOOT = 45.0
"""Seconds that a microVM may take to start, on top of the timeout of its command."""
MOST = 64 << 20
"""The largest answer that is taken, in bytes."""
_CONNECT = 5.0
_AGAIN = 2
"""So many times a connection is tried again: nothing has been sent by then."""
_OK, _MISSING = 200, 404


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageStatus:
    """What Zypi knows of an image.

    Attributes:
        ref: its name.
        status: `ready` when it can be used; `missing` when Zypi does not know it; else where its import is,
            or `failed`.
        progress: how far the import is, in percent.
        error: why it failed.
    """

    ref: str
    status: str
    progress: int = 0
    error: str | None = None

    @property
    def ready(self) -> bool:
        """Whether commands can run in it."""
        return self.status == "ready"


class ZypiClient:
    """A client of one Zypi: use it inside `async with`.

    Proxies and authorities are those of the environment (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`,
    `NO_PROXY`, `SSL_CERT_FILE`, `SSL_CERT_DIR`); a Zypi on this machine is spoken to without a proxy.

    Args:
        url: where it is: http or https; without a port, http means 4000.
        boot: seconds that a microVM may take to start, on top of the timeout of its command.
        connect_timeout: seconds that it may take to be connected, each time it is tried.
        max_answer: the largest answer that is taken, in bytes.

    Raises:
        RefusedError: the address is none, or `boot` is no number of seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        boot: float = BOOT,
        connect_timeout: float = _CONNECT,
        max_answer: int = MOST,
    ) -> None:
        self.url: str = address(url)
        self._shown = shown(self.url)
        if not 0 <= boot < math.inf:
            raise RefusedError(f"{boot} s is no time for the start of a microVM: give a number of seconds")
        self._boot = boot
        self._connect = connect_timeout
        self._most = max_answer
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Make connections possible; none is made yet.

        Raises:
            RefusedError: no client can be made for the address, or for the proxy of the environment.
        """
        if self._http is not None:
            message = "the client is open already: use it inside one  async with  at a time"
            raise RuntimeError(message)
        library = await asyncio.to_thread(_library)
        try:
            proxy = _proxy(self.url)
            secure = any(each.startswith("https:") for each in (self.url, proxy or ""))
            # Reading all authorities takes a while. Where none is needed, none is trusted.
            trusted = await asyncio.to_thread(library.create_ssl_context) if secure else _nobody()
            transport = library.AsyncHTTPTransport(
                verify=trusted,
                retries=_AGAIN,
                proxy=proxy,
                # A connection that idled may be closed just when a command is sent: then nobody would know.
                limits=library.Limits(max_keepalive_connections=0),
            )
            self._http = library.AsyncClient(base_url=self.url, transport=transport, follow_redirects=False)
        except (library.InvalidURL, ValueError, ImportError, OSError) as exc:
            raise RefusedError(f"{self._shown} cannot be asked: {exc}") from exc
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close all connections."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def exec(self, request: ExecRequest) -> ExecResult:
        """Run a command; see `ExecRequest`. It is sent once: whoever calls decides about another time.

        When the call is cancelled the connection is closed.

        Raises:
            ZypiError: it was not run, or its result is not known.
        """
        content = request.body()
        limit = request.seconds + self._boot
        waited = f"{limit:g} s (its timeout and {self._boot:g} s for the start of a microVM)"
        status, body = await self._send("POST", "/exec", limit, waited, content=content)
        return read_answer(status, body, request)

    async def health(self) -> str:
        """Ask how it is; `ok` when it can work.

        Raises:
            ZypiError: it does not answer as Zypi does.
        """
        status, told = await self._get("/health")
        word = told.get("status")
        if status != _OK or not isinstance(word, str):
            raise RefusedError(f"{self._shown}/health answers {status}, as Zypi does not: is it another one?")
        return word

    async def image_status(self, image: str) -> ImageStatus:
        """Ask what became of an image.

        Raises:
            ZypiError: it does not answer as Zypi does.
        """
        if image.strip(".") == "" or not image.isprintable():
            raise RefusedError(f"{image!r} is no name of an image")
        path = f"/images/{quote(image, safe=':')}/status"
        status, told = await self._get(path)
        if status == _MISSING:
            return ImageStatus(ref=image, status="missing")
        word = told.get("status")
        if status != _OK or not isinstance(word, str):
            raise RefusedError(f"{self._shown}{path} answers {status}, as Zypi does not: is it another one?")
        progress, error = told.get("progress"), told.get("error_message")
        return ImageStatus(
            ref=image,
            status=word,
            progress=progress if isinstance(progress, int) else 0,
            error=printable(error) if isinstance(error, str) else None,
        )

    # ------------------------------------------------------------ requests

    async def _get(self, path: str) -> tuple[int, Mapping[str, Any]]:
        """Ask for something; once more when the answer is lost, for asking changes nothing."""
        limit = 2 * self._connect
        try:
            status, body = await self._send("GET", path, limit, f"{limit:g} s")
        except LostAnswerError:
            status, body = await self._send("GET", path, limit, f"{limit:g} s")
        return status, read_object(body) or {}

    async def _send(
        self, method: str, path: str, limit: float, waited: str, *, content: bytes | None = None
    ) -> tuple[int, bytes]:
        """Send a request and read the answer, at most so many seconds after the connection was made.

        An answer may also trickle for ever, so it is not enough to bound each read.
        """
        if self._http is None:
            message = "the client is closed: use it inside  async with ZypiClient(…) as client:"
            raise RuntimeError(message)
        library = _library()
        loop = asyncio.get_running_loop()

        async def happened(event: str, info: Mapping[str, Any]) -> None:
            del info
            if event == "http11.send_request_headers.started":
                clock.reschedule(loop.time() + limit)

        timeout = library.Timeout(limit, connect=self._connect)
        # What is packed would have no bound: a few bytes can be gigabytes.
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Content-Type": "application/json"} if content is not None else {}
        what = f"{method} {self._shown}{path}"
        try:
            async with (
                asyncio.timeout(None) as clock,
                self._http.stream(
                    method,
                    path,
                    content=content,
                    headers=headers,
                    timeout=timeout,
                    extensions={"trace": happened},
                ) as answer,
            ):
                return answer.status_code, await self._body(answer, what)
        except (library.ConnectError, library.ConnectTimeout, library.ProxyError) as exc:
            message = f"Zypi cannot be reached at {self._shown}"
            said = str(exc) or f"no connection within {self._connect:g} s"
            hint = f"start it, or say in the step or in {URL_VARIABLE} where it is"
            if "CERTIFICATE" in said:
                hint = "if its certificate is right, name the file of its authority in SSL_CERT_FILE"
            raise UnreachableError(message, said=said, hint=hint) from exc
        except (library.InvalidURL, library.UnsupportedProtocol, library.LocalProtocolError) as exc:
            raise RefusedError(f"{what}: {exc}") from exc
        except (TimeoutError, library.TimeoutException) as exc:
            raise LostAnswerError(f"{what}: no answer within {waited}; it may have been done") from exc
        except library.HTTPError as exc:
            message = f"{what}: the connection was lost before the answer was whole"
            raise LostAnswerError(message, said=str(exc), hint="it may have been done") from exc

    async def _body(self, answer: httpx.Response, what: str) -> bytes:
        body = bytearray()
        async for piece in answer.aiter_raw(1 << 16):
            body += piece
            if len(body) > self._most:
                message = f"{what}: the answer is larger than {self._most >> 20} MiB"
                raise ZypiError(f"{message}: let the command write less, or send it somewhere itself")
        return bytes(body)


def address(url: str) -> str:
    """Give the whole address: http unless it says otherwise, and Zypi's port for http without one.

    Raises:
        RefusedError: it is none.
    """
    whole = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise RefusedError(f"{_hidden(whole)!r} is no address: {exc}") from None
    odd = any(unicodedata.category(each)[0] in "CZ" for each in whole)
    if parts.scheme not in ("http", "https") or not host or port == 0 or odd:
        message = f"{_hidden(whole)!r} is no address of Zypi: write it like http://localhost:{DEFAULT_PORT}"
        raise RefusedError(message)
    if parts.query or parts.fragment:
        message = f"{_hidden(whole)!r} is no address of Zypi: nothing can follow a '?' or '#' in it"
        raise RefusedError(f"{message}; write these as %3F and %23 in a password")
    where = parts.netloc if port or parts.scheme == "https" else f"{parts.netloc.rstrip(':')}:{DEFAULT_PORT}"
    return urlunsplit((parts.scheme, where, parts.path.rstrip("/"), "", ""))


@cache
def _nobody() -> ssl.SSLContext:
    """Give what trusts no server."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy(url: str) -> str | None:
    """Give the proxy that the environment names for an address, if it names one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found or _local(host) or proxy_bypass(f"{host}:{parts.port}" if parts.port else host):
        return None
    return found if "://" in found else f"http://{found}"


def _local(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def find_url(given: str | None, environ: Mapping[str, str]) -> str:
    """Give the address: the one that was given, that of the environment, or that of this machine."""
    return given or environ.get(URL_VARIABLE) or f"http://localhost:{DEFAULT_PORT}"


def shown(url: str) -> str:
    """Give an address without its user and password."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}".rstrip("/")


def _hidden(url: str) -> str:
    """Give what is no address without what may be a user and password in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


@cache
def _library() -> Any:
    """Import the library when the first request is sent: it takes a tenth of a second."""
    import httpx  # noqa: PLC0415

    return httpx
