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

    While one batch syncs, the next gathers; a lone checkpoint goes out at the next turn of the loop. Not
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
        self._store = store
        self._clock = clock
        self._on_error = on_error
        self._on_batch = on_batch
        self._max_batch = max_batch
        # A dict is an ordered set: asking twice costs nothing and keeps the place in the queue.
        self._queue: dict[CommitActor, None] = {}
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        # The flush must not run inside the span or the settings of whoever happened to ask first.
        self._context = contextvars.Context()

    @property
    def idle(self) -> bool:
        """Whether nothing is queued or in flight."""
        return self._task is None

    def request(self, actor: CommitActor) -> None:
        """Ask for `actor.prepare()` to be called at the next flush; asking again before that is harmless."""
        self._queue[actor] = None
        if self._task is None:
            self._begin()

    async def drain(self) -> None:
        """Wait until nothing is queued or in flight. To be cancelled at will: the commits go on."""
        while self._task is not None:
            await asyncio.wait((self._task,))

    async def close(self) -> None:
        """Stop, at once: what is queued or in flight is answered with `commit_failed`."""
        self._closed = True
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        self._refuse_queued()

    def _begin(self) -> None:
        if self._closed:
            self._refuse_queued()
            return
        # The clock must not jump from here until all is written, flush and commit included.
        self._clock.enter()
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run(), name="wfe-committer", context=self._context)
        self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        # A task that was cancelled before its first turn never ran its own `finally`.
        if self._task is task:
            self._task = None
            self._clock.leave()

    async def _run(self) -> None:
        try:
            while self._queue:
                actors, checkpoints = self._gather()
                if checkpoints:
                    await self._write(actors, checkpoints)
                if self._queue:
                    # A store in memory never suspends: an instance that never rests must not stop the loop.
                    await _turn()
        finally:
            self._task = None
            self._clock.leave()

    def _gather(self) -> tuple[list[CommitActor], list[Checkpoint]]:
        """Take the actors that wait and what they have to write."""
        queue = self._queue
        if len(queue) <= self._max_batch:
            waiting: Sequence[CommitActor] = list(queue)
            queue.clear()
        else:
            waiting = list(islice(queue, self._max_batch))
            for actor in waiting:
                del queue[actor]
        actors: list[CommitActor] = []
        checkpoints: list[Checkpoint] = []
        for actor in waiting:
            try:
                checkpoint = actor.prepare()
            except Exception as exc:  # noqa: BLE001 - one broken actor must not harm the others in the batch
                self._fail(actor, exc)
                continue
            if checkpoint is not None:
                actors.append(actor)
                checkpoints.append(checkpoint)
        return actors, checkpoints

    async def _write(self, actors: list[CommitActor], checkpoints: list[Checkpoint]) -> None:
        try:
            outcomes = await self._commit(checkpoints)
        except asyncio.CancelledError:
            self._refuse(actors)
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it was: the outcome is unknown
            await self._settle(actors, checkpoints, exc)
            return
        self._tell_all(actors, outcomes)

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
                    self._tell_all([pending.pop(id_)[0] for id_ in group], outcomes)

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

    def _tell_all(self, actors: list[CommitActor], outcomes: list[CommitOutcome]) -> None:
        for actor, outcome in zip(actors, outcomes, strict=True):
            self._tell(actor, outcome)

    def _tell(self, actor: CommitActor, outcome: CommitOutcome) -> None:
        try:
            actor.committed(outcome)
        except Exception as exc:  # noqa: BLE001 - the others in the batch must learn their outcome
            self._fail(actor, exc)

    def _fail(self, actor: CommitActor, exc: Exception) -> None:
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
