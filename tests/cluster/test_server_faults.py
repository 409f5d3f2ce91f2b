"""A PostgreSQL server that restarts, cuts connections, has none left or stands still: nothing is lost."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from tests.services.combinations import runtime_folder
from tests.services.postgres import Postgres, postgres_or_skip
from tests.services.proxy import Proxy
from tests.waiting import until
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.registry import open_providers
from wfe_core.steps.context import StepContext
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost

pytestmark = [pytest.mark.signals, pytest.mark.postgres, pytest.mark.slow]

INSTANCES = 30
_CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1"


class Site:
    """A schema of a server, and a host that works there."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.schema = f"t_{secrets.token_hex(8)}"
        self.account = "wfe"
        self.marks: list[str] = []

    def url(self, port: str = "", **options: str) -> str:
        """The store, through another port if one is given."""
        url = self.server.url(self.schema, application_name=self.schema, **options)
        there = urlsplit(url)
        where = f"{self.account}@{there.hostname}:{port or there.port}"
        return urlunsplit(there._replace(netloc=where))

    def chain(self) -> WorkflowDefinition[Any]:
        """Five steps, each of which leaves a mark, and a short rest between them."""

        def work(number: int) -> Callable[[StepContext[Any]], Awaitable[Any]]:
            async def body(ctx: StepContext[Any]) -> Any:
                self.marks.append(f"{ctx.instance_id}/{number}")
                await asyncio.sleep(0.02)
                return {f"s{number}": number}

            body.__name__ = body.__qualname__ = f"s{number}"
            return body

        builder = WorkflowBuilder("chain")
        for number in range(5):
            builder.then(work(number))
        return builder.build()

    async def survive(self, disturb: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start instances, disturb the server while they run, and look whether all of them complete."""
        async with WorkflowHost.connect(self.url(), config=HostConfig(session_ttl="10m")) as host:
            host.register(self.chain())
            disturbing = asyncio.create_task(disturb())
            for number in range(INSTANCES):
                await self.start(host, f"i-{number}")
            await disturbing
            for number in range(INSTANCES):
                await self.start(host, f"j-{number}")
            for prefix in "ij":
                for number in range(INSTANCES):
                    found = await host.handle(f"{prefix}-{number}").result("100s")
                    assert found == {f"s{step}": step for step in range(5)}
            # A step whose commit was lost ran again; none was left out.
            assert len(set(self.marks)) == 2 * INSTANCES * 5

    async def start(self, host: WorkflowHost, instance_id: str, definition: str = "chain") -> None:
        """Start an instance as a client does: again, when it does not know whether it was started."""
        for _ in range(1_000):
            try:
                await host.start(definition, {}, instance_id=instance_id)
            except ProviderError:
                await asyncio.sleep(0.1)
            else:
                return
        raise TimeoutError(instance_id)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A schema that is taken away afterwards."""
    made = Site(postgres_or_skip())
    with runtime_folder(tmp_path / "runtime"):
        yield made
    connection = await asyncpg.connect(made.server.base)
    await connection.execute(f'DROP SCHEMA IF EXISTS "{made.schema}" CASCADE')
    await connection.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
async def test_a_restart_of_the_server_loses_nothing(site: Site, how: signal.Signals) -> None:
    """Fast, or immediate as in a crash: hosts wait until it is there again, and go on by themselves."""

    async def restart() -> None:
        for _ in range(2):
            await asyncio.sleep(0.2)
            await asyncio.to_thread(site.server.restart, how)

    await site.survive(restart)


async def test_connections_that_are_cut_again_and_again_lose_nothing(site: Site) -> None:
    """`pg_terminate_backend` of every connection, twenty times, while instances start and run."""

    async def cut() -> None:
        admin = await asyncpg.connect(site.server.base)
        for _ in range(20):
            await admin.fetchval(_CUT, site.schema)
            await asyncio.sleep(0.1)
        await admin.close()

    await site.survive(cut)


async def test_a_server_that_stands_still_loses_nothing(site: Site) -> None:
    """SIGSTOP of every process of the server for two seconds."""

    async def stand_still() -> None:
        server = site.server.server
        assert server is not None
        listing = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("utf-8")  # noqa: ASYNC240
        processes = [server.pid, *map(int, listing.split())]
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(2)
        for pid in processes:
            os.kill(pid, signal.SIGCONT)

    await site.survive(stand_still)


async def test_without_a_connection_left_the_error_says_so_and_passes(site: Site) -> None:
    """An account that may have few connections: the error says what to change; hosts go on with those."""
    role = f"r_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(site.server.base)
    await admin.execute(f'CREATE SCHEMA "{site.schema}"; CREATE ROLE "{role}" LOGIN CONNECTION LIMIT 5')
    await admin.execute(f'GRANT ALL ON SCHEMA "{site.schema}" TO "{role}"')
    site.account = role
    try:
        async with open_providers(site.url()).store as store:
            found = await asyncio.gather(*(store.now() for _ in range(8)), return_exceptions=True)
            refused = [one for one in found if isinstance(one, BaseException)]
            assert refused
            assert {type(one) for one in refused} == {ProviderUnavailableError}
            assert "no connection left: raise max_connections, or lower ?pool=" in str(refused[0])
            assert await store.now()
        await site.survive(lambda: asyncio.sleep(0))
    finally:
        await admin.execute(f'DROP OWNED BY "{role}" CASCADE; DROP ROLE "{role}"')
        await admin.close()


async def test_a_host_that_is_cut_off_stops_before_another_one_starts(site: Site) -> None:
    """A wire is cut without a word: the step is cancelled first, then it begins elsewhere; both go on."""
    begun = asyncio.Event()

    def definition(name: str, over: asyncio.Event) -> WorkflowDefinition[Any]:
        async def work(ctx: StepContext[Any]) -> Any:
            site.marks.append(f"{name} begins")
            begun.set()
            try:
                await over.wait()
            except asyncio.CancelledError:
                site.marks.append(f"{name} cancelled")
                raise
            return {"by": name}

        return WorkflowBuilder("main").then(work).build()

    gates = {name: asyncio.Event() for name in ("far", "near")}
    async with Proxy(urlsplit(site.server.base).port or 5432).running() as wire:
        # Only the session that is to end is a short one: a stall of the machine must not cost the other's.
        far = WorkflowHost.connect(
            site.url(connect_timeout="2s", statement_timeout="2s", port=str(wire.port)),
            config=HostConfig(name="far", session_ttl="4s", poll_interval="300ms"),
        )
        near = WorkflowHost.connect(
            site.url(), config=HostConfig(name="near", session_ttl="10m", poll_interval="300ms")
        )
        far.register(definition("far", gates["far"]))
        near.register(definition("near", gates["near"]))
        async with far:
            await far.start("main", {}, instance_id="i")
            await begun.wait()
            before = far.runtime.session_id
            async with near:
                wire.cut()
                await until(lambda: "near begins" in site.marks, "the take-over")
                taken = site.marks.index("near begins")
                assert site.marks[taken - 1] == "far cancelled"
                assert "far begins" not in site.marks[taken:]
                wire.heal()
                await until(lambda: far.runtime.session_id != before, "joining again")
                gates["near"].set()
                assert await near.handle("i").result("100s") == {"by": "near"}
                gates["far"].set()
                await site.start(far, "j", "main")
                assert (await far.handle("j").result("100s"))["by"] in {"far", "near"}
