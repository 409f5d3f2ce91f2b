"""Where a database is: a URL as libpq knows it, and the options that are wfe's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from wfe_core.policies import Duration, micros

_OWN = ("schema", "pool", "statement_timeout", "connect_timeout", "application_name")
_FORM = "write postgresql://user:password@host:5432/database?schema=wfe"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")
_MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class Location:
    """A parsed URL.

    Attributes:
        dsn: what the driver is given: the URL without wfe's own options.
        schema: the schema that holds the tables.
        pool: most connections that are open at once, those for notifications and sessions apart.
        statement_timeout: seconds after which the server ends a statement.
        connect_timeout: seconds to wait for a connection.
        application_name: as the server's own views show the connections.
    """

    dsn: str
    schema: str = "public"
    pool: int = 8
    statement_timeout: float = 30.0
    connect_timeout: float = 10.0
    application_name: str = "wfe"

    def __str__(self) -> str:
        """Give the URL without its password, for messages."""
        parts = urlsplit(self.dsn)
        where = parts.hostname or "localhost"
        return f"postgresql://{where}{f':{parts.port}' if parts.port else ''}{parts.path}"

    def __repr__(self) -> str:
        """Hide the password."""
        return f"Location({str(self)!r}, schema={self.schema!r})"

    @classmethod
    def parse(cls, url: str, *, connect_timeout: Duration | None = None) -> Location:
        """Read a URL; `sslmode`, `sslrootcert` and the other options of libpq go to the driver.

        Args:
            url: see `open_providers`.
            connect_timeout: over the URL's own: what a host was told for all its providers.

        Raises:
            ValueError: it is not understood; says what to write.
        """
        parts = urlsplit(url)
        if parts.scheme.partition("+")[0] not in ("postgres", "postgresql"):
            msg = f"the URL {_masked(url)!r} is not understood: {_FORM}"
            raise ValueError(msg)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        own: dict[str, Any] = {name: given.pop(name) for name in _OWN if name in given}
        if connect_timeout is not None:
            own["connect_timeout"] = connect_timeout
        schema = own.get("schema", "public")
        if not _NAME.fullmatch(schema):
            msg = f"schema={schema!r} is no name of a schema: use letters, digits and underscores"
            raise ValueError(msg)
        return cls(
            dsn=urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(given), "")),
            schema=schema,
            pool=_number(own.get("pool", "8")),
            statement_timeout=_seconds("statement_timeout", own.get("statement_timeout", "30s")),
            connect_timeout=_seconds("connect_timeout", own.get("connect_timeout", "10s")),
            application_name=own.get("application_name", "wfe"),
        )


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:5]) <= _MOST:
        msg = f"pool={text!r}: expected a number of connections from 1 to {_MOST}"
        raise ValueError(msg)
    return int(text)


def _seconds(name: str, value: Any) -> float:
    try:
        if isinstance(value, str) and value.replace(".", "", 1).isdecimal():
            return float(value)
        return micros(value) / 1e6
    except ValueError as exc:
        msg = f"{name}={value!r}: {exc}"
        raise ValueError(msg) from None


def _masked(url: str) -> str:
    """Hide the password of a URL."""
    password = urlsplit(url).password
    return url.replace(unquote(password), "***").replace(password, "***") if password else url
