"""SQLite providers of wfe, all in one file: the embedded default.

Read `database.py` for the connections, `commits.py` for how checkpoints are written, and `persistence.py`
for the store.
"""

from wfe_core.clock import Clock
from wfe_core.ports import Capabilities, Providers
from wfe_sqlite.activities import SqliteActivities
from wfe_sqlite.cache import SqliteCache
from wfe_sqlite.database import Database
from wfe_sqlite.lifecycle import SqliteHub
from wfe_sqlite.location import Location
from wfe_sqlite.locks import SqliteLocks
from wfe_sqlite.logs import SqliteLogs
from wfe_sqlite.persistence import SqliteStore
from wfe_sqlite.queues import SqliteQueue
from wfe_sqlite.search import SqliteSearch

__all__ = ["open_providers"]


def open_providers(
    url: str,
    *,
    clock: Clock | None = None,
    durability: str | None = None,
    connect_timeout: object = None,
    **options: object,
) -> Providers:
    """Give the providers for a SQLite file. Nothing is opened before they are entered.

    Args:
        url: `sqlite:///file.db` (relative), `sqlite:////folder/file.db` (absolute), each with
            `?durability=normal` if the death of processes is to be survived but not power loss;
            `sqlite:///:memory:` is a new, empty database that goes when its providers are left.
        clock: the host's; the store's time is the machine's, unless this is one that a test moves.
        durability: as in the URL.
        connect_timeout: taken, like all providers do, although a file is not connected to.
        options: none are known.

    Raises:
        ValueError: the URL or an option is not understood.
    """
    del connect_timeout
    if options:
        msg = f"SQLite has no options {', '.join(sorted(options))}: durability is the only one"
        raise ValueError(msg)
    location = Location.parse(url, durability=durability)
    database = Database(location, clock)
    return Providers(
        store=SqliteStore(database),
        locks=SqliteLocks(database),
        queue=SqliteQueue(database),
        search=SqliteSearch(database),
        hub=SqliteHub(database),
        logs=SqliteLogs(database),
        activities=SqliteActivities(database),
        cache=SqliteCache(database),
        capabilities=Capabilities(
            push_wakeup=True, shared=location.path is not None, durable=location.path is not None
        ),
    )
