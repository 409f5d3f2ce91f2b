"""Where a Redis or Valkey is: one server, a group under sentinels, or a cluster; and wfe's own options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from wfe_core.policies import Duration, micros

Kind = Literal["server", "sentinel", "cluster"]

_SCHEMES: Final = ("redis", "rediss", "valkey", "valkeys")
_ENCRYPTED: Final = ("rediss", "valkeys")
_TLS: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname")
_SENTINEL: Final = ("sentinel_username", "sentinel_password")
_OWN: Final = ("prefix", "pool", "timeout", "connect_timeout")
_OPTIONS: Final = (*_OWN, *_TLS, *_SENTINEL)
_FORMS: Final = (
    "write redis://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/service "
    "or redis+cluster://host:6379,host:6379 (rediss with TLS)"
)
_PORTS: Final[dict[Kind, int]] = {"server": 6379, "sentinel": 26379, "cluster": 6379}
_KINDS: Final[dict[str, Kind]] = {"": "server", "sentinel": "sentinel", "cluster": "cluster"}
_LAST_PORT: Final = 65_535
_MOST: Final = 1_000
_VERIFY: Final = ("required", "optional", "none")


@dataclass(frozen=True, kw_only=True)
class Location:
    """A parsed URL.

    Attributes:
        kind: what the nodes are.
        nodes: host and port of each; of the sentinels, for such a group.
        service: the name of the group that the sentinels watch.
        db: number of the database; a cluster has only 0.
        username: the account, for servers with ACLs.
        password: its password.
        sentinel_username: the account at the sentinels, which have their own.
        sentinel_password: its password.
        tls: whether connections are encrypted.
        tls_options: as the driver names them.
        prefix: begins the names of all keys and channels.
        pool: most commands under way at once.
        timeout: seconds to wait for an answer.
        connect_timeout: seconds to wait for a connection.
    """

    kind: Kind
    nodes: tuple[tuple[str, int], ...]
    service: str | None = None
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    tls: bool = False
    tls_options: tuple[tuple[str, Any], ...] = ()
    prefix: str = "wfe"
    pool: int = 8
    timeout: float = 5.0
    connect_timeout: float = 5.0

    def __str__(self) -> str:
        """Give the URL without account and password, for messages."""
        scheme = "rediss" if self.tls else "redis"
        scheme += "" if self.kind == "server" else f"+{self.kind}"
        where = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.nodes)
        path = "/".join(str(part) for part in (self.service, self.db or None) if part is not None)
        return f"{scheme}://{where}{f'/{path}' if path else ''}"

    @classmethod
    def parse(cls, url: str, *, connect_timeout: Duration | None = None) -> Location:
        """Read a URL.

        Args:
            url: see `open_providers`.
            connect_timeout: over the URL's own: what a host was told for all its providers.

        Raises:
            ValueError: it is not understood; says what to write, and shows no password.
        """
        parts = urlsplit(url)
        scheme, _, word = parts.scheme.partition("+")
        kind = _KINDS.get(word)
        if scheme not in _SCHEMES or kind is None:
            msg = f"a URL that begins with {parts.scheme}:// is not understood: {_FORMS}"
            raise ValueError(msg)
        account, _, hosts = parts.netloc.rpartition("@")
        username, _, password = account.partition(":")
        given = _options(parts.query)
        path = [unquote(part) for part in parts.path.split("/") if part]
        tls = scheme in _ENCRYPTED
        if not tls and any(name in given for name in _TLS):
            msg = f"{next(name for name in _TLS if name in given)}= needs TLS: write {scheme}s instead"
            raise ValueError(msg)
        if kind != "sentinel" and any(name in given for name in _SENTINEL):
            msg = f"sentinel_username= and sentinel_password= belong to {scheme}+sentinel://"
            raise ValueError(msg)
        return cls(
            kind=kind,
            nodes=tuple(_node(text, _PORTS[kind]) for text in hosts.split(",")),
            service=_service(path) if kind == "sentinel" else None,
            db=_database(kind, path),
            username=unquote(username) or None,
            password=unquote(password) or None,
            sentinel_username=given.get("sentinel_username"),
            sentinel_password=given.get("sentinel_password"),
            tls=tls,
            tls_options=tuple(_tls_options(given).items()),
            prefix=_prefix(given.get("prefix", "wfe")),
            pool=_number("pool", given.get("pool", "8")),
            timeout=_seconds("timeout", given.get("timeout", "5s")),
            connect_timeout=_seconds(
                "connect_timeout",
                given.get("connect_timeout", "5s") if connect_timeout is None else connect_timeout,
            ),
        )


def _options(query: str) -> dict[str, str]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(given.keys() - set(_OPTIONS))
    if unknown:
        msg = f"Redis URLs have no option {unknown[0]}=; there are {', '.join(_OPTIONS)}"
        raise ValueError(msg)
    return given


def _node(text: str, usual_port: int) -> tuple[str, int]:
    """Read host and port; an IPv6 address stands in brackets."""
    # The brackets keep the colons of an address from those before ports.
    host, bracket, rest = text.partition("]") if text.startswith("[") else ("", "", text)
    if bracket:
        host, port = host[1:], rest.removeprefix(":")
    else:
        host, _, port = rest.partition(":")
    if not port:
        return unquote(host) or "localhost", usual_port
    if not port.isdecimal() or not 0 < int(port[:6]) <= _LAST_PORT:
        msg = f"{port!r} is no port: {_FORMS}"
        raise ValueError(msg)
    return unquote(host) or "localhost", int(port)


def _service(path: list[str]) -> str:
    if not path:
        msg = "the URL of sentinels names the group they watch: redis+sentinel://host:26379/service"
        raise ValueError(msg)
    return path.pop(0)


def _database(kind: Kind, path: list[str]) -> int:
    """Read the database from what is left of the path."""
    text = path.pop(0) if path else "0"
    if path or not text.isdecimal() or (kind == "cluster" and int(text)):
        only = "a cluster has only database 0" if kind == "cluster" else "it is a number"
        msg = f"/{'/'.join([text, *path])} is no database: {only}; {_FORMS}"
        raise ValueError(msg)
    return int(text)


def _prefix(text: str) -> str:
    # Braces would move the hash tag, by which a cluster keeps the keys of a prefix together; the others are
    # patterns in the rules of an ACL.
    if not text or any(character in "{}*?[]\\" or character.isspace() for character in text):
        msg = f"prefix={text!r}: use letters, digits, and signs other than braces, brackets and *?\\"
        raise ValueError(msg)
    return text


def _number(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:5]) <= _MOST:
        msg = f"{name}={text!r}: expected a number from 1 to {_MOST}"
        raise ValueError(msg)
    return int(text)


def _seconds(name: str, value: Any) -> float:
    try:
        plain = isinstance(value, str) and value.replace(".", "", 1).isdecimal()
        seconds = float(value) if plain else micros(value) / 1e6
    except ValueError as exc:
        msg = f"{name}={value!r}: {exc}"
        raise ValueError(msg) from None
    if not seconds:
        msg = f"{name}={value!r}: nothing answers in no time; expected a duration such as 5s"
        raise ValueError(msg)
    return seconds


def _tls_options(given: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: given[name] for name in _TLS if name in given}
    verify = found.get("ssl_cert_reqs", "required")
    if verify not in _VERIFY:
        msg = f"ssl_cert_reqs={verify!r}: expected one of {', '.join(_VERIFY)}"
        raise ValueError(msg)
    if "ssl_check_hostname" in found:
        word = str(found["ssl_check_hostname"]).lower()
        if word not in ("true", "false"):
            msg = f"ssl_check_hostname={word!r}: expected true or false"
            raise ValueError(msg)
        found["ssl_check_hostname"] = word == "true"
    elif verify == "none":
        # Nobody's name is checked where no certificate is.
        found["ssl_check_hostname"] = False
    return found
