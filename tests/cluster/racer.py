"""Takes instances and gives them back, as fast as it can, in a process of its own.

Run as `python -m tests.cluster.racer URL NAME ROUNDS`; it prints how many it has taken.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import replace

from wfe_core.ports import Checkpoint, Claim, SessionInfo
from wfe_core.registry import open_providers

_LIMIT = 15
_TTL = 600_000_000


async def race(url: str, name: str, takings: int) -> int:
    """Take and give back until so many were taken; gives how many."""
    providers = open_providers(url)
    taken = 0
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(providers.store)
        await stack.enter_async_context(providers.locks)
        await providers.locks.open_session(SessionInfo(name, name, "m", "b", 0), ttl=_TTL)
        store = providers.store
        while taken < takings:
            now = await store.now()
            found = await store.claim(Claim(), session=name, limit=_LIMIT, now=now)
            mine = [
                Checkpoint(
                    replace(one.instance, revision=one.instance.revision + 1, next_due=0), release=True
                )
                for one in found
            ]
            outcomes = await store.commit(mine, now=now)
            # Whoever has taken an instance is the only one who can write it.
            if any(outcome.status != "committed" or not outcome.released for outcome in outcomes):
                raise AssertionError(outcomes)
            taken += len(found)
    return taken


if __name__ == "__main__":
    print(asyncio.run(race(sys.argv[1], sys.argv[2], int(sys.argv[3]))))  # noqa: T201
