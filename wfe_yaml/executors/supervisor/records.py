"""The record of a step's output: a file of bounded size, written by the supervisor, read by the runner.

The file is a sequence of frames: one byte for the stream, four for the length (big-endian), the bytes. The
beginning of the output stands in it as it came. What does not fit goes through a window of fixed size, whose
last content is written when the output ends, after a note that says how much is missing: neither the file nor
the memory grows with what a step writes, and reading from it never stops.
"""

from __future__ import annotations

import os
import struct
from collections import deque

STREAMS = ("stdout", "stderr")
"""The streams by their number in a frame."""
HEAD = 99 << 20
"""Most bytes of the beginning, with `LINE` more for each line."""
LINE = 256
"""What a line costs besides its bytes: it becomes a row of its own wherever logs are shown."""
TAIL = 512 << 10
"""Bytes of the end of each stream."""
TAIL_LINES = 2_000
"""Lines of the end of each stream."""
MARKERS = 1 << 20
"""Most bytes of marker lines that are kept from what lies between."""
_MARKER = b"##wfe[output "
_FRAME = struct.Struct(">BI")


class Recorder:
    """Writes the record of one step.

    Args:
        handle: the file, open for writing.
        head: bytes of the beginning that are kept.
    """

    def __init__(self, handle: int, head: int = HEAD) -> None:
        self._handle = handle
        self._left = head
        self._windows: list[_Window] | None = None
        self._midline = [False] * len(STREAMS)
        self.size: int = 0
        """Bytes of the file that are whole frames."""
        self.trouble: str | None = None
        """Why output was lost, when the file system refused it."""

    def write(self, stream: int, data: bytes) -> None:
        """Take the next bytes of a stream."""
        if not data:
            return
        if self._windows is None:
            cost = len(data) + LINE * data.count(b"\n")
            if cost <= self._left:
                self._left -= cost
                self._frame(stream, data)
                return
            fits = _fitting(data, self._left)
            self._frame(stream, data[:fits])
            data = data[fits:]
            self._windows = [_Window(markers=name == "stdout") for name in STREAMS]
        self._windows[stream].add(data)

    def end(self) -> None:
        """Write the end of the output."""
        for stream, window in enumerate(self._windows or ()):
            tail = window.end()
            if self._midline[stream] and window.dropped:
                tail = b"\n" + tail
            self._frame(stream, tail)
        self._windows = None

    def _frame(self, stream: int, data: bytes) -> None:
        if not data or self.trouble is not None:
            return
        self._midline[stream] = not data.endswith(b"\n")
        frame = _FRAME.pack(stream, len(data)) + data
        view = memoryview(frame)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as exc:
            # A full disk must neither stop the step nor the others.
            self.trouble = exc.strerror or str(exc)
            os.ftruncate(self._handle, self.size)
            return
        self.size += len(frame)


def _fitting(data: bytes, budget: int) -> int:
    """Give how many bytes fit, up to the end of a line if there is one."""
    end = at = 0
    while (at := data.find(b"\n", end) + 1) and (at - end) + LINE <= budget:
        budget -= (at - end) + LINE
        end = at
    return end if end or at else min(budget, len(data))


class _Window:
    """The last bytes of a stream, and the marker lines of what fell out of it."""

    def __init__(self, *, markers: bool) -> None:
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._seek = markers
        self._line = b""
        self._found: list[bytes] = []
        self._room = MARKERS
        self.dropped = 0
        self._dropped_lines = 0

    def add(self, data: bytes) -> None:
        self._pieces.append(data)
        self._held += len(data)
        while self._held - len(self._pieces[0]) >= TAIL:
            self._drop(self._pieces.popleft())

    def end(self) -> bytes:
        """Give the note and what is left."""
        left = b"".join(self._pieces)
        lines = left.split(b"\n")
        cut = max(0, len(left) - TAIL)
        if len(lines) > TAIL_LINES:
            cut = max(cut, len(left) - sum(len(line) + 1 for line in lines[-TAIL_LINES:]) + 1)
        if cut or self.dropped:
            # Half a line at the beginning says nothing; a single endless line is all there is.
            whole = left.find(b"\n", cut) + 1
            cut = whole if 0 < whole < len(left) else cut
        if cut:
            self._held += cut
            self._drop(left[:cut])
        if not self.dropped:
            return left
        size = f"{self.dropped / (1 << 20):,.1f} MiB"
        if self._dropped_lines:
            size = f"{self._dropped_lines:,} lines, {size}"
        note = f"[wfe: {size} of output left out here; write big output to a file]\n"
        return note.encode() + b"".join(self._found) + left[cut:]

    def _drop(self, data: bytes) -> None:
        self._held -= len(data)
        self.dropped += len(data)
        self._dropped_lines += data.count(b"\n")
        if self._seek:
            self._seek_markers(data)

    def _seek_markers(self, data: bytes) -> None:
        """Keep lines that set outputs: they must count wherever they stand."""
        data = self._line + data
        if _MARKER in data:
            for line in data.split(b"\n")[:-1]:
                if line.startswith(_MARKER) and len(line) < self._room:
                    self._room -= len(line) + 1
                    self._found.append(line + b"\n")
        rest = data[data.rfind(b"\n") + 1 :]
        # Of a line that cannot be a marker only so much is kept that it stays none.
        candidate = rest.startswith(_MARKER) or _MARKER.startswith(rest)
        self._line = rest if candidate and len(rest) <= MARKERS else b"-" * bool(rest)


class Frames:
    """Reads a record while it is written.

    Args:
        handle: the file, open for reading; it may still grow.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._at = 0

    def read(self, size: int, most: int) -> list[tuple[int, bytes]]:
        """Give the next pieces of the first `size` bytes of the file, about `most` bytes of them."""
        pieces: list[tuple[int, bytes]] = []
        most = wanted = max(most, _FRAME.size)
        while self._at < size and wanted > 0:
            data = os.pread(self._handle, min(size - self._at, most), self._at)
            if not data:
                break
            used = 0
            while len(data) - used >= _FRAME.size:
                stream, length = _FRAME.unpack_from(data, used)
                start = used + _FRAME.size
                if len(data) - start < length:
                    break
                pieces.append((stream, data[start : start + length]))
                used = start + length
            if not used:
                # A frame is larger than what is read at once: take it alone.
                stream, length = _FRAME.unpack_from(data)
                start = self._at + _FRAME.size
                if start + length > size:
                    break
                pieces.append((stream, os.pread(self._handle, length, start)))
                used = _FRAME.size + length
            self._at += used
            wanted -= used
        return pieces
