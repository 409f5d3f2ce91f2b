"""`Actor`: one instance in memory. It feeds the machine, commits its rounds, and does what they ask for."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from wfe_core.engine import happenings as h
from wfe_core.errors import HostStateError, LeaseLostError, ProviderError
from wfe_core.models import WorkflowStatus
from wfe_core.ports import COMMITTED, CommitOutcome
from wfe_host.loading import load_chunk, load_outputs, load_undo
from wfe_host.runner import Attempt
from wfe_host.telling import tell
from wfe_host.waiters import Ended

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from wfe_core.clock import TimerHandle
    from wfe_core.engine import Machine, Transition
    from wfe_core.ports import Checkpoint
    from wfe_host.runtime import Runtime

logger: logging.Logger = logging.getLogger("wfe.host")


class AdriftError(HostStateError):
    """The session was lost before anything of a start was written: it can be tried again."""


class Actor:
    """Holds the lease of one instance. Everything here runs on the host's loop."""

    __slots__ = (
        "_mailbox", "_runtime", "_timer", "_timer_due", "_transition", "attempts", "created", "gone",
        "machine",
    )  # fmt: skip

    def __init__(self, runtime: Runtime, machine: Machine) -> None:
        self._runtime = runtime
        self.machine: Machine = machine
        self.attempts: dict[int, Attempt] = {}
        self.created: asyncio.Future[CommitOutcome] | None = None
        """Set for an instance that is being started: what became of its first commit."""
        self.gone: bool = False
        self._mailbox: list[h.Happening] | None = None
        self._transition: Transition | None = None
        self._timer: TimerHandle | None = None
        self._timer_due: int | None = None

    @property
    def id(self) -> str:
        """The instance's id."""
        return self.machine.record.id

    def post(self, happening: h.Happening) -> None:
        """Let something happen to the instance; it is applied with all else that happened until the flush."""
        if not self.gone:
            if self._mailbox is None:
                self._mailbox = [happening]
            else:
                self._mailbox.append(happening)
            self._runtime.committer.request(self)

    def prepare(self) -> Checkpoint | None:
        """Apply what happened and close the round (called by the committer)."""
        if self.gone:
            return None
        now = self._runtime.clock.now()
        mailbox, self._mailbox = self._mailbox, None
        machine = self.machine
        for happening in mailbox or ():
            machine.apply(happening, now)
        transition = machine.flush(now)
        if transition.checkpoint is None:
            self._act(transition)
            return None
        self._transition = transition
        return transition.checkpoint

    def committed(self, outcome: CommitOutcome) -> None:
        """The round's checkpoint was judged by the store."""
        transition = self._transition
        self._transition = None
        if self.created is not None and not self.created.done():
            self.created.set_result(outcome)
        if transition is None or self.gone:
            return
        if outcome.status == "committed":
            self._after_commit(transition, outcome, outcome.children or {})
            return
        _give_slots_back(self._runtime, self.id, transition)
        if outcome.status == "rejected":
            self._refuse(f"the store refuses its checkpoint: {outcome.error}")
        elif outcome.status == "stale":
            record = self.machine.record
            lost = LeaseLostError(record.id, owner=outcome.owner, token=outcome.fence, ours=record.fence)
            logger.warning("%s", lost, extra={"action": "lease_lost", "instance": record.id})
        self.drop()
        self._runtime.wake({self.id: outcome.owner})

    def commit_failed(self, exc: Exception) -> None:
        """The round could not be made or settled: nothing of it is true; the store has the instance."""
        transition, self._transition = self._transition, None
        if transition is not None:
            _give_slots_back(self._runtime, self.id, transition)
        if self.created is not None and not self.created.done():
            self.created.set_exception(exc)
        if not self.gone:
            self._refuse(f"{type(exc).__name__}: {exc}")
            logger.error("instance %s cannot go on here", self.id, exc_info=exc, extra={"action": "refused"})
            self.drop()

    def _refuse(self, why: str) -> None:
        self._runtime.refused[self.id] = why

    def _after_commit(
        self, transition: Transition, outcome: CommitOutcome, children: Mapping[str, CommitOutcome]
    ) -> None:
        runtime = self._runtime
        record = self.machine.record
        checkpoint = transition.checkpoint
        if checkpoint is None:
            return
        if transition.happened:
            if runtime.telemetry.active:
                runtime.telemetry.happened(record, transition.happened)
            if runtime.broadcast.active:
                runtime.broadcast.publish(record, transition.happened)
            tell(record, transition.happened)
        self._act(transition)
        for child in transition.children:
            Actor(runtime, child).take_up(children)
        if checkpoint.messages:
            runtime.wake({message.instance_id: "?" for message in checkpoint.messages})
        if checkpoint.activities:
            runtime.waiters.tell_of_work()
        if transition.ended:
            self._ended()
        elif record.status == WorkflowStatus.SUSPENDED and runtime.waiters.has(record.id):
            runtime.waiters.tell(record.id, Ended(record, self.machine.state.data))
        if checkpoint.release:
            if outcome.released:
                self._released(record.next_due)
            else:
                runtime.wake({record.id: record.owner})
        elif outcome.inbox_seq > record.inbox_seq:
            runtime.wake({record.id: record.owner})

    def take_up(self, children: Mapping[str, CommitOutcome]) -> None:
        """Go on after the first round, which the commit of the parent carried.

        Args:
            children: what the store told of those that began with that commit.
        """
        transition = self.machine.state.born
        self.machine.state.born = None
        if transition is None or transition.checkpoint is None:
            return
        runtime = self._runtime
        outcome = children.get(self.id)
        if outcome is not None and outcome.status == "exists":
            # The step of the parent runs again; its child has gone on meanwhile.
            _give_slots_back(runtime, self.id, transition)
            runtime.wake({self.id: "?"})
            return
        runtime.actors[self.id] = self
        self._after_commit(transition, outcome or COMMITTED, children)
        if outcome is None and transition.checkpoint.subscriptions:
            # Nobody knows whether an event was there already.
            runtime.wake({self.id: self.machine.record.owner})

    def _act(self, transition: Transition) -> None:
        """Do what a round asks for; what it says is durable now."""
        for pointer_id in transition.stops:
            attempt = self.attempts.get(pointer_id)
            if attempt is not None:
                attempt.stop()
            else:
                self.post(h.StepStopped(pointer_id))
        for pointer_id in transition.starts:
            if pointer_id in self.machine.state.running:
                attempt = Attempt(self._runtime, self, pointer_id)
                self.attempts[pointer_id] = attempt
                attempt.begin()
            else:
                self._runtime.slots.release((self.id, pointer_id))
        for pointer_id in transition.unused:
            self._runtime.slots.release((self.id, pointer_id))
        for pointer_id in transition.queued:
            self._queue(pointer_id)
        for pointer_id in transition.deferred:
            self.post(h.Admitted(pointer_id, slot=False))
        for saga_id in dict.fromkeys(transition.load_undo):
            self._load(load_undo(self._runtime.store, self.machine, saga_id))
        for pointer_id, number in transition.load_chunks:
            self._load(load_chunk(self._runtime.store, self.machine, pointer_id, number))
        for pointer_id in transition.load_outputs:
            self._load(load_outputs(self._runtime.store, self.machine, pointer_id))
        self._arm()

    def _queue(self, pointer_id: int) -> None:
        machine = self.machine
        pointer = machine.state.pointers.get(pointer_id)
        if pointer is None or pointer_id not in machine.state.queued:
            return
        node = machine.state.node(pointer)
        record = machine.record
        self._runtime.slots.wait(
            (record.id, pointer_id),
            lambda: self._admitted(pointer_id),
            limit_name=getattr(getattr(node, "spec", None), "limit", None),
            definition_id=record.definition_id,
            priority=record.priority + node.priority,
            step_key=node.key,
        )

    def _admitted(self, pointer_id: int) -> None:
        if self.gone or pointer_id not in self.machine.state.queued:
            self._runtime.slots.release((self.id, pointer_id))
            return
        self.post(h.Admitted(pointer_id))

    def _load(self, work: Coroutine[Any, Any, h.Happening]) -> None:
        self._runtime.spawn(self._loading(work), f"wfe-load-{self.id}")

    async def _loading(self, work: Coroutine[Any, Any, h.Happening]) -> None:
        self._runtime.clock.enter()
        try:
            happening = await work
        except ProviderError as exc:
            logger.warning("instance %s could not be read: %s; it is taken up anew", self.id, exc)
            self.drop()
            if self._runtime.poller is not None:
                self._runtime.poller.doubt()
            return
        except Exception as exc:  # noqa: BLE001 - nobody waits for this task: it would leave the instance idle
            self.commit_failed(exc)
            return
        finally:
            self._runtime.clock.leave()
        self.post(happening)

    def _arm(self) -> None:
        """Set the one timer of the instance to its next due."""
        due = None if self.gone else self.machine.next_due()
        if due == self._timer_due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_due = due
        if due is not None:
            self._timer = self._runtime.clock.call_at(due, self._fired)

    def _fired(self) -> None:
        self._timer = None
        self._timer_due = None
        self.post(h.TimerFired())

    def _ended(self) -> None:
        record = self.machine.record
        runtime = self._runtime
        if runtime.telemetry.active:
            runtime.telemetry.instance_ended(record)
        runtime.middleware.workflow_ended(record)
        runtime.waiters.tell(record.id, Ended(record, self.machine.state.data))

    def _released(self, next_due: int | None) -> None:
        """The lease went back: forget the instance; the poller knows when it wants to be taken again."""
        self.drop()
        if self._runtime.poller is not None:
            self._runtime.poller.released(self.id, next_due)

    def drop(self, *, stored: bool = False) -> None:
        """Let go of the instance: cancel what runs for it here, and commit nothing more.

        Args:
            stored: the store is known to have the instance, whoever wants to start it here.
        """
        if self.gone:
            return
        self.gone = True
        self._mailbox = None
        runtime = self._runtime
        if self.created is not None and not self.created.done() and self._transition is None:
            if stored:
                self.created.set_result(CommitOutcome("exists"))
            elif runtime.adrift and not runtime.stopping:
                self.created.set_exception(AdriftError(f"the session was lost before {self.id!r} began"))
            else:
                msg = f"the host stopped before it began {self.id!r}: start it again, on a host that runs"
                self.created.set_exception(HostStateError(msg))
        if runtime.actors.get(self.id) is self:
            del runtime.actors[self.id]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for pointer_id in self.machine.state.queued:
            runtime.slots.forget((self.id, pointer_id))
        for attempt in list(self.attempts.values()):
            attempt.stop()

    def finished(self, attempt: Attempt, happening: h.Happening) -> None:
        """An attempt has ended."""
        if self.attempts.get(attempt.pointer_id) is attempt:
            del self.attempts[attempt.pointer_id]
        self.post(happening)


def _give_slots_back(runtime: Runtime, instance_id: str, transition: Transition) -> None:
    """Nothing of a round became true: the steps it was to start never will."""
    for pointer_id in (*transition.starts, *transition.unused):
        runtime.slots.release((instance_id, pointer_id))
    for child in transition.children:
        if child.state.born is not None:
            _give_slots_back(runtime, child.record.id, child.state.born)
