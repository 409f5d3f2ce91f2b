"""The chain of schema revisions, known without importing Alembic."""

from __future__ import annotations

from typing import Final

REVISIONS: Final = ("0001",)
"""From the first to the newest, as in `migrations/versions`."""
BASE: Final = "base"
"""What a database has before the first."""
HEAD: Final = REVISIONS[-1]
VERSION_TABLE: Final = "wfe_schema"
"""Where Alembic keeps the revision of a database."""
