"""`Supervisor`: the process itself. It listens, starts steps, and ends when nobody and nothing needs it."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wfe_yaml.executors.supervisor import wire
from wfe_yaml.executors.supervisor.cleanups import clean_held
from wfe_yaml.executors.supervisor.steps import Step

LOCK = "lock"
"""Locked in the folder of the run while its supervisor lives; holds its process id."""
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER, see prctl(2)."""
_CHUNK = 256 * 1024
_WELCOME = 30.0
"""Seconds in which the runner that started the supervisor must have come."""


class Caller:
    """A connection: of a runner as such, or for one of its steps."""

    def __init__(self, house: Supervisor, connection: socket.socket) -> None:
        self.step: Step | None = None
        self.attached: bool = False
        self.heard: float = time.monotonic()
        self._house = house
        self._connection = connection
        self._requests: wire.Requests | None = wire.Requests()
        self._out = b""
        self._told = 0
        self._over = False
        self._writing = False
        connection.setblocking(False)
        house.selector.register(connection, selectors.EVENT_READ, self._ready)

    def more(self) -> None:
        """Tell how long the record has become; a runner that is slow hears only the newest."""
        step = self.step
        if step is None or self._out or self._over:
            return
        if step.result is not None:
            self._over = True
            self.say({"result": step.result})
        elif step.recorder.size > self._told:
            self._told = step.recorder.size
            self.say({"log": self._told})

    def say(self, answer: dict[str, Any]) -> None:
        """Send an answer."""
        self._out += wire.line(answer)
        self._write()

    def close(self) -> None:
        """Forget the connection."""
        self._house.selector.unregister(self._connection)
        self._connection.close()
        self._house.left(self)

    def _ready(self) -> None:
        if self._writing:
            self._write()
        try:
            data = self._connection.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self.heard = time.monotonic()
        if self._requests is not None:
            whole = self._requests.feed(data)
            if whole is None:
                return
            request, blobs, data = whole
            self._requests = None
            self._house.handle(self, request, blobs)
        if self.step is not None and self.step.result is None and (wire.STOP in data or wire.KILL in data):
            self.step.stop(kill=wire.KILL in data)

    def _write(self) -> None:
        try:
            sent = self._connection.send(self._out)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The end of the connection is seen when it is read.
            sent = len(self._out)
        self._out = self._out[sent:]
        if bool(self._out) != self._writing:
            self._writing = not self._writing
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._writing else 0)
            self._house.selector.modify(self._connection, events, self._ready)
        if not self._out:
            self.more()


