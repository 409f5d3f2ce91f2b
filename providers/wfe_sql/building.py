"""What the statements are built with: the few differences of the dialects, and the table expression `v`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from typing import cast as typed

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Index,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    table,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine.interfaces import Dialect as EngineDialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.sql.expression import ColumnClause, GenerativeSelect, TableClause
from sqlalchemy.sql.expression import column as plain_column
from sqlalchemy.types import TypeEngine

from wfe_sql.statement import Statement

S = TypeVar("S", bound=GenerativeSelect)


@dataclass(frozen=True)
class Built:
    """A statement that is not compiled yet."""

    statement: ClauseElement
    rows: TableClause | None = None
    through: Index | None = None
    """The index to use: without statistics SQLite takes the primary key, and reads all that has ended."""


Batch = dict[str, Built]
"""Statements by name."""


def number(name: str) -> BindParameter[int]:
    """Make a parameter for a number or an instant."""
    return bindparam(name, type_=BigInteger)


def words(name: str) -> BindParameter[str]:
    """Make a parameter for a text."""
    return bindparam(name, type_=Text)


def server_time(name: str) -> ColumnElement[int]:
    """Give PostgreSQL's time at this very moment, or that of a test's clock in the parameter of that name."""
    server: ColumnElement[int] = literal_column(
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", BigInteger()
    )
    return func.coalesce(number(name), server)


def constant(value: int | str) -> ColumnElement[Any]:
    """Give a constant as part of the text, not as a parameter."""
    if isinstance(value, int):
        return literal_column(str(value), BigInteger())
    return literal_column("'" + value.replace("'", "''") + "'", Text())


def limited(statement: S) -> S:
    """Limit a query to `limit` rows; without an offset in the text SQLite's dialect would add a parameter."""
    return statement.limit(number("limit")).offset(constant(0))


def rows(*columns: ColumnElement[Any] | tuple[str, TypeEngine[Any]]) -> TableClause:
    """Make `v` with these columns (those of tables give their name and type)."""
    made: list[ColumnClause[Any]] = []
    for one in columns:
        name, kind = one if isinstance(one, tuple) else (str(getattr(one, "name", "")), one.type)
        made.append(plain_column(name, kind))
    return table("v", *made)


ID_ROWS = rows(("id", Text()))
"""`v` with ids only."""


def index(table: Table, name: str) -> Index:
    """Find an index by name."""
    return next(index for index in table.indexes if index.name == name)


@dataclass(frozen=True)
class Dialect:
    """What differs between the databases."""

    name: Literal["sqlite", "postgresql"]
    engine: EngineDialect = field(init=False)

    def __post_init__(self) -> None:
        made: EngineDialect = (
            sqlite.dialect(paramstyle="qmark")
            if self.name == "sqlite"
            # It casts every parameter to its type, as prepared statements need.
            else asyncpg.dialect()  # type: ignore[no-untyped-call]
        )
        object.__setattr__(self, "engine", made)

    def insert(self, into: Any) -> Any:
        """Begin an INSERT that can have an ON CONFLICT clause."""
        return sqlite.insert(into) if self.name == "sqlite" else postgresql.insert(into)

    def least(self, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give the least of several values of a row."""
        return func.min(*values) if self.name == "sqlite" else func.least(*values)

    def greatest(self, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give the greatest of several values of a row."""
        return func.max(*values) if self.name == "sqlite" else func.greatest(*values)

    def elements(self, array: ColumnElement[Any]) -> Any:
        """Give the texts of a JSON array as a table with the column `value`."""
        if self.name == "sqlite":
            return func.json_each(array).table_valued("value")
        return func.jsonb_array_elements_text(cast(array, postgresql.JSONB)).table_valued("value")

    def pairs(self, array: ColumnElement[Any]) -> tuple[Any, ColumnElement[Any], ColumnElement[Any]]:
        """Give a JSON array of pairs of texts as a table, and the expressions for their parts."""
        if self.name == "sqlite":
            asked = func.json_each(array).table_valued("value", name="asked")
            parts = [func.json_extract(asked.c.value, constant(f"$[{n}]")) for n in (0, 1)]
        else:
            asked = func.jsonb_array_elements(cast(array, postgresql.JSONB)).table_valued(
                "value", name="asked"
            )
            parts = [func.jsonb_extract_path_text(asked.c.value, constant(str(n))) for n in (0, 1)]
        return asked, parts[0], parts[1]

    def members(self, document: ColumnElement[Any]) -> Any:
        """Give the members of a JSON object whose values are texts as a table."""
        if self.name == "sqlite":
            return func.json_each(document).table_valued("key", "value", name="member")
        return func.jsonb_each_text(cast(document, postgresql.JSONB)).table_valued(
            "key", "value", name="member"
        )

    @property
    def yes(self) -> ColumnElement[Any]:
        """Give the constant "true" as it is stored in a column."""
        return constant(1) if self.name == "sqlite" else true()

    def compile(self, built: Built) -> Statement:
        """Compile a statement.

        Raises:
            ValueError: a constant would become a parameter (`constant` keeps it in the text), or the table
                whose index is wanted does not occur exactly once.
        """
        compiled = built.statement.compile(dialect=self.engine, compile_kwargs={"render_postcompile": True})
        hidden = {name: value for name, value in dict(compiled.params or {}).items() if value is not None}
        if hidden:
            msg = f"constants became parameters: {hidden} in {compiled}"
            raise ValueError(msg)
        order = typed(SQLCompiler, compiled).positiontup or ()
        text = " ".join(str(compiled).split())
        if built.through is not None and built.through.table is not None and self.name == "sqlite":
            # SQLAlchemy has no word for this clause.
            before = re.compile(rf"(?<=FROM |JOIN ){built.through.table.name}\b(?! AS)")
            text, places = before.subn(rf"\g<0> INDEXED BY {built.through.name}", text)
            if places != 1:
                raise ValueError(f"the place of INDEXED BY is not clear in {text}")
        columns = () if built.rows is None else tuple(column.name for column in built.rows.columns)
        if built.rows is not None and self.name == "postgresql":
            text = _with_arrays(text, built.rows, len(order))
        return Statement(text, tuple(order), columns)


_LOOK_UP = "LIMIT (SELECT 1000000000)"
"""Limits nothing. But of a limit that it does not know yet the planner expects a tenth of the rows; for all
of them it would rather read a table of 50,000 from end to end than look each one up.
"""
_TYPES = ((BigInteger, "bigint"), (Boolean, "boolean"), (Text, "text"))


def _with_arrays(text: str, v: TableClause, before: int) -> str:
    """Put `v` in front of a statement of PostgreSQL: an array for each column, after all other parameters."""
    names = ", ".join(f'"{column.name}"' for column in v.columns)
    arrays = ", ".join(
        f"${place}::{next(name for kind, name in _TYPES if isinstance(column.type, kind))}[]"
        for place, column in enumerate(v.columns, before + 1)
    )
    recursive = "WITH RECURSIVE "
    source = f"v({names}) AS (SELECT * FROM unnest({arrays}) {_LOOK_UP})"  # noqa: S608 - from our own names
    if text.startswith(recursive):
        return f"{recursive}{source}, {text.removeprefix(recursive)}"
    return f"WITH {source} {text}"
