"""The fixed tables of filters, tests and functions. Nothing else can be called from an expression."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from wfe_yaml.expressions.values import (
    MAX_ITEMS,
    MAX_TEXT,
    EvaluationError,
    is_list,
    is_mapping,
    number,
    plain,
    same,
    to_json,
    to_text,
    type_name,
)

Function = Callable[..., Any]


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise EvaluationError(f"{name} works on a text, not on {type_name(value)}")
    return value


def _items(value: Any, name: str) -> list[Any]:
    if not is_list(value):
        raise EvaluationError(f"{name} works on a list, not on {type_name(value)}")
    return value


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not is_mapping(value):
        raise EvaluationError(f"{name} works on a mapping, not on {type_name(value)}")
    return value


def _length(value: Any) -> int:
    if isinstance(value, str) or is_list(value) or is_mapping(value):
        return len(value)
    raise EvaluationError(f"length works on a text, a list or a mapping, not on {type_name(value)}")


def _replace(value: Any, old: Any, new: Any) -> str:
    text, old, new = _text(value, "replace"), _text(old, "replace"), _text(new, "replace")
    if not old:
        raise EvaluationError("replace needs a text to look for")
    if len(text) + text.count(old) * max(len(new) - len(old), 0) > MAX_TEXT:
        raise EvaluationError(f"the text would be longer than {MAX_TEXT:,} characters")
    return text.replace(old, new)


def _join(value: Any, separator: Any = "") -> str:
    parts = [to_text(item) for item in _items(value, "join")]
    between = _text(separator, "join")
    if sum(map(len, parts)) + len(between) * len(parts) > MAX_TEXT:
        raise EvaluationError(f"the text would be longer than {MAX_TEXT:,} characters")
    return between.join(parts)


def _split(value: Any, separator: Any = None) -> list[str]:
    text = _text(value, "split")
    if separator is not None and not _text(separator, "split"):
        raise EvaluationError("split needs a separator of at least one character")
    return text.split(separator)


def _int(value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return int(value)
    text = _text(value, "int").strip()
    if len(text) > 300 or not text.removeprefix("-").removeprefix("+").isdecimal():  # noqa: PLR2004
        raise EvaluationError(f"{text[:40]!r} is no whole number")
    return int(text)


def _float(value: Any) -> float:
    try:
        return float(value if isinstance(value, (int, float)) else _text(value, "float"))
    except (ValueError, OverflowError):
        raise EvaluationError(f"{str(value)[:40]!r} is no number") from None


def _bool(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return bool(value)
    words = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False, "": False}
    word = to_text(value).strip().casefold()
    if word not in words:
        raise EvaluationError(f"{word[:40]!r} is neither true nor false")
    return words[word]


_NOTHING = object()


def _fromjson(value: Any, default: Any = _NOTHING) -> Any:
    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(_text(value, "fromjson"), parse_constant=refuse)
    except (ValueError, RecursionError) as exc:
        if default is not _NOTHING:
            return default
        raise EvaluationError(f"this is not JSON: {exc}") from None


def _round(value: Any, digits: Any = 0) -> int | float:
    places = number(digits, "round to")
    result = round(number(value, "round"), max(-300, min(300, int(places))))
    return int(result) if places == 0 else result


def _key(name: str) -> Callable[[Any], Any]:
    def key(value: Any) -> Any:
        return value if isinstance(value, str) else number(value, name)

    return key


def _sorted(value: Any, reverse: Any = False) -> list[Any]:
    try:
        return sorted(_items(value, "sort"), key=_key("sort"), reverse=bool(reverse))
    except TypeError:
        raise EvaluationError("sort works on texts only or on numbers only") from None


def _extreme(choose: Callable[..., Any], name: str) -> Function:
    def pick(*values: Any) -> Any:
        items = _items(values[0], name) if len(values) == 1 else list(values)
        if not items:
            raise EvaluationError(f"{name} of an empty list")
        try:
            return choose(items, key=_key(name))
        except TypeError:
            raise EvaluationError(f"{name} works on texts only or on numbers only") from None

    return pick


def _edge(place: int, name: str) -> Function:
    def edge(value: Any) -> Any:
        items: Any = value if isinstance(value, str) else _items(value, name)
        if not items:
            raise EvaluationError(f"{name} of an empty {'text' if isinstance(value, str) else 'list'}")
        return items[place]

    return edge


def _reverse(value: Any) -> Any:
    return value[::-1] if isinstance(value, str) else _items(value, "reverse")[::-1]


def _unique(value: Any) -> list[Any]:
    found: dict[str, Any] = {}
    for item in _items(value, "unique"):
        found.setdefault(to_json(item), item)
    return list(found.values())


def _range(*bounds: Any) -> list[int]:
    limits = [number(bound, "count to") for bound in bounds]
    if not 1 <= len(limits) <= 3 or any(not isinstance(limit, int) for limit in limits) or limits[2:] == [0]:  # noqa: PLR2004
        raise EvaluationError("range takes one to three whole numbers")
    numbers = range(*[int(limit) for limit in limits])
    if len(numbers) > MAX_ITEMS:
        raise EvaluationError(f"the range has more than {MAX_ITEMS:,} numbers")
    return list(numbers)


def _contains(value: Any, part: Any) -> bool:
    if isinstance(value, str):
        return _text(part, "contains") in value
    if is_mapping(value):
        return part in value
    return any(same(item, part) for item in _items(value, "contains"))


def _sum(value: Any) -> int | float:
    return sum(number(item, "add") for item in _items(value, "sum"))


def _of(function: Callable[[Any], Any]) -> Function:
    return function


def _with(function: Callable[[Any, Any], Any]) -> Function:
    return function


FILTERS: dict[str, Function] = {
    "abs": _of(lambda value: abs(number(value, "take the amount of"))),
    "basename": _of(lambda value: posixpath.basename(_text(value, "basename"))),
    "bool": _bool,
    "capitalize": _of(lambda value: _text(value, "capitalize").capitalize()),
    "dirname": _of(lambda value: posixpath.dirname(_text(value, "dirname"))),
    "first": _edge(0, "first"),
    "float": _float,
    "fromjson": _fromjson,
    "int": _int,
    "join": _join,
    "keys": _of(lambda value: list(_mapping(value, "keys"))),
    "last": _edge(-1, "last"),
    "length": _length,
    "lower": _of(lambda value: _text(value, "lower").lower()),
    "max": _extreme(max, "max"),
    "min": _extreme(min, "min"),
    "replace": _replace,
    "reverse": _reverse,
    "round": _round,
    "sort": _sorted,
    "split": _split,
    "string": to_text,
    "sum": _sum,
    "tojson": to_json,
    "trim": _of(lambda value: _text(value, "trim").strip()),
    "unique": _unique,
    "upper": _of(lambda value: _text(value, "upper").upper()),
    "values": _of(lambda value: [plain(item) for item in _mapping(value, "values").values()]),
}
"""`value | name(arguments)`; `default` is built into the evaluator, as it alone may see what is missing."""

TESTS: dict[str, Function] = {
    "boolean": _of(lambda value: isinstance(value, bool)),
    "containing": _contains,
    "empty": _of(lambda value: value is None or _length(value) == 0),
    "endingwith": _with(lambda value, part: _text(value, "endingwith").endswith(_text(part, "endingwith"))),
    "false": _of(lambda value: value is False),
    "integer": _of(lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "mapping": _of(lambda value: isinstance(value, Mapping)),
    "none": _of(lambda value: value is None),
    "number": _of(lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)),
    "sequence": _of(lambda value: isinstance(value, list)),
    "startingwith": _with(
        lambda value, part: _text(value, "startingwith").startswith(_text(part, "startingwith"))
    ),
    "string": _of(lambda value: isinstance(value, str)),
    "true": _of(lambda value: value is True),
}
"""`value is name`; `defined` and `undefined` are built into the evaluator."""

FUNCTIONS: dict[str, Function] = {
    "contains": _contains,
    "len": _length,
    "max": FILTERS["max"],
    "min": FILTERS["min"],
    "range": _range,
}
"""`name(arguments)`."""

BUILT_IN_FILTERS = frozenset({"default", "d"})
BUILT_IN_TESTS = frozenset({"defined", "undefined"})
