"""From the text of an expression to Jinja's syntax tree, with limits, and where its names stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import nodes

MAX_SOURCE = 8 * 1024
"""Longest expression, in characters."""
MAX_DEPTH = 60
"""How deep an expression may nest, operators and attribute chains included."""
_UNEXPECTED = re.compile(r"unexpected char (?P<char>.+) at (?P<at>\d+)$")


class ExpressionError(Exception):
    """An expression is wrong at a place (offsets); `forbidden` when it is refused, not misspelt."""

    def __init__(
        self,
        message: str,
        start: int = 0,
        end: int | None = None,
        *,
        hint: str | None = None,
        forbidden: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint
        self.forbidden = forbidden


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of an expression."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after it."""
        return self.start + len(self.text)


@cache
def _environment() -> Any:
    """Jinja, with our delimiters; used for its grammar only: nothing is ever rendered by it."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - 60 ms, only for files with expressions

    return ImmutableSandboxedEnvironment(variable_start_string="$<<", variable_end_string=">>")


def tokens(code: str) -> list[Token]:
    """Give the tokens of an expression, without blanks.

    Raises:
        ExpressionError: a character that belongs to no token.
    """
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415 - see `_environment`

    found: list[Token] = []
    at = 0
    try:
        for _, kind, text in _environment().lexer.tokeniter(code, None, None, "variable"):
            if kind != "whitespace":
                found.append(Token(kind, text, at))
            at += len(text)
    except TemplateSyntaxError as exc:
        match = _UNEXPECTED.match(exc.message or "")
        if match:
            place = int(match["at"])
            raise ExpressionError(f"unexpected character {match['char']}", place, place + 1) from None
        raise ExpressionError(str(exc.message), at) from None
    except ValueError as exc:
        raise ExpressionError(str(exc), at) from None
    return found


def parse(code: str) -> tuple[nodes.Expr, list[Token]]:
    """Parse one expression with Jinja's grammar.

    Raises:
        ExpressionError: it is empty, too long, nested too deeply, or no expression.
    """
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415 - see `_environment`
    from jinja2.parser import Parser  # noqa: PLC0415

    if len(code) > MAX_SOURCE:
        raise ExpressionError(f"the expression is longer than {MAX_SOURCE:,} characters", 0, 1)
    words = tokens(code)
    if not words:
        raise ExpressionError(
            "the expression is empty", hint="write a name such as inputs.x between '$<<' and '>>'"
        )
    try:
        parser = Parser(_environment(), code, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            rest = _rest(words, parser.stream.current)
            raise ExpressionError(f"unexpected {rest.text[:40]!r} after the expression", rest.start, rest.end)
    except TemplateSyntaxError as exc:
        raise ExpressionError(_clear(str(exc.message)), words[-1].start, words[-1].end) from None
    except (RecursionError, ValueError, OverflowError) as exc:
        what = (
            "nested too deeply" if isinstance(exc, RecursionError) else "not readable: a number is too long"
        )
        raise ExpressionError(f"the expression is {what}") from None
    return tree, words


def _rest(words: list[Token], current: Any) -> Token:
    """Find the token at which Jinja's parser stopped (its own tokens have lines, not columns)."""
    value = str(current.value)
    for word in reversed(words):
        if word.text == value or word.text.strip("'\"") == value:
            return word
    return words[-1]


def _clear(message: str) -> str:
    """Put Jinja's messages about tokens into words for people who know no template language."""
    for ending in (
        "'end of print statement'",
        "'end of template'",
        "end of print statement",
        "end of template",
    ):
        message = message.replace(ending, "end of the expression")
    if message.startswith("Expected an expression"):
        return "a value is missing before the end of the expression"
    return message[:1].lower() + message[1:].rstrip(".")
