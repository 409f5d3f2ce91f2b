"""A host as strict users write it: what is started by a definition gives its data model back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from pydantic import BaseModel

from wfe_core import LifecycleKind, WorkflowBuilder
from wfe_host import Reason, StartRequest, SyncWorkflowHost, WorkflowHandle, WorkflowHost


class Parcel(BaseModel):
    """The data of the child."""

    code: str = ""


class Order(BaseModel):
    """The data of the parent."""

    id: str
    code: str = ""


class Mailer:
    """A service."""


parcel = WorkflowBuilder("parcel", data=Parcel).delay("1s").build()
b = WorkflowBuilder("order", data=Order)
b.sub_workflow(parcel, lambda d: Parcel(code=d.id), output=lambda r, d: {"code": r.code + d.id})
b.sub_workflow(parcel, lambda d, ctx: Parcel(code=d.id + ctx.step_key), output=lambda r, d: {"code": r.code})
b.sub_workflow("parcel", lambda d: {"code": d.id}, output=lambda r, d: {"code": r["anything"] + d.id})
b.sub_workflow("parcel", output="code").sub_workflow(parcel, output="code").sub_workflow(parcel, version=1)
order = b.build()


async def uses(host: WorkflowHost) -> None:
    """The whole of it, with the event loop."""
    await host.provide({Mailer: Mailer})
    handle = await host.start(order, Order(id="1"))
    assert_type(handle, WorkflowHandle[Order])
    assert_type(await handle.result(timeout="1m"), Order)
    assert_type(await host.handle(order, "1").result(), Order)
    assert_type((await host.start(order, {"id": "1"})).created, bool)
    assert_type(await host.start_many([StartRequest(definition=order)]), list[WorkflowHandle[Any]])
    assert_type((await host.explain("1")).reasons, tuple[Reason, ...])
    async with host.subscribe(instance_id="1") as events:
        async for event in events:
            assert_type(event.kind, LifecycleKind)
    work = await host.claim_activity("scan", worker="w")
    if work is not None:
        await work.complete({"pages": 3})


def blocks(host: SyncWorkflowHost, data: Mapping[str, Any]) -> None:
    """And without one."""
    assert_type(host.start(order, data).result(), Order)
    assert_type(host.handle(order, "1").result(), Order)
