"""Words, arrays, comments and the bodies of heredocs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wfe_yaml.expressions.shell.contexts import HOLE, Command, Quoting, Word
from wfe_yaml.expressions.shell.quoting import QuoteScanner
from wfe_yaml.expressions.shell.reasons import PATTERN, QUOTED_HEREDOC, SUBSCRIPT

META = " \t\n;&|()<>"
_ASSIGN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_SUBSCRIPT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
_UNBROKEN = re.compile(r"[^\s;&|<>]*")
_PLAIN_WORD = re.compile(rf"""[^ \t\n;&|()<>'"$`\\{{*?{HOLE}]+""")
_PLAIN_COMMENT = re.compile(rf"[^\n{HOLE}]+")
_PLAIN_HEREDOC = {
    False: re.compile(rf"[^\\$`{HOLE}]+"),
    True: re.compile(rf"[^{HOLE}]+"),
}
"""By whether the delimiter is quoted."""


@dataclass(slots=True)
class Heredoc:
    """A heredoc whose body begins after the line."""

    delimiter: str
    strip: bool
    quoted: bool
    command: Command
    refused: bool = False
    """What it feeds runs its input as code."""


class WordScanner(QuoteScanner):
    """Reads words: what they are made of, and what of it is known before bash runs."""

    at: int

    def __init__(self, text: str, *, bash: bool = True) -> None:
        super().__init__(text, bash=bash)
        self._no_braces_before = 0
        self.heredocs: list[Heredoc] = []
        """Those whose bodies begin after the line."""

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
                word.add(None)
                return
            self.at += 1 if self.sees("=") else 2
            word.assigns = subscript[1]
            word.add(None)
        else:
            self.at = match.end()
            word.assigns = match[1]
            word.add(match[0])
        if self.peek() == "(":
            word.add(None)
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
            if self.peek() == "\n" and self.heredocs:
                raise self.fail("the line of a heredoc has to end before its body begins")
            if self.peek() in " \t\n":
                self.at += 1
            elif self.sees("\\\n"):
                self.continued()
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
                self.plain(_PLAIN_COMMENT)

    def _word_part(self, word: Word) -> None:
        """Read one part of a word, and add its text where that is known before bash runs."""
        char = self.peek()
        if char == HOLE:
            word.direct.append(self.hole(Quoting.BARE))
            word.add(None)
        elif char == "\\":
            self._backslash(word)
        elif char == "'":
            word.quoted = True
            word.add(self._single_quoted(word))
        elif char == '"':
            word.quoted = True
            self.at += 1
            text = self._double_quoted(word.direct)
            word.add(text)
            if text is None:
                word.tail.append(self.quoted_tail)
        elif char == "$" and self.peek(1) and self.peek(1) in "'\"":
            word.quoted = True
            word.add(self._dollar_quoted())
        elif char in "$`":
            if self._expansion(double=False):
                word.splits = True
                word.add(None)
            else:
                word.add(char)
        elif char in "<>":
            word.process = True
            self.at += 1
            self._substitution()
            word.add(None)
        elif char == "(":
            word.add(None)
            self.at += 1
            self._until(")", PATTERN)
        elif char in "{*?":
            # A pattern becomes names of files, whatever their number.
            several = char != "{" or self._brace_expansion()
            word.braces = word.braces or (several and char == "{")
            word.splits = word.splits or several
            word.add(None if several else char)
            self.at += 1
        else:
            word.add(self.plain(_PLAIN_WORD))

    def _brace_expansion(self) -> bool:
        """Whether the brace at the cursor begins `{a,b}` or `{1..3}`, or might."""
        if self.at < self._no_braces_before:
            return False
        match = _UNBROKEN.match(self.text, self.at, self._end)
        end = self.at if match is None else match.end()
        closing = self.text.rfind("}", self.at, end)
        if closing >= 0 and any(self.text.find(sign, self.at, closing) >= 0 for sign in (",", "..")):
            return True
        # What holds for the rest of these characters holds for every brace in them.
        self._no_braces_before = end
        return False

    def heredoc_body(self, heredoc: Heredoc) -> list[int]:
        """Read the body that begins at the cursor, up to its delimiter; gives the expressions in it."""
        start, quoted = self.at, heredoc.quoted
        line_start = self._heredoc_end(heredoc)
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
                    self.plain(_PLAIN_HEREDOC[quoted])
        self.at, self._end = after, end
        return found

    def _heredoc_end(self, heredoc: Heredoc) -> int:
        """Go behind the line that ends a heredoc; gives where that line begins."""
        start = self.at
        while self.at < self._end:
            line_start = self.at
            line = self._heredoc_line(heredoc)
            if line == heredoc.delimiter:
                return line_start
            joined = line
            while not heredoc.quoted and _continued(joined) and self.at < self._end:
                joined = joined[:-1] + self._heredoc_line(heredoc)
                if joined == heredoc.delimiter:
                    message = "a line that is continued ends this heredoc in some shells only"
                    raise self.fail(message, line_start)
            if self.inside and line.startswith(heredoc.delimiter) and ")" in line:
                raise self.fail("this line ends the heredoc in some shells only", line_start)
        raise self.fail(f"the heredoc is never closed by a line {heredoc.delimiter!r}", start)

    def _heredoc_line(self, heredoc: Heredoc) -> str:
        """Read one line of the body of a heredoc."""
        start = self.at
        break_at = self.text.find("\n", start, self._end)
        end = self._end if break_at < 0 else break_at
        self.at = min(end + 1, self._end)
        line = self.text[start:end]
        return line.lstrip("\t") if heredoc.strip else line


def _continued(line: str) -> bool:
    """Whether a line of an unquoted heredoc ends with a backslash that joins the next one to it."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
