"""The signs, words and colours for the statuses of steps, and what the output can show."""

from __future__ import annotations

import os

MARKS = {
    "pending": ("·", "dim"),
    "running": ("▶", "cyan"),
    "sleeping": ("⏲", "yellow"),
    "waiting": ("…", "yellow"),
    "complete": ("✓", "green"),
    "skipped": ("○", "dim"),
    "failed": ("✗", "red"),
    "cancelled": ("■", "yellow"),
    "compensating": ("↺", "yellow"),
    "compensated": ("↺", "yellow"),
}
_ASCII = {
    "pending": ".", "running": ">", "sleeping": "z", "waiting": "~", "complete": "+", "skipped": "o",
    "failed": "x", "cancelled": "#", "compensating": "<", "compensated": "<",
}  # fmt: skip
_CODES = {"dim": "2", "cyan": "36", "yellow": "33", "green": "32", "red": "31"}
SETTLED = frozenset({"step.completed", "step.failed", "step.retrying", "step.cancelled"})
"""Events after which the journal knows how an attempt ended."""
_WORDS = {"compensating": "is being undone", "compensated": "undone", "cancelled": "stopped"}


def mark(status: str, encoding: str | None) -> str:
    """Give the sign for a status; plain ASCII where the output knows nothing else."""
    if is_unicode(encoding):
        return MARKS.get(status, ("?", ""))[0]
    return _ASCII.get(status, "?")


def word(status: str) -> str:
    """Give the word for a status, as people say it."""
    return _WORDS.get(status, status)


def is_unicode(encoding: str | None) -> bool:
    """Whether an output knows more than ASCII."""
    return (encoding or "").lower().startswith("utf")


def paint(text: str, status: str, *, colour: bool) -> str:
    """Write a text in the colour of a status."""
    code = _CODES.get(MARKS.get(status, ("", ""))[1])
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code else text


def wants_colour(*, terminal: bool) -> bool:
    """Whether to write in colour: `NO_COLOR` never, `FORCE_COLOR` always, else on a terminal that can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
