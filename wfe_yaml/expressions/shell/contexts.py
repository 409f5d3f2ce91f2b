"""What is known about the place of an expression in a script, and what was read around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

HOLE = "\0"
"""Stands for one expression while a script is read; no script can contain it otherwise."""


class Quoting(Enum):
    """How the place is quoted: decides what the reference looks like."""

    BARE = auto()
    """Outside of quotes: `"${v}"`."""
    DOUBLE = auto()
    """In double quotes or an unquoted heredoc: `${v}`."""
    SINGLE = auto()
    """In single quotes: `'"${v}"'`."""
    ARITHMETIC = auto()
    """In `$(( ))` and `(( ))`: `${v}`, integers only."""
    COMMENT = auto()
    """In a comment: left as it is, never evaluated."""


@dataclass(slots=True)
class Spot:
    """The place of one expression."""

    offset: int
    quoting: Quoting = Quoting.BARE
    whole_word: bool = False
    """It is a word of its own, where a list may become several words."""
    integer: bool = False
    """Bash computes with the value: only an integer may come."""
    refused: str | None = None
    """Why no value may come here at all."""

    def refuse(self, why: str) -> None:
        """Let no value come here; the first reason stands."""
        if self.refused is None:
            self.refused = why


@dataclass(slots=True)
class Word:
    """A word of a command."""

    start: int
    end: int = 0
    pieces: list[str] = field(default_factory=list[str])
    """What `text` is made of: joined only when it is asked for, or a long word would cost its square."""
    static: bool = True
    """The whole word is static."""
    tail: list[str] = field(default_factory=list[str])
    """The static text after its last part that is not static."""
    process: bool = False
    """It is the file of a process: `<( … )`, `>( … )`."""
    quoted: bool = False
    """Some of it is quoted, so it is no reserved word."""
    splits: bool = False
    """It holds an unquoted expansion or a pattern: it may become several words, or none."""
    braces: bool = False
    """It holds a brace expansion, which makes several words of it."""
    assigns: str | None = None
    """The variable, when it has the form of an assignment."""
    holes: list[int] = field(default_factory=list[int])
    """All expressions inside, those in nested substitutions included."""
    direct: list[int] = field(default_factory=list[int])
    """The expressions that are parts of the word itself."""

    def add(self, text: str | None) -> None:
        """Add a part: its text, or None when that is known only when bash runs."""
        if text is None:
            self.static = False
            self.tail.clear()
            return
        self.tail.append(text)
        if self.static:
            self.pieces.append(text)

    @property
    def text(self) -> str:
        """The static text, quotes removed, up to the first part that is not static."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    @property
    def literal(self) -> str | None:
        """The whole text when it is static, else None."""
        return self.text if self.static else None


@dataclass(slots=True)
class Command:
    """A simple command, or a compound one (`{ … }`, `if … fi`) seen from outside."""

    assignments: list[Word] = field(default_factory=list[Word])
    words: list[Word] = field(default_factory=list[Word])
    redirected: list[int] = field(default_factory=list[int])
    """Expressions in redirections, here-strings and heredocs of the command."""
    fed: list[int] = field(default_factory=list[int])
    """Those of them that come in: not those of the files that are written."""
    has_input: bool = False
    """It reads something else than what the commands around it read."""
    inner: list[int] = field(default_factory=list[int])
    """Expressions inside a compound command."""
    compound: bool = False
    reads_code: bool = False
    """It (or a command inside it) runs what comes on its standard input."""

    @property
    def empty(self) -> bool:
        """Whether nothing was read for it yet."""
        return not (self.words or self.assignments or self.compound)

    def holes(self) -> list[int]:
        """Give all its expressions."""
        inside = [hole for word in (*self.assignments, *self.words) for hole in word.holes]
        return inside + self.inner + self.redirected


class ScriptError(Exception):
    """The script holds a construct that is not understood, at an offset."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


USE_ENV = 'use env: give the value a name under `env:` and write "$NAME" here'
