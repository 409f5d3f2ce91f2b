"""Operators of an expression whose operands have known types, so that a text plus a number is found early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfe_yaml.errors import Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.source.problems import Problems

Parts = tuple[str | int | None, ...]
_VERBS = {
    "Add": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "Div": "divide",
    "FloorDiv": "divide",
    "Mod": "divide",
}
_ORDER = frozenset({"lt", "lteq", "gt", "gteq"})
_WORDS = {"string": "a text", "number": "a number", "bool": "a boolean", "list": "a list", "map": "a mapping"}


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of an operator: a name with its keys, or a literal of a type; neither when it is computed."""

    parts: Parts | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator and its two sides; the verb says what it does, for messages."""

    verb: str
    left: Operand
    right: Operand


def operations(tree: Any) -> tuple[Operation, ...]:
    """Find the operators of a syntax tree that ask for certain types."""
    from jinja2 import nodes  # noqa: PLC0415 - it is loaded by whoever has a tree

    found: list[Operation] = []
    binary = [node for node in (tree, *tree.find_all(nodes.BinExpr)) if isinstance(node, nodes.BinExpr)]
    for node in binary:
        verb = _VERBS.get(type(node).__name__)
        if verb is not None:
            found.append(Operation(verb, _operand(node.left), _operand(node.right)))
    compares = [node for node in (tree, *tree.find_all(nodes.Compare)) if isinstance(node, nodes.Compare)]
    for compare in compares:
        left = _operand(compare.expr)
        for each in compare.ops:
            right = _operand(each.expr)
            if each.op in _ORDER:
                found.append(Operation("compare", left, right))
            left = right
    return tuple(found)


def _operand(node: Any) -> Operand:
    """Say what is known of one side."""
    if type(node).__name__ == "Const":
        return Operand(type=type_of(node.value))
    parts: list[str | int | None] = []
    while type(node).__name__ in ("Getattr", "Getitem"):
        if type(node).__name__ == "Getattr":
            parts.append(node.attr)
        else:
            value = node.arg.value if type(node.arg).__name__ == "Const" else None
            parts.append(value if isinstance(value, (str, int)) and not isinstance(value, bool) else None)
        node = node.node
    return Operand((node.name, *reversed(parts))) if type(node).__name__ == "Name" else Operand()


def type_of(value: object) -> str | None:
    """Give the type of a value, as shapes call it."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else None


def check_types(expression: Expression, known: Callable[[Parts], str | None], problems: Problems) -> None:
    """Note each operator that cannot work with the types of its sides.

    Args:
        expression: the expression.
        known: gives the type of a name with its keys, None when it is not known.
        problems: where problems are noted.
    """
    for operation in expression.compiled.operations:
        sides = (operation.left, operation.right)
        types = [side.type or (known(side.parts) if side.parts is not None else None) for side in sides]
        message = _trouble(operation.verb, types[0], types[1])
        if message is None:
            continue
        wrong = next((side for side, kind in zip(sides, types, strict=True) if kind != "number"), sides[0])
        paths = (path for path in expression.compiled.paths if path.parts == wrong.parts)
        path = next(paths, None)
        where = expression.location if path is None else expression.path_location(path)
        hint = "convert it with '| int' or '| float'" if "string" in types else None
        if operation.verb == "add" and "string" in types:
            hint = "'~' joins as text; '| int' makes a number of a text"
        problems.add(Code.TYPES, message, where, hint)


def _trouble(verb: str, left: str | None, right: str | None) -> str | None:
    """Say why two types do not go together; None when they do, or when too little is known."""
    if verb in ("add", "compare"):
        allowed = {"string", "number", "list"} if verb == "add" else {"string", "number"}
        for kind in (left, right):
            if kind is not None and kind not in allowed:
                return f"cannot {verb} {_WORDS[kind]}"
        if left is None or right is None or left == right:
            return None
        return f"cannot {verb} {_WORDS[left]} and {_WORDS[right]}"
    for kind in (left, right):
        if kind not in (None, "number"):
            return f"cannot {verb} {_WORDS[kind]}"
    return None
