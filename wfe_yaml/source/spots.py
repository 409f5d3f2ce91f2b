"""From an offset in the value of a scalar to the place in the file where that character was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wfe_yaml.source.text import Location

if TYPE_CHECKING:
    from wfe_yaml.source.nodes import Scalar

_BREAK = re.compile(r"\r\n|\r|\n")
_BLANK = " \t\r\n"
_ESCAPED_BREAK = re.compile(r"\\[ \t]*(?:\r\n|\r|\n)[ \t]*")
_ESCAPE_LENGTH = {"x": 4, "u": 6, "U": 10}


def spot(scalar: Scalar, start: int, end: int | None = None) -> Location:
    """Give the place of `scalar.text[start:end]` in the file (one character when `end` is None)."""
    begin = _offset(scalar, start)
    if end is None:
        return Location(scalar.source, begin)
    return Location(scalar.source, begin, max(_offset(scalar, max(end - 1, start)) + 1, begin + 1))


def _offset(scalar: Scalar, target: int) -> int:
    raw = scalar.source.text[scalar.start : scalar.end]
    inside = _in_literal(raw, scalar.text, target) if scalar.style == "|" else _walk(raw, scalar, target)
    return scalar.start + min(inside, max(len(raw) - 1, 0))


def _in_literal(raw: str, value: str, target: int) -> int:
    """A literal block: line n of the value is line n + 1 of the source, less the indentation."""
    number = value.count("\n", 0, target)
    column = target - (value.rfind("\n", 0, target) + 1)
    starts = [match.end() for match in _BREAK.finditer(raw)]
    if number >= len(starts):
        return len(raw) - 1
    indent = 0
    for start, line in zip(starts, value.split("\n"), strict=False):
        if line.strip():
            written = _BREAK.split(raw[start:], maxsplit=1)[0]
            indent = len(written) - len(line)
            break
    return starts[number] + indent + column


def _walk(raw: str, scalar: Scalar, target: int) -> int:
    """Walk value and source side by side: exact but inside runs of blanks, where folding happens."""
    value, style = scalar.text, scalar.style
    at = 1 if style in ("'", '"') else 0
    if style == ">":
        header = _BREAK.search(raw)
        at = header.end() if header else 0
        at += _blanks(raw, at)
    here = 0
    while here < target and at < len(raw):
        if style == '"' and raw[at] == "\\":
            folded = _ESCAPED_BREAK.match(raw, at)
            if folded:
                at = folded.end()
                continue
            at += _ESCAPE_LENGTH.get(raw[at + 1 : at + 2], 2)
            here += 1
        elif value[here] in _BLANK:
            run = _blanks(value, here)
            at += _blanks(raw, at)
            if here + run >= target:
                return at if here + run == target else at - 1
            here += run
        else:
            at += 2 if style == "'" and raw[at] == "'" else 1
            here += 1
    folded = _ESCAPED_BREAK.match(raw, at) if style == '"' else None
    return folded.end() if folded else at


def _blanks(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] in _BLANK:
        end += 1
    return end - at
