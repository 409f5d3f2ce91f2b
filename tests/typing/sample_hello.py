"""The first example of the documentation, as users read it."""

from __future__ import annotations

from typing import assert_type

from pydantic import BaseModel

from wfe_core import RetryPolicy, StepContext, WorkflowBuilder, WorkflowDefinition, step
from wfe_host import WorkflowHost


class Order(BaseModel):
    """What an order is made of."""

    id: str
    items: list[str]
    total: float
    payment_id: str | None = None
    packed: list[str] = []


@step
async def reserve(items: list[str]) -> None:
    """Parameters are data fields, by name."""


@step
async def release(ctx: StepContext[Order]) -> None:
    """Undo `reserve`."""


@step(retry=RetryPolicy(max_attempts=5, interval=0.2), timeout=30)
async def charge(ctx: StepContext[Order]) -> dict[str, str]:
    """What is returned is merged into the data."""
    return {"payment_id": f"pay-{ctx.idempotency_key}"}


@step
def refund(payment_id: str | None) -> None:
    """Plain functions run in a thread; this one may run when `charge` itself failed."""


@step
async def pack(ctx: StepContext[Order]) -> str:
    """Runs for each item."""
    return f"box:{ctx.item}"


order = (
    WorkflowBuilder("order", version=1, data=Order)
    .saga(lambda s: s.then(reserve).compensate_with(release).then(charge).compensate_with(refund))
    .for_each(lambda d: d.items, lambda each: each.then(pack), max_parallel=4)
    .collect("packed")
    .wait_for("picked-up", key=lambda d: d.id)
    .build()
)
assert_type(order, WorkflowDefinition[Order])


async def main() -> None:
    """By id, the result is whatever the store has; by definition, it is the model."""
    async with WorkflowHost.connect("memory://") as host:
        host.register(order)
        handle = await host.start("order", Order(id="o-1", items=["a", "b"], total=9.5), instance_id="o-1")
        await host.publish_event("picked-up", "o-1", {"by": "courier"})
        print((await handle.result()).packed)  # noqa: T201 - as users write it
        typed = await host.start(order, Order(id="o-2", items=["a"], total=9.5))
        await host.publish_event("picked-up", "o-2")
        assert_type(await typed.result(), Order)


async def called_without_an_engine(ctx: StepContext[Order]) -> None:
    """A marked function stays callable as it is."""
    assert_type(await charge(ctx), dict[str, str])
    assert_type(refund("pay-1"), None)
    assert_type(await pack(ctx), str)
