"""How values, times and lines are written for people."""

from __future__ import annotations

import json
import re

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\\\)|.)")
_SHORT = 40
_MOST = 200
"""Characters of a value that are shown."""


def duration(seconds: float | None) -> str:
    """Write a duration for people: `0.04s`, `3.2s`, `2m 05s`, `1h 02m`."""
    if seconds is None:
        return ""
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.2f}s" if seconds < 1 else f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m"


def clean(line: str) -> str:
    """Make a line of output fit for one line of a terminal: what a progress bar drew last, no controls."""
    last = line.rstrip("\r").rpartition("\r")[2]
    if last.isprintable():
        return last
    return "".join(char if char.isprintable() or char in "\t\x1b" else "\ufffd" for char in last)


def shown(value: object) -> str:
    """Write a value in one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean(text.replace("\n", "\\n"))[:_MOST]


def short(value: object) -> str:
    """Write an item of a loop, in so few characters that it can stand behind a name."""
    text = shown(value)
    return text if len(text) <= _SHORT else text[: _SHORT - 3] + "..."


def plural(number: int, word: str) -> str:
    """Write a number of things: `1 run`, `3 runs`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def plain(text: str) -> str:
    """Take colours and all else out of a text that is not to be read, as XML and Markdown need it."""
    return "".join(char for char in _ANSI.sub("", text) if char.isprintable() or char in "\t\n")
