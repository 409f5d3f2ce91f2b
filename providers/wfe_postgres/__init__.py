"""PostgreSQL providers of wfe: the store that a cluster of hosts shares.

Read `database.py` for the connections, `commits.py` for how checkpoints are written, and `persistence.py`
for the store.
"""

from wfe_core.channels import ChannelHub, ChannelQueue
from wfe_core.clock import Clock
from wfe_core.policies import Duration
from wfe_core.ports import Capabilities, Providers
from wfe_postgres.activities import PostgresActivities
from wfe_postgres.cache import PostgresCache
from wfe_postgres.channel import PostgresChannel
from wfe_postgres.database import Database
from wfe_postgres.location import Location
from wfe_postgres.locks import PostgresLocks
from wfe_postgres.logs import PostgresLogs
from wfe_postgres.persistence import PostgresStore
from wfe_postgres.search import PostgresSearch

__all__ = ["open_providers"]


def open_providers(
    url: str, *, clock: Clock | None = None, connect_timeout: Duration | None = None, **options: object
) -> Providers:
    """Give the providers for a PostgreSQL database. Nothing is opened before they are entered.

    Args:
        url: `postgresql://user:password@host:5432/database`, with libpq's options (`sslmode=verify-full`,
            `sslrootcert=…`) and wfe's own: `schema` (default `public`), `pool` (most connections, 8),
            `statement_timeout` (`30s`), `connect_timeout` (`10s`), `application_name` (`wfe`).
        clock: the store's time, if it is one that a test moves; else that is the server's own.
        connect_timeout: over the URL's.
        options: none are known.

    Raises:
        ValueError: the URL or an option is not understood.
    """
    if options:
        msg = f"PostgreSQL has no options {', '.join(sorted(options))}: write them into the URL"
        raise ValueError(msg)
    database = Database(Location.parse(url, connect_timeout=connect_timeout), clock)
    channel = PostgresChannel(database)
    return Providers(
        store=PostgresStore(database),
        locks=PostgresLocks(database),
        queue=ChannelQueue(channel),
        search=PostgresSearch(database),
        hub=ChannelHub(channel),
        logs=PostgresLogs(database),
        activities=PostgresActivities(database),
        cache=PostgresCache(database),
        capabilities=Capabilities(push_wakeup=True, shared=True, durable=True),
    )
