"""`Cursor`: a place in a script, and what is noted of the expressions on the way."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wfe_yaml.expressions.shell.contexts import HOLE, Quoting, ScriptError, Spot

if TYPE_CHECKING:
    from collections.abc import Generator

_MAX_DEPTH = 40
_OPERATORS = {"&": "&>", "|": "|&", ";": ";&", "<": "<&>(-", ">": ">&|(", "(": "(", ")": ")"}
"""What can follow a character inside of an operator."""


class Cursor:
    """Walks over a script.

    Args:
        text: the script, with the character NUL for each expression.
        bash: it is for bash, not for any `sh`.
    """

    def __init__(self, text: str, *, bash: bool = True) -> None:
        self.text = text
        self.bash: bool = bash
        self.at: int = 0
        self.spots: list[Spot] = [Spot(offset) for offset, char in enumerate(text) if char == HOLE]
        self._numbers = {spot.offset: number for number, spot in enumerate(self.spots)}
        self._collecting: list[list[int]] = []
        self._computed = 0
        self.inside: int = 0
        """In how many substitutions the cursor is."""
        self.defaulted: list[tuple[str, list[int]]] = []
        """Variables that `${name:=…}` may set, with the expressions in what they are set to."""
        self._end = len(text)
        self._depth = 0
        self._no_arithmetic: set[tuple[int, int]] = set()
        """Where `((` was found to begin no arithmetic, so that this is found out once."""

    # ------------------------------------------------------------ helpers

    def peek(self, ahead: int = 0) -> str:
        """Give the character at (or after) the cursor, "" at the end."""
        at = self.at + ahead
        return self.text[at] if at < self._end else ""

    def sees(self, text: str) -> bool:
        """Whether this text stands at the cursor."""
        return self.text.startswith(text, self.at) and self.at + len(text) <= self._end

    def plain(self, pattern: re.Pattern[str]) -> str:
        """Step over characters that mean nothing here, all at once; gives them."""
        match = pattern.match(self.text, self.at, self._end)
        if match is None:
            raise self.fail(f"{self.peek()!r} is not understood here")
        self.at = match.end()
        return match[0]

    def continued(self) -> None:
        """Step over line breaks behind backslashes, which bash takes away before it looks for operators."""
        before = self.text[self.at - 1 : self.at]
        while self.sees("\\\n"):
            self.at += 2
        if self.peek() and self.peek() in _OPERATORS.get(before, ""):
            raise self.fail("an operator that is continued on the next line is not understood")

    def fail(self, message: str, offset: int | None = None) -> ScriptError:
        """Make the error for something that is not understood."""
        return ScriptError(message, min(self.at if offset is None else offset, max(len(self.text) - 1, 0)))

    @contextmanager
    def deeper(self) -> Generator[None]:
        """Guard against nesting without end."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self.fail("the script is nested too deeply")
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def collect(self) -> Generator[list[int]]:
        """Collect the numbers of all expressions that are read inside."""
        found: list[int] = []
        self._collecting.append(found)
        try:
            yield found
        finally:
            self._collecting.pop()
            if self._collecting:
                self._collecting[-1].extend(found)

    @contextmanager
    def computing(self) -> Generator[None]:
        """Inside, bash computes: every expression, nested ones too, must be an integer."""
        self._computed += 1
        try:
            yield
        finally:
            self._computed -= 1

    def hole(self, quoting: Quoting, refused: str | None = None) -> int:
        """Note the expression at the cursor and step over it."""
        number = self._numbers[self.at]
        spot = self.spots[number]
        spot.quoting, spot.whole_word, spot.refused = quoting, False, refused
        spot.integer = bool(self._computed)
        if quoting is not Quoting.COMMENT and self._collecting:
            self._collecting[-1].append(number)
        self.at += 1
        return number
