from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfe_core.policies import Limit
from wfe_core.testing.clock import ManualClock
from wfe_host.config import HostConfig
from wfe_host.limits import HeldBack, Slots


def make(clock: Any, *, most: int = 1_000, **limits: Limit) -> Slots:
    """Slots with these bounds; `definition_d` stands for `definition:d`."""
    named = {name.replace("_", ":"): limit for name, limit in limits.items()}
    return Slots(HostConfig(max_running_steps=most, limits=named), clock)


class Line:
    """Notes who was let in, and when."""

    def __init__(self, slots: Slots, clock: Any) -> None:
        self.slots = slots
        self.clock = clock
        self.begin = clock.now()
        self.entered: list[str] = []
        self.times: list[float] = []

    def wait(self, key: str, **where: Any) -> None:
        """Queue a step."""
        self.slots.wait(key, self.noted(key), **where)

    def noted(self, key: str) -> Callable[[], object]:
        """What is called when its turn comes."""

        def enter() -> None:
            self.entered.append(key)
            self.times.append((self.clock.now() - self.begin) / 1e6)

        return enter


async def test_the_host_bounds_running_steps(clock: Any) -> None:
    """No more than `max_running_steps` hold a slot; a slot that is given back goes to who waits."""
    slots = make(clock, most=2)
    line = Line(slots, clock)
    assert slots.admit("a")
    assert slots.admit("b")
    assert not slots.admit("c")
    line.wait("c")
    line.wait("d")
    assert slots.held_back("c") == HeldBack("max_running_steps", clock.now())
    slots.release("a")
    assert line.entered == ["c"]
    assert (slots.running, slots.waiting) == (2, 1)
    slots.release("c")
    assert line.entered == ["c", "d"]
    assert slots.held_back("d") is None


async def test_room_that_is_there_is_given_without_a_release(clock: Any) -> None:
    """Waiting while there is room ends at the next turn of the loop, not within the call."""
    slots = make(clock)
    line = Line(slots, clock)
    line.wait("a")
    line.wait("b")
    assert line.entered == []
    await clock.settle()
    assert line.entered == ["a", "b"]


async def test_a_named_limit_bounds_those_who_name_it(clock: Any) -> None:
    """A limit holds back the steps that name it and nobody else; a name without a limit bounds nothing."""
    slots = make(clock, api=Limit(running=1))
    line = Line(slots, clock)
    assert slots.admit("a", limit_name="api")
    assert not slots.admit("b", limit_name="api")
    line.wait("b", limit_name="api")
    await clock.settle()
    assert slots.held_back("b") == HeldBack("limits['api']", clock.now())
    assert slots.admit("c")
    assert slots.admit("d", limit_name="unknown")
    slots.release("a")
    assert line.entered == ["b"]
    slots.release("b")
    line.wait("e", limit_name="api")
    assert slots.held_back("e") == HeldBack("limits['api']", clock.now())


async def test_definitions_and_steps_can_be_bounded(clock: Any) -> None:
    """The limits `definition:<id>` and `step:<key>` hold for all steps of a definition, and for one step."""
    slots = make(clock, definition_d=Limit(running=2), step_s=Limit(running=1))
    assert slots.admit("a", definition_id="d", step_key="s")
    assert not slots.admit("b", definition_id="d", step_key="s")
    assert slots.admit("c", definition_id="d", step_key="t")
    assert not slots.admit("e", definition_id="d", step_key="u")
    assert not slots.admit("f", definition_id="other", step_key="s")
    slots.release("a")
    assert slots.admit("f", definition_id="other", step_key="s")


async def test_nobody_overtakes_who_waits_for_the_same_limit(clock: Any) -> None:
    """A limit for which somebody waits admits nobody else past the queue."""
    slots = make(clock, api=Limit(running=1), step_s=Limit(running=1))
    line = Line(slots, clock)
    assert slots.admit("a", step_key="s")
    line.wait("b", limit_name="api", step_key="s")
    await clock.settle()
    assert not slots.admit("c", limit_name="api")
    line.wait("c", limit_name="api")
    await clock.settle()
    assert line.entered == ["c"], "waiting for another limit does not keep this one closed"


