"""Actors and a store for the tests of the committer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from wfe_core.errors import ProviderUnavailableError
from wfe_core.ports import COMMITTED, Checkpoint, CommitOutcome, Head, InstanceRecord
from wfe_host.committer import Committer


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


def request(committer: Committer, *ids: str, wants: int = 1) -> list[Actor]:
    """Let actors ask for a commit."""
    actors = [Actor(id, committer, wants) for id in ids]
    for actor in actors:
        committer.request(actor)
    return actors
