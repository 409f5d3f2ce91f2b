"""Output of processes: cutting it into lines with bounded memory, and bounding what is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MAX_LINE = 1 << 20
"""A longer line is given in pieces of this many bytes."""


class Lines:
    """Cuts the bytes of one stream into lines; keeps at most one unfinished line.

    Args:
        on_line: called with each line, without its end.
    """

    __slots__ = ("_on_line", "_rest")

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._give(line)
        while len(self._rest) > MAX_LINE:
            piece, self._rest = self._rest[:MAX_LINE], self._rest[MAX_LINE:]
            self._give(piece)

    def end(self) -> None:
        """Give what is left."""
        if self._rest:
            self._give(self._rest)
            self._rest = b""

    def _give(self, line: bytes) -> None:
        while len(line) > MAX_LINE:
            self._on_line(_text(line[:MAX_LINE]))
            line = line[MAX_LINE:]
        self._on_line(_text(line.removesuffix(b"\r")))


def _text(data: bytes) -> str:
    """Stores refuse NUL, and half characters are no text."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of a stream is kept: its head and its tail."""

    head_lines: int = 100_000
    head_bytes: int = 16 << 20
    tail_lines: int = 1_000
    tail_bytes: int = 256 << 10


class BoundedLines:
    """Passes on the head of a stream as it comes and its tail at the end, with a note of what lies between.

    A process that writes without end thus costs neither memory nor a log without end, and is never blocked.

    Args:
        on_line: called with each line that is kept.
        bounds: how much that is.
    """

    __slots__ = (
        "_bounds",
        "_bytes",
        "_dropped_bytes",
        "_dropped_lines",
        "_lines",
        "_on_line",
        "_tail",
        "_tail_bytes",
    )

    def __init__(self, on_line: Callable[[str], None], bounds: Bounds | None = None) -> None:
        self._on_line = on_line
        self._bounds = bounds or Bounds()
        self._lines = self._bytes = 0
        self._tail: deque[str] = deque()
        self._tail_bytes = 0
        self._dropped_lines = self._dropped_bytes = 0

    def add(self, line: str) -> None:
        """Take the next line."""
        size = len(line) + 1
        if self._lines < self._bounds.head_lines and self._bytes + size <= self._bounds.head_bytes:
            self._lines += 1
            self._bytes += size
            self._on_line(line)
            return
        # From the first line that does not fit, everything goes to the tail: the order must stay.
        self._bytes = self._bounds.head_bytes
        self._tail.append(line)
        self._tail_bytes += size
        while len(self._tail) > self._bounds.tail_lines or self._tail_bytes > self._bounds.tail_bytes:
            gone = len(self._tail.popleft()) + 1
            self._tail_bytes -= gone
            self._dropped_lines += 1
            self._dropped_bytes += gone

    def end(self) -> None:
        """Give the note and the tail."""
        if self._dropped_lines:
            size = f"{self._dropped_lines:,} lines, {self._dropped_bytes / (1 << 20):,.1f} MiB"
            self._on_line(f"[wfe: {size} of output left out here; write big output to a file]")
        for line in self._tail:
            self._on_line(line)
        self._tail.clear()
