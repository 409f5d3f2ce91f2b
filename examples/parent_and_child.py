"""Sub-workflows in parallel, a decision on what they found, and a jump back."""

import asyncio

from wfe_core import StepContext, WorkflowBuilder, step
from wfe_host import WorkflowHost


@step
async def measure(sensor: str, base: int) -> dict[str, int]:
    """Runs in the child; its parameters are the child's data."""
    return {"value": base + len(sensor)}


@step
async def judge(north: int, south: int) -> dict[str, str]:
    """Looks at what both children found."""
    warm = 40
    return {"verdict": "warm" if north + south > warm else "cold"}


@step
async def heat(ctx: StepContext[dict[str, int]]) -> dict[str, int]:
    """Changes the data for the next round."""
    print("heating; base was", ctx.data["base"])
    return {"base": ctx.data["base"] + 10}


child = WorkflowBuilder("measurement").then(measure).build()
parent = (
    WorkflowBuilder("survey")
    .parallel(
        lambda b: b.sub_workflow(
            "measurement",
            lambda d: {"sensor": "north", "base": d["base"]},
            output=lambda found, _: {"north": found["value"]},
        ).name("ask-north"),
        lambda b: b.sub_workflow(
            "measurement",
            lambda d: {"sensor": "south", "base": d["base"]},
            output=lambda found, _: {"south": found["value"]},
        ).name("ask-south"),
    )
    .name("ask")
    .then(judge)
    .if_do(lambda d: d["verdict"] == "cold", lambda b: b.then(heat).go_to("ask"))
    .build()
)


async def main() -> None:
    """Run the survey until it is warm."""
    async with WorkflowHost.connect("memory://") as host:
        host.register(child, parent)
        handle = await host.start(parent, {"base": 0})
        print(await handle.result())


if __name__ == "__main__":
    asyncio.run(main())
