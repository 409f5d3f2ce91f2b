"""Statements that only PostgreSQL needs: locks, because writers work side by side, and its search."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    table,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import column as plain_column

from wfe_sql.building import (
    ID_ROWS,
    Batch,
    Built,
    Dialect,
    constant,
    limited,
    number,
    rows,
    server_time,
    words,
)
from wfe_sql.statements.claims import among, idle, next_due
from wfe_sql.statements.commits import Only
from wfe_sql.statements.events import change_bounds, forgettable, read_changes, trimmed
from wfe_sql.statements.extras import free_activity, leased_activity
from wfe_sql.statements.listing import find
from wfe_sql.statements.reading import heads
from wfe_sql.statements.sessions import INFO
from wfe_sql.tables import t

_TOPICS = 0x77666501
"""First key of the advisory locks on topics."""
_BITS = 20
"""Bits of an outbox row's number that tell it from others of its transaction."""
_BUCKETS = 256
"""Topics share so many locks: the server's table of locks is small."""


def build(dialect: Dialect) -> Batch:
    """Build them; none for SQLite. those of the outbox take the places of the shared ones."""
    if dialect.name == "sqlite":
        return {}
    of = t.workflow.c
    here = of.id.in_(select(ID_ROWS.c.id))
    free = or_(and_(*idle(of)), among(dialect, of.owner, "dead"))
    return {
        "lock_workflows": Built(select(*heads(of)).where(here).order_by(of.id).with_for_update(), ID_ROWS),
        "lock_candidates": Built(
            select(of.id).where(here, free).order_by(of.id).with_for_update(skip_locked=True), ID_ROWS
        ),
        "lock_topics": _lock_topics(shared=False),
        "share_topics": _lock_topics(shared=True),
        "lock_free_activity": Built(free_activity().with_for_update(skip_locked=True)),
        "end_leased_activity": Built(delete(t.activity).where(*leased_activity())),
        "lock_sessions": Built(
            select(*(t.session.c[name] for name in INFO), t.session.c.gone)
            .where(t.session.c.id.in_(select(ID_ROWS.c.id)))
            .order_by(t.session.c.id)
            .with_for_update(),
            ID_ROWS,
        ),
        "renew_session_now": _renew(),
        "look_at_sessions": Built(
            select(t.session.c.id, t.session.c.expires, t.session.c.gone, server_time("now")).where(
                t.session.c.id.in_(select(ID_ROWS.c.id))
            ),
            ID_ROWS,
        ),
        "outlook": _outlook(dialect),
        "sweepable": Built(
            select(
                exists(select(constant(1)).where(~t.event.c.fanned_out)),
                exists(forgettable(constant(1))),
            )
        ),
        "insert_outbox": insert_outbox(dialect),
        "read_outbox": _read_outbox(),
        "read_changes": read_changes(_settled()),
        "change_bounds": change_bounds(_settled()),
        **_search(dialect),
    }


def _renew() -> Built:
    """Prolong a session and tell the time: one round trip, for every host does it all the time."""
    session = t.session.c
    return Built(
        update(t.session)
        .where(session.id == words("id"), session.gone.is_(null()))
        .values(expires=server_time("now") + number("ttl"))
        .returning(session.expires - number("ttl"))
    )


def _outlook(dialect: Dialect) -> Built:
    """Those who own something; in a row without an owner when the first unowned instance is due; the time."""
    of = t.workflow.c
    nobody, never = cast(null(), Text), cast(null(), BigInteger)
    owners = select(of.owner, never.label("next_due")).distinct().where(of.owner.is_not(None))
    seen = union_all(owners, select(nobody, next_due(dialect).scalar_subquery())).subquery("seen")
    return Built(select(*seen.columns, server_time("now")))


