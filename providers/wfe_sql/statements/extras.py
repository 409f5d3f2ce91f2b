"""Statements of the optional stores: logs, activities, the cache."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, delete, exists, null, or_, select, true, update

from wfe_sql.building import Batch, Built, Dialect, constant, limited, number, rows, words
from wfe_sql.tables import t


def build(dialect: Dialect) -> Batch:
    """Build the statements of the optional stores."""
    log, cache = t.log.c, t.cache.c
    return {
        "insert_log": _insert_log(dialect),
        "read_logs": Built(
            limited(
                select(*(column for column in t.log.columns if column.name != "seq"), log.seq)
                .where(
                    log.instance_id == words("instance_id"),
                    log.seq > number("after"),
                    or_(number("pointer_id").is_(null()), log.pointer_id == number("pointer_id")),
                )
                .order_by(log.seq)
            )
        ),
        **_activities(),
        "cache_get": Built(
            select(cache.value).where(cache.key == words("key"), cache.expires > number("now"))
        ),
        "cache_put": _cache_put(dialect),
        "put_cursor": _put_cursor(dialect),
        "move_reader": Built(
            update(t.cache)
            .where(cache.key == words("key"), cache.value == words("before"))
            .values(value=words("after"))
        ),
        # By the index on what expires: outputs in the cache may be many, and none of them is kept for ever.
        "read_cursors": Built(
            select(cache.key, cache.value).where(
                cache.expires == constant(2**63 - 1), cache.key.like(constant("cursor:%"))
            )
        ),
        "drop_cursor": Built(delete(t.cache).where(cache.key == words("key"))),
        "cache_trim": Built(delete(t.cache).where(cache.expires <= number("now"))),
    }


def _insert_log(dialect: Dialect) -> Built:
    """Append chunks; those of an instance that is gone are dropped."""
    columns = [column for column in t.log.columns if column.name != "seq"]
    v = rows(*columns, ("place", BigInteger()))
    there = exists(select(constant(1)).where(t.workflow.c.id == v.c.instance_id))
    return Built(
        dialect.insert(t.log).from_select(
            [column.name for column in columns],
            select(*(v.c[column.name] for column in columns)).where(there).order_by(v.c.place),
            include_defaults=False,
        ),
        v,
    )


def free_activity() -> Select[Any, Any, Any, Any, Any]:
    """Find the oldest item of a name that nobody has leased."""
    activity = t.activity.c
    return (
        select(activity.id, activity.instance_id, activity.pointer_id, activity.input, activity.leases)
        .where(activity.name == words("name"), activity.expires <= number("now"))
        .order_by(activity.created, activity.id)
        .limit(constant(1))
        .offset(constant(0))
    )


def leased_activity() -> tuple[ColumnElement[bool], ...]:
    """Whether a lease of an item still holds."""
    activity = t.activity.c
    return (
        activity.id == words("id"),
        activity.leases == number("leases"),
        activity.expires > number("now"),
    )


def _activities() -> Batch:
    activity = t.activity.c
    leased = leased_activity()
    return {
        "free_activity": Built(free_activity()),
        "lease_activity": Built(
            update(t.activity)
            .where(activity.id == words("id"))
            .values(leases=activity.leases + constant(1), expires=number("expires"), worker=words("worker"))
        ),
        "prolong_activity": Built(update(t.activity).where(*leased).values(expires=number("expires"))),
        "leased_activity": Built(select(activity.instance_id).where(*leased)),
        "end_activity": Built(delete(t.activity).where(activity.id == words("id"))),
    }


def _cache_put(dialect: Dialect) -> Built:
    v = rows(*t.cache.columns)
    statement = dialect.insert(t.cache).from_select(
        [column.name for column in t.cache.columns], select(*v.columns).where(true()), include_defaults=False
    )
    values = {"value": statement.excluded.value, "expires": statement.excluded.expires}
    return Built(statement.on_conflict_do_update(index_elements=["key"], set_=values), v)


def _put_cursor(dialect: Dialect) -> Built:
    """Store the first place of a reader, which is no output of a step but lives beside them."""
    v = rows(*t.cache.columns)
    statement = dialect.insert(t.cache).from_select(
        [column.name for column in t.cache.columns], select(*v.columns).where(true()), include_defaults=False
    )
    return Built(statement.on_conflict_do_nothing(index_elements=["key"]), v)
