"""Statements that list instances by filter, and delete ended ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    and_,
    delete,
    exists,
    not_,
    null,
    or_,
    select,
    tuple_,
)

from wfe_core.ports import APPROVAL_EVENT
from wfe_sql.building import ID_ROWS, Batch, Built, Dialect, constant, limited, number, words
from wfe_sql.tables import t

_ENDED = ("complete", "failed", "cancelled", "terminated")


def build(dialect: Dialect) -> Batch:
    """Build the statements of lists.

    A filter that was not given is NULL. Those that choose few instances through an index have a statement
    of their own.
    """
    of = t.workflow.c
    return {
        "find": find(dialect),
        "find_by_root": find(dialect, _in_tree(of.id, of.root_id, of.parent_id, words("root_id"))),
        "find_by_parent": find(dialect, of.parent_id == words("parent_id")),
        "find_by_reference": find(dialect, of.reference == words("reference")),
        "find_among": Built(find(dialect, of.id.in_(select(ID_ROWS.c.id))).statement, ID_ROWS),
        "find_ended": _find_ended(dialect),
        "read_tree": _read_tree(),
        "purge_approvals": _purge_approvals(),
        **{f"purge_{name}": _purge(name) for name in BELONGINGS},
    }


BELONGINGS = {
    "workflow": "id",
    "pointer": "instance_id",
    "data": "instance_id",
    "item": "instance_id",
    "subscription": "instance_id",
    "inbox": "instance_id",
    "activity": "instance_id",
    "log": "instance_id",
}
"""The tables in which an instance has rows, and the column with its id."""


def _purge(name: str) -> Built:
    table = getattr(t, name)
    statement: Delete = delete(table).where(table.c[BELONGINGS[name]].in_(select(ID_ROWS.c.id)))
    return Built(statement, ID_ROWS)


def _purge_approvals() -> Built:
    """Delete the approvals that these instances got and no other; while their inboxes are still there."""
    event, inbox, others = t.event.c, t.inbox.c, t.inbox.alias("others").c
    doomed = select(ID_ROWS.c.id)
    got = select(inbox.event_id).where(inbox.instance_id.in_(doomed), inbox.event_id.is_not(null()))
    elsewhere = exists(
        select(constant(1)).where(others.event_id == event.id, others.instance_id.not_in(doomed))
    )
    return Built(
        delete(t.event).where(event.name == constant(APPROVAL_EVENT), event.id.in_(got), not_(elsewhere)),
        ID_ROWS,
    )


def _in_tree(id_: Any, root_id: Any, parent_id: Any, wanted: Any) -> ColumnElement[bool]:
    """Whether an instance belongs to a tree; written so that the index of descendants can be used."""
    return or_(and_(id_ == wanted, root_id == wanted), and_(parent_id.is_not(null()), root_id == wanted))


def _optional(parameter: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(parameter.is_(null()), condition)


def _filters(dialect: Dialect) -> list[ColumnElement[bool]]:
    of = t.workflow.c
    return [
        # First what the order of the list makes cheap.
        tuple_(of.created, of.id) < tuple_(number("page_created"), words("page_id")),
        of.created > number("created_after"),
        of.created < number("created_before"),
        _optional(words("statuses"), of.status.in_(select(dialect.elements(words("statuses")).c.value))),
        _optional(words("definition_id"), of.definition_id == words("definition_id")),
        _optional(number("version"), of.version == number("version")),
        _optional(words("reference"), of.reference == words("reference")),
        _optional(words("root_id"), of.root_id == words("root_id")),
        _optional(words("parent_id"), of.parent_id == words("parent_id")),
        _optional(number("ended_before"), of.ended < number("ended_before")),
        _optional(words("tags"), _all_tags(dialect)),
        _optional(words("data"), _all_data(dialect)),
    ]


def _all_tags(dialect: Dialect) -> ColumnElement[bool]:
    """Each pair asked for is among the tags."""
    asked, key, value = dialect.pairs(words("tags"))
    tag = dialect.members(t.workflow.c.tags)
    there = exists(select(constant(1)).select_from(tag).where(tag.c.key == key, tag.c.value == value))
    return not_(exists(select(constant(1)).select_from(asked).where(not_(there))))


def _all_data(dialect: Dialect) -> ColumnElement[bool]:
    """Each pair asked for is among the current data, as the same text."""
    asked, key, value = dialect.pairs(words("data"))
    data = t.data.c
    same = and_(
        data.instance_id == t.workflow.c.id,
        data.key == key,
        data.superseded == constant(0),
        data.value == value,
    )
    there = exists(select(constant(1)).select_from(t.data).where(same).correlate_except(t.data))
    return not_(exists(select(constant(1)).select_from(asked).where(not_(there))))


def find(dialect: Dialect, *conditions: ColumnElement[bool]) -> Built:
    """List instances by filter, newest first."""
    of = t.workflow.c
    found = select(*t.workflow.columns).where(*conditions, *_filters(dialect))
    return Built(limited(found.order_by(of.created.desc(), of.id.desc())))


def _find_ended(dialect: Dialect) -> Built:
    """List what can be purged: ended, in a tree of which all have ended."""
    of = t.workflow.c
    other = t.workflow.alias("other")
    ended = [constant(name) for name in _ENDED]
    kin = _in_tree(other.c.id, other.c.root_id, other.c.parent_id, of.root_id)
    waiting = exists(select(constant(1)).select_from(other).where(kin, other.c.status.not_in(ended)))
    found: Select[Any] = select(of.id).where(of.status.in_(ended), *_filters(dialect), not_(waiting))
    return Built(limited(found.order_by(of.created.desc(), of.id.desc())))


def _read_tree() -> Built:
    """Name instances and all below them."""
    tree = select(ID_ROWS.c.id).cte("tree", recursive=True)
    child = t.workflow.c
    tree = tree.union(select(child.id).join_from(tree, t.workflow, child.parent_id == tree.c.id))
    return Built(select(tree.c.id), ID_ROWS)
