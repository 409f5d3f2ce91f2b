"""How the index follows the store, is built anew, and never shows what is old."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tests.services.opensearch.proxy import Answer
from tests.unit.providers.wfe_opensearch.conftest import Cluster, fill, find, search_of
from wfe_core.errors import ProviderError
from wfe_core.ports import Content, InstanceQuery
from wfe_core.testing.conformance.make import NOW, Holder, begin, begin_idle
from wfe_opensearch.failures import BusyError, RefusedError
from wfe_opensearch.indexes import Index
from wfe_opensearch.server import Server
from wfe_opensearch.writing import Writer

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(300)]


async def test_commits_are_indexed_behind_them(cluster: Cluster) -> None:
    """A second after it was told of one, without any search; and nothing is asked when nothing happens."""
    async with cluster.host() as host:
        await fill(host, "a", "b")
        await cluster.until_indexed({"a", "b"})
        await cluster.clock.advance(1)
        before = len(cluster.proxy.requests)
        await cluster.clock.advance(20)
        assert len(cluster.proxy.requests) == before


async def test_what_a_dead_host_left_is_found_by_the_others(cluster: Cluster) -> None:
    """Nobody tells them; they look now and then."""
    async with cluster.host() as host:
        await begin_idle(host.store, "a")
        await cluster.until_indexed({"a"})


async def test_a_host_that_stops_indexes_its_last_changes(cluster: Cluster) -> None:
    """Those that it was told of; it does not wait for the second to pass."""
    async with cluster.host() as host:
        await fill(host, "a")
    assert cluster.indexed() == {"a"}


async def test_who_only_looks_leaves_the_cluster_alone(cluster: Cluster) -> None:
    """Being entered and left asks nothing."""
    async with cluster.host():
        pass
    assert cluster.proxy.requests == []


async def test_a_store_with_a_past_is_indexed_as_a_whole(cluster: Cluster) -> None:
    """A new index begins with all that is there, and goes on with what changes meanwhile."""
    async with cluster.host("fallback=none") as host:
        names = [f"i{n}" for n in range(30)]
        for name in names:
            await begin_idle(host.store, name, parts={"data": {"k": '"needle"'}})
        search = search_of(host)
        assert await search.refresh(limit=10) == 10
        await begin_idle(host.store, "late", parts={"data": {"k": '"needle"'}})
        assert await find(host, limit=100) == sorted([*names, "late"])


async def test_forgotten_changes_are_made_up_for(cluster: Cluster) -> None:
    """When the outbox was trimmed unread, everything is compared, and what was purged goes."""
    async with cluster.host() as host:
        await begin(
            host.store, "gone", owner=None, status="complete", ended=NOW, parts={"data": {"k": '"needle"'}}
        )
        await fill(host, "stays")
        assert await find(host) == ["gone", "stays"]
        await host.store.purge(InstanceQuery(), now=NOW)
        await fill(host, "new")
        await host.store.trim_outbox(await host.store.newest_change(), limit=100)
        assert await find(host) == ["new", "stays"]
        assert cluster.indexed() == {"new", "stays"}


async def test_a_build_keeps_the_changes_that_come_meanwhile(cluster: Cluster) -> None:
    """A place is held from its beginning to its end, so that no host forgets what it still has to follow."""
    async with cluster.host("fallback=none") as host:
        store, search = host.store, search_of(host)
        for number in range(6):
            await begin_idle(store, f"i{number}", parts={"data": {"k": '"needle"'}})
        start = await store.newest_change()
        assert await search.refresh(limit=3) == 3
        assert list((await store.cursors()).values()) == [start]
        await begin_idle(store, "late", parts={"data": {"k": '"needle"'}})
        assert len(await find(host)) == 7
        [(reader, place)] = (await store.cursors()).items()
        assert place > start
        held: list[dict[str, int]] = []
        looks: list[asyncio.Task[None]] = []

        async def look() -> None:
            held.append(await store.cursors())

        assert await search.reindex(progress=lambda _: looks.append(asyncio.ensure_future(look()))) == 7
        await asyncio.gather(*looks)
        assert [len(places) for places in held] == [2]
        assert set(held[0].values()) == {place}
        assert (await store.cursors()).keys() > {reader}
        assert len(await store.cursors()) == 2


async def test_what_was_purged_is_never_shown(cluster: Cluster) -> None:
    """Not even before the index has heard of it, nor does the next instance of the same id suffer."""
    async with cluster.host() as host:
        ended: dict[str, Any] = {"owner": None, "status": "complete", "ended": NOW}
        await begin(host.store, "i", revision=1, parts={"data": {"k": '"needle old"'}}, **ended)
        holder = await begin(host.store, "j", parts={"data": {"k": '"needle"'}})
        assert await find(host) == ["i", "j"]
        await host.store.purge(InstanceQuery(), now=NOW)
        page = await search_of(host).search(InstanceQuery(text="needle"))
        assert [record.id for record in page.instances] == ["j"]
        holder.record.status = "suspended"
        await holder.commit()
        assert (
            await search_of(host).search(InstanceQuery(text="needle", statuses=frozenset({"runnable"})))
        ).instances == []
        await begin_idle(host.store, "i", created=NOW + 1, parts={"data": {"k": '"needle new"'}})
        assert await find(host) == ["i", "j"]
        assert await find(host, "old") == []
        assert await find(host, "new") == ["i"]


async def test_an_old_state_never_takes_the_place_of_a_newer_one(cluster: Cluster) -> None:
    """Whoever was stopped between reading and writing changes nothing."""
    async with cluster.host() as host:
        holder = await begin(host.store, "i", parts={"data": {"k": '"before"'}})
        stale = await host.store.contents(["i"])
        await holder.commit(data={"k": '"after"'})
        assert await find(host, "after") == ["i"]

        class Stale:
            async def contents(self, ids: Sequence[str]) -> dict[str, Content]:
                return stale

        search = search_of(host)
        server = Server(search._where, cluster.clock)
        await server.open()
        for again in (False, True):
            await Writer(server, Stale(), cluster.clock).write(["i"], cluster.alias, again=again)  # type: ignore[arg-type]
        await server.close()
        assert (await find(host, "after"), await find(host, "before")) == (["i"], [])


async def test_several_hosts_feed_one_index(cluster: Cluster) -> None:
    """Side by side, whoever is quicker moves the place: all is indexed, nothing is lost."""
    async with cluster.host() as one, cluster.host() as two:
        names = [f"i{n}" for n in range(60)]
        for n, name in enumerate(names):
            await begin_idle((one, two)[n % 2].store, name, parts={"data": {"k": '"needle"'}})
        found = await asyncio.gather(*(find(host, limit=100) for host in (one, two, one, two)))
        assert found == [sorted(names)] * 4


async def test_a_new_index_takes_the_place_of_the_old_one(cluster: Cluster) -> None:
    """While it is built, the old one is searched and fed; then the alias moves, and only one is left."""
    async with cluster.host() as host, cluster.host() as other:
        await fill(host, *(f"i{n}" for n in range(20)))
        assert len(await find(host)) == 20
        told: list[int] = []

        async def meanwhile() -> None:
            await fill(other, "late")
            assert len(await find(other)) == 21

        task: list[asyncio.Task[None]] = []

        def progress(number: int) -> None:
            told.append(number)
            task.append(asyncio.ensure_future(meanwhile()))

        assert await search_of(host).reindex(progress=progress) == 20
        assert told == [20]
        await asyncio.gather(*task)
        assert len(await find(host)) == len(await find(other)) == 21
        aliases = cluster.server.ask("GET", f"/{cluster.prefix}-*/_alias")
        assert aliases == {f"{cluster.alias}-000002": {"aliases": {cluster.alias: {}}}}


@pytest.mark.parametrize("status", [404, 503])
async def test_an_index_on_its_way_out_is_not_the_end_of_a_search(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """While it is removed it has no shards, and then no name: who was sent to it asks once more."""
    async with cluster.host() as host:
        await fill(host, "a")
        finder = search_of(host)._found()
        page, gone = (
            finder.page,
            RefusedError("gone", status=404, kind="gone") if status == 404 else BusyError("no shards"),
        )

        async def once(*args: Any) -> Any:
            monkeypatch.setattr(finder, "page", page)
            raise gone

        monkeypatch.setattr(finder, "page", once)
        assert await find(host) == ["a"]


async def test_what_the_old_index_has_shown_is_found_in_the_new_one(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what came last, when the new one takes the place between a refresh and a search."""
    async with cluster.host() as host, cluster.host() as other:
        await fill(host, "a")
        search = search_of(other)
        indexes = search_of(host)._indexes
        switch = indexes.switch

        async def late(fresh: Index) -> None:
            await fill(other, "late")
            assert await find(other) == ["a", "late"]
            await switch(fresh)

        monkeypatch.setattr(indexes, "switch", late)
        assert await search_of(host).reindex() == 1
        page = await search.search(InstanceQuery(text="needle"))
        assert sorted(record.id for record in page.instances) == ["a", "late"]


