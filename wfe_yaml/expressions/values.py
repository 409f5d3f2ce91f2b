"""Values inside expressions: JSON values and nothing else; conversions, equality and order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeGuard

MAX_TEXT = 1 << 20
"""Longest text an expression may make, in characters."""
MAX_ITEMS = 100_000
"""Longest list an expression may make."""
_MAX_INT = 1 << 1024


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a mapping; inside expressions all mappings have text keys."""
    return isinstance(value, Mapping)


class EvaluationError(Exception):
    """An expression has no value here and now; the message says why and what to do."""


class Missing:
    """What is not there: only `default` and `is defined` may touch it."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why: str = why


def need(value: Any) -> Any:
    """Give the value, which must be there.

    Raises:
        EvaluationError: it is missing.
    """
    if isinstance(value, Missing):
        raise EvaluationError(value.why)
    return value


def type_name(value: Any) -> str:
    """What a person calls the type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a mapping"


def to_text(value: Any) -> str:
    """Convert for mixed text: null to "", booleans to true and false, lists and mappings to JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return to_json(value)


def to_json(value: Any) -> str:
    """Give compact JSON text."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Give a value as plain dicts and lists (the views of `steps` and `env` are lazy mappings)."""
    if is_mapping(value) and not isinstance(value, dict):
        return {key: plain(need(value[key])) for key in value}
    if is_list(value) and type(value) is not list:
        return [plain(need(item)) for item in value]
    return value


def deep_plain(value: Any) -> Any:
    """Copy a value as plain dicts and lists, however deep the views in it are."""
    if is_mapping(value):
        return {key: deep_plain(need(value[key])) for key in value}
    return [deep_plain(need(item)) for item in value] if is_list(value) else value


def truth(value: Any) -> bool:
    """Whether a value counts as true inside an expression: as in Jinja and Python."""
    return bool(need(value))


def same(left: Any, right: Any) -> bool:
    """JSON equality with types: `true` is not `1`, but `1` is `1.0`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_mapping(left) and is_mapping(right):
        return len(left) == len(right) and all(key in right and same(left[key], right[key]) for key in left)
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(same(x, y) for x, y in zip(left, right, strict=True))
    return bool(left == right)


def number(value: Any, doing: str) -> int | float:
    """Give a value that must be a number.

    Raises:
        EvaluationError: it is something else.
    """
    need(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        hint = "; convert it with '| int' or '| float'" if isinstance(value, str) else ""
        raise EvaluationError(f"cannot {doing} {type_name(value)}{hint}")
    return value


def bounded(value: Any) -> Any:
    """Give a value that was computed, unless it has grown beyond reason.

    Raises:
        EvaluationError: the text, list or number is too large.
    """
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise EvaluationError(f"the text is longer than {MAX_TEXT:,} characters")
    elif isinstance(value, int):
        if not -_MAX_INT < value < _MAX_INT:
            raise EvaluationError("the number is too large")
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
            raise EvaluationError("the result is no finite number")
    elif is_list(value) and len(value) > MAX_ITEMS:
        raise EvaluationError(f"the list has more than {MAX_ITEMS:,} items")
    return value
