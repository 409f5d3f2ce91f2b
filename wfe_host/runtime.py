"""`Runtime`: what the actors, the poller and the facade of one running host share."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfe_core.engine import Settings
from wfe_core.ports import Claim, Hint

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping

    from wfe_core.clock import Clock
    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.definition.nodes import Node
    from wfe_core.engine import State
    from wfe_core.ids import IdFactory
    from wfe_core.middleware import MiddlewareChain
    from wfe_core.ports import PersistenceProvider, PointerRecord, Providers
    from wfe_core.registry import Registry
    from wfe_core.telemetry import Telemetry
    from wfe_host.actor import Actor
    from wfe_host.committer import Committer
    from wfe_host.config import HostConfig
    from wfe_host.limits import Slots
    from wfe_host.logbook import Logbook
    from wfe_host.poller import Poller
    from wfe_host.subscribers import Broadcast
    from wfe_host.threads import StepThreads
    from wfe_host.waiters import Waiters

logger: logging.Logger = logging.getLogger("wfe.host")


@dataclass(slots=True)
class Runtime:
    """The parts of a running host. Also the `EngineHost` of its machines."""

    config: HostConfig
    providers: Providers
    clock: Clock
    ids: IdFactory
    registry: Registry
    committer: Committer
    slots: Slots
    threads: StepThreads
    broadcast: Broadcast
    logbook: Logbook
    telemetry: Telemetry
    middleware: MiddlewareChain
    waiters: Waiters
    settings: Settings
    session_id: str
    chance: random.Random = field(default_factory=random.Random)
    services: Mapping[type, object] = field(default_factory=dict[type, object])
    actors: dict[str, Actor] = field(default_factory=dict[str, "Actor"])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    """Instances this host cannot go on with, and why: they are not claimed again until it restarts."""
    lingering: dict[tuple[str, int], asyncio.Future[Any]] = field(
        default_factory=dict[tuple[str, int], "asyncio.Future[Any]"]
    )
    """Threads of attempts that were given up, by instance and pointer."""
    stopping: bool = False
    adrift: bool = False
    """Whether the session is lost and not replaced yet: what is taken now would hang on one that is dead."""
    poller: Poller | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set["asyncio.Task[Any]"])

    @property
    def store(self) -> PersistenceProvider:
        """The truth."""
        return self.providers.store

    def admit(self, state: State, pointer: PointerRecord, node: Node) -> bool:
        """Take a slot for a step, if no limit holds it back."""
        record = state.record
        return self.slots.admit(
            (record.id, pointer.id),
            limit_name=node.spec.limit if node.kind == "step" else None,  # type: ignore[attr-defined]
            definition_id=record.definition_id,
            priority=record.priority + node.priority,
            step_key=node.key,
        )

    def definition(self, definition_id: str, version: int | None) -> WorkflowDefinition[Any] | None:
        """Find a registered definition, or None."""
        return self.registry.find(definition_id, version)

    def earliest(self) -> int:
        """Give an instant that the store's clock has surely reached."""
        return self.clock.earliest()

    def claim_filter(
        self, *, ids: tuple[str, ...] | None = None, dead: frozenset[str] = frozenset()
    ) -> Claim:
        """What this host may take."""
        roots = self.config.claim_roots
        if self.config.adopt_changed_definitions:
            return Claim(definitions=self.registry.identities(), ids=ids, roots=roots, dead=dead)
        return Claim(fingerprints=self.registry.fingerprints(), ids=ids, roots=roots, dead=dead)

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run something of the host's own in the background; a failure is logged, never lost."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("%s failed", task.get_name(), exc_info=task.exception())

    def interrupt_now(self) -> None:
        """Cancel every running step at once; their pointers go back to pending."""
        for actor in list(self.actors.values()):
            for attempt in list(actor.attempts.values()):
                attempt.stop(interrupt=True)

    async def cancel_tasks(self) -> None:
        """Cancel what `spawn` started and wait for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, owners: Mapping[str, str | None]) -> None:
        """Something came for these instances (by owner): tell the actor here, or whoever else it concerns."""
        if self.poller is not None:
            self.poller.wake(owners)

    def hint(self, topics: Iterable[tuple[str, str]]) -> None:
        """Send hints to other hosts; losing them costs time, never work."""
        hints = [Hint(topic, instance_id) for topic, instance_id in topics]
        if hints:
            self.spawn(self.providers.queue.enqueue(hints), "wfe-hints")
