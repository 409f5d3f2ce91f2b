"""Whose turn it is: writers of several processes, and threads that need the interpreter."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
import time
from pathlib import Path
from typing import ClassVar
from weakref import WeakKeyDictionary, ref

from wfe_core.errors import ProviderUnavailableError

_FIRST_NAP = 0.000_05
_LONGEST_NAP = 0.002


class WriterLock:
    """A lock between the writers of all processes that share a file, in turn.

    There are two locks. Who wants to write takes the turnstile first, then the lock itself, and leaves the
    turnstile: who has just written finds the turnstile taken by the one who waits, and cannot overtake it.
    (SQLite's own `busy_timeout` lets the lucky ones win again and again.) The operating system takes the
    locks away from a process that dies.

    Args:
        folder: where the lock files are.
        patience: seconds to wait for others.
    """

    def __init__(self, folder: Path, *, patience: float) -> None:
        self._folder = folder
        self._patience = patience
        self._turnstile = self._open("turnstile")
        self._lock = self._open("writer")

    def __enter__(self) -> None:
        """Wait until nobody else writes.

        Raises:
            ProviderUnavailableError: somebody else did not finish within `patience`.
        """
        self._take(self._turnstile)
        try:
            self._take(self._lock)
        finally:
            fcntl.flock(self._turnstile, fcntl.LOCK_UN)

    def __exit__(self, *_: object) -> None:
        """Let others write."""
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the lock files; they stay where they are, for the others."""
        os.close(self._turnstile)
        os.close(self._lock)

    def _open(self, name: str) -> int:
        return os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def _take(self, descriptor: int) -> None:
        nap = _FIRST_NAP
        deadline = 0.0
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            deadline = deadline or time.monotonic() + self._patience
            if time.monotonic() > deadline:
                raise ProviderUnavailableError(
                    f"another process has held the lock in {self._folder} for {self._patience:g} s; "
                    "is it stopped (kill -STOP, a debugger)? let it go on or end it"
                )
            # A blocking flock cannot be given up, so a process that is stopped would stop all others.
            time.sleep(nap)
            nap = min(nap * 2, _LONGEST_NAP)


class Courtesy:
    """Lets worker threads have the interpreter while a busy event loop waits for them.

    A thread that comes back from a long call into SQLite has to wait for the interpreter. A loop that always
    has something to do, in turns of less than Python's switch interval (5 ms), gives it away for
    microseconds only, when it looks at its sockets: too short for the thread to wake up, and each time the
    interval begins anew. A commit that takes 10 ms then takes seconds. So while a job is under way the loop
    pauses every half millisecond, just long enough for a thread that waits. A loop that has had nothing to do
    since the last look is left alone for twice as long each time.
    """

    EVERY = 0.000_5
    SELDOM = 0.008
    PAUSE = 0.000_03
    _known: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, Courtesy]] = WeakKeyDictionary()

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)
        self._jobs = 0
        self._timer: asyncio.TimerHandle | None = None
        self._every = self.EVERY
        self._used = 0.0
        """Processor time of the loop's thread at the last look."""

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Courtesy:
        """Give the one of a loop."""
        found = cls._known.get(loop)
        if found is None:
            found = cls._known[loop] = cls(loop)
        return found

    def begin(self) -> None:
        """Say, on the loop, that a job is under way in a thread."""
        self._jobs += 1
        if self._timer is None:
            self._every = self.EVERY
            self._used = time.thread_time()
            self._again()

    def end(self) -> None:
        """Say that a job has ended."""
        self._jobs -= 1
        if not self._jobs and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        loop = self._loop()
        if loop is not None:
            self._timer = loop.call_later(self._every, self._pause)

    def _pause(self) -> None:
        used = time.thread_time()
        busy = used - self._used > self.EVERY / 2
        self._used = used
        if busy:
            self._every = self.EVERY
            # Waiting for no socket at all gives the interpreter away for just as long as is wanted.
            select.select((), (), (), self.PAUSE)
        else:
            self._every = min(2 * self._every, self.SELDOM)
        self._again()