async def test_priority_comes_first_and_age_catches_up(clock: Any) -> None:
    """Higher priority goes first; a minute of waiting is worth one point; equals go in their order."""
    slots = make(clock, most=1)
    line = Line(slots, clock)
    assert slots.admit("x")
    line.wait("old", priority=0)
    await clock.advance("3m")
    line.wait("low", priority=-1)
    line.wait("two", priority=2)
    line.wait("two again", priority=2)
    line.wait("four", priority=4)
    for key in ("x", "four", "old", "two", "two again"):
        slots.release(key)
    assert line.entered == ["four", "old", "two", "two again", "low"]


async def test_priority_holds_between_limits(clock: Any) -> None:
    """When the host is full, the best of all queues comes next, whatever limits it names."""
    slots = make(clock, most=1, api=Limit(running=5), db=Limit(running=5))
    line = Line(slots, clock)
    assert slots.admit("x")
    line.wait("a", limit_name="api")
    line.wait("b", limit_name="db", priority=5)
    line.wait("c", priority=3)
    for key in ("x", "b", "c"):
        slots.release(key)
    assert line.entered == ["b", "c", "a"]


async def test_a_rate_spreads_the_starts(clock: Any) -> None:
    """With `per_second=2` never more than two start within a second, and none later than needed."""
    slots = make(clock, api=Limit(per_second=2))
    line = Line(slots, clock)
    for n in range(6):
        line.wait(str(n), limit_name="api")
    await clock.advance("0.5s")
    assert slots.held_back("2") == HeldBack("limits['api']", line.begin)
    await clock.advance("10s")
    assert line.times == [0, 0, 1, 1, 2, 2]
    assert slots.admit("later", limit_name="api")


async def test_a_slow_rate_lets_one_through_at_a_time(clock: Any) -> None:
    """A rate below one a second means one start each so many seconds."""
    slots = make(clock, api=Limit(per_second=0.25))
    line = Line(slots, clock)
    for n in range(3):
        line.wait(str(n), limit_name="api")
    await clock.advance("20s")
    assert line.times == [0, 4, 8]


async def test_two_rates_hold_together(clock: Any) -> None:
    """A step under several limits starts when all of them let it, and each is woken at its own time."""
    slots = make(clock, api=Limit(per_second=1), step_s=Limit(per_second=0.5), db=Limit(per_second=1))
    line = Line(slots, clock)
    line.wait("a", limit_name="api", step_key="s")
    await clock.settle()
    line.wait("b", limit_name="api", step_key="s")
    await clock.settle()
    line.wait("c", limit_name="db")
    await clock.settle()
    line.wait("d", limit_name="db")
    await clock.advance("5s")
    assert dict(zip(line.entered, line.times, strict=True)) == {"a": 0, "c": 0, "d": 1, "b": 2}


async def test_who_is_forgotten_is_not_called(clock: Any) -> None:
    """`forget` gives up a place in the queue, or a slot; an unknown key is harmless."""
    slots = make(clock, most=1)
    line = Line(slots, clock)
    assert slots.admit("x")
    for key in ("a", "b", "c"):
        line.wait(key)
    slots.forget("a")
    slots.forget("b")
    slots.forget("unknown")
    slots.forget("x")
    assert line.entered == ["c"]
    slots.release("c")
    slots.release("c")
    assert (slots.running, slots.waiting) == (0, 0)


async def test_waiting_again_replaces_the_place(clock: Any) -> None:
    """The same key waits once only, in its new place."""
    slots = make(clock, most=1)
    line = Line(slots, clock)
    assert slots.admit("x")
    line.wait("a")
    line.wait("b")
    line.wait("a", priority=-1)
    slots.release("x")
    slots.release("b")
    assert line.entered == ["b", "a"]


async def test_a_queue_is_tidied_up(clock: Any) -> None:
    """Steps that were forgotten by the thousand leave no memory behind while the first still waits."""
    slots = make(clock, most=1)
    line = Line(slots, clock)
    assert slots.admit("x")
    line.wait("first", priority=1)
    for n in range(1_000):
        line.wait(str(n))
    for n in range(999):
        slots.forget(str(n))
    (queue,) = slots._queues.values()  # pyright: ignore[reportPrivateUsage]
    assert len(queue._heap) < 200  # pyright: ignore[reportPrivateUsage]
    slots.release("x")
    slots.release("first")
    assert line.entered == ["first", "999"]


