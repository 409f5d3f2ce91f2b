"""Whether a value of one annotated type can be one of another: to find contradictions, not to prove types.

Only what is certain counts. Protocols, type variables, new types and classes of libraries may fit anything,
since validators and duck typing may make them fit; a type checker sees more.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable
from typing import Annotated, Any, Union

from pydantic import BaseModel

_CERTAIN = frozenset({"builtins", "collections.abc", "datetime", "decimal", "pathlib", "uuid"})
"""Modules whose classes are what they seem."""
_PROMOTED = {(int, float), (int, complex), (float, complex)}
"""Pairs that type checkers let pass (PEP 484, the numeric tower)."""


def never_fits(given: Any, wanted: Any) -> bool:
    """Whether no value annotated `given` can be used where `wanted` is annotated."""
    have, want = _classes(given), _classes(wanted)
    if not have or not want:
        return False
    return not any(_fits(h, w) for h in have for w in want)


def _fits(have: type, want: type) -> bool:
    return (have, want) in _PROMOTED or issubclass(have, want) or issubclass(want, have)


def _classes(hint: Any) -> list[type]:
    """Give the classes that a value may have; none when that is not certain."""
    if hint is None:
        return [type(None)]
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return _classes(hint.__origin__)
    if origin in (Union, types.UnionType):
        return _all_of(_classes(part) for part in typing.get_args(hint))
    kind = origin or hint
    return [kind] if _is_certain(kind) else []


def _all_of(parts: Iterable[list[type]]) -> list[type]:
    found: list[type] = []
    for part in parts:
        if not part:
            return []
        found += part
    return found


def _is_certain(kind: Any) -> bool:
    if kind is object or not isinstance(kind, type):
        return False
    return kind.__module__ in _CERTAIN or _is_record(kind)


def _is_record(kind: Any) -> bool:
    return issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind)
