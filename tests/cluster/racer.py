"""Takes instances and gives them back, as fast as it can, in a process of its own.

Run as `python -m tests.cluster.racer URL NAME TAKINGS MEETINGS`. It says when it has taken so many instances,
and so many that another one had since it had them last; it goes on until its input ends, and then prints how
many it has taken in all.
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


async def race(url: str, name: str, takings: int, meetings: int) -> int:
    """Take and give back until the input ends; gives how many were taken."""
    providers = open_providers(url)
    taken = met = 0
    tokens: dict[str, int] = {}
    enough = False
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(providers.store)
        await stack.enter_async_context(providers.locks)
        await providers.locks.open_session(SessionInfo(name, name, "m", "b", 0), ttl=_TTL)
        store = providers.store
        over = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        while not over.done():
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
            for one in found:
                token = one.instance.fence
                met += token != tokens.get(one.instance.id, 0) + 1
                tokens[one.instance.id] = token
            if not enough and taken >= takings and met >= meetings:
                enough = True
                print("enough", flush=True)  # noqa: T201 - the parent reads it
    return taken


if __name__ == "__main__":
    print(asyncio.run(race(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))  # noqa: T201
