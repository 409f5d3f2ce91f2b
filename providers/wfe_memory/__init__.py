"""In-memory providers of wfe, for tests and throw-away runs: the reference implementation of all ports.

Read `tables.py` for what is stored, `commits.py` for how a checkpoint changes it, and `persistence.py`
for the store that puts both together.
"""

from typing import TYPE_CHECKING

from wfe_memory.backend import MemoryBackend
from wfe_memory.persistence import MemoryStore

if TYPE_CHECKING:
    from wfe_core.clock import Clock
    from wfe_core.ports import Providers

__all__ = ["MemoryBackend", "MemoryStore", "open_providers"]


def open_providers(
    url: str, *, clock: "Clock | None" = None, connect_timeout: object = None, **options: object
) -> "Providers":
    """Give the providers for `memory://`: a backend of its own, new and empty at each call.

    Args:
        url: `memory://`, without anything behind it.
        clock: the backend's time; by default the machine's.
        connect_timeout: taken, like all providers do, although there is nothing to connect to.
        options: none are known.

    Raises:
        ValueError: the URL says more than `memory://`, or options were given.
    """
    del connect_timeout
    if url not in {"memory://", "memory:"} or options:
        more = f" and no options, such as {', '.join(sorted(options))}" if options else ""
        msg = f"the URL {url!r} is not known: write 'memory://', which takes nothing more{more}"
        raise ValueError(msg)
    return MemoryBackend(clock).providers()
