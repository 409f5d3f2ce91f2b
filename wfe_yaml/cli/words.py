"""How values, times and lines are written for people."""

from __future__ import annotations

import json
import re
from unicodedata import category

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|[ -/]*[0-~]|)")
"""An escape sequence (ECMA-48): with parameters, a string up to its end, a short one, or a piece of one."""
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_RESET = "\x1b[0m"
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
    """Make a line of output fit for one line of a terminal: what a progress bar drew last, and no controls.

    Of the sequences that can do more than that (move the cursor, name the window, ask the terminal something)
    nothing is left but colours, and these end with the line.
    """
    last = line.rstrip("\r").rpartition("\r")[2]
    if last.isprintable():
        return last
    coloured = "\x1b" in last
    if coloured:
        last = _ANSI.sub(lambda found: found[0] if _COLOUR.fullmatch(found[0]) else "", last)
        coloured = "\x1b" in last
    text = "".join(char if char.isprintable() or _harmless(char) else "\ufffd" for char in last)
    return text + _RESET if coloured and not text.endswith(_RESET) else text


def clean_lines(text: str) -> str:
    """Make a text of several lines fit for a terminal."""
    return "\n".join(clean(line) for line in text.split("\n"))


def _harmless(char: str) -> bool:
    """Whether a character that counts as not printable does no harm: spaces, and what joins letters."""
    return char in "\t\x1b\u200c\u200d" or category(char) == "Zs"


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
    return "".join(
        char for char in _ANSI.sub("", text) if char.isprintable() or char == "\n" or _harmless(char)
    )
