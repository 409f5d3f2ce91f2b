"""`Attempt`: one run of a step's body, async or in a thread, with its timeouts and its context."""

from __future__ import annotations

import asyncio
import contextvars
import traceback as tracebacks
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from wfe_core.engine import Failure
from wfe_core.engine import happenings as h
from wfe_core.errors import StepCancelledError, StepError, StepTimeoutError
from wfe_host.caching import through_cache

if TYPE_CHECKING:
    import logging
    from collections.abc import Awaitable, Mapping

    from wfe_core.clock import TimerHandle
    from wfe_core.definition.nodes import StepNode
    from wfe_core.steps.context import StepContext
    from wfe_host.actor import Actor
    from wfe_host.logbook import StepLog
    from wfe_host.runtime import Runtime

_FRAMES = 12
"""Frames of a traceback that are kept with the error."""
_LOG_PAGE = 100
"""Chunks of a log that are read at once."""


class Attempt:
    """One attempt. It is also the `StepPort` of its context; those calls may come from any thread."""

    __slots__ = (
        "_actor", "_beat", "_book", "_cause", "_runtime", "_task", "_timers", "attempt", "node",
        "pointer_id",
    )  # fmt: skip

    def __init__(self, runtime: Runtime, actor: Actor, pointer_id: int) -> None:
        self._runtime = runtime
        self._actor = actor
        self.pointer_id: int = pointer_id
        state = actor.machine.state
        pointer = state.pointers[pointer_id]
        self.node: StepNode = cast("StepNode", state.node(pointer))
        self.attempt: int = pointer.attempt
        self._task: asyncio.Task[None] | None = None
        self._timers: tuple[TimerHandle, ...] = ()
        self._cause: str | None = None
        """Why the attempt is being stopped: `timeout`, `heartbeat`, `stop`, `interrupt`."""
        self._beat = 0
        self._book: StepLog | None = None

    def begin(self) -> None:
        """Run the body in a task of its own."""
        runtime = self._runtime
        runtime.clock.enter()
        context = contextvars.copy_context()
        self._task = asyncio.get_running_loop().create_task(self._run(), context=context)
        self._task.add_done_callback(self._never_began, context=context)
        spec = self.node.spec
        timeout = self.node.timeout if self.node.timeout is not None else spec.timeout
        if timeout is not None:
            due = runtime.clock.now() + timeout
            self._timers = (runtime.clock.call_at(due, lambda: self._strike("timeout")),)
        if spec.heartbeat_timeout is not None:
            self._beat = runtime.clock.now()
            self._watch_heartbeat(spec.heartbeat_timeout)

    def stop(self, *, interrupt: bool = False) -> None:
        """Cancel the attempt; its end is told to the machine, unless the actor is gone by then."""
        if self._cause is None:
            self._cause = "interrupt" if interrupt else "stop"
        if self._task is not None:
            self._task.cancel()

    @property
    def done(self) -> bool:
        """Whether the task has ended."""
        return self._task is None or self._task.done()

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task the body runs in."""
        return self._task

    def _strike(self, cause: str) -> None:
        if self._cause is None:
            self._cause = cause
            if self._task is not None:
                self._task.cancel()

    def _watch_heartbeat(self, allowed: int) -> None:
        due = self._beat + allowed
        if self._runtime.clock.now() >= due:
            self._strike("heartbeat")
        else:
            timer = self._runtime.clock.call_at(due, lambda: self._watch_heartbeat(allowed))
            self._timers = (*self._timers, timer)

    async def _run(self) -> None:
        actor = self._actor
        happening: h.Happening
        if self._task is not None:
            self._task.remove_done_callback(self._never_began)
        try:
            value = await self._call()
            happening = h.StepReturned(self.pointer_id, value) if self._cause is None else self._stopped()
        except asyncio.CancelledError:
            happening = self._stopped()
        except SystemExit as exc:
            # It ends the step, not the host and everybody else's instances with it.
            error = StepError(f"step {self.node.key!r} called sys.exit({exc.code!r})")
            happening = self._failed(error) if self._cause is None else self._stopped()
        except KeyboardInterrupt:
            self._end()
            raise
        except GeneratorExit as exc:
            if not self._is_current():
                self._end()
                raise
            happening = self._failed(exc) if self._cause is None else self._stopped()
        except BaseException as exc:  # noqa: BLE001 - whatever a body raises is its failure
            happening = self._failed(exc) if self._cause is None else self._stopped()
        self._end()
        actor.finished(self, happening)

    def _is_current(self) -> bool:
        """Whether the body itself raised, and not a loop that has ended closes what is left in it."""
        try:
            return asyncio.current_task() is self._task
        except RuntimeError:
            return False

    def _never_began(self, task: asyncio.Task[None]) -> None:
        """A task that is cancelled before its first turn runs nothing of `_run`, not even its ends."""
        if task.cancelled():
            self._end()
            self._actor.finished(self, self._stopped())

    def _end(self) -> None:
        for timer in self._timers:
            timer.cancel()
        runtime = self._runtime
        runtime.slots.release((self._actor.id, self.pointer_id))
        if self._book is not None:
            self._book.end()
        runtime.clock.leave()

    async def _call(self) -> Any:
        runtime = self._runtime
        machine = self._actor.machine
        node = self.node
        undone = machine.compensates(self.pointer_id)
        texts: Mapping[str, str] | None = None
        if runtime.lingering:
            await self._wait_for_threads(self.pointer_id if undone is None else undone.id)
        if undone is not None and undone.knows < machine.record.revision:
            texts = await runtime.store.data(machine.record.id, revision=undone.knows)
        ctx = machine.context(self.pointer_id, self, texts=texts)
        args, kwargs = node.binding.arguments(ctx, runtime.services)
        if runtime.telemetry.active:
            with runtime.telemetry.step(machine.record, node, self.attempt):
                return await self._body(ctx, args, kwargs)
        return await self._body(ctx, args, kwargs)

    def _body(
        self, ctx: StepContext[Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Awaitable[Any]:
        """Put the cache and the middleware around the body."""
        chain = self._runtime.middleware
        if self.node.spec.cache is not None:
            run = partial(self._invoke, args, kwargs)
            work = partial(through_cache, self._runtime, self.node, ctx, (args, kwargs), run)
        elif chain.wraps_steps:
            work = partial(self._invoke, args, kwargs)
        else:
            return self._invoke(args, kwargs)
        return chain.step(ctx, work) if chain.wraps_steps else work()

    async def _invoke(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        spec = self.node.spec
        # What a coroutine waits for the loop can see, and threads speak for themselves: from here on a clock
        # that jumps need not wait.
        self._runtime.clock.leave()
        try:
            return await (spec.invoke(args, kwargs) if spec.is_async else self._in_thread(args, kwargs))
        finally:
            self._runtime.clock.enter()

    async def _in_thread(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run a plain function in a thread. A thread that is given up is remembered until it has ended."""
        runtime = self._runtime
        key = (self._actor.id, self.pointer_id)
        ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def late(_: object) -> None:
            if not ended.done():
                ended.set_result(None)
            if runtime.lingering.get(key) is ended:
                del runtime.lingering[key]

        spec = self.node.spec
        future = runtime.threads.call(lambda: spec.invoke(args, kwargs), on_late=late)
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled():
                runtime.lingering[key] = ended
            raise

    async def _wait_for_threads(self, pointer_id: int) -> None:
        """Wait for the thread of an attempt that was given up, at most `abandon_after`."""
        runtime = self._runtime
        ended = runtime.lingering.get((self._actor.id, pointer_id))
        if ended is None:
            return
        late = runtime.clock.call_at(
            runtime.clock.now() + runtime.config.abandon_after_us,
            lambda: None if ended.done() else ended.set_result("abandoned"),
        )
        runtime.clock.leave()
        try:
            outcome = await asyncio.shield(ended)
        finally:
            late.cancel()
            runtime.clock.enter()
        if outcome == "abandoned":
            runtime.lingering.pop((self._actor.id, pointer_id), None)
            self.log.warning("the thread of an earlier attempt still runs; it was abandoned")

    def _stopped(self) -> h.Happening:
        """The attempt was cancelled: say why."""
        node = self.node
        if self._cause == "timeout":
            limit = (node.timeout if node.timeout is not None else node.spec.timeout) or 0
            text = f"step {node.key!r}: the attempt took longer than its timeout of {limit / 1e6:g} s"
            if not node.spec.is_async:
                text += "; its thread cannot be stopped, its late result is discarded"
            return h.StepFailed(self.pointer_id, Failure.of(StepTimeoutError(text), step_key=node.key))
        if self._cause == "heartbeat":
            limit = node.spec.heartbeat_timeout or 0
            text = f"step {node.key!r}: no heartbeat for {limit / 1e6:g} s"
            return h.StepFailed(self.pointer_id, Failure.of(StepTimeoutError(text), step_key=node.key))
        if self._cause == "interrupt":
            return h.StepInterrupted(self.pointer_id)
        if self._cause == "stop":
            return h.StepStopped(self.pointer_id)
        error = StepError(f"step {node.key!r} ended in asyncio.CancelledError, though nobody cancelled it")
        return h.StepFailed(self.pointer_id, Failure.of(error, step_key=node.key))

    def _failed(self, exc: BaseException) -> h.Happening:
        frames = tracebacks.TracebackException.from_exception(exc, limit=-_FRAMES, compact=True)
        text = "".join(frames.format())
        return h.StepFailed(self.pointer_id, Failure.of(exc, step_key=self.node.key, traceback=text))

    # The StepPort of the context.

    @property
    def cancelled(self) -> bool:
        """Whether the attempt is being stopped."""
        return self._cause is not None

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """A logger whose lines are stored with the step."""
        return self._lines().logger

    def emit(self, stream: str, line: str) -> None:
        """Store a line of a stream."""
        self._lines().emit(stream, line)

    def progress(self, percent: float, message: str) -> None:
        """Tell subscribers how far the step is."""
        self._lines().progress(percent, message)

    @property
    def lease_lost(self) -> bool:
        """Whether the instance is no longer this host's."""
        return self._actor.gone

    async def drain(self) -> None:
        """Wait while too many lines wait to be stored."""
        await self._runtime.logbook.drain()

    async def stored(self) -> Mapping[tuple[int, str], int]:
        """Give how many bytes of lines are stored for this activation, by attempt and stream."""
        found: dict[tuple[int, str], int] = {}
        logs = self._runtime.providers.logs
        after = 0
        while logs is not None:
            chunks = await logs.logs(self._actor.id, pointer_id=self.pointer_id, after=after, limit=_LOG_PAGE)
            for chunk in chunks:
                key = chunk.attempt, chunk.stream
                found[key] = found.get(key, 0) + len(chunk.text.encode())
                after = chunk.seq
            if len(chunks) < _LOG_PAGE:
                break
        return found

    def heartbeat(self) -> None:
        """Say that the step lives; raise in one that has been cancelled."""
        self._beat = self._runtime.clock.now()
        if self._cause is not None:
            raise StepCancelledError
        pointer = self._actor.machine.state.pointers.get(self.pointer_id)
        if pointer is not None and pointer.crashes:
            task = self._task
            if task is not None:
                task.get_loop().call_soon_threadsafe(self._actor.post, h.StepBeat(self.pointer_id))

    def _lines(self) -> StepLog:
        if self._book is None:
            record = self._actor.machine.record
            self._book = self._runtime.logbook.open(record, self.node.key, self.pointer_id, self.attempt)
        return self._book
