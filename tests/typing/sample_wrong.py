"""What both checkers must refuse, line by line.

mypy reports an ignore that is not needed; `test_samples.py` takes the ignores away for pyright.
"""

from __future__ import annotations

from pydantic import BaseModel

import wfe_core
from wfe_core import StepBody, StepContext, WorkflowBuilder, step

nothing = wfe_core.NoSuchName  # type: ignore[attr-defined]


class Trip(BaseModel):
    """The data."""

    id: str
    stops: list[str]
    price: float = 0.0


class Invoice(BaseModel):
    """Other data."""

    number: int


@step
async def pack(ctx: StepContext[Trip]) -> str:
    """The context knows the model."""
    ctx.heartbeat(3)  # type: ignore[call-arg]
    return ctx.data.nope  # type: ignore[attr-defined,no-any-return]


class Desk:
    """A method as a step keeps its signature."""

    @step
    async def book(self, ctx: StepContext[Trip], stops: list[str]) -> None:
        """Take parameters."""


@step(timeout=[3])  # type: ignore[call-overload,untyped-decorator]
def slow() -> None:
    """A list is no duration."""


@step(retries=3)  # type: ignore[call-overload,untyped-decorator]
def eager() -> None:
    """There is no such option."""


class Loud(StepBody[Trip]):
    """A body's `run` is async and takes the context."""

    def run(self, ctx: StepContext[Trip]) -> None:  # type: ignore[override]
        """Run."""


async def calls(ctx: StepContext[Trip], other: StepContext[Invoice]) -> None:
    """Steps are called like the functions they are."""
    await pack()  # type: ignore[call-arg]
    await pack(3)  # type: ignore[arg-type]
    await pack(other)  # type: ignore[arg-type]
    await Desk().book(ctx)  # type: ignore[call-arg]
    await Desk().book(ctx, [3])  # type: ignore[list-item]


b = WorkflowBuilder("x", data=Trip)
WorkflowBuilder("x", data=3)  # type: ignore[call-overload]
WorkflowBuilder("x", version="1")  # type: ignore[call-overload]
WorkflowBuilder("x", on_error="explode")  # type: ignore[call-overload]
b.then(3)  # type: ignore[call-overload]
b.then(lambda c: c.data.nope).name("x")  # pyright: ignore[reportAttributeAccessIssue,reportUnknownLambdaType,reportUnknownMemberType]
b.then(pack).input(x=lambda d: d.nope)  # type: ignore[attr-defined]
b.then(pack).input(y=1, x=lambda d: d.nope)  # type: ignore[attr-defined]
b.then(pack).input(x=lambda d, ctx: ctx.nope)  # type: ignore[arg-type,misc]
b.then(pack).output(3)  # type: ignore[arg-type]
b.then(pack).output(lambda r, d: {"price": d.nope})  # type: ignore[attr-defined]
b.then(pack).output(lambda r: r)  # type: ignore[arg-type,misc]
b.then(pack).name(3)  # type: ignore[arg-type]
b.then(pack).retry(3)  # type: ignore[arg-type]
b.then(pack).on_error("explode")  # type: ignore[arg-type]
b.then(pack).timeout([3])  # type: ignore[arg-type]
b.then(pack).compensate_with(lambda u: u.nope())  # type: ignore[attr-defined]
b.then(pack).compensate_with(3)  # type: ignore[arg-type]
b.then(pack).cancel_when(lambda d: d.nope)  # type: ignore[attr-defined]
b.then(pack).cancel_when(lambda: True)  # type: ignore[arg-type,misc]
b.then(pack).only_if(lambda d, ctx: ctx.nope)  # type: ignore[arg-type,misc]
b.then(pack).collect(3)  # type: ignore[arg-type]
b.decide(lambda d: d.nope).when(3, lambda w: w.then(pack))  # type: ignore[attr-defined]
b.decide(lambda d: d.price).when(3, pack)  # type: ignore[arg-type]
b.decide(lambda d: d.price).when(lambda d: d, lambda w: w.then(pack))  # type: ignore[arg-type]
b.decide(lambda d: d.price).otherwise(lambda w: w.nope())  # type: ignore[attr-defined]
b.if_do(lambda d: d.nope, lambda t: t.then(pack))  # type: ignore[attr-defined]
b.if_do(lambda d, ctx: ctx.nope, lambda t: t.then(pack))  # type: ignore[arg-type,misc]
b.if_do(lambda d, ctx, more: more, lambda t: t.then(pack))  # type: ignore[arg-type,misc]
b.while_do(lambda d: d.price, lambda w: w.nope())  # type: ignore[attr-defined]
b.while_do(lambda d: d.price, lambda w: w.then(pack), max_iterations="3")  # type: ignore[call-overload]
b.for_each(lambda d: d.price, lambda each: each.then(pack))  # type: ignore[arg-type,return-value]
b.for_each(lambda d, ctx: d.price, lambda each: each.then(pack))  # type: ignore[arg-type,misc]
b.for_each(lambda d: d.stops, pack)  # type: ignore[arg-type]
b.for_each(lambda d: d.stops, lambda each: each.then(pack), max_parallel="4")  # type: ignore[call-overload]
b.parallel(pack)  # type: ignore[arg-type]
b.dag(lambda g: g.nope())  # type: ignore[attr-defined]
b.dag(lambda g: g.add("a", lambda n: n.nope()))  # type: ignore[attr-defined]
b.saga(lambda s: s.then(pack), on_error="compensate")  # type: ignore[arg-type]
b.saga(lambda s: s.then(pack), retry=3)  # type: ignore[arg-type]
b.wait_for("e", lambda d: d.price)  # type: ignore[arg-type,return-value]
b.wait_for("e", lambda d: d.nope)  # type: ignore[attr-defined]
b.wait_for("e", lambda d, ctx: ctx.nope)  # type: ignore[arg-type,misc]
b.wait_for("e", as_of="now")  # type: ignore[call-overload]
b.wait_for("e", as_of=lambda d: d.price)  # type: ignore[arg-type,return-value]
b.wait_for("e", on_timeout=lambda t: t.nope())  # type: ignore[attr-defined]
b.approval(lambda d: d.price)  # type: ignore[arg-type,return-value]
b.activity("a", lambda d: d.nope)  # type: ignore[attr-defined]
b.activity("a", lambda d, ctx: ctx.nope)  # type: ignore[arg-type,misc]
b.activity("a", timeout=[])  # type: ignore[call-overload]
b.delay([3])  # type: ignore[arg-type]
b.delay_until(lambda d: d.price)  # type: ignore[arg-type,return-value]
b.schedule("1s", pack)  # type: ignore[arg-type]
b.recur("1s", lambda r: r.then(pack), until=lambda d: d.nope)  # type: ignore[attr-defined]
b.recur("1s", lambda r: r.then(pack), until=lambda d, ctx: ctx.nope)  # type: ignore[arg-type,misc]
b.sub_workflow(3)  # type: ignore[call-overload]
b.sub_workflow("w", lambda d: d.nope)  # type: ignore[attr-defined]
b.sub_workflow(b.build(), output=lambda r, d: {"id": r.nope})  # type: ignore[attr-defined]
b.go_to(3)  # type: ignore[arg-type]
b.end_workflow(3)  # type: ignore[call-overload]
b.end_workflow(lambda d: d.nope)  # type: ignore[attr-defined]
b.end_workflow(lambda d: d.price)  # type: ignore[arg-type,return-value]
b.build().steps["x"] = None  # type: ignore[index]