class Supervisor:
    """The supervisor of one run.

    Args:
        folder: the folder of the run.
        listener: where runners connect.
        outlive: whether steps go on when their runner has died.
        ttl: seconds without a sign of life after which a runner counts as dead, and its steps are killed;
            None where the end of its connection is all there is to know.
    """

    def __init__(self, folder: Path, listener: socket.socket, *, outlive: bool, ttl: float | None) -> None:
        self.selector: selectors.BaseSelector = selectors.DefaultSelector()
        self._folder = folder
        self._listener = listener
        self._outlive = outlive
        self._ttl = ttl
        self._callers: list[Caller] = []
        self._steps: dict[str, Step] = {}
        self._welcome = time.monotonic() + _WELCOME
        self._ending = self._told_to_end = False
        self.held: set[str] = set()
        """Marks of what goes on until the run has ended."""
        self.deserted: bool = False
        """The run belongs to another machine now, or its runner took everything with it."""
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, self._accept)

    def run(self) -> None:
        """Serve until no step runs and no runner is there."""
        woken, wake = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        self.selector.register(woken, selectors.EVENT_READ, lambda: woken.recv(4096))
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # The byte that wakes the loop is all that is wanted of it.
        signal.signal(signal.SIGCHLD, _ignore)
        signal.signal(signal.SIGTERM, self._terminated)
        while self._wanted():
            for key, _ in self.selector.select(self._pause()):
                act: Callable[[], None] = key.data
                act()
            if self._told_to_end and not self._ending:
                self._end(kill=False)
            self._reap()
            self._watch_runners()
            now = time.monotonic()
            for step in list(self._steps.values()):
                step.turn(now)
            self._clear()

    # ------------------------------------------------------------ what steps need

    def leaders(self) -> dict[int, Step]:
        """Give the steps whose process was not reaped, or which clean up, by the id of the process."""
        return {pid: step for step in self._steps.values() if (pid := step.leader) is not None}

    def tell(self, step: Step) -> None:
        """Tell whoever follows a step that there is news."""
        for caller in self._callers:
            if caller.step is step:
                caller.more()

    def followed(self, step: Step) -> bool:
        """Whether a runner is there that will hear the result at once."""
        return any(caller.step is step for caller in self._callers)

    # ------------------------------------------------------------ what callers want

    def handle(self, caller: Caller, request: dict[str, Any], blobs: list[bytes]) -> None:
        """Do what a request asks for."""
        if request["op"] == "attach":
            caller.attached = True
            return
        if request["op"] == "end":
            self._end(kill=False)
            return
        name: str = request["name"]
        if request["op"] == "run" and not self._ending:
            caller.say({"ok": True})
            try:
                step = Step(self, self._folder / name, request, blobs)
            except OSError as exc:
                caller.say({"error": [exc.errno, exc.strerror, exc.filename]})
                return
            self._steps[name] = step
        known = self._steps.get(name)
        if known is None:
            caller.say({"unknown": True})
            return
        caller.step = known
        if request["op"] == "follow":
            caller.say({"ok": True})

    def left(self, caller: Caller) -> None:
        """A connection has ended: of a runner that has what it wants, or that died."""
        self._callers.remove(caller)
        step = caller.step
        if step is not None and step.result is None and not self._outlive:
            step.stop(kill=True)
        if caller.attached and not self._outlive:
            self._end(kill=True)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            self._callers.append(Caller(self, connection))

    # ------------------------------------------------------------ its own life

    def abandon(self) -> None:
        """Something went wrong here that never should: leave no process behind."""
        for pid in self.leaders():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def _terminated(self, *_: object) -> None:
        # Signals come between any two instructions, so the loop does the rest.
        self._told_to_end = True

    def _wanted(self) -> bool:
        if self._steps or any(caller.step is None for caller in self._callers if not self._ending):
            return True
        return not self._ending and time.monotonic() < self._welcome

    def _pause(self) -> float | None:
        """Give the time until something is due."""
        dues = [due for step in self._steps.values() if (due := step.due()) is not None]
        if self._welcome:
            dues.append(self._welcome)
        if self._ttl is not None:
            dues.extend(caller.heard + self._ttl for caller in self._callers if caller.attached)
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def _reap(self) -> None:
        """Take the status of every child that has ended, also of those that only became ours."""
        leaders = self.leaders()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in leaders:
                leaders[pid].ended(os.waitstatus_to_exitcode(status))

    def _watch_runners(self) -> None:
        attached = [caller for caller in self._callers if caller.attached]
        if attached:
            # From now on the runner's connection says whether it is there.
            self._welcome = 0.0
        if self._ttl is None:
            return
        now = time.monotonic()
        for caller in attached:
            if now >= caller.heard + self._ttl:
                caller.close()
        if attached and not any(caller.attached for caller in self._callers):
            self.deserted = True
            self._end(kill=True)

    def _end(self, *, kill: bool) -> None:
        """Stop all steps, and end then."""
        self._ending = True
        self._welcome = 0.0
        for step in self._steps.values():
            if step.result is None:
                step.stop(kill=kill)

    def _clear(self) -> None:
        """Forget the steps that have ended; their results lie in their folders."""
        for name, step in list(self._steps.items()):
            if step.result is not None:
                del self._steps[name]


def _ignore(*_: object) -> None:
    """Do nothing, but be told."""


def main() -> None:
    """Run the supervisor: its settings come through standard input, the listening socket is inherited."""
    settings: dict[str, Any] = json.load(sys.stdin)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    folder = Path(settings["folder"])
    door = Path(settings["door"])
    listener = socket.socket(fileno=settings["listener"])
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    # An earlier one of this run that is about to end is waited for.
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    supervisor = Supervisor(folder, listener, outlive=settings["outlive"], ttl=settings["ttl"])
    try:
        supervisor.run()
    except BaseException:
        supervisor.abandon()
        raise
    finally:
        if supervisor.deserted or not settings["outlive"]:
            clean_held(folder)
        shutil.rmtree(door, ignore_errors=True)
        if not settings["outlive"]:
            shutil.rmtree(folder, ignore_errors=True)
