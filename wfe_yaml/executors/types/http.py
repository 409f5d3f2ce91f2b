"""The type `http`: sends a request and gives the answer."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlencode

from pydantic import AfterValidator, Field, model_validator

from wfe_core.errors import StepError, StepTimeoutError
from wfe_yaml.executors.base import ConfigModel
from wfe_yaml.executors.configs import Config, Seconds, Size, conflict
from wfe_yaml.executors.executor import Executor, StepAttempt
from wfe_yaml.executors.masking import mask_text, revealed_in
from wfe_yaml.executors.types.http_body import ACCEPTED, BodyError, Unpacking

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that a later attempt may not get: see RFC 9110 and RFC 6585."""
_MOST_REDIRECTS = 10
_EVERYWHERE = frozenset(
    (
        *("accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type"),
        *("host", "transfer-encoding", "user-agent"),
    )
)
"""Headers that may go to another host than the one they were meant for."""
_SHOWN = 200
_FRAMING = frozenset({"content-length", "transfer-encoding"})
"""Headers that say where a request ends, which is not for its author to say."""
_SHOWN_URL = 500


def _header_name(name: str) -> str:
    if name.casefold() in _FRAMING:
        message = f"{name} comes from what is sent: leave it out"
        raise ValueError(message)
    return name


def _header_value(value: str) -> str:
    if not value.isascii() or not value.replace("\t", " ").isprintable():
        message = "a header holds one line of ASCII: encode what is not, as with base64"
        raise ValueError(message)
    return value


Status = Annotated[int, Field(ge=100, le=599)] | Literal["1xx", "2xx", "3xx", "4xx", "5xx"]
HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"), AfterValidator(_header_name)]
HeaderValue = Annotated[str, AfterValidator(_header_value)]


