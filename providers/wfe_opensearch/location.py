"""Where a cluster is: a URL, and the options in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from wfe_core.policies import micros

_FORM = "write opensearch+https://user:password@host:9200?prefix=wfe"
_SCHEMES = {
    "opensearch": False,
    "opensearch+http": False,
    "opensearch+https": True,
    "http": False,
    "https": True,
}
_OPTIONS = ("prefix", "timeout", "ca", "shards", "replicas", "fallback")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_MOST = 1_024


@dataclass(frozen=True, kw_only=True)
class Location:
    """A parsed URL.

    Attributes:
        host: name or address.
        port: of the REST interface.
        tls: whether the connection is encrypted.
        path: in front of every path, for a cluster behind a proxy.
        account: user and password, if any.
        prefix: of the names of everything that wfe makes there.
        timeout: seconds that a request may take.
        ca: file with the certificates to trust, instead of the system's.
        shards: of a new index.
        replicas: of a new index.
        fallback: whether the store's own search answers while the cluster cannot.
    """

    host: str
    port: int
    tls: bool
    path: str = ""
    account: tuple[str, str] | None = field(default=None, repr=False)
    prefix: str = "wfe"
    timeout: float = 10.0
    ca: str | None = None
    shards: int = 1
    replicas: int = 1
    fallback: bool = True

    def __str__(self) -> str:
        """Give the URL without user and password, for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"opensearch+http{'s' if self.tls else ''}://{host}:{self.port}{self.path}"

    @classmethod
    def parse(cls, url: str) -> Location:
        """Read a URL.

        Raises:
            ValueError: it is not understood; says what to write, without the password.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as exc:
            msg = f"the URL of OpenSearch is not understood ({exc}): {_FORM}"
            raise ValueError(msg) from None
        if parts.scheme not in _SCHEMES or not host:
            msg = f"the URL of OpenSearch names no host: {_FORM}"
            raise ValueError(msg)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        unknown = sorted(set(given).difference(_OPTIONS))
        if unknown:
            msg = f"OpenSearch knows no option {unknown[0]!r}: there are {', '.join(_OPTIONS)}"
            raise ValueError(msg)
        account = None
        if parts.username is not None:
            account = (unquote(parts.username), unquote(parts.password or ""))
        prefix = given.get("prefix", "wfe")
        if not _PREFIX.fullmatch(prefix):
            msg = f"prefix={prefix!r}: use up to 100 small letters, digits, hyphens and underscores"
            raise ValueError(msg)
        fallback = given.get("fallback", "store")
        if fallback not in ("store", "none"):
            msg = f"fallback={fallback!r}: write store or none"
            raise ValueError(msg)
        return cls(
            host=host,
            port=9200 if port is None else port,
            tls=_SCHEMES[parts.scheme],
            path=parts.path.rstrip("/"),
            account=account,
            prefix=prefix,
            timeout=_seconds(given.get("timeout", "10s")),
            ca=given.get("ca") or None,
            shards=_number("shards", given.get("shards", "1"), 1),
            replicas=_number("replicas", given.get("replicas", "1"), 0),
            fallback=fallback == "store",
        )


def _number(name: str, text: str, least: int) -> int:
    if not text.isdecimal() or not least <= int(text[:5]) <= _MOST:
        msg = f"{name}={text!r}: expected a number from {least} to {_MOST}"
        raise ValueError(msg)
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text) if text.replace(".", "", 1).isdecimal() else micros(text) / 1e6
    except ValueError as exc:
        msg = f"timeout={text!r}: {exc}"
        raise ValueError(msg) from None
    if not seconds:
        msg = f"timeout={text!r}: no request is done in no time"
        raise ValueError(msg)
    return seconds
