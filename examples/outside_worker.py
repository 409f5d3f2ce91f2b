"""Work done outside: a workflow hands a picture to a worker, which takes it under a lease and answers."""

import asyncio

from wfe_core import WorkflowBuilder
from wfe_host import WorkflowHost

resize = (
    WorkflowBuilder("resize")
    .activity("resize-picture", lambda d: {"file": d["file"], "width": 640}, timeout="1h", output="thumbnail")
    .build()
)


async def worker(host: WorkflowHost) -> None:
    """Take one work item and complete it; another process or machine would do the same."""
    lease = await host.claim_activity("resize-picture", worker="worker-1", wait="10s")
    if lease is not None:
        print("worker got", lease.input)
        await lease.heartbeat()
        await lease.complete(f"{lease.input['file']}@{lease.input['width']}")


async def main() -> None:
    """Start the workflow and the worker."""
    async with WorkflowHost.connect("memory://") as host:
        host.register(resize)
        handle = await host.start(resize, {"file": "cat.png"})
        await worker(host)
        print(await handle.result())


if __name__ == "__main__":
    asyncio.run(main())