async def test_a_callback_may_use_the_slots(clock: Any) -> None:
    """Giving back, waiting and forgetting from within a callback is safe, and no slot is lost."""
    slots = make(clock, most=1)
    line = Line(slots, clock)
    assert slots.admit("x")

    def busy() -> None:
        line.entered.append("a")
        slots.release("a")
        line.wait("c")

    slots.wait("a", busy)
    line.wait("b")
    slots.release("x")
    assert line.entered == ["a", "b"]
    slots.release("b")
    await clock.settle()
    assert line.entered == ["a", "b", "c"]


async def test_a_broken_callback_loses_no_slot(clock: Any) -> None:
    """When a step can't begin, its slot goes to the next, and the loop's handler hears of it."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    slots = make(clock, most=1)
    line = Line(slots, clock)
    assert slots.admit("x")
    slots.wait("broken", lambda: {"": ""}["missing"])
    line.wait("b")
    slots.release("x")
    assert line.entered == ["b"]
    assert isinstance(heard[0]["exception"], KeyError)


async def test_close_forgets_the_waiting(clock: Any) -> None:
    """After `close` nobody is called any more, and no timer is left."""
    slots = make(clock, api=Limit(per_second=1))
    line = Line(slots, clock)
    assert slots.admit("x", limit_name="api")
    line.wait("a", limit_name="api")
    await clock.settle()
    line.wait("b", limit_name="api")
    slots.close()
    slots.close()
    await clock.advance("10s")
    assert line.entered == []
    assert clock.timers == 0
    slots.release("x")


async def test_the_timer_follows_the_earliest_rate(clock: Any) -> None:
    """When the one who would have started first is forgotten, the timer is set anew."""
    slots = make(clock, fast=Limit(per_second=1), slow=Limit(per_second=0.1))
    line = Line(slots, clock)
    assert slots.admit("x", limit_name="fast")
    assert slots.admit("y", limit_name="slow")
    line.wait("b", limit_name="slow")
    line.wait("a", limit_name="fast")
    await clock.settle()
    slots.forget("a")
    line.wait("c", limit_name="slow")
    await clock.advance("30s")
    assert dict(zip(line.entered, line.times, strict=True)) == {"b": 10, "c": 20}


@settings(max_examples=50, deadline=None)
@given(
    arrivals=st.lists(st.integers(0, 2_500_000), min_size=1, max_size=40),
    rate=st.sampled_from([0.5, 1, 2.5, 4]),
    running=st.integers(1, 3),
)
def test_limits_hold_at_every_instant(arrivals: list[int], rate: float, running: int) -> None:
    """However steps arrive and end: the bounds are never passed, and everybody gets in at last."""

    async def scenario() -> None:
        clock = ManualClock(0)
        slots = make(clock, most=5, api=Limit(running=running, per_second=rate))
        starts: list[int] = []
        inside = 0

        def enter(key: int) -> None:
            nonlocal inside
            inside += 1
            assert inside <= running
            starts.append(clock.now())
            clock.call_at(clock.now() + 300_000, lambda: leave(key))

        def leave(key: int) -> None:
            nonlocal inside
            inside -= 1
            slots.release(key)

        def arrive(key: int) -> None:
            if slots.admit(key, limit_name="api"):
                enter(key)
            else:
                slots.wait(key, lambda: enter(key), limit_name="api")

        for key, at in enumerate(arrivals):
            clock.call_at(at, lambda key=key: arrive(key))  # type: ignore[misc]
        await clock.advance("100s")
        assert len(starts) == len(arrivals)
        burst = max(1, int(rate))
        for first, later in zip(starts, starts[burst:], strict=False):
            assert later - first >= burst / rate * 1e6
        assert (slots.running, slots.waiting) == (0, 0)

    asyncio.run(scenario())


@pytest.mark.parametrize("step_key", ["definition:d", "d"])
async def test_a_limit_named_twice_counts_once(clock: Any, step_key: str) -> None:
    """A step that names its own definition's limit takes one place of it."""
    slots = make(clock, definition_d=Limit(running=1))
    assert slots.admit("a", limit_name="definition:d", definition_id="d", step_key=step_key)
    slots.release("a")
    assert slots.admit("b", limit_name="definition:d", definition_id="d", step_key=step_key)
