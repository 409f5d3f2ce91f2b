"""From a script with expressions to the text that bash gets, and how each value travels to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.expressions.shell.contexts import HOLE, USE_ENV, Quoting, ScriptError, Spot
from wfe_yaml.expressions.shell.grammar import ScriptReader
from wfe_yaml.source.spots import spot as place_of

if TYPE_CHECKING:
    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.source.problems import Problems

_MOST_READINGS = 6
PREFIX = "__WFE_"
"""The private variables are `__WFE_0`, …; with `_FILE` or `_LIST` behind it, a file holds the value."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One expression of a script and the private variable its value travels in."""

    expression: Expression
    variable: str
    integer: bool
    """Only an integer may come."""
    words: bool
    """A list becomes one word for each item."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script as bash gets it: the same text for every run."""

    text: str
    placed: tuple[Placed, ...]


def place(template: Template, problems: Problems, *, arrays: bool = True) -> Script | None:
    """Replace the expressions of a script by references to private variables, by how each is quoted.

    Args:
        template: the script.
        problems: where refusals are noted.
        arrays: the shell is bash: a list can become several words.

    Returns:
        The script, or None when an expression cannot be placed (a problem says why).
    """
    if template.constant:
        return Script("".join(str(part) for part in template.parts), ())
    pattern = _pattern(template)
    try:
        if PREFIX in pattern:
            raise ScriptError(f"names that begin with {PREFIX} are reserved", pattern.index(PREFIX))
        spots = _read(pattern, bash=arrays).spots
    except ScriptError as exc:
        offset = _offset(template, exc.offset)
        message = f"{exc.message}, so the expressions in this script cannot be placed safely"
        problems.add(Code.SCRIPT, message, place_of(template.scalar, offset), USE_ENV)
        return None
    sound = True
    for found, expression in zip(spots, template.expressions, strict=True):
        if found.refused is not None and found.quoting is not Quoting.COMMENT:
            message = f"an expression cannot stand here: {found.refused}"
            where = template.scalar.location if problems.full else expression.location
            problems.add(Code.PLACEMENT, message, where, USE_ENV)
            sound = False
    return _build(template, spots, arrays=arrays) if sound else None


def runs_input(template: Template, *, arrays: bool = True) -> bool:
    """Whether a script may run as code what comes on its standard input; yes when it is not understood."""
    try:
        return _read(_pattern(template), bash=arrays).reads_input
    except ScriptError:
        return True


def _pattern(template: Template) -> str:
    return "".join(part if isinstance(part, str) else HOLE for part in template.parts)


def _read(text: str, *, bash: bool = True) -> ScriptReader:
    """Read a script and judge the place of each expression in it.

    What stands below can matter above (a function is called before its place in the text): the script is read
    again until nothing new is found.

    Raises:
        ScriptError: it holds a construct that is not understood.
    """
    reader = ScriptReader(text, bash=bash)
    for _ in range(_MOST_READINGS):
        known = reader.facts.copy()
        reader = ScriptReader(text, bash=bash, facts=known.copy())
        reader.read()
        if reader.facts == known:
            return reader
    raise reader.fail("the functions of this script call each other in too many ways", 0)


def _build(template: Template, spots: list[Spot], *, arrays: bool) -> Script:
    text = ""
    placed: list[Placed] = []
    number = 0
    for part in template.parts:
        if isinstance(part, str):
            text += part
            continue
        found = spots[number]
        number += 1
        if found.quoting is Quoting.COMMENT:
            text += part.scalar.text[part.hole.start : part.hole.end].replace("\n", " ")
            continue
        variable = f"{PREFIX}{len(placed)}"
        words = arrays and found.whole_word and not found.integer
        text += _reference(variable, found.quoting, words=words)
        placed.append(Placed(part, variable, found.integer, words))
    return Script(text, tuple(placed))


class Pasted(str):
    """The text that `raw(…)` gave: a part of the script like what is written around it."""

    __slots__ = ("end",)

    end: int
    """Where its expression ends in the text of the scalar."""


def _reference(variable: str, quoting: Quoting, *, words: bool) -> str:
    if quoting in (Quoting.DOUBLE, Quoting.ARITHMETIC):
        return f"${{{variable}}}"
    if quoting is Quoting.SINGLE:
        return f"'\"${{{variable}}}\"'"
    return f'"${{{variable}[@]}}"' if words else f'"${{{variable}}}"'


def _offset(template: Template, offset: int) -> int:
    """Translate an offset in the pattern (one character for an expression) to one in the scalar's text."""
    at = before = 0
    for part in template.parts:
        length = len(part) if isinstance(part, str) else 1
        if offset < at + length:
            break
        at += length
        if isinstance(part, Pasted):
            before = part.end
        else:
            before = before + len(part) if isinstance(part, str) else part.hole.end
    return min(before + offset - at, len(template.scalar.text) - 1)
