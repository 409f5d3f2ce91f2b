"""The same work on DBOS: runs in an environment of its own, prints JSON.

Debian 12's SQLite is too old for DBOS, so `pysqlite3-binary` takes its place.
"""

import asyncio
import json
import sys
import time

import pysqlite3

sys.modules["sqlite3"] = pysqlite3

from dbos import DBOS, DBOSConfig  # noqa: E402 - after the driver was replaced

CHAINS = int(sys.argv[2])
STEPS = 5


@DBOS.step()
async def noop() -> None:
    """Do nothing."""


@DBOS.workflow()
async def chain() -> None:
    """Five steps in sequence."""
    for _ in range(STEPS):
        await noop()


async def main() -> None:
    """Start all chains at once and wait for them."""
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": sys.argv[1],
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    await asyncio.gather(*[chain() for _ in range(20)])
    begun = time.perf_counter()
    await asyncio.gather(*[chain() for _ in range(CHAINS)])
    spent = time.perf_counter() - begun
    print(json.dumps({"steps_per_s": CHAINS * STEPS / spent}))
    DBOS.destroy()


asyncio.run(main())
