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
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d+)\}")
STATUS = ("success", "always", "failure", "cancelled")
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
        status: the functions in it that tell how the job went so far, in order; each became `true`.
        alone: it is nothing but such a function.
    """

    code: str
    status: tuple[str, ...]
    alone: bool


def translate(text: str, context: Context) -> Parsed:
    """Translate an expression.

    Args:
        text: what stands between `${{` and `}}`.
        context: translates names.

    Raises:
        UntranslatableError: it cannot be read, or a part of it has no counterpart.
    """
    if len(text) > _LONGEST:
        raise UntranslatableError(f"an expression of more than {_LONGEST:,} characters")
    parser = _Parser(_tokens(text), context)
    code = parser.whole()
    return Parsed(code, tuple(parser.status), parser.status == [re.sub(r"\(\s*\)", "", text).strip()])


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

    def __init__(self, tokens: list[tuple[str, str]], context: Context) -> None:
        self._tokens = tokens
        self._at = 0
        self._context = context
        self._depth = 0
        self.status: list[str] = []

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
            code = f"{code} or {self._and()}"
        self._depth -= 1
        return code

    def _and(self) -> str:
        code = self._compare()
        while self._sign("&&"):
            code = f"{code} and {self._compare()}"
        return code

    def _compare(self) -> str:
        code = self._not()
        while sign := self._sign(*_COMPARE):
            code = f"{code} {sign} {self._not()}"
        return code

    def _not(self) -> str:
        signs = 0
        while self._sign("!"):
            signs += 1
        code = self._value()
        return f"(not {code})" if signs % 2 else code

    def _value(self) -> str:
        if self._sign("("):
            code = self._or()
            self._want(")")
            return self._parts(f"({code})")
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
            return "true"
        made = _FUNCTIONS.get(word)
        if made is None:
            raise UntranslatableError(f"the function {name}() has no counterpart")
        code = made(arguments)
        if code is None:
            raise UntranslatableError(f"{name}() is called with {len(arguments)} arguments")
        return code


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
