from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from wfe_core.errors import HostStateError, ProviderUnavailableError
from wfe_core.ports import COMMITTED, Checkpoint, CommitOutcome, Head, InstanceRecord, WorkflowStore
from wfe_host.committer import Committer, settled, wake


def checkpoint(id: str = "i", *, revision: int = 1, **changes: Any) -> Checkpoint:
    """A checkpoint of an instance that our session holds with fence 3."""
    owner = changes.pop("owner", "ours")
    record = InstanceRecord(id, "d", 1, "f", "runnable", 0, id, owner=owner, fence=3, revision=revision)
    return Checkpoint(record, **changes)


class Actor:
    """Commits `wants` checkpoints, one after the other, and notes what it is told."""

    def __init__(self, id: str, committer: Committer, wants: int = 1) -> None:
        self.id = id
        self.committer = committer
        self.wants = wants
        self.revision = 0
        self.told: list[CommitOutcome | Exception] = []
        self.options: dict[str, Any] = {}
        self.before: Callable[[], object] = lambda: None

    def prepare(self) -> Checkpoint | None:
        """Make the next checkpoint, while there are any."""
        self.before()
        if not self.wants:
            return None
        self.wants -= 1
        self.revision += 1
        return checkpoint(self.id, revision=self.revision, **self.options)

    def committed(self, outcome: CommitOutcome) -> None:
        """Note the outcome and go on."""
        self.told.append(outcome)
        if self.wants:
            self.committer.request(self)

    def commit_failed(self, exc: Exception) -> None:
        """Note the error."""
        self.told.append(exc)


