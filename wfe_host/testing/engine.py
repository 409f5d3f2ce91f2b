"""`WfeEngine`: hosts on one backend under a manual clock, for tests."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Self

from wfe_core.errors import StepError
from wfe_core.middleware import Middleware
from wfe_core.testing import SequentialIds
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost
from wfe_host.testing.killing import kill_host

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.middleware import CallNext
    from wfe_core.models import ExecutionPointer, WorkflowInstance
    from wfe_core.policies import Duration
    from wfe_core.ports import Providers
    from wfe_core.steps.context import StepContext
    from wfe_core.testing import Backend, ManualClock
    from wfe_host.handle import WorkflowHandle

_ENDS = 10_000
"""Timers after which `result` says that an instance never ends."""


class WfeEngine:
    """Hosts on one backend and the clock they share. Use it through the fixture `wfe`.

    Attributes:
        clock: the time; it stands still until the test moves it.
        host: the first host, running.
        hosts: all hosts that run.
        store: name of the store, such as `memory` or `sqlite`.

    Args:
        backend: what the hosts work on.
        settings: for `HostConfig`.
        store: see above.
    """

    def __init__(self, backend: Backend, settings: Mapping[str, Any], *, store: str) -> None:
        self.store = store
        self.clock: ManualClock = backend.clock
        self.hosts: list[WorkflowHost] = []
        self._settings = dict(settings)
        self._backend = backend
        self._numbers = itertools.count(1)
        self._definitions: list[WorkflowDefinition[Any]] = []
        self._services: dict[type, Any] = {}

    async def __aenter__(self) -> Self:
        """Start the first host."""
        await self.add_host()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop all hosts. Steps that still run are cancelled at once."""
        for host in reversed(self.hosts):
            host.runtime.interrupt_now()
            await host.stop()
        self.hosts.clear()

    @property
    def host(self) -> WorkflowHost:
        """The first host that runs."""
        return self.hosts[0]

    def providers(self) -> Providers:
        """Open the backend once more, as another process would."""
        return self._backend.open()

    async def add_host(
        self,
        *,
        middleware: Sequence[Middleware] = (),
        services: Mapping[type, Any] | None = None,
        known: bool = True,
        **settings: Any,
    ) -> WorkflowHost:
        """Start one more host on the same backend.

        Args:
            middleware: inside the guard that refuses changes of `ctx.data`.
            services: for `Inject[T]`.
            known: whether it gets the definitions that the others have.
            settings: for its `HostConfig`, over those of the fixture.
        """
        number = next(self._numbers)
        wanted: dict[str, Any] = {"name": f"host-{number}", **self._settings, **settings}
        config = HostConfig(**wanted)
        host = WorkflowHost(
            self.providers(),
            config=config,
            middleware=[DataGuard(), *middleware],
            services={**self._services, **(services or {})},
            clock=self.clock,
            ids=SequentialIds(f"h{number}"),
        )
        if known:
            host.register(*self._definitions)
        await host.start_up()
        self.hosts.append(host)
        return host

    async def kill(self, host: WorkflowHost | None = None) -> None:
        """Let a host (the first by default) end as by SIGKILL: nothing is committed, released or told.

        Steps in threads cannot be stopped, as always; the others take over what it held.
        """
        doomed = host or self.host
        self.hosts.remove(doomed)
        session_id = await kill_host(doomed)
        self._backend.kill(session_id)

    async def restart(self) -> WorkflowHost:
        """Kill the first host, start another and let it take over."""
        await self.kill()
        host = await self.add_host()
        await self.settle()
        return host

    async def provide(self, services: Mapping[type, Any]) -> None:
        """Give services, for `Inject[T]`, to all hosts and to those that come later, as after a restart.

        An object outlives the hosts, as what is outside of their process does; a factory is called in each.
        """
        for host in self.hosts:
            await host.provide(services)
        self._services |= services

    def register(self, *definitions: WorkflowDefinition[Any]) -> None:
        """Register definitions with all hosts, and with those that come later."""
        for definition in definitions:
            if definition not in self._definitions:
                self._definitions.append(definition)
        for host in self.hosts:
            host.register(*definitions)

    async def start(
        self, definition: WorkflowDefinition[Any], data: Any = None, **options: Any
    ) -> WorkflowHandle[Any]:
        """Register a definition and start an instance of it on the first host, as `host.start` does."""
        self.register(definition)
        return await self.host.start(definition, data, **options)

    async def run(self, definition: WorkflowDefinition[Any], data: Any = None, **options: Any) -> Any:
        """Start an instance, let time pass until it has ended, and give its result."""
        return await self.result(await self.start(definition, data, **options))

    async def result(self, handle: WorkflowHandle[Any]) -> Any:
        """Let time pass until an instance has ended (or is suspended), and give its result.

        Raises:
            WorkflowEndedError: it ended otherwise than complete.
            AssertionError: nothing moves it any more.
        """
        await self.ended(handle)
        return await self.host.handle(handle.id).result()

    async def ended(self, handle: WorkflowHandle[Any]) -> WorkflowInstance:
        """Let time pass until an instance has ended (or is suspended), and give its view.

        Raises:
            AssertionError: nothing moves it any more.
        """
        for _ in range(_ENDS):
            await self.settle()
            instance = await self.host.get(handle.id)
            if instance.status != "runnable":
                return instance
            due = self.clock.next_timer
            if due is None:
                break
            await self.clock.travel_to(due)
        msg = f"the instance does not end:\n{await self.host.explain(handle.id)}"
        raise AssertionError(msg)

    async def advance(self, duration: Duration) -> None:
        """Move the clock, firing on the way what falls due, and let everything come to rest."""
        await self.clock.advance(duration)

    async def settle(self) -> None:
        """Wait until nothing happens any more unless the clock moves."""
        await self.clock.settle()

    async def pointers(self, handle: WorkflowHandle[Any], step: str | None = None) -> list[ExecutionPointer]:
        """The pointers of an instance by id, all or those of one step key."""
        found = await self.host.pointers(handle.id)
        return [pointer for pointer in found if step is None or pointer.step_key == step]

    async def statuses(self, handle: WorkflowHandle[Any]) -> list[tuple[str, str]]:
        """Step key and status of each pointer of an instance, by id."""
        return [(pointer.step_key, str(pointer.status)) for pointer in await self.pointers(handle)]


class DataGuard(Middleware):
    """Fails a step that changes `ctx.data` in place: outside of tests such a change is silently lost."""

    async def step(self, ctx: StepContext[Any], call_next: CallNext) -> Any:
        """Compare the data before and after the body."""
        result = await call_next(ctx)
        changed = ctx.changed_in_place()
        if changed and result is not ctx.data:
            names = ", ".join(changed)
            msg = (
                f"step {ctx.step_key!r} changed ctx.data in place ({names}); "
                f"return the new values instead: a change in place is lost"
            )
            raise StepError(msg, retryable=False)
        return result
