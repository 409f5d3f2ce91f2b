"""What a step node can run."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from wfe_core.errors import DefinitionError, StepError
from wfe_core.policies import RetryPolicy
from wfe_core.serialization import codec_for
from wfe_core.steps.binding import Place
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import StepBody, step
from wfe_core.steps.spec import StepSpec

MakeContext = Callable[..., StepContext[Any]]


async def coroutine(ctx: StepContext[Any]) -> int:
    """An unmarked async function."""
    return ctx.attempt


def plain(ctx: StepContext[Any]) -> int:
    """An unmarked plain function."""
    return ctx.attempt


class Ship(StepBody[Any], timeout=3):
    """A body class without a constructor."""

    made = 0

    async def run(self, ctx: StepContext[Any]) -> int:
        """Count the objects."""
        type(self).made += 1
        return ctx.attempt


class Desk:
    """Methods."""

    @step
    async def book(self, ctx: StepContext[Any]) -> int:
        """A method as a step."""
        return ctx.attempt

    @classmethod
    @step
    def stamp(cls, ctx: StepContext[Any]) -> str:
        """A class method as a step."""
        return f"{cls.__name__} {ctx.attempt}"


class Caller:
    """An object that can be called."""

    async def __call__(self, ctx: StepContext[Any]) -> int:
        """Do it."""
        return ctx.attempt


def run(target: Any, ctx: StepContext[Any]) -> Any:
    """Bind and invoke, as a host does."""
    spec = StepSpec.of(target, "here")
    binding = spec.bind(Place(where="here", codec=codec_for(dict), sole_is_context=spec.is_lambda))
    return spec.invoke(*binding.arguments(ctx, {}))


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (coroutine, "coroutine"),
        (step(coroutine), "coroutine"),
        (step(name="other")(coroutine), "other"),
        (Desk().book, "book"),
        (Ship, "Ship"),
        (Ship(), "Ship"),
        (Caller(), "Caller"),
        (functools.partial(coroutine), "coroutine"),
    ],
)
async def test_async_bodies_give_an_awaitable(context: MakeContext, target: Any, name: str) -> None:
    """Coroutine functions, methods, bodies and callables are awaited on the loop, under their own name."""
    spec = StepSpec.of(target, "here")
    assert (spec.is_async, spec.name) == (True, name)
    assert await run(target, context(attempt=3)) == 3


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (plain, "plain"),
        (step(plain), "plain"),
        (functools.partial(plain), "plain"),
        (lambda c: c.attempt, None),
    ],
)
def test_plain_bodies_block(context: MakeContext, target: Any, name: str | None) -> None:
    """Plain functions give their result at once: they belong in a thread. A lambda has no name."""
    spec = StepSpec.of(target, "here")
    assert (spec.is_async, spec.name) == (False, name)
    assert run(target, context(attempt=3)) == 3


def test_a_class_method_as_a_step_knows_its_class(context: MakeContext) -> None:
    """`@classmethod` over `@step` binds the class."""
    assert run(Desk.stamp, context(attempt=2)) == "Desk 2"


async def test_a_body_class_is_made_anew_for_each_attempt(context: MakeContext) -> None:
    """No state of one attempt is left for the next."""

    class Counter(StepBody[Any]):
        def __init__(self) -> None:
            self.count = 0

        async def run(self, ctx: StepContext[Any]) -> int:
            self.count += 1
            return self.count

    assert [await run(Counter, context()), await run(Counter, context())] == [1, 1]


def test_options_of_the_mark_are_the_specs() -> None:
    """What the mark says is what the host reads."""
    policy = RetryPolicy(max_attempts=9)
    marked = step(retry=policy, timeout=1, heartbeat_timeout=2, limit="l", cache=3)(plain)
    spec = StepSpec.of(marked, "here")
    assert (spec.retry, spec.timeout, spec.heartbeat_timeout) == (policy, 1_000_000, 2_000_000)
    assert (spec.limit, spec.cache, spec.python) == ("l", 3_000_000, True)
    assert StepSpec.of(Ship, "here").timeout == 3_000_000
    assert StepSpec.of(Ship(), "here", python=False, name="yaml").name == "yaml"


def test_a_plain_function_that_gives_a_coroutine_is_an_error(context: MakeContext) -> None:
    """A coroutine nobody awaits would silently never run: the attempt fails instead, for good."""
    with pytest.raises(StepError, match="async def") as caught:
        run(lambda c: [coroutine(c)][0], context())
    assert not caught.value.retryable


def test_generators_are_no_steps() -> None:
    """A step returns its result once."""

    def generator() -> Iterator[int]:
        yield 1

    async def async_generator() -> AsyncIterator[int]:
        yield 1

    for target in (generator, async_generator):
        with pytest.raises(DefinitionError, match="is a generator"):
            StepSpec.of(target, "here")


def test_what_is_no_step_is_refused() -> None:
    """Values and other classes get a remedy."""
    with pytest.raises(DefinitionError, match="here: 3 is no step"):
        StepSpec.of(3, "here")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="let it extend StepBody"):
        StepSpec.of(Desk, "here")


def test_an_unfinished_body_is_refused() -> None:
    """An abstract body, or one whose `run` blocks, is found when the definition is built."""

    class Unfinished(StepBody[Any]):
        pass

    class Blocking(StepBody[Any]):
        def run(self, ctx: StepContext[Any]) -> Any: ...

    with pytest.raises(DefinitionError, match="is abstract"):
        StepSpec.of(Unfinished, "here")
    for target in (Blocking, Blocking()):
        with pytest.raises(DefinitionError, match="must be `async def run"):
            StepSpec.of(target, "here")


async def test_the_first_parameter_of_run_is_the_context(context: MakeContext) -> None:
    """`run` gets the context whatever its parameter is called."""

    class Odd(StepBody[Any]):
        async def run(self, view):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return view.attempt

    assert await run(Odd, context(attempt=4)) == 4
    assert await run(Odd(), context(attempt=4)) == 4


def test_a_builtin_without_a_signature_gets_a_remedy() -> None:
    """What cannot be inspected is to be wrapped."""
    spec = StepSpec.of(dict.fromkeys, "here", name="x")
    assert [p.name for p in spec.signature("here").parameters] == ["iterable", "value"]
    with pytest.raises(DefinitionError, match="wrap it in a function"):
        StepSpec.of(max, "here").signature("here")
