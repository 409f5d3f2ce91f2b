"""`WorkflowHost`: the facade of the runtime. Each method delegates; the work is in the modules beside it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Any, TypeVar, overload

from wfe_core.clock import Clock, SystemClock
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import HostStateError
from wfe_core.ids import IdFactory, UuidV7Factory
from wfe_core.middleware import MiddlewareChain
from wfe_core.registry import Registry, open_providers
from wfe_core.steps.named import StepRegistry
from wfe_host.arbiter import agree
from wfe_host.assembly import build_runtime, enter_all
from wfe_host.checking import built, host_parts
from wfe_host.commands import Commands, claim_activity
from wfe_host.config import HostConfig
from wfe_host.explaining import explain
from wfe_host.handle import WorkflowHandle
from wfe_host.poller import Poller
from wfe_host.queries import Queries, build_query
from wfe_host.services import Services
from wfe_host.sessions import SessionKeeper
from wfe_host.shutdown import shut_down, stop_lost
from wfe_host.signals import run_until_signal
from wfe_host.starting import StartRequest, start_all
from wfe_host.store_time import look
from wfe_host.views import instance_view
from wfe_host.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from types import TracebackType

    from wfe_core.middleware import Middleware
    from wfe_core.models import ExecutionPointer, WorkflowInstance
    from wfe_core.policies import Duration
    from wfe_core.ports import InstanceRecord, Providers
    from wfe_host.commands import ActivityLease
    from wfe_host.explaining import Explanation
    from wfe_host.queries import InstancePage
    from wfe_host.runtime import Runtime
    from wfe_host.subscribers import Subscription

D = TypeVar("D")


class WorkflowHost:
    """Runs workflows: starts instances, drives them, takes over those of hosts that died.

    Use it as an async context manager: entering starts it, leaving stops it gracefully.

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
        host_parts(config, middleware, services)
        self.config: HostConfig = config or HostConfig()
        self.providers = providers
        self._clock = clock or SystemClock()
        self._ids = ids or UuidV7Factory()
        self._registry = Registry()
        self._steps = StepRegistry()
        self._services = Services({**(services or {}), StepRegistry: self._steps})
        self._middleware = MiddlewareChain(middleware, view=self._view)
        self._stack: contextlib.AsyncExitStack | None = None
        self._runtime: Runtime | None = None
        self._keeper: SessionKeeper | None = None

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
    ) -> WorkflowHost:
        """Make a host on the store that a URL names, such as `memory://` or `sqlite:///file.db`.

        Nothing connects before the host is started. Locks, queue, search and hub default to the store's own.

        Raises:
            MissingExtraError: the URL's provider is not installed; names the command that installs it.
            ValueError: no provider knows the URL.
        """
        used = clock or SystemClock()
        options: dict[str, Any] = {} if connect_timeout is None else {"connect_timeout": connect_timeout}
        providers = open_providers(
            url, clock=used, locks=locks, queue=queue, search=search, hub=hub, **options
        )
        return cls(providers, config=config, middleware=middleware, services=services, clock=used, ids=ids)

    async def __aenter__(self) -> WorkflowHost:  # noqa: PYI034 - final in practice
        """Start the host."""
        await self.start_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the host gracefully."""
        await self.stop()

    @property
    def runtime(self) -> Runtime:
        """The parts of the running host, for the modules of this package.

        Raises:
            HostStateError: the host is not running.
        """
        if self._runtime is None:
            msg = "the host is not running: use it inside  async with host:"
            raise HostStateError(msg)
        return self._runtime

    @property
    def commands(self) -> Commands:
        """What writes to the store."""
        return Commands(self.runtime)

    @property
    def queries(self) -> Queries:
        """What reads from the store."""
        return Queries(self.runtime)

    async def start_up(self) -> None:
        """Connect, open the session, and begin to take work; what `async with` does.

        Raises:
            HostStateError: the host is running already.
            ProviderError: a backend cannot be reached or has the wrong schema.
        """
        if self._runtime is not None:
            msg = "the host is running already"
            raise HostStateError(msg)
        async with contextlib.AsyncExitStack() as stack:
            bundle = self.providers
            await enter_all(bundle, stack)
            arbiter = await agree(bundle, self.config, self._clock, self._ids)
            await look(bundle.store, self._clock)
            services = await stack.enter_async_context(self._services)
            keeper = SessionKeeper(
                bundle.locks, self.config, self._clock, self._ids, self._lost,
                getattr(bundle.queue, "address", None), arbiter,
            )  # fmt: skip
            session_id = await keeper.open()
            stack.push_async_callback(keeper.close)
            runtime = build_runtime(
                self.config, bundle, self._clock, self._ids, self._registry, self._middleware,
                session_id=session_id, services=services,
            )  # fmt: skip
            runtime.poller = Poller(runtime, keeper)
            await stack.enter_async_context(runtime.broadcast)
            stack.enter_context(Watchdog(asyncio.get_running_loop()))
            # From here on the session may be lost, which stops what the runtime runs.
            self._runtime, self._keeper = runtime, keeper
            stack.callback(self._forget)
            await runtime.poller.start()
            self._stack = stack.pop_all()

    def _forget(self) -> None:
        self._runtime = self._keeper = self._stack = None

    def _view(self, record: InstanceRecord) -> WorkflowInstance:
        """What middleware sees of an instance that this host holds."""
        actor = None if self._runtime is None else self._runtime.actors.get(record.id)
        texts: Mapping[str, str] = {} if actor is None else actor.machine.state.data
        return instance_view(record, self._registry.by_fingerprint(record.fingerprint), texts)

    def _lost(self) -> None:
        """The session is lost: everything here stops, and the host joins again with a new session."""
        runtime, keeper = self._runtime, self._keeper
        if runtime is not None and keeper is not None and not runtime.adrift:
            runtime.adrift = True
            runtime.spawn(stop_lost(runtime, keeper), "wfe-rejoin")

    async def stop(self) -> None:
        """Stop gracefully: take nothing new, give running steps the grace period, commit, release."""
        runtime, keeper, stack = self.detach()
        if runtime is not None and keeper is not None and stack is not None:
            async with stack:
                await shut_down(runtime, keeper)

    def detach(self) -> tuple[Runtime | None, SessionKeeper | None, contextlib.AsyncExitStack | None]:
        """Take the running parts out of the host, for whoever ends them: `stop`, or a test that kills it."""
        parts = self._runtime, self._keeper, self._stack
        self._runtime = self._keeper = self._stack = None
        return parts

    async def run_until_signal(self, *signals: signal.Signals) -> None:
        """Run until SIGINT or SIGTERM comes; a second one cancels running steps at once."""
        await run_until_signal(self, signals or (signal.SIGINT, signal.SIGTERM))

    def register(self, *definitions: WorkflowDefinition[Any], revision: bool = False) -> None:
        """Make workflows known to this host; on a running one, stored instances of theirs go on at once.

        Args:
            definitions: the workflows.
            revision: another structure under a known id and version is a new revision, which instances from
                now on get; the earlier one stays for its own. Workflow files are always treated so.

        Raises:
            DefinitionConflictError: the same id and version with another structure is registered.
            DefinitionError: a step wants a service that the host does not have.
            TypeError: something is no definition (a builder that was not built, say).
        """
        for definition in definitions:
            built(definition)
            if self.config.role != "client":  # which never runs a step
                self._services.check(definition)
            self._registry.register(definition, revision=revision)
        if self._runtime is not None and self._runtime.poller is not None:
            self._runtime.poller.registered(definitions)

    async def provide(self, services: Mapping[type, Any]) -> None:
        """Give further services, as `services=` does: to workflows that are registered afterwards.

        Raises:
            ValueError: the host has one of such a type already.
        """
        host_parts(None, (), services)
        await self._services.add(services)

    def register_step(self, name: str, factory: Callable[[], Any]) -> None:
        """Make a step known that definitions refer to by name: `.then("name")`.

        Args:
            name: what definitions call it.
            factory: makes, for each attempt, a StepBody object or an `async def` function.

        Raises:
            DefinitionError: the name or the factory cannot be used.
        """
        self._steps.register(name, factory)

    @overload
    async def start(
        self,
        definition: WorkflowDefinition[D],
        data: D | Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        instance_id: str | None = None,
        reference: str | None = None,
        priority: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> WorkflowHandle[D]: ...
    @overload
    async def start(
        self,
        definition: str,
        data: Any = None,
        *,
        version: int | None = None,
        instance_id: str | None = None,
        reference: str | None = None,
        priority: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> WorkflowHandle[Any]: ...
    async def start(
        self,
        definition: WorkflowDefinition[Any] | str,
        data: Any = None,
        *,
        version: int | None = None,
        instance_id: str | None = None,
        reference: str | None = None,
        priority: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> WorkflowHandle[Any]:
        """Start an instance; with an id that exists already (same definition, same data) give that one.

        Raises:
            DefinitionNotRegisteredError: the definition is unknown here.
            OutputError: the data does not fit the definition's.
            InstanceConflictError: the id is taken by another definition or other data.
            ValueError: the id cannot be one, or ends as those of sub-workflows do (`parent/pointer/attempt`).
        """
        request = StartRequest(
            definition=definition, data=data, version=version, instance_id=instance_id, reference=reference,
            priority=priority, tags=tags or {},
        )  # fmt: skip
        return (await self.start_many([request]))[0]

    async def start_many(self, requests: Iterable[StartRequest]) -> list[WorkflowHandle[Any]]:
        """Start many instances in as few transactions as they fit in; raises as `start` does.

        Raises:
            TypeError: an item is no `StartRequest`; names its index. Nothing was started.
        """
        return [
            WorkflowHandle(self, instance_id, created=created)
            for instance_id, _, created in await start_all(self.runtime, requests)
        ]

    @overload
    def handle(self, definition_or_id: WorkflowDefinition[D], instance_id: str) -> WorkflowHandle[D]: ...
    @overload
    def handle(self, definition_or_id: str, instance_id: str | None = None) -> WorkflowHandle[Any]: ...
    def handle(
        self, definition_or_id: WorkflowDefinition[Any] | str, instance_id: str | None = None
    ) -> WorkflowHandle[Any]:
        """Refer to an instance by id: `host.handle(id)`, or typed: `host.handle(definition, id)`."""
        if instance_id is None:
            if not isinstance(definition_or_id, str):
                msg = "host.handle(definition, instance_id) needs the id of the instance"
                raise TypeError(msg)
            return WorkflowHandle(self, definition_or_id)
        return WorkflowHandle(self, instance_id)

    async def get(self, instance_id: str) -> WorkflowInstance:
        """Read an instance.

        Raises:
            InstanceNotFoundError: there is none.
        """
        return await self.queries.get(instance_id)

    async def instances(
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
        """List instances, newest first; every given filter must hold. `page.cursor` fetches the next page."""
        query = build_query(
            status=status, definition=definition, version=version, reference=reference, root=root,
            parent=parent, tags=tags, data=data, created_after=created_after, created_before=created_before,
            limit=limit, cursor=cursor,
        )  # fmt: skip
        return await self.queries.find(query)

    async def search(
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
        """Find instances by text (all words must occur, a trailing `*` makes a prefix) and filters."""
        query = build_query(
            status=status, definition=definition, version=version, reference=reference, tags=tags, data=data,
            created_after=created_after, created_before=created_before, text=text, limit=limit, cursor=cursor,
        )  # fmt: skip
        return await self.queries.search(query)

    async def reindex(self, *, progress: Callable[[int], object] | None = None) -> int:
        """Build the full-text index anew from the store, while searches go on; gives the number of instances.

        Args:
            progress: told now and then how many have been indexed.

        Raises:
            HostStateError: the store has no search.
            ProviderError: the index cannot be written; the old one is left as it was.
        """
        return await self.queries.reindex(progress)

    async def pointers(
        self, instance_id: str, *, after: int = 0, limit: int | None = None
    ) -> list[ExecutionPointer]:
        """Read the pointers of an instance by id: those above `after`, and no more than `limit`."""
        return await self.queries.pointers(instance_id, after=after, limit=limit)

    async def explain(self, instance_id: str) -> Explanation:
        """Say why an instance is where it is, and what would move it."""
        record = await self.queries.record(instance_id)
        return await explain(self.runtime, record)

    async def publish_event(
        self,
        name: str,
        key: str = "",
        data: Any = None,
        *,
        effective: datetime | None = None,
        event_id: str | None = None,
    ) -> str:
        """Publish an event: every instance that waits for it, or will, gets it exactly once. Gives its id.

        Args:
            name: what happened.
            key: to whom or what it happened.
            data: any JSON value.
            effective: when it takes effect; the future delivers it then. Default now.
            event_id: an event with an id that is stored already is ignored.
        """
        return await self.commands.publish(name, key, data, effective=effective, event_id=event_id)

    async def suspend(self, instance_id: str, reason: str = "") -> None:
        """Let running steps finish and start none, until `resume`. Durably accepted when this returns."""
        await self.commands.send("suspend", instance_id, reason)

    async def resume(self, instance_id: str, reason: str = "") -> None:
        """Go on after `suspend`, or after a step whose policy suspended the instance."""
        await self.commands.send("resume", instance_id, reason)

    async def cancel(self, instance_id: str, reason: str = "") -> None:
        """Stop everything, undo the open sagas, end as cancelled."""
        await self.commands.send("cancel", instance_id, reason)

    async def terminate(self, instance_id: str, reason: str = "") -> None:
        """Stop everything at once, undo nothing, end as terminated; needs no host that has the definition."""
        await self.commands.terminate(instance_id, reason)

    async def retry(self, instance_id: str, reason: str = "") -> None:
        """Continue a failed instance from where it failed; returns when it is runnable again."""
        await self.commands.retry(instance_id, reason)

    async def approve(self, instance_id: str, step: str, *, by: str = "", comment: str = "") -> None:
        """Approve a step that waits for an approval."""
        await self.commands.decide(instance_id, step, approved=True, by=by, comment=comment)

    async def reject(self, instance_id: str, step: str, *, by: str = "", comment: str = "") -> None:
        """Reject a step that waits for an approval: it fails."""
        await self.commands.decide(instance_id, step, approved=False, by=by, comment=comment)

    async def claim_activity(
        self, name: str, *, worker: str, wait: Duration | None = None, lease: Duration = "60s"
    ) -> ActivityLease | None:
        """Take a work item of an activity step, waiting for one up to `wait`; None when there is none."""
        return await claim_activity(self.runtime, name, worker=worker, wait=wait, lease=lease)

    def subscribe(
        self, *kinds: str, instance_id: str | None = None
    ) -> AbstractAsyncContextManager[Subscription]:
        """Receive lifecycle events: `async with host.subscribe() as events: async for event in events`."""
        return self.runtime.broadcast.subscribe(kinds, instance_id)

    async def purge(
        self,
        *,
        status: str | Iterable[str] | None = None,
        older_than: Duration | None = None,
        definition: str | None = None,
    ) -> int:
        """Delete ended instances with all that belongs to them; gives how many.

        Args:
            status: one or several of `complete`, `failed`, `cancelled`, `terminated`; all by default.
            older_than: how long ago they ended, at least.
            definition: of this definition only.

        Raises:
            ValueError: a status does not exist, or is one of instances that have not ended.
        """
        return await self.commands.purge_ended(status, older_than, definition)

    async def health(self) -> dict[str, Any]:
        """Say how the host is: its session, what it holds, whether the store answers."""
        return await self.queries.health()
