"""The compiled statements that are checked in are those that the sources make."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

import wfe_sql.generated
from wfe_sql import generate
from wfe_sql.building import Built, Dialect
from wfe_sql.statement import Statement
from wfe_sql.statements import build


@pytest.mark.parametrize("name", generate.DIALECTS)
def test_what_is_checked_in_is_up_to_date(name: Literal["sqlite", "postgresql"]) -> None:
    """Run `python -m wfe_sql.generate` after a change of tables or statements."""
    made = (Path(wfe_sql.generated.__file__).parent / f"{name}.py").read_text()
    assert made == generate.generate(Dialect(name))


def test_rows_are_arrays_on_postgresql() -> None:
    """The parameters of a statement come first, then an array for each column of `v`."""
    dialect = Dialect("postgresql")
    for name, built in build(dialect).items():
        statement = dialect.compile(built)
        assert "?" not in statement.sql, name
        numbers = {int(number) for number in re.findall(r"\$(\d+)", statement.sql)}
        assert numbers == set(range(1, len(statement.binds) + len(statement.rows) + 1)), name
        arrays = [f"${len(statement.binds) + place + 1}::" for place in range(len(statement.rows))]
        assert all(array in statement.sql.partition(")) ")[0] for array in arrays), name


def test_a_constant_does_not_become_a_parameter() -> None:
    """A literal that SQLAlchemy would pass as a parameter is found when the statements are generated."""
    from wfe_sql.tables import t

    with pytest.raises(ValueError, match="constants became parameters"):
        Dialect("sqlite").compile(Built(t.workflow.select().where(t.workflow.c.id == "x")))


def test_parameters_go_by_name() -> None:
    """A name may occur several times; a missing one is an error, not a NULL."""
    statement = Statement("SELECT ? + ?, ?", ("a", "a", "b"))
    assert statement.values(a=1, b=2, c=3) == (1, 1, 2)
    with pytest.raises(KeyError):
        statement.values(a=1)


def test_the_module_writes_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`main` writes what `generate` makes, beside the sources."""
    (tmp_path / "generated").mkdir()
    monkeypatch.setattr(generate, "__file__", str(tmp_path / "generate.py"))
    generate.main()
    for name in generate.DIALECTS:
        assert (tmp_path / "generated" / f"{name}.py").read_text() == generate.generate(Dialect(name))


def test_a_running_host_imports_no_sqlalchemy() -> None:
    """SQLModel, SQLAlchemy and Alembic cost 0.4 s; aiosqlite is imported by the first reader."""
    heavy = {"sqlalchemy", "sqlmodel", "alembic", "aiosqlite"}
    code = f"import sys, wfe_sqlite; print(sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
