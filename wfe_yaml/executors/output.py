"""Output of processes: cutting it into lines with bounded memory."""

from __future__ import annotations

from collections.abc import Callable

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
        if len(self._rest) > MAX_LINE:
            whole = len(self._rest) // MAX_LINE * MAX_LINE
            line, self._rest = self._rest[:whole], self._rest[whole:]
            self._give(line)

    def end(self) -> None:
        """Give what is left."""
        if self._rest:
            self._give(self._rest)
            self._rest = b""

    def _give(self, line: bytes) -> None:
        for start in range(0, len(line) - MAX_LINE, MAX_LINE):
            self._on_line(_text(line[start : start + MAX_LINE]))
        rest = line[(len(line) - 1) // MAX_LINE * MAX_LINE :] if len(line) > MAX_LINE else line
        self._on_line(_text(rest.removesuffix(b"\r")))


def _text(data: bytes) -> str:
    """Stores refuse NUL, and half characters are no text."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")
