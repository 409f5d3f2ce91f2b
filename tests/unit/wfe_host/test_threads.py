from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.waiting import PATIENCE, until
from wfe_core.errors import HostStateError, StepCancelledError, StepError
from wfe_core.testing.clock import ManualClock
from wfe_host.threads import StepThreads

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


@pytest.fixture
def pool() -> Iterator[StepThreads]:
    """A pool of two threads."""
    pool = StepThreads(2)
    yield pool
    pool.close()


async def test_a_function_runs_in_a_daemon_thread(pool: StepThreads) -> None:
    """The function runs off the loop, in a daemon thread, and its result comes back."""

    def work(a: int, b: int) -> tuple[threading.Thread, int]:
        return threading.current_thread(), a + b

    thread, total = await pool.submit(work, 1, b=2)
    assert total == 3
    assert thread.daemon
    assert thread is not threading.current_thread()


async def test_what_a_function_raises_comes_back(pool: StepThreads) -> None:
    """An exception is raised where the future is awaited."""
    with pytest.raises(KeyError, match="missing"):
        await pool.submit({"": ""}.__getitem__, "missing")


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), StopIteration(), asyncio.CancelledError()]
)
async def test_a_function_cannot_end_the_host(pool: StepThreads, error: BaseException) -> None:
    """What would end the loop, or look like a cancellation, becomes an error of the step."""

    def fail() -> None:
        raise error

    with pytest.raises(StepError, match=type(error).__name__) as caught:
        await pool.submit(fail)
    assert caught.value.__cause__ is error


async def test_context_variables_are_copied(pool: StepThreads) -> None:
    """The function sees the caller's context variables, and what it sets there stays there."""
    variable.set("caller")

    def look() -> str:
        seen = variable.get()
        variable.set("thread")
        return seen

    assert await pool.submit(look) == "caller"
    assert variable.get() == "caller"


async def test_threads_are_made_when_needed_and_used_again(pool: StepThreads) -> None:
    """No thread exists before the first call, and calls one after the other need one thread only."""
    assert pool.threads == 0
    names = {await pool.submit(lambda: threading.current_thread().name) for _ in range(50)}
    assert len(names) == pool.threads == 1
    await asyncio.gather(pool.submit(int), pool.submit(int), pool.submit(int))
    assert pool.threads == 2


async def test_a_full_pool_queues_in_order(pool: StepThreads) -> None:
    """No more than `size` functions run at once; further ones wait and run in their order."""
    gate = threading.Event()
    order: list[int] = []
    blockers = [pool.submit(gate.wait) for _ in range(2)]
    await until(lambda: pool.busy == 2)
    queued = [pool.submit(order.append, n) for n in range(5)]
    assert (pool.busy, pool.waiting, pool.threads) == (2, 5, 2)
    gate.set()
    await asyncio.gather(*blockers, *queued)
    assert sorted(order) == list(range(5))
    assert order[0] in (0, 1)


async def test_idle_threads_end() -> None:
    """A thread without work for a while ends; the next call makes a new one."""
    pool = StepThreads(2, idle=0.01)
    assert await pool.submit(int, "7") == 7
    await until(lambda: pool.threads == 0)
    assert await pool.submit(int, "8") == 8
    pool.close()


async def test_a_thread_does_not_end_when_work_is_on_its_way() -> None:
    """A thread whose patience ends in the very moment in which work is announced stays for it."""
    pool = StepThreads(1, idle=0.01)
    gate = threading.Event()
    running = pool.submit(gate.wait)
    await until(lambda: pool.busy == 1)
    pool._waiting += 1  # pyright: ignore[reportPrivateUsage]
    gate.set()
    await running
    await asyncio.sleep(0.05)
    assert pool.threads == 1
    pool._waiting -= 1  # pyright: ignore[reportPrivateUsage]
    await until(lambda: pool.threads == 0)


async def test_cancelling_does_not_stop_a_thread(pool: StepThreads) -> None:
    """The awaiting coroutine is free at once; the thread counts as busy until it is done, and then tells."""
    gate = threading.Event()
    late: list[Any] = []

    def work() -> str:
        gate.wait()
        return "done"

    future = pool.call(work, on_late=late.append)
    await until(lambda: pool.busy == 1)
    future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future
    assert (pool.busy, late) == (1, [])
    gate.set()
    await until(lambda: bool(late))
    assert late == ["done"]
    assert pool.busy == 0


