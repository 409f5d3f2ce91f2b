"""`crash_everywhere`: a workflow whose host dies at every write must end as if nothing had been."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfe_core.errors import WorkflowEndedError, WorkflowSuspendedError
from wfe_core.testing import ManualClock, SequentialIds
from wfe_core.testing.faults import TAKING, At, Fault, Faults, run_process
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost
from wfe_host.testing.backends import InMemory
from wfe_host.testing.engine import DataGuard

if TYPE_CHECKING:
    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.models import WorkflowInstance

Services = Mapping[type, Any]

_INSTANCE = "crashing"


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What was explored.

    Attributes:
        instance: how the instance ended, each time.
        commits: how many commits a run takes that nothing disturbs.
        crashes: how many runs had a crash in them.
    """

    instance: WorkflowInstance
    commits: int
    crashes: int


def crash_everywhere(
    *definitions: WorkflowDefinition[Any],
    data: Any = None,
    services: Callable[[], Services] | None = None,
    act: Callable[[WorkflowHost, str], Awaitable[object]] | None = None,
    check: Callable[[WorkflowInstance, Services], object] | None = None,
) -> CrashReport:
    """Run a workflow undisturbed, then once for each moment at which its host can die; all must end the same.

    After a crash another host takes over. Time is moved by a clock: delays and retries take none. Call it
    from a plain `def`: each process that it plays has an event loop of its own.

    Args:
        definitions: the first is started; the others are its sub-workflows.
        data: what it is started with.
        services: gives the services of one run, for `Inject`. They outlive the crash, as what is outside of
            the process does, so that they can record what the steps have done to them.
        act: what a client does once the instance has started, such as publishing an event: it is called
            with the host and the id of the instance, and again after a crash, so it must bear repetition
            (an event with an `event_id` does).
        check: called at the end of each run; it may raise whatever it finds wrong.

    Raises:
        AssertionError: a crash changed the status, the data, the error or the steps that were run. The
            message names the moment.

    Example:
        A charge that is sent twice under one key is fine, under two it is not::

            def test_a_crash_charges_nobody_twice():
                crash_everywhere(
                    order,
                    data={"total": 5},
                    services=lambda: {Bank: FakeBank()},
                    check=lambda instance, services: services[Bank].assert_charged_once(),
                )
    """
    if not definitions:
        raise TypeError("crash_everywhere needs the definition of the workflow")

    def play(at: At | None) -> tuple[_Ending, Faults]:
        run = _Run(definitions, data, {} if services is None else services(), act)
        ending, faults = run.to_its_end(at)
        if check is not None:
            try:
                check(ending.instance, run.services)
            except Exception as exc:
                exc.add_note(f"the run: {'undisturbed' if at is None else _moment(at, writes)}")
                raise
        return ending, faults

    writes: list[str] = []
    expected, faults = play(None)
    writes = faults.writes
    crashes = 0
    for number, name in enumerate(writes):
        for fault in (Fault.CRASH_BEFORE, Fault.CRASH_AFTER):
            # Before it is known whether a host will take anything is right after the write before.
            if fault is Fault.CRASH_BEFORE and name in TAKING:
                continue
            at = At(number, fault)
            ending, faults = play(at)
            crashes += faults.reached
            difference = expected.difference(ending)
            if difference:
                raise AssertionError(f"{_moment(at, writes)}: {difference}")
    return CrashReport(expected.instance, writes.count("commit"), crashes)


def _moment(at: At, writes: list[str]) -> str:
    when = at.fault.removeprefix("crash ")
    return f"the host died {when} write {at.write + 1} of {len(writes)} ({writes[at.write]})"


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a run ended, and what is compared of it."""

    instance: WorkflowInstance
    steps: Counter[tuple[str, str]]

    def difference(self, other: _Ending) -> str:
        """Say what is different in another run; empty when nothing is."""
        pairs = {
            "status": (str(self.instance.status), str(other.instance.status)),
            "data": (self.instance.data, other.instance.data),
            "error": (_told(self.instance), _told(other.instance)),
            "steps": (dict(self.steps), dict(other.steps)),
        }
        return "; ".join(
            f"{name} is {now!r}, and {once!r} without a crash"
            for name, (once, now) in pairs.items()
            if once != now
        )


def _told(instance: WorkflowInstance) -> tuple[str, str | None] | None:
    return None if instance.error is None else (instance.error.type, instance.error.step_key)


class _Run:
    """One run: the world of its hosts, which live one after the other."""

    def __init__(
        self,
        definitions: tuple[WorkflowDefinition[Any], ...],
        data: Any,
        services: Services,
        act: Callable[[WorkflowHost, str], Awaitable[object]] | None,
    ) -> None:
        self.services = services
        self._definitions = definitions
        self._data = data
        self._act = act
        self._clock = ManualClock(autojump=True)
        self._backend = InMemory(self._clock)
        self._lives = 0

    def to_its_end(self, at: At | None) -> tuple[_Ending, Faults]:
        """Let one host live, and after a crash another."""
        ending, first = self._live(at)
        while ending is None:
            ending, _ = self._live(None)
        asyncio.run(self._backend.close())
        return ending, first

    def _live(self, at: At | None) -> tuple[_Ending | None, Faults]:
        self._lives += 1
        name = f"host-{self._lives}"
        faults = Faults(self._backend.open(), at, clock=self._clock)

        async def main() -> _Ending:
            host = WorkflowHost(
                faults.providers,
                config=HostConfig(name=name),
                middleware=[DataGuard()],
                services=self.services,
                clock=self._clock,
                ids=SequentialIds(name),
            )
            host.register(*self._definitions)
            async with host:
                handle = await host.start(self._definitions[0], self._data, instance_id=_INSTANCE)
                if self._act is not None:
                    await self._act(host, _INSTANCE)
                with contextlib.suppress(WorkflowEndedError, WorkflowSuspendedError):
                    await handle.result()
                steps = Counter((each.step_key, str(each.status)) for each in await host.pointers(_INSTANCE))
                return _Ending(await host.get(_INSTANCE), steps)

        def alive(_: logging.LogRecord) -> bool:
            return not faults.dead

        # The dead tell no tales: what they leave undone is what is being tested.
        logger = logging.getLogger("wfe.host")
        logger.addFilter(alive)
        try:
            ending = run_process(main, faults)
        finally:
            logger.removeFilter(alive)
        if faults.dead:
            for session in faults.sessions:
                self._backend.kill(session)
        return ending, faults
