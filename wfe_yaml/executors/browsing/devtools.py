"""`DevTools`: the conversation with a browser by its debugging pipe.

The browser reads commands from its file descriptor 3 and writes answers and events to 4, each a JSON object
that ends with NUL: see https://chromedevtools.github.io/devtools-protocol/ and the flag
`--remote-debugging-pipe`. A pipe has no port that somebody else on the machine could connect to.
"""

from __future__ import annotations

import json
import os
import select
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Event = Callable[[str, dict[str, Any]], None]

_CHUNK = 1 << 20
_LARGEST = 256 << 20
"""Bytes of one message; a picture of a very long page has some ten millions."""
_PATIENCE = 120.0
"""Seconds in which a browser answers, however busy the page; one that hangs would hold its step for ever."""


class BrowserError(Exception):
    """The browser or the page does not do what the step wants; the message is for its author.

    Args:
        code: the exit code that tells of it.
    """

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code: int = code


class DevTools:
    """Sends commands and hears of events.

    Args:
        reads: the end of the pipe that brings what the browser says.
        writes: the other one.
    """

    def __init__(self, reads: int, writes: int) -> None:
        self._reads = reads
        self._writes = writes
        self._buffer = bytearray()
        self._searched = 0
        self._last = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self.session: str | None = None
        """The page that commands are for, once there is one."""
        self.on_event: Event = lambda _name, _told: None
        """Told of each event of the page."""

    def post(self, method: str, **params: Any) -> int:
        """Send a command without waiting for its answer; gives its number."""
        self._last += 1
        command: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self.session is not None:
            command["sessionId"] = self.session
        message = json.dumps(command).encode() + b"\0"
        try:
            while message:
                message = message[os.write(self._writes, message) :]
        except BrokenPipeError:
            raise BrowserError("the browser has ended") from None
        return self._last

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its result.

        Raises:
            BrowserError: it cannot be done, or no answer comes; else the message is the browser's.
        """
        return self._result(method, self.post(method, **params), _PATIENCE)

    def greet(self, *, hurry: bool) -> None:
        """Wait until the browser is there.

        Args:
            hurry: give up when it takes too long; what has to be fetched first may take any time.

        Raises:
            BrowserError: it has ended, or does not answer.
        """
        method = "Browser.getVersion"
        self._result(method, self.post(method), _PATIENCE if hurry else None)

    def _result(self, method: str, number: int, seconds: float | None) -> dict[str, Any]:
        self._answers[number] = {}
        answered = self.listen(lambda: bool(self._answers[number]), seconds)
        answer = self._answers.pop(number)
        if not answered:
            raise BrowserError(f"the browser has not answered {method} for {_PATIENCE:.0f} s")
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message', 'failed')}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    def listen(self, until: Callable[[], bool], seconds: float | None = None) -> bool:
        """Hear events until something holds, or the time is over; gives whether it holds."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not until():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            self._hear(left)
        return True

    def _hear(self, seconds: float | None) -> None:
        """Take the next message, if one comes in time."""
        end = self._buffer.find(b"\0", self._searched)
        while end < 0:
            self._searched = len(self._buffer)
            if not select.select([self._reads], [], [], seconds)[0]:
                return
            chunk = os.read(self._reads, _CHUNK)
            if not chunk:
                raise BrowserError("the browser has ended")
            self._buffer += chunk
            if len(self._buffer) > _LARGEST:
                raise BrowserError("the browser sends more than can be kept: the page is too large")
            end = self._buffer.find(b"\0", self._searched)
        message: dict[str, Any] = json.loads(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        number = message.get("id")
        if number is None:
            self.on_event(message["method"], message.get("params", {}))
        elif number in self._answers:
            self._answers[number] = message
