"""Middleware: what a host's user wraps around steps, and is told of instances."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

from wfe_core.clock import to_datetime
from wfe_core.models import WorkflowInstance, WorkflowStatus
from wfe_core.ports.records import InstanceRecord
from wfe_core.serialization import loads
from wfe_core.steps.context import StepContext

logger: logging.Logger = logging.getLogger("wfe.host")


class CallNext(Protocol):
    """What a middleware calls to go on to the next one, and at last to the step's body."""

    def __call__(self, ctx: StepContext[Any] | None = None, /) -> Awaitable[Any]:
        """Run what lies inside; another context than the one received can be handed on."""
        ...


class Middleware:
    """Base class: override what you need. One object serves all instances of a host, concurrently."""

    def workflow_started(self, instance: WorkflowInstance) -> Awaitable[None] | None:
        """An instance was started on this host and is stored; may be an `async def`.

        What it raises is logged and harms nothing.
        """
        del instance
        return None

    def workflow_ended(self, instance: WorkflowInstance) -> Awaitable[None] | None:
        """An instance ended on this host, whatever its status, and that is stored; may be an `async def`.

        What it raises is logged and harms nothing.
        """
        del instance
        return None

    async def step(self, ctx: StepContext[Any], call_next: CallNext) -> Any:
        """Run around each attempt of a step's body; gives what the body gave, or something else instead.

        The first middleware registered is the outermost. What it raises is the failure of the attempt.
        """
        return await call_next(ctx)


class MiddlewareChain:
    """The middleware of a host, put together once; without any it costs nothing.

    Attributes:
        wraps_steps: whether any of them wraps steps.
        watches_workflows: whether any of them wants to hear of instances.

    Args:
        middleware: outermost first.
        view: makes what `workflow_started` and `workflow_ended` get; by default without the data.
    """

    def __init__(
        self,
        middleware: Iterable[Middleware] = (),
        *,
        view: Callable[[InstanceRecord], WorkflowInstance] | None = None,
    ) -> None:
        all_of_them = list(middleware)
        self._view = view or _bare_view
        self._around = [each for each in all_of_them if type(each).step is not Middleware.step]
        self._starts = [
            each for each in all_of_them if type(each).workflow_started is not Middleware.workflow_started
        ]
        self._ends = [
            each
            for each in reversed(all_of_them)
            if type(each).workflow_ended is not Middleware.workflow_ended
        ]
        self.wraps_steps: bool = bool(self._around)
        self.watches_workflows: bool = bool(self._starts or self._ends)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def step(self, ctx: StepContext[Any], body: Callable[[], Awaitable[Any]]) -> Any:
        """Run a body inside all of them."""
        return await _Layer(self._around, 0, body, ctx)()

    def workflow_started(self, record: InstanceRecord) -> None:
        """Tell them that an instance was started; does not wait for them."""
        if self._starts:
            self._tell(record, [each.workflow_started for each in self._starts])

    def workflow_ended(self, record: InstanceRecord) -> None:
        """Tell them that an instance ended, innermost first; does not wait for them."""
        if self._ends:
            self._tell(record, [each.workflow_ended for each in self._ends])

    async def drain(self) -> None:
        """Wait until all that was told has been heard."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def _tell(
        self,
        record: InstanceRecord,
        hooks: Sequence[Callable[[WorkflowInstance], Awaitable[None] | None]],
    ) -> None:
        # The record goes on changing: what they see is how it was when it happened.
        instance = self._view(record)
        before = self._tasks.get(instance.id)
        task = asyncio.get_running_loop().create_task(_hear(instance, hooks, before), name="wfe-middleware")
        self._tasks[instance.id] = task
        task.add_done_callback(lambda done: self._heard(instance.id, done))

    def _heard(self, instance_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(instance_id) is task:
            del self._tasks[instance_id]


async def _hear(
    instance: WorkflowInstance,
    hooks: Sequence[Callable[[WorkflowInstance], Awaitable[None] | None]],
    before: asyncio.Task[None] | None,
) -> None:
    """Call hooks one after the other, after those of what happened to the instance before."""
    if before is not None:
        await asyncio.wait((before,))
    for hook in hooks:
        try:
            result = hook(instance)
            if result is not None:
                await result
        except Exception:
            logger.exception("middleware %s failed for instance %s", hook.__qualname__, instance.id)


class _Layer:
    """One middleware around a body, and what lies inside of it."""

    __slots__ = ("_around", "_body", "_ctx", "_depth")

    def __init__(
        self,
        around: Sequence[Middleware],
        depth: int,
        body: Callable[[], Awaitable[Any]],
        ctx: StepContext[Any],
    ) -> None:
        self._around = around
        self._depth = depth
        self._body = body
        self._ctx = ctx

    def __call__(self, ctx: StepContext[Any] | None = None, /) -> Awaitable[Any]:
        """Run the layer."""
        depth = self._depth
        if depth == len(self._around):
            return self._body()
        used = self._ctx if ctx is None else ctx
        return self._around[depth].step(used, _Layer(self._around, depth + 1, self._body, used))


def _bare_view(record: InstanceRecord) -> WorkflowInstance:
    return WorkflowInstance(
        id=record.id,
        definition_id=record.definition_id,
        version=record.version,
        fingerprint=record.fingerprint,
        status=WorkflowStatus(record.status),
        data=None,
        reference=record.reference,
        priority=record.priority,
        tags=loads(record.tags),
        revision=record.revision,
        owner=record.owner,
        fence=record.fence,
        parent_id=record.parent_id,
        root_id=record.root_id,
        created_at=to_datetime(record.created),
        ended_at=None if record.ended is None else to_datetime(record.ended),
    )
