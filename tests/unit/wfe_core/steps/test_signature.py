"""Annotations that cannot be resolved: what still can be told from them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any

import pytest

from wfe_core.errors import DefinitionError
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import Inject
from wfe_core.steps.signature import read_signature, unwrap

if TYPE_CHECKING:
    from decimal import Decimal


class Known:
    """A type that is there at run time."""


def test_a_name_for_checkers_only_hides_nothing_else() -> None:
    """One annotation that cannot be resolved does not hide the context or a service beside it."""

    def body(c: StepContext[Decimal], amount: Decimal, known: Inject[Known]) -> None: ...

    c, amount, known = read_signature(body, "here").parameters
    assert (c.is_context, c.data_type) == (True, Any)
    assert (amount.is_context, amount.service) == (False, None)
    assert known.service is Known


def test_a_service_that_cannot_be_resolved_is_an_error() -> None:
    """A service must be known when the definition is built; the remedy is a real import."""

    def body(amount: Inject[Decimal]) -> None: ...

    with pytest.raises(DefinitionError, match=r"here, parameter 'amount'.*import its names at run time"):
        read_signature(body, "here")


def test_a_service_inside_another_type_is_an_error() -> None:
    """`Inject[T] | None` would be half a promise."""

    def body(known: Inject[Known] | None) -> None: ...

    with pytest.raises(DefinitionError, match="must be the whole annotation"):
        read_signature(body, "here")


def test_closures_are_looked_into() -> None:
    """A type of an enclosing function that the body uses is found."""

    class Local:
        pass

    def body(ctx: StepContext[Local]) -> Any:
        return Local, ctx

    (p,) = read_signature(body, "here").parameters
    assert p.data_type in (Local, Any)

    def injected(it: Inject[Local], other: Missing) -> Any:  # type: ignore[name-defined]  # noqa: F821
        return Local, it, other

    assert read_signature(injected, "here").parameters[0].service is Local


def test_an_empty_cell_is_no_obstacle() -> None:
    """A name of an enclosing function that is bound only later is left out."""

    def body(it: Later, other: Missing) -> Any:  # type: ignore[name-defined,valid-type]  # noqa: F821
        return Later, it, other

    (first, _) = read_signature(body, "here").parameters
    assert first.service is None
    Later = int  # noqa: N806


def test_an_annotated_context_is_a_context() -> None:
    """Other people's marks around StepContext change nothing."""

    def body(c: Annotated[StepContext[Known], "mine"]) -> None: ...

    (c,) = read_signature(body, "here").parameters
    assert (c.is_context, c.data_type) == (True, Known)


def test_annotations_need_not_be_text() -> None:
    """Without postponed evaluation annotations are objects; one that is text does not spoil the others."""

    def body(known: Any, c: Any) -> None: ...

    body.__annotations__ = {"known": Inject[Known], "c": "StepContext[Missing]"}
    known, c = read_signature(body, "here").parameters
    assert (known.service, c.is_context) == (Known, True)


def test_wrappers_are_looked_through() -> None:
    """Decorated functions, partials, methods and classes show their own parameters."""

    def body(known: Inject[Known], c: StepContext[Any]) -> None: ...

    @functools.wraps(body)
    def wrapper(*args: Any, **kwargs: Any) -> None: ...

    class Thing:
        def __init__(self, known: Inject[Known]) -> None: ...
        def method(self, known: Inject[Known]) -> None: ...
        def __call__(self, known: Inject[Known]) -> None: ...

    thing = Thing(Known())
    for target in (body, wrapper, functools.partial(body), thing.method, Thing, thing):
        assert read_signature(target, "here").parameters[0].service is Known
    assert unwrap(print) is print


def test_star_parameters_are_never_filled() -> None:
    """`*args` stays empty; `**kwargs` makes the signature open."""

    def body(*args: int, a: int, **more: int) -> None: ...

    signature = read_signature(body, "here")
    assert [p.name for p in signature.parameters] == ["a"]
    assert signature.open
