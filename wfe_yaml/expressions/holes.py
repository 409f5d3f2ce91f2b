"""Finding the expressions in a text: `$<< … >>` is one, `$$<<` stands for the characters `$<<`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.source.spots import spot

if TYPE_CHECKING:
    from wfe_yaml.source.nodes import Scalar
    from wfe_yaml.source.text import Location

OPEN = "$<<"
CLOSE = ">>"
LITERAL_OPEN = "$$<<"


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression in a text."""

    code: str
    """What stands between the delimiters."""
    start: int
    """Offset of `$<<` in the text."""
    end: int
    """Offset after `>>`."""

    @property
    def code_start(self) -> int:
        """Offset of the code in the text."""
        return self.start + len(OPEN)


def has_holes(text: str) -> bool:
    """Whether a text contains anything that `split` would change."""
    return OPEN in text


def split(scalar: Scalar) -> list[str | Hole]:
    """Give the literal stretches and the holes of a scalar's text, in order.

    Raises:
        YamlError: a `$<<` has no `>>`.
    """
    text = scalar.text
    parts: list[str | Hole] = []
    literal = ""
    at = 0
    while True:
        found = text.find(OPEN, at)
        if found < 0:
            break
        if text[found - 1 : found] == "$" and found > at:
            literal += text[at : found - 1] + OPEN
            at = found + len(OPEN)
            continue
        literal += text[at:found]
        end = _end(text, found + len(OPEN))
        if end is None:
            raise YamlError(_unbalanced(scalar, found))
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(Hole(text[found + len(OPEN) : end], found, end + len(CLOSE)))
        at = end + len(CLOSE)
    literal += text[at:]
    if literal:
        parts.append(literal)
    return parts


def hole_location(scalar: Scalar, hole: Hole, start: int | None = None, end: int | None = None) -> Location:
    """Give the place in the file of a hole, or of a stretch (offsets in its code) inside it."""
    if start is None:
        return spot(scalar, max(hole.start, 0), hole.end)
    return spot(scalar, hole.code_start + start, hole.code_start + (start + 1 if end is None else end))


def _end(text: str, at: int) -> int | None:
    """Find the first `>>` outside a string literal."""
    quote = ""
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif text.startswith(CLOSE, at):
            return at
        at += 1
    return None


def _unbalanced(scalar: Scalar, found: int) -> Problem:
    hint = "close it with '>>', or write '$$<<' for the characters themselves"
    if not scalar.style:
        hint = "quote the whole value: YAML cut it short at a ' #', a ', ' or a ': '; '$$<<' stands for '$<<'"
    return Problem(Code.UNBALANCED, "this '$<<' has no '>>'", spot(scalar, found, found + len(OPEN)), hint)
