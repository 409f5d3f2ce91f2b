from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from typing import cast

import pytest

from tests.waiting import eventually, until
from wfe_host.watchdog import Watchdog


@pytest.fixture(autouse=True)
def warnings(caplog: pytest.LogCaptureFixture) -> None:
    """Let them through, also where the command has silenced them in this process."""
    caplog.set_level(logging.WARNING, "wfe.host.watchdog")


def alive() -> bool:
    """Whether a watchdog's thread is there."""
    return any(thread.name == "wfe-watchdog" for thread in threading.enumerate())


async def gone() -> None:
    """Wait until no watchdog is left."""
    await until(lambda: not alive())


def block_the_loop(condition: Callable[[], object]) -> None:
    """What a careless step does."""
    eventually(condition)


async def test_a_blocked_loop_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    """The stack of a loop that gives no sign of life is logged once, and then how long it took."""
    with Watchdog(asyncio.get_running_loop(), threshold=0.05, interval=0.01):
        block_the_loop(lambda: caplog.messages)
        await until(lambda: len(caplog.messages) > 1)
    first, second, *_ = caplog.messages
    assert "blocked for over 0.1 s" in first
    assert "in block_the_loop" in first
    assert re.fullmatch(r"the event loop was blocked for \d+\.\d s", second)
    await gone()


async def test_a_loop_that_lives_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is said while the loop answers in time, and the thread ends when the host stops."""
    looks = 0

    class Loop:
        """Counts the questions."""

        def call_soon_threadsafe(self, callback: Callable[[], object]) -> None:
            nonlocal looks
            looks += 1
            callback()

    with Watchdog(cast("asyncio.AbstractEventLoop", Loop()), threshold=60, interval=0.001):
        await until(lambda: looks > 10)
        assert alive()
    await gone()
    assert caplog.messages == []


def test_a_loop_that_ends_ends_the_watch() -> None:
    """A watchdog that was left behind by its loop doesn't stay."""

    async def leave() -> None:
        Watchdog(asyncio.get_running_loop(), threshold=0.05, interval=0.01).__enter__()

    asyncio.run(leave())
    asyncio.run(gone())


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "closed"])
def test_a_loop_that_never_answers_again(caplog: pytest.LogCaptureFixture, *, stopped: bool) -> None:
    """When the loop ends while it is waited for, the watch ends too."""
    loop = asyncio.new_event_loop()
    dog = Watchdog(loop, threshold=0.02, interval=0.01)
    dog.__enter__()
    eventually(lambda: caplog.messages)
    if stopped:
        dog.__exit__()
    else:
        loop.close()
    asyncio.run(gone())
    assert len(caplog.messages) == 1
    loop.close()


def test_a_thread_that_has_ended_has_no_stack(caplog: pytest.LogCaptureFixture) -> None:
    """A loop whose thread is gone is reported without a stack."""
    loop = asyncio.new_event_loop()
    dogs: list[Watchdog] = []
    thread = threading.Thread(
        target=lambda: dogs.append(Watchdog(loop, threshold=0.02, interval=0.01).__enter__())
    )
    thread.start()
    thread.join()
    eventually(lambda: caplog.messages)
    dogs[0].__exit__()
    loop.close()
    assert "its thread has ended" in caplog.messages[0]
