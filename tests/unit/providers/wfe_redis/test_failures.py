from __future__ import annotations

import pytest
from redis import exceptions
from redis.asyncio.sentinel import MasterNotFoundError

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_redis.failures import is_late, is_replica, is_unreachable, translate
from wfe_redis.location import Location

WHERE = Location.parse("redis://me:secret@db")
IN_SCRIPT = "Error running script (call to f_0): @user_script:7: @user_script: 7: "


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            exceptions.AuthenticationError("invalid username-password pair"),
            ProviderError,
            "password is wrong",
        ),
        (exceptions.AuthenticationError("Authentication required."), ProviderError, "it wants a password"),
        (exceptions.NoPermissionError("this user has no permissions"), ProviderError, "lacks a right"),
        (exceptions.ResponseError(f"{IN_SCRIPT}-NOPERM no"), ProviderError, "lacks a right"),
        (
            exceptions.ResponseError("ACL failure in script: User w has no permissions to run the 'time'"),
            ProviderError,
            "lacks a right",
        ),
        (exceptions.ReadOnlyError("You can't write"), ProviderUnavailableError, "read-only replica"),
        (exceptions.ResponseError(f"{IN_SCRIPT}-READONLY no"), ProviderUnavailableError, "read-only replica"),
        (exceptions.ResponseError(f"{IN_SCRIPT}-OOM command not allowed"), ProviderError, "raise maxmemory"),
        (exceptions.ResponseError("MISCONF Redis is configured"), ProviderError, "cannot save its data"),
        (exceptions.ResponseError(f"{IN_SCRIPT}-WRONGTYPE no"), ProviderError, "choose another .prefix="),
        (
            exceptions.ResponseError("Write commands not allowed after non deterministic commands."),
            ProviderError,
            "Redis 6.2 or Valkey 7.2 is needed",
        ),
        (exceptions.BusyLoadingError("Redis is loading"), ProviderUnavailableError, "still loading"),
        (
            exceptions.ClusterDownError("CLUSTERDOWN The cluster is down"),
            ProviderUnavailableError,
            "CLUSTER INFO",
        ),
        (exceptions.MovedError("1234 h:7001"), ProviderError, r"write redis\+cluster://, not redis://"),
        (exceptions.ConnectionError("max number of clients reached"), ProviderUnavailableError, "maxclients"),
        (exceptions.ConnectionError("CERTIFICATE_VERIFY_FAILED"), ProviderError, r"see \?ssl_ca_certs="),
        (MasterNotFoundError("No master"), ProviderUnavailableError, "the sentinels .* know no primary"),
        (exceptions.TimeoutError("late"), ProviderUnavailableError, "did not answer in time"),
        (
            ConnectionRefusedError(111, "refused"),
            ProviderUnavailableError,
            "cannot be reached: does the server",
        ),
        (exceptions.ResponseError("wrong number"), ProviderError, r"failed: wrong number \(ResponseError\)"),
    ],
)
def test_errors_are_translated(error: BaseException, kind: type[ProviderError], message: str) -> None:
    """Each has a remedy where there is one; what passes by itself is told from what does not."""
    found = translate(error, WHERE)
    assert type(found) is kind
    assert "secret" not in str(found)
    with pytest.raises(kind, match=message):
        raise found


def test_errors_are_told_apart() -> None:
    """A cut connection is replaced at once; a refused account or a late answer is no such thing."""
    assert is_unreachable(exceptions.ConnectionError("closed"))
    assert is_unreachable(ConnectionResetError())
    assert not is_unreachable(exceptions.AuthenticationError("no"))
    assert not is_unreachable(exceptions.TimeoutError("late"))
    assert not is_unreachable(exceptions.ResponseError("no"))
    assert is_late(TimeoutError())
    assert is_replica(exceptions.ReadOnlyError("no"))
    assert not is_replica(exceptions.ConnectionError("no"))
