"""Datagrams between the processes that share a file: each has a socket in a folder of that file."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import itertools
import os
import socket
import stat
import struct
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

# The kind of a message is its first byte.
HINTS: Final = b"H"
ROWS: Final = b"R"
SWEEP: Final = b"S"
"""Hints were dropped."""
_HELLO: Final = b"+"

_HEADER: Final = struct.Struct(">IHH")
"""Number of the message, number of the part, how many parts there are."""
_PART: Final = 60_000
_LONGEST_PATH: Final = 100
"""A socket's path has room for 104 bytes on macOS and 108 on Linux."""
_WAITING: Final = 16 * 1024 * 1024
"""Bytes that wait for one receiver; what comes on top is dropped."""
_FIRST_NAP: Final = 0.001
_LONGEST_NAP: Final = 0.05
_FULL: Final = frozenset({errno.EAGAIN, errno.ENOBUFS})
"""The receiver has no room at the moment."""
_STUCK: Final = 200
"""Naps in a row after which a receiver is taken for stopped and what waits for it is dropped."""

_numbers: Final = itertools.count()


@dataclass(slots=True)
class _Peer:
    """One receiver, and what waits for room in its buffer."""

    waiting: deque[bytes] = field(default_factory=deque[bytes])
    size: int = 0
    naps: int = 0
    overflowed: bool = False
    timer: asyncio.TimerHandle | None = None


