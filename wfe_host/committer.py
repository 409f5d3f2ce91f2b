"""Group commit: the checkpoints of all instances that are ready share one transaction of the store."""

from __future__ import annotations

import asyncio
import contextvars
import types
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from wfe_core.clock import Clock
from wfe_core.errors import HostStateError, ProviderError
from wfe_core.ports.persistence import WorkflowStore
from wfe_core.ports.records import Checkpoint, CommitOutcome, Head

_FIRST_PAUSE = 50_000
_LONGEST_PAUSE = 5_000_000
_LANES = 2
"""Batches that may be under way at once: one is being made while another is being written."""
_CROWD = 256
"""Actors that must wait for that; of fewer there had better be one large batch after the other."""
_SLICE = 64
"""Actors that are asked or told in one turn of the loop, so that it can do something else in between."""


class CommitActor(Protocol):
    """Whoever has something to commit: one per instance, and at most one checkpoint of it is in flight.

    None of these may block, and none is called again before the one before has returned.
    """

    def prepare(self) -> Checkpoint | None:
        """Gather all that changed until now into a checkpoint; None when nothing did.

        The checkpoint and its instance record must not change until `committed` or `commit_failed`: after
        an unknown outcome the very same is sent again.
        """

    def committed(self, outcome: CommitOutcome) -> None:
        """Learn what became of the checkpoint; whatever it says, it is the store's last word."""

    def commit_failed(self, exc: Exception) -> None:
        """Learn that this checkpoint can't be made, written or settled: the actor must stop."""


@dataclass(slots=True)
class CommitStats:
    """What a committer has written so far."""

    batches: int = 0
    checkpoints: int = 0
    largest: int = 0


