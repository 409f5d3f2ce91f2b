"""`@step(cache=...)`: outputs of earlier runs, found again by what went in."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

from wfe_core.errors import SerializationError
from wfe_core.serialization import dumps, loads
from wfe_core.steps.context import StepContext
from wfe_core.steps.results import ExecutionResult

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from wfe_core.definition.nodes import StepNode
    from wfe_host.runtime import Runtime

logger: logging.Logger = logging.getLogger("wfe.host")


async def through_cache(
    runtime: Runtime,
    node: StepNode,
    ctx: StepContext[Any],
    arguments: tuple[tuple[Any, ...], Mapping[str, Any]],
    run: Callable[[], Awaitable[Any]],
) -> Any:
    """Give the kept output of a run with the same arguments, or run the body and keep what it gives.

    The cache is shared by all instances of the definition on this store. Only plain outputs are kept: a step
    that sleeps, waits or branches runs.
    """
    cache, lifetime = runtime.providers.cache, node.spec.cache
    key = None if lifetime is None else cache_key(runtime, node, ctx, arguments)
    if cache is None or lifetime is None or key is None:
        return await run()
    known = await cache.cache_get(key, now=runtime.clock.now())
    if known is not None:
        ctx.log.info("taken from the cache: the same arguments were worked on before")
        return loads(known)
    value = await run()
    if not isinstance(value, ExecutionResult):
        try:
            text = dumps(value, f"step {node.key!r}: output")
        except SerializationError:
            return value  # the engine says what is wrong with it
        await cache.cache_put(key, text, expires=runtime.clock.now() + lifetime)
    return value


def cache_key(
    runtime: Runtime,
    node: StepNode,
    ctx: StepContext[Any],
    arguments: tuple[tuple[Any, ...], Mapping[str, Any]],
) -> str | None:
    """Name a run by its step and what goes in; None when that has no JSON form.

    A body that takes the context may look at all data and at its item: then these count too. Services are
    not part of it.
    """
    args, named = arguments
    services = {id(service) for service in runtime.services.values()}
    values: list[Any] = []
    for name, value in [*enumerate(args), *sorted(named.items())]:
        if isinstance(value, StepContext):
            values.append([name, ctx.texts(), ctx.item])
        elif id(value) not in services:
            values.append([name, value])
    try:
        text = dumps([ctx.definition_id, node.key, values], f"step {node.key!r}: arguments")
    except SerializationError as exc:
        logger.warning("step %r is not cached: %s", node.key, exc)
        return None
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
