"""Quotes and expansions: what stands inside of words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wfe_yaml.expressions.shell.contexts import HOLE, Quoting, Word
from wfe_yaml.expressions.shell.cursor import Cursor
from wfe_yaml.expressions.shell.escapes import unescape
from wfe_yaml.expressions.shell.reasons import (
    ANSI_C,
    ARITHMETIC,
    BACKSLASH,
    BACKTICKS,
    LOCALE,
    NAME,
    PATTERN,
    SUBSCRIPT,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_DOUBLE = re.compile(rf'[^"\\$`{HOLE}]+')
_PLAIN_SINGLE = re.compile(rf"[^'{HOLE}]+")
_SPECIAL = "@*#?-$!"
_WORD_OPERATORS = (":-", ":=", ":?", ":+", "-", "=", "?", "+")
_PATTERN_OPERATORS = ("##", "#", "%%", "%", "//", "/", "^^", "^", ",,", ",", "@")


class QuoteScanner(Cursor):
    """Reads quotes, expansions and arithmetic, and notes for each expression how it is quoted.

    `commands` (of the class below it in the tree) reads what stands in `$( … )`.
    """

    at: int
    inside: int
    quoted_tail: str = ""
    """What the double-quoted text that was read last ends with."""

    def commands(self, closer: str) -> None:
        """Read commands up to the closer."""
        raise NotImplementedError

    def _backslash(self, word: Word | None) -> None:
        """Step over a backslash and what it quotes."""
        if self.peek(1) == "\n":
            self.at += 2
            return
        self.at += 1
        if self.peek() == HOLE:
            number = self.hole(Quoting.BARE, BACKSLASH)
            if word is not None:
                word.direct.append(number)
                word.add(None)
            return
        if word is not None:
            word.quoted = True
            word.add(self.peek())
        self.at = min(self.at + 1, self._end)

    def _single_quoted(self, word: Word | None) -> str | None:
        opened = self.at
        self.at += 1
        start, static = self.at, True
        while self.peek() != "'":
            if self.at >= self._end:
                raise self.fail("this ' is never closed", opened)
            if self.peek() == HOLE:
                number = self.hole(Quoting.SINGLE)
                static = False
                if word is not None:
                    word.direct.append(number)
            else:
                self.plain(_PLAIN_SINGLE)
        self.at += 1
        return self.text[start : self.at - 1] if static else None

    def _double_quoted(self, direct: list[int], *, refused: str | None = None) -> str | None:
        """Read the rest of a double-quoted text; gives it when it is static."""
        opened, static = self.at - 1, True
        text: list[str] = []
        """Since the last part that is not static."""
        while self.peek() != '"':
            if self.at >= self._end:
                raise self.fail('this " is never closed', opened)
            char = self.peek()
            if char == "\\":
                if self.peek(1) not in ("\n", ""):
                    text.append(self.peek(1) if self.peek(1) in '$`"\\' else char + self.peek(1))
                self._backslash(None)
            elif char == HOLE:
                direct.append(self.hole(Quoting.DOUBLE, refused))
                static = False
                text.clear()
            elif char in "$`" and self._expansion(double=True):
                static = False
                text.clear()
            elif char in "$`":
                text.append(char)
            else:
                text.append(self.plain(_PLAIN_DOUBLE))
        self.at += 1
        self.quoted_tail = "".join(text)
        return self.quoted_tail if static else None

    def _dollar_quoted(self) -> str | None:
        """`$'…'` and `$"…"`: no expression can stand in them. Gives the text when it is static."""
        opened = self.at
        ansi = self.peek(1) == "'"
        if ansi and not self.bash:
            raise self.fail("not every sh reads $'…' as bash does", opened)
        self.at += 2
        if not ansi:
            return self._double_quoted([], refused=LOCALE)
        start = self.at
        while self.peek() != "'":
            if self.at >= self._end:
                raise self.fail("this $' is never closed", opened)
            if self.peek() == "\\":
                self.at += 1
            if self.peek() == HOLE:
                self.hole(Quoting.SINGLE, ANSI_C)
            else:
                self.at += 1
        self.at += 1
        return unescape(self.text[start : self.at - 1])

    def _expansion(self, *, double: bool) -> bool:
        """Read what begins with `$` or a backtick; False when the `$` is only a character."""
        with self.deeper():
            if self.peek() == "`":
                self._backticks()
                return True
            if not double and self.peek(1) and self.peek(1) in "'\"":
                self._dollar_quoted()
                return True
            self.at += 1
            char = self.peek()
            if self.sees("\\\n"):
                raise self.fail("an expansion that is continued on the next line is not understood")
            if char == "(":
                self._dollar_parenthesis()
            elif char == "{":
                self._parameter(double=double)
            elif char == "[":
                self.at += 1
                with self.computing():
                    self._until("]", ARITHMETIC)
            elif char == HOLE:
                self.hole(Quoting.BARE, NAME)
            elif match := _NAME.match(self.text, self.at, self._end):
                self.at = match.end()
            elif char and (char in _SPECIAL or char.isdigit()):
                self.at += 1
            else:
                return False
        return True

    def _backticks(self) -> None:
        opened = self.at
        self.at += 1
        while self.peek() != "`":
            if self.at >= self._end:
                raise self.fail("this ` is never closed", opened)
            if self.peek() == "\\":
                self.at += 1
            if self.peek() == HOLE:
                self.hole(Quoting.BARE, BACKTICKS)
            else:
                self.at += 1
        self.at += 1

    def _dollar_parenthesis(self) -> None:
        """`$(( … ))` when its parentheses close together, else `$( … )`: the way bash decides."""
        if self.sees("((") and self.arithmetic():
            return
        self._substitution()

    def _substitution(self) -> None:
        """Read `( commands )` of `$(`, `<(` and `>(`."""
        self.at += 1
        if self.sees("\\\n"):
            raise self.fail("a parenthesis that is continued on the next line is not understood")
        self.inside += 1
        self.commands(")")
        self.inside -= 1

    def arithmetic(self) -> bool:
        """Read `(( … ))`; False, with the cursor unmoved, when the parentheses do not close together."""
        start = self.at
        if (start, self._end) in self._no_arithmetic:
            return False
        self.at += 2
        depth = 0
        with self.computing():
            while self.at < self._end:
                char = self.peek()
                if char == ")" and depth == 0:
                    if self.peek(1) == ")":
                        self.at += 2
                        return True
                    if self.text.startswith("\\\n", self.at + 1):
                        raise self.fail("an operator that is continued on the next line is not understood")
                    break
                if char in "()":
                    depth += 1 if char == "(" else -1
                    self.at += 1
                elif char == HOLE:
                    self._operand()
                else:
                    self._inside(ARITHMETIC)
        self.at = start
        self._no_arithmetic.add((start, self._end))
        return False

    def _operand(self) -> None:
        """An expression in arithmetic: not glued to a name or a number, of which it would become a part."""
        before, after = self.text[self.at - 1 : self.at], self.peek(1)
        glued = any(char.isalnum() or char in "_#$[" + HOLE for char in (before, after) if char)
        self.hole(Quoting.ARITHMETIC, "it would become part of a name or number" if glued else None)

    def _inside(self, refused: str) -> None:
        """Step over one part (quotes, an expansion, a character) of something that is not a word."""
        char = self.peek()
        if char == HOLE:
            self.hole(Quoting.BARE, refused)
        elif char == "\\":
            self._backslash(None)
        elif char == "'":
            self._refuse_inside(lambda: self._single_quoted(None), refused)
        elif char == '"':
            self.at += 1
            self._refuse_inside(lambda: self._double_quoted([]), refused)
        elif char in "$`":
            self._expansion(double=False)
        else:
            self.at += 1

    def _refuse_inside(self, read: Callable[[], object], refused: str) -> None:
        with self.collect() as found:
            read()
        for number in found:
            self.spots[number].refuse(refused)

    def _until(self, closer: str, refused: str) -> None:
        """Read to the closing bracket; no expression may stand in between."""
        opened = self.at - 1
        opener = {"]": "[", ")": "("}[closer]
        depth = 0
        while self.at < self._end:
            char = self.peek()
            if char == closer and depth == 0:
                self.at += 1
                return
            if char in (opener, closer):
                depth += 1 if char == opener else -1
                self.at += 1
            else:
                self._inside(refused)
        raise self.fail(f"this {opener!r} is never closed", opened)

    def _parameter(self, *, double: bool) -> None:
        """Read `${ … }`."""
        opened = self.at - 1
        self.at += 1
        if self.peek() in (" ", "\t", "\n", "|"):
            raise self.fail("${ command; } is not understood here", opened)
        if self.peek() in "#!" and self.peek(1) not in ("}", ""):
            self.at += 1
        name = ""
        match = _NAME.match(self.text, self.at, self._end)
        if match:
            name = match[0]
            self.at = match.end()
        elif self.peek().isdigit():
            while self.peek().isdigit():
                self.at += 1
        elif self.peek() == HOLE:
            self.hole(Quoting.BARE, NAME)
        elif self.peek() and self.peek() in _SPECIAL:
            self.at += 1
        if self.peek() == "[":
            self.at += 1
            with self.computing():
                self._until("]", SUBSCRIPT)
        if self.peek() == "}":
            self.at += 1
            return
        self._operator(opened, name, double=double)

    def _operator(self, opened: int, name: str, *, double: bool) -> None:
        for operator in _WORD_OPERATORS:
            if self.sees(operator):
                self.at += len(operator)
                with self.collect() as found:
                    self._operand_of_parameter(opened, None, double=double, single_quotes=not double)
                if operator.endswith("=") and found:
                    self.defaulted.append((name, found))
                return
        if self.peek() == ":":
            self.at += 1
            with self.computing():
                self._operand_of_parameter(opened, ARITHMETIC, double=double, single_quotes=True)
            return
        for operator in (*_PATTERN_OPERATORS, "*"):
            if self.sees(operator):
                self.at += len(operator)
                self._operand_of_parameter(opened, PATTERN, double=double, single_quotes=True)
                return
        if self.peek() == HOLE:
            self._operand_of_parameter(opened, NAME, double=double, single_quotes=True)
            return
        raise self.fail("this kind of ${…} is not understood", opened)

    def _operand_of_parameter(
        self, opened: int, refused: str | None, *, double: bool, single_quotes: bool
    ) -> None:
        """Read the rest of `${name<operator>…}` up to its brace."""
        while self.at < self._end:
            char = self.peek()
            if char == "}":
                self.at += 1
                return
            if char == "'" and not single_quotes:
                self.at += 1
            elif refused is not None:
                self._inside(refused)
            elif char == HOLE:
                self.hole(Quoting.DOUBLE if double else Quoting.BARE)
            elif char == "\\":
                self._backslash(None)
            elif char == "'":
                self._single_quoted(None)
            elif char == '"':
                self.at += 1
                self._double_quoted([])
            elif char in "$`":
                self._expansion(double=double)
            else:
                self.at += 1
        raise self.fail("this ${ is never closed", opened)
