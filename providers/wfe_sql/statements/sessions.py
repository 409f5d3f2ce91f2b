"""Statements of the LockProvider: sessions."""

from __future__ import annotations

from sqlalchemy import delete, exists, false, func, not_, null, select, true, update

from wfe_sql.building import ID_ROWS, Batch, Built, Dialect, constant, number, rows, words
from wfe_sql.tables import t

INFO = ("id", "host", "machine", "boot", "expires", "address", "metadata")
"""The columns that `SessionInfo` has."""


def build(dialect: Dialect) -> Batch:
    """Build the statements of sessions."""
    session = t.session.c
    owning = exists(select(constant(1)).where(t.workflow.c.owner == session.id))
    return {
        "open_session": _open(dialect),
        "renew_session": Built(
            update(t.session)
            .where(session.id == words("id"), session.gone.is_(null()))
            .values(expires=number("expires"))
        ),
        "close_session": Built(
            update(t.session)
            .where(session.id == words("id"))
            .values(gone=func.coalesce(session.gone, number("now")), closed=true())
        ),
        "read_sessions": Built(
            select(*(session[name] for name in INFO), session.gone).select_from(
                ID_ROWS.join(t.session, session.id == ID_ROWS.c.id)
            ),
            ID_ROWS,
        ),
        "bury_sessions": Built(
            update(t.session)
            .where(session.id.in_(select(ID_ROWS.c.id)), session.gone.is_(null()))
            .values(gone=number("now")),
            ID_ROWS,
        ),
        "list_sessions": Built(
            select(*(session[name] for name in INFO), session.gone)
            .where(~session.closed)
            .order_by(session.id)
        ),
        "list_gone_sessions": Built(
            select(session.id).where(
                session.gone.is_not(null()), session.gone < number("before"), not_(owning)
            )
        ),
        "delete_sessions": Built(delete(t.session).where(session.id.in_(select(ID_ROWS.c.id))), ID_ROWS),
    }


def _open(dialect: Dialect) -> Built:
    v = rows(*(t.session.c[name] for name in INFO))
    statement = dialect.insert(t.session).from_select(
        [*INFO, "gone", "closed"], select(*v.columns, null(), false()).where(true()), include_defaults=False
    )
    names = (*INFO[1:], "gone", "closed")
    values = {name: statement.excluded[name] for name in names}
    return Built(statement.on_conflict_do_update(index_elements=["id"], set_=values), v)
