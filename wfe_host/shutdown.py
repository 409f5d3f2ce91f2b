"""How a host stops: gracefully, or because it lost its session."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from wfe_core.engine import happenings as h
from wfe_core.errors import ProviderError
from wfe_core.ports import Hint
from wfe_host.committer import wake

if TYPE_CHECKING:
    from wfe_host.runtime import Runtime
    from wfe_host.sessions import SessionKeeper

logger: logging.Logger = logging.getLogger("wfe.host")

_PATIENCE = 10_000_000
"""Microseconds for which a host that stops waits for a store that refuses its commits."""


async def shut_down(runtime: Runtime, keeper: SessionKeeper) -> None:
    """Take nothing new, let running steps end within the grace period, commit, release all leases."""
    runtime.stopping = True
    held = list(runtime.actors)
    if runtime.poller is not None:
        await runtime.poller.close()
    for actor in list(runtime.actors.values()):
        actor.post(h.Stopping())
    await _running_steps(runtime, runtime.config.grace_period_us)
    runtime.interrupt_now()
    await _running_steps(runtime, 1_000_000)
    await _commits(runtime)
    await runtime.committer.close()
    await runtime.middleware.drain()
    for actor in list(runtime.actors.values()):
        actor.drop()
    try:
        await runtime.logbook.close()
    except ProviderError as exc:
        logger.warning("the last log lines could not be stored: %s", exc)
    runtime.slots.close()
    runtime.threads.close()
    await runtime.cancel_tasks()
    await keeper.close()
    try:
        # Others need not wait for their next sweep to go on with what was given back here.
        await runtime.providers.queue.enqueue([Hint("*", instance_id) for instance_id in held])
    except ProviderError as exc:
        logger.warning("the other hosts could not be told of what was given back: %s", exc)


async def _commits(runtime: Runtime) -> None:
    """Wait until what is to be written is, however long that takes; not for a store that refuses it.

    What it refused is as after a crash: whoever takes the instances next finds what the store has.
    """
    committer = runtime.committer
    drained = asyncio.ensure_future(committer.drain())
    try:
        while not drained.done():
            over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            timer = runtime.clock.call_at(runtime.clock.now() + _PATIENCE, partial(wake, over))
            try:
                await asyncio.wait((drained, over), return_when=asyncio.FIRST_COMPLETED)
            finally:
                timer.cancel()
            if committer.trouble is not None and not drained.done():
                logger.warning("the last commits are given up: %s", committer.trouble)
                return
    finally:
        drained.cancel()


async def _running_steps(runtime: Runtime, allowed: int) -> None:
    """Wait until no attempt runs, at most `allowed` microseconds."""
    if allowed == 0:
        return
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    timer = runtime.clock.call_at(
        runtime.clock.now() + allowed, lambda: None if over.done() else over.set_result(None)
    )
    try:
        while not over.done():
            await _commits(runtime)
            tasks = [
                attempt.task
                for actor in runtime.actors.values()
                for attempt in actor.attempts.values()
                if attempt.task is not None and not attempt.done
            ]
            if not tasks:
                return
            await asyncio.wait([*tasks, over], return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()


async def stop_lost(runtime: Runtime, keeper: SessionKeeper) -> None:
    """The session is lost: cancel all steps, forget all instances, then join again with a new session.

    Nothing is taken meanwhile (`runtime.adrift`): nobody would know that its steps run here. The new session
    can be lost too before the old one is closed.
    """
    logger.error(
        "session %s is lost; its steps are cancelled here", runtime.session_id, extra={"action": "lost"}
    )
    for actor in list(runtime.actors.values()):
        actor.drop()
    while keeper.lost:
        runtime.session_id = await keeper.reopen()
    runtime.adrift = False
    if runtime.poller is not None and not runtime.stopping:
        await runtime.poller.listen()
        runtime.poller.claim_soon()
