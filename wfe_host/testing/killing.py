"""Ending a host as SIGKILL would, inside a test's process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wfe_core.errors import HostStateError

if TYPE_CHECKING:
    from wfe_host.host import WorkflowHost


async def kill_host(host: WorkflowHost) -> str:
    """Stop everything a host does without a further word to the store; gives the id of its session."""
    runtime, keeper, stack = host.detach()
    if runtime is None or keeper is None or stack is None:
        msg = "only a host that runs can be killed"
        raise HostStateError(msg)
    runtime.stopping = True
    session_id = runtime.session_id
    attempts = [attempt for actor in runtime.actors.values() for attempt in actor.attempts.values()]
    for actor in list(runtime.actors.values()):
        actor.drop()
    if runtime.poller is not None:
        await runtime.poller.close()
    await runtime.committer.close()
    tasks = [attempt.task for attempt in attempts if attempt.task is not None]
    if tasks:
        await asyncio.wait(tasks)
    runtime.slots.close()
    runtime.threads.close()
    await runtime.cancel_tasks()
    await keeper.abandon()
    await stack.aclose()
    return session_id