async def test_an_interrupted_reindexing_leaves_the_old_index(cluster: Cluster) -> None:
    """What was left of it goes with the next one."""
    async with cluster.host() as host:
        await fill(host, "a")
        assert await find(host) == ["a"]
        cluster.proxy.fault = lambda request: (
            Answer(500) if "-new-" in request.path and request.documents else None
        )
        with pytest.raises(ProviderError, match="takes nothing at the moment"):
            await search_of(host).reindex()
        cluster.proxy.fault = lambda request: None
        assert await find(host) == ["a"]
        assert len(cluster.server.ask("GET", f"/{cluster.prefix}-*/_alias")) == 2
        assert await search_of(host).reindex() == 1
        assert set(cluster.server.ask("GET", f"/{cluster.prefix}-*/_alias")) == {f"{cluster.alias}-000003"}
        assert await find(host) == ["a"]


async def test_an_index_of_another_version_wants_to_be_made_anew(cluster: Cluster) -> None:
    """It is not written to, and reindexing mends it."""
    async with cluster.host() as host:
        mapping = {"mappings": {"_meta": {"wfe": 0}}, "aliases": {cluster.alias: {}}}
        cluster.server.ask("PUT", f"/{cluster.alias}-000001", mapping)
        await fill(host, "a")
        with pytest.raises(
            ProviderError, match="made by another version of wfe; make a new one with  wfe reindex"
        ):
            await find(host)
        assert await search_of(host).reindex() == 1
        assert await find(host) == ["a"]


async def test_neither_words_nor_data_can_be_read_from_the_index(cluster: Cluster) -> None:
    """They are found, and not shown: who may look into the cluster need not see the data of instances."""
    async with cluster.host() as host:
        await begin_idle(host.store, "i", parts={"data": {"k": '"needle confidential"'}})
        assert await find(host, "confidential") == ["i"]
        answer = cluster.server.ask("GET", f"/{cluster.alias}/_search")
        assert answer["hits"]["hits"][0]["_source"]["id"] == "i"
        assert "confidential" not in str(answer)


async def test_a_purge_is_followed(cluster: Cluster) -> None:
    """By itself, as every change is."""
    async with cluster.host() as host:
        record = (await begin(host.store, "i", parts={"data": {"k": '"needle"'}})).record
        await fill(host, "stays")
        await cluster.until_indexed({"i", "stays"})
        holder = Holder(host.store, record)
        holder.record.status, holder.record.ended = "complete", NOW
        await holder.release()
        assert await host.store.purge(InstanceQuery(), now=NOW) == ["i"]
        search_of(host).changed()
        await cluster.until_indexed({"stays"})
