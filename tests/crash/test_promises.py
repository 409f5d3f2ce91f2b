"""The nine promises of the engine, each with a test of its name. The proofs are beside this."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash.effects import Effects
from tests.crash.explorer import Explorer, Scenario, World, live, pause
from tests.crash.flows import FLOWS
from tests.crash.sagas import SAGAS
from tests.crash.waits import WAITS
from tests.services.combinations import COMBINATIONS, each_combination
from wfe_core.builder import WorkflowBuilder
from wfe_core.clock import TimerHandle
from wfe_core.errors import DefinitionError, SerializationError
from wfe_core.ports import Checkpoint, CommitOutcome
from wfe_core.steps.context import StepContext
from wfe_core.testing import ManualClock, SequentialIds
from wfe_core.testing.faults import Fault, Faults, run_process
from wfe_host.host import WorkflowHost

CRASHES = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
MIXED = {
    name: {**FLOWS, **SAGAS, **WAITS}[name]
    for name in ("retry", "nested", "persist and sleep", "sub-workflow")
}


EXPLORED = pytest.mark.parametrize("store", each_combination(slow="sqlite"))
"""`test_exploration` visits these points on SQLite, too: among the quick tests once is enough."""


@pytest.fixture(params=each_combination())
def store(request: pytest.FixtureRequest) -> str:
    """The store under test."""
    name: str = request.param
    return name


@EXPLORED
@pytest.mark.parametrize("name", MIXED)
def test_promise_1_no_completed_step_runs_again(store: str, name: str, tmp_path: Path) -> None:
    """1. No completed step runs again, wherever its host dies (all scenarios: test_exploration)."""
    assert Explorer(MIXED[name], store, tmp_path / "worlds").explore(*CRASHES)


@EXPLORED
def test_promise_2_no_step_is_forgotten(store: str, tmp_path: Path) -> None:
    """2. No step is forgotten: whatever a crash interrupts, the same steps have completed in the end."""
    # The explorer compares the history, pointer by pointer, with that of a run that nothing disturbed.
    for name in ("parallel", "dag", "fail and retry"):
        assert Explorer(FLOWS[name], store, tmp_path / name).explore(*CRASHES)


def test_promise_3_no_later_step_sees_a_state_that_was_not_durable(store: str, tmp_path: Path) -> None:
    """3. When a step begins, what completed before it is committed, with the data it is given."""
    world = World.make(store, tmp_path / "world")
    durable: list[str] = []
    seen: list[tuple[list[str], list[str]]] = []

    def observe(checkpoints: Any, outcomes: Any) -> None:
        for checkpoint, outcome in zip(checkpoints, outcomes, strict=True):
            assert isinstance(checkpoint, Checkpoint)
            assert isinstance(outcome, CommitOutcome)
            durable.extend(key for key in checkpoint.data if outcome.status == "committed")

    def look(ctx: StepContext[Any]) -> dict[str, int]:
        seen.append((sorted(ctx.data), sorted(durable)))
        return {f"k{len(seen)}": 1}

    faults = Faults(world.store.open(), observer=observe)

    async def main() -> None:
        builder = WorkflowBuilder("main")
        for number in range(5):
            builder.then(world.effects.step(f"s{number}", look))
        host = WorkflowHost(faults.providers, clock=world.clock, ids=SequentialIds())
        host.register(builder.build())
        async with host:
            await (await host.start("main", {})).result()

    run_process(main, faults)
    assert len(seen) == 5
    assert all(given == stored for given, stored in seen)


@EXPLORED
def test_promise_4_no_event_is_lost_or_consumed_twice(store: str, tmp_path: Path) -> None:
    """4. Events before, between and after the waits are each consumed once, wherever a host dies."""
    for name in ("two events", "event", "early event"):
        assert Explorer(WAITS[name], store, tmp_path / name).explore(*CRASHES)


def test_promise_5_a_host_without_its_lease_cannot_write(store: str, tmp_path: Path) -> None:
    """5. What is committed under an older fence is refused, whole (hosts and processes: test_fencing, …)."""
    world = World.make(store, tmp_path / "world")
    sent: list[Checkpoint] = []

    def observe(checkpoints: Any, outcomes: Any) -> None:
        sent.extend(checkpoints)

    faults = Faults(world.store.open(), observer=observe)

    async def main() -> tuple[list[CommitOutcome], Any]:
        host = WorkflowHost(faults.providers, clock=world.clock, ids=SequentialIds())
        waits = WorkflowBuilder("main").delay("4s").then(world.effects.step("a", {"a": 1})).build()
        host.register(waits)
        await host.start_up()
        await host.start("main", {}, instance_id="i")
        late = Checkpoint(sent[0].instance, data={"a": "2"})
        late.instance.fence -= 1
        late.instance.revision += 1
        outcome = await host.providers.store.commit([late], now=world.clock.now())
        late.instance.fence += 1
        late.instance.revision -= 1
        data = await host.handle("i").result()
        await host.stop()
        return outcome, data

    answer = run_process(main, faults)
    assert answer is not None
    assert [outcome.status for outcome in answer[0]] == ["stale"]
    assert answer[1] == {"a": 1}


@EXPLORED
@pytest.mark.parametrize("name", ["saga", "saga around containers", "stubborn compensation"])
def test_promise_6_compensation_order_is_exact_and_survives_crashes(
    store: str, name: str, tmp_path: Path
) -> None:
    """6. The undo runs in the same exact order, wherever in it a host dies."""
    assert Explorer(SAGAS[name], store, tmp_path / "worlds").explore(*CRASHES)


def test_promise_7_what_is_bad_never_harms_another_instance(store: str, tmp_path: Path) -> None:
    """7. A bad step, definition or input fails by itself; what runs beside it completes."""
    world = World.make(store, tmp_path / "world")
    effects = world.effects

    def breaks(ctx: StepContext[Any]) -> Any:
        raise BaseExceptionGroup("everything", [SystemExit(3)])

    faults = Faults(world.store.open())

    async def main() -> list[tuple[str, str]]:
        host = WorkflowHost(faults.providers, clock=world.clock, ids=SequentialIds())
        good = WorkflowBuilder("good").then(effects.step("a")).delay("1s").then(effects.step("b")).build()
        bad = [
            WorkflowBuilder("raises").then(effects.step("x", fails=-1)).build(),
            WorkflowBuilder("odd").then(effects.step("o", lambda ctx: {"x": object()})).build(),
            WorkflowBuilder("nul").then(effects.step("n", {"x": "a\0b"})).build(),
            WorkflowBuilder("condition")
            .if_do(lambda d: d["no"], lambda b: b.then(effects.step("y")))
            .build(),
            WorkflowBuilder("exits").then(effects.step("e", breaks)).build(),
        ]
        host.register(good, *bad)
        with pytest.raises(DefinitionError):
            WorkflowBuilder("main").build()
        async with host:
            handles = [await host.start("good", {"n": number}) for number in range(5)]
            sick = [await host.start(one.id, {}) for one in bad]
            with pytest.raises(SerializationError):
                await host.start("good", {"n": object()})
            await asyncio.gather(*(handle.result() for handle in handles))
            for handle in sick:
                while not (await handle.instance()).status.terminal:
                    await pause(host, "1s")
            found = [await handle.instance() for handle in (*handles, *sick)]
        return [(one.definition_id, str(one.status)) for one in found]

    ended = run_process(main, faults)
    assert ended == [("good", "complete")] * 5 + [
        (name, "failed") for name in ("raises", "odd", "nul", "condition", "exits")
    ]


class CountingClock(ManualClock):
    """Counts the calls it makes."""

    calls = 0

    def call_at(self, when: int, callback: Callable[[], object]) -> TimerHandle:
        """Call, and count."""

        def counted() -> None:
            self.calls += 1
            callback()

        return super().call_at(when, counted)

    def call_every(self, interval: int, callback: Callable[[int], object]) -> TimerHandle:
        """Call, and count."""

        def counted(until: int) -> None:
            self.calls += 1
            callback(until)

        return super().call_every(interval, counted)


async def test_promise_8_time_is_injectable(store: str, tmp_path: Path) -> None:
    """8. A test skips years in milliseconds: two hosts that sign and sweep, and ten years in 400 calls."""
    clock = CountingClock()
    backend = COMBINATIONS[store].make(clock, tmp_path)
    definition = WorkflowBuilder("main").delay("3650d").then(Effects().step("a", {"a": 1})).build()
    hosts = [WorkflowHost(backend.open(), clock=clock, ids=SequentialIds(f"h{n}")) for n in range(2)]
    for host in hosts:
        host.register(definition)
    async with hosts[0] as host, hosts[1]:
        before = [one.runtime.session_id for one in hosts]
        handle = await host.start("main", {})
        await clock.advance("3649d")
        assert (await handle.instance()).status == "runnable"
        await clock.advance("2d")
        assert await handle.result("5s") == {"a": 1}
        assert [one.runtime.session_id for one in hosts] == before
        assert clock.calls < 400


async def test_promise_8_by_itself(store: str, tmp_path: Path) -> None:
    """8. A clock that jumps by itself goes from one durable instant to the next: few calls for each day."""
    clock = CountingClock(autojump=True)
    backend = COMBINATIONS[store].make(clock, tmp_path)
    body = Effects().step("a")
    flow = WorkflowBuilder("main").recur("1d", lambda b: b.then(body)).delay("100d12h").build()
    host = WorkflowHost(backend.open(), clock=clock, ids=SequentialIds())
    host.register(flow)
    async with host:
        handle = await host.start("main", {})
        await handle.result("60s")
        done = [p for p in await host.pointers(handle.id) if p.step_key.endswith("/a")]
        assert len(done) == 100
        assert clock.calls < 1_000


def test_promise_9_memory_and_commit_cost_per_step_are_constant(store: str, tmp_path: Path) -> None:
    """9. The commit of the last of 600 steps writes no more than that of the tenth, nor is more kept."""
    world = World.make(store, tmp_path / "world")
    sizes: list[int] = []

    def observe(checkpoints: Any, outcomes: Any) -> None:
        sizes.extend(len(x.pointers) + len(x.data) + len(x.items) + len(x.happened) for x in checkpoints)

    faults = Faults(world.store.open(), observer=observe)
    kept: list[int] = []

    async def main() -> None:
        host = WorkflowHost(faults.providers, clock=world.clock, ids=SequentialIds())

        def count(ctx: StepContext[Any]) -> dict[str, int]:
            kept.append(len(host.runtime.actors["i"].machine.state.pointers))
            return {"n": ctx.data["n"] + 1}

        loop = WorkflowBuilder("main").while_do(
            lambda d: d["n"] < 600, lambda b: b.then(world.effects.step("count", count))
        )
        host.register(loop.build())
        async with host:
            await (await host.start("main", {"n": 0}, instance_id="i")).result()

    run_process(main, faults)
    assert len(kept) == 600
    assert max(kept) == kept[9]
    assert max(sizes[10:-1]) == sizes[10]


def test_the_explorer_sees_what_it_must(tmp_path: Path) -> None:
    """A scenario that states too few commits, or a host that runs a completed step again, is noticed."""
    wrong = Scenario(FLOWS["sequence"].build, 3, {"a": 1, "b": 2, "c": 3})
    with pytest.raises(AssertionError, match="writes"):
        Explorer(wrong, "memory", tmp_path / "a").explore(*CRASHES)
    world = World.make("memory", tmp_path / "b")
    live(world, FLOWS["sequence"], None)
    world.effects.entries.append(world.effects.entries[0])
    assert any("completion" in each for each in world.effects.violations())
