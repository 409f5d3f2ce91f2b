"""A call of a driver that is cancelled, at whichever wait: the next one finds all as it should be."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.interrupting import Moment, interruptions
from tests.services.combinations import runtime_folder
from tests.services.opensearch.node import opensearch_or_skip
from tests.services.postgres import Postgres, postgres_or_skip
from tests.services.redis import own_redis_or_skip
from tests.waiting import PATIENCE, until
from wfe_core.ports import Claim, Hint, InstanceQuery, LogChunk, Message, OutboxRow, Providers, SessionInfo
from wfe_core.registry import open_providers
from wfe_core.testing.conformance.make import HOST, NOW, PAID, begin, event, pointer

Call = Callable[[], Coroutine[Any, Any, object]]

MOMENTS: tuple[Moment, ...] = ("asked", "answered")
TTL = 600_000_000
_numbers = count()


def session(name: str) -> SessionInfo:
    """A host's session."""
    return SessionInfo(name, host="h", machine=f"m-{name}", boot="b", expires=0)


def store_calls(it: Providers) -> Mapping[str, Call]:
    """Each method of the store, as hosts call it; all can be called again and again."""
    store, claim, query = it.store, Claim(ids=("i",)), InstanceQuery(limit=10)

    async def commit() -> None:
        await begin(store, f"c{next(_numbers)}", parts={"data": {"k": "1"}, "pointers": [pointer(1)]})

    async def crowd() -> None:
        holder = await begin(store, f"c{next(_numbers)}", parts={"subscriptions": [PAID]})
        await store.commit(
            [
                holder.checkpoint(data={"k": "2"}, messages=[Message("i", "resume", "{}")]),
                (await begin(store, f"c{next(_numbers)}")).checkpoint(),
            ],
            now=NOW,
        )

    return {
        "commit": commit,
        "crowd": crowd,
        "claim": lambda: store.claim(Claim(dead=frozenset({HOST})), session=HOST, limit=5, now=NOW),
        "heads": lambda: store.heads(["i"]),
        "inbox": lambda: store.inbox({"i": 0}),
        "post": lambda: store.post([Message("i", "resume", "{}")], now=NOW),
        "next_due": lambda: store.next_due(claim),
        "outlook": lambda: store.outlook(claim),
        "purge": lambda: store.purge(query, now=NOW),
        "instances": lambda: store.instances(["i"]),
        "owners": store.owners,
        "find": lambda: store.find(query),
        "data": lambda: store.data("i"),
        "pointers": lambda: store.pointers("i"),
        "publish": lambda: store.publish([event(f"e{next(_numbers)}")], now=NOW),
        "sweep": lambda: store.sweep(retention_before=0, now=NOW),
        "outbox": lambda: store.outbox(0, limit=5),
        "trim_outbox": lambda: store.trim_outbox(1, limit=5),
        "put_definition": lambda: store.put_definition("f" * 64, "d", 1, "{}"),
        "get_definition": lambda: store.get_definition("f" * 64),
        "changes": lambda: store.changes(0, limit=5),
        "move_cursor": lambda: store.move_cursor(f"r{next(_numbers)}", None, 1),
        "drop_cursor": lambda: store.drop_cursor("r"),
        "now": store.now,
        "logs": lambda: _of(it.logs).logs("i"),
        "append_logs": lambda: _of(it.logs).append_logs([LogChunk("i", 1, 0, "log", NOW, "x\n")]),
        "cache_put": lambda: _of(it.cache).cache_put("k", "1", expires=NOW),
        "claim_activity": lambda: _of(it.activities).claim_activity("a", worker="w", lease=1, now=NOW),
        "search": lambda: _of(it.search).search(InstanceQuery(text="needle")),
        "refresh": lambda: _of(it.search).refresh(limit=100),
    }


def _of(part: Any) -> Any:
    assert part is not None
    return part


