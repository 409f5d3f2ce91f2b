"""The signs for the statuses of steps."""

from __future__ import annotations

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


def mark(status: str, encoding: str | None) -> str:
    """Give the sign for a status; plain ASCII where the output knows nothing else."""
    if (encoding or "").lower().startswith("utf"):
        return MARKS.get(status, ("?", ""))[0]
    return _ASCII.get(status, "?")
