"""Fault injection at every commit boundary: crashes, unknown outcomes and delays of a host's store.

`Faults` wraps a bundle of providers. It counts the writes that go through, and lets one of them go wrong:
the process of the host dies right before or right after it, or the host never learns its outcome. A host
that has died is left behind: no call of its providers ever returns or writes again.

`run_process` plays the process of a host: an event loop of its own, which ends where the host dies.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NoReturn, TypeVar, cast

from wfe_core.clock import Clock
from wfe_core.errors import ProviderError
from wfe_core.policies import Duration, micros
from wfe_core.ports import Checkpoint, CommitOutcome, Providers

T = TypeVar("T")

Observer = Callable[[Sequence[Checkpoint], Sequence[CommitOutcome]], object]
"""Told of each commit that was written, before the host hears of it."""

WRITES = frozenset({"commit", "post", "publish", "claim", "claim_activity", "finish_activity", "purge"})
"""Calls of the stores that are counted as writes; an empty one, or one that found nothing, is none."""
TAKING = frozenset({"claim", "claim_activity", "purge"})
"""Of these nobody knows before whether they will write, so nothing goes wrong before them: the moment after
the write before is the same."""


class Fault(StrEnum):
    """What goes wrong with a write."""

    CRASH_BEFORE = "crash before"
    """The process dies; nothing of the write is stored."""
    CRASH_AFTER = "crash after"
    """The process dies; the write is stored, and nobody has heard of it."""
    FAIL_BEFORE = "fail before"
    """The call fails; nothing is stored."""
    FAIL_AFTER = "fail after"
    """The call fails, and yet the write is stored."""
    DELAY = "delay"
    """The call takes a long time."""


@dataclass(frozen=True, slots=True)
class At:
    """A fault at the n-th write (from 0) that goes through the wrapped providers."""

    write: int
    fault: Fault
    delay: Duration = 0

    def __str__(self) -> str:
        """Say it as the name of a test would."""
        return f"{self.fault} write {self.write}"


class Faults:
    """Wraps the providers of one host, so that one of its writes can go wrong.

    Attributes:
        providers: the wrapped bundle, for the host.
        writes: the names of the calls that have written, in order.
        reached: whether the fault has struck.
        sessions: ids of the sessions that were opened through the bundle.

    Args:
        providers: the real ones, not entered yet.
        at: what goes wrong, if anything.
        clock: what a delay goes by.
        observer: told of each commit that was written.
    """

    def __init__(
        self,
        providers: Providers,
        at: At | None = None,
        *,
        clock: Clock | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.writes: list[str] = []
        self.reached: bool = False
        self.sessions: list[str] = []
        self._at = at
        self._clock = clock
        self._observer = observer
        self._dead = False
        self._buried = False
        self._died: list[asyncio.Future[None]] = []
        self._entered: list[AbstractAsyncContextManager[object]] = []
        parts = {field.name: getattr(providers, field.name) for field in fields(providers)}
        wrapped: dict[int, object] = {}
        for name, part in parts.items():
            if part is not None and name != "capabilities":
                parts[name] = wrapped.setdefault(id(part), _Wrapped(part, self))
        self.providers: Providers = Providers(**parts)

    @property
    def dead(self) -> bool:
        """Whether the process has died."""
        return self._dead

    def crash(self) -> None:
        """Let the process die, now."""
        self._dead = True
        for waiter in self._died:
            if not waiter.done():
                waiter.set_result(None)

    def stop_clock(self, until: ExitStack) -> None:
        """Let the clock not jump until the stack is closed."""
        if self._clock is not None:
            self._clock.enter()
            until.callback(self._clock.leave)

    def death(self) -> asyncio.Future[None]:
        """A future of the running loop that is done when the process dies."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._died.append(waiter)
        if self._dead:
            waiter.set_result(None)
        return waiter

    async def bury(self) -> None:
        """Give the resources of a dead process back, as the kernel would: files, locks, threads."""
        self._dead = self._buried = True
        while self._entered:
            await self._entered.pop().__aexit__(None, None, None)

    async def call(self, name: str, call: Callable[[], Awaitable[T]], arguments: tuple[Any, ...]) -> T:
        """Make a call of a provider, or let it go wrong."""
        await self._gate()
        struck = self._strikes(name, arguments)
        if struck is not None:
            await self._before(struck, name)
        result = await call()
        if self._dead:
            await self._never()
        if _wrote(name, arguments, result):
            self.writes.append(name)
            if name == "commit" and self._observer is not None:
                self._observer(arguments[0], cast("list[CommitOutcome]", result))
            if struck is None and name in TAKING:
                struck = self._strikes(name, arguments, taken=True)
            if struck is not None:
                await self._after(struck)
        return result

    def _strikes(self, name: str, arguments: tuple[Any, ...], *, taken: bool = False) -> Fault | None:
        at = self._at
        if at is None or self.reached or name not in WRITES or (name in TAKING) != taken:
            return None
        if not taken and not arguments[0]:
            return None
        if len(self.writes) - taken != at.write:
            return None
        self.reached = True
        return at.fault

    async def _before(self, fault: Fault, name: str) -> None:
        if fault is Fault.CRASH_BEFORE:
            self.crash()
            await self._gate()
        elif fault is Fault.FAIL_BEFORE:
            raise ProviderError("injected: the write failed")
        elif fault is Fault.DELAY:
            await self._delay(name)

    async def _after(self, fault: Fault) -> None:
        if fault is Fault.CRASH_AFTER:
            self.crash()
            await self._gate()
        elif fault is Fault.FAIL_AFTER:
            raise ProviderError("injected: the connection broke after the write")

    async def _delay(self, name: str) -> None:
        if self._clock is None or self._at is None:
            raise TypeError("a delay needs a clock: Faults(..., clock=clock)")
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        when = self._clock.now() + micros(self._at.delay)
        self._clock.call_at(when, lambda: None if over.done() else over.set_result(None))
        if name != "commit":
            await over
            return
        # Who commits has told the clock not to jump meanwhile.
        self._clock.leave()
        try:
            await over
        finally:
            self._clock.enter()

    async def _gate(self) -> None:
        if self._dead:
            await self._never()

    async def _never(self) -> NoReturn:
        while not self._buried:
            await asyncio.get_running_loop().create_future()
        # Whatever the dead still want to tidy up: there is nobody any more.
        raise asyncio.CancelledError

    async def entering(self, part: AbstractAsyncContextManager[object]) -> None:
        """Enter a real provider for the host."""
        await self._gate()
        await part.__aenter__()
        self._entered.append(part)

    async def leaving(self, part: AbstractAsyncContextManager[object]) -> None:
        """Leave a real provider for the host, unless the host is dead."""
        await self._gate()
        if part in self._entered:
            self._entered.remove(part)
            await part.__aexit__(None, None, None)


