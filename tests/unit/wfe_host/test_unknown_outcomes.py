from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.wfe_host.committing import FakeStore, checkpoint, down, request
from wfe_core.ports import COMMITTED, Checkpoint, CommitOutcome, Head
from wfe_host.committer import Committer, settled


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
async def test_an_unknown_outcome_is_settled(
    committer: Committer, store: FakeStore, clock: Any, errors: list[Exception], *, written: bool
) -> None:
    """After an error the heads decide: the new revision counts as committed, the old one is sent again."""
    store.heads_by_id = {id: Head(id, "ours", 3, 0, 0, "runnable") for id in "ab"}
    store.failures = [(down(), written)]
    actors = request(committer, "a", "b")
    await clock.advance(0.05)
    assert [actor.told[0] for actor in actors] == [
        CommitOutcome("committed", 7, owner="ours", fence=3) if written else COMMITTED
    ] * 2
    assert store.batches == ([["a", "b"]] if written else [["a", "b"], ["a", "b"]])
    assert len(errors) == 1
    assert committer.idle


async def test_a_lost_lease_is_seen_after_an_unknown_outcome(
    committer: Committer, store: FakeStore, clock: Any
) -> None:
    """Another owner in the store makes the checkpoint stale, and names who has it."""
    store.heads_by_id = {"a": Head("a", "theirs", 4, 1, 0, "runnable")}
    store.failures = [(down(), False)]
    (actor,) = request(committer, "a")
    await clock.advance(1)
    assert actor.told == [CommitOutcome("stale", owner="theirs", fence=4)]


async def test_a_store_that_stays_away_is_waited_for(
    committer: Committer, store: FakeStore, clock: Any, errors: list[Exception]
) -> None:
    """Failures are repeated with pauses that grow up to five seconds; others wait in the queue meanwhile."""
    store.heads_by_id = {"a": Head("a", "ours", 3, 0, 0, "runnable")}
    store.failures = [(down(), False)] * 10
    store.head_failures = 2
    (first,) = request(committer, "a")
    await clock.advance(0)
    (second,) = request(committer, "b")
    begin = clock.now()
    while not second.told:
        assert not clock.held, "a pause must not hold the clock"
        await clock.advance(0.05)
    waited = (clock.now() - begin) / 1e6
    pauses = [min(0.05 * 2**n, 5) for n in range(12)]
    assert waited == pytest.approx(sum(pauses), abs=0.1)
    assert (first.told, second.told) == ([COMMITTED], [COMMITTED])
    assert store.batches == [["a"]] * 11 + [["b"]]
    assert len(errors) == 12


async def test_a_bug_in_the_driver_stops_only_its_instance(
    committer: Committer, store: FakeStore, clock: Any
) -> None:
    """An error that is no ProviderError is pinned to one checkpoint; the rest of the batch is written."""
    store.heads_by_id = {id: Head(id, "ours", 3, 0, 0, "runnable") for id in "abc"}
    store.poison = "b"
    a, b, c = request(committer, "a", "b", "c")
    await clock.advance(1)
    assert (a.told, c.told) == ([COMMITTED], [COMMITTED])
    assert isinstance(b.told[0], KeyError)


async def test_a_bug_that_follows_an_outage_is_pinned_too(
    committer: Committer, store: FakeStore, clock: Any
) -> None:
    """Also when the repetition of a batch brings the bug to light, only the guilty checkpoint is given up."""
    store.heads_by_id = {id: Head(id, "ours", 3, 0, 0, "runnable") for id in "ab"}
    store.failures = [(down(), False)]
    a, b = request(committer, "a", "b")
    await clock.advance(0)
    store.poison = "b"
    await clock.advance(1)
    assert a.told == [COMMITTED]
    assert isinstance(b.told[0], KeyError)


async def test_missing_outcomes_count_as_unknown(
    committer: Committer,
    store: FakeStore,
    clock: Any,
    errors: list[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A provider that answers with too few outcomes is a bug that is reported, not a hang."""

    async def mute(checkpoints: Sequence[Checkpoint], *, now: int) -> list[CommitOutcome]:
        return []

    store.heads_by_id = {"a": Head("a", "ours", 3, 0, 0, "runnable")}
    monkeypatch.setattr(store, "commit", mute)
    (actor,) = request(committer, "a")
    await clock.advance(1)
    assert "gave 0 outcomes for 1" in str(errors[0])
    assert "gave 0 outcomes for 1" in str(actor.told[0])


def head(owner: str | None = "ours", fence: int = 3, revision: int = 1) -> Head:
    """What is stored of the instance."""
    return Head("i", owner, fence, revision, 9, "runnable")


@pytest.mark.parametrize(
    ("sent", "found", "outcome"),
    [
        pytest.param(checkpoint(), None, CommitOutcome("stale"), id="purged"),
        pytest.param(checkpoint(create=True), None, None, id="not-created"),
        pytest.param(checkpoint(), head(revision=0), None, id="old"),
        pytest.param(checkpoint(), head(), CommitOutcome("committed", 9, owner="ours", fence=3), id="new"),
        pytest.param(
            checkpoint(create=True),
            head(),
            CommitOutcome("committed", 9, owner="ours", fence=3),
            id="created",
        ),
        pytest.param(
            checkpoint(create=True),
            head("theirs"),
            CommitOutcome("exists", owner="theirs", fence=3),
            id="theirs-already",
        ),
        pytest.param(
            checkpoint(create=True),
            head(fence=5),
            CommitOutcome("exists", owner="ours", fence=5),
            id="ours-already",
        ),
        pytest.param(checkpoint(create=True, owner=None), head(None), None, id="nobody's-ask-the-store"),
        pytest.param(
            checkpoint(release=True),
            head(None),
            CommitOutcome("committed", 9, released=True, fence=3),
            id="released",
        ),
        pytest.param(
            checkpoint(release=True),
            head(),
            CommitOutcome("committed", 9, owner="ours", fence=3),
            id="kept-because-of-a-message",
        ),
        pytest.param(checkpoint(), head(None), CommitOutcome("stale", fence=3), id="taken-from-us"),
        pytest.param(
            checkpoint(), head(fence=4), CommitOutcome("stale", owner="ours", fence=4), id="taken-back-by-us"
        ),
        pytest.param(
            checkpoint(release=True),
            head(None, revision=0),
            CommitOutcome("stale", fence=3),
            id="released-by-somebody-else",
        ),
    ],
)
def test_what_an_unknown_outcome_was(
    sent: Checkpoint, found: Head | None, outcome: CommitOutcome | None
) -> None:
    """Decision 6, row by row: the stored owner, fence and revision tell whether a commit took place."""
    assert settled(sent, found) == outcome
