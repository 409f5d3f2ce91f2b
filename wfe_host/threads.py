"""A bounded pool of daemon threads for plain functions: it never keeps the interpreter from ending.

`concurrent.futures` joins its threads when the interpreter exits, so that one stuck function would hang the
program; and it forgets what a thread does once nobody waits for it any more. Neither will do for steps.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar, cast

from wfe_core.clock import Clock
from wfe_core.errors import HostStateError, StepCancelledError, StepError

P = ParamSpec("P")
R = TypeVar("R")

_IDLE_SECONDS = 10.0
_END = object()
"""In the queue: tells one thread to end."""


class StepThreads:
    """Runs functions in threads, at most `size` at once; further ones wait in order.

    Threads are made when they are needed, used again, and end when they had nothing to do for a while.

    Args:
        size: the most threads.
        idle: seconds without work after which a thread ends.
        clock: kept from jumping while a function runs or waits for a thread (for test clocks).
    """

    def __init__(self, size: int, *, idle: float = _IDLE_SECONDS, clock: Clock | None = None) -> None:
        if size < 1:
            msg = f"a pool needs at least one thread, not {size}"
            raise ValueError(msg)
        self._size = size
        self._idle_seconds = idle
        self._clock = clock
        self._calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        # Guards the counters and the step of each call from waiting to begun or dropped.
        self._lock = threading.Lock()
        self._waiting = 0
        self._idle = 0
        """Threads that are, or soon will be, asking for work."""
        self._threads = 0
        self._busy = 0
        self._closed = False

    @property
    def busy(self) -> int:
        """How many functions run at the moment, those whose result nobody waits for any more included."""
        return self._busy

    @property
    def waiting(self) -> int:
        """How many functions wait for a thread."""
        return self._waiting

    @property
    def threads(self) -> int:
        """How many threads there are."""
        return self._threads

    def submit(
        self,
        fn: Callable[P, R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> asyncio.Future[R]:
        """Run `fn` in a thread, with a copy of the caller's context variables. See `call`."""
        return self.call(lambda: fn(*args, **kwargs))

    def call(
        self, fn: Callable[[], R], *, on_late: Callable[[R | BaseException], object] | None = None
    ) -> asyncio.Future[R]:
        """Run `fn` in a thread, with a copy of the caller's context variables.

        Cancelling the future does not stop a thread that has begun. So, once for each future that was
        cancelled, `on_late` is called on the loop when the function is out of the way: with what it
        returned or raised, or with a `StepCancelledError` when it had not begun and never will.

        A function that raises `SystemExit` or the like ends itself, not the host: it is a `StepError` here.

        Raises:
            HostStateError: the pool is closed.
        """
        loop = asyncio.get_running_loop()
        call = _Call(fn, loop, on_late)
        with self._lock:
            if self._closed:
                msg = "this host's threads are closed; start the host again"
                raise HostStateError(msg)
            self._waiting += 1
            grow = self._waiting > self._idle and self._threads < self._size
            self._threads += grow
            self._idle += grow
        if grow:
            self._grow()
        if self._clock is not None:
            self._clock.enter(long=True)
        call.future.add_done_callback(lambda _: self._settled(call))
        self._calls.put(call)
        return call.future

    def close(self) -> None:
        """Take no more functions, drop those that have not begun, and let the threads end.

        Functions that run are left alone; what they return then goes to `on_late`, if the loop still runs.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
            count = self._threads
        with contextlib.suppress(queue.Empty):
            while True:
                call = self._calls.get_nowait()
                with self._lock:
                    self._waiting -= 1
                call.future.cancel()
        for _ in range(count):
            self._calls.put(_END)

    def _grow(self) -> None:
        thread = threading.Thread(target=self._work, name=f"wfe-step-{next(self._numbers)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The system gives no more threads: those that exist do the work, if there is one.
            with self._lock:
                self._threads -= 1
                self._idle -= 1
                alone = self._threads == 0
                self._waiting -= alone
            if alone:
                raise

    def _settled(self, call: _Call[Any]) -> None:
        """On the loop, when the future is done: drop the call if it was cancelled before it began."""
        if not call.future.cancelled():
            self._out_of_the_way()
            return
        with self._lock:
            dropped = not call.begun
            if dropped:
                call.drop()
        if dropped:
            self._out_of_the_way()
            call.late(StepCancelledError("the step was cancelled before it began"))

    def _out_of_the_way(self) -> None:
        if self._clock is not None:
            self._clock.leave(long=True)

    def _work(self) -> None:
        """What each thread does."""
        while True:
            call = self._next()
            if call is None:
                return
            result, error = call.run()
            # Free before the result is known, so that who gets it and calls again needs no other thread.
            with self._lock:
                self._busy -= 1
                self._idle += 1
            # The loop may be closed by now: then nobody is left to be told.
            with contextlib.suppress(RuntimeError):
                call.loop.call_soon_threadsafe(self._deliver, call, result, error)
            del call, result, error

    def _next(self) -> _Call[Any] | None:
        """Wait for work; None when this thread should end."""
        while True:
            try:
                call = self._calls.get(timeout=self._idle_seconds)
            except queue.Empty:
                call = None
            with self._lock:
                if call is None and self._waiting:
                    continue  # it came this very moment
                if call is None or call is _END:
                    self._idle -= 1
                    self._threads -= 1
                    return None
                self._waiting -= 1
                if call.dropped:
                    continue
                call.begun = True
                self._idle -= 1
                self._busy += 1
            return cast(_Call[Any], call)

    def _deliver(self, call: _Call[Any], result: Any, error: BaseException | None) -> None:
        """On the loop: hand over what a thread brought."""
        if call.future.cancelled():
            self._out_of_the_way()
            call.late(result if error is None else error)
        elif error is not None:
            call.future.set_exception(error)
        else:
            call.future.set_result(result)


class _Call(Generic[R]):
    """A function on its way through the pool."""

    __slots__ = ("_context", "_fn", "_on_late", "begun", "future", "loop")

    def __init__(
        self,
        fn: Callable[[], R],
        loop: asyncio.AbstractEventLoop,
        on_late: Callable[[R | BaseException], object] | None,
    ) -> None:
        self._fn: Callable[[], R] | None = fn
        self._context = contextvars.copy_context()
        self._on_late = on_late
        self.loop = loop
        self.future: asyncio.Future[R] = loop.create_future()
        self.begun = False

    @property
    def dropped(self) -> bool:
        """Whether it was cancelled before it began."""
        return self._fn is None

    def drop(self) -> None:
        """Let go of the function, which will never run."""
        self._fn = None

    def run(self) -> tuple[R | None, BaseException | None]:
        """Run the function; on the thread."""
        fn, self._fn = self._fn, None
        if fn is None:  # pragma: no cover - a dropped call does not get here
            return None, StepCancelledError()
        try:
            return self._context.run(fn), None
        except StopIteration as exc:
            # A future refuses to carry it, for it would end the coroutine that awaits.
            return None, _wrapped(exc)
        except Exception as exc:  # noqa: BLE001 - it is handed to whoever awaits
            return None, exc
        except BaseException as exc:  # noqa: BLE001 - SystemExit in a future would end the host's loop
            return None, _wrapped(exc)

    def late(self, outcome: R | BaseException) -> None:
        """Tell what became of a function for which nobody waits any more."""
        if self._on_late is not None:
            self._on_late(outcome)


def _wrapped(exc: BaseException) -> StepError:
    error = StepError(f"the step raised {type(exc).__name__}({exc})")
    error.__cause__ = exc
    return error
