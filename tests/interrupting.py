"""Cancelling a call at each place where it waits, until it ends untouched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import partial
from typing import Any, Literal, TypeVar

T = TypeVar("T")

Moment = Literal["asked", "answered"]
"""Right after the call has begun to wait, or when what it waited for is there and nobody has looked yet."""


class _Interrupted:
    """Awaits a call, and cancels the task when it waits for the nth time."""

    def __init__(self, call: Coroutine[Any, Any, T], at: int, moment: Moment) -> None:
        self.reached = False
        self._call = call
        self._at = at
        self._moment = moment

    def __await__(self) -> Generator[Any, Any, Any]:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        waits = self._call.__await__()
        step: Callable[[], Any] = partial(next, waits)
        number = 0
        while True:
            try:
                future = step()
            except StopIteration as end:
                return end.value
            number += 1
            if number == self._at:
                self.reached = True
                if self._moment == "answered" and future is not None:
                    # Before the task itself, which waits for the same future, is told.
                    future.add_done_callback(lambda _: task.cancel())
                else:
                    loop.call_soon(task.cancel)
            try:
                yield future
            except BaseException as exc:  # noqa: BLE001 - whatever it is belongs to the call
                step = partial(waits.throw, exc)
            else:
                step = partial(next, waits)


async def interruptions(
    call: Callable[[], Coroutine[Any, Any, object]], moment: Moment
) -> AsyncGenerator[int]:
    """Begin the call again and again, cancelled at its first, second, ... wait; gives the number after each.

    It ends after the first try that is over before it was to be cancelled.
    """
    number = 0
    while True:
        number += 1
        interrupted = _Interrupted(call(), number, moment)

        async def run(one: _Interrupted = interrupted) -> object:
            return await one

        [outcome] = await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
        if not interrupted.reached:
            if isinstance(outcome, BaseException):
                raise outcome
            return
        if isinstance(outcome, Exception):
            # A cancelled call may end as if it had not been, or be cancelled; but it says nothing wrong.
            raise outcome
        yield number