def lock_calls(it: Providers) -> Mapping[str, Call]:
    """Each method of the locks."""
    locks = it.locks
    return {
        "open_session": lambda: locks.open_session(session("s"), ttl=TTL),
        "renew": lambda: locks.renew("s", ttl=TTL),
        "end_renewals": locks.end_renewals,
        "states": lambda: locks.states(["s", "nobody"]),
        "sessions": locks.sessions,
        "acquire": lambda: locks.acquire(["i"], "s"),
        "release": lambda: locks.release(["i"], "s"),
        "identity": locks.identity,
    }


class Ears:
    """What one host hears of another, whatever was interrupted before.

    Args:
        it: the host's, entered.
        other: those of another host, entered.
    """

    def __init__(self, it: Providers, other: Providers) -> None:
        self._it = it
        self._other = other
        self._topics = ["t"]

    def calls(self) -> Mapping[str, Call]:
        """Each method of queue and hub."""
        return {
            "listen": self._listen,
            "enqueue": lambda: self._it.queue.enqueue([Hint("elsewhere", "x")]),
            "broadcast": lambda: _of(self._it.hub).broadcast([OutboxRow(1, "i", "d", 1, "[]")]),
            "hub": self._hear,
        }

    async def work(self) -> None:
        """What was interrupted is done again; then a hint on each topic arrives."""
        await self._it.queue.listen(self._topics)
        wanted = {Hint(topic, f"i{next(_numbers)}") for topic in self._topics}
        async with asyncio.timeout(PATIENCE):
            await self._other.queue.enqueue(list(wanted))
            while wanted:
                wanted -= {*(await self._it.queue.dequeue(limit=100, wait=PATIENCE) or ())}

    async def _listen(self) -> None:
        self._topics = ["t", f"t{next(_numbers)}"]
        await self._it.queue.listen(self._topics)

    async def _hear(self) -> None:
        rows = _of(self._it.hub).listen()
        hearing = asyncio.ensure_future(anext(rows))
        try:
            await until(lambda: not _of(self._other.hub).alone, "word that somebody listens")
            await _of(self._other.hub).broadcast([OutboxRow(1, "i", "d", 1, "[]")])
            await hearing
        finally:
            hearing.cancel()
            await asyncio.wait((hearing,))
            await rows.aclose()


async def all_interrupted(
    calls: Mapping[str, Call], works: Callable[[], Awaitable[object]], moment: Moment
) -> None:
    """Interrupt each call at each of its waits, and see after each time that what is to work works."""
    for name, call in calls.items():
        waits = 0
        async for waits in interruptions(call, moment):
            try:
                async with asyncio.timeout(PATIENCE):
                    await works()
            except BaseException as exc:
                exc.add_note(f"{name}, cancelled at wait {waits} ({moment})")
                raise


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[None]:
    """Sessions of the same name in other processes are others."""
    with runtime_folder(tmp_path / "runtime"):
        yield


@pytest.fixture
def server() -> Postgres:
    """PostgreSQL."""
    return postgres_or_skip()


@pytest.fixture
async def admin(server: Postgres) -> AsyncIterator[Any]:
    """A connection that sees all others."""
    connection = await asyncpg.connect(server.base)
    yield connection
    await connection.close()


async def connections(admin: Any, name: str) -> list[str]:
    """The states of a program's connections."""
    rows = await admin.fetch("SELECT state FROM pg_stat_activity WHERE application_name = $1", name)
    return [row["state"] for row in rows]


