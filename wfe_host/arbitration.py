"""Which locks the hosts of a store use: all must use the same, for to others a host's session is unknown."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from wfe_core.errors import LocksConflictError

if TYPE_CHECKING:
    from wfe_core.ports import PersistenceProvider

_PLACE: Final = "locks"
"""In the store's feed, beside the places of readers: a number that stands for the locks."""
_NAME: Final = "locks:"
"""Before their name, for people."""
_ABOVE: Final = 1 << 62
"""No place in a feed is as high: whoever looks for the slowest reader passes these over."""


async def check_locks(store: PersistenceProvider, used: str) -> None:
    """Note what a host uses, if it is the first; one that uses something else is refused.

    Raises:
        LocksConflictError: the hosts of this store use other locks.
    """
    number = _number(used)
    noted = await store.cursor(_PLACE)
    if noted is None and await store.move_cursor(_PLACE, None, number):
        await store.move_cursor(_NAME + used, None, number)
        return
    if noted is None:
        noted = await store.cursor(_PLACE)
    if noted != number:
        raise LocksConflictError(await _named(store), used)


async def change_locks(store: PersistenceProvider, used: str) -> str:
    """Let hosts use other locks from now on; gives what they used before.

    Raises:
        LocksConflictError: sessions under the locks of before still own instances.
    """
    before = await _named(store)
    noted, number = await store.cursor(_PLACE), _number(used)
    if noted != number:
        if await store.owners():
            raise LocksConflictError(before, used, held=True)
        await store.move_cursor(_PLACE, noted, number)
        await store.drop_cursor(_NAME + before)
        await store.move_cursor(_NAME + used, None, number)
    return before


async def _named(store: PersistenceProvider) -> str:
    names = [name.removeprefix(_NAME) for name in await store.cursors() if name.startswith(_NAME)]
    return names[0] if names else "other locks"


def _number(used: str) -> int:
    return _ABOVE | int.from_bytes(hashlib.blake2b(used.encode(), digest_size=7).digest())
