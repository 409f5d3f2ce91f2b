"""The store: commits, claims, inboxes, events, reading and forgetting, on every provider."""

from __future__ import annotations

from wfe_core.testing import conformance


class TestCheckpoints(conformance.CheckpointSuite):
    """What a checkpoint writes."""


class TestDataHistory(conformance.DataHistorySuite):
    """Data as of a revision."""


class TestFencing(conformance.FencingSuite):
    """Who may not write."""


class TestRejection(conformance.RejectionSuite):
    """Values that cannot be stored."""


class TestRelease(conformance.ReleaseSuite):
    """Giving a lease back."""


class TestClaims(conformance.ClaimSuite):
    """Taking instances."""


class TestClaimFilters(conformance.ClaimFilterSuite):
    """Which instances are taken, and in what order."""


class TestLoading(conformance.LoadSuite):
    """What a lease holder is given."""


class TestInbox(conformance.InboxSuite):
    """Posting and consuming."""


class TestInboxRaces(conformance.InboxRaceSuite):
    """Writers against each other."""


class TestEvents(conformance.EventSuite):
    """Matching and delivery."""


class TestEventTimes(conformance.EventTimeSuite):
    """Past, future and order."""


class TestEventLoad(conformance.EventLoadSuite):
    """Many events and subscribers."""


class TestRetention(conformance.RetentionSuite):
    """How long events are kept."""


class TestOutbox(conformance.OutboxSuite):
    """Lifecycle entries."""


class TestChanges(conformance.ChangeSuite):
    """The feed of changes."""


class TestDefinitions(conformance.DefinitionSuite):
    """Definitions from text."""


class TestReader(conformance.ReaderSuite):
    """Reading without a lease."""


class TestFind(conformance.FindSuite):
    """Lists and pages."""


class TestPurge(conformance.PurgeSuite):
    """Forgetting instances."""


class TestSize(conformance.SizeSuite):
    """Large values and many rows."""


class TestConcurrency(conformance.ConcurrencySuite):
    """Many calls at once."""


class TestInterruption(conformance.InterruptionSuite):
    """Cancelled calls, hosts that come back, restarts."""
