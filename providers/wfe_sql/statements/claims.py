"""Statements of `claim`: choosing candidates, taking them, loading them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    null,
    or_,
    select,
    union_all,
    update,
)

from wfe_sql.building import ID_ROWS, Batch, Built, Dialect, constant, index, limited, number, rows, words
from wfe_sql.statements.inbox import wakes
from wfe_sql.tables import t

_MINUTE = constant(60_000_000)


def build(dialect: Dialect) -> Batch:
    """Build the statements of claims."""
    pointer, data, inbox = t.pointer.c, t.data.c, t.inbox.c
    subscribed = exists(select(constant(1)).where(t.subscription.c.instance_id == t.workflow.c.id))
    chunk_rows = rows(t.item.c.instance_id, t.item.c.pointer_id, t.item.c.number)
    return {
        "candidates": _candidates(dialect),
        "named_candidates": _named_candidates(dialect),
        "take_workflow": Built(
            update(t.workflow)
            .where(t.workflow.c.id.in_(select(ID_ROWS.c.id)))
            .values(owner=words("session"), fence=t.workflow.c.fence + constant(1)),
            ID_ROWS,
        ),
        "next_due": Built(next_due(dialect)),
        "load_workflow": Built(
            select(*t.workflow.columns, subscribed).select_from(
                ID_ROWS.join(t.workflow, t.workflow.c.id == ID_ROWS.c.id)
            ),
            ID_ROWS,
        ),
        "load_pointers": Built(
            select(*t.pointer.columns)
            .where(pointer.instance_id.in_(select(ID_ROWS.c.id)), pointer.live)
            .order_by(pointer.instance_id, pointer.id),
            ID_ROWS,
            index(t.pointer, "pointer_live"),
        ),
        "load_data": Built(
            select(data.instance_id, data.key, data.value).where(
                data.instance_id.in_(select(ID_ROWS.c.id)), data.superseded == constant(0)
            ),
            ID_ROWS,
        ),
        "load_inbox": Built(
            select(inbox.instance_id, *(inbox[name] for name in MESSAGE))
            .where(inbox.instance_id.in_(select(ID_ROWS.c.id)), ~inbox.consumed)
            .order_by(inbox.instance_id, inbox.seq),
            ID_ROWS,
            index(t.inbox, "inbox_new"),
        ),
        "load_chunks": Built(
            select(*t.item.columns).select_from(
                chunk_rows.join(
                    t.item,
                    and_(*(t.item.c[column.name] == column for column in chunk_rows.columns)),
                )
            ),
            chunk_rows,
        ),
    }


MESSAGE = ("seq", "kind", "payload", "effective", "event_id", "name", "key")


def among(dialect: Dialect, value: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a value is in a list that is a parameter."""
    return value.in_(select(dialect.elements(words(name)).c.value))


def _fits(dialect: Dialect, of: Any) -> list[ColumnElement[bool]]:
    """The filters of a claim; one that was not given is NULL. The lists are looked up, not walked through."""
    definition = of.definition_id.op("||")(constant(" ")).op("||")(of.version)
    return [
        or_(words("fingerprints").is_(null()), among(dialect, of.fingerprint, "fingerprints")),
        or_(words("definitions").is_(null()), among(dialect, definition, "definitions")),
        or_(words("roots").is_(null()), among(dialect, of.root_id, "roots"), among(dialect, of.id, "roots")),
    ]


def idle(of: Any) -> list[ColumnElement[bool]]:
    """Whether nobody owns an instance that wants to be taken."""
    return [of.owner.is_(null()), of.next_due.is_not(null()), of.next_due <= number("now"), wakes(of)]


def _ranked(dialect: Dialect, choice: Any) -> ClauseElement:
    """Highest priority first, a point gained per minute; then the longest due."""
    now = number("now")
    due = dialect.least(func.coalesce(choice.c.next_due, now), now)
    waited = (now - due) // _MINUTE
    rank = (choice.c.priority + waited).desc()
    return limited(select(choice.c.id, choice.c.owner).order_by(rank, due, choice.c.id))


def _candidates(dialect: Dialect) -> Built:
    """Find what is due or was left by dead sessions.

    Instances of priority 0, which are most, come in the order of `next_due` already: the index is read up
    to the limit only, however many are due.
    """
    of = t.workflow.c
    columns = (of.id, of.owner, of.priority, of.next_due)
    plain = select(*columns).where(*idle(of), of.priority == constant(0), *_fits(dialect, of))
    usual = limited(plain.order_by(of.next_due)).subquery("usual")
    urgent = select(*columns).where(*idle(of), of.priority != constant(0), *_fits(dialect, of))
    left = select(*columns).where(among(dialect, of.owner, "dead"), *_fits(dialect, of))
    choice = union_all(select(*usual.c), urgent, left).subquery("choice")
    return Built(_ranked(dialect, choice))


def _named_candidates(dialect: Dialect) -> Built:
    """Of these instances, find those that may be taken."""
    of = t.workflow.c
    ready = or_(and_(*idle(of)), among(dialect, of.owner, "dead"))
    choice = (
        select(of.id, of.owner, of.priority, of.next_due)
        .where(of.id.in_(select(ID_ROWS.c.id)), ready, *_fits(dialect, of))
        .subquery("choice")
    )
    return Built(_ranked(dialect, choice), ID_ROWS)


def next_due(dialect: Dialect) -> Select[tuple[int | None]]:
    """Find the earliest instant at which an unowned instance wants to be taken."""
    of = t.workflow.c
    ids = or_(words("ids").is_(null()), among(dialect, of.id, "ids"))
    return (
        select(of.next_due)
        .where(of.owner.is_(null()), of.next_due.is_not(null()), wakes(of), *_fits(dialect, of), ids)
        .order_by(of.next_due)
        .limit(constant(1))
        .offset(constant(0))
    )
