"""The combinations of providers on which the laws are tested; a further one is one entry in `COMBINATIONS`.

A service gives each test a `Space` of its own: an empty file, an empty schema, a prefix of keys. A space that
costs something to make may be used again by a later test once it has been emptied.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.services.opensearch.node import opensearch_or_skip
from tests.services.postgres import postgres_or_skip
from tests.services.redis import Redis, fresh_prefix, redis_or_skip, valkey_or_skip
from tests.services.redis_groups import cluster_or_skip
from wfe_core.ports import Providers
from wfe_core.testing import Backend, ManualClock
from wfe_core.testing.backend import UnsupportedError
from wfe_host.testing import StoreKind
from wfe_host.testing.backends import AtUrl, InMemory

_RESTARTS = (
    "test_what_was_committed_survives_a_restart",
    "test_a_restart_pronounces_nobody_dead",
    "test_hints_come_again_after_a_restart",
    "test_rows_come_again_after_a_restart",
)


class Space(ABC):
    """What a test has of a service.

    Attributes:
        url: for `open_providers`; other processes may use it too.
        gaps: conformance tests that cannot hold here, and why.
    """

    url: str
    gaps: Mapping[str, str]

    def __init__(self) -> None:
        self.gaps = {}

    @abstractmethod
    async def close(self) -> None:
        """Give the space back."""

    async def restart(self) -> None:
        """Restart the service."""
        raise UnsupportedError


class FileSpace(Space):
    """A file of SQLite."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.url = f"sqlite:///{folder}/wfe.db"
        self.gaps = dict.fromkeys(_RESTARTS, "SQLite has no server to restart")

    async def close(self) -> None:
        """Nothing to do: the folder is the test's."""


class SchemaSpace(Space):
    """A schema of PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._server = postgres_or_skip()
        self._schema = self._server.lease()
        self.url = self._server.url(self._schema)

    async def close(self) -> None:
        """Empty the schema for the next test."""
        await self._server.give_back(self._schema)

    async def restart(self) -> None:
        """Restart the server in fast mode."""
        await self._server.restart_meanwhile()


class PrefixSpace(Space):
    """A prefix of keys and channels on Redis."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._server = self.find()
        self.url = self._server.url(fresh_prefix())

    def find(self) -> Redis:
        """Find the server."""
        return redis_or_skip()

    async def close(self) -> None:
        """Nothing to do: a few keys are left behind, on a server that goes with the tests."""

    async def restart(self) -> None:
        """Kill the server and start it again, without its data."""
        if self._server.server is None:
            pytest.skip("the server belongs to somebody else: it is not restarted")
        await asyncio.to_thread(self._server.restart)


class ValkeySpace(PrefixSpace):
    """A prefix of keys and channels on Valkey."""

    def find(self) -> Redis:
        """Find the server."""
        return valkey_or_skip()


class ClusterSpace(PrefixSpace):
    """A prefix on a cluster of Redis."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.gaps = dict.fromkeys(_RESTARTS, "the tests do not restart clusters")

    def find(self) -> Redis:
        """Find the cluster."""
        return cluster_or_skip()

    async def restart(self) -> None:
        """Leave it as it is."""
        raise UnsupportedError


class IndexSpace(Space):
    """A prefix of indexes in OpenSearch, which alone answers: no other search may hide that it cannot."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._server = opensearch_or_skip()
        self._prefix = f"t{secrets.token_hex(8)}"
        self.url = self._server.url(self._prefix, fallback="none", replicas="0")

    async def close(self) -> None:
        """Delete the indexes."""
        await asyncio.to_thread(self._server.forget, self._prefix)


SERVICES: dict[str, Callable[[Path], Space]] = {
    "sqlite": FileSpace,
    "postgres": SchemaSpace,
    "redis": PrefixSpace,
    "redis-cluster": ClusterSpace,
    "valkey": ValkeySpace,
    "opensearch": IndexSpace,
}
SERVERS = frozenset({"postgres", "redis", "opensearch"})
"""Services that need a server: their tests carry the marker of that name."""


