"""The inside of words: quotes, expansions, heredoc bodies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wfe_yaml.expressions.shell.contexts import HOLE, Quoting, Word
from wfe_yaml.expressions.shell.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Callable

BLANK = " \t"
META = " \t\n;&|()<>"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL = "@*#?-$!"
_ASSIGN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_SUBSCRIPT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
_WORD_OPERATORS = (":-", ":=", ":?", ":+", "-", "=", "?", "+")
_PATTERN_OPERATORS = ("##", "#", "%%", "%", "//", "/", "^^", "^", ",,", ",", "@")
_BRACES = re.compile(r"\{[^\s;&|<>]*(?:,|\.\.)[^\s;&|<>]*\}")

ARITHMETIC = "bash computes with it"
NAME = "it would become the name of a variable, which bash evaluates"
SUBSCRIPT = "it would become a subscript, which bash evaluates"
BACKTICKS = "inside backticks it cannot be quoted"
ANSI_C = "inside $'…' nothing is expanded"
LOCALE = 'inside $"…" the text is looked up in a catalogue'
QUOTED_HEREDOC = "in a heredoc with a quoted delimiter nothing is expanded"
PATTERN = "in this kind of ${…} it would become a pattern"
BACKSLASH = "the backslash before it would quote the reference"
DELIMITER = "the delimiter of a heredoc is not expanded"


class WordScanner(Cursor):
    """Reads words, and notes for each expression how it is quoted.

    `commands` (of the class below it in the tree) reads what stands in `$( … )`.
    """

    def commands(self, closer: str) -> None:
        """Read commands up to the closer."""
        raise NotImplementedError

    # ------------------------------------------------------------ words

    def word(self, *, assigning: bool = False, stop: str = "") -> Word:
        """Read one word; `assigning` where `NAME=value` assigns. Reads at least one character or fails."""
        word = Word(self.at)
        with self.deeper(), self.collect() as found:
            if assigning:
                self._assignment_head(word)
            while self.at < self._end and not self._ends_word(word, stop):
                self._word_part(word)
            word.holes = found
        word.end = self.at
        if word.end == word.start:
            raise self.fail(
                f"a word is missing before {self.peek()!r}" if self.peek() else "a word is missing at the end"
            )
        if len(word.direct) == 1 and word.end - word.start == 1:
            self.spots[word.direct[0]].whole_word = True
        return word

    def _ends_word(self, word: Word, stop: str) -> bool:
        char = self.peek()
        if char in stop:
            return True
        if char in "<>" and self.peek(1) == "(":
            return False
        if char == "(" and self.at > word.start and self.text[self.at - 1] in "?*+@!" and not word.quoted:
            return False
        return char in META

    def _assignment_head(self, word: Word) -> None:
        """Read `NAME=`, `NAME+=`, `NAME[subscript]=` and, after `=`, an array in parentheses."""
        match = _ASSIGN.match(self.text, self.at, self._end)
        if match is None:
            subscript = _SUBSCRIPT.match(self.text, self.at, self._end)
            if subscript is None:
                return
            self.at = subscript.end()
            with self.computing():
                self._until("]", SUBSCRIPT)
            if not (self.sees("=") or self.sees("+=")):
                word.static = False
                return
            self.at += 1 if self.sees("=") else 2
            word.assigns, word.static = subscript[1], False
        else:
            self.at = match.end()
            word.assigns, word.text = match[1], match[0]
        if self.peek() == "(":
            word.static = False
            self._array()

    def _array(self) -> None:
        """Read `( word word … )` of an array assignment."""
        opened = self.at
        self.at += 1
        while True:
            self.skip_blank_lines()
            if self.at >= self._end:
                raise self.fail("this '(' is never closed", opened)
            if self.peek() == ")":
                self.at += 1
                return
            if self.peek() == "[":
                self.at += 1
                with self.computing():
                    self._until("]", SUBSCRIPT)
                if self.at < self._end and self.peek() not in META:
                    self.word()
                continue
            if self.peek() in META and not (self.peek() in "<>" and self.peek(1) == "("):
                raise self.fail(f"{self.peek()!r} is not understood inside an array")
            self.word()

    def skip_blank_lines(self) -> None:
        """Skip blanks, line breaks, continued lines and comments."""
        while self.at < self._end:
            if self.peek() in " \t\n":
                self.at += 1
            elif self.sees("\\\n"):
                self.at += 2
            elif self.peek() == "#":
                self.comment()
            else:
                return

    def comment(self) -> None:
        """Skip to the end of the line; expressions in it are left alone."""
        while self.at < self._end and self.peek() != "\n":
            if self.peek() == HOLE:
                self.hole(Quoting.COMMENT)
            else:
                self.at += 1

    def _word_part(self, word: Word) -> None:
        char = self.peek()
        if char == HOLE:
            word.direct.append(self.hole(Quoting.BARE))
            word.static = False
        elif char == "\\":
            self._backslash(word)
        elif char == "'":
            word.quoted = True
            self._take(word, self._single_quoted(word))
        elif char == '"':
            word.quoted = True
            self.at += 1
            self._take(word, self._double_quoted(word.direct))
        elif char in "$`":
            quoting = self.peek(1) in ("'", '"')
            if self._expansion(double=False):
                word.static, word.quoted = False, word.quoted or quoting
                word.splits = word.splits or not quoting
            elif word.static:
                word.text += char
        elif char in "<>":
            self.at += 1
            self._substitution()
            word.static = False
        elif char == "(":
            word.static = False
            self.at += 1
            self._until(")", PATTERN)
        else:
            if char == "{":
                word.braces = word.braces or bool(_BRACES.match(self.text, self.at, self._end))
                word.splits = word.splits or word.braces
                word.static = word.static and not word.braces
            elif char in "*?":
                # A pattern becomes names of files, whatever their number.
                word.static, word.splits = False, True
            if word.static:
                word.text += char
            self.at += 1

    def _take(self, word: Word, text: str | None) -> None:
        """Add quoted text to a word; None when it was not static."""
        if text is None:
            word.static = False
        elif word.static:
            word.text += text

    def _backslash(self, word: Word | None) -> None:
        """Step over a backslash and what it quotes."""
        self.at += 1
        if self.peek() == HOLE:
            number = self.hole(Quoting.BARE, BACKSLASH)
            if word is not None:
                word.direct.append(number)
                word.static = False
            return
        if word is not None and self.peek() != "\n":
            word.quoted = True
            if word.static:
                word.text += self.peek()
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
                self.at += 1
        self.at += 1
        return self.text[start : self.at - 1] if static else None

    def _double_quoted(self, direct: list[int], *, refused: str | None = None) -> str | None:
        """Read the rest of a double-quoted text; gives it when it is static."""
        opened, static, text = self.at - 1, True, ""
        while self.peek() != '"':
            if self.at >= self._end:
                raise self.fail('this " is never closed', opened)
            char = self.peek()
            if char == "\\":
                if self.peek(1) not in ("\n", ""):
                    text += self.peek(1) if self.peek(1) in '$`"\\' else char + self.peek(1)
                self._backslash(None)
            elif char == HOLE:
                direct.append(self.hole(Quoting.DOUBLE, refused))
                static = False
            elif char in "$`" and self._expansion(double=True):
                static = False
            elif char in "$`":
                text += char
            else:
                text += char
                self.at += 1
        self.at += 1
        return text if static else None

    def _dollar_quoted(self) -> None:
        """`$'…'` and `$"…"`: no expression can stand in them."""
        opened = self.at
        ansi = self.peek(1) == "'"
        self.at += 2
        if not ansi:
            self._double_quoted([], refused=LOCALE)
            return
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

    # ------------------------------------------------------------ expansions

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
        self.commands(")")

    def arithmetic(self) -> bool:
        """Read `(( … ))`; False, with the cursor unmoved, when the parentheses do not close together."""
        start = self.at
        self.at += 2
        depth = 0
        with self.computing():
            while self.at < self._end:
                char = self.peek()
                if char == ")" and depth == 0:
                    if self.peek(1) == ")":
                        self.at += 2
                        return True
                    break
                if char in "()":
                    depth += 1 if char == "(" else -1
                    self.at += 1
                elif char == HOLE:
                    self._operand()
                else:
                    self._inside(ARITHMETIC)
        self.at = start
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
        match = _NAME.match(self.text, self.at, self._end)
        if match:
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
        self._operator(opened, double=double)

    def _operator(self, opened: int, *, double: bool) -> None:
        for operator in _WORD_OPERATORS:
            if self.sees(operator):
                self.at += len(operator)
                self._operand_of_parameter(opened, None, double=double, single_quotes=not double)
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

    # ------------------------------------------------------------ heredocs

    def heredoc_body(self, delimiter: str, *, strip: bool, quoted: bool) -> list[int]:
        """Read the body that begins at the cursor, up to its delimiter; gives the expressions in it."""
        start = self.at
        while True:
            if self.at >= self._end:
                raise self.fail(f"the heredoc is never closed by a line {delimiter!r}", start)
            line_start = self.at
            break_at = self.text.find("\n", self.at, self._end)
            line_end = self._end if break_at < 0 else break_at
            self.at = min(line_end + 1, self._end)
            line = self.text[line_start:line_end]
            if (line.lstrip("\t") if strip else line) == delimiter:
                break
            while not quoted and _continued(line) and self.at < self._end:
                break_at = self.text.find("\n", self.at, self._end)
                line_end = self._end if break_at < 0 else break_at
                line = self.text[self.at : line_end]
                self.at = min(line_end + 1, self._end)
        after, end = self.at, self._end
        self.at, self._end = start, line_start
        with self.collect() as found:
            while self.at < self._end:
                if self.peek() == HOLE:
                    self.hole(Quoting.DOUBLE, QUOTED_HEREDOC if quoted else None)
                elif not quoted and self.peek() == "\\":
                    self._backslash(None)
                elif not quoted and self.peek() in "$`":
                    self._expansion(double=True)
                else:
                    self.at += 1
        self.at, self._end = after, end
        return found


def _continued(line: str) -> bool:
    """Whether a line of an unquoted heredoc ends with a backslash that joins the next one to it."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
