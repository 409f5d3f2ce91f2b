"""Puts the parts of a running host together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.engine import Settings
from wfe_core.telemetry import Telemetry
from wfe_host.committer import Committer
from wfe_host.limits import Slots
from wfe_host.logbook import Logbook
from wfe_host.runtime import Runtime, logger
from wfe_host.subscribers import Broadcast
from wfe_host.threads import StepThreads
from wfe_host.waiters import Waiters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack

    from wfe_core.clock import Clock
    from wfe_core.ids import IdFactory
    from wfe_core.middleware import MiddlewareChain
    from wfe_core.ports import Providers
    from wfe_core.registry import Registry
    from wfe_host.config import HostConfig


def build_runtime(
    config: HostConfig,
    providers: Providers,
    clock: Clock,
    ids: IdFactory,
    registry: Registry,
    middleware: MiddlewareChain,
    *,
    session_id: str,
    services: Mapping[type, object],
) -> Runtime:
    """Make the runtime of a host whose backends are open and whose session lives."""
    telemetry = Telemetry.create()
    broadcast = Broadcast(providers.hub, buffer=config.subscriber_buffer, clock=clock)
    told, search = telemetry.on_batch, providers.search

    def on_batch(size: int) -> None:
        if told is not None:
            told(size)
        if search is not None:
            search.changed()

    committer = Committer(
        providers.store, clock, _commit_failed, max_batch=config.max_commit_batch, on_batch=on_batch
    )
    return Runtime(
        config=config,
        providers=providers,
        clock=clock,
        ids=ids,
        registry=registry,
        committer=committer,
        slots=Slots(config, clock),
        threads=StepThreads(config.thread_pool_size, clock=clock),
        broadcast=broadcast,
        logbook=Logbook(providers.logs, clock, broadcast, buffer=config.log_buffer_bytes),
        telemetry=telemetry,
        middleware=middleware,
        waiters=Waiters(),
        settings=Settings(
            max_crashes=config.max_crashes,
            max_value_bytes=config.max_value_bytes,
            short_sleep=config.short_sleep_us,
            window=config.max_running_steps,
        ),
        session_id=session_id,
        services=services,
    )


async def enter_all(providers: Providers, stack: AsyncExitStack) -> None:
    """Open the backends of a host, each object once; the stack closes them."""
    entered: set[int] = set()
    for part in (
        providers.store, providers.locks, providers.queue, providers.search, providers.hub, providers.logs,
        providers.activities, providers.cache,
    ):  # fmt: skip
        if part is not None and id(part) not in entered and hasattr(part, "__aenter__"):
            entered.add(id(part))
            await stack.enter_async_context(part)  # type: ignore[arg-type]


def _commit_failed(exc: Exception) -> None:
    logger.warning("a commit did not go through: %s; its outcome is being settled", exc)
