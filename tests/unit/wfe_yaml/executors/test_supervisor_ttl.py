"""The supervisor and a runner of which nothing is heard, by a clock that the test moves."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from wfe_yaml.executors.supervisor import main, wire
from wfe_yaml.executors.supervisor.main import Supervisor

TTL = 15.0


class Clock:
    """Stands in for the module `time` of the supervisor."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        """Seconds that only the test lets pass."""
        return self.now


class House:
    """A supervisor that the test drives turn by turn, with a runner attached to it."""

    def __init__(self, folder: Path, ttl: float | None) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "door"))
        listener.listen()
        self.supervisor = Supervisor(folder, listener, outlive=True, ttl=ttl)
        self.runner = socket.socket(socket.AF_UNIX)
        self.runner.connect(str(folder / "door"))
        self.say(wire.pack({"op": "attach"}))

    def say(self, data: bytes) -> None:
        """The runner sends something, and the supervisor takes it."""
        self.runner.sendall(data)
        self.turn()
        self.turn()

    def turn(self) -> None:
        """Do what is ready, and look after the runners."""
        for key, _ in self.supervisor.selector.select(0):
            key.data()
        self.supervisor._watch_runners()

    @property
    def wanted(self) -> bool:
        """Whether the supervisor goes on."""
        return self.supervisor._wanted()

    def close(self) -> None:
        """Close the sockets, those that the supervisor has accepted too."""
        self.runner.close()
        for key in tuple(self.supervisor.selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self.supervisor.selector.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the supervisor."""
    made = Clock()
    monkeypatch.setattr(main, "time", made)
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with so short a name that a socket can lie in it."""
    monkeypatch.chdir(tmp_path)
    return Path()


def test_a_silent_runner_counts_as_dead_after_its_ttl(clock: Clock, folder: Path) -> None:
    """Decision 35: with a store shared by machines the steps are ended when their host was not heard of."""
    house = House(folder, TTL)
    for _ in range(3):
        clock.now += TTL - 1
        house.turn()
        assert house.wanted
        house.say(b"\n")
    clock.now += TTL
    house.turn()
    assert not house.wanted
    house.close()


def test_on_one_machine_silence_says_nothing(clock: Clock, folder: Path) -> None:
    """Without a ttl the end of the connection is all that counts: a runner may stand still for years."""
    house = House(folder, None)
    clock.now += 1e9
    house.turn()
    assert house.wanted
    house.close()
