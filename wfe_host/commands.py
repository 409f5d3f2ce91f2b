"""Operators' commands, events and activities: what writes to the store from outside an instance."""

from __future__ import annotations

import asyncio
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from wfe_core.bounds import NAME_BYTES
from wfe_core.engine.waiting import approval_of
from wfe_core.errors import (
    ActivityTokenError,
    HostStateError,
    InstanceNotFoundError,
    InvalidCommandError,
    StepError,
)
from wfe_core.models import WorkflowStatus
from wfe_core.policies import Duration, micros
from wfe_core.ports import APPROVAL_EVENT, EventRecord, InstanceQuery, Message
from wfe_core.serialization import dumps, loads
from wfe_host.checking import event_names, instant, kept, known_id, maybe, named
from wfe_host.orphans import terminate_orphans
from wfe_host.waiters import Look

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wfe_core.ports import ActivityClaim, ActivityStore
    from wfe_core.ports.records import MessageKind
    from wfe_host.runtime import Runtime

_STATUSES = {status.value: status for status in WorkflowStatus}
_ENDED = (WorkflowStatus.COMPLETE, WorkflowStatus.CANCELLED, WorkflowStatus.TERMINATED)
_FITS: dict[str, tuple[WorkflowStatus, ...]] = {
    "suspend": (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED),
    "resume": (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED),
    "cancel": (WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED, WorkflowStatus.CANCELLED),
    "terminate": (
        WorkflowStatus.RUNNABLE,
        WorkflowStatus.SUSPENDED,
        WorkflowStatus.FAILED,
        WorkflowStatus.TERMINATED,
    ),
    "retry": (WorkflowStatus.FAILED, WorkflowStatus.SUSPENDED, WorkflowStatus.RUNNABLE),
}
"""In which statuses each command makes sense (in the one it leads to it changes nothing)."""
_REMEDY = {
    "suspend": "only a runnable instance can be suspended",
    "resume": "only a suspended instance can be resumed; a failed one can be retried",
    "cancel": "only one that has not ended can be cancelled; a failed one can be terminated or retried",
    "terminate": "it has ended already",
    "retry": "only a failed or suspended instance can be retried; start a new one",
}
_PURGE_BATCH = 200
_LOOK_FOR_WORK = 1_000_000
"""Microseconds between looks for work that another host offers."""
_RETRY_WAIT = 30.0
"""Seconds of real time for which `retry` waits for a host to take the instance up."""


