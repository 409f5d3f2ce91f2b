"""`python -m wfe_sql.generate`: compile tables and statements into `generated/`.

What is generated is checked in, and a test compares it with what this makes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.schema import CreateIndex, CreateTable

from wfe_sql.building import Dialect
from wfe_sql.statements import build
from wfe_sql.tables import METADATA

_WIDTH = 96
DIALECTS: Final[tuple[Literal["sqlite", "postgresql"], ...]] = ("sqlite", "postgresql")


def generate(dialect: Dialect) -> str:
    """Give the text of the generated module for a dialect."""
    lines = [
        f'"""Compiled for {dialect.name} by `python -m wfe_sql.generate`; do not edit."""',
        "",
        "# fmt: off",
        "# ruff: noqa: E501, Q000 - generated",
        "",
        "from typing import Final",
        "",
        "from wfe_sql.statement import Statement",
        "",
        "TABLES: Final = (",
        *(f"    {line}," for sql in _schema(dialect) for line in _quoted(sql)),
        ")",
        '"""What makes an empty database one of the newest schema."""',
    ]
    for name, built in build(dialect).items():
        statement = dialect.compile(built)
        lines += ["", f"{name.upper()}: Final = Statement("]
        lines += [f"    {line}" for line in _wrapped(statement.sql)]
        lines[-1] += ","
        lines.append(f"    {statement.binds!r},")
        if statement.rows:
            lines.append(f"    {statement.rows!r},")
        lines.append(")")
    return "\n".join(lines) + "\n"


def _schema(dialect: Dialect) -> list[str]:
    made: list[str] = []
    for table in METADATA.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect.engine)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [str(CreateIndex(index).compile(dialect=dialect.engine)) for index in indexes]
    return [" ".join(sql.split()) for sql in made]


def _quoted(sql: str) -> list[str]:
    return [repr(sql)]


def _wrapped(sql: str) -> list[str]:
    """Cut a text into string literals of readable length."""
    lines: list[str] = []
    line = ""
    for word in sql.split(" "):
        if line and len(line) + len(word) > _WIDTH:
            lines.append(repr(line))
            line = ""
        line += word + " "
    return [*lines, repr(line.rstrip())]


def main() -> None:
    """Write the generated modules."""
    folder = Path(__file__).parent / "generated"
    for name in DIALECTS:
        path = folder / f"{name}.py"
        path.write_text(generate(Dialect(name)))
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
