"""Searches: a query becomes filters of the index, and what is found is read from the store."""

from __future__ import annotations

from typing import Any, Final

from wfe_core.ports import InstanceQuery, InstanceReader, InstanceRecord, Page
from wfe_core.words import terms
from wfe_opensearch.mapping import exact, pair
from wfe_opensearch.server import Server

_MOST: Final = 1_000
"""Hits of one request."""


class Finder:
    """Finds ids in the index and gives the records of the store, so that nothing old is ever shown.

    Args:
        server: the connection.
        store: where records are read.
    """

    def __init__(self, server: Server, store: InstanceReader) -> None:
        self._server = server
        self._store = store

    async def page(self, query: InstanceQuery, index: str) -> Page:
        """Find a page of instances, newest first.

        Args:
            query: what they must be like.
            index: the name of the one that is searched. Behind an alias there could suddenly be another one,
                which has not seen what this one has.

        Raises:
            RefusedError: with the status 404 when another index has taken its place.
            ProviderError: the cluster cannot answer.
        """
        body: dict[str, Any] = {
            "_source": False,
            "track_total_hits": False,
            "sort": [{"created": "desc"}, {"id": "desc"}],
            "query": {"bool": {"filter": filters(query)}},
        }
        if query.cursor is not None:
            created, _, id_ = query.cursor.partition(":")
            body["search_after"] = [int(created), id_]
        shown: list[InstanceRecord] = []
        while True:
            # One more than asked for tells whether there is another page.
            body["size"] = size = min(_MOST, query.limit + 1 - len(shown))
            answer = await self._server.call(
                "POST", f"/{index}/_search", body, allow_partial_search_results="false"
            )
            places = [hit["sort"] for hit in answer["hits"]["hits"]]
            records = await self._store.instances([id_ for _, id_ in places])
            for created, id_ in places:
                record = records.get(id_)
                if record is not None and _still_fits(record, created, query):
                    shown.append(record)
            if len(places) < size or len(shown) > query.limit:
                break
            body["search_after"] = places[-1]
        more = len(shown) > query.limit
        del shown[query.limit :]
        return Page(shown, f"{shown[-1].created}:{shown[-1].id}" if more and shown else None)


def filters(query: InstanceQuery) -> list[dict[str, Any]]:
    """Say in OpenSearch's words what must hold; nothing of a query is ever parsed there."""
    found: list[dict[str, Any]] = [
        {"prefix": {"words": {"value": word}}} if star else {"term": {"words": {"value": word}}}
        for word, star in terms(query.text)
    ]
    if query.statuses is not None:
        found.append({"terms": {"status": sorted(query.statuses)}})
    equal: dict[str, str | int | None] = {
        "definition": None if query.definition_id is None else exact(query.definition_id),
        "version": query.version,
        "reference": None if query.reference is None else exact(query.reference),
        "root": None if query.root_id is None else exact(query.root_id),
        "parent": None if query.parent_id is None else exact(query.parent_id),
    }
    found += [{"term": {name: {"value": value}}} for name, value in equal.items() if value is not None]
    found += [{"term": {"tags": {"value": pair(*tag)}}} for tag in query.tags]
    found += [{"term": {"data": {"value": pair(*field)}}} for field in query.data]
    bounds: dict[str, dict[str, int | None]] = {
        "created": {"gt": query.created_after, "lt": query.created_before},
        "ended": {"lt": query.ended_before},
    }
    for name, ends in bounds.items():
        given = {end: value for end, value in ends.items() if value is not None}
        if given:
            found.append({"range": {name: given}})
    return found


def _still_fits(record: InstanceRecord, created: int, query: InstanceQuery) -> bool:
    """Whether an instance is the one that was indexed, and has not moved out of the filters since."""
    return (
        record.created == created
        and (query.statuses is None or record.status in query.statuses)
        and (query.ended_before is None or (record.ended is not None and record.ended < query.ended_before))
    )
