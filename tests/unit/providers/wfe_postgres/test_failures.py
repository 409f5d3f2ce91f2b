from __future__ import annotations

import asyncpg
import pytest

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_postgres.failures import is_unreachable, is_value_error, repeats, translate
from wfe_postgres.location import Location

WHERE = Location.parse("postgresql://me:secret@db/app")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (asyncpg.InvalidPasswordError("no"), ProviderError, "the password is wrong; check the URL"),
        (asyncpg.DiskFullError("full"), ProviderError, "the disk of the server is full"),
        (
            asyncpg.ReadOnlySQLTransactionError("ro"),
            ProviderError,
            "standby; give the URL of the primary",
        ),
        (
            asyncpg.TooManyConnectionsError("53300"),
            ProviderUnavailableError,
            r"no connection left.*\?pool=",
        ),
        (asyncpg.QueryCanceledError("late"), ProviderUnavailableError, "did not answer in time"),
        (ConnectionRefusedError(111, "refused"), ProviderUnavailableError, "cannot be reached"),
        (asyncpg.InterfaceError("connection is closed"), ProviderUnavailableError, "cannot be reached"),
        (asyncpg.UndefinedTableError("no table"), ProviderError, r"failed: no table \(UndefinedTableError\)"),
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
    """What lost against others is repeated, bad values are refused, a cut connection is replaced."""
    assert repeats(asyncpg.DeadlockDetectedError("x"))
    assert not repeats(asyncpg.UniqueViolationError("x"))
    assert is_value_error(asyncpg.CharacterNotInRepertoireError("x"))
    assert not is_value_error(asyncpg.DeadlockDetectedError("x"))
    assert is_unreachable(asyncpg.AdminShutdownError("x"))
    assert not is_unreachable(asyncpg.UndefinedTableError("x"))
