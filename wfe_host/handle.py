"""`WorkflowHandle`: one instance, from the caller's side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from wfe_core.policies import Duration, micros

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wfe_core.models import LifecycleEvent, WorkflowInstance
    from wfe_core.ports import LogChunk
    from wfe_host.host import WorkflowHost

D = TypeVar("D", default=Any)


class WorkflowHandle(Generic[D]):
    """Refers to an instance by id; every call asks the host.

    Attributes:
        id: the instance's id.
        created: False when `start` found the instance already there.
    """

    def __init__(self, host: WorkflowHost, instance_id: str, *, created: bool = False) -> None:
        self._host = host
        self.id = instance_id
        self.created = created

    def __repr__(self) -> str:
        """Name the instance."""
        return f"WorkflowHandle({self.id!r})"

    async def result(self, timeout: Duration | None = None) -> D:
        """Wait for the end and give the final data, typed as the data model.

        Raises:
            WorkflowFailedError: the instance failed.
            WorkflowCancelledError: it was cancelled.
            WorkflowTerminatedError: it was terminated.
            WorkflowSuspendedError: it is suspended, at once.
            TimeoutError: it had not ended after `timeout` of real time; it goes on.
        """
        limit = None if timeout is None else micros(timeout) / 1e6
        bound = asyncio.timeout(limit)
        try:
            async with bound:
                data: D = await self._host.queries.result(self.id)
        except TimeoutError:
            if not bound.expired():
                raise
            msg = (
                f"instance {self.id!r} had not ended after {limit:g} s; it goes on "
                f"(host.explain({self.id!r}) says what it waits for)"
            )
            raise TimeoutError(msg) from None
        return data

    async def instance(self) -> WorkflowInstance:
        """Read the instance as it is now."""
        return await self._host.get(self.id)

    async def events(self) -> AsyncIterator[LifecycleEvent]:
        """Receive the instance's lifecycle events from now on, until it ends."""
        async with self._host.subscribe(instance_id=self.id) as events:
            if (await self.instance()).status.terminal:
                return
            async for event in events:
                yield event
                if event.kind in _LAST:
                    return

    def logs(self, step: str | None = None, *, follow: bool = False) -> AsyncIterator[LogChunk]:
        """Read what the steps wrote, oldest first; with `follow` until the instance has ended."""
        return self._host.queries.logs(self.id, step, follow=follow)

    async def suspend(self, reason: str = "") -> None:
        """See `WorkflowHost.suspend`."""
        await self._host.suspend(self.id, reason)

    async def resume(self, reason: str = "") -> None:
        """See `WorkflowHost.resume`."""
        await self._host.resume(self.id, reason)

    async def cancel(self, reason: str = "") -> None:
        """See `WorkflowHost.cancel`."""
        await self._host.cancel(self.id, reason)

    async def terminate(self, reason: str = "") -> None:
        """See `WorkflowHost.terminate`."""
        await self._host.terminate(self.id, reason)

    async def retry(self, reason: str = "") -> None:
        """See `WorkflowHost.retry`."""
        await self._host.retry(self.id, reason)


_LAST = frozenset({"workflow.completed", "workflow.failed", "workflow.cancelled", "workflow.terminated"})
