"""`vars`: constants of a file, known when it is loaded, which a caller can replace."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wfe_yaml.errors import Code
from wfe_yaml.expressions.shapes import SINGLE, UNKNOWN, Shape
from wfe_yaml.model.types import ANY, STRING, ValueType
from wfe_yaml.source.nodes import Node, plain_value
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import SourceText

# `bool` before `int`, as true is a 1 for Python.
_TYPES = ((bool, "bool"), (int, "int"), (float, "number"), (str, "string"), (list, "list"), (dict, "map"))
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def variable_values(
    declared: Mapping[str, Node],
    given: Mapping[str, Any],
    sources: Sequence[SourceText],
    problems: Problems,
) -> dict[str, Any]:
    """Give the values of all variables.

    A text that is given for a variable whose value in the file is a number, a boolean, a list or a mapping is
    read as one: `--var replicas=3`.

    Args:
        declared: the values in the file; null for one that must be given.
        given: values by name, which go before those of the file.
        sources: the texts of all files, to tell what no file uses.
        problems: where problems are noted.
    """
    values: dict[str, Any] = {}
    for name, node in declared.items():
        default = plain_value(node)
        if name in given:
            value = _fitting(name, given[name], _type_of(default), problems)
        elif default is None:
            hint = f"give it with  --var {name}=VALUE  (from Python: variables=)"
            problems.add(Code.VARIABLE, f"the variable {name!r} has no value", node.location, hint)
            value = None
        else:
            value = default
        values[name] = value
    for name, value in given.items():
        if name in declared:
            continue
        if not _NAME.fullmatch(name):
            problems.add(Code.VARIABLE, f"{name[:60]!r} is no name of a variable", None)
        elif not any(re.search(rf"vars\W{{1,4}}{re.escape(name)}(?![\w-])", each.text) for each in sources):
            hint = suggest(name, declared) or f"variables of the file are: {listing(declared)}"
            problems.add(Code.UNUSED_VARIABLE, f"nothing uses the variable {name!r}", None, hint)
        else:
            values[name] = _fitting(name, value, ANY, problems)
    return values


def variable_shape(values: Mapping[str, Any]) -> Shape:
    """Give what is known of the variables."""
    keys = {
        name: SINGLE if isinstance(value, (str, int, float, bool)) else UNKNOWN
        for name, value in values.items()
    }
    hint = "give it with  --var NAME=VALUE, or declare it under `vars:` of the file"
    return Shape("variable", keys, hint=hint)


def _type_of(default: Any) -> ValueType:
    return next((ValueType(name) for kind, name in _TYPES if isinstance(default, kind)), ANY)


def _fitting(name: str, value: Any, kind: ValueType, problems: Problems) -> Any:
    try:
        if isinstance(value, str) and kind not in (STRING, ANY):
            value = kind.from_text(value)
        trouble = kind.trouble(value)
        # As it comes back from the store: a set or a date would be found out too late.
        value = json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, RecursionError) as exc:
        trouble = str(exc)
    if trouble is not None:
        problems.add(Code.VARIABLE, f"variable {name!r}: {trouble}", None)
    return value
