"""The laws of foreseeable ids."""

from __future__ import annotations

from itertools import pairwise

from wfe_core.testing import SequentialIds


def test_ids_count_from_one() -> None:
    """The ids are known before they are made, whatever the time."""
    ids = SequentialIds()
    assert [ids(0), ids(99), ids(5)] == ["id-0001", "id-0002", "id-0003"]
    assert SequentialIds("order")(0) == "order-0001"


def test_ids_sort_as_they_were_made() -> None:
    """The order of the texts is the order of making, past the four digits too."""
    ids = SequentialIds()
    made = [ids(0) for _ in range(120_000)]
    assert made[9_999] == "id-a10000"
    assert all(before < after for before, after in pairwise(made))
