"""JSON in and out: what is kept, what is refused, where the trouble sits, and what is equal."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from tests.unit.wfe_core.samples import JSON, Opaque, Order, storable
from wfe_core.errors import SerializationError
from wfe_core.serialization import dumps, json_equal, loads


@given(JSON.filter(storable))
def test_json_comes_back_as_it_was(value: Any) -> None:
    """Every JSON value survives, to the type of its numbers and the order of its keys."""
    again = loads(dumps(value, "here"))
    assert json.dumps(again) == json.dumps(value)


def test_more_than_json_is_written_as_json() -> None:
    """Models, dataclasses, datetimes, enums, UUIDs, decimals and sets have a JSON form."""

    @dataclass
    class Point:
        x: int = 1

    class Color(enum.Enum):
        RED = "red"

    value = {
        "model": Order(id="a"),
        "point": Point(),
        "moment": dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
        "color": Color.RED,
        "uuid": uuid.UUID(int=1),
        "decimal": Decimal("1.10"),
        "set": {1},
        "tuple": (1, 2),
    }
    again = loads(dumps(value, "here"))
    assert again["model"]["id"] == "a"
    assert (again["point"], again["moment"], again["color"]) == ({"x": 1}, "2030-01-01T00:00:00Z", "red")
    assert (again["decimal"], again["set"], again["tuple"]) == ("1.10", [1], [1, 2])


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        (math.nan, "", "is nan, which JSON cannot hold"),
        ({"a": [1, math.inf]}, "['a'][1]", "is inf"),
        ({"a": {"b": "x\0y"}}, "['a']['b']", "NUL"),
        (["\ud800"], "[0]", "surrogate"),
        ({"a": (Opaque(),)}, "['a'][0]", "is an Opaque, which has no JSON form"),
        (Order.model_construct(id="a", total=math.nan), ".total", "is nan"),
        ({"x\0": 1}, "[key 'x\\x00']", "NUL"),
        (LOOP, "[0]", "nested more than 200 levels deep, or contains itself"),
    ],
)
def test_what_has_no_json_form_is_found(value: Any, path: str, problem: str) -> None:
    """The error says where inside the value the trouble sits, what it is, and what to do."""
    with pytest.raises(SerializationError) as caught:
        dumps(value, "step 'a': output")
    assert caught.value.where == "step 'a': output"
    assert caught.value.path.startswith(path) if value is LOOP else caught.value.path == path
    assert problem in caught.value.problem
    assert str(caught.value).endswith("or store a reference")


def test_a_dataclass_is_searched_too() -> None:
    """Trouble inside a dataclass is named by its field."""

    @dataclass
    class Holder:
        parts: list[Any] = field(default_factory=list)

    with pytest.raises(SerializationError, match=r"here at \.parts\[1\]: is an Opaque"):
        dumps(Holder([1, Opaque()]), "here")


def test_texts_that_only_look_like_trouble_pass() -> None:
    """The words NaN and Infinity, and a backslash before u0000, are text like any other."""
    value = ["NaN", "Infinity", "\\u0000", {"NaN": 1}]
    assert loads(dumps(value, "here")) == value


# ---------------------------------------------------------------- equality


@given(JSON.filter(storable), JSON.filter(storable))
def test_json_equality_is_equality_of_json(left: Any, right: Any) -> None:
    """It agrees with comparing canonical texts in which numbers are normal; each value equals itself."""

    def canonical(value: Any) -> Any:
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return (type(value).__name__, value)
        if isinstance(value, int | float):
            return ("number", value)
        if isinstance(value, list):
            return ("list", [canonical(item) for item in value])
        return ("dict", {key: canonical(item) for key, item in value.items()})

    assert json_equal(left, left)
    assert json_equal(left, right) == (canonical(left) == canonical(right)) == json_equal(right, left)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (0, None, False),
        (True, True, True),
        ("1", 1, False),
        ([1, [True]], [1.0, [1]], False),
        ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}, True),
        ({"a": None}, {}, False),
        ([1, 2], [1], False),
        ((1, 2), [1, 2], True),
        (dt.date(2030, 1, 1), "2030-01-01", True),
        ({1: "x"}, {"1": "x"}, True),
        (2**80, 2**80, True),
        (enum.Enum("E", {"A": "x"}).A, "x", True),  # type: ignore[attr-defined]
    ],
)
def test_json_equality_knows_types(left: Any, right: Any, equal: bool) -> None:
    """Numbers compare by value, a boolean is not a number, other values compare by their JSON form."""
    assert json_equal(left, right) is equal
