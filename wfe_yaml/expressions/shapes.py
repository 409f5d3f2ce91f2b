"""What names an expression may use at its place, so that slips are found before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.expressions.operations import Parts, check_types
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from wfe_yaml.expressions.evaluator import Path
    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.source.problems import Problems

ELSEWHERE = {
    "item": "only inside a `for_each`",
    "items": "only inside a `for_each`",
    "index": "only inside a `for_each` or a `while`",
    "matrix": "only in a step with a `matrix`",
    "step": "only in hooks",
}
"""Names that only some places have."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known about a value before it is there."""

    what: str
    """What its keys are called, for messages: "input", "step"."""
    keys: Mapping[str, Shape] | None = None
    """Its keys; None when they are not known."""
    unreachable: Mapping[str, str] = field(default_factory=dict[str, str])
    """Keys that exist elsewhere, and why they cannot be used here."""
    hint: str | None = None
    """What to do when a key is missing and none is similar."""
    type: str | None = None
    """Its type, where operators ask for it: string, number, bool, list or map."""
    each: Shape | None = None
    """The shape of its items, when it is the list of a loop: a key then gives the list of what they have."""
    used: Callable[[], None] | None = None
    """Told when an expression names it: it is made only if somebody asks for it."""

    def at(self, part: str | int) -> Shape | None:
        """Give what is known of a key or an item; None when there is no such key."""
        if self.each is None:
            return (self.keys or {}).get(str(part))
        if isinstance(part, int):
            return self.each
        if self.keys is not None and part in self.keys:
            return self.keys[part]
        inner = UNKNOWN if self.each.keys is None else self.each.at(part)
        return (
            None
            if inner is None
            else Shape(inner.what, inner.keys, inner.unreachable, inner.hint, each=inner, used=inner.used)
        )


UNKNOWN = Shape("key")
"""A value of which nothing is known."""
SINGLE = Shape("key", {})
"""A text, number or boolean: it has no keys."""
TYPED = {
    "string": Shape("key", {}, type="string"),
    "int": Shape("key", {}, type="number"),
    "number": Shape("key", {}, type="number"),
    "bool": Shape("key", {}, type="bool"),
    "list": Shape("key", type="list"),
    "map": Shape("key", type="map"),
}
"""What is known by a declared type that is not optional."""


def check_expressions(
    expressions: Iterable[Expression], names: Mapping[str, Shape], problems: Problems
) -> None:
    """Check the names of expressions; what is wrong becomes a problem at its place."""
    for expression in expressions:
        if expression.compiled.raw:
            message = "raw() can only be used in the `run` of a shell step"
            problems.add(Code.FORBIDDEN, message, expression.location, "leave raw() away")
        for path in expression.compiled.paths:
            _check_path(expression, path, names, problems)
        if expression.compiled.operations:
            check_types(expression, lambda parts: _type_at(parts, names), problems)


def _type_at(parts: Parts, names: Mapping[str, Shape]) -> str | None:
    """Give the type of a name with its keys; None when it is not known."""
    shape = names.get(str(parts[0]))
    for part in parts[1:]:
        if shape is None or part is None:
            return None
        shape = shape.at(part)
    return None if shape is None else shape.type


def _check_path(expression: Expression, path: Path, names: Mapping[str, Shape], problems: Problems) -> None:
    root = str(path.parts[0])
    shape = names.get(root)
    if shape is None:
        _unknown_root(expression, path, root, names, problems)
        return
    at = root
    for part in path.parts[1:]:
        if shape.keys is None or part is None:
            return
        if not isinstance(part, str) and shape.each is None:
            if not shape.keys:
                return
            problems.add(Code.UNKNOWN_NAME, f"{at} has names, not numbers", expression.path_location(path))
            return
        found = shape.at(part)
        if found is None:
            _unknown_key(expression, path, at, str(part), shape, problems)
            return
        shape, at = found, f"{at}.{part}"
        if shape.used is not None:
            shape.used()


def _unknown_root(
    expression: Expression, path: Path, root: str, names: Mapping[str, Shape], problems: Problems
) -> None:
    where = expression.path_location(path)
    if root == "secrets":
        message = "a secret can only be used in the `run` and `env` of a step: what stands here is stored"
        problems.add(Code.FORBIDDEN, message, where)
        return
    if root in ELSEWHERE:
        problems.add(Code.UNKNOWN_NAME, f"{root!r} is known {ELSEWHERE[root]}", where)
        return
    hint = suggest(root, names) or f"there are: {listing(sorted(names))}"
    problems.add(Code.UNKNOWN_NAME, f"unknown name {root!r}", where, hint)


def _unknown_key(
    expression: Expression, path: Path, at: str, part: str, shape: Shape, problems: Problems
) -> None:
    where = expression.path_location(path)
    if part in shape.unreachable:
        problems.add(Code.UNKNOWN_NAME, f"{shape.what} {part!r} {shape.unreachable[part]}", where)
        return
    known = {**((shape.each.keys or {}) if shape.each is not None else {}), **(shape.keys or {})}
    if not known and (shape is SINGLE or shape.type is not None):
        problems.add(Code.UNKNOWN_NAME, f"{at} is a single value: it has no {part!r}", where)
        return
    glued = [name for name in known if name.startswith(f"{part}-")]
    if glued:
        hint = f"'-' subtracts; write {at}['{glued[0]}']"
    else:
        hint = suggest(part, known) or shape.hint or f"there are: {listing(known)}"
    problems.add(Code.UNKNOWN_NAME, f"there is no {shape.what} {part!r}", where, hint)
