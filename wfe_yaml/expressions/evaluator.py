"""The evaluator: compiles a parsed expression to closures, for an allow-list of syntax and nothing more.

Nothing is generated, executed or looked up by Python's own rules: names come from the scope, attributes are
keys of mappings (so `inputs.items` is the input `items`), and only the functions of the fixed tables are
called. What is not handled here cannot be written.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from typing import TYPE_CHECKING, Any, Protocol, cast

from wfe_yaml.expressions.functions import BUILT_IN_FILTERS, BUILT_IN_TESTS, FILTERS, FUNCTIONS, TESTS
from wfe_yaml.expressions.operations import Operation, operations
from wfe_yaml.expressions.parsing import MAX_DEPTH, ExpressionError, Token, parse
from wfe_yaml.expressions.results import ListView
from wfe_yaml.expressions.values import (
    EvaluationError,
    Missing,
    bounded,
    is_list,
    is_mapping,
    need,
    number,
    plain,
    same,
    to_text,
    truth,
    type_name,
)
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from jinja2 import nodes


class Names(Protocol):
    """Where the names of an expression come from."""

    def root(self, name: str) -> Any:
        """Give the value of a first name, or `Missing`."""


RAW = "raw"
"""Looks like a function, and asks for the one textual substitution there is."""
Thunk = Callable[[Names], Any]


@dataclass(frozen=True, slots=True)
class Path:
    """A name with its attributes, as it is written in an expression, for checks before anything runs."""

    parts: tuple[str | int | None, ...]
    """The first name, then keys; None for a key that is known only when evaluated."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression, ready to be evaluated any number of times."""

    code: str
    thunk: Thunk
    paths: tuple[Path, ...]
    operations: tuple[Operation, ...] = ()
    raw: bool = False
    """It is `raw(…)`: its value is meant to become part of a script as it is."""

    def evaluate(self, names: Names) -> Any:
        """Compute the value: a plain JSON value.

        Raises:
            EvaluationError: it has none; the message says why.
        """
        return bounded(plain(need(self.thunk(names))))


@lru_cache(maxsize=4096)
def compile_expression(code: str) -> Compiled:
    """Compile an expression; the same text is compiled once.

    Raises:
        ExpressionError: it cannot be read, or uses what expressions may not.
    """
    tree, words = parse(code)
    compiler = _Compiler(words)
    raw = _is_raw(tree)
    if raw:
        tree = cast("Any", tree).args[0]
    try:
        thunk = compiler.compile(tree, 1)
    except EvaluationError as exc:
        raise ExpressionError(str(exc)) from None
    return Compiled(code, thunk, tuple(compiler.paths), operations(tree), raw)


def _is_raw(tree: Any) -> bool:
    """Whether an expression is wholly `raw(…)` with one value."""
    if type(tree).__name__ != "Call" or getattr(tree.node, "name", None) != RAW:
        return False
    others = (tree.kwargs, tree.dyn_args, tree.dyn_kwargs)
    return len(tree.args) == 1 and not any(others)


def _arithmetic(verb: str, compute: Callable[[float, float], float]) -> tuple[str, Callable[[Any, Any], Any]]:
    return verb, compute


