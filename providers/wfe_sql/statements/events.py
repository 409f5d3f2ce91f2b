"""Statements of events, the outbox and stored definitions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    update,
)

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
from wfe_sql.statements.inbox import insert_events
from wfe_sql.tables import t

_TRIMMED = "outbox:trimmed"
"""Where it is noted, beside the cache, up to where the outbox was trimmed."""


def build(dialect: Dialect) -> Batch:
    """Build the statements of events."""
    workflow, event, subscription, inbox = t.workflow.c, t.event.c, t.subscription.c, t.inbox.c
    wanted = and_(
        subscription.name == event.name, subscription.key == event.key, subscription.as_of <= event.effective
    )
    here = ID_ROWS.join(t.event, event.id == ID_ROWS.c.id)
    new = and_(inbox.instance_id == workflow.id, inbox.seq > workflow.inbox_seq)
    return {
        "insert_event": _insert_event(dialect),
        "count_deliveries": Built(
            select(func.count()).select_from(
                limited(
                    select(constant(1))
                    .select_from(here.join(t.subscription, wanted))
                    .where(~event.fanned_out)
                ).subquery("wanted")
            ),
            ID_ROWS,
        ),
        "deliver_events": Built(
            insert_events(
                dialect,
                here.join(t.subscription, wanted).join(t.workflow, workflow.id == subscription.instance_id),
                ~event.fanned_out,
            ),
            ID_ROWS,
        ),
        "woken_by_events": Built(
            select(workflow.id, workflow.owner)
            .distinct()
            .select_from(ID_ROWS.join(t.inbox, inbox.event_id == ID_ROWS.c.id).join(t.workflow, new)),
            ID_ROWS,
        ),
        "subscribers": Built(
            limited(
                select(subscription.instance_id)
                .select_from(t.event.join(t.subscription, wanted))
                .where(event.id == words("event_id"), subscription.instance_id > words("after"))
                .order_by(subscription.instance_id)
            )
        ),
        "deliver_event": Built(
            insert_events(
                dialect,
                ID_ROWS.join(t.workflow, workflow.id == ID_ROWS.c.id).join(
                    t.event, event.id == words("event_id")
                ),
            ),
            ID_ROWS,
        ),
        "woken": Built(
            select(workflow.id, workflow.owner)
            .select_from(ID_ROWS.join(t.workflow, workflow.id == ID_ROWS.c.id))
            .where(exists(select(constant(1)).where(new))),
            ID_ROWS,
        ),
        "mark_delivered": Built(
            update(t.event).where(event.id.in_(select(ID_ROWS.c.id))).values(fanned_out=true()), ID_ROWS
        ),
        "undelivered": Built(
            limited(select(event.id, event.name, event.key).where(~event.fanned_out).order_by(event.seq))
        ),
        "forgettable": Built(limited(forgettable(event.seq))),
        "forget_events": Built(
            delete(t.event).where(event.seq.in_(limited(forgettable(event.seq)).subquery("old").select()))
        ),
        "read_outbox": Built(
            limited(
                select(*t.outbox.columns)
                .where(t.outbox.c.seq > number("after"), t.outbox.c.entries != constant(""))
                .order_by(t.outbox.c.seq)
            )
        ),
        "read_changes": read_changes(),
        "change_bounds": change_bounds(),
        **_trimming(dialect),
        "put_definition": _put_definition(dialect),
        "get_definition": Built(
            select(t.definition.c.source).where(t.definition.c.fingerprint == words("fingerprint"))
        ),
    }


def read_changes(*settled: ColumnElement[bool]) -> Built:
    """Read which instances have changed, in the order of the outbox."""
    outbox = t.outbox.c
    changed = select(outbox.seq, outbox.instance_id).where(outbox.seq > number("after"), *settled)
    return Built(limited(changed.order_by(outbox.seq)))


def change_bounds(*settled: ColumnElement[bool]) -> Built:
    """Read up to where changes were forgotten, and the newest."""
    newest = select(func.coalesce(func.max(t.outbox.c.seq), constant(0))).where(*settled)
    return Built(select(trimmed(), newest.scalar_subquery()))


def _trimming(dialect: Dialect) -> Batch:
    """Forget changes: a page of them, from where the last one ended, but never the newest row of all.

    Without that beginning each page would have to go through what was deleted before, until that is vacuumed.
    """
    seq = t.outbox.c.seq
    newest = select(func.max(t.outbox.alias("newest").c.seq)).scalar_subquery()
    page = select(seq).where(seq >= trimmed(), seq <= number("before"), or_(seq > trimmed(), seq < newest))
    paged = limited(page.order_by(seq)).subquery("page")
    return {
        "trim_page": Built(select(func.max(paged.c.seq), func.count()).select_from(paged)),
        "trim_outbox": Built(delete(t.outbox).where(seq >= trimmed(), seq <= number("before"), seq < newest)),
        "hide_outbox": Built(
            update(t.outbox)
            .where(seq == number("before"), t.outbox.c.entries != constant(""))
            .values(entries=constant(""))
        ),
        "note_trim": _note_trim(dialect),
    }


def trimmed() -> ColumnElement[Any]:
    """Up to where changes were forgotten."""
    cache = t.cache.c
    trimmed = select(func.coalesce(func.max(cast(cache.value, BigInteger)), constant(0)))
    return trimmed.where(cache.key == constant(_TRIMMED)).scalar_subquery()


def _note_trim(dialect: Dialect) -> Built:
    """Note up to where changes were forgotten, for readers that come from further back."""
    cache = t.cache
    text = cast(number("before"), Text)
    statement = dialect.insert(cache).values(key=constant(_TRIMMED), value=text, expires=constant(2**63 - 1))
    new = statement.excluded.value
    return Built(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={"value": new},
            where=cast(cache.c.value, BigInteger) < cast(new, BigInteger),
        )
    )


def _insert_event(dialect: Dialect) -> Built:
    """Store events, effective from now on if they do not say since when; the first with an id counts."""
    names = ("id", "name", "key", "payload", "effective", "published")
    v = rows(*(t.event.c[name] for name in names))
    effective = func.coalesce(v.c.effective, _publishing_time(dialect)).label("effective")
    columns = [effective if column.name == "effective" else column for column in v.columns]
    source = select(*columns, false()).where(true())
    statement = dialect.insert(t.event).from_select([*names, "fanned_out"], source, include_defaults=False)
    return Built(statement.on_conflict_do_nothing(index_elements=["id"]), v)


def _publishing_time(dialect: Dialect) -> ColumnElement[Any]:
    """The store's time, or the publisher's if that is later.

    A server tells its own in the statement itself: nothing that it said before can be later. The time of a
    file is known to whoever writes to it.
    """
    if dialect.name == "sqlite":
        return number("publishing")
    return dialect.greatest(number("now"), server_time("test_time"))


def forgettable(column: ColumnElement[int]) -> Select[Any]:
    """Find old events that were delivered and that no inbox refers to; none that is still to take effect."""
    event, inbox = t.event.c, t.inbox.c
    referred = exists(select(constant(1)).where(inbox.event_id == event.id))
    return select(column).where(
        event.published < number("before"),
        event.effective < number("before"),
        event.fanned_out,
        not_(referred),
    )


def _put_definition(dialect: Dialect) -> Built:
    v = rows(*t.definition.columns)
    statement = dialect.insert(t.definition).from_select(
        [column.name for column in t.definition.columns],
        select(*v.columns).where(true()),
        include_defaults=False,
    )
    return Built(statement.on_conflict_do_nothing(index_elements=["fingerprint"]), v)
