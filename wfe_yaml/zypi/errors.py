"""What can go wrong with a command that Zypi is to run.

ZypiError                       and whether the command has run: `ran`
├── UnreachableError            it was not taken: it has not run; another attempt may find Zypi there
├── LostAnswerError             nobody knows whether it ran
├── RefusedError                Zypi or its guest will not run it; another attempt changes nothing
│   └── ImageNotFoundError      Zypi does not have the image
├── SandboxTimeoutError         it took longer than its timeout, and was ended
└── CommandFailedError          it ran, and its exit code is not 0 (`check_output` only)

All are `StepError`s, so a step of a workflow can let them pass: `retryable` tells the engine what to do.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, ClassVar

from wfe_core.errors import StepError, StepTimeoutError

if TYPE_CHECKING:
    from wfe_yaml.zypi.protocol import ExecResult

_SHOWN = 300
"""The most characters of what somebody else said that an error shows."""


def printable(text: str) -> str:
    """Give a text in one line that can be stored and shown anywhere, whatever a server has sent."""
    return " ".join(
        "".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text).split()
    )


class ZypiError(StepError):
    """A command was not run by Zypi as it was meant to be.

    Args:
        message: what happened.
        said: what the other side said of it; only its beginning gets into the text of the error.
        hint: what to do.

    Attributes:
        ran: whether the command has run; None when nobody knows.
        message: see the argument.
        said: see the argument.
        hint: see the argument.
    """

    ran: ClassVar[bool | None] = True
    passing: ClassVar[bool] = False
    """Another attempt can end otherwise."""

    def __init__(self, message: str, *, said: str = "", hint: str = "") -> None:
        self.message: str = message
        self.said: str = said
        self.hint: str = hint
        whole = ": ".join(filter(None, (message, printable(said)[:_SHOWN])))
        super().__init__("; ".join(filter(None, (whole, hint))), retryable=self.passing)


class UnreachableError(ZypiError):
    """Nobody answers at the address of Zypi, or it takes no command now: the command has not run."""

    ran: ClassVar[bool | None] = False
    passing: ClassVar[bool] = True


class LostAnswerError(ZypiError):
    """The command was sent, and what became of it is not known: it may have run."""

    ran: ClassVar[bool | None] = None
    passing: ClassVar[bool] = True


class RefusedError(ZypiError):
    """Zypi, or the guest in its microVM, will not run the command."""

    ran: ClassVar[bool | None] = False


class ImageNotFoundError(RefusedError):
    """Zypi does not have the image."""


class SandboxTimeoutError(ZypiError, StepTimeoutError):
    """The command took longer than its timeout, and was ended.

    Args:
        message: which timeout.
        stdout: what it had written until then, as far as Zypi tells.
        stderr: likewise.
    """

    passing: ClassVar[bool] = True

    def __init__(self, message: str, *, stdout: str = "", stderr: str = "") -> None:
        super().__init__(message)
        self.stdout: str = stdout
        self.stderr: str = stderr


class CommandFailedError(ZypiError):
    """The command ran, and its exit code is not 0.

    Args:
        result: what it gave.
    """

    passing: ClassVar[bool] = True

    def __init__(self, result: ExecResult) -> None:
        self.result: ExecResult = result
        said = result.stderr.strip().splitlines()[-3:]
        told = f": {' / '.join(said)[:500]}" if said else ""
        super().__init__(f"the command ended with exit code {result.exit_code}{told}")
