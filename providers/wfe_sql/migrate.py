"""Bringing a database to the newest schema. Imports Alembic: import it only when a schema is behind."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_FOLDER = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Give Alembic's configuration, for its commands."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrate a database, in the transaction that `connection` is in.

    Args:
        connection: to the database, whose revision is kept in the table `wfe_schema`.
        revision: to which; by default the newest.
    """
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def chain() -> tuple[str, ...]:
    """Give the revisions as Alembic finds them, from the first to the newest."""
    script = ScriptDirectory.from_config(configuration())
    return tuple(reversed([revision.revision for revision in script.walk_revisions()]))
