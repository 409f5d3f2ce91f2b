"""`Post`: a run's supervisor as the runner sees it, started when needed, found again after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Generator
from pathlib import Path
from typing import Any

import wfe_yaml
from wfe_core.errors import StepError
from wfe_yaml.executors.supervisor import files, wire
from wfe_yaml.executors.supervisor.main import LOCK

POST = "supervisor.json"
"""Says where the supervisor of a run listens."""
_TROUBLE = "supervisor.log"
"""What it says when something goes wrong that never should."""
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); from wfe_yaml.executors.supervisor.main import main; main()"
)
# At the end of the path, so that nothing that is installed beside wfe stands before the standard library.
_HOME = str(Path(wfe_yaml.__file__).resolve().parents[1])
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR")
_BACKLOG = 128
_LIMIT = 16 << 20
"""Longest line of the supervisor: a result with the files that were asked for."""
_LEAVING = 5.0
"""Seconds that a supervisor which cannot be reached has to end by itself."""
_LOOK = 0.01

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Post:
    """The supervisor of one run.

    Args:
        folder: the folder of the run.
        outlive: whether its steps go on when this process dies.
        ttl: seconds without a sign of life from this process after which they are killed; None for never.
    """

    def __init__(self, folder: Path, *, outlive: bool, ttl: float | None) -> None:
        self.folder = folder
        self.calls: int = 0
        """How many steps are with it."""
        self.rested: bool = False
        """No step was with it when it was looked at last, nor since."""
        self._outlive = outlive
        self._ttl = ttl
        self._door: str | None = None
        self._lifeline: _Lifeline | None = None
        self._opening = asyncio.Lock()

    @contextlib.contextmanager
    def at_work(self) -> Generator[None]:
        """Mark that a step is with it."""
        self.calls += 1
        self.rested = False
        try:
            yield
        finally:
            self.calls -= 1

    async def call(self, request: bytes) -> Stream:
        """Send a request to the supervisor, starting one if there is none; gives its answers' stream.

        Raises:
            OSError: it cannot be started.
        """
        for last in (False, True):
            async with self._opening:
                if self._door is None:
                    await asyncio.to_thread(self._open)
            with contextlib.suppress(OSError):
                return await self._send(request)
            self._door = None
            if last:
                break
        raise StepError(f"the supervisor of the run in {self.folder} does not answer")

    async def reach(self, request: bytes) -> Stream | None:
        """Send a request to the supervisor that is there; None when there is none."""
        if self._door is None:
            async with self._opening:
                await asyncio.to_thread(self._find)
        with contextlib.suppress(OSError):
            return await self._send(request) if self._door is not None else None
        self._door = None
        return None

    def lost(self) -> None:
        """The supervisor has ended unasked: the next call starts another one."""
        self._door = None

    def close(self) -> None:
        """Let go of it; it ends when its steps have."""
        self._door = None
        if self._lifeline is not None:
            self._lifeline.cut()
            self._lifeline = None

    async def _send(self, request: bytes) -> Stream:
        if self._door is None:
            raise ConnectionRefusedError
        reader, writer = await asyncio.open_unix_connection(sock=await _connected(self._door), limit=_LIMIT)
        writer.write(request)
        return reader, writer

    # ------------------------------------------------------------ in a thread

    def _find(self) -> None:
        """Connect to the supervisor that another process has started."""
        told = files.read(self.folder, POST)
        if told is not None:
            with contextlib.suppress(OSError):
                self._attach(str(told["door"]))

    def _open(self) -> None:
        """Connect to the supervisor of the run, or start it."""
        self._find()
        if self._door is not None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._see_off()
        door = Path(tempfile.mkdtemp(prefix="wfe-", dir=_sockets()))
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener:
            listener.bind(str(door / "s"))
            listener.listen(_BACKLOG)
            new = self.folder / (POST + ".new")
            new.write_text(json.dumps({"door": str(door / "s")}), "utf-8")
            new.replace(self.folder / POST)
            # It can be called before it has woken up: calls wait in the socket.
            self._start(door, listener)
        self._attach(str(door / "s"))

    def _start(self, door: Path, listener: socket.socket) -> None:
        settings: dict[str, Any] = {
            "folder": str(self.folder.absolute()),
            "door": str(door),
            "listener": listener.fileno(),
            "outlive": self._outlive,
            "ttl": self._ttl,
        }
        with (self.folder / _TROUBLE).open("ab") as trouble:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BOOT, _HOME],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=trouble,
                cwd="/",
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        if process.stdin is not None:
            with process.stdin as stdin:
                stdin.write(json.dumps(settings).encode())
        # Nobody waits for it, but while we live we are its parent and have to bury it.
        threading.Thread(target=process.wait, name=f"supervisor-{process.pid}", daemon=True).start()

    def _attach(self, door: str) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(door)
            connection.sendall(wire.pack({"op": "attach"}))
        except OSError:
            connection.close()
            raise
        if self._lifeline is not None:
            self._lifeline.cut()
        self._lifeline = _Lifeline(connection, self._ttl)
        self._door = door

    def _see_off(self) -> None:
        """Wait for a supervisor that cannot be reached to end, and end it if it does not."""
        try:
            handle = os.open(self.folder / LOCK, os.O_RDWR)
        except FileNotFoundError:
            return
        try:
            if not _locked(handle, _LEAVING):
                # Who holds the lock wrote its id there: it cannot be another process.
                with contextlib.suppress(OSError, ValueError):
                    os.kill(int(os.pread(handle, 20, 0)), signal.SIGKILL)
                _locked(handle, _LEAVING)
        finally:
            os.close(handle)


async def _connected(door: str) -> socket.socket:
    """Connect to a supervisor; wait while as many have called as its socket keeps, and it has not looked yet.

    asyncio does not know that case: it takes a socket that could not be connected for one that soon is.

    Raises:
        OSError: it cannot be reached.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        while True:
            with contextlib.suppress(BlockingIOError):
                connection.connect(door)
                return connection
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_LOOK)
    except BaseException:
        connection.close()
        raise


class _Lifeline:
    """The connection that says that this process lives. Its end is the end of the process, or `cut`."""

    def __init__(self, connection: socket.socket, ttl: float | None) -> None:
        handle = connection.detach()
        self._over = threading.Event()
        # The handle lives as long as this object: no loop and no exit hook has to close it.
        self._finish = weakref.finalize(self, _cut, self._over, handle)
        if ttl is not None:
            threading.Thread(
                target=_beat, args=(self._over, handle, ttl / 4), name="supervisor-beat", daemon=True
            ).start()

    def cut(self) -> None:
        self._finish()


def _cut(over: threading.Event, handle: int) -> None:
    over.set()
    os.close(handle)


def _beat(over: threading.Event, handle: int, pause: float) -> None:
    with contextlib.suppress(OSError):
        while not over.wait(pause):
            os.write(handle, wire.BEAT)


def _locked(handle: int, seconds: float) -> bool:
    """Take a lock, waiting at most some seconds."""
    never = threading.Event()
    for _ in range(int(seconds / _LOOK)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        never.wait(_LOOK)
    return False


def _sockets() -> str:
    """Give a folder whose path is short: the path of a socket may have about a hundred bytes."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = given and len(given) < 60 and os.access(given, os.W_OK | os.X_OK)  # noqa: PLR2004
    return given if usable else "/tmp"  # noqa: S108 - a fresh folder of its own is made there
