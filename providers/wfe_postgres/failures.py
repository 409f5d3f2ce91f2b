"""What PostgreSQL's errors mean, in wfe's words: each with a remedy."""

from __future__ import annotations

import ssl

import asyncpg

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_postgres.location import Location

_UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # What the driver says of a connection that was cut while nobody used it.
    asyncpg.InternalClientError,
)
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_VALUES = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)
_REMEDIES: tuple[tuple[type[BaseException], str], ...] = (
    (asyncpg.InvalidPasswordError, "the password is wrong; check the URL"),
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        "the server refuses this account; see pg_hba.conf",
    ),
    (asyncpg.InvalidCatalogNameError, "there is no such database; create it, or check the URL"),
    (asyncpg.InsufficientPrivilegeError, "the account lacks a right; grant it, or use another account"),
    (asyncpg.DiskFullError, "the disk of the server is full; free some space"),
    (asyncpg.ReadOnlySQLTransactionError, "the server is a read-only standby; give the URL of the primary"),
)


def repeats(error: BaseException) -> bool:
    """Whether the transaction lost against another one and can be repeated as it is."""
    return isinstance(error, _AGAIN)


def is_value_error(error: BaseException) -> bool:
    """Whether a statement was refused for its values."""
    return isinstance(error, (*_VALUES, UnicodeError, OverflowError))


def is_unreachable(error: BaseException) -> bool:
    """Whether the connection failed, so that another one may work."""
    return isinstance(error, _UNREACHABLE) or (
        isinstance(error, asyncpg.InterfaceError) and "clos" in str(error)
    )


def translate(error: BaseException, where: Location) -> ProviderError:
    """Say what an error of the driver means; raise it `from` the error."""
    text = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        return ProviderError(
            f"the store {where} shows a certificate that is not trusted: give its authority as ?sslrootcert= "
            f"and the name that it is made out to ({text})"
        )
    if _is_about_files(error, where):
        return ProviderError(
            f"the store {where} cannot be used: one of the files ?sslrootcert=, ?sslcert= and ?sslkey= is "
            f"missing or not what it should be ({text})"
        )
    for kind, remedy in _REMEDIES:
        if isinstance(error, kind):
            return ProviderError(f"the store {where} cannot be used: {remedy} ({text})")
    if isinstance(error, asyncpg.TooManyConnectionsError):
        return ProviderUnavailableError(
            f"the store {where} has no connection left: raise max_connections, or lower ?pool= ({text})"
        )
    if isinstance(error, asyncpg.QueryCanceledError):
        return ProviderUnavailableError(
            f"the store {where} did not answer in time: raise ?statement_timeout= if it is meant ({text})"
        )
    if is_unreachable(error):
        return ProviderUnavailableError(
            f"the store {where} cannot be reached: does the server run, and is the URL right? ({text})"
        )
    return ProviderError(f"the store {where} failed: {text} ({type(error).__name__})")


def _is_about_files(error: BaseException, where: Location) -> bool:
    """Whether files with certificates or keys cannot be read; a socket that is missing is none of them."""
    if isinstance(error, ssl.SSLError):
        return error.library == "X509" or "PEM" in str(error)
    return isinstance(error, FileNotFoundError) and any(f"{name}=" in where.dsn for name in _FILES)