class FakeStore:
    """Keeps heads; fails as often as `failures` says, before or after it has written."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.heads_by_id: dict[str, Head] = {}
        self.failures: list[tuple[Exception, bool]] = []
        self.head_failures = 0
        self.gate: asyncio.Event | None = None
        self.poison: str | None = None

    async def commit(self, checkpoints: Sequence[Checkpoint], *, now: int) -> list[CommitOutcome]:
        """Write the batch, or fail as told."""
        ids = [c.instance.id for c in checkpoints]
        self.batches.append(ids)
        if self.gate is not None:
            await self.gate.wait()
        if self.poison in ids:
            msg = "a bug in the driver"
            raise KeyError(msg)
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or failure[1]:
            for c in checkpoints:
                i = c.instance
                owner = None if c.release else i.owner
                self.heads_by_id[i.id] = Head(i.id, owner, i.fence, i.revision, 7, i.status)
        if failure is not None:
            raise failure[0]
        return [COMMITTED] * len(ids)

    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """Give what is stored, or fail as told."""
        if self.head_failures:
            self.head_failures -= 1
            raise down()
        return {id: self.heads_by_id[id] for id in ids if id in self.heads_by_id}


def down() -> ProviderUnavailableError:
    """What a store says that is away."""
    return ProviderUnavailableError("connection reset")


@pytest.fixture
def store() -> FakeStore:
    """An empty store."""
    return FakeStore()


@pytest.fixture
def errors() -> list[Exception]:
    """What the host was told of."""
    return []


@pytest.fixture
def committer(store: FakeStore, clock: Any, errors: list[Exception]) -> Committer:
    """A committer on that store."""
    return Committer(cast(WorkflowStore, store), clock, errors.append)


def request(committer: Committer, *ids: str, wants: int = 1) -> list[Actor]:
    """Let actors ask for a commit."""
    actors = [Actor(id, committer, wants) for id in ids]
    for actor in actors:
        committer.request(actor)
    return actors


async def test_ready_actors_share_a_batch(committer: Committer, store: FakeStore) -> None:
    """Everything requested before the flush goes into one commit, in the order of the requests."""
    actors = request(committer, "a", "b", "c")
    committer.request(actors[0])
    await committer.drain()
    assert store.batches == [["a", "b", "c"]]
    assert [actor.told for actor in actors] == [[COMMITTED]] * 3
    assert (committer.stats.batches, committer.stats.checkpoints, committer.stats.largest) == (1, 3, 3)


async def test_a_lone_checkpoint_waits_for_no_timer(
    committer: Committer, store: FakeStore, clock: Any
) -> None:
    """A single request is committed although the clock stands still."""
    (actor,) = request(committer, "a")
    await clock.settle()
    assert actor.told == [COMMITTED]


async def test_what_comes_meanwhile_goes_into_the_next_batch(
    committer: Committer, store: FakeStore, clock: Any
) -> None:
    """One batch is in flight at a time; the next gathers meanwhile and follows immediately."""
    store.gate = asyncio.Event()
    request(committer, "a")
    await clock.settle()
    request(committer, "b", "c")
    await clock.settle()
    assert store.batches == [["a"]]
    store.gate.set()
    await committer.drain()
    assert store.batches == [["a"], ["b", "c"]]


async def test_a_crowd_does_not_wait_for_the_batch_before(
    committer: Committer, store: FakeStore, clock: Any
) -> None:
    """When very many wait, their batch is sent while another is written; nobody is in both."""
    store.gate = asyncio.Event()
    first = request(committer, *(f"a{n}" for n in range(300)))
    await clock.settle()
    first[0].wants = 1
    committer.request(first[0])
    second = request(committer, *(f"b{n}" for n in range(300)))
    await clock.settle()
    request(committer, *(f"c{n}" for n in range(300)))
    await clock.settle()
    assert [(len(batch), batch[0]) for batch in store.batches] == [(300, "a0"), (300, "b0")]
    store.gate.set()
    await committer.drain()
    assert [(len(batch), batch[0]) for batch in store.batches[2:]] == [(301, "c0")]
    assert all(actor.told == [COMMITTED] for actor in (*first[1:], *second))
    assert first[0].told == [COMMITTED] * 2


@pytest.mark.parametrize("turns", range(8))
async def test_close_between_two_turns_answers_everybody(
    committer: Committer, store: FakeStore, clock: Any, turns: int
) -> None:
    """Many actors are asked and told over several turns of the loop: whenever it ends, each has an answer."""
    actors = request(committer, *(f"a{n}" for n in range(200)))
    for _ in range(turns):
        await asyncio.sleep(0)
    await committer.close()
    assert all(len(actor.told) == 1 for actor in actors)
    assert committer.idle
    assert not clock.held


async def test_who_is_too_fast_waits_for_room(committer: Committer, store: FakeStore, clock: Any) -> None:
    """Room is there until that many wait, and again when they were asked; waiting for it holds no clock."""
    await committer.room(2)
    store.gate = asyncio.Event()
    request(committer, "a")
    await clock.settle()
    request(committer, "b", "c")
    clock.enter()
    waiting = asyncio.create_task(committer.room(2))
    await clock.settle()
    assert not waiting.done()
    store.gate.set()
    await waiting
    clock.leave()
    await committer.drain()
    assert not clock.held


async def test_nobody_waits_for_room_in_what_is_closed(committer: Committer, store: FakeStore) -> None:
    """Closing lets go who waits for room."""
    store.gate = asyncio.Event()
    request(committer, "a")
    await asyncio.sleep(0)
    request(committer, "b")
    waiting = asyncio.create_task(committer.room(1))
    await asyncio.sleep(0)
    await committer.close()
    await waiting


async def test_a_chain_needs_nobody_to_push_it(committer: Committer, store: FakeStore) -> None:
    """An actor that asks again while it is told goes into the next flush, and drain waits for that too."""
    request(committer, "a", "b", wants=3)
    await committer.drain()
    assert store.batches == [["a", "b"]] * 3
    assert committer.idle


async def test_a_batch_has_a_bound(store: FakeStore, clock: Any, errors: list[Exception]) -> None:
    """No more than `max_batch` checkpoints share a transaction; the rest follows in order."""
    sizes: list[int] = []
    committer = Committer(
        cast(WorkflowStore, store), clock, errors.append, max_batch=2, on_batch=sizes.append
    )
    request(committer, "a", "b", "c", "d", "e")
    await committer.drain()
    assert store.batches == [["a", "b"], ["c", "d"], ["e"]]
    assert sizes == [2, 2, 1]


async def test_an_actor_may_have_nothing(committer: Committer, store: FakeStore) -> None:
    """An actor whose prepare gives None takes part in no commit and is told nothing."""
    (idle,) = request(committer, "a", wants=0)
    await committer.drain()
    assert store.batches == []
    assert idle.told == []


async def test_a_broken_prepare_harms_nobody_else(committer: Committer, store: FakeStore) -> None:
    """An exception of prepare goes to its own actor; the others are committed."""
    bad, good = request(committer, "bad", "good")
    bad.before = lambda: dict[str, str]()["missing"]
    await committer.drain()
    assert isinstance(bad.told[0], KeyError)
    assert good.told == [COMMITTED]
    assert store.batches == [["good"]]


async def test_a_broken_committed_harms_nobody_else(
    committer: Committer, errors: list[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An actor that chokes on its outcome is told that it failed; the others learn theirs."""
    bad, worse, good = request(committer, "bad", "worse", "good")

    def choke(_: object) -> None:
        msg = "choked"
        raise RuntimeError(msg)

    monkeypatch.setattr(bad, "committed", choke)
    monkeypatch.setattr(worse, "committed", choke)
    monkeypatch.setattr(worse, "commit_failed", choke)
    await committer.drain()
    assert isinstance(bad.told[0], RuntimeError)
    assert good.told == [COMMITTED]
    assert [str(error) for error in errors] == ["choked"]


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


