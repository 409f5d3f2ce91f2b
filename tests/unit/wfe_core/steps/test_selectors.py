"""Selectors: functions of the data, constants, wires."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from wfe_core.errors import DefinitionError
from wfe_core.steps.context import StepContext
from wfe_core.steps.selectors import (
    Constant,
    FunctionSelector,
    KeptOutput,
    OutputOf,
    output_of,
    output_slot,
    positional_arity,
    selector_of,
)

MakeContext = Callable[..., StepContext[Any]]


class Order(BaseModel):
    """Typed data."""

    total: float = 2.0


def test_a_selector_takes_the_data_or_data_and_context(context: MakeContext) -> None:
    """The number of parameters tells which; the data is typed as the model."""
    view = context(data_type=Order, attempt=3)
    assert selector_of(lambda d: d.total, "w").evaluate(view) == 2.0
    assert selector_of(lambda d, c: d.total * c.attempt, "w").evaluate(view) == 6.0


def test_any_other_value_is_itself(context: MakeContext) -> None:
    """What cannot be called is a constant; a selector stays what it is."""
    for value in (3, "x", None, ["a"], {"b": 1}):
        assert selector_of(value, "w").evaluate(context()) == value
    constant = Constant(1)
    assert selector_of(constant, "w") is constant


def test_callables_of_all_kinds_are_selectors(context: MakeContext) -> None:
    """Built-in getters and functions with optional parameters take the data."""
    view = context(data_type=Order)
    assert selector_of(operator.attrgetter("total"), "w").evaluate(view) == 2.0
    assert selector_of(lambda d=None: d.total, "w").evaluate(view) == 2.0
    assert selector_of(lambda *a: a[0].total, "w").evaluate(view) == 2.0
    assert selector_of(lambda d, c, more=1: more, "w").evaluate(view) == 1


@pytest.mark.parametrize("fn", [lambda: 1, lambda a, b, c: 1])
def test_other_numbers_of_parameters_are_refused(fn: Any) -> None:
    """A selector takes one or two arguments."""
    with pytest.raises(DefinitionError, match="w: a selector takes the data, or the data and the context"):
        selector_of(fn, "w")


def test_async_selectors_are_refused() -> None:
    """A condition is evaluated at once, between two commits, so it cannot wait."""

    async def condition(d: Any) -> bool:
        return bool(d)

    with pytest.raises(DefinitionError, match="plain function"):
        FunctionSelector(condition, "w")


def test_what_has_no_signature_is_to_be_wrapped() -> None:
    """Some built-ins cannot be inspected."""
    with pytest.raises(DefinitionError, match="wrap it in a lambda"):
        positional_arity(max, "w")


def test_wires_are_connected_by_a_build_only(context: MakeContext) -> None:
    """`output_of` outside of a built workflow says what it is for."""
    wire = output_of("fetch", "title")
    assert isinstance(wire, OutputOf)
    with pytest.raises(DefinitionError, match=r"output_of\('fetch'\) works only inside \.input"):
        wire.evaluate(context())


def test_a_connected_wire_reads_the_kept_output(context: MakeContext) -> None:
    """The whole output, one field of it, or None when the step was skipped."""
    view = context(hidden={output_slot("a/fetch", ()): '{"title": "t"}'})
    assert KeptOutput("a/fetch", 0, None).evaluate(view) == {"title": "t"}
    assert KeptOutput("a/fetch", 0, "title").evaluate(view) == "t"
    assert KeptOutput("a/other", 0, "title").evaluate(view) is None
    assert view.data == {}


def test_items_that_run_at_once_keep_their_outputs_apart(context: MakeContext) -> None:
    """A wire reads the output that was made for the same items of the loops around the source."""
    hidden = {output_slot("fetch", (1,)): '"one"', output_slot("fetch", (2,)): '"two"'}
    for index, expected in ((1, "one"), (2, "two")):
        inner = context(hidden=hidden, loops=[(None, index, "x"), (None, 7, "y")])
        assert KeptOutput("fetch", 1, None).evaluate(inner) == expected
    assert output_slot("fetch", (1, 11)) != output_slot("fetch", (11, 1)) != output_slot("fetch", (111,))
