"""What a cluster that fails does to hosts and searches: nothing is lost, and it heals by itself."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from tests.services.opensearch.node import OpenSearch
from tests.services.opensearch.proxy import Answer, Request
from tests.unit.providers.wfe_opensearch.conftest import Cluster, fill, find, search_of
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import InstanceQuery
from wfe_core.testing.conformance.make import begin_idle

pytestmark = [pytest.mark.signals, pytest.mark.opensearch, pytest.mark.timeout(300)]


async def test_hosts_start_and_work_without_a_cluster(cluster: Cluster) -> None:
    """While it is down for a minute the store's own search answers; then the index catches up by itself."""
    await cluster.proxy.down()
    async with cluster.host("fallback=store") as host:
        await fill(host, "a", "b")
        assert await find(host) == ["a", "b"]
        assert "cannot be reached: does OpenSearch run" in str(search_of(host).trouble)
        await cluster.clock.advance(60)
        await fill(host, "c")
        assert await find(host) == ["a", "b", "c"]
        assert cluster.indexed() == set()
        await cluster.proxy.up()
        await cluster.until_indexed({"a", "b", "c"})
        assert search_of(host).trouble is None
        before = len(cluster.proxy.requests)
        assert await find(host) == ["a", "b", "c"]
        assert any(request.path.endswith("/_search") for request in cluster.proxy.requests[before:])


async def test_without_another_search_it_says_that_it_is_behind(cluster: Cluster) -> None:
    """An error with the reason, and never a result with something missing."""
    async with cluster.host() as host:
        await fill(host, "a")
        assert await find(host) == ["a"]
        await cluster.proxy.down()
        await fill(host, "b")
        with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
            await find(host)
        with pytest.raises(
            ProviderUnavailableError, match=r"the search is behind the store: .*cannot be reached"
        ):
            await search_of(host).search(InstanceQuery(text="needle"))
        await cluster.proxy.up()
        assert await find(host) == ["a", "b"]


async def test_a_search_that_fails_is_done_elsewhere(cluster: Cluster) -> None:
    """Also when the index could still be fed a moment before."""
    async with cluster.host("fallback=store") as host:
        await fill(host, "a")
        assert await find(host) == ["a"]
        cluster.proxy.fault = lambda request: Answer(503) if request.path.endswith("_search") else None
        assert await find(host) == ["a"]
        assert "takes nothing at the moment" in str(search_of(host).trouble)


async def test_a_full_disk_stops_the_feed_until_it_has_room(cluster: Cluster) -> None:
    """The cluster answers with 429 to every document; what was refused is indexed later."""
    async with cluster.host() as host:
        await fill(host, "a")
        assert await find(host) == ["a"]
        cluster.settings(**{"blocks.read_only_allow_delete": True})
        await fill(host, "b", "c")
        with pytest.raises(
            ProviderUnavailableError, match="takes nothing at the moment, see its load, disks"
        ):
            await find(host)
        await cluster.clock.advance(60)
        assert cluster.indexed() == {"a"}
        cluster.settings(**{"blocks.read_only_allow_delete": None})
        await cluster.until_indexed({"a", "b", "c"})
        assert await find(host) == ["a", "b", "c"]


async def test_requests_become_as_small_as_the_cluster_wants(cluster: Cluster) -> None:
    """Where large ones are rejected, the feed goes on with smaller ones, and grows again afterwards."""
    names = [f"i{n:03}" for n in range(100)]

    def fault(request: Request) -> Answer | None:
        text = {"error": {"type": "rejected_execution_exception", "reason": "queue is full"}}
        return Answer(429, json.dumps(text)) if request.documents > 10 else None

    async with cluster.host() as host:
        cluster.proxy.fault = fault
        await fill(host, *names)
        await cluster.until_indexed(set(names))
        sizes = [request.documents for request in cluster.proxy.requests if request.documents]
        assert max(sizes) == 100
        assert sum(size for size in sizes if size <= 10) >= 100
        cluster.proxy.fault = lambda request: None
        more = [f"j{n:03}" for n in range(100)]
        await fill(host, *more)
        await cluster.until_indexed({*names, *more})
        assert await find(host, limit=1_000) == [*names, *more]


async def test_one_document_that_is_not_taken_holds_the_place(cluster: Cluster) -> None:
    """The others were written; all are sent again, which changes nothing for those, and none is lost."""
    rejected = {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "full"}}

    def change(request: Request, body: str) -> str:
        if not request.documents:
            return body
        answer: Any = json.loads(body)
        answer["items"][1]["index"] = {**answer["items"][1]["index"], **rejected}
        return json.dumps(answer)

    async with cluster.host() as host:
        await fill(host, "a", "b", "c")
        cluster.proxy.change = change
        with pytest.raises(ProviderUnavailableError, match="rejected_execution_exception: full"):
            await find(host)
        cluster.proxy.change = lambda request, body: body
        assert await find(host) == ["a", "b", "c"]


