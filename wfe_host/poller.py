"""`Poller`: finds the instances this host should take, by hints, timers and a slow sweep."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfe_core.engine import Machine
from wfe_core.engine import happenings as h
from wfe_core.errors import ProviderError
from wfe_core.models import WorkflowStatus
from wfe_core.ports import InstanceQuery
from wfe_host.actor import Actor
from wfe_host.loading import load_scopes
from wfe_host.store_time import look, look_out
from wfe_host.telling import warn_of_outdated
from wfe_host.trimming import Trimmer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from wfe_core.clock import TimerHandle
    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.ports import Claim, Hint, ItemChunk, LoadedInstance, PointerRecord
    from wfe_host.runtime import Runtime
    from wfe_host.sessions import SessionKeeper

logger: logging.Logger = logging.getLogger("wfe.host")

_OPEN = frozenset({WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED, WorkflowStatus.FAILED})
_BREATH = 100_000
"""Microseconds between two looks at what is due."""


class Poller:
    """Takes instances from the store and gives news to the actors of those held here.

    Nothing is polled per instance: one timer for the earliest due instance nobody owns, one slow sweep.
    """

    def __init__(self, runtime: Runtime, keeper: SessionKeeper) -> None:
        self._runtime = runtime
        self._keeper = keeper
        # Dicts are ordered sets: neighbours that are woken together are taken together, and a store with rows
        # in the order of ids then writes few pages instead of all.
        self._news: dict[str, None] = {}
        """Instances held here whose inbox has something new."""
        self._wanted: dict[str, bool] = {}
        """Instances nobody owns that want to be taken now, and whether no other host has heard of that."""
        self._sweep_wanted = False
        self._claim_wanted = False
        self._doubtful = False
        self._lost: set[str] | None = None
        """Instances of this host's that nobody here knew at the last look; None before the first."""
        self._task: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._timer: TimerHandle | None = None
        self._timer_due: int | None = None
        self._sweep_timer: TimerHandle | None = None
        self._closed = False
        self._trimmer = Trimmer(runtime)

    async def start(self) -> None:
        """Listen for hints, and take what is due."""
        await self.listen()
        self._listener = asyncio.get_running_loop().create_task(self._listen(), name="wfe-hints")
        self._sweep()
        runtime = self._runtime
        self._sweep_timer = runtime.clock.call_every(runtime.config.poll_interval_us, lambda _: self._sweep())
        runtime.spawn(warn_of_outdated(runtime, tuple(runtime.registry)), "wfe-outdated")

    async def listen(self) -> None:
        """Tell the queue which topics concern this host: its session, and the definitions it runs."""
        runtime = self._runtime
        topics = [runtime.session_id]
        if runtime.config.role != "client":
            topics += ["*", *(f"d:{name}" for name in runtime.registry.ids())]
        await runtime.providers.queue.listen(topics)

    async def close(self) -> None:
        """Take nothing more."""
        self._closed = True
        for timer in (self._timer, self._sweep_timer):
            if timer is not None:
                timer.cancel()
        for task in (self._listener, self._task):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def wake(self, owners: Mapping[str, str | None]) -> None:
        """Something came for these instances; by owner: here, nobody, another host, or `?` if not known."""
        runtime = self._runtime
        elsewhere: list[tuple[str, str]] = []
        for instance_id, owner in owners.items():
            if instance_id in runtime.actors:
                self._news[instance_id] = None
            elif owner is None or owner in ("?", runtime.session_id):
                self._wanted[instance_id] = True
            else:
                elsewhere.append((owner, instance_id))
        if elsewhere:
            runtime.hint(elsewhere)
        self._kick()

    async def dead(self, owners: AbstractSet[str]) -> frozenset[str]:
        """Tell which of these sessions are dead, this host's own excepted."""
        return frozenset(await self._keeper.dead_sessions(owners)) - {self._runtime.session_id}

    def registered(self, definitions: Iterable[WorkflowDefinition[Any]]) -> None:
        """Definitions were registered: listen for them, and take the instances that waited for them."""
        self._runtime.spawn(self.listen(), "wfe-listen")
        self._runtime.spawn(warn_of_outdated(self._runtime, definitions), "wfe-outdated")
        self.claim_soon()

    def claim_soon(self) -> None:
        """Take what is due, now (a definition was registered, say)."""
        self._claim_wanted = True
        self._kick()

    def doubt(self) -> None:
        """The store may hold instances as this host's that nobody here knows of: look for them, later."""
        self._doubtful = True
        self._lost = None

    def released(self, instance_id: str, next_due: int | None) -> None:
        """An instance was given back by this host: remember when it wants to be taken again."""
        del instance_id
        if next_due is not None and (self._timer_due is None or next_due < self._timer_due):
            self._arm(next_due)

    def _arm(self, due: int | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_due = due
        if due is not None and not self._closed:
            self._timer = self._runtime.clock.call_at(due, self._due)

    def _due(self) -> None:
        self._timer = None
        self._timer_due = None
        self.claim_soon()

    def _sweep(self) -> None:
        self._sweep_wanted = True
        self._claim_wanted = True
        self._kick()

    def _kick(self) -> None:
        if self._closed or self._task is not None:
            return
        self._runtime.clock.enter()
        self._task = asyncio.get_running_loop().create_task(self._work(), name="wfe-poller")
        self._task.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._runtime.clock.leave()
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            logger.error("the poller failed", exc_info=task.exception())
        if (
            self._news
            or self._wanted
            or (self._claim_wanted and not task.cancelled() and task.exception() is None)
        ):
            self._kick()

    async def _work(self) -> None:
        """Do all that is wanted, reads of inboxes first."""
        try:
            while self._news or self._wanted or self._claim_wanted or self._sweep_wanted:
                if self._news:
                    await self._read_inboxes()
                elif self._wanted:
                    wanted, self._wanted = self._wanted, {}
                    await self._take(wanted)
                else:
                    sweep, self._sweep_wanted, self._claim_wanted = self._sweep_wanted, False, False
                    if sweep:
                        await self._sweep_store()
                        await self._take_lost()
                    await self._take_due()
        except ProviderError as exc:
            logger.warning("the store does not answer: %s; trying again at the next sweep", exc)
            self._news.clear()

    async def _sweep_store(self) -> None:
        runtime = self._runtime
        if not self._takes:
            # Who takes looks at the store's clock as well.
            await look(runtime.store, runtime.clock)
        self._trimmer.look()
        now = runtime.clock.now()
        before = now - runtime.config.event_retention_us
        woken = await runtime.store.sweep(retention_before=before, now=now)
        if woken:
            self.wake(woken)
        self._news.update(dict.fromkeys(runtime.actors))
        elsewhere = [id_ for id_ in runtime.waiters.ids if id_ not in runtime.actors]
        heads = await runtime.store.heads(elsewhere) if elsewhere else {}
        for instance_id in elsewhere:
            head = heads.get(instance_id)
            if head is None or head.status != WorkflowStatus.RUNNABLE:
                runtime.waiters.tell(instance_id, None)

    async def _take_lost(self) -> None:
        """Take what a claim took whose answer was lost.

        What is nobody's here may be on its way (a child that was just committed): only what is nobody's at
        two sweeps counts.
        """
        if not self._doubtful:
            return
        runtime = self._runtime
        query = InstanceQuery(statuses=_OPEN, limit=1_000)
        lost: set[str] = set()
        while True:
            page = await runtime.store.find(query)
            lost.update(x.id for x in page.instances if x.owner == runtime.session_id)
            if page.cursor is None:
                break
            query = replace(query, cursor=page.cursor)
        lost -= runtime.actors.keys() | runtime.refused.keys()
        ready = set[str]() if self._lost is None else lost & self._lost
        if ready:
            claim = runtime.claim_filter(ids=tuple(ready), dead=frozenset({runtime.session_id}))
            await self._claim(claim_limit=len(ready), claim=claim)
        self._lost = lost - ready
        self._doubtful = bool(self._lost)

    async def _read_inboxes(self) -> None:
        runtime = self._runtime
        actors = runtime.actors
        requests = {id_: actors[id_].machine.record.inbox_seq for id_ in self._news if id_ in actors}
        gone = [id_ for id_ in self._news if id_ not in actors]
        self._news.clear()
        self._wanted.update(dict.fromkeys(gone, True))
        if not requests:
            return
        for instance_id, messages in (await runtime.store.inbox(requests)).items():
            actor = actors.get(instance_id)
            if actor is not None and messages:
                actor.post(h.Received(messages))

    @property
    def _takes(self) -> bool:
        """Whether this host may take instances."""
        runtime = self._runtime
        return not (runtime.stopping or runtime.adrift or runtime.config.role == "client")

    async def _take(self, wanted: Mapping[str, bool]) -> None:
        """Take what wants it, if it may be taken; what cannot be, and nobody else knows of, is passed on."""
        runtime = self._runtime
        ids = tuple(wanted)
        if not self._takes:
            # A host that is adrift hears its own hints; it looks for itself when it has joined again.
            if not runtime.adrift:
                runtime.hint(("*", id_) for id_ in ids if wanted[id_])
            return
        step = runtime.config.claim_batch
        for start in range(0, len(ids), step):
            await runtime.committer.room(step)
            part = tuple(id_ for id_ in ids[start : start + step] if id_ not in runtime.refused)
            claim = runtime.claim_filter(ids=part)
            if await self._claim(claim_limit=len(part), claim=claim) < len(part):
                await self._look_ahead(claim)
                await self._pass_on([id_ for id_ in part if wanted[id_] and id_ not in runtime.actors])

    async def _pass_on(self, ids: Sequence[str]) -> None:
        """Tell others of what cannot be taken here: its owner, or all, for one may know the definition."""
        heads = await self._runtime.store.heads(ids) if ids else {}
        self._runtime.hint(
            (head.owner or "*", head.id)
            for head in heads.values()
            if head.owner != self._runtime.session_id and head.status in _OPEN
        )

    async def _look_ahead(self, claim: Claim) -> None:
        """What came for an instance may only take effect later (an event of the future): wake up then."""
        due, now = await self._runtime.store.next_due(claim), self._runtime.clock.now()
        if due is not None and (self._timer_due is None or due < self._timer_due):
            self._arm(due if due > now else now + _BREATH)

    async def _take_due(self) -> None:
        """Take everything that is due or left by dead hosts; one look, while there is nothing."""
        runtime = self._runtime
        if not self._takes:
            return
        outlook = await look_out(runtime.store, runtime.clock, runtime.claim_filter())
        due = outlook.next_due
        dead = await self.dead(outlook.owners)
        if dead or (due is not None and due <= runtime.clock.now()):
            await self._take_all(runtime.claim_filter(dead=dead))
            due = await runtime.store.next_due(runtime.claim_filter())
        now = runtime.clock.now()
        if due is not None and due <= now:
            # What is due and could not be taken just now (no room) must not be asked for without end.
            due = now + _BREATH
        self._arm(due)

    async def _take_all(self, claim: Claim) -> None:
        """Take all that fits, batch by batch."""
        runtime = self._runtime
        while self._takes:
            # What is taken needs memory until it is committed.
            await runtime.committer.room(runtime.config.claim_batch)
            room = min(runtime.config.claim_batch, runtime.config.max_running_instances - len(runtime.actors))
            if room <= 0 or await self._claim(claim_limit=room, claim=claim) < room:
                break

    async def _claim(self, *, claim_limit: int, claim: Claim) -> int:
        runtime = self._runtime
        if claim_limit <= 0 or runtime.adrift:
            return 0
        now, session = runtime.clock.now(), runtime.session_id
        try:
            loaded = await runtime.store.claim(claim, session=session, limit=claim_limit, now=now)
            for instance in loaded:
                ended, chunks = await load_scopes(runtime.store, instance)
                if runtime.adrift or runtime.session_id != session:
                    # Lost meanwhile: these are taken again, by whoever is first, once that is known.
                    return 0
                self._adopt(instance, ended, chunks)
        except ProviderError:
            self.doubt()
            raise
        return len(loaded)

    def _adopt(
        self, loaded: LoadedInstance, ended: Mapping[int, PointerRecord], chunks: Sequence[ItemChunk]
    ) -> None:
        """Make the actor of an instance that was just taken."""
        runtime = self._runtime
        record = loaded.instance
        definition = runtime.registry.by_fingerprint(record.fingerprint)
        if definition is None:
            definition = runtime.registry.find(record.definition_id, record.version)
        old = runtime.actors.get(record.id)
        if old is not None:
            old.drop(stored=True)
        if definition is None:
            runtime.refused[record.id] = "its definition was claimed but is not registered"
            return
        unknown = [p.step for p in loaded.pointers if p.step not in definition.steps]
        if unknown:
            runtime.refused[record.id] = f"the definition registered here has no step {unknown[0]!r}"
            logger.error("instance %s cannot go on here: %s", record.id, runtime.refused[record.id])
            return
        actor = Actor(runtime, Machine.load(definition, loaded, runtime, ended=ended, chunks=chunks))
        runtime.actors[record.id] = actor
        actor.post(h.Recover(loaded.crashed))
        if loaded.inbox:
            actor.post(h.Received(loaded.inbox, loaded=True))

    async def _listen(self) -> None:
        """Turn hints into work; a hint nobody can name wants a sweep."""
        runtime = self._runtime
        while not self._closed:
            try:
                hints = await runtime.providers.queue.dequeue(limit=1_000, wait=math.inf)
            except ProviderError as exc:
                logger.warning("the queue does not answer: %s", exc)
                await self._pause()
                continue
            if hints is None:
                self._news.update(dict.fromkeys(runtime.actors))
                self.claim_soon()
            elif hints:
                self._hear(hints)

    def _hear(self, hints: Sequence[Hint]) -> None:
        """Others sent hints: to this host alone, or to all that listen to a topic."""
        runtime = self._runtime
        for hint in hints:
            if hint.instance_id in runtime.actors:
                self._news[hint.instance_id] = None
            elif not hint.shared:
                self._wanted[hint.instance_id] = True
            else:
                self._wanted.setdefault(hint.instance_id, False)
        self._kick()

    async def _pause(self) -> None:
        over = asyncio.get_running_loop().create_future()
        self._runtime.clock.call_at(
            self._runtime.clock.now() + 1_000_000, lambda: None if over.done() else over.set_result(None)
        )
        await over