def _search(dialect: Dialect) -> Batch:
    """The index of words: `search_doc`, which follows the outbox as far as `search_cursor` says."""
    doc = table(
        "search_doc",
        plain_column("instance_id", Text()),
        plain_column("revision", BigInteger()),
        plain_column("words", TSVECTOR()),
    )
    cursor = table("search_cursor", plain_column("seq", BigInteger()))
    of = t.workflow.c
    matching = select(doc.c.instance_id).where(doc.c.words.op("@@")(cast(words("match"), TSQUERY)))
    v = rows(("instance_id", Text()), ("revision", BigInteger()), ("words", Text()))
    vector = func.array_to_tsvector(func.string_to_array(v.c.words, constant(" ")))
    put = dialect.insert(doc).from_select(
        ["instance_id", "revision", "words"],
        select(v.c.instance_id, v.c.revision, vector).where(true()),
        include_defaults=False,
    )
    first = select(func.coalesce(func.min(t.outbox.c.seq), constant(1))).scalar_subquery()
    # An index that has not begun had better look at the instances than at all that has happened to them.
    unread = func.greatest(
        trimmed(), case((cursor.c.seq == constant(0), first - constant(1)), else_=constant(0))
    )
    there = exists(select(constant(1)).where(of.id == doc.c.instance_id))
    return {
        "find_matching": find(dialect, of.id.in_(matching)),
        "put_words": Built(
            put.on_conflict_do_update(
                index_elements=["instance_id"],
                set_={"revision": put.excluded.revision, "words": put.excluded.words},
            ),
            v,
        ),
        "drop_words": Built(delete(doc).where(doc.c.instance_id.in_(select(ID_ROWS.c.id))), ID_ROWS),
        "drop_gone_words": Built(delete(doc).where(not_(there))),
        "search_cursor": Built(select(cursor.c.seq, unread)),
        "move_cursor": Built(
            update(cursor).where(cursor.c.seq == number("before")).values(seq=number("after"))
        ),
        "unindexed": Built(
            limited(
                select(of.id)
                .select_from(t.workflow.outerjoin(doc, doc.c.instance_id == of.id))
                .where(or_(doc.c.revision.is_(null()), doc.c.revision != of.revision))
            )
        ),
        "everything": Built(limited(select(of.id).where(of.id > words("after")).order_by(of.id))),
    }


def _lock_topics(*, shared: bool) -> Built:
    """Lock topics (name, key) until the transaction ends, always in the same order."""
    v = rows(("name", Text()), ("key", Text()))
    text = v.c.name.op("||")(constant(" ")).op("||")(v.c.key)
    bucket = cast(func.mod(func.abs(cast(func.hashtext(text), BigInteger)), constant(_BUCKETS)), Integer)
    buckets = select(bucket.label("bucket")).distinct().order_by(plain_column("bucket")).subquery("topics")
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    return Built(select(cast(lock(constant(_TOPICS), buckets.c.bucket), Text)), v)


def _read_outbox() -> Built:
    """Read entries that no open transaction can precede: its row would have a lower seq, and come later."""
    outbox = t.outbox.c
    return Built(
        limited(
            select(*t.outbox.columns)
            .where(outbox.seq > number("after"), outbox.entries != constant(""), _settled())
            .order_by(outbox.seq)
        )
    )


def _settled() -> ColumnElement[bool]:
    """Whether a row comes before all that open transactions will still add.

    A sequence would not do: a transaction may draw a number, and commit after one that drew a higher one. So
    the number begins with the transaction's id, and no open transaction has one below the snapshot's xmin.
    """
    oldest: ColumnElement[Any] = plain_column(
        f"(pg_snapshot_xmin(pg_current_snapshot())::text::bigint << {_BITS})", is_literal=True
    )
    return t.outbox.c.seq < oldest


def insert_outbox(dialect: Dialect, only: Only | None = None) -> Built:
    """Number the rows by their transaction, and within it by the sequence."""
    v = rows(*(column for column in t.outbox.columns if column.name != "seq"))
    low = f"(nextval('outbox_seq_seq') & {(1 << _BITS) - 1})"
    seq: ColumnElement[Any] = plain_column(
        f"((pg_current_xact_id()::text::bigint << {_BITS}) | {low})", is_literal=True
    )
    source = select(seq, *v.columns)
    statement = dialect.insert(t.outbox).from_select(
        ["seq", *(column.name for column in v.columns)],
        source if only is None else source.where(only(v)),
        include_defaults=False,
    )
    return Built(statement, v)
