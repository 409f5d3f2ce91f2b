"""Which locks the hosts of a store use: all must use the same, for to others a host's session is unknown.

The store notes their name, and on which server they are. The name never changes by itself. The server's
identity does, when it has lost its data; then `Arbiter` finds out whether it is still the same one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from wfe_core.errors import LocksConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_core.ports import LockProvider, PersistenceProvider

_PLACE: Final = "locks"
"""In the store's feed, beside the places of readers: a number that stands for the locks."""
_NAME: Final = "locks:"
"""Before their name, for people."""
SERVER: Final = "locks-server"
"""A number that stands for the identity of the server on which they are."""
SHOWN: Final = "locks-server:"
"""Before that identity, for people."""
_ABOVE: Final = 1 << 62
"""No place in a feed is as high: whoever looks for the slowest reader passes these over."""


async def check_locks(store: PersistenceProvider, used: str) -> None:
    """Note what a host uses, if it is the first; one that uses something else is refused.

    Raises:
        LocksConflictError: the hosts of this store use other locks.
    """
    number = number_of(used)
    noted = await store.cursor(_PLACE)
    if noted is None and await store.move_cursor(_PLACE, None, number):
        await store.move_cursor(_NAME + used, None, number)
        return
    if noted is None:
        noted = await store.cursor(_PLACE)
    if noted != number:
        raise LocksConflictError(_shown(await store.cursors(), _NAME, noted), used)


async def change_locks(store: PersistenceProvider, locks: LockProvider) -> str:
    """Let hosts use other locks from now on; gives what they used before.

    Args:
        store: the store, open.
        locks: what they are to use, open.

    Raises:
        LocksConflictError: sessions under the locks of before still own instances.
    """
    places, identity = await store.cursors(), await locks.identity()
    before = _shown(places, _NAME, places.get(_PLACE))
    server = None if identity is None else number_of(identity)
    if places.get(_PLACE) != number_of(locks.name) or places.get(SERVER) != server:
        if await store.owners():
            raise LocksConflictError(before, locks.name, held=True)
        await _note(store, places, _PLACE, _NAME, locks.name)
        await note_server(store, places, identity)
    return before


async def note_server(store: PersistenceProvider, places: Mapping[str, int], identity: str | None) -> bool:
    """Note on which server the locks are from now on; False if somebody else has changed that meanwhile.

    Args:
        store: the store.
        places: what it has noted until now.
        identity: of the server; None if the name of the locks says enough.
    """
    if identity is not None:
        return await _note(store, places, SERVER, SHOWN, identity)
    for name in places:
        if name == SERVER or name.startswith(SHOWN):
            await store.drop_cursor(name)
    return True


def server_shown(places: Mapping[str, int], locks: str) -> str:
    """Say which locks on which server are noted."""
    return f"{locks} ({_shown(places, SHOWN, places.get(SERVER))})"


def number_of(text: str) -> int:
    """Give the number that stands for a text among the places of a feed."""
    return _ABOVE | int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest())


async def _note(
    store: PersistenceProvider, places: Mapping[str, int], place: str, prefix: str, text: str
) -> bool:
    number = number_of(text)
    if not await store.move_cursor(place, places.get(place), number):
        return False
    if prefix + text not in places:
        await store.move_cursor(prefix + text, None, number)
    for name in places:
        if name.startswith(prefix) and name != prefix + text:
            await store.drop_cursor(name)
    return True


def _shown(places: Mapping[str, int], prefix: str, number: int | None) -> str:
    for name, noted in places.items():
        if name.startswith(prefix) and noted == number:
            return name.removeprefix(prefix)
    return "others"