@dataclass(frozen=True, slots=True)
class Combination:
    """A store, and what takes the place of its other providers; each is the name of a service."""

    store: str
    locks: str | None = None
    queue: str | None = None
    search: str | None = None
    hub: str | None = None

    @property
    def others(self) -> dict[str, str]:
        """The services beside the store, by role."""
        roles = {"locks": self.locks, "queue": self.queue, "search": self.search, "hub": self.hub}
        return {role: service for role, service in roles.items() if service is not None}

    @property
    def services(self) -> list[str]:
        """All services, the store first."""
        return list(dict.fromkeys([self.store, *self.others.values()]))

    @property
    def name(self) -> str:
        """As it appears in the names of tests."""
        return "+".join(self.services)

    @property
    def marks(self) -> tuple[pytest.MarkDecorator, ...]:
        """Those of the servers that it needs."""
        marks = tuple(getattr(pytest.mark, name) for name in self.services if name in SERVERS)
        # Whoever comes first starts the node, which may take long on a busy machine.
        return (*marks, pytest.mark.timeout(300)) if self.search else marks

    def make(self, clock: ManualClock, folder: Path) -> Backend:
        """Give an empty backend for one test."""
        return Memory(clock) if self.store == "memory" else Combined(self, clock, folder)


class Memory(InMemory):
    """In memory: nothing survives a restart, for there is none."""

    gaps: ClassVar[Mapping[str, str]] = dict.fromkeys(_RESTARTS, "memory has no server to restart")


class Combined(AtUrl):
    """The spaces of a combination.

    Sessions have short names in tests, which come again in every process; so each test has its own folder of
    lock files, as if it had the machine for itself.
    """

    def __init__(self, combination: Combination, clock: ManualClock, folder: Path) -> None:
        self._spaces = {name: SERVICES[name](folder) for name in combination.services}
        gaps = {test: why for space in self._spaces.values() for test, why in space.gaps.items()}
        self.gaps = gaps  # type: ignore[misc] # those of its own services
        self._runtime = folder / "runtime"
        others = {role: self._spaces[name].url for role, name in combination.others.items()}
        super().__init__(clock, self._spaces[combination.store].url, **others)

    def open(self) -> Providers:
        """Give the providers of one more host."""
        with runtime_folder(self._runtime):
            return super().open()

    async def restart(self) -> None:
        """Restart all services."""
        for space in self._spaces.values():
            await space.restart()

    async def close(self) -> None:
        """Give the spaces back."""
        for space in self._spaces.values():
            await space.close()


@contextmanager
def runtime_folder(folder: Path) -> Iterator[None]:
    """Let providers that are made inside keep their lock files in this folder."""
    folder.mkdir(exist_ok=True)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


COMBINATIONS: dict[str, Combination] = {
    combination.name: combination
    for combination in (
        Combination("memory"),
        Combination("sqlite"),
        Combination("postgres"),
        Combination("postgres", locks="redis", queue="redis", hub="redis"),
        Combination("postgres", locks="redis", queue="redis", hub="redis", search="opensearch"),
    )
}


def store_kinds() -> dict[str, StoreKind]:
    """The combinations for the fixture `wfe`."""
    return {name: StoreKind(one.make, one.marks) for name, one in COMBINATIONS.items()}


def each_combination(*names: str, slow: str = "") -> list[Any]:
    """Parameters for a test that runs on these combinations; on the one named `slow` only in the long run.

    All, unless some are named, but for that with OpenSearch: only searches differ there, and their laws have
    tests of their own (`test_opensearch.py`, `test_search_corpus.py`).
    """
    wanted = names or [name for name, one in COMBINATIONS.items() if one.search is None]
    leisure = {slow: (pytest.mark.slow,)}
    return [pytest.param(name, marks=(*COMBINATIONS[name].marks, *leisure.get(name, ()))) for name in wanted]
