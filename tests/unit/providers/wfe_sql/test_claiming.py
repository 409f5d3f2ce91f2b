from __future__ import annotations

from wfe_sql.claiming import listed


def test_no_list_is_null() -> None:
    """An empty list is not the same as none."""
    assert (listed(None), listed(()), listed({"ä"})) == (None, "[]", '["\\u00e4"]')
