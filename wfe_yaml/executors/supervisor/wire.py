"""What runner and supervisor say to each other over a Unix socket.

The runner opens a connection for each thing it wants and sends one request: the length of a JSON object (four
bytes, big-endian), the object, and the bytes that the object announces under `blobs`. Afterwards it sends
single bytes: `STOP`, `KILL`, or `BEAT` on the connection that stands for the runner itself. The supervisor
answers with JSON objects, one a line.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

STOP = b"T"
"""Stop the process: the stop signal, the grace, SIGKILL."""
KILL = b"K"
"""Kill it now."""
BEAT = b"."
"""The runner lives."""

_LENGTH = struct.Struct(">I")


def pack(request: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """Write a request; strings may hold bytes that are no UTF-8, as file names do."""
    head = json.dumps({**request, "blobs": [len(blob) for blob in blobs]}).encode()
    return b"".join((_LENGTH.pack(len(head)), head, *blobs))


def line(answer: Mapping[str, Any]) -> bytes:
    """Write an answer."""
    return json.dumps(answer).encode() + b"\n"


class Requests:
    """Puts a request together from the pieces in which it arrives."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._head: dict[str, Any] | None = None

    def feed(self, data: bytes) -> tuple[dict[str, Any], list[bytes], bytes] | None:
        """Take the next bytes; gives the request, its blobs and what came after them, once it is whole."""
        self._data += data
        head: dict[str, Any] | None = self._head
        if head is None:
            if len(self._data) < _LENGTH.size:
                return None
            end = _LENGTH.size + _LENGTH.unpack_from(self._data)[0]
            if len(self._data) < end:
                return None
            self._head = head = _object(bytes(self._data[_LENGTH.size : end]))
            del self._data[:end]
        sizes: list[int] = head["blobs"]
        if len(self._data) < sum(sizes):
            return None
        blobs: list[bytes] = []
        at = 0
        for size in sizes:
            blobs.append(bytes(self._data[at : at + size]))
            at += size
        return head, blobs, bytes(self._data[at:])


def _object(text: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
