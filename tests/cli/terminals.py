"""Runs commands on real pseudo-terminals, and reads off what an emulator of one makes of it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte

from tests.waiting import PATIENCE

WFE = Path(sys.executable).with_name("wfe")
HEIGHT = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """What a terminal got.

    Attributes:
        raw: the bytes as text.
        lines: what is to be seen in the end, without what scrolled away.
        code: the exit code of the command.
    """

    raw: str
    lines: list[str]
    code: int


class Terminal:
    """A terminal on which one command runs.

    Args:
        argv: the command.
        folder: where it runs.
        env: its environment.
        width: columns.
        height: lines.
    """

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        *,
        width: int = 80,
        height: int = HEIGHT,
    ) -> None:
        self._master, slave = pty.openpty()
        self._screen = pyte.HistoryScreen(width, height, history=1_000)
        self._stream = pyte.ByteStream(self._screen)
        self._raw = b""
        self.resize(width, height)
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            list(argv),
            cwd=folder,
            env={"TERM": "xterm-256color", **env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - without threads; Ctrl-C is to reach the command
        )
        os.close(slave)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size; the command is told by SIGWINCH."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._screen.resize(height, width)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def close(self) -> None:
        """Close the window, as a person does, with the command still in it."""
        os.close(self._master)

    def until(self, condition: Callable[[str], bool]) -> str:
        """Read until what came so far fulfils a condition; gives it.

        Raises:
            AssertionError: the command ended before.
        """
        while not condition(self.text):
            assert self._read(), f"the command has ended; it wrote {self.text!r}"
        return self.text

    def end(self) -> Shown:
        """Read to the end."""
        while self._read():
            pass
        code = self.process.wait(timeout=PATIENCE)
        os.close(self._master)
        return Shown(self.text, self.lines, code)

    @property
    def lines(self) -> list[str]:
        """What is to be seen now, without the empty lines at the end."""
        lines: list[str] = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self) -> str:
        """What came so far."""
        return self._raw.decode("utf-8", "replace")

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        assert ready, f"nothing more came; the command wrote {self.text!r}"
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            # Linux says so when the last user of the other side has gone.
            return False
        self._raw += data
        self._stream.feed(data)
        return bool(data)


def on_terminal(
    args: Sequence[str], folder: Path, env: Mapping[str, str], *, width: int = 80, height: int = HEIGHT
) -> Shown:
    """Run the command with these arguments on a terminal, to its end."""
    return Terminal([str(WFE), *args], folder, env, width=width, height=height).end()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