async def calm(admin: Any, name: str, most: int) -> None:
    """Wait until no transaction is open and no connection too many: a cancelled statement ends by and by."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await connections(admin, name)
            if set(found) <= {"idle"} and len(found) <= most:
                return
            await asyncio.sleep(0.005)


@pytest.mark.postgres
@pytest.mark.parametrize("moment", MOMENTS)
async def test_postgres_has_its_only_connection_again(server: Postgres, admin: Any, moment: Moment) -> None:
    """With a pool of one: it comes back without a transaction, and hints are heard."""
    name = f"t{secrets.token_hex(4)}"
    schema = server.lease()
    url = server.url(schema, pool="1", application_name=name)
    it = open_providers(url)
    async with it.store, it.locks, it.queue, _of(it.hub), _of(it.search):
        await begin(it.store, "i", parts={"data": {"k": '"needle"'}, "pointers": [pointer(1)]})
        await it.locks.open_session(session("s"), ttl=TTL)

        async def works() -> None:
            await calm(admin, name, most=3)
            assert "i" in await it.store.heads(["i"])

        await all_interrupted(store_calls(it), works, moment)
        await all_interrupted(lock_calls(it), works, moment)

        other = open_providers(server.url(schema))
        async with other.queue, _of(other.hub):
            ears = Ears(it, other)

            async def all_works() -> None:
                await works()
                await ears.work()

            await all_interrupted(ears.calls(), all_works, moment)
    await calm(admin, name, most=0)
    await server.give_back(schema)


@pytest.mark.postgres
@pytest.mark.parametrize("moment", MOMENTS)
async def test_postgres_that_is_opened_in_vain_leaves_no_connection(
    server: Postgres, admin: Any, moment: Moment
) -> None:
    """Neither when opening is cancelled, nor when closing is."""
    name = f"t{secrets.token_hex(4)}"
    schema = server.lease()
    url = server.url(schema, application_name=name)

    async def use() -> None:
        it = open_providers(url)
        async with it.store, it.locks, it.queue, _of(it.hub):
            pass

    await use()
    async for _ in interruptions(use, moment):
        await calm(admin, name, most=0)
    await server.give_back(schema)


@pytest.mark.redis
@pytest.mark.parametrize("moment", MOMENTS)
async def test_redis_has_its_only_connection_again(moment: Moment) -> None:
    """With a pool of one: commands go on, hints are heard, and connections do not become more."""
    server = own_redis_or_skip()
    await asyncio.to_thread(server.start)
    try:
        url = server.url("p", pool="1")
        it = open_providers("memory://", locks=url, queue=url, hub=url)
        with server.admin() as admin:
            async with it.locks, it.queue, _of(it.hub):
                await it.locks.open_session(session("s"), ttl=TTL)

                async def works() -> None:
                    assert await it.locks.states(["s"]) == {"s": "live"}
                    # Commands, messages, renewals, and this one.
                    await until(lambda: len(admin.client_list()) <= 4, "few connections")

                await all_interrupted(lock_calls(it), works, moment)
                other = open_providers("memory://", queue=server.url("p"), hub=server.url("p"))
                async with other.queue, _of(other.hub):
                    ears = Ears(it, other)
                    await all_interrupted(ears.calls(), ears.work, moment)

            async def use() -> None:
                other = open_providers("memory://", locks=server.url("q"), queue=server.url("q"))
                async with other.locks, other.queue:
                    pass

            async for _ in interruptions(use, moment):
                await until(lambda: len(admin.client_list()) == 1, "no connection but this")
    finally:
        server.own().destroy(signal.SIGKILL)


@pytest.mark.opensearch
@pytest.mark.parametrize("moment", MOMENTS)
async def test_opensearch_finds_what_is_there_afterwards(moment: Moment) -> None:
    """Indexing, searching and building anew can be cut off anywhere."""
    server = opensearch_or_skip()
    prefix = f"t{secrets.token_hex(8)}"
    it = open_providers("memory://", search=server.url(prefix, replicas="0", fallback="none"))
    try:
        async with it.store, _of(it.search):
            search = _of(it.search)

            async def feed() -> None:
                await begin(it.store, f"i{next(_numbers)}", parts={"data": {"k": '"needle"'}})
                await search.refresh(limit=100)

            async def works() -> None:
                await search.refresh(limit=100)
                found = await search.search(InstanceQuery(text="needle", limit=1_000))
                stored = await it.store.find(InstanceQuery(limit=1_000))
                assert {one.id for one in found.instances} == {one.id for one in stored.instances}

            await works()
            calls: Mapping[str, Call] = {
                "refresh": feed,
                "search": lambda: search.search(InstanceQuery(text="needle")),
                "reindex": search.reindex,
            }
            await all_interrupted(calls, works, moment)
    finally:
        with suppress(OSError):
            await asyncio.to_thread(server.forget, prefix)
