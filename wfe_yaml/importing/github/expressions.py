"""Expressions of GitHub Actions, parsed and written as ours.

See https://docs.github.com/actions/reference/workflows-and-actions/expressions for the language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>-?(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))(?![\w.])
    | (?P<text>'(?:[^']|'')*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
    | (?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\].,*])
    )""",
    re.VERBOSE,
)
_DEEPEST = 50
_LONGEST = 10_000
_COMPARE = ("==", "!=", "<", "<=", ">", ">=")
_WORDS = {"true": "true", "false": "false", "null": "none"}
_CONSTANT = frozenset({"true", "false"})
_EMPTY = '["", 0, false, none]'
"""What counts as false in a condition over there."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d+)\}")
OUTCOMES = ("success", "failure", "cancelled")
"""How a job can have gone so far; each is also the name of a function that tells it."""
STATUS = (*OUTCOMES, "always")
"""Functions that tell how the job went so far."""

Context = Callable[[tuple[str, ...]], str]
"""Gives the expression that stands for a name with its parts, as in `steps.build.outputs.image`."""


class UntranslatableError(Exception):
    """An expression, or a part of it, has no counterpart; the message says which."""


@dataclass(slots=True)
class Parsed:
    """An expression in our language.

    Attributes:
        code: the expression.
        status: the functions in it that tell how the job went so far, in order.
        condition: the expression as a condition, which has to be true or false here.
    """

    code: str
    status: tuple[str, ...]
    condition: str


def translate(text: str, context: Context, outcome: str = "success") -> Parsed:
    """Translate an expression.

    Args:
        text: what stands between `${{` and `}}`.
        context: translates names.
        outcome: how the job went so far, which decides what functions such as `failure()` give; what can be
            told from that is left out, so that a condition that cannot hold is `false`.

    Raises:
        UntranslatableError: it cannot be read, or a part of it has no counterpart.
    """
    if len(text) > _LONGEST:
        raise UntranslatableError(f"an expression of more than {_LONGEST:,} characters")
    parser = _Parser(_tokens(text), context, outcome)
    code = parser.whole()
    known = code in _CONSTANT or code in parser.truths
    return Parsed(code, tuple(parser.status), code if known else f"({code}) not in {_EMPTY}")


def quoted(text: str) -> str:
    """Write a text as our expressions have it."""
    return json.dumps(text, ensure_ascii=False)


def part(name: str) -> str:
    """Write the way to a part of a value: `.name`, or `["a-name"]`."""
    return f".{name}" if _PLAIN.fullmatch(name) else f"[{quoted(name)}]"


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise UntranslatableError(f"{text[at:].strip()[:20]!r} cannot be read")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Parser:
    """A recursive descent over the tokens; it writes while it reads."""

    def __init__(self, tokens: list[tuple[str, str]], context: Context, outcome: str) -> None:
        self._tokens = tokens
        self._outcome = outcome
        self._at = 0
        self._context = context
        self._depth = 0
        self.status: list[str] = []
        self.truths: set[str] = set(_CONSTANT)
        """What is known to be true or false."""

    def whole(self) -> str:
        """Read all."""
        code = self._or()
        if self._at < len(self._tokens):
            raise UntranslatableError(f"{self._tokens[self._at][1]!r} is not expected there")
        return code

    def _sign(self, *signs: str) -> str | None:
        if self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if kind == "sign" and text in signs:
                self._at += 1
                return text
        return None

    def _want(self, sign: str) -> None:
        if self._sign(sign) is None:
            raise UntranslatableError(f"{sign!r} is missing")

    def _or(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UntranslatableError(f"it is nested more than {_DEEPEST} levels deep")
        code = self._and()
        while self._sign("||"):
            code = self._joined(_either, code, self._and())
        self._depth -= 1
        return code

    def _and(self) -> str:
        code = self._compare()
        while self._sign("&&"):
            code = self._joined(_both, code, self._compare())
        return code

    def _joined(self, way: Callable[[str, str], str], one: str, other: str) -> str:
        code = way(one, other)
        if {one, other} <= self.truths:
            self.truths.add(code)
        return code

    def _compare(self) -> str:
        code = self._not()
        while sign := self._sign(*_COMPARE):
            code = self._truth(_compared(code, sign, self._not()))
        return code

    def _truth(self, code: str) -> str:
        self.truths.add(code)
        return code

    def _not(self) -> str:
        signs = 0
        while self._sign("!"):
            signs += 1
        code = self._value()
        if not signs % 2:
            return code
        return self._truth({"true": "false", "false": "true"}.get(code, f"(not {code})"))

    def _value(self) -> str:
        if self._sign("("):
            code = self._or()
            self._want(")")
            inside = code if code in _CONSTANT else f"({code})"
            if code in self.truths:
                self.truths.add(inside)
            return self._parts(inside)
        if self._at >= len(self._tokens):
            raise UntranslatableError("it ends too early")
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return str(int(text, 0)) if "x" in text.casefold() else text
        if kind == "text":
            return quoted(text[1:-1].replace("''", "'"))
        if kind == "sign":
            raise UntranslatableError(f"{text!r} is not expected there")
        if text.casefold() in _WORDS:
            return _WORDS[text.casefold()]
        if self._sign("("):
            return self._parts(self._call(text))
        return self._name(text)

    def _name(self, first: str) -> str:
        """Read a name with the parts that are known, and what comes after them."""
        names = [first]
        while True:
            if self._sign("."):
                kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
                if kind != "name":
                    raise UntranslatableError("filters such as `.*` have no counterpart")
                names.append(text)
                self._at += 1
            elif self._next_is_text_index():
                names.append(self._tokens[self._at + 1][1][1:-1].replace("''", "'"))
                self._at += 3
            else:
                break
        return self._parts(self._context(tuple(names)))

    def _next_is_text_index(self) -> bool:
        kinds = [kind if kind != "sign" else text for kind, text in self._tokens[self._at : self._at + 3]]
        return kinds == ["[", "text", "]"]

    def _parts(self, code: str) -> str:
        """Read the parts of a value that is computed."""
        while True:
            if self._sign("["):
                code = f"{code}[{self._or()}]"
                self._want("]")
            elif self._sign("."):
                kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
                if kind != "name":
                    raise UntranslatableError("filters such as `.*` have no counterpart")
                self._at += 1
                code += part(text)
            else:
                return code

    def _call(self, name: str) -> str:
        arguments: list[str] = []
        if not self._sign(")"):
            arguments.append(self._or())
            while self._sign(","):
                arguments.append(self._or())
            self._want(")")
        word = name.casefold()
        if word in STATUS and not arguments:
            self.status.append(word)
            return "true" if word in {"always", self._outcome} else "false"
        made = _FUNCTIONS.get(word)
        if made is None:
            raise UntranslatableError(f"the function {name}() has no counterpart")
        code = made(arguments)
        if code is None:
            raise UntranslatableError(f"{name}() is called with {len(arguments)} arguments")
        return self._truth(code) if word in _TESTS else code


def _either(one: str, other: str) -> str:
    if one == "false":
        return other
    return "true" if one == "true" else f"{one} or {other}"


def _both(one: str, other: str) -> str:
    if one == "true":
        return other
    return "false" if "false" in {one, other} else f"{one} and {other}"


def _compared(one: str, sign: str, other: str) -> str:
    """Compare; a number is equal to the text of it over there, as in `env.N == 5`."""
    numbers = [each for each in (one, other) if _NUMBER.fullmatch(each)]
    if sign not in {"==", "!="} or len(numbers) != 1:
        return f"{one} {sign} {other}"
    value = other if one == numbers[0] else one
    return f"{value} {'in' if sign == '==' else 'not in'} [{numbers[0]}, {quoted(numbers[0])}]"


def _two(pattern: str) -> Callable[[list[str]], str | None]:
    return lambda given: pattern.format(*given) if len(given) == 2 else None  # noqa: PLR2004


def _one(pattern: str) -> Callable[[list[str]], str | None]:
    return lambda given: pattern.format(*given) if len(given) == 1 else None


def _join(given: list[str]) -> str | None:
    if not 1 <= len(given) <= 2:  # noqa: PLR2004
        return None
    separator = given[1] if len(given) > 1 else '","'
    return f"(({given[0]}) | join({separator}))"


def _format(given: list[str]) -> str | None:
    """Write `format('a {0}', x)` as a chain."""
    if not given or not given[0].startswith('"'):
        return None
    pattern: str = json.loads(given[0])
    pieces: list[str] = []
    at = 0
    for match in _PLACEHOLDER.finditer(pattern):
        pieces.append(quoted(pattern[at : match.start()]))
        at = match.end()
        if match[1] is None:
            pieces.append(quoted(match[0][0]))
        elif int(match[1]) + 1 < len(given):
            pieces.append(f"({given[int(match[1]) + 1]})")
        else:
            return None
    pieces.append(quoted(pattern[at:]))
    return f"({' ~ '.join(piece for piece in pieces if piece != quoted('')) or quoted('')})"


_FUNCTIONS: dict[str, Callable[[list[str]], str | None]] = {
    "contains": _two("contains({}, {})"),
    "startswith": _two("(({}) is startingwith({}))"),
    "endswith": _two("(({}) is endingwith({}))"),
    "tojson": _one("(({}) | tojson)"),
    "fromjson": _one("(({}) | fromjson)"),
    "join": _join,
    "format": _format,
}
_TESTS = frozenset({"contains", "startswith", "endswith"})
"""Functions that tell true or false."""