class HttpConfig(Config):
    """What an http step needs."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = Field(
        default="GET", description="What is asked for."
    )
    url: str = Field(pattern=r"^(?i:https?)://[^/\s]", description="The address: http or https.")
    headers: dict[HeaderName, HeaderValue] = Field(default={}, description="Headers of the request.")
    query: dict[str, str | list[str]] = Field(
        default={}, description="Parameters that are added to the address."
    )
    json_: Any = Field(default=None, alias="json", description="A value that is sent as JSON.")
    body: str | None = Field(default=None, description="A text that is sent as it is.")
    expect_status: Status | list[Status] = Field(
        default="2xx", description="The answers that are no failure: a status, `2xx` and the like, or a list."
    )
    timeout: Seconds = Field(default=30.0, description="How long one attempt may take.")
    follow_redirects: bool = Field(
        default=False,
        description="Go where the answer points, at most 10 times, and never from https to http.",
    )
    ca: str | None = Field(
        default=None,
        min_length=1,
        description="A file of certificates (PEM) that are trusted besides the public ones; counted from the "
        "folder of the file.",
    )
    max_body: Size = Field(default=1 << 20, le=64 << 20, description="The largest answer that is taken.")
    idempotency_header: HeaderName | None = Field(
        default="Idempotency-Key",
        description="The header that tells attempts of one step apart from other requests; null for none. "
        "Sent with all methods that change something.",
    )

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.body is not None and "json_" in self.model_fields_set:
            raise conflict("body", "'json' and 'body' exclude each other")
        return self


class HttpExecutor(Executor[HttpConfig]):
    """Sends an HTTP request: its outputs are `status`, `headers`, `body` and `json` (null if it is none).

    Connections that fail, timeouts and the statuses 408, 425, 429, 500, 502, 503 and 504 are tried again if
    the step has `retry:`; other failures are not. Proxies are those of the environment of the runner
    (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    """

    name: ClassVar[str] = "http"
    config: ClassVar[ConfigModel] = HttpConfig
    gives: ClassVar[frozenset[str]] = frozenset({"status", "headers", "body", "json"})

    async def run(self, config: HttpConfig, attempt: StepAttempt) -> dict[str, Any]:
        """Send it.

        Raises:
            StepTimeoutError: there was no answer in time.
            StepError: there was none, or not one that is expected.
        """
        library = await asyncio.to_thread(_library)
        context = await asyncio.to_thread(_context, config, attempt)
        try:
            async with (
                asyncio.timeout(config.timeout),
                library.AsyncClient(verify=context, timeout=config.timeout, follow_redirects=False) as client,
            ):
                request = client.build_request(
                    config.method,
                    _address(config, library),
                    headers=_headers(config, attempt),
                    content=_content(config),
                )
                return await _Exchange(config, attempt, client).send(request)
        except BodyError as exc:
            exc.retryable = exc.cut and _again(config, attempt)
            raise
        except (TimeoutError, library.TimeoutException):
            message = (
                f"{_asked(config, attempt.secrets)}: no answer within its timeout of {config.timeout:g} s"
            )
            raise StepTimeoutError(message, retryable=_again(config, attempt, timeout=True)) from None
        except (
            library.InvalidURL,
            library.UnsupportedProtocol,
            library.LocalProtocolError,
            ValueError,
            ImportError,  # for a SOCKS proxy of the environment
        ) as exc:
            raise StepError(f"{_asked(config, attempt.secrets)}: {exc}", retryable=False) from exc
        except library.TransportError as exc:
            refused = isinstance(exc, library.ConnectError)
            again = (refused and attempt.retries()) or _again(config, attempt)
            what = "cannot be reached" if refused else "the connection was lost"
            detail = f": {exc}" if str(exc) else ""
            raise StepError(f"{_asked(config, attempt.secrets)}: {what}{detail}", retryable=again) from exc


def _again(config: HttpConfig, attempt: StepAttempt, *, timeout: bool = False) -> bool:
    """Whether a request may be sent again that may have been done."""
    return attempt.retries(timeout=timeout) and (attempt.plan.idempotent or config.method in _SAFE)


class _Exchange:
    """A request, its redirects and the answer."""

    def __init__(self, config: HttpConfig, attempt: StepAttempt, client: httpx.AsyncClient) -> None:
        self._config = config
        self._attempt = attempt
        self._client = client

    async def send(self, request: httpx.Request) -> dict[str, Any]:
        """Send it, and follow the answer where that is wanted."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            try:
                following = response.next_request if self._config.follow_redirects else None
                if following is None:
                    return self._judged(response, await self._body(response))
            finally:
                await response.aclose()
            self._attempt.emit(
                "stdout",
                f"{response.status_code}: goes on at {_shown(str(following.url), self._attempt.secrets)}",
            )
            request = self._redirected(request, following)
        raise StepError(f"{self._what(request)}: more than {_MOST_REDIRECTS} redirects", retryable=False)

    def _redirected(self, request: httpx.Request, following: httpx.Request) -> httpx.Request:
        before, after = request.url, following.url
        if before.scheme == "https" and after.scheme != "https":
            led = _shown(str(after), self._attempt.secrets)
            message = f"{self._what(request)}: the answer leads from https to {led}"
            raise StepError(message, retryable=False)
        if (before.scheme, before.host, before.port) != (after.scheme, after.host, after.port):
            # What the file says of this host is not meant for another one.
            for name in [name for name in following.headers if name.casefold() not in _EVERYWHERE]:
                del following.headers[name]
            secret = revealed_in(_content(self._config) or b"", self._attempt.secrets)
            if secret is not None and "content-length" in following.headers:
                message = (
                    f"{self._what(request)}: the answer leads to "
                    f"{_shown(str(after), self._attempt.secrets)}, which would get the "
                    f"secret {secret} with the body: make that the `url` if it is meant to"
                )
                raise StepError(message, retryable=False)
        return following

    async def _body(self, response: httpx.Response) -> bytes:
        """Read the answer.

        Raises:
            StepError: it is larger than it may be, or not packed as it says.
        """
        try:
            unpacking = Unpacking(response.headers.get("content-encoding", ""), self._config.max_body)
            async for piece in response.aiter_raw(65536):
                unpacking.feed(piece)
            return unpacking.end()
        except BodyError as exc:
            exc.args = (f"{self._what(response.request)}: {exc}",)
            raise

    def _judged(self, response: httpx.Response, body: bytes) -> dict[str, Any]:
        """Give the outputs, if the status is one that is expected."""
        text = _text(body, response.charset_encoding)
        status = response.status_code
        told = f"{self._what(response.request)}: {status} {response.reason_phrase}".rstrip()
        self._attempt.emit("stdout", f"{told}, {len(body)} bytes")
        expected = self._config.expect_status
        wanted = expected if isinstance(expected, list) else [expected]
        if status not in wanted and f"{status // 100}xx" not in wanted:
            words = " ".join(text.split())[:_SHOWN]
            again = status in _PASSING and self._attempt.retries()
            raise StepError(f"{told}" + (f": {words}" if words else ""), retryable=again)
        return {
            "status": status,
            "headers": {name.casefold(): value for name, value in response.headers.items()},
            "body": text,
            "json": _parsed(text),
        }

    def _what(self, request: httpx.Request) -> str:
        return f"{request.method} {_shown(str(request.url), self._attempt.secrets)}"


@cache
def _library() -> Any:
    """Import the library when the first request is sent: it takes a tenth of a second."""
    import httpx  # noqa: PLC0415

    return httpx


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once."""
    context: ssl.SSLContext = _library().create_ssl_context()
    return context


def _context(config: HttpConfig, attempt: StepAttempt) -> ssl.SSLContext:
    """Give what decides whether a server is whom it says it is.

    Raises:
        StepError: the file of `ca` cannot be used.
    """
    if config.ca is None:
        return _trusted()
    path = attempt.path(config.ca).absolute()
    context: ssl.SSLContext = _library().create_ssl_context()
    try:
        context.load_verify_locations(cafile=path)
    except OSError as exc:
        why = exc.strerror if isinstance(exc, FileNotFoundError) else "it holds no certificates in PEM"
        raise StepError(f"the certificates in {str(path)!r} cannot be used: {why}", retryable=False) from None
    return context


def _headers(config: HttpConfig, attempt: StepAttempt) -> dict[str, str]:
    headers: dict[str, str] = dict(config.headers)
    given = {name.casefold() for name in headers}
    key = config.idempotency_header
    if key is not None and config.method not in _SAFE and key.casefold() not in given:
        headers[key] = attempt.ctx.idempotency_key
    if "accept-encoding" not in given:
        headers["Accept-Encoding"] = ACCEPTED
    if "json_" in config.model_fields_set and "content-type" not in given:
        headers["Content-Type"] = "application/json"
    elif config.body is not None and "content-type" not in given:
        headers["Content-Type"] = "text/plain; charset=utf-8"
    return headers


def _address(config: HttpConfig, library: Any) -> httpx.URL:
    """Give the address as it is written, for it may be signed, with the parameters that are added to it."""
    url: httpx.URL = library.URL(config.url)
    pairs = [
        (name, each)
        for name, value in config.query.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    parts = (url.query, urlencode(pairs, errors="surrogateescape").encode())
    return url.copy_with(query=b"&".join(filter(None, parts))) if pairs else url


def _content(config: HttpConfig) -> bytes | None:
    if "json_" in config.model_fields_set:
        return json.dumps(config.json_, ensure_ascii=False, allow_nan=False).encode()
    return None if config.body is None else config.body.encode("utf-8", "surrogateescape")


def _text(body: bytes, charset: str | None) -> str:
    """Decode the answer as the server says; as UTF-8 when that is no encoding of texts."""
    try:
        return body.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _asked(config: HttpConfig, secrets: Mapping[str, str]) -> str:
    return f"{config.method} {_shown(config.url, secrets)}"


def _shown(url: str, secrets: Mapping[str, str]) -> str:
    """Give an address without what may be secret in it: user, password, parameters, and the secrets.

    Those are masked before anything is cut off, also where a secret holds what ends the part that is shown.
    """
    heads = {f"{name}{end}": value.partition(end)[0] for name, value in secrets.items() for end in "?#"}
    url = mask_text(url, {**secrets, **heads})
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
    whole = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    return whole if len(whole) <= _SHOWN_URL else f"{whole[:_SHOWN_URL]}…"
