from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from tests.unit.wfe_host.committing import FakeStore, down, request
from wfe_core.errors import HostStateError
from wfe_core.ports import COMMITTED, CommitOutcome, WorkflowStore
from wfe_host.committer import Committer, wake


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
    clock.expect_a_hang()
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
    clock.expect_a_hang()
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
    clock.expect_a_hang()
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
    clock.expect_a_hang()
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
    clock.expect_a_hang()
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
