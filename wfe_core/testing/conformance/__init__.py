"""Conformance suites: the laws of the ports, to be subclassed for a provider of one's own.

A fixture named `backend` says what is under test; each suite becomes a test class by subclassing it::

    from wfe_core.testing import ManualClock, conformance


    class MyBackend(conformance.Backend):
        def open(self) -> Providers:
            return open_providers("mydb://localhost/empty", clock=self.clock)


    @pytest.fixture
    def backend(clock: ManualClock) -> MyBackend:
        return MyBackend(clock)


    class TestCheckpoints(conformance.CheckpointSuite): ...


    class TestClaims(conformance.ClaimSuite): ...

`SUITES` names them all, so that a test can make sure that none was forgotten. The fixture must give an
empty backend for each test; `open` gives one more host's providers on that backend each time. What a
backend cannot do is declared in `Backend.gaps`, and such a test must go on failing.

The suites are written for pytest with pytest-asyncio in auto mode.
"""

import pytest

_MODULES = (
    "activities",
    "cache",
    "changes",
    "claims",
    "commits",
    "definitions",
    "events",
    "fencing",
    "inbox",
    "lifecycle",
    "locks",
    "logs",
    "make",
    "outbox",
    "purge",
    "queues",
    "readers",
    "restarts",
    "search",
    "stress",
)
# Before the modules are imported: so that their asserts show values, as in anybody's own tests.
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in _MODULES))

# ruff: noqa: E402 - see above
from wfe_core.testing.conformance.activities import ActivitySuite
from wfe_core.testing.conformance.backend import Backend, Suite, UnsupportedError
from wfe_core.testing.conformance.cache import CacheSuite
from wfe_core.testing.conformance.changes import ChangeSuite
from wfe_core.testing.conformance.claims import ClaimFilterSuite, ClaimSuite, LoadSuite
from wfe_core.testing.conformance.commits import CheckpointSuite, DataHistorySuite, RejectionSuite
from wfe_core.testing.conformance.definitions import DefinitionSuite
from wfe_core.testing.conformance.events import EventLoadSuite, EventSuite, EventTimeSuite, RetentionSuite
from wfe_core.testing.conformance.fencing import FencingSuite, ReleaseSuite
from wfe_core.testing.conformance.inbox import InboxRaceSuite, InboxSuite
from wfe_core.testing.conformance.lifecycle import HubSuite
from wfe_core.testing.conformance.locks import LockSuite
from wfe_core.testing.conformance.logs import LogSuite
from wfe_core.testing.conformance.outbox import OutboxSuite
from wfe_core.testing.conformance.purge import PurgeSuite
from wfe_core.testing.conformance.queues import QueueSuite
from wfe_core.testing.conformance.readers import FindSuite, ReaderSuite
from wfe_core.testing.conformance.restarts import RestartSuite
from wfe_core.testing.conformance.search import SearchIndexSuite, SearchSuite
from wfe_core.testing.conformance.stress import ConcurrencySuite, InterruptionSuite, SizeSuite

SUITES: tuple[type[Suite], ...] = (
    CheckpointSuite,
    DataHistorySuite,
    FencingSuite,
    RejectionSuite,
    ReleaseSuite,
    ClaimSuite,
    ClaimFilterSuite,
    LoadSuite,
    InboxSuite,
    InboxRaceSuite,
    EventSuite,
    EventTimeSuite,
    EventLoadSuite,
    RetentionSuite,
    OutboxSuite,
    ChangeSuite,
    DefinitionSuite,
    ReaderSuite,
    FindSuite,
    PurgeSuite,
    SizeSuite,
    ConcurrencySuite,
    InterruptionSuite,
    LockSuite,
    QueueSuite,
    HubSuite,
    RestartSuite,
    SearchSuite,
    SearchIndexSuite,
    LogSuite,
    ActivitySuite,
    CacheSuite,
)
"""Every suite there is."""

__all__ = [
    "SUITES",
    "ActivitySuite",
    "Backend",
    "CacheSuite",
    "ChangeSuite",
    "CheckpointSuite",
    "ClaimFilterSuite",
    "ClaimSuite",
    "ConcurrencySuite",
    "DataHistorySuite",
    "DefinitionSuite",
    "EventLoadSuite",
    "EventSuite",
    "EventTimeSuite",
    "FencingSuite",
    "FindSuite",
    "HubSuite",
    "InboxRaceSuite",
    "InboxSuite",
    "InterruptionSuite",
    "LoadSuite",
    "LockSuite",
    "LogSuite",
    "OutboxSuite",
    "PurgeSuite",
    "QueueSuite",
    "ReaderSuite",
    "RejectionSuite",
    "ReleaseSuite",
    "RestartSuite",
    "RetentionSuite",
    "SearchIndexSuite",
    "SearchSuite",
    "SizeSuite",
    "Suite",
    "UnsupportedError",
]
