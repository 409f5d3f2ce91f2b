"""Contradicting annotations."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NewType, Protocol, TypeVar

import pytest
from pydantic import BaseModel, EmailStr

from wfe_core import DefinitionError, WorkflowBuilder
from wfe_core.steps.fitting import never_fits

T = TypeVar("T")
Name = NewType("Name", str)


class Sized(Protocol):
    """Something that a type checker must judge."""

    size: int


class Colour(enum.StrEnum):
    """Text after all."""

    RED = "red"


@dataclass
class Box:
    """A dataclass."""

    size: int


class Order(BaseModel):
    """A model."""

    total: int
    note: str | None = None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (int, dict), (int, str), (str, int), (dict[str, int], list), (list[int], tuple), (str | None, int),
        (int | None, list[int]), (Box, dict), (Order, Box), (str, date), (Decimal, float),
        (Annotated[int, "cents"], str), (int | str, dict | list),
    ],
)  # fmt: skip
def test_what_can_never_fit_is_found(given: Any, wanted: Any) -> None:
    """No value of the first is one of the second."""
    assert never_fits(given, wanted)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (int, int), (int, float), (bool, int), (int, object), (int, Any), (Any, int),
        (dict[str, int], Mapping), (list[int], Sequence[int]),
        (str | None, str), (str, str | None), (int, T), (Name, str), (str, Name),
        (Box, Sized), (EmailStr, str), (Colour, str), (str, Colour), (datetime, date),
        (int | str, str | list), (Order, BaseModel), (int, "SomethingUnknown"),
    ],
)  # fmt: skip
def test_what_may_fit_is_let_pass(given: Any, wanted: Any) -> None:
    """Doubt is left to the type checker."""
    assert not never_fits(given, wanted)


def test_a_parameter_that_contradicts_its_field_is_a_build_error() -> None:
    """The error names the step, both annotations and the remedy."""

    def pay(total: dict[str, int]) -> None:
        del total

    with pytest.raises(DefinitionError, match=r"'total' is annotated dict.* of Order is int; mend one"):
        WorkflowBuilder("shop", data=Order).then(pay).build()
    WorkflowBuilder("shop", data=Order).then(pay).input(total={"a": 1}).build()
