"""How a host's clock learns the store's time: the one time by which hosts compare anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.clock import boot_micros

if TYPE_CHECKING:
    from wfe_core.clock import Clock
    from wfe_core.ports import Claim, Outlook, PersistenceProvider


async def look(store: PersistenceProvider, clock: Clock) -> None:
    """Look at the store's clock, and let the host's follow it.

    Not that of the LockProvider: sessions may live on another server, whose clock shows something else.

    Raises:
        ProviderError: the store does not answer; the clock goes on as it was.
    """
    sent = boot_micros()
    store_now = await store.now()
    clock.synchronise(store_now, sent=sent, received=boot_micros())


async def look_out(store: PersistenceProvider, clock: Clock, claim: Claim) -> Outlook:
    """Look at the store's clock and at what there is to do, in one call.

    Raises:
        ProviderError: the store does not answer; the clock goes on as it was.
    """
    sent = boot_micros()
    outlook = await store.outlook(claim)
    clock.synchronise(outlook.now, sent=sent, received=boot_micros())
    return outlook
