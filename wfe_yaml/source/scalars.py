"""Types of plain scalars by the YAML 1.2 core schema (section 10.3.2), so `no`, `on`, `22:22` are text."""

from __future__ import annotations

import re

NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FIRST = frozenset("0123456789+-.")
MAX_DIGITS = 300


class NumberError(ValueError):
    """A number that is no JSON number, or absurdly long."""


def resolve(text: str) -> str | int | float | bool | None:
    """Give the value of a plain scalar.

    Raises:
        NumberError: a number that JSON cannot hold, or of more than 300 digits.
    """
    if text in NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in _FIRST:
        return text
    number = _number(text)
    return text if number is None else number


def resolve_tagged(tag: str, text: str) -> str | int | float | bool | None:
    """Give the value of a scalar with one of the core tags.

    Raises:
        ValueError: the text is no value of that tag.
        NumberError: see `resolve`.
    """
    if tag == "str":
        return text
    value = resolve(text)
    fits = {
        "null": value is None,
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, (int, float)) and not isinstance(value, bool),
    }.get(tag, False)
    if not fits:
        msg = f"{text[:40]!r} is no value of the tag !!{tag}"
        raise ValueError(msg)
    return float(value) if tag == "float" and isinstance(value, int) else value


def _number(text: str) -> int | float | None:
    long = len(text) > MAX_DIGITS
    if _INT.fullmatch(text):
        if long:
            raise NumberError(f"a number of {len(text)} digits")
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        if long:
            raise NumberError(f"a number of {len(text) - 2} digits")
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        if long:
            raise NumberError(f"a number of {len(text)} digits")
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise NumberError(f"{text} is too large for a number")
        return value
    if _NOT_FINITE.fullmatch(text):
        raise NumberError(f"{text} is no JSON number")
    return None
