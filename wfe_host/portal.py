"""`Portal`: lets blocking code use what runs on an event loop, through one thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import ParamSpec, TypeVar, cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from wfe_core.errors import HostStateError

P = ParamSpec("P")
T = TypeVar("T")

_END = object()


class Portal:
    """A thread with an event loop, and the way in. Any number of threads may use it at once."""

    def __init__(self) -> None:
        self._portal: BlockingPortal | None = None
        self._stack = ExitStack()

    @property
    def is_open(self) -> bool:
        """Whether the thread runs."""
        return self._portal is not None

    def open(self) -> bool:
        """Start the thread; False when it runs already."""
        if self._portal is not None:
            return False
        self._portal = self._stack.enter_context(start_blocking_portal(backend="asyncio"))
        return True

    def close(self) -> None:
        """Stop the loop, and wait for the thread."""
        self._portal = None
        self._stack.close()

    def run(self, fn: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a coroutine function on the loop and wait for what it gives.

        When the wait is interrupted (by Ctrl-C, say) the coroutine is cancelled.

        Raises:
            HostStateError: the thread does not run.
        """
        if self._portal is None:
            msg = "the host is not running: use it inside  with host:"
            raise HostStateError(msg)
        future = self._portal.start_task_soon(partial(fn, *args, **kwargs))
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def call(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a plain function on the loop, or right here while there is no loop."""
        if self._portal is None:
            return fn(*args, **kwargs)
        return self.run(_plain(fn), *args, **kwargs)

    def iterate(self, iterator: AsyncIterator[T]) -> Iterator[T]:
        """Go through an async iterator, item by item; leaving early closes it."""
        try:
            while (item := self.run(_next, iterator)) is not _END:
                yield cast(T, item)
        finally:
            close = getattr(iterator, "aclose", None)
            if close is not None and self.is_open:
                self.run(close)


def _plain(fn: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return fn(*args, **kwargs)

    return call


async def _next(iterator: AsyncIterator[T]) -> T | object:
    return await anext(iterator, _END)