_ARITHMETIC = {
    "Sub": _arithmetic("subtract", lambda a, b: a - b),
    "Mul": _arithmetic("multiply", lambda a, b: a * b),
    "Div": _arithmetic("divide", lambda a, b: a / b),
    "FloorDiv": _arithmetic("divide", lambda a, b: a // b),
    "Mod": _arithmetic("divide", lambda a, b: a % b),
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}


class _Compiler:
    """Turns one syntax tree into closures; refuses every node it does not know."""

    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self.paths: list[Path] = []

    def compile(self, node: nodes.Expr, depth: int) -> Thunk:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        kind = type(node).__name__
        handler: Callable[[Any, int], Thunk] | None = getattr(self, f"_on_{kind.lower()}", None)
        if kind in _ARITHMETIC:
            return self._arithmetic(cast("Any", node), depth)
        if handler is None:
            raise ExpressionError(f"{kind.lower()} is not allowed in expressions", forbidden=True)
        return handler(node, depth + 1)

    def _all(self, items: list[Any], depth: int) -> list[Thunk]:
        return [self.compile(item, depth) for item in items]

    # ------------------------------------------------------------ values

    def _on_const(self, node: Any, depth: int) -> Thunk:
        del depth
        value = bounded(node.value)
        return lambda _: value

    def _on_list(self, node: Any, depth: int) -> Thunk:
        items = self._all(node.items, depth)
        return lambda names: [plain(need(item(names))) for item in items]

    _on_tuple = _on_list

    def _on_dict(self, node: Any, depth: int) -> Thunk:
        pairs = [(self.compile(pair.key, depth), self.compile(pair.value, depth)) for pair in node.items]

        def build(names: Names) -> dict[str, Any]:
            made: dict[str, Any] = {}
            for key, value in pairs:
                name = need(key(names))
                if not isinstance(name, str):
                    raise EvaluationError(f"the key of a mapping must be a text, not {type_name(name)}")
                made[name] = plain(need(value(names)))
            return made

        return build

    # ------------------------------------------------------------ names

    def _on_name(self, node: Any, depth: int) -> Thunk:
        del depth
        name: str = node.name
        self._note((name,))
        return lambda names: names.root(name)

    def _on_getattr(self, node: Any, depth: int) -> Thunk:
        return self._chain(node, depth)

    def _on_getitem(self, node: Any, depth: int) -> Thunk:
        return self._chain(node, depth)

    def _chain(self, node: Any, depth: int) -> Thunk:
        """A name with attributes and keys: noted as one path, looked up key by key."""
        links: list[Any] = []
        while type(node).__name__ in ("Getattr", "Getitem"):
            links.append(node)
            node = node.node
        links.reverse()
        if len(links) > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        keys: list[Thunk] = []
        parts: list[str | int | None] = []
        for link in links:
            thunk, part = self._key(link, depth)
            keys.append(thunk)
            parts.append(part)
        if type(node).__name__ == "Name":
            name: str = node.name
            self._note((name, *parts))
            start: Thunk = lambda names: names.root(name)  # noqa: E731
            shown = name
        else:
            start, shown = self.compile(node, depth), "the value"

        def walk(names: Names) -> Any:
            value, at = start(names), shown
            for key in keys:
                value, at = _lookup(need(value), need(key(names)), at)
            return value

        return walk

    def _key(self, link: Any, depth: int) -> tuple[Thunk, str | int | None]:
        if type(link).__name__ == "Getattr":
            attribute: str = link.attr
            if attribute.startswith("_"):
                message = f"{attribute!r}: names that begin with '_' cannot be reached"
                raise self._error(message, attribute)
            return (lambda _: attribute), attribute
        if type(link.arg).__name__ == "Slice":
            return self._slice(link.arg, depth), None
        thunk = self.compile(link.arg, depth)
        constant = link.arg.value if type(link.arg).__name__ == "Const" else None
        return thunk, constant if isinstance(constant, (str, int)) and not isinstance(
            constant, bool
        ) else None

    def _slice(self, node: Any, depth: int) -> Thunk:
        if node.step is not None:
            raise ExpressionError("a slice with a step is not allowed in expressions", forbidden=True)
        start = self.compile(node.start, depth) if node.start is not None else None
        stop = self.compile(node.stop, depth) if node.stop is not None else None

        def bound(thunk: Thunk | None, names: Names) -> int | None:
            value = need(thunk(names)) if thunk is not None else None
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise EvaluationError(f"a slice goes from number to number, not to {type_name(value)}")
            return value

        return lambda names: slice(bound(start, names), bound(stop, names))

    def _note(self, parts: tuple[str | int | None, ...]) -> None:
        """Remember a path, with the place of its first token that no other path has taken."""
        for first, word in enumerate(self._words):
            if word.text != parts[0] or word.kind != "name" or self._is_attribute(first):
                continue
            start, end = word.start, self._extent(first, parts)
            if all(path.start != start for path in self.paths):
                self.paths.append(Path(parts, start, end))
                return

    def _is_attribute(self, index: int) -> bool:
        return index > 0 and self._words[index - 1].text in (".", "|", "is")

    def _extent(self, first: int, parts: tuple[str | int | None, ...]) -> int:
        """Find where a dotted path ends in the text (a bracket ends the mark early, that is enough)."""
        end, at = self._words[first].end, first + 1
        for part in parts[1:]:
            if (
                at + 1 >= len(self._words)
                or self._words[at].text != "."
                or self._words[at + 1].text != str(part)
            ):
                break
            end = self._words[at + 1].end
            at += 2
        return end

    # ------------------------------------------------------------ operators

    def _on_add(self, node: Any, depth: int) -> Thunk:
        left, right = self.compile(node.left, depth), self.compile(node.right, depth)

        def add(names: Names) -> Any:
            one, two = need(left(names)), need(right(names))
            if (isinstance(one, str) and isinstance(two, str)) or (
                isinstance(one, list) and isinstance(two, list)
            ):
                return bounded(cast("Any", one) + two)
            if isinstance(one, str) or isinstance(two, str):
                raise EvaluationError(
                    f"cannot add {type_name(one)} and {type_name(two)}; '~' joins them as text"
                )
            return bounded(number(one, "add") + number(two, "add"))

        return add

    def _arithmetic(self, node: Any, depth: int) -> Thunk:
        verb, compute = _ARITHMETIC[type(node).__name__]
        left, right = self.compile(node.left, depth + 1), self.compile(node.right, depth + 1)

        def calculate(names: Names) -> Any:
            one, two = number(left(names), verb), number(right(names), verb)
            try:
                return bounded(compute(one, two))
            except ZeroDivisionError:
                raise EvaluationError("division by zero") from None
            except OverflowError:
                raise EvaluationError("the number is too large") from None

        return calculate

    def _on_neg(self, node: Any, depth: int) -> Thunk:
        inner = self.compile(node.node, depth)
        return lambda names: -number(inner(names), "negate")

    def _on_pos(self, node: Any, depth: int) -> Thunk:
        inner = self.compile(node.node, depth)
        return lambda names: number(inner(names), "take")

    def _on_not(self, node: Any, depth: int) -> Thunk:
        inner = self.compile(node.node, depth)
        return lambda names: not truth(inner(names))

    def _on_and(self, node: Any, depth: int) -> Thunk:
        left, right = self.compile(node.left, depth), self.compile(node.right, depth)

        def both(names: Names) -> Any:
            one = need(left(names))
            return need(right(names)) if one else one

        return both

    def _on_or(self, node: Any, depth: int) -> Thunk:
        left, right = self.compile(node.left, depth), self.compile(node.right, depth)

        def either(names: Names) -> Any:
            return need(left(names)) or need(right(names))

        return either

    def _on_concat(self, node: Any, depth: int) -> Thunk:
        parts = self._all(node.nodes, depth)
        return lambda names: bounded("".join([bounded(to_text(need(part(names)))) for part in parts]))

    def _on_condexpr(self, node: Any, depth: int) -> Thunk:
        test, then = self.compile(node.test, depth), self.compile(node.expr1, depth)
        other = self.compile(node.expr2, depth) if node.expr2 is not None else None

        def choose(names: Names) -> Any:
            if truth(test(names)):
                return need(then(names))
            return need(other(names)) if other is not None else None

        return choose

    def _on_compare(self, node: Any, depth: int) -> Thunk:
        first = self.compile(node.expr, depth)
        rest = [(operand.op, self.compile(operand.expr, depth)) for operand in node.ops]

        def compare(names: Names) -> bool:
            left = need(first(names))
            for op, thunk in rest:
                right = need(thunk(names))
                if not _holds(op, left, right):
                    return False
                left = right
            return True

        return compare

    # ------------------------------------------------------------ calls

    def _arguments(self, node: Any, what: str, depth: int) -> tuple[list[Thunk], dict[str, Thunk]]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise ExpressionError(f"{what}: '*' and '**' are not allowed in expressions", forbidden=True)
        named = {pair.key: self.compile(pair.value, depth) for pair in node.kwargs}
        return self._all(node.args, depth), named

    def _on_filter(self, node: Any, depth: int) -> Thunk:
        name: str = node.name
        value = self.compile(node.node, depth)
        args, named = self._arguments(node, f"filter {name!r}", depth)
        if name in BUILT_IN_FILTERS:
            return self._default(value, args, named)
        function = FILTERS.get(name)
        if function is None:
            raise self._unknown("filter", name, [*FILTERS, "default"])
        return _caller(f"filter {name!r}", function, [value, *args], named)

    def _default(self, value: Thunk, args: list[Thunk], named: dict[str, Thunk]) -> Thunk:
        if named or not 1 <= len(args) <= 2:  # noqa: PLR2004
            raise ExpressionError(
                "default takes a value, and true to replace what is empty too", forbidden=True
            )

        def default(names: Names) -> Any:
            found = value(names)
            also_empty = len(args) > 1 and truth(args[1](names))
            if isinstance(found, Missing) or found is None or (also_empty and not found):
                return need(args[0](names))
            return found

        return default

    def _on_test(self, node: Any, depth: int) -> Thunk:
        name: str = node.name
        value = self.compile(node.node, depth)
        args, named = self._arguments(node, f"test {name!r}", depth)
        if name in BUILT_IN_TESTS and (args or named):
            raise self._error(f"test {name!r} takes no arguments", name)
        if name in BUILT_IN_TESTS:
            wanted = name == "undefined"
            return lambda names: isinstance(value(names), Missing) is wanted
        function = TESTS.get(name)
        if function is None:
            raise self._unknown("test", name, [*TESTS, *BUILT_IN_TESTS])
        return _caller(f"test {name!r}", function, [value, *args], named)

    def _on_call(self, node: Any, depth: int) -> Thunk:
        if type(node.node).__name__ != "Name":
            hint = "use a filter instead, as in inputs.name | upper"
            raise ExpressionError("methods cannot be called in expressions", hint=hint, forbidden=True)
        name: str = node.node.name
        args, named = self._arguments(node, name, depth)
        if name == RAW:
            raise self._error("raw() takes one value, and is the whole expression: $<< raw(…) >>", name)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self._unknown("function", name, FUNCTIONS)
        return _caller(f"{name}()", function, args, named)

    def _unknown(self, what: str, name: str, known: Any) -> ExpressionError:
        hint = suggest(name, known) or f"there are: {listing(sorted(known), most=40)}"
        return self._error(f"there is no {what} {name!r}", name, hint)

    def _error(self, message: str, word: str, hint: str | None = None) -> ExpressionError:
        for token in self._words:
            if token.text == word:
                return ExpressionError(message, token.start, token.end, hint=hint, forbidden=True)
        return ExpressionError(message, hint=hint, forbidden=True)


def _caller(what: str, function: Callable[..., Any], args: list[Thunk], named: dict[str, Thunk]) -> Thunk:
    try:
        signature(function).bind(*args, **named)
    except TypeError as exc:
        raise ExpressionError(f"{what}: {exc}", forbidden=True) from None

    def call(names: Names) -> Any:
        given = [need(arg(names)) for arg in args]
        keywords = {key: need(value(names)) for key, value in named.items()}
        try:
            return bounded(function(*given, **keywords))
        except TypeError:
            raise EvaluationError(f"{what} does not take these arguments") from None

    return call


def _holds(op: str, left: Any, right: Any) -> bool:
    if op in ("eq", "ne"):
        return same(left, right) is (op == "eq")
    if op in ("in", "notin"):
        try:
            return bool(TESTS["containing"](right, left)) is (op == "in")
        except TypeError:
            raise EvaluationError(f"{type_name(left)} cannot be looked for in {type_name(right)}") from None
    if isinstance(left, str) and isinstance(right, str):
        return _ORDER[op](left, right)
    return _ORDER[op](number(left, "compare"), number(right, "compare"))


def _lookup(value: Any, key: Any, at: str) -> tuple[Any, str]:
    """Look a key up; gives what is there (or `Missing`) and how the place is called in messages."""
    if isinstance(key, slice):
        if not (isinstance(value, str) or is_list(value)):
            raise EvaluationError(f"{at} is {type_name(value)}: only texts and lists can be sliced")
        return value[key], f"{at}[…]"
    if is_mapping(value):
        place = f"{at}.{key}"
        if not isinstance(key, str):
            raise EvaluationError(f"{at} is a mapping: its keys are texts, not {type_name(key)}")
        if key in value:
            return value[key], place
        why = getattr(value, "why_missing", None)
        if why is not None:
            return Missing(why(key)), place
        hint = suggest(key, value) or f"it has: {listing(value)}"
        return Missing(f"{at} has no {key!r}; {hint}"), place
    if isinstance(value, ListView) and isinstance(key, str):
        return value.pick(key), f"{at}.{key}"
    if (isinstance(value, str) or is_list(value)) and isinstance(key, int) and not isinstance(key, bool):
        if -len(value) <= key < len(value):
            return value[key], f"{at}[{key}]"
        return Missing(f"{at} has {len(value)} items, there is no [{key}]"), f"{at}[{key}]"
    raise EvaluationError(f"{at} is {type_name(value)}: it has no {key!r}")
