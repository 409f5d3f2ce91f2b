"""An order: a saga, a loop over its items, and a wait for an event, on a SQLite file.

Run it twice: the second time the order is already there, and its result is given at once.
"""

import asyncio
import tempfile
from pathlib import Path

from pydantic import BaseModel

from wfe_core import RetryPolicy, StepContext, WorkflowBuilder, step
from wfe_host import WorkflowHost


class Order(BaseModel):
    """The data of the workflow."""

    id: str
    items: list[str]
    total: float
    payment_id: str | None = None
    packed: list[str] = []


@step
async def reserve(items: list[str]) -> None:
    """Parameters are data fields, by name."""
    print("reserved", ", ".join(items))


@step
async def release(ctx: StepContext[Order]) -> None:
    """Undoes `reserve`."""
    print("released", ctx.data.items)


@step(retry=RetryPolicy(max_attempts=5, interval=0.2), timeout=30)
async def charge(ctx: StepContext[Order]) -> dict[str, str]:
    """What is returned is merged into the data."""
    return {"payment_id": f"pay-{ctx.idempotency_key}"}


@step
def refund(payment_id: str | None) -> None:
    """A plain function runs in a thread. It may run when `charge` itself failed."""
    print("refunded", payment_id)


@step
async def pack(ctx: StepContext[Order]) -> str:
    """Runs once for each item."""
    return f"box:{ctx.item}"


order = (
    WorkflowBuilder("order", version=1, data=Order)
    .saga(lambda s: s.then(reserve).compensate_with(release).then(charge).compensate_with(refund))
    .for_each(lambda d: d.items, lambda each: each.then(pack), max_parallel=4)
    .collect("packed")
    .wait_for("picked-up", key=lambda d: d.id)
    .build()
)


async def main() -> None:
    """Start an order, publish the event it waits for, and print what came of it."""
    store = Path(tempfile.gettempdir()) / "wfe-example-orders.db"
    async with WorkflowHost.connect(f"sqlite:///{store}") as host:
        host.register(order)
        data = Order(id="o-1", items=["a", "b"], total=9.5)
        handle = await host.start(order, data, instance_id="o-1")
        await host.publish_event("picked-up", "o-1", {"by": "courier"}, event_id="picked-up-o-1")
        print((await handle.result()).packed)


if __name__ == "__main__":
    asyncio.run(main())
