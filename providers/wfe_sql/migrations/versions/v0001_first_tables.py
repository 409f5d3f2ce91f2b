"""The first tables.

Revision ID: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
_COUNTED: dict[str, Any] = {"sqlite_autoincrement": True}


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def _serial() -> sa.Column[Any]:
    return sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _partial(
    name: str,
    table: str,
    columns: list[str],
    *,
    where: str,
    where_postgresql: str | None = None,
    unique: bool = False,
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where_postgresql or where),
    )


def upgrade() -> None:
    """Make the tables and their indexes."""
    _activity()
    _cache()
    _data()
    _definition()
    _event()
    _inbox()
    _item()
    _log()
    _outbox()
    _pointer()
    _session()
    _subscription()
    _workflow()


def downgrade() -> None:
    """Refuse: dropping all tables is not a step back anybody wants to take by a slip.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("the first tables are not taken away again; delete the database instead")


def _activity() -> None:
    op.create_table(
        "activity",
        _text("id"),
        _text("name"),
        _text("instance_id"),
        _number("pointer_id"),
        _text("input"),
        _number("created"),
        _number("due", null=True),
        _number("leases"),
        _number("expires"),
        _text("worker", null=True),
        sa.PrimaryKeyConstraint("id"),
        **_CLUSTERED,
    )
    op.create_index("activity_instance", "activity", ["instance_id"])
    op.create_index("activity_name", "activity", ["name", "created", "id"])


def _cache() -> None:
    op.create_table(
        "cache",
        _text("key"),
        _text("value"),
        _number("expires"),
        sa.PrimaryKeyConstraint("key"),
        **_CLUSTERED,
    )
    op.create_index("cache_expires", "cache", ["expires"])


def _data() -> None:
    op.create_table(
        "data",
        _text("instance_id"),
        _text("key"),
        _number("superseded"),
        _number("revision"),
        _text("value"),
        sa.PrimaryKeyConstraint("instance_id", "key", "superseded"),
        **_CLUSTERED,
    )


def _definition() -> None:
    op.create_table(
        "definition",
        _text("fingerprint"),
        _text("definition_id"),
        _number("version"),
        _text("source"),
        sa.PrimaryKeyConstraint("fingerprint"),
        **_CLUSTERED,
    )


def _event() -> None:
    op.create_table(
        "event",
        _serial(),
        _text("id"),
        _text("name"),
        _text("key"),
        _text("payload"),
        _number("effective"),
        _number("published"),
        sa.Column("fanned_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        **_COUNTED,
    )
    op.create_index("event_published", "event", ["published"])
    op.create_index("event_topic", "event", ["name", "key", "effective"])
    _partial("event_undelivered", "event", ["seq"], where="fanned_out = 0", where_postgresql="NOT fanned_out")


def _inbox() -> None:
    op.create_table(
        "inbox",
        _text("instance_id"),
        _number("seq"),
        _text("kind"),
        _text("payload"),
        _number("effective"),
        _text("event_id", null=True),
        _text("name"),
        _text("key"),
        _text("dedupe", null=True),
        sa.Column("consumed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "seq"),
        **_CLUSTERED,
    )
    _partial("inbox_dedupe", "inbox", ["instance_id", "dedupe"], where="dedupe IS NOT NULL", unique=True)
    _partial("inbox_event", "inbox", ["event_id", "instance_id"], where="event_id IS NOT NULL", unique=True)
    _partial(
        "inbox_new", "inbox", ["instance_id", "seq"], where="consumed = 0", where_postgresql="NOT consumed"
    )


def _item() -> None:
    op.create_table(
        "item",
        _text("instance_id"),
        _number("pointer_id"),
        _number("number"),
        _text("values"),
        sa.PrimaryKeyConstraint("instance_id", "pointer_id", "number"),
        **_CLUSTERED,
    )


def _log() -> None:
    op.create_table(
        "log",
        _serial(),
        _text("instance_id"),
        _number("pointer_id"),
        _number("attempt"),
        _text("stream"),
        _number("at"),
        _text("text"),
        sa.PrimaryKeyConstraint("seq"),
        **_COUNTED,
    )
    op.create_index("log_instance", "log", ["instance_id", "seq"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        _serial(),
        _text("instance_id"),
        _text("definition_id"),
        _number("revision"),
        _text("entries"),
        sa.PrimaryKeyConstraint("seq"),
    )


def _pointer() -> None:
    op.create_table(
        "pointer",
        _text("instance_id"),
        _number("id"),
        _text("step"),
        _text("status"),
        _number("parent"),
        _text("scope"),
        sa.Column("live", sa.Boolean(), nullable=False),
        _number("index", null=True),
        _number("iteration"),
        _number("attempt"),
        _number("failures"),
        _number("run"),
        _number("crashes"),
        _number("created"),
        _number("started", null=True),
        _number("ended", null=True),
        _number("due", null=True),
        _text("outcome", null=True),
        _text("output", null=True),
        _text("state", null=True),
        _text("error", null=True),
        _number("knows"),
        _number("undo", null=True),
        sa.PrimaryKeyConstraint("instance_id", "id"),
        **_CLUSTERED,
    )
    _partial("pointer_inside", "pointer", ["instance_id", "parent", "index"], where='"index" IS NOT NULL')
    _partial("pointer_live", "pointer", ["instance_id"], where="live = 1", where_postgresql="live")
    _partial("pointer_undo", "pointer", ["instance_id", "undo"], where="undo IS NOT NULL")


def _session() -> None:
    op.create_table(
        "session",
        _text("id"),
        _text("host"),
        _text("machine"),
        _text("boot"),
        _number("expires"),
        _text("address", null=True),
        _text("metadata"),
        _number("gone", null=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        **_CLUSTERED,
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        _text("instance_id"),
        _text("name"),
        _text("key"),
        _number("as_of"),
        sa.PrimaryKeyConstraint("instance_id", "name", "key"),
        **_CLUSTERED,
    )
    op.create_index("subscription_topic", "subscription", ["name", "key", "instance_id"])


def _workflow() -> None:
    op.create_table(
        "workflow",
        _text("id"),
        _text("definition_id"),
        _number("version"),
        _text("fingerprint"),
        _text("status"),
        _number("created"),
        _text("root_id"),
        _text("digest"),
        _text("reference", null=True),
        _number("priority"),
        _text("tags"),
        _text("parent_id", null=True),
        _number("parent_pointer", null=True),
        _text("owner", null=True),
        _number("fence"),
        _number("revision"),
        _number("inbox_seq"),
        _number("pointer_seq"),
        _number("next_due", null=True),
        _number("deadline", null=True),
        _number("ended", null=True),
        _text("error", null=True),
        _text("ending", null=True),
        _text("trace", null=True),
        sa.PrimaryKeyConstraint("id"),
        **_CLUSTERED,
    )
    op.create_index("workflow_created", "workflow", ["created", "id"])
    _partial("workflow_due", "workflow", ["next_due"], where="owner IS NULL AND next_due IS NOT NULL")
    _partial("workflow_owner", "workflow", ["owner"], where="owner IS NOT NULL")
    _partial("workflow_parent", "workflow", ["parent_id"], where="parent_id IS NOT NULL")
    _partial("workflow_reference", "workflow", ["reference"], where="reference IS NOT NULL")
    _partial("workflow_root", "workflow", ["root_id"], where="parent_id IS NOT NULL")
    _partial(
        "workflow_urgent",
        "workflow",
        ["next_due"],
        where="owner IS NULL AND next_due IS NOT NULL AND priority <> 0",
    )
