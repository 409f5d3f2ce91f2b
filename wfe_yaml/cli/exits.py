"""Exit codes of the command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code tells."""

    COMPLETE = 0
    FAILED = 1
    """A step failed."""
    USAGE = 2
    """A bad file, a bad input or a bad option; also a store that cannot be used."""
    CANCELLED = 3
    WAITING = 4
    """The run is suspended or waits for a decision."""
    HELD = 5
    """Another live process runs it."""
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class CommandError(Exception):
    """The command cannot do what was asked; the message says why, the hint what to do.

    Args:
        message: for a person.
        hint: a line with the remedy, or None.
        code: the exit code.
    """

    def __init__(self, message: str, *, hint: str | None = None, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
