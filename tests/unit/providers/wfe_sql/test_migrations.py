"""The chain of migrations leads to the tables as they are declared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from wfe_sql.generated import sqlite as sql
from wfe_sql.migrate import chain, upgrade
from wfe_sql.revisions import HEAD, REVISIONS, VERSION_TABLE
from wfe_sql.tables import METADATA


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty SQLite file."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/migrated.db")
    yield engine
    engine.dispose()


def described(connection: sqlite3.Connection) -> dict[str, object]:
    """All tables and indexes, without the form of their SQL."""
    found: dict[str, object] = {}
    for name, kind, text in connection.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ):
        if name == VERSION_TABLE or name.startswith("sqlite_"):
            continue
        info = "table_info" if kind == "table" else "index_xinfo"
        rows = connection.execute(f"PRAGMA {info}({name})").fetchall()
        _, _, condition = text.partition("WHERE")
        marks = {mark: mark in text for mark in ("WITHOUT ROWID", "AUTOINCREMENT", "UNIQUE")}
        found[name] = (rows, condition.strip(), marks)
    return found


def test_the_revisions_are_those_that_the_program_knows() -> None:
    """`revisions.py` spares a running host the import of Alembic, so it has to be right."""
    assert chain() == REVISIONS


def test_the_chain_leads_to_the_declared_tables(engine: sa.Engine) -> None:
    """A file that was migrated from the beginning has the schema of a new one."""
    with engine.begin() as connection:
        upgrade(connection)
        assert (
            compare_metadata(
                MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}), METADATA
            )
            == []
        )
        assert connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all() == [
            HEAD
        ]
    new = sqlite3.connect(":memory:")
    for statement in sql.TABLES:
        new.execute(statement)
    old = sqlite3.connect(str(engine.url.database))
    assert described(old) == described(new)
    old.close()
    new.close()


def test_migrating_again_changes_nothing(engine: sa.Engine) -> None:
    """A database of the newest schema is left alone."""
    for _ in range(2):
        with engine.begin() as connection:
            upgrade(connection)


def test_a_failed_migration_leaves_nothing_behind(engine: sa.Engine) -> None:
    """The migration and its mark are one transaction, on SQLite too."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("CREATE TABLE workflow (id TEXT)")
        with pytest.raises(sa.exc.OperationalError, match="already exists"):
            upgrade(connection)
        connection.rollback()
    assert sa.inspect(engine).get_table_names() == []


def test_nobody_drops_all_tables_by_a_slip() -> None:
    """There is no way back before the first revision."""
    from wfe_sql.migrations.versions import v0001_first_tables

    with pytest.raises(NotImplementedError, match="delete the database"):
        v0001_first_tables.downgrade()
