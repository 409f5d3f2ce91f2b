"""`SourceText` and `Location`: the text of a file, and places in it, counted from 1 as editors do."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code, Problem, YamlError

if TYPE_CHECKING:
    from os import PathLike

MAX_BYTES = 1 << 20
"""Largest file that is read: 1 MiB."""
_MAX_SHOWN = 160
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that YAML does not allow, and those that its readers disagree about."""
_NAMES = {
    "\x85": "the character NEL (U+0085), which some readers take for a line break",
    "\u2028": "the character U+2028, which some readers take for a line break",
    "\u2029": "the character U+2029, which some readers take for a line break",
    "\ufeff": "a byte order mark inside the text",
}


class SourceText:
    """The text of one file, and where its lines begin.

    Args:
        name: the file as it is called in messages.
        text: its whole text; line breaks are LF, CRLF or CR.
        path: the file itself, or None for a text without a file.
    """

    __slots__ = ("_starts", "name", "path", "text")

    def __init__(self, name: str, text: str, path: Path | None = None) -> None:
        self.name: str = name
        self.text: str = text
        self.path: Path | None = path
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Give line and column (from 1) of a character offset."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Give a line (from 1) without its line break."""
        starts = self._line_starts()
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            starts = [0]
            text = self.text
            for offset, char in enumerate(text):
                if char == "\n" or (char == "\r" and text[offset + 1 : offset + 2] != "\n"):
                    starts.append(offset + 1)
            self._starts = starts
        return self._starts


class Location:
    """A stretch of a source text."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: SourceText, start: int, end: int | None = None) -> None:
        self.source: SourceText = source
        self.start: int = start
        self.end: int = start + 1 if end is None else end

    @property
    def file(self) -> str:
        """The file as it is called in messages."""
        return self.source.name

    @property
    def line(self) -> int:
        """The line, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column, from 1, in characters."""
        return self.source.position(self.start)[1]

    def __str__(self) -> str:
        """Give `file:line:column`."""
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"

    def __eq__(self, other: object) -> bool:
        """Two locations are equal when they are the same stretch of the same text."""
        if not isinstance(other, Location):
            return NotImplemented
        return (self.source, self.start, self.end) == (other.source, other.start, other.end)

    def __hash__(self) -> int:
        """Agree with `__eq__`."""
        return hash((id(self.source), self.start, self.end))

    def excerpt(self) -> list[str]:
        """Give the source line, cut to a width that fits, and a line with carets under the stretch."""
        line, column = self.source.position(self.start)
        text = "".join(max(char, " ") for char in self.source.line_text(line))
        if not text.strip():
            return []
        width = max(1, min(self.end - self.start, len(text) - column + 1))
        first = max(0, column - 1 - _MAX_SHOWN // 2) if len(text) > _MAX_SHOWN else 0
        shown = text[first : first + _MAX_SHOWN]
        left = "… " if first else ""
        right = " …" if first + _MAX_SHOWN < len(text) else ""
        margin = max(4, len(str(line)))
        caret = " " * (len(left) + column - 1 - first) + "^" * min(width, len(shown))
        return [f"{line:>{margin}} | {left}{shown}{right}", f"{'':>{margin}} | {caret}"]


def read_source(path: str | PathLike[str], *, name: str | None = None) -> SourceText:
    """Read a file, checked: size and encoding (the composer checks the characters).

    Args:
        path: the file.
        name: what to call it in messages; the path as it was given when None.

    Raises:
        YamlError: it cannot be read or is no text that YAML allows.
    """
    file = Path(path)
    shown = str(path) if name is None else name
    source = SourceText(shown, "", file)
    try:
        # Opening a pipe would wait for a writer, and a device may have no end.
        kind = file.stat().st_mode
        if not (S_ISREG(kind) or S_ISDIR(kind)):
            hint = "write the text to a file first"
            raise _unreadable(source, f"{shown!r} is no regular file", hint)
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(source, f"there is no file {shown!r}", "check the path") from None
    except IsADirectoryError:
        raise _unreadable(source, f"{shown!r} is a directory", "name the workflow file inside it") from None
    except OSError as exc:
        raise _unreadable(source, f"{shown!r} cannot be read: {exc.strerror or exc}") from exc
    if len(raw) > MAX_BYTES:
        hint = "split it into several files"
        raise _unreadable(source, f"the file is larger than {MAX_BYTES // 1024} KiB", hint)
    return decode_source(raw, source)


def decode_source(raw: bytes, source: SourceText) -> SourceText:
    """Decode the bytes of a file into the source text.

    Raises:
        YamlError: they are not UTF-8.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _unreadable(source, "the file is UTF-16", "save it as UTF-8")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        good = raw[: exc.start].decode("utf-8")
        source.text = good + "\ufffd"
        message = f"the byte 0x{raw[exc.start]:02x} is not UTF-8"
        problem = Problem(Code.UNREADABLE, message, Location(source, len(good)), "save the file as UTF-8")
        raise YamlError(problem) from None
    source.text = text
    return source


def check_characters(source: SourceText) -> None:
    """Refuse characters that YAML does not allow, or that readers disagree about.

    Raises:
        YamlError: names the first such character and its place.
    """
    text = source.text
    if len(text) > MAX_BYTES:
        raise _unreadable(source, f"the text is longer than {MAX_BYTES // 1024} Ki characters")
    found = _REFUSED.search(text)
    if found is None:
        return
    char = found[0]
    what = _NAMES.get(char) or f"the control character U+{ord(char):04X}"
    escape = f"\\x{ord(char):02x}" if char <= "\xff" else f"\\u{ord(char):04x}"
    hint = f'in a double-quoted string it can be written as "{escape}"'
    raise YamlError(
        Problem(Code.UNREADABLE, f"the file contains {what}", Location(source, found.start()), hint)
    )


def _unreadable(source: SourceText, message: str, hint: str | None = None) -> YamlError:
    return YamlError(Problem(Code.UNREADABLE, message, Location(source, 0), hint))
