from __future__ import annotations

import pytest

from wfe_postgres.location import Location


def test_own_options_are_taken_out() -> None:
    """What is libpq's goes to the driver, what is wfe's does not."""
    found = Location.parse(
        "postgres://me:s%20x@db:5433/app?sslmode=require&schema=flows&pool=3&statement_timeout=2m&connect_timeout=5"
    )
    assert found.dsn == "postgresql://me:s%20x@db:5433/app?sslmode=require"
    assert (found.schema, found.pool, found.statement_timeout, found.connect_timeout) == (
        "flows",
        3,
        120.0,
        5.0,
    )


def test_defaults_suit_a_host() -> None:
    """A URL without options is enough."""
    found = Location.parse("postgresql://localhost/app")
    assert (found.schema, found.pool, found.statement_timeout) == ("public", 8, 30.0)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://me:secret@db/x", r"'mysql://me:\*\*\*@db/x' is not understood: write postgresql://"),
        ("postgresql://db/x?schema=a-b", "schema='a-b' is no name of a schema"),
        ("postgresql://db/x?pool=0", "pool='0': expected a number of connections from 1 to 1000"),
        ("postgresql://db/x?pool=many", "pool='many': expected a number of connections"),
        ("postgresql://db/x?statement_timeout=soon", "statement_timeout='soon': "),
    ],
)
def test_what_is_wrong_is_said(url: str, message: str) -> None:
    """Each error names the part and what to write; a password is never shown."""
    with pytest.raises(ValueError, match=message):
        Location.parse(url)


def test_a_password_is_never_shown() -> None:
    """Neither messages nor the representation have it."""
    found = Location.parse("postgresql://me:secret@db:5433/app")
    assert (str(found), "secret" in repr(found)) == ("postgresql://db:5433/app", False)