class Commands:
    """Writes to inboxes and events, durably, and wakes whom it concerns."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def send(self, kind: MessageKind, instance_id: str, reason: str) -> None:
        """Put an operator's command into an inbox; it is durably accepted when this returns.

        Raises:
            InstanceNotFoundError: there is no such instance.
            InvalidCommandError: the command does not fit its status.
        """
        runtime = self._runtime
        heads = await runtime.store.heads([known_id(instance_id)])
        head = heads.get(instance_id)
        if head is None:
            raise InstanceNotFoundError(instance_id)
        if head.status not in _FITS[kind]:
            raise InvalidCommandError(kind, instance_id, head.status, _REMEDY[kind])
        message = Message(instance_id, kind, dumps({"reason": reason}, "reason"))
        owners = await runtime.store.post([message], now=runtime.clock.now())
        if instance_id not in owners:
            raise InstanceNotFoundError(instance_id)
        runtime.wake(owners)

    async def terminate(self, instance_id: str, reason: str) -> None:
        """Send `terminate`, and end at once what this host cannot run and nobody who lives holds.

        Raises:
            InstanceNotFoundError: there is no such instance.
            InvalidCommandError: it has ended.
        """
        await self.send("terminate", instance_id, reason)
        await terminate_orphans(self._runtime, instance_id)

    async def retry(self, instance_id: str, reason: str) -> None:
        """Send `retry` and wait until the instance is runnable again.

        Raises:
            HostStateError: no host took the instance up; it will be retried once one does.
        """
        await self.send("retry", instance_id, reason)
        try:
            async with asyncio.timeout(_RETRY_WAIT):
                while not await self._retried(instance_id):
                    await self._breathe()
        except TimeoutError:
            msg = (
                f"no host took instance {instance_id!r} up in {_RETRY_WAIT:g} s; it is retried as soon as "
                f"one that knows its definition runs (host.explain({instance_id!r}) says more)"
            )
            raise HostStateError(msg) from None

    async def _retried(self, instance_id: str) -> bool:
        """Whether the message was taken: an instance may have failed again before anybody looks."""
        store = self._runtime.store
        head = (await store.heads([instance_id])).get(instance_id)
        if head is None or head.status not in (WorkflowStatus.FAILED, WorkflowStatus.SUSPENDED):
            return True
        waiting = (await store.inbox({instance_id: 0})).get(instance_id, ())
        return all(message.kind != "retry" for message in waiting)

    async def _breathe(self) -> None:
        """Let a few milliseconds of real time pass: whoever holds the instance works meanwhile."""
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(0.003, lambda: None if over.done() else over.set_result(None))
        try:
            await over
        finally:
            timer.cancel()

    async def publish(
        self, name: str, key: str, data: Any, *, effective: datetime | None, event_id: str | None
    ) -> str:
        """Store an event and deliver it; gives its id."""
        runtime = self._runtime
        now = runtime.clock.now()
        event_names(name, key, event_id)
        due = instant(f"event {name!r}: effective", effective)
        record = EventRecord(
            event_id or runtime.ids(now), name, str(key), dumps(data, f"event {name!r}"), due, now
        )
        # At least as late as all that this host has begun, even when the store's clock was set back.
        runtime.wake(await runtime.store.publish([record], now=runtime.clock.earliest()))
        return record.id

    async def decide(self, instance_id: str, step: str, *, approved: bool, by: str, comment: str) -> None:
        """Approve or reject an approval step, by its place or, when only one waits so, its key or name."""
        key = await self._approval(instance_id, step, "approve" if approved else "reject")
        data = {"approved": approved, "by": by, "comment": comment}
        await self.publish(APPROVAL_EVENT, key, data, effective=None, event_id=None)

    async def _approval(self, instance_id: str, step: str, command: str) -> str:
        runtime = self._runtime
        if instance_id not in await runtime.store.instances([known_id(instance_id)]):
            raise InstanceNotFoundError(instance_id)
        after = 0
        keys: dict[str, str] = {}
        alike: list[str] = []
        while True:
            page = await runtime.store.pointers(instance_id, after=after, limit=1_000)
            for p in page:
                wanted = approval_of(instance_id, p) if p.live else None
                if wanted is not None:
                    place, keys[place] = wanted[0], wanted[1]
                    alike += [place] * (step in (p.step, p.step.rsplit("/", 1)[-1]))
            if len(page) < 1_000:  # noqa: PLR2004
                break
            after = page[-1].id
        if step in keys:
            return keys[step]
        if len(alike) == 1:
            return keys[alike[0]]
        have = f"waiting here: {', '.join(keys)}" if keys else "no step waits for an approval"
        wrong = f"waiting at several steps {step!r}" if alike else f"not waiting at step {step!r}"
        raise InvalidCommandError(command, instance_id, wrong, have)

    async def purge_ended(
        self, status: str | Iterable[str] | None, older_than: Duration | None, definition: str | None
    ) -> int:
        """Delete ended instances, batch by batch; gives how many.

        Raises:
            ValueError: a status does not exist, or is none of an end.
        """
        runtime = self._runtime
        before = None if older_than is None else runtime.clock.now() - micros(older_than)
        statuses = wanted_statuses(status)
        going_on = [one for one in _STATUSES.values() if one in (statuses or ()) and not one.terminal]
        if going_on:
            ends = ", ".join(one for one in WorkflowStatus if one.terminal)
            msg = (
                f"purge(status={str(going_on[0])!r}): only instances that have ended can be purged, which "
                f"are {ends}; cancel or terminate the others first"
            )
            raise ValueError(msg)
        query = InstanceQuery(
            statuses=statuses,
            definition_id=maybe("definition", definition),
            ended_before=before,
            limit=_PURGE_BATCH,
        )
        count = 0
        while True:
            deleted = await runtime.store.purge(query, now=runtime.clock.now())
            count += len(deleted)
            if not deleted:
                return count
            if runtime.providers.search is not None:
                runtime.providers.search.changed()


class ActivityLease:
    """A work item held by an outside worker.

    Attributes:
        id: id of the work item.
        name: the activity's name.
        input: what the workflow gave.
        token: proves the lease; stale after its expiry.
        instance_id: the instance that waits for it.
    """

    def __init__(self, runtime: Runtime, store: ActivityStore, claim: ActivityClaim) -> None:
        self._runtime = runtime
        self._store = store
        self.id: str = claim.id
        self.name: str = claim.name
        self.token: str = claim.token
        self.instance_id: str = claim.instance_id
        self.input: Any = loads(claim.input)

    async def heartbeat(self, lease: Duration = "60s") -> None:
        """Prolong the lease.

        Raises:
            ActivityTokenError: it expired and went to another worker, or the item has ended.
        """
        now = self._runtime.clock.now()
        if not await self._store.heartbeat_activity(self.token, lease=micros(lease), now=now):
            raise ActivityTokenError(self.name, "the lease expired or the item has ended")

    async def complete(self, result: Any = None) -> None:
        """End the item with a result.

        Raises:
            ActivityTokenError: the token is stale.
            SerializationError: the result has no JSON form.
        """
        await self._finish({"id": self.id, "ok": True, "result": result})

    async def fail(self, error: BaseException | str, *, retryable: bool = True) -> None:
        """End the item as failed; the step's policy decides what follows.

        Raises:
            ActivityTokenError: the token is stale.
        """
        kind = "ActivityError" if isinstance(error, str) else type(error).__name__
        if isinstance(error, StepError):
            retryable = retryable and error.retryable
        detail = {"type": kind, "message": str(error), "retryable": retryable}
        await self._finish({"id": self.id, "ok": False, "error": detail})

    async def _finish(self, payload: dict[str, Any]) -> None:
        now = self._runtime.clock.now()
        text = dumps({**payload, "at": now}, f"result of activity {self.name!r}")
        woken = await self._store.finish_activity(self.token, text, now=now)
        if woken is None:
            raise ActivityTokenError(self.name, "the lease expired or the item has ended")
        self._runtime.wake({woken[0]: woken[1]})


async def claim_activity(
    runtime: Runtime, name: str, *, worker: str, wait: Duration | None, lease: Duration
) -> ActivityLease | None:
    """Take a work item, waiting for one up to `wait`.

    Raises:
        HostStateError: the store keeps no activities.
        TypeError: a name is no text.
        ValueError: a name is none that a store can keep.
    """
    store = runtime.providers.activities
    if store is None:
        msg = "this store keeps no activities"
        raise HostStateError(msg)
    named("the name of an activity", name, NAME_BYTES)
    kept("worker", worker, NAME_BYTES)
    clock = runtime.clock
    deadline = clock.now() + (0 if wait is None else micros(wait))

    async def take() -> ActivityLease | None:
        claim = await store.claim_activity(name, worker=worker, lease=micros(lease), now=clock.now())
        return None if claim is None else ActivityLease(runtime, store, claim)

    found = await take()
    if found is not None or clock.now() >= deadline:
        return found
    # Work that this host offers is told of at once; what others offer is looked for.
    look = Look(clock, _LOOK_FOR_WORK)
    timer = clock.call_at(deadline, look.tell)
    runtime.waiters.for_work.add(look)
    try:
        while found is None and clock.now() < deadline:
            await look.wait()
            found = await take()
    finally:
        timer.cancel()
        look.close()
        runtime.waiters.for_work.discard(look)
    return found


def wanted_statuses(status: str | Iterable[str] | None) -> frozenset[str] | None:
    """Normalise the `status` filter of a query.

    Raises:
        ValueError: a status does not exist.
    """
    if status is None:
        return None
    given = [status] if isinstance(status, str) else list(status)
    words = frozenset(str(one) for one in given)
    unknown = sorted(words - _STATUSES.keys())
    if unknown:
        near = get_close_matches(unknown[0], _STATUSES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        msg = f"there is no status {unknown[0]!r}; there are {', '.join(_STATUSES)}{meant}"
        raise ValueError(msg)
    return frozenset(_STATUSES[word] for word in words)
