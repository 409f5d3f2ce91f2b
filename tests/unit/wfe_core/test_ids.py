"""Identifiers that sort by time."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from wfe_core.ids import UuidV7Factory

MOMENTS = st.integers(0, 2**44 * 1_000)


@given(st.lists(MOMENTS, min_size=1))
def test_ids_of_one_process_sort_in_the_order_they_were_made(moments: list[int]) -> None:
    """Even when the clock stands still or goes back."""
    make = UuidV7Factory()
    ids = [make(moment) for moment in moments]
    assert sorted(ids) == ids
    assert len(set(ids)) == len(ids)


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7(moment: int) -> None:
    """RFC 9562: 48 bits of milliseconds, version 7, variant 10."""
    made = uuid.UUID(UuidV7Factory()(moment))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == moment // 1_000


def test_a_full_millisecond_borrows_from_the_next() -> None:
    """5,000 ids in one millisecond are still in order and all different."""
    make = UuidV7Factory()
    ids = [make(1_000_000) for _ in range(5_000)]
    assert sorted(ids) == ids
    assert len(set(ids)) == 5_000
    assert uuid.UUID(ids[-1]).int >> 80 == 1_001


def test_ids_of_two_processes_differ() -> None:
    """62 bits are chance."""
    assert UuidV7Factory()(0) != UuidV7Factory()(0)
