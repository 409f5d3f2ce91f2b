"""Types of what users hand to the builder.

A selector is a function of the data, or of the data and the context. Where either is taken there are two
overloads, because mypy gives the parameter of a lambda no type when it could be one of two callables.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel
from typing_extensions import TypeVar

from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import MarkedFunction, StepBody

D = TypeVar("D", default=Any)
V = TypeVar("V", default=Any)


class DataclassInstance(Protocol):
    """An object of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Plain = (
    None
    | bool
    | int
    | float
    | str
    | bytes
    | Sequence[Any]
    | Mapping[str, Any]
    | set[Any]
    | BaseModel
    | DataclassInstance
    | dt.datetime
    | dt.date
    | dt.timedelta
    | decimal.Decimal
    | uuid.UUID
    | enum.Enum
    | pathlib.PurePath
)
"""A value as it is, as opposed to a function that selects one. Functions are never values."""

OfData = Callable[[D], V]
"""A selector that needs the data alone."""
OfDataAndContext = Callable[[D, StepContext[D]], V]
"""A selector that also needs its place: the current item, the instance's id."""
Marked = MarkedFunction | StepBody[Any] | type[StepBody[Any]]
"""What is a step for sure."""
Output = str | Callable[[Any, D], Mapping[str, Any]]
"""Where a result goes: into a data field, or through a function of the result and the data."""
OutputOf = str | Callable[[V, D], Mapping[str, Any]]
"""The same for a result whose type is known, as the final data of another workflow is."""
