"""Lists of instances by filter: which statement, which parameters, which page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wfe_core.ports import InstanceQuery, Page
from wfe_sql.claiming import listed
from wfe_sql.rows import to_instance

_LAST: Final = 2**63 - 1


def choose(query: InstanceQuery) -> str:
    """Name the statement that finds what a query asks for through the best index."""
    if query.parent_id is not None:
        return "FIND_BY_PARENT"
    if query.root_id is not None:
        return "FIND_BY_ROOT"
    if query.reference is not None:
        return "FIND_BY_REFERENCE"
    return "FIND"


def given(query: InstanceQuery, limit: int | None = None) -> dict[str, Any]:
    """Give the parameters of a list; one row more than asked for tells of another page."""
    created, _, id_ = (query.cursor or "").partition(":")
    return {
        "page_created": int(created) if created else _LAST,
        "page_id": id_,
        "created_after": -_LAST if query.created_after is None else query.created_after,
        "created_before": _LAST if query.created_before is None else query.created_before,
        "statuses": listed(query.statuses),
        "definition_id": query.definition_id,
        "version": query.version,
        "reference": query.reference,
        "root_id": query.root_id,
        "parent_id": query.parent_id,
        "ended_before": query.ended_before,
        "tags": listed(query.tags) if query.tags else None,
        "data": listed(query.data) if query.data else None,
        "limit": query.limit + 1 if limit is None else limit,
    }


def page(rows: Sequence[Sequence[Any]], query: InstanceQuery) -> Page:
    """Make a page of what a list has found."""
    shown = [to_instance(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit and bool(shown)
    return Page(shown, f"{shown[-1].created}:{shown[-1].id}" if more else None)
