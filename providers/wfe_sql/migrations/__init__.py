"""Alembic's environment and the chain of revisions, one for all SQL stores."""
