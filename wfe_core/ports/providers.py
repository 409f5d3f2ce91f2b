"""The bundle of providers a host works with, and what a backend can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wfe_core.ports.lifecycle import LifecycleHub
    from wfe_core.ports.locks import LockProvider
    from wfe_core.ports.persistence import ActivityStore, CacheStore, LogStore, PersistenceProvider
    from wfe_core.ports.queues import QueueProvider
    from wfe_core.ports.search import SearchProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a backend can do; read in one place, when a host starts."""

    push_wakeup: bool = False
    """Hints arrive without polling."""
    shared: bool = False
    """Several processes may use the store at once."""
    durable: bool = True
    """Commits survive the process."""
    cross_machine: bool = False
    """Processes on several machines may use the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Everything a host needs from backends. A provider may fill several fields with one object.

    The host enters each distinct object once, in the order of the fields, and leaves them in reverse.
    """

    store: PersistenceProvider
    locks: LockProvider
    queue: QueueProvider
    search: SearchProvider | None = None
    hub: LifecycleHub | None = None
    logs: LogStore | None = None
    activities: ActivityStore | None = None
    cache: CacheStore | None = None
    capabilities: Capabilities = Capabilities()
