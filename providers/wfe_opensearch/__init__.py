"""OpenSearch provider of wfe: full-text search outside of the store, fed from its outbox.

Read `search.py` for what a host sees, `feeding.py` for how the index follows the store, and `mapping.py` for
what is in it.
"""

from dataclasses import dataclass

from wfe_core.clock import Clock, SystemClock
from wfe_opensearch.location import Location
from wfe_opensearch.search import OpenSearchSearch

__all__ = ["OpenSearchSearch", "open_providers"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What this package provides: a search, to be used beside a store."""

    search: OpenSearchSearch


def open_providers(
    url: str, *, clock: Clock | None = None, connect_timeout: object = None, **options: object
) -> Parts:
    """Give the search on an OpenSearch cluster. Nothing is opened before it is entered.

    Args:
        url: `opensearch+http://host:9200` or `opensearch+https://user:password@host:9200`, with `prefix`
            (of the names of indexes, default `wfe`), `timeout` of a request (`10s`), `ca` (a file with the
            certificates to trust), `shards`, `replicas`, and `fallback=none` if the store's own search must
            not answer while the cluster cannot.
        clock: what pauses go by.
        connect_timeout: taken for other providers' sake; `timeout` covers the connection.
        options: none are known.

    Raises:
        ValueError: the URL or an option is not understood.
    """
    del connect_timeout
    if options:
        msg = f"OpenSearch has no options {', '.join(sorted(options))}: write them into the URL"
        raise ValueError(msg)
    return Parts(OpenSearchSearch(Location.parse(url), clock or SystemClock()))
