"""Alembic's environment: migrates the connection that `wfe_sql.migrate` hands over."""

from __future__ import annotations

from alembic import context

from wfe_sql.revisions import VERSION_TABLE
from wfe_sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    # The caller has begun the transaction, on SQLite too, where tables are changed in transactions as well.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
