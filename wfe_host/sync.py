"""`SyncWorkflowHost`: the host for callers that block. One portal thread runs the real one.

Every method does what its namesake of `WorkflowHost` does; a test compares the signatures.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import signal
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast, overload

from wfe_host.host import WorkflowHost
from wfe_host.portal import Portal
from wfe_host.sync_handles import SyncActivityLease, SyncSubscription, SyncWorkflowHandle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import FrameType, TracebackType

    from wfe_core.clock import Clock
    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.ids import IdFactory
    from wfe_core.middleware import Middleware
    from wfe_core.models import ExecutionPointer, WorkflowInstance
    from wfe_core.policies import Duration
    from wfe_core.ports import Providers
    from wfe_host.config import HostConfig
    from wfe_host.explaining import Explanation
    from wfe_host.handle import WorkflowHandle
    from wfe_host.queries import InstancePage
    from wfe_host.starting import StartRequest

D = TypeVar("D")


class SyncWorkflowHost:
    """Runs workflows for a program without an event loop: `with SyncWorkflowHost.connect(url) as host:`.

    Steps and middleware run on the loop of the host's own thread. Methods may be called from any thread.

    Args:
        providers: the backends (see `connect` for the usual way).
        config: settings.
        middleware: wrapped around steps and told of instances, outermost first.
        services: what `Inject[T]` parameters are filled with: objects or factories by type.
        clock: where the time comes from; tests give a manual one.
        ids: where instance and event ids come from.
    """

    def __init__(
        self,
        providers: Providers,
        *,
        config: HostConfig | None = None,
        middleware: Sequence[Middleware] = (),
        services: Mapping[type, Any] | None = None,
        clock: Clock | None = None,
        ids: IdFactory | None = None,
    ) -> None:
        self._take(
            WorkflowHost(
                providers, config=config, middleware=middleware, services=services, clock=clock, ids=ids
            )
        )

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        locks: str | None = None,
        queue: str | None = None,
        search: str | None = None,
        hub: str | None = None,
        config: HostConfig | None = None,
        middleware: Sequence[Middleware] = (),
        services: Mapping[type, Any] | None = None,
        connect_timeout: Duration | None = None,
        clock: Clock | None = None,
        ids: IdFactory | None = None,
    ) -> SyncWorkflowHost:
        """See `WorkflowHost.connect`."""
        made = cls.__new__(cls)
        made._take(  # noqa: SLF001 - this very class
            WorkflowHost.connect(
                url, locks=locks, queue=queue, search=search, hub=hub, config=config, middleware=middleware,
                services=services, connect_timeout=connect_timeout, clock=clock, ids=ids,
            )
        )  # fmt: skip
        return made

    def _take(self, host: WorkflowHost) -> None:
        self._host = host
        self._portal = Portal()

    def __enter__(self) -> Self:
        """Start the host."""
        self.start_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the host gracefully."""
        self.stop()

    @property
    def config(self) -> HostConfig:
        """The settings."""
        return self._host.config

    @property
    def providers(self) -> Providers:
        """The backends."""
        return self._host.providers

    def start_up(self) -> None:
        """See `WorkflowHost.start_up`."""
        began = self._portal.open()
        try:
            self._portal.run(self._host.start_up)
        except BaseException:
            if began:
                self._portal.close()
            raise

    def stop(self) -> None:
        """See `WorkflowHost.stop`."""
        if self._portal.is_open:
            try:
                self._portal.run(self._host.stop)
            finally:
                self._portal.close()

    def run_until_signal(self, *signals: signal.Signals) -> None:
        """See `WorkflowHost.run_until_signal`; from the program's main thread only."""
        # An Event could be set while its own lock is held: a handler interrupts anything. This queue is made
        # for that (its `put` is reentrant).
        came: queue.SimpleQueue[int] = queue.SimpleQueue()
        runtime = self._host.runtime
        count = itertools.count()

        def on_signal(number: int, frame: FrameType | None) -> None:
            del frame
            if next(count):
                self._portal.call(runtime.interrupt_now)
            came.put(number)

        before = {one: signal.signal(one, on_signal) for one in signals or (signal.SIGINT, signal.SIGTERM)}
        try:
            came.get()
            self.stop()
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def register(self, *definitions: WorkflowDefinition[Any], revision: bool = False) -> None:
        """See `WorkflowHost.register`."""
        self._portal.call(self._host.register, *definitions, revision=revision)

    def provide(self, services: Mapping[type, Any]) -> None:
        """See `WorkflowHost.provide`."""
        if self._portal.is_open:
            self._portal.run(self._host.provide, services)
        else:
            asyncio.run(self._host.provide(services))

    def register_step(self, name: str, factory: Callable[[], Any]) -> None:
        """See `WorkflowHost.register_step`."""
        self._portal.call(self._host.register_step, name, factory)

    @overload
    def start(
        self,
        definition: WorkflowDefinition[D],
        data: D | Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        instance_id: str | None = None,
        reference: str | None = None,
        priority: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> SyncWorkflowHandle[D]: ...
    @overload
    def start(
        self,
        definition: str,
        data: Any = None,
        *,
        version: int | None = None,
        instance_id: str | None = None,
        reference: str | None = None,
        priority: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> SyncWorkflowHandle[Any]: ...
    def start(
        self,
        definition: WorkflowDefinition[Any] | str,
        data: Any = None,
        *,
        version: int | None = None,
        instance_id: str | None = None,
        reference: str | None = None,
        priority: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> SyncWorkflowHandle[Any]:
        """See `WorkflowHost.start`."""
        handle: WorkflowHandle[Any] = self._portal.run(
            cast(Any, self._host.start), definition, data, version=version, instance_id=instance_id,
            reference=reference, priority=priority, tags=tags,
        )  # fmt: skip
        return SyncWorkflowHandle(self._portal, handle)

    def start_many(self, requests: Iterable[StartRequest]) -> list[SyncWorkflowHandle[Any]]:
        """See `WorkflowHost.start_many`."""
        handles = self._portal.run(self._host.start_many, requests)
        return [SyncWorkflowHandle(self._portal, handle) for handle in handles]

    @overload
    def handle(self, definition_or_id: WorkflowDefinition[D], instance_id: str) -> SyncWorkflowHandle[D]: ...
    @overload
    def handle(self, definition_or_id: str, instance_id: str | None = None) -> SyncWorkflowHandle[Any]: ...
    def handle(
        self, definition_or_id: WorkflowDefinition[Any] | str, instance_id: str | None = None
    ) -> SyncWorkflowHandle[Any]:
        """See `WorkflowHost.handle`."""
        handle: WorkflowHandle[Any] = cast(Any, self._host.handle)(definition_or_id, instance_id)
        return SyncWorkflowHandle(self._portal, handle)

    def get(self, instance_id: str) -> WorkflowInstance:
        """See `WorkflowHost.get`."""
        return self._portal.run(self._host.get, instance_id)

    def instances(
        self,
        *,
        status: str | Iterable[str] | None = None,
        definition: str | None = None,
        version: int | None = None,
        reference: str | None = None,
        root: str | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> InstancePage:
        """See `WorkflowHost.instances`."""
        return self._portal.run(
            self._host.instances, status=status, definition=definition, version=version, reference=reference,
            root=root, parent=parent, tags=tags, data=data, created_after=created_after,
            created_before=created_before, limit=limit, cursor=cursor,
        )  # fmt: skip

    def search(
        self,
        text: str,
        *,
        status: str | Iterable[str] | None = None,
        definition: str | None = None,
        version: int | None = None,
        reference: str | None = None,
        tags: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> InstancePage:
        """See `WorkflowHost.search`."""
        return self._portal.run(
            self._host.search, text, status=status, definition=definition, version=version,
            reference=reference, tags=tags, data=data, created_after=created_after,
            created_before=created_before, limit=limit, cursor=cursor,
        )  # fmt: skip

    def reindex(self, *, progress: Callable[[int], object] | None = None) -> int:
        """See `WorkflowHost.reindex`; `progress` is called on the host's own thread."""
        return self._portal.run(self._host.reindex, progress=progress)

    def pointers(
        self, instance_id: str, *, after: int = 0, limit: int | None = None
    ) -> list[ExecutionPointer]:
        """See `WorkflowHost.pointers`."""
        return self._portal.run(self._host.pointers, instance_id, after=after, limit=limit)

    def explain(self, instance_id: str) -> Explanation:
        """See `WorkflowHost.explain`."""
        return self._portal.run(self._host.explain, instance_id)

    def publish_event(
        self,
        name: str,
        key: str = "",
        data: Any = None,
        *,
        effective: datetime | None = None,
        event_id: str | None = None,
    ) -> str:
        """See `WorkflowHost.publish_event`."""
        return self._portal.run(
            self._host.publish_event, name, key, data, effective=effective, event_id=event_id
        )

    def suspend(self, instance_id: str, reason: str = "") -> None:
        """See `WorkflowHost.suspend`."""
        self._portal.run(self._host.suspend, instance_id, reason)

    def resume(self, instance_id: str, reason: str = "") -> None:
        """See `WorkflowHost.resume`."""
        self._portal.run(self._host.resume, instance_id, reason)

    def cancel(self, instance_id: str, reason: str = "") -> None:
        """See `WorkflowHost.cancel`."""
        self._portal.run(self._host.cancel, instance_id, reason)

    def terminate(self, instance_id: str, reason: str = "") -> None:
        """See `WorkflowHost.terminate`."""
        self._portal.run(self._host.terminate, instance_id, reason)

    def retry(self, instance_id: str, reason: str = "") -> None:
        """See `WorkflowHost.retry`."""
        self._portal.run(self._host.retry, instance_id, reason)

    def approve(self, instance_id: str, step: str, *, by: str = "", comment: str = "") -> None:
        """See `WorkflowHost.approve`."""
        self._portal.run(self._host.approve, instance_id, step, by=by, comment=comment)

    def reject(self, instance_id: str, step: str, *, by: str = "", comment: str = "") -> None:
        """See `WorkflowHost.reject`."""
        self._portal.run(self._host.reject, instance_id, step, by=by, comment=comment)

    def claim_activity(
        self, name: str, *, worker: str, wait: Duration | None = None, lease: Duration = "60s"
    ) -> SyncActivityLease | None:
        """See `WorkflowHost.claim_activity`."""
        claimed = self._portal.run(self._host.claim_activity, name, worker=worker, wait=wait, lease=lease)
        return None if claimed is None else SyncActivityLease(self._portal, claimed)

    def subscribe(self, *kinds: str, instance_id: str | None = None) -> SyncSubscription:
        """Receive lifecycle events: `with host.subscribe() as events: for event in events`."""
        made = self._portal.call(self._host.subscribe, *kinds, instance_id=instance_id)
        return SyncSubscription(self._portal, made)

    def purge(
        self,
        *,
        status: str | Iterable[str] | None = None,
        older_than: Duration | None = None,
        definition: str | None = None,
    ) -> int:
        """See `WorkflowHost.purge`."""
        return self._portal.run(self._host.purge, status=status, older_than=older_than, definition=definition)

    def health(self) -> dict[str, Any]:
        """See `WorkflowHost.health`."""
        return self._portal.run(self._host.health)
