"""The crash explorer: runs a scenario once as it should be, then once for each fault at each write."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crash.effects import Effects
from tests.services.combinations import COMBINATIONS
from wfe_core.clock import Clock
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import (
    InvalidCommandError,
    ProviderError,
    WorkflowCancelledError,
    WorkflowFailedError,
    WorkflowTerminatedError,
)
from wfe_core.policies import Duration, micros
from wfe_core.testing import Backend, ManualClock, SequentialIds
from wfe_core.testing.faults import TAKING, At, Fault, Faults, run_process
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost

INSTANCE = "i"
CRASHES = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)


EMBEDDED = ("memory", "sqlite")
"""Where a world costs little, so that every point is visited."""
SAMPLE = 8
"""On servers each so-manyth point is, other ones in each scenario."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an instance ended, and the history it left."""

    status: str
    data: dict[str, Any]
    error: str | None
    history: Counter[tuple[str, str]]
    """Pointers by step key and status."""


@dataclass(slots=True)
class World:
    """Where a scenario takes place: what outlives the processes of its hosts."""

    clock: ManualClock
    store: Backend
    effects: Effects = field(default_factory=Effects)
    lives: int = 0

    @classmethod
    def make(cls, store: str, folder: Path) -> World:
        """Make an empty world."""
        folder.mkdir(parents=True)
        clock = ManualClock(autojump=True)
        return cls(clock, COMBINATIONS[store].make(clock, folder))

    def close(self) -> None:
        """Give back what it took place in."""
        asyncio.run(self.store.close())


@dataclass(frozen=True, slots=True)
class Scenario:
    """A workflow, what is done to it, and what must come of it whatever crashes."""

    build: Callable[[Effects], Sequence[WorkflowDefinition[Any]]]
    """Gives the definitions; the first is started."""
    commits: int
    """How many commits a run takes that nothing disturbs."""
    data: dict[str, Any]
    """The final data."""
    others: int = 0
    """How many other writes it takes: messages, events, activities, instances taken."""
    status: str = "complete"
    error: str | None = None
    undone: Sequence[str] = ()
    """The steps whose label begins with `undo`, in their exact order."""
    act: Callable[[WorkflowHost], Awaitable[None]] | None = None
    """What a client does after the start; it does all again after a crash."""
    start: dict[str, Any] = field(default_factory=dict[str, Any])
    racy: bool = False
    """What else was running when a step failed may end in more than one way."""


def live(world: World, scenario: Scenario, at: At | None) -> tuple[Ending | None, Faults]:
    """Play one process: a host, and a client that starts the instance, acts, and waits for the end."""
    world.lives += 1
    world.effects.host = f"host-{world.lives}"
    faults = Faults(world.store.open(), at, clock=world.clock, observer=world.effects.observe)

    async def main() -> Ending:
        host = WorkflowHost(
            faults.providers,
            config=HostConfig(name=world.effects.host),
            clock=world.clock,
            ids=SequentialIds(f"s{world.lives}-"),
        )
        definitions = scenario.build(world.effects)
        host.register(*definitions)
        await host.start_up()
        await again(host, lambda: host.start(definitions[0].id, scenario.start, instance_id=INSTANCE))
        if scenario.act is not None:
            await scenario.act(host)
        ending = await end_of(host)
        await host.stop()
        return ending

    ending = run_process(main, faults)
    if faults.dead:
        world.effects.death(world.effects.host)
        for session in faults.sessions:
            world.store.kill(session)
    return ending, faults


async def end_of(host: WorkflowHost, instance_id: str = INSTANCE) -> Ending:
    """Wait for the end of an instance."""
    with contextlib.suppress(WorkflowFailedError, WorkflowCancelledError, WorkflowTerminatedError):
        await host.handle(instance_id).result()
    found = await host.get(instance_id)
    pointers = await host.pointers(instance_id)
    history = Counter((pointer.step_key, str(pointer.status)) for pointer in pointers)
    error = None if found.error is None else found.error.type
    data = {key: value for key, value in found.data.items() if not key.startswith("$")}
    return Ending(str(found.status), data, error, history)


async def again(host: WorkflowHost, call: Callable[[], Awaitable[Any]]) -> Any:
    """Do what a client does that was told of an unknown outcome: the same again, which changes nothing.

    The client writes only when the host has nothing in flight, and looks on when the host has dealt with
    it. Else the writes of both would come in an order that the speed of threads decides, and a fault at
    the n-th write of the run before would strike another one, or none.
    """
    while True:
        await rest(host)
        try:
            result = await call()
        except ProviderError as exc:
            if "injected" not in str(exc):
                raise
        else:
            await rest(host)
            return result


