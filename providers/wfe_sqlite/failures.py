"""What SQLite's errors mean, in wfe's words: each with a remedy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from wfe_core.errors import ProviderError, ProviderUnavailableError

# Errors that the values of a statement cause, not the state of the database.
VALUE_ERRORS = (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeError)

_LOCKED = "it is locked by another program (a backup, a database browser?); end it and try again"
_FATAL = {
    "SQLITE_NOTADB": "it is not a SQLite database; choose another file name",
    "SQLITE_CORRUPT": "the file is damaged; restore a copy, or try `sqlite3 FILE .recover`",
    "SQLITE_READONLY": "it cannot be written; check the permissions of the file and of its folder",
    "SQLITE_PERM": "it cannot be written; check the permissions of the file and of its folder",
    "SQLITE_AUTH": "it cannot be written; check the permissions of the file and of its folder",
    "SQLITE_CANTOPEN": "the file or its folder cannot be opened; check the path and the permissions",
    "SQLITE_TOOBIG": "a value or a row is too large for SQLite; store a reference instead",
    "SQLITE_SCHEMA": "its tables were changed by another program",
}
_PASSING = {
    "SQLITE_FULL": "the disk is full; free some space",
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_PROTOCOL": _LOCKED,
    "SQLITE_NOMEM": "there is no memory left",
    "SQLITE_IOERR": "the disk does not read or write as it should; check the file system and the free space",
    "SQLITE_INTERRUPT": "the call was interrupted",
}


def is_value_error(error: BaseException) -> bool:
    """Whether a statement was refused for its values."""
    if isinstance(error, (sqlite3.InterfaceError, sqlite3.ProgrammingError)):
        # "Error binding parameter": SQLite itself was not even asked.
        return "binding parameter" in str(error)
    return isinstance(error, VALUE_ERRORS)


def translate(error: sqlite3.Error, path: Path) -> ProviderError:
    """Say what an error of the driver means for this file; raise it `from` the error."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    for known, remedy in _PASSING.items():
        if name.startswith(known):
            return ProviderUnavailableError(
                f"the store {path} cannot be used at the moment: {remedy} ({error})"
            )
    for known, remedy in _FATAL.items():
        if name.startswith(known):
            return ProviderError(f"the store {path} cannot be used: {remedy} ({error})")
    return ProviderError(f"the store {path} failed: {error}{f' ({name})' if name else ''}")
