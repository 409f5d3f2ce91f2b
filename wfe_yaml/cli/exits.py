"""Exit codes of the command."""

from __future__ import annotations

import sys
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
    """The run is suspended or waits for an event, an approval or a decision."""
    HELD = 5
    """Another live process runs it."""
    INTERNAL = 70
    """An error inside of wfe."""
    HUNG_UP = 129
    INTERRUPTED = 130
    PIPE = 141
    """Whoever read the output has gone."""
    TERMINATED = 143


MEANINGS = {
    Exit.COMPLETE: "complete",
    Exit.FAILED: "a step failed",
    Exit.USAGE: "bad file, input or option, or a store that cannot be used",
    Exit.CANCELLED: "cancelled or terminated",
    Exit.WAITING: "waiting for an event, an approval, a decision, or suspended",
    Exit.HELD: "another live process runs it",
    Exit.INTERNAL: "an error inside of wfe",
    Exit.HUNG_UP: "interrupted by SIGHUP; the run can be resumed",
    Exit.INTERRUPTED: "interrupted by Ctrl-C; the run can be resumed",
    Exit.PIPE: "whoever read the output has gone; the run can be resumed",
    Exit.TERMINATED: "interrupted by SIGTERM; the run can be resumed",
}
"""Each exit code in words, for the help and the guide."""
TABLE = "\b\nExit codes:\n" + "\n".join(f"  {code.value:>3}  {text}" for code, text in MEANINGS.items())


def say_error(message: str, hint: str | None) -> None:
    """Print an error; problems of a file bring their own `error[…]`."""
    prefix = "" if "error[" in message else "wfe: "
    print(f"{prefix}{message}", file=sys.stderr)
    if hint:
        print(f"  = help: {hint}", file=sys.stderr)


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
