"""A compiled statement: text, and the order of its parameters. Nothing here imports SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    """One compiled statement.

    A statement with `rows` reads the table expression `v`. On SQLite it is not part of `sql`: the provider
    puts it in front, as `WITH v(...) AS (...)` for as many rows as it has, and passes the values of `v`
    before the others. On PostgreSQL it is, and takes an array for each column, after the other parameters.
    """

    sql: str
    binds: tuple[str, ...] = ()
    """Names of the parameters, in the order of the placeholders."""
    rows: tuple[str, ...] = ()
    """Columns of `v`."""

    def values(self, **given: Any) -> tuple[Any, ...]:
        """Give the values of the parameters in their order; a name may occur more than once."""
        return tuple(given[name] for name in self.binds)
