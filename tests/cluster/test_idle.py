"""What hosts ask of PostgreSQL when there is nothing to do, as the server counts it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from tests.services.combinations import runtime_folder
from tests.services.local import UnavailableError
from tests.services.postgres import Postgres, has_library, own_postgres
from wfe_core import WorkflowBuilder, step
from wfe_host import HostConfig, WorkflowHost

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

HOSTS = 2
SECONDS = 20
_COUNT = """
SELECT extract(epoch FROM now())::float8, coalesce(sum(calls), 0)::float8,
    coalesce(string_agg(calls || ' times ' || left(query, 120), E'\\n' ORDER BY calls DESC), '')
FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'
"""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgres]:
    """A server that counts statements."""
    try:
        if not has_library("pg_stat_statements"):
            raise UnavailableError("its contrib modules are not installed")
        found = own_postgres(shared_preload_libraries="pg_stat_statements")
    except UnavailableError as exc:
        pytest.skip(f"no PostgreSQL that counts statements: {exc}")
    await asyncio.to_thread(found.start)
    with runtime_folder(tmp_path / "runtime"):
        yield found
    await asyncio.to_thread(found.own().destroy, signal.SIGINT)


@step
async def note() -> dict[str, bool]:
    """Leave a mark."""
    return {"noted": True}


async def test_an_idle_cluster_asks_at_most_once_a_second_per_host(server: Postgres) -> None:
    """Renewals, and a sweep now and then, however many instances wait or sleep; then they all wake."""
    waits = WorkflowBuilder("waits").wait_for("go").then(note).build()
    sleeps = WorkflowBuilder("sleeps").delay("1h").then(note).build()
    admin = await asyncpg.connect(server.base)
    await admin.execute("CREATE EXTENSION pg_stat_statements")
    async with AsyncExitStack() as stack:
        hosts = [
            WorkflowHost.connect(server.url("wfe"), config=HostConfig(name=f"host-{number}"))
            for number in range(HOSTS)
        ]
        for host in hosts:
            host.register(waits, sleeps)
            await stack.enter_async_context(host)
        handles = [await hosts[n % HOSTS].start("waits", {}) for n in range(50)]
        for n in range(50):
            await hosts[n % HOSTS].start("sleeps", {})
        while await hosts[0].providers.store.owners():  # noqa: ASYNC110 - in the server
            await asyncio.sleep(0.1)
        await admin.execute("SELECT pg_stat_statements_reset()")
        [(began, *_)] = await admin.fetch(_COUNT)
        await asyncio.sleep(SECONDS)
        [(ended, calls, listing)] = await admin.fetch(_COUNT)
        # Who asks nothing at all does not live.
        assert HOSTS <= calls <= (ended - began) * HOSTS, listing
        await hosts[0].publish_event("go")
        for handle in handles:
            assert await handle.result("100s") == {"noted": True}
    await admin.close()
