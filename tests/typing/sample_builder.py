"""Every construct and modifier, as strict users write them: no cast, no ignore, every lambda typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_type

from pydantic import BaseModel
from typing_extensions import TypedDict

from wfe_core import (
    Branch,
    Dag,
    ErrorBehavior,
    ExecutionResult,
    Inject,
    RetryPolicy,
    StepBody,
    StepContext,
    WorkflowBuilder,
    WorkflowDefinition,
    output_of,
    step,
)


class Trip(BaseModel):
    """The data."""

    id: str
    stops: list[str]
    price: float = 0.0
    begins: dt.datetime = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    done: bool = False


class Gateway:
    """A service."""

    def call(self, name: str) -> str:
        """Answer."""
        return name


class Desk:
    """Methods can be steps."""

    @step
    async def book(self, ctx: StepContext[Trip]) -> dict[str, float]:
        """Read the data."""
        return {"price": ctx.data.price + len(ctx.data.stops)}

    @step(limit="desk", cache="1h")
    def quote(self, id: str, gateway: Inject[Gateway]) -> str:
        """Take parameters."""
        return gateway.call(id)

    @step
    @staticmethod
    def stamp(id: str) -> str:
        """Need no object."""
        return id


@step(name="tell", heartbeat_timeout="10s")
async def notify(ctx: StepContext, id: str) -> ExecutionResult:
    """Take any data."""
    ctx.heartbeat()
    return ExecutionResult.next(outcome=id)


def plain(price: float) -> float:
    """An unmarked function is a step too."""
    return price


class Board(StepBody[Trip], timeout="30s", limit="gate"):
    """A class with a service and a data field in its constructor."""

    def __init__(self, gateway: Inject[Gateway], id: str) -> None:
        self.gateway = gateway
        self.id = id

    async def run(self, ctx: StepContext[Trip]) -> dict[str, Any]:
        """Do it."""
        return {"id": self.gateway.call(ctx.data.id)}


class Anything(StepBody):
    """A body for any data."""

    async def run(self, ctx: StepContext) -> None:
        """Do nothing."""


async def methods_stay_callable(desk: Desk, ctx: StepContext[Trip]) -> None:
    """Bound and unbound, with the types of the function."""
    assert_type(await desk.book(ctx), dict[str, float])
    assert_type(await Desk.book(desk, ctx), dict[str, float])
    assert_type(desk.quote("a", Gateway()), str)
    assert_type(Desk.stamp("a"), str)


def leg(b: Branch[Trip]) -> None:
    """A body can be a function with several statements."""
    b.then(Board).name("board")
    b.if_do(lambda d: d.price > 1, lambda t: t.then(plain), lambda e: e.delay("1s"))


def graph(g: Dag[Trip]) -> None:
    """So can a graph."""
    g.add("one", notify)
    g.add("two", leg, needs=["one"])


desk = Desk()
b = WorkflowBuilder(
    "trip",
    version=2,
    data=Trip,
    retry=RetryPolicy(max_attempts=2),
    on_error="suspend",
    timeout=dt.timedelta(days=1),
    description="All there is.",
)
b.start_with(desk.book).then(desk.quote).then(Desk.stamp).then(Board).then(Anything()).then("registered")
b.then(lambda c: {"price": c.data.price}).name("lambda")
b.then(plain).input(price=lambda d: d.price).output("price")
b.then(plain).input(price=lambda d, ctx: d.price + ctx.attempt).output(lambda r, d: {"price": d.price})
b.then(plain).input(price=3.5).input(price=output_of("plain")).retry(RetryPolicy()).on_error("continue")
b.then(plain).on_error(ErrorBehavior.FAIL).timeout(3).config(a=1, b=[2]).priority(3)
b.then(plain).compensate_with(notify).then(plain).compensate_with(lambda u: u.then(notify).then(plain))
b.then(plain).compensate_with(Board).then(plain).compensate_with(leg)
b.then(plain).cancel_when(lambda d: d.done).cancel_when(lambda d, ctx: ctx.attempt > 1, proceed=True)
b.then(plain).only_if(lambda d: d.done).only_if(lambda d, ctx: ctx.index == d.price)
b.then(notify).body(lambda each: each.then(plain))
b.decide(lambda d: d.price).when(3, lambda w: w.then(plain)).when("x", leg).otherwise(lambda o: o.then(plain))
b.decide(lambda d, ctx: ctx.item or d.id).when({"a": [1]}, leg)
b.then(notify).decide().when(None, leg)
b.if_do(lambda d, ctx: d.done and ctx.attempt == 1, leg)
b.while_do(lambda d: not d.done, leg, 10).while_do(lambda d, ctx: ctx.iteration < d.price, leg)
b.for_each(lambda d: d.stops, leg, max_parallel=1, name="stop")
b.for_each(lambda d: d.stops, lambda each: each.then(Desk.stamp)).collect("stops")
b.for_each(lambda d, ctx: [ctx.item, *d.stops], leg).for_each(["a", "b"], leg).for_each(range(3), leg)
b.parallel(leg, lambda p: p.then(plain), max_parallel=2)
b.dag(graph, max_parallel=3).dag(lambda g: g.add("a", Board).add("b", lambda n: n.then(plain), needs=["a"]))
b.saga(leg, on_error="continue", retry=RetryPolicy()).saga(lambda s: s.saga(leg), on_error=ErrorBehavior.FAIL)
b.wait_for("e").wait_for("e", "k").wait_for("e", lambda d: d.id).wait_for("e", lambda d, ctx: ctx.item + d.id)
b.wait_for("e", "k", as_of=lambda d: d.begins, timeout="1d", output="id", on_timeout=leg)
b.wait_for(
    "e", lambda d: d.id, as_of=lambda d, ctx: max(d.begins, ctx.data.begins), timeout=9, on_timeout=notify
)
b.wait_for("e", lambda d, c: c.step_key + d.id, as_of=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
b.wait_for(
    "e",
    lambda d, c: c.item,
    as_of=lambda d, c: c.data.begins,
    timeout=9,
    on_timeout=lambda t: t.end_workflow(),
)
b.approval("Go?").approval(lambda d: d.id, timeout="1h", output="done").approval(
    lambda d, c: d.id + c.step_key
)
b.activity("a").activity("a", {"x": 1}).activity("a", lambda d: d.price, timeout="1h", output="price")
b.activity("a", lambda d, ctx: [d.id, ctx.item]).activity("a", Trip(id="", stops=[]))
b.delay(0.5).delay("1h30m").delay_until(lambda d: d.begins).delay_until(lambda d, ctx: ctx.data.begins)
b.schedule("1h", leg).recur("1m", leg).recur(60, leg, until=lambda d: d.done)
b.recur(60, leg, until=lambda d, ctx: d.done or ctx.iteration > 3)
b.sub_workflow("w").sub_workflow("w", {"a": 1}, version=3, output=lambda r, d: {"price": d.price})
b.sub_workflow("w", lambda d: d).sub_workflow("w", lambda d, ctx: {"id": d.id, "key": ctx.step_key})
b.go_to("lambda").only_if(lambda d: not d.done)
b.end_workflow({"done": True}).end_workflow(lambda d: {"price": d.price})
b.end_workflow(lambda d, ctx: {"price": d.price * ctx.attempt}).end_workflow()
assert_type(b, WorkflowBuilder[Trip])


def build() -> WorkflowDefinition[Trip]:
    """The definition knows the model."""
    return b.build()


assert_type(WorkflowBuilder("loose"), WorkflowBuilder[dict[str, Any]])
WorkflowBuilder("loose").if_do(lambda d: d["x"] > 3, lambda t: t.then(plain)).end_workflow(lambda d: d["y"])
WorkflowBuilder("loose", data=dict).for_each(lambda d: d["x"], lambda each: each.then(notify))


@dataclass
class Point:
    """Data can be a dataclass."""

    x: int = 0


class Loose(TypedDict):
    """Or a TypedDict."""

    x: int


def outputs(result: Any, data: Point) -> Mapping[str, Any]:
    """Map a result."""
    return {"x": result + data.x}


assert_type(WorkflowBuilder("p", data=Point), WorkflowBuilder[Point])
WorkflowBuilder("p", data=Point).while_do(lambda d: d.x < 3, lambda w: w.then(plain).output(outputs))
WorkflowBuilder("l", data=Loose).while_do(lambda d: d["x"] < 3, lambda w: w.then(plain).output("x"))
