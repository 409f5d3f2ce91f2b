"""What Redis's errors mean, in wfe's words: each with a remedy."""

from __future__ import annotations

from typing import Final

from redis import exceptions
from redis.asyncio.sentinel import MasterNotFoundError

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_redis.location import Location

DRIVER_ERRORS: Final = (exceptions.RedisError, exceptions.RedisClusterException, OSError, TimeoutError)

_REMEDIES: Final[tuple[tuple[str, type[ProviderError], str], ...]] = (
    ("NOAUTH", ProviderError, "it wants a password; write it into the URL"),
    ("WRONGPASS", ProviderError, "user or password is wrong; check the URL"),
    ("NOPERM", ProviderError, "this user lacks a right; docs/providers.md lists those it needs"),
    ("READONLY", ProviderUnavailableError, "it is a read-only replica; name the primary or the sentinels"),
    ("OOM", ProviderError, "its memory is full; raise maxmemory"),
    ("MISCONF", ProviderError, "it cannot save its data and takes no writes; see its log"),
    ("WRONGTYPE", ProviderError, "its keys belong to another program; choose another ?prefix="),
    ("non deterministic", ProviderError, "it is too old; Redis 6.2 or Valkey 7.2 is needed, or newer"),
    ("LOADING", ProviderUnavailableError, "it is still loading its data; try again soon"),
    ("MASTERDOWN", ProviderUnavailableError, "this replica has lost its primary; name the primary"),
    ("CLUSTERDOWN", ProviderUnavailableError, "a part of the cluster is down; see CLUSTER INFO"),
    ("max number of clients", ProviderUnavailableError, "it has no connection left; raise maxclients"),
    ("CERTIFICATE_VERIFY_FAILED", ProviderError, "its certificate is not trusted; see ?ssl_ca_certs="),
    ("luster mode is not enabled", ProviderError, "it is no cluster; write redis://, not redis+cluster://"),
    ("MOVED", ProviderError, "it is part of a cluster; write redis+cluster://, not redis://"),
    ("'SENTINEL'", ProviderError, "it is no sentinel; write redis://, not redis+sentinel://"),
)
"""By a word of the server's message. What a command in a script says stands inside of other words."""

_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (exceptions.AuthenticationError, "WRONGPASS"),
    (exceptions.NoPermissionError, "NOPERM"),
    (exceptions.ReadOnlyError, "READONLY"),
    (exceptions.OutOfMemoryError, "OOM"),
    (exceptions.BusyLoadingError, "LOADING"),
    (exceptions.MasterDownError, "MASTERDOWN"),
    (exceptions.ClusterDownError, "CLUSTERDOWN"),
    (exceptions.MovedError, "MOVED"),
)
"""The words that the driver has taken away from the messages of its own classes."""

_REFUSED_IN_SCRIPT: Final = ("user executing the script", "ACL failure in script")
"""What Redis and Valkey say when the account of a script lacks a right."""

_NETWORK: Final = (
    exceptions.ConnectionError,
    exceptions.ClusterError,
    exceptions.RedisClusterException,
    OSError,
)


def is_late(error: BaseException) -> bool:
    """Whether the time ran out: asking again would take as long."""
    return isinstance(error, (exceptions.TimeoutError, TimeoutError))


def is_unreachable(error: BaseException) -> bool:
    """Whether the connection failed, so that another one may work at once."""
    refused = (exceptions.AuthenticationError, exceptions.AuthorizationError, MasterNotFoundError)
    return isinstance(error, _NETWORK) and not isinstance(error, refused) and not is_late(error)


def is_replica(error: BaseException) -> bool:
    """Whether the server turned out to be a replica: another one is the primary now."""
    return "READONLY" in _told(error)


def translate(error: BaseException, where: Location) -> ProviderError:
    """Say what an error of the driver means; raise it `from` the error."""
    told = _told(error)
    text = str(error).partition("\n")[0] or type(error).__name__
    for word, kind, remedy in _REMEDIES:
        if word in told:
            return kind(f"Redis at {where} cannot be used: {remedy} ({text})")
    if isinstance(error, MasterNotFoundError):
        return ProviderUnavailableError(
            f"the sentinels {where} know no primary {where.service!r} that is up: is the name right? ({text})"
        )
    if is_late(error):
        return ProviderUnavailableError(
            f"Redis at {where} did not answer in time: raise ?timeout= if it is meant ({text})"
        )
    if isinstance(error, _NETWORK):
        return ProviderUnavailableError(
            f"Redis at {where} cannot be reached: does the server run, and is the URL right? ({text})"
        )
    return ProviderError(f"Redis at {where} failed: {text} ({type(error).__name__})")


def _told(error: BaseException) -> str:
    """Give the message with the word that the server put before it."""
    if isinstance(error, exceptions.AuthenticationError) and "required" in str(error):
        return f"NOAUTH {error}"
    words = [word for kind, word in _WORDS if isinstance(error, kind)]
    if any(said in str(error) for said in _REFUSED_IN_SCRIPT):
        words.append("NOPERM")
    return " ".join([*words, str(error)])
