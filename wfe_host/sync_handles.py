"""What a `SyncWorkflowHost` gives: handles, activity leases and subscriptions for callers that block."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Generic, Self

from typing_extensions import TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    from wfe_core.models import LifecycleEvent, WorkflowInstance
    from wfe_core.policies import Duration
    from wfe_core.ports import LogChunk
    from wfe_host.commands import ActivityLease
    from wfe_host.handle import WorkflowHandle
    from wfe_host.portal import Portal
    from wfe_host.subscribers import Subscription

D = TypeVar("D", default=Any)


class SyncWorkflowHandle(Generic[D]):
    """Refers to an instance by id; every call asks the host.

    Attributes:
        id: the instance's id.
        created: False when `start` found the instance already there.
    """

    def __init__(self, portal: Portal, handle: WorkflowHandle[D]) -> None:
        self._portal = portal
        self._handle = handle
        self.id: str = handle.id
        self.created: bool = handle.created

    def __repr__(self) -> str:
        """Name the instance."""
        return f"SyncWorkflowHandle({self.id!r})"

    def result(self, timeout: Duration | None = None) -> D:
        """See `WorkflowHandle.result`."""
        return self._portal.run(self._handle.result, timeout)

    def instance(self) -> WorkflowInstance:
        """See `WorkflowHandle.instance`."""
        return self._portal.run(self._handle.instance)

    def events(self) -> Iterator[LifecycleEvent]:
        """See `WorkflowHandle.events`."""
        return self._portal.iterate(self._handle.events())

    def logs(self, step: str | None = None, *, follow: bool = False) -> Iterator[LogChunk]:
        """See `WorkflowHandle.logs`."""
        return self._portal.iterate(self._portal.call(self._handle.logs, step, follow=follow))

    def suspend(self, reason: str = "") -> None:
        """See `WorkflowHandle.suspend`."""
        self._portal.run(self._handle.suspend, reason)

    def resume(self, reason: str = "") -> None:
        """See `WorkflowHandle.resume`."""
        self._portal.run(self._handle.resume, reason)

    def cancel(self, reason: str = "") -> None:
        """See `WorkflowHandle.cancel`."""
        self._portal.run(self._handle.cancel, reason)

    def terminate(self, reason: str = "") -> None:
        """See `WorkflowHandle.terminate`."""
        self._portal.run(self._handle.terminate, reason)

    def retry(self, reason: str = "") -> None:
        """See `WorkflowHandle.retry`."""
        self._portal.run(self._handle.retry, reason)


class SyncActivityLease:
    """A work item held by an outside worker.

    Attributes:
        id: id of the work item.
        name: the activity's name.
        input: what the workflow gave.
        token: proves the lease; stale after its expiry.
        instance_id: the instance that waits for it.
    """

    def __init__(self, portal: Portal, lease: ActivityLease) -> None:
        self._portal = portal
        self._lease = lease
        self.id: str = lease.id
        self.name: str = lease.name
        self.input: Any = lease.input
        self.token: str = lease.token
        self.instance_id: str = lease.instance_id

    def heartbeat(self, lease: Duration = "60s") -> None:
        """See `ActivityLease.heartbeat`."""
        self._portal.run(self._lease.heartbeat, lease)

    def complete(self, result: Any = None) -> None:
        """See `ActivityLease.complete`."""
        self._portal.run(self._lease.complete, result)

    def fail(self, error: BaseException | str, *, retryable: bool = True) -> None:
        """See `ActivityLease.fail`."""
        self._portal.run(self._lease.fail, error, retryable=retryable)


class SyncSubscription(AbstractContextManager["SyncSubscription"]):
    """Lifecycle events for one subscriber, active from entry to exit: `for event in subscription`."""

    def __init__(self, portal: Portal, subscription: AbstractAsyncContextManager[Subscription]) -> None:
        self._portal = portal
        self._subscription = subscription
        self._events: Iterator[LifecycleEvent] = iter(())

    def __enter__(self) -> Self:
        """Begin to receive."""
        self._events = self._portal.iterate(self._portal.run(self._subscription.__aenter__))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Receive no more."""
        self._portal.run(self._subscription.__aexit__, kind, exc, traceback)

    def __iter__(self) -> Self:
        """Iterate over the events, until the host stops."""
        return self

    def __next__(self) -> LifecycleEvent:
        """Wait for the next event."""
        return next(self._events)