async def unless_ended(host: WorkflowHost, call: Callable[[], Awaitable[Any]]) -> None:
    """Give a command to an instance that may have ended before the client came back."""
    try:
        await again(host, call)
    except InvalidCommandError:
        return


async def rest(host: WorkflowHost) -> None:
    """Wait until the host has nothing to do: not even a microsecond passes on its clock before."""
    await _sleep(host.runtime.clock, 1)


async def pause(host: WorkflowHost, duration: Duration = "100ms") -> None:
    """Let time pass on the clock of the host, which then does what fell due at the same instant."""
    await _sleep(host.runtime.clock, micros(duration))
    await rest(host)


async def _sleep(clock: Clock, microseconds: int) -> None:
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    clock.call_at(clock.now() + microseconds, lambda: None if over.done() else over.set_result(None))
    await over


async def asleep(host: WorkflowHost) -> None:
    """Wait until the instance has reached its delay; it may be past it."""
    await rest(host)
    while (await host.get(INSTANCE)).status == "runnable":
        if any(pointer.step_key.endswith("delay") for pointer in await host.pointers(INSTANCE)):
            return
        await pause(host)


def points(writes: Sequence[str], kinds: Sequence[Fault]) -> Iterator[At]:
    """Every fault at every write. Nothing is before a taking: that is the moment after the write before."""
    for number, name in enumerate(writes):
        for fault in kinds:
            if fault not in (Fault.CRASH_BEFORE, Fault.FAIL_BEFORE) or name not in TAKING:
                yield At(number, fault, delay="20s")


class Explorer:
    """Explores one scenario on one store.

    Args:
        scenario: what takes place.
        store: the name of a combination of providers.
        folder: for all worlds.

    Attributes:
        visited: the points.
    """

    def __init__(self, scenario: Scenario, store: str, folder: Path) -> None:
        self._scenario = scenario
        self._store = store
        self._folder = folder
        self._every = 1 if store in EMBEDDED else SAMPLE
        self.visited: list[str] = []

    def undisturbed(self) -> tuple[Ending, list[str]]:
        """Run it as it should be, and check what the scenario says of it."""
        world = self._world("undisturbed")
        ending, faults = live(world, self._scenario, None)
        assert ending is not None
        self._check(world, ending, "undisturbed", ending)
        world.close()
        commits = faults.writes.count("commit")
        stated = (self._scenario.commits, self._scenario.others)
        assert (commits, len(faults.writes) - commits) == stated, f"writes: {faults.writes}"
        return ending, faults.writes

    def explore(self, *kinds: Fault) -> int:
        """Try these faults at every write, or a sample of them; gives the points that this stands for."""
        expected, writes = self.undisturbed()
        there = list(points(writes, kinds))
        # Other points in each scenario, and as many as there would be from the first one on.
        width = len(there) % self._every or self._every
        for at in there[5 * len(there) % width :: self._every]:
            self._try([at], expected)
        return len(self.visited) * self._every

    def explore_recovery(self, every: int) -> int:
        """Crash at every write, and at every so-manyth write of each recovery; gives the pairs visited.

        Each recovery begins at another of its writes, so that all of them have their turn.
        """
        expected, writes = self.undisturbed()
        for number, first in enumerate(points(writes, CRASHES)):
            recovery = self._try([first], expected)
            for second in list(points(recovery, CRASHES))[number % every :: every]:
                self._try([first, second], expected)
        return sum(" then " in each for each in self.visited)

    def _try(self, faults: Sequence[At], expected: Ending) -> list[str]:
        """Let a process live for each fault, and one more after a crash; gives the writes of the last."""
        where = " then ".join(map(str, faults))
        world = self._world("_".join(f"{at.write}-{at.fault.name}" for at in faults))
        ending, life = None, None
        for at in faults:
            ending, life = live(world, self._scenario, at)
            assert life.reached, f"{where}: the point was never reached; writes: {life.writes}"
            assert (ending is None) == (at.fault in CRASHES), f"{where}: the host outlived it, or did not"
        if ending is None:
            ending, life = live(world, self._scenario, None)
        assert ending is not None
        assert life is not None
        self._check(world, ending, where, expected)
        world.close()
        self.visited.append(where)
        return life.writes

    def _check(self, world: World, ending: Ending, where: str, expected: Ending) -> None:
        scenario = self._scenario
        assert (ending.status, ending.error, ending.data) == (
            scenario.status,
            scenario.error,
            scenario.data,
        ), f"{where}: {ending}"
        if not scenario.racy:
            assert ending.history == expected.history, f"{where}: another history"
        assert world.effects.begun("undo") == list(scenario.undone), f"{where}: undone in another order"
        assert world.effects.violations() == [], f"{where}"
        assert world.clock._busy == 0, f"{where}: somebody holds the clock"

    def _world(self, name: str) -> World:
        return World.make(self._store, self._folder / name)