class _Wrapped:
    """One provider behind `Faults`: its coroutines pass the gate, all else is its own."""

    def __init__(self, part: object, faults: Faults) -> None:
        self._part: Any = part
        self._faults = faults

    async def __aenter__(self) -> _Wrapped:  # noqa: PYI034 - it is nobody's base
        if hasattr(self._part, "__aenter__"):
            await self._faults.entering(self._part)
        return self

    async def __aexit__(self, *_: object) -> None:
        if hasattr(self._part, "__aexit__"):
            await self._faults.leaving(self._part)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not inspect.iscoroutinefunction(found):
            return found
        faults = self._faults

        async def guarded(*args: Any, **kwargs: Any) -> Any:
            result = await faults.call(name, lambda: found(*args, **kwargs), args)
            if name == "open_session":
                faults.sessions.append(args[0].id)
            return result

        return guarded


def _wrote(name: str, arguments: tuple[Any, ...], result: object) -> bool:
    if name not in WRITES:
        return False
    if name == "finish_activity":
        return result is not None
    return bool(result) if name in TAKING else bool(arguments[0])


async def abandon(faults: Faults, living: set[asyncio.Task[Any]]) -> None:
    """Leave a dead host behind: its tasks are cancelled, nothing of theirs reaches the store.

    Args:
        faults: what the host worked through; it is dead from now on.
        living: tasks of the running loop that are not the host's, apart from the one that calls this.
    """
    faults.crash()
    await faults.bury()
    spared = {*living, asyncio.current_task()}
    # What is cancelled may start something to tidy up, which ends at the gate.
    for _ in range(20):
        dead = [task for task in asyncio.all_tasks() if task not in spared]
        if not dead:
            return
        for task in dead:
            task.cancel()
        await asyncio.gather(*dead, return_exceptions=True)
    raise RuntimeError(f"tasks of a dead host go on and on: {asyncio.all_tasks() - spared}")


def run_process(main: Callable[[], Coroutine[Any, Any, T]], faults: Faults) -> T | None:
    """Play the process of a host: run `main` on a loop of its own until it returns or the host dies.

    From the death on until the process is gone no time passes on the clock that `faults` was given.

    Returns:
        What `main` returned, or None when the host died.
    """
    stopped = ExitStack()

    async def life() -> T | None:
        work = asyncio.create_task(main())
        death = faults.death()
        waiting: set[asyncio.Future[Any]] = {work, death}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not faults.dead:
            return await work
        faults.stop_clock(stopped)
        await abandon(faults, set())
        return None

    with stopped, asyncio.Runner() as runner:
        return runner.run(life())


__all__ = ["At", "Fault", "Faults", "Observer", "abandon", "run_process"]