async def test_a_document_that_the_mapping_refuses_harms_no_other(
    cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    """It is indexed with less in it, that is said, and the feed goes on."""
    async with cluster.host() as host:
        # No store outside of memory takes such a number, nor does a field of the mapping.
        await fill(host, "bad", version=10**30)
        await fill(host, "good")
        with caplog.at_level(logging.WARNING, "wfe.opensearch"):
            assert await find(host) == ["good"]
        assert await find(host, "") == ["bad", "good"]
        said = [record.getMessage() for record in caplog.records if record.name == "wfe.opensearch"]
        assert len(said) == 2
        assert all("instance 'bad' is found by fewer words or filters" in text for text in said)
        assert await search_of(host).refresh(limit=10) == 0


async def test_an_instance_that_cannot_be_indexed_at_all_is_named(
    cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    """The feed goes on behind it."""
    name = "x" * 40_000
    async with cluster.host() as host:
        await fill(host, name, "good")
        with caplog.at_level(logging.ERROR, "wfe.opensearch"):
            assert await find(host, "") == ["good"]
        assert f"instance {name!r} cannot be found by searches" in caplog.text


async def test_what_is_too_large_for_a_request_is_divided(cluster: Cluster) -> None:
    """And a document that is too large alone is indexed without its words."""
    async with cluster.host() as host:
        cluster.proxy.fault = lambda request: Answer(413) if len(request.body) > 20_000 else None
        for n in range(6):
            text = " ".join(f"w{n}x{m}" for m in range(900))
            await begin_idle(host.store, f"i{n}", parts={"data": {"k": f'"needle {text}"'}})
        await begin_idle(
            host.store, "large", parts={"data": {"k": json.dumps(" ".join(map(str, range(9_000))))}}
        )
        assert await find(host) == [f"i{n}" for n in range(6)]
        assert await find(host, "", definition_id="order") == [*(f"i{n}" for n in range(6)), "large"]


async def test_a_red_index_is_waited_for(cluster: Cluster) -> None:
    """Neither searches nor documents are taken; both are, once its shard has a place."""
    ask, name = cluster.server.ask, f"{cluster.alias}-000001"
    nowhere = {"index.routing.allocation.require._name": "nobody"}
    async with cluster.host("fallback=store&timeout=2s") as host:
        await fill(host, "a")
        assert await find(host) == ["a"]
        ask("DELETE", f"/{name}")
        red = {"aliases": {cluster.alias: {}}, "settings": nowhere}
        ask("PUT", f"/{name}?wait_for_active_shards=0", red)
        assert ask("GET", f"/_cluster/health/{name}")["status"] == "red"
        await fill(host, "b")
        assert await find(host) == ["a", "b"]
        assert "did not answer in time" in str(search_of(host).trouble)
        cluster.settings(**{"routing.allocation.require._name": None})
        ask("GET", f"/_cluster/health/{name}?wait_for_status=green&timeout=60s")
        await cluster.until_indexed({"a", "b"})
        assert await find(host) == ["a", "b"]


async def test_an_index_that_was_deleted_is_built_again(cluster: Cluster) -> None:
    """From the store, by whoever comes next; its place belonged to the old one."""
    async with cluster.host() as host:
        await fill(host, "a", "b")
        assert await find(host) == ["a", "b"]
        cluster.server.ask("DELETE", f"/{cluster.alias}-000001")
        await fill(host, "c")
        assert await find(host) == ["a", "b", "c"]


async def test_an_index_of_somebody_else_is_not_used(cluster: Cluster) -> None:
    """The error says what to do, and the store's own search answers."""
    cluster.server.ask("PUT", f"/{cluster.alias}")
    async with cluster.host("fallback=store") as host:
        await fill(host, "a")
        assert await find(host) == ["a"]
        assert "is an index, not an alias: something else has made it" in str(search_of(host).trouble)
    async with cluster.host() as host:
        with pytest.raises(ProviderError, match=r"delete it, or choose another \?prefix="):
            await find(host)


async def test_an_answer_that_never_comes_is_given_up(cluster: Cluster, server: OpenSearch) -> None:
    """After the timeout of the URL, with an error that says so; whoever searches next does not wait again."""
    asked = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    async with cluster.host("fallback=store&timeout=1s") as host:
        await fill(host, "a")
        hangs = await asyncio.start_server(hang, "127.0.0.1", 0)
        async with hangs:
            cluster.proxy.target = f"http://127.0.0.1:{hangs.sockets[0].getsockname()[1]}"
            assert await find(host) == ["a"]
            assert asked.is_set()
            assert "did not answer in time" in str(search_of(host).trouble)
            before = len(cluster.proxy.requests)
            assert await find(host) == ["a"]
            assert len(cluster.proxy.requests) == before
            cluster.proxy.target = server.base.removeprefix("opensearch+")
            await cluster.until_indexed({"a"})