async def test_a_late_error_is_told_too(pool: StepThreads) -> None:
    """What a function raises after its future was cancelled goes to `on_late`."""
    gate = threading.Event()
    late: list[Any] = []

    def work() -> str:
        gate.wait()
        return {"": ""}["missing"]

    future = pool.call(work, on_late=late.append)
    await until(lambda: pool.busy == 1)
    future.cancel()
    gate.set()
    await until(lambda: bool(late))
    assert isinstance(late[0], KeyError)


async def test_a_cancelled_call_that_waits_never_begins(pool: StepThreads) -> None:
    """What is cancelled before a thread was free does not run at all, and `on_late` says so at once."""
    gate = threading.Event()
    ran: list[str] = []
    late: list[Any] = []
    blockers = [pool.submit(gate.wait) for _ in range(2)]
    await until(lambda: pool.busy == 2)
    pool.call(lambda: ran.append("cancelled"), on_late=late.append).cancel()
    silent = pool.call(lambda: ran.append("silent"))
    silent.cancel()
    await until(lambda: bool(late))
    assert isinstance(late[0], StepCancelledError)
    gate.set()
    await asyncio.gather(*blockers)
    await pool.submit(ran.append, "last")
    assert ran == ["last"]


async def test_close_drops_what_has_not_begun() -> None:
    """Closing cancels what waits, refuses what comes, and leaves what runs alone."""
    pool = StepThreads(1)
    gate = threading.Event()
    running = pool.submit(gate.wait)
    await until(lambda: pool.busy == 1)
    queued = pool.submit(int)
    pool.close()
    pool.close()
    with pytest.raises(asyncio.CancelledError):
        await queued
    with pytest.raises(HostStateError, match="threads are closed"):
        pool.submit(int)
    gate.set()
    assert await running is True
    await until(lambda: pool.threads == 0)


async def test_a_clock_does_not_jump_over_a_thread() -> None:
    """A clock that is given is held until the result was handed over, or the call was dropped."""
    clock = ManualClock(grace=0.01)
    pool = StepThreads(1, clock=clock)
    gate = threading.Event()
    running, cancelled = pool.submit(gate.wait), pool.submit(int)
    await until(lambda: pool.busy == 1)
    cancelled.cancel()
    running.cancel()
    await asyncio.sleep(0)
    assert clock._is_busy()  # pyright: ignore[reportPrivateUsage]
    gate.set()
    await until(lambda: not clock._is_busy())  # pyright: ignore[reportPrivateUsage]
    assert await pool.submit(int) == 0
    assert not clock._is_busy()  # pyright: ignore[reportPrivateUsage]
    pool.close()


async def test_a_system_without_threads_is_an_error(
    pool: StepThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If not a single thread can be made the call fails; with one, the work waits for that one."""

    def refuse(_: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="new thread"):
            pool.submit(int)
    assert (pool.threads, pool.waiting) == (0, 0)
    gate = threading.Event()
    blocker = pool.submit(gate.wait)
    await until(lambda: pool.busy == 1)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        second = pool.submit(int)
    gate.set()
    assert (await blocker, await second) == (True, 0)
    assert pool.threads == 1


def test_a_pool_needs_a_thread() -> None:
    """A size below one is refused."""
    with pytest.raises(ValueError, match="at least one thread, not 0"):
        StepThreads(0)


def test_a_result_for_a_closed_loop_is_dropped() -> None:
    """A thread that outlives the loop ends quietly."""
    pool = StepThreads(1)
    gate = threading.Event()

    async def leave_behind() -> None:
        pool.submit(gate.wait)
        await until(lambda: pool.busy == 1)

    asyncio.run(leave_behind())
    gate.set()
    asyncio.run(until(lambda: pool.busy == 0))
    pool.close()


def test_a_stuck_function_does_not_keep_the_interpreter() -> None:
    """The program ends although a function in the pool never does."""
    program = """
import asyncio, threading
from wfe_host.threads import StepThreads

async def main():
    pool = StepThreads(1)
    pool.submit(threading.Event().wait)
    while not pool.busy:
        await asyncio.sleep(0.001)
    print("leaving")

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stdout == "leaving\n"