class Committer:
    """Gathers the checkpoints of all actors that are ready and commits them together.

    While one batch syncs, the next gathers; a lone checkpoint goes out at the next turn of the loop. When
    very many are ready, their batch is made and sent while the one before is still being written. Not
    thread-safe: everything happens on the loop of the host.

    Args:
        store: where checkpoints go.
        clock: the instants of commits, and the pauses after a failure.
        on_error: told of every failure of the store, before the pause that follows it.
        max_batch: the most checkpoints in a transaction.
        on_batch: told the size of each batch that was written.
    """

    def __init__(
        self,
        store: WorkflowStore,
        clock: Clock,
        on_error: Callable[[Exception], object],
        *,
        max_batch: int = 1_000,
        on_batch: Callable[[int], object] | None = None,
    ) -> None:
        self.stats: CommitStats = CommitStats()
        self.trouble: str | None = None
        """What the store says while it refuses commits; None when the last one went through."""
        self._store = store
        self._clock = clock
        self._on_error = on_error
        self._on_batch = on_batch
        self._max_batch = max_batch
        # A dict is an ordered set: asking twice costs nothing and keeps the place in the queue.
        self._queue: dict[CommitActor, None] = {}
        self._flying: dict[CommitActor, bool] = {}
        """Those whose checkpoint is on its way, and whether they have asked for another meanwhile."""
        self._lanes: set[asyncio.Task[None]] = set()
        self._gathering = False
        """One of the lanes is making its batch."""
        self._eased = asyncio.Event()
        self._closed = False
        # The flush must not run inside the span or the settings of whoever happened to ask first.
        self._context = contextvars.Context()

    @property
    def idle(self) -> bool:
        """Whether nothing is queued or in flight."""
        return not self._lanes

    def request(self, actor: CommitActor) -> None:
        """Ask for `actor.prepare()` to be called at the next flush; asking again before that is harmless."""
        if actor in self._flying:
            self._flying[actor] = True
            return
        self._queue[actor] = None
        if not self._gathering:
            self._begin_if_needed()

    async def room(self, most: int) -> None:
        """Wait until fewer than `most` actors wait: who makes new ones shall not be faster than the store.

        The caller holds the clock, which is let go while it waits.
        """
        while len(self._queue) >= most and not self._closed:
            self._eased.clear()
            self._clock.leave()
            try:
                await self._eased.wait()
            finally:
                self._clock.enter()

    async def drain(self) -> None:
        """Wait until nothing is queued or in flight. To be cancelled at will: the commits go on."""
        while self._lanes:
            await asyncio.wait(self._lanes)

    async def close(self) -> None:
        """Stop, at once: what is queued or in flight is answered with `commit_failed`."""
        self._closed = True
        lanes = list(self._lanes)
        for lane in lanes:
            lane.cancel()
        if lanes:
            await asyncio.wait(lanes)
        self._refuse_queued()

    def _begin_if_needed(self) -> None:
        if self._closed:
            self._refuse_queued()
        elif not self._lanes or (len(self._lanes) < _LANES and len(self._queue) >= _CROWD):
            # The clock must not jump from here until all is written, flush and commit included.
            self._clock.enter()
            self._gathering = True
            loop = asyncio.get_running_loop()
            lane = loop.create_task(self._run(), name="wfe-committer", context=self._context)
            self._lanes.add(lane)
            lane.add_done_callback(self._ended)

    def _ended(self, lane: asyncio.Task[None]) -> None:
        # A task that was cancelled before its first turn never ran its own `finally`.
        if lane in self._lanes:
            self._leave(lane)

    def _leave(self, lane: asyncio.Task[None]) -> None:
        self._lanes.discard(lane)
        self._clock.leave()

    async def _run(self) -> None:
        """Make batches and write them, until the others can do the rest."""
        try:
            while True:
                await self._flush()
                if self._gathering or not self._queue:
                    return
                if len(self._lanes) > 1 and len(self._queue) < _CROWD:
                    return
                self._gathering = True
                # A store in memory never suspends: an instance that never rests must not stop the loop.
                await _turn()
        finally:
            lane = asyncio.current_task()
            if lane is not None:
                self._leave(lane)

    async def _flush(self) -> None:
        actors: list[CommitActor] = []
        checkpoints: list[Checkpoint] = []
        try:
            await self._gather(actors, checkpoints)
            self._gathering = False
            if self._queue:
                self._begin_if_needed()
            if not checkpoints:
                return
            outcomes = await self._commit(checkpoints)
        except asyncio.CancelledError:
            self._gathering = False
            self._refuse(actors)
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it was: the outcome is unknown
            await self._settle(actors, checkpoints, exc)
            return
        await self._tell_all(actors, outcomes)

    async def _gather(self, actors: list[CommitActor], checkpoints: list[Checkpoint]) -> None:
        """Take the actors that wait and what they have to write."""
        left = min(len(self._queue), self._max_batch)
        while left:
            waiting = list(islice(self._queue, min(left, _SLICE)))
            left -= len(waiting)
            for actor in waiting:
                del self._queue[actor]
            self._eased.set()
            for actor in waiting:
                try:
                    checkpoint = actor.prepare()
                except Exception as exc:  # noqa: BLE001 - one broken actor must not harm the others in the batch
                    self._fail(actor, exc)
                    continue
                if checkpoint is not None:
                    self._flying[actor] = False
                    actors.append(actor)
                    checkpoints.append(checkpoint)
            if left:
                await _turn()

    async def _commit(self, checkpoints: list[Checkpoint]) -> list[CommitOutcome]:
        outcomes = await self._store.commit(checkpoints, now=self._clock.now())
        count = len(checkpoints)
        if len(outcomes) != count:
            msg = f"{type(self._store).__name__}.commit gave {len(outcomes)} outcomes for {count} checkpoints"
            raise TypeError(msg)
        stats = self.stats
        stats.batches += 1
        stats.checkpoints += count
        stats.largest = max(stats.largest, count)
        if self._on_batch is not None:
            self._on_batch(count)
        return outcomes

    async def _settle(self, actors: list[CommitActor], checkpoints: list[Checkpoint], exc: Exception) -> None:
        """Find out what became of checkpoints whose commit failed, and send again what was not written."""
        pending = {c.instance.id: (a, c) for a, c in zip(actors, checkpoints, strict=True)}
        try:
            await self._settle_until_done(pending, exc)
        except asyncio.CancelledError:
            self._refuse([actor for actor, _ in pending.values()])
            raise

    async def _settle_until_done(
        self, pending: dict[str, tuple[CommitActor, Checkpoint]], exc: Exception
    ) -> None:
        # An error that isn't the backend's may be due to one checkpoint: then each is sent by itself, and
        # only the guilty one is given up.
        alone = not isinstance(exc, ProviderError)
        failures = 0
        while pending:
            failures += 1
            self.trouble = str(exc)
            self._report(exc)
            await self._pause(failures)
            try:
                heads = await self._store.heads(list(pending))
            except Exception as error:  # noqa: BLE001 - the store doesn't answer yet
                exc = error
                continue
            for instance_id, (actor, checkpoint) in list(pending.items()):
                outcome = settled(checkpoint, heads.get(instance_id))
                if outcome is not None:
                    del pending[instance_id]
                    self._tell(actor, outcome)
            groups = [[id_] for id_ in pending] if alone else [list(pending)] if pending else []
            for group in groups:
                try:
                    outcomes = await self._commit([pending[id_][1] for id_ in group])
                except ProviderError as error:
                    exc = error
                    break
                except Exception as error:  # noqa: BLE001 - see `alone`
                    if len(group) > 1:
                        exc, alone = error, True
                        break
                    self._fail(pending.pop(group[0])[0], error)
                else:
                    self._tell_some([pending.pop(id_)[0] for id_ in group], outcomes)
        self.trouble = None

    async def _pause(self, failures: int) -> None:
        delay = min(_FIRST_PAUSE << min(failures - 1, 20), _LONGEST_PAUSE)
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self._clock.call_at(self._clock.now() + delay, lambda: wake(over))
        self._clock.leave()
        try:
            await over
        finally:
            timer.cancel()
            self._clock.enter()

    async def _tell_all(self, actors: list[CommitActor], outcomes: list[CommitOutcome]) -> None:
        told = 0
        try:
            while told < len(actors):
                if told:
                    await _turn()
                some = slice(told, told + _SLICE)
                told += _SLICE
                self._tell_some(actors[some], outcomes[some])
        except asyncio.CancelledError:
            self._tell_some(actors[told:], outcomes[told:])
            raise

    def _tell_some(self, actors: list[CommitActor], outcomes: list[CommitOutcome]) -> None:
        for actor, outcome in zip(actors, outcomes, strict=True):
            self._tell(actor, outcome)

    def _land(self, actor: CommitActor) -> None:
        """The checkpoint of an actor is on its way no more: it may make another one."""
        if self._flying.pop(actor, False):
            self._queue[actor] = None

    def _tell(self, actor: CommitActor, outcome: CommitOutcome) -> None:
        self._land(actor)
        try:
            actor.committed(outcome)
        except Exception as exc:  # noqa: BLE001 - the others in the batch must learn their outcome
            self._fail(actor, exc)

    def _fail(self, actor: CommitActor, exc: Exception) -> None:
        self._land(actor)
        try:
            actor.commit_failed(exc)
        except Exception as error:  # noqa: BLE001 - nobody else can be told
            self._report(error)

    def _report(self, exc: Exception) -> None:
        # What the listener does wrong must not stop the commits of a host.
        try:
            self._on_error(exc)
        except Exception as error:  # noqa: BLE001 - see above
            asyncio.get_running_loop().call_exception_handler(
                {"message": "wfe: the error listener of the committer failed", "exception": error}
            )

    def _refuse(self, actors: Sequence[CommitActor]) -> None:
        for actor in actors:
            self._fail(actor, HostStateError("the host stopped before the store had answered"))

    def _refuse_queued(self) -> None:
        waiting = list(self._queue)
        self._queue.clear()
        self._eased.set()
        self._refuse(waiting)


@types.coroutine
def _turn() -> Generator[None]:
    """Let the event loop turn once."""
    yield


def wake(pause: asyncio.Future[None]) -> None:
    """End a pause, unless it was given up in this very turn."""
    if not pause.done():
        pause.set_result(None)


def settled(checkpoint: Checkpoint, head: Head | None) -> CommitOutcome | None:
    """Judge what became of a checkpoint whose commit failed, from the row that is stored now.

    Returns:
        The outcome, or None when it was not written and may be sent again.
    """
    ours = checkpoint.instance
    if head is None:
        return None if checkpoint.create else CommitOutcome("stale")
    if checkpoint.create and ours.owner is None:
        # Nobody's instance looks the same whoever made it: the store knows, and says `exists`.
        return None
    held = head.owner == ours.owner
    if head.fence == ours.fence and (held or (checkpoint.release and head.owner is None)):
        if head.revision >= ours.revision:
            return CommitOutcome(
                "committed",
                inbox_seq=head.inbox_seq,
                released=not held,
                owner=head.owner,
                fence=head.fence,
            )
        if held and not checkpoint.create:
            return None
    return CommitOutcome("exists" if checkpoint.create else "stale", owner=head.owner, fence=head.fence)