class Post:
    """Sends messages to all others and gets theirs; best effort, never waiting.

    Messages longer than a datagram go in parts. The folder of the sockets is named after the file, in a
    folder that only this user can use: processes of other users hear nothing, and have to look themselves.

    Args:
        database: the file that the processes share.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._socket: socket.socket | None = None
        self._address = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._peers: dict[str, _Peer] = {}
        self._parts: dict[str, tuple[int, list[bytes]]] = {}
        self._handlers: dict[bytes, Callable[[bytes], object]] = {}
        self._number = 0

    @property
    def alone(self) -> bool:
        """Whether no other process is known."""
        return not self._peers

    def on(self, kind: bytes, handler: Callable[[bytes], object]) -> None:
        """Call `handler` with the messages of a kind."""
        self._handlers[kind] = handler

    async def open(self) -> None:
        """Bind a socket and say hello to the others; where that cannot be done nothing is sent."""
        self._loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            bound, others = await asyncio.to_thread(self._bind)
            self._socket = bound
            self._address = str(bound.getsockname())
            self._loop.add_reader(bound.fileno(), self._receive)
            self._peers.update((other, _Peer()) for other in others)
            self.send(_HELLO)

    async def close(self) -> None:
        """Stop sending and receiving."""
        bound, self._socket = self._socket, None
        for peer in self._peers.values():
            if peer.timer is not None:
                peer.timer.cancel()
        self._peers.clear()
        if bound is not None and self._loop is not None:
            self._loop.remove_reader(bound.fileno())
            bound.close()
            await asyncio.to_thread(_remove, Path(self._address))

    def send(self, kind: bytes, body: bytes = b"") -> None:
        """Send a message to all others."""
        if not self._peers or self._socket is None:
            return
        self._number = (self._number + 1) & 0xFFFFFFFF
        message = kind + body
        count = (len(message) + _PART - 1) // _PART
        parts = [
            _HEADER.pack(self._number, n, count) + message[n * _PART : (n + 1) * _PART] for n in range(count)
        ]
        size = sum(map(len, parts))
        for address, peer in list(self._peers.items()):
            if peer.size + size > _WAITING:
                peer.overflowed = True
                continue
            peer.waiting.extend(parts)
            peer.size += size
            if peer.timer is None:
                self._push(address, peer)

    # ------------------------------------------------------------ sending

    def _push(self, address: str, peer: _Peer) -> None:
        """Send what waits for a receiver, as far as its buffer has room."""
        peer.timer = None
        while peer.waiting and self._socket is not None:
            try:
                self._socket.sendto(peer.waiting[0], address)
            except OSError as exc:
                if exc.errno not in _FULL:
                    # Its process has ended, or it has closed its socket.
                    self._peers.pop(address, None)
                    return
                self._nap(address, peer)
                return
            peer.size -= len(peer.waiting.popleft())
            peer.naps = 0
            if peer.overflowed and not peer.waiting:
                peer.overflowed = False
                self._number = (self._number + 1) & 0xFFFFFFFF
                peer.waiting.append(_HEADER.pack(self._number, 0, 1) + SWEEP)
                peer.size += len(peer.waiting[0])

    def _nap(self, address: str, peer: _Peer) -> None:
        peer.naps += 1
        if peer.naps > _STUCK:
            peer.waiting.clear()
            peer.size = peer.naps = 0
            peer.overflowed = True
        elif self._loop is not None:
            delay = min(_FIRST_NAP * 2**peer.naps, _LONGEST_NAP)
            peer.timer = self._loop.call_later(delay, self._push, address, peer)

    # ------------------------------------------------------------ receiving

    def _receive(self) -> None:
        """Take what has come, a few datagrams at a time, so that the loop gets on with other things."""
        for _ in range(32):
            if self._socket is None:
                return
            try:
                datagram, sender = self._socket.recvfrom(_PART + _HEADER.size)
            except OSError:
                return
            if isinstance(sender, str) and sender and len(datagram) > _HEADER.size:
                self._peers.setdefault(sender, _Peer())
                message = self._join(sender, datagram)
                if message is not None and (handler := self._handlers.get(message[:1])) is not None:
                    handler(message[1:])

    def _join(self, sender: str, datagram: bytes) -> bytes | None:
        """Put the parts of a message together; they come in order, or the message is lost."""
        number, part, count = _HEADER.unpack_from(datagram)
        body = datagram[_HEADER.size :]
        if count == 1:
            return body
        known, parts = self._parts.pop(sender, (number, list[bytes]()))
        if known != number:
            parts = []
        if part != len(parts):
            return None
        parts.append(body)
        if len(parts) == count:
            return b"".join(parts)
        self._parts[sender] = (number, parts)
        return None

    # ------------------------------------------------------------ in a thread

    def _bind(self) -> tuple[socket.socket, list[str]]:
        """Bind a socket in the folder, and find those of the others; the sockets of the dead are removed."""
        folder = self._folder()
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                with contextlib.suppress(OSError):
                    bound.setsockopt(socket.SOL_SOCKET, option, 8 * _PART)
            while True:
                try:
                    bound.bind(str(folder / f"{os.getpid()}-{next(_numbers)}"))
                    break
                except OSError as exc:
                    if exc.errno == errno.ENOENT:
                        # Somebody has just left as the last one.
                        folder.mkdir(mode=0o700, exist_ok=True)
                    elif exc.errno != errno.EADDRINUSE:
                        raise
            own = bound.getsockname()
            others = [str(path) for path in folder.iterdir() if str(path) != own and _is_alive(path)]
        except BaseException:
            bound.close()
            raise
        return bound, others

    def _folder(self) -> Path:
        """Make the folder of the sockets.

        Raises:
            OSError: it cannot be made, or somebody else has made it.
        """
        name = hashlib.sha256(os.fsencode(self._database)).hexdigest()[:16]
        for base in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - made for this user alone, below
            ours = base / f"wfe-{os.getuid()}"
            folder = ours / name
            if len(os.fsencode(folder)) + len("/4194304-1234567") > _LONGEST_PATH:
                continue
            ours.mkdir(mode=0o700, exist_ok=True)
            found = ours.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
                raise PermissionError(f"{ours} is not a folder that only this user can use")
            folder.mkdir(mode=0o700, exist_ok=True)
            return folder
        raise OSError("there is no folder for temporary files with a short path")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        # The last one to leave takes the folder away.
        path.parent.rmdir()


def _is_alive(path: Path) -> bool:
    """Whether somebody receives at this socket; if nobody does it is removed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return False
        except OSError:
            return False
    return True
