"""Turns between processes and between threads."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from wfe_core.errors import ProviderUnavailableError
from wfe_sqlite.turns import Courtesy, WriterLock

COUNT = """
import sys
from pathlib import Path
from wfe_sqlite.turns import WriterLock
folder = Path(sys.argv[1])
lock = WriterLock(folder, patience=120)
for _ in range(200):
    with lock:
        number = int((folder / "number").read_text())
        (folder / "number").write_text(str(number + 1))
"""


def test_only_one_process_writes_at_a_time(tmp_path: Path) -> None:
    """Four processes that add to a number in a file lose no addition."""
    (tmp_path / "number").write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)]) for _ in range(4)]
    assert [process.wait(PATIENCE) for process in processes] == [0] * 4
    assert (tmp_path / "number").read_text() == "800"


def test_who_waits_is_not_overtaken_for_ever(tmp_path: Path) -> None:
    """A writer that comes back at once finds the turnstile taken, and lets the other one go first."""
    greedy, patient = (WriterLock(tmp_path, patience=120) for _ in range(2))
    stop = threading.Event()

    def write_all_the_time() -> None:
        while not stop.is_set():
            with greedy:
                time.sleep(0.001)

    thread = threading.Thread(target=write_all_the_time)
    thread.start()
    try:
        for _ in range(20):
            with patient:
                pass
    finally:
        stop.set()
        thread.join()
        greedy.close()
        patient.close()


def test_patience_ends(tmp_path: Path) -> None:
    """A process that was stopped in the middle of writing does not hold up the others without a word."""
    holder, other = WriterLock(tmp_path, patience=120), WriterLock(tmp_path, patience=0.02)
    problem = r"has held the lock .* for 0\.02 s; is it stopped"
    with holder, pytest.raises(ProviderUnavailableError, match=problem), other:
        pytest.fail("two hold the lock")
    with other:
        pass
    holder.close()
    other.close()


async def test_a_busy_loop_lets_threads_have_the_interpreter() -> None:
    """While a job is under way the loop pauses now and then; afterwards it does not."""
    courtesy = Courtesy.of(asyncio.get_running_loop())
    assert Courtesy.of(asyncio.get_running_loop()) is courtesy
    courtesy.begin()
    courtesy.begin()
    done = threading.Event()

    def work() -> None:
        for _ in range(200):
            # A long call into SQLite gives the interpreter away and has to get it back.
            time.sleep(0.000_1)
        done.set()

    threading.Thread(target=work).start()
    turn = asyncio.get_running_loop().create_future
    while not done.is_set():
        nothing = turn()
        asyncio.get_running_loop().call_soon(nothing.set_result, None)
        await nothing
    courtesy.end()
    assert courtesy._timer is not None
    courtesy.end()
    assert courtesy._timer is None
