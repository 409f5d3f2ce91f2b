"""The `@step` mark, StepBody classes and their options."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core.errors import DefinitionError
from wfe_core.policies import RetryPolicy
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import (
    NO_OPTIONS,
    Inject,
    Step,
    StepBody,
    check_name,
    is_marked,
    options_of,
    step,
)


@step
async def fetch(url: str) -> str:
    """Fetch something."""
    return f"<{url}>"


@step(
    name="pay",
    retry=RetryPolicy(max_attempts=2),
    timeout="3s",
    heartbeat_timeout=0.5,
    limit="api",
    cache="1h",
)
def charge(amount: float) -> float:
    """Charge."""
    return amount * 2


class Desk:
    """Some methods as steps."""

    def __init__(self, name: str) -> None:
        self.name = name

    @step(timeout=1)
    def book(self, guest: str) -> str:
        """Use the object."""
        return f"{self.name}:{guest}"

    @staticmethod
    @step
    def stamp(text: str) -> str:
        """Use nothing."""
        return text.upper()

    @step
    @staticmethod
    def mark(text: str) -> str:
        """Use nothing, marked the other way round."""
        return text.lower()


async def test_a_marked_function_stays_callable_as_it_is() -> None:
    """A step can be tested without an engine: calling it calls the function, async or not."""
    assert await fetch("a") == "<a>"
    assert charge(2.5) == 5.0


def test_a_mark_keeps_what_the_function_is_known_by() -> None:
    """Name, docstring and module of the function show through the mark."""
    assert isinstance(fetch, Step)
    assert (fetch.__name__, fetch.__doc__, fetch.__module__) == ("fetch", "Fetch something.", __name__)
    assert repr(fetch) == "<step fetch>"


def test_options_are_kept_in_microseconds() -> None:
    """Durations of any form are read when the function is marked."""
    options = options_of(charge)
    assert options.name == "pay"
    assert options.retry == RetryPolicy(max_attempts=2)
    assert (options.timeout, options.heartbeat_timeout, options.cache) == (3_000_000, 500_000, 3_600_000_000)
    assert options.limit == "api"


def test_a_bare_mark_says_nothing() -> None:
    """Without options everything is inherited."""
    assert options_of(fetch) == NO_OPTIONS


def test_a_step_is_a_method_of_its_object() -> None:
    """A method as a step is bound to the object it is taken from, and keeps its options."""
    bound = Desk("d").book
    assert bound("g") == "d:g"
    assert isinstance(bound, Step)
    assert options_of(bound).timeout == 1_000_000
    assert Desk.book(Desk("e"), "g") == "e:g"


def test_a_static_method_as_a_step_needs_no_object() -> None:
    """`@staticmethod` and `@step` go together in either order, from the class and from an object."""
    assert Desk.stamp("a") == "A"
    assert Desk.mark("A") == "a"
    desk: Any = Desk("d")
    assert (desk.stamp("a"), desk.mark("A")) == ("A", "a")


def test_only_marked_things_are_steps_for_sure() -> None:
    """Steps, StepBody classes and their objects are told from branches; plain functions are not."""

    class Body(StepBody[Any]):
        async def run(self, ctx: StepContext[Any]) -> None: ...

    assert is_marked(fetch)
    assert is_marked(Desk("d").book)
    assert is_marked(Body)
    assert is_marked(Body())
    assert not is_marked(lambda b: b)
    assert not is_marked(Desk)


def test_a_body_class_takes_the_options_with_its_bases() -> None:
    """Options of a StepBody stand after its base class, are inherited, and replaced as a whole."""

    class Slow(StepBody[Any], timeout="2m", limit="gpu", name="slow"):
        async def run(self, ctx: StepContext[Any]) -> None: ...

    class Slower(Slow):
        pass

    class Other(Slow, limit="cpu"):
        pass

    assert options_of(Slow).timeout == 120_000_000
    assert options_of(Slower()) == options_of(Slow)
    assert (options_of(Other).limit, options_of(Other).timeout) == ("cpu", None)


@pytest.mark.parametrize("length", [0, -1, "soon", "1", [3], True, "200000d"])
def test_a_senseless_duration_is_refused_at_once(length: Any) -> None:
    """A wrong duration names the function, the option and the value."""
    with pytest.raises(DefinitionError, match=r"@step on .*: timeout"):
        step(timeout=length)(lambda: None)


def test_marking_twice_is_refused() -> None:
    """Options of two marks would contradict each other."""
    with pytest.raises(DefinitionError, match="marked already"):
        step(timeout=3)(fetch)


def test_marking_a_class_names_the_way_to_do_it() -> None:
    """A class becomes a step by extending StepBody."""

    class Thing:
        pass

    with pytest.raises(DefinitionError, match=r"class Thing\(StepBody, timeout=...\)"):
        step(Thing)


def test_marking_what_cannot_be_called_is_refused() -> None:
    """Only functions and methods can be marked."""
    wrong: Any = 3
    with pytest.raises(DefinitionError, match="only functions and methods"):
        step(wrong)


@pytest.mark.parametrize("name", ["a/b", "~x", "", "  ", "a\nb", 3])
def test_names_that_keys_are_made_of_are_refused(name: Any) -> None:
    """A name cannot hold what separates the parts of a key, nor be invisible."""
    assert check_name(name) is not None
    with pytest.raises(DefinitionError, match="name"):
        step(name=name)(lambda: None)


def test_names_may_be_any_other_text() -> None:
    """Spaces, dots and other alphabets are fine."""
    assert [check_name(name) for name in ("pack", "pack it", "v1.2", "größe", "包")] == [None] * 5


def test_inject_is_the_type_itself_with_a_mark() -> None:
    """`Inject[T]` reads as `T` for checkers and shows its mark."""
    assert repr(Inject[Desk].__metadata__) == "(Inject,)"  # type: ignore[attr-defined]
