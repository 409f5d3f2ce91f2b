"""Tokens of activities: the item's id and the number of its lease, so that old ones grow stale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wfe_core.bounds import flaw
from wfe_core.ports import ActivityClaim

_DIGITS = 9
"""A lease has a number of at most so many digits."""


def claimed(row: Sequence[Any], *, name: str, expires: int) -> ActivityClaim:
    """Make the claim of an item (id, instance id, pointer id, input, leases so far) that is leased anew."""
    id_, instance_id, pointer_id, input_, leases = row
    return ActivityClaim(
        id=id_,
        token=f"{id_}#{leases + 1}",
        name=name,
        instance_id=instance_id,
        pointer_id=pointer_id,
        input=input_,
        expires=expires,
    )


def read_token(token: str) -> tuple[str, int]:
    """Take a token apart: the item and the number of its lease; what is no token fits no lease."""
    id_, _, number = token.rpartition("#")
    if flaw(token) is not None or not (number.isdecimal() and number.isascii()) or len(number) > _DIGITS:
        return "", -1
    return id_, int(number)