async def test_close_answers_everybody(committer: Committer, store: FakeStore, clock: Any) -> None:
    """Closing ends the wait for a store that doesn't answer; nobody is left without an answer."""
    store.failures = [(down(), False)] * 100
    (paused,) = request(committer, "a")
    await clock.advance(0)
    (queued,) = request(committer, "b")
    await committer.close()
    (late,) = request(committer, "c")
    for actor in (paused, queued, late):
        assert [type(told) for told in actor.told] == [HostStateError]
    assert not clock.held
    assert committer.idle


async def test_close_of_an_idle_committer(committer: Committer) -> None:
    """Closing twice, or without ever having written, is harmless."""
    await committer.close()
    await committer.close()
    assert committer.idle


async def test_a_pause_that_was_given_up_ends_quietly() -> None:
    """A timer that fires in the very turn in which the committer is closed does no harm."""
    pause = asyncio.get_running_loop().create_future()
    pause.cancel()
    wake(pause)
    assert pause.cancelled()


async def test_close_in_the_middle_of_a_commit(committer: Committer, store: FakeStore, clock: Any) -> None:
    """A commit in flight is abandoned, its actors are told, and the clock is let go."""
    store.gate = asyncio.Event()
    (actor,) = request(committer, "a")
    await clock.settle()
    assert clock.held
    await committer.close()
    assert [type(told) for told in actor.told] == [HostStateError]
    assert not clock.held


async def test_close_before_the_first_turn(committer: Committer, clock: Any) -> None:
    """Closing right after a request leaves no task behind and holds no clock."""
    (actor,) = request(committer, "a")
    await committer.close()
    assert [type(told) for told in actor.told] == [HostStateError]
    assert committer.idle
    assert not clock.held


async def test_drain_can_be_cancelled(committer: Committer, store: FakeStore, clock: Any) -> None:
    """Giving up on drain does not give up the commit."""
    store.gate = asyncio.Event()
    (actor,) = request(committer, "a")
    drain = asyncio.create_task(committer.drain())
    await clock.settle()
    drain.cancel()
    await clock.settle()
    assert drain.cancelled()
    store.gate.set()
    await committer.drain()
    assert actor.told == [COMMITTED]


async def test_a_broken_listener_stops_no_commit(store: FakeStore, clock: Any) -> None:
    """The host goes on when the one who listens to errors fails; the loop's handler hears of it."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))

    def broken(_: Exception) -> None:
        msg = "listener"
        raise RuntimeError(msg)

    committer = Committer(cast(WorkflowStore, store), clock, broken)
    store.failures = [(down(), True)]
    (actor,) = request(committer, "a")
    await clock.advance(1)
    assert actor.told == [CommitOutcome("committed", 7, owner="ours", fence=3)]
    assert [str(context["exception"]) for context in heard] == ["listener"]


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
