"""How a runner reaches the supervisor of a run."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from wfe_yaml.executors.launching import _connected


async def test_a_call_waits_while_the_supervisor_has_too_many(tmp_path: Path) -> None:
    """Two hundred steps that begin at once all get through, though its socket keeps fewer that wait."""
    door = str(tmp_path / "s")
    waiting: list[socket.socket] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(door)
        listener.listen(1)
        try:
            for _ in range(100):
                waiting.append(socket.socket(socket.AF_UNIX))
                waiting[-1].setblocking(False)
                waiting[-1].connect(door)
            pytest.skip("the socket of this system takes whoever calls")
        except BlockingIOError:
            pass
        except ConnectionRefusedError:
            pytest.skip("this system refuses whoever is too many")
        calling = asyncio.ensure_future(_connected(door))
        # Called once and sent away, it has not given up.
        await asyncio.wait([calling], timeout=0.05)
        assert not calling.done()
        taken = [listener.accept()[0] for _ in waiting[:-1]]
        with await calling as connection:
            assert connection.getpeername() == door
        for each in (*taken, *waiting):
            each.close()


async def test_nobody_is_called_for_ever(tmp_path: Path) -> None:
    """Where there is no supervisor the call fails at once."""
    with pytest.raises(FileNotFoundError):
        await _connected(str(tmp_path / "s"))
