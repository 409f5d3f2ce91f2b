"""Whatever a user's objects raise when the engine looks at them, the instance says so (rules 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, cast

import pytest
from pydantic import BaseModel, field_serializer, field_validator, model_validator

from wfe_core import (
    ExecutionResult,
    RetryPolicy,
    SerializationError,
    WorkflowBuilder,
    WorkflowFailedError,
    step,
)
from wfe_core.builder.branch import Branch
from wfe_host.testing.engine import WfeEngine

_ONCE = RetryPolicy(max_attempts=1)


class Ambiguous:
    """Has no truth, as arrays and data frames have none."""

    def __bool__(self) -> bool:
        """Raise."""
        raise ValueError("the truth is ambiguous")


def _ambiguous(data: Any) -> Any:
    return Ambiguous()


def _items(data: Any) -> Iterator[int]:
    yield 1
    raise KeyError("x")


def _naive(data: Any) -> datetime:
    return datetime(2020, 1, 1)  # noqa: DTZ001 - that is the mistake


def _inside(b: Branch[Any]) -> None:
    b.delay(1)


_DEFINITIONS: dict[str, tuple[Callable[[WorkflowBuilder], Any], str]] = {
    "items": (lambda b: b.for_each(_items, _inside), "the items threw KeyError"),
    "if": (lambda b: b.if_do(_ambiguous, _inside), "the condition threw ValueError"),
    "while": (lambda b: b.while_do(_ambiguous, _inside), "the condition threw ValueError"),
    "only_if": (lambda b: b.delay(1).only_if(_ambiguous), "only_if threw ValueError"),
    "cancel_when": (lambda b: b.wait_for("e", "k").cancel_when(_ambiguous), "cancel_when threw ValueError"),
    "until": (lambda b: b.recur(1, _inside, until=_ambiguous).wait_for("e", "k"), "until threw ValueError"),
    "as_of": (lambda b: b.wait_for("e", "k", as_of=_naive), "as_of: .* has no time zone"),
}


@pytest.mark.parametrize("name", _DEFINITIONS)
async def test_a_value_that_throws_when_it_is_looked_at_fails_its_step(
    wfe: WfeEngine, rec: Any, name: str
) -> None:
    """Rules 7: never runnable but dead, and what was done before is not done again."""
    build, problem = _DEFINITIONS[name]
    builder = WorkflowBuilder("w").then(rec.step("first"))
    build(builder)
    with pytest.raises(WorkflowFailedError, match=problem):
        await wfe.run(builder.build(), {})
    assert rec.log == ["first"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (
            lambda: ExecutionResult.wait_for_event("e", cast("Any", None)),
            "the key must be text, not NoneType",
        ),
        (lambda: ExecutionResult.wait_for_event(cast("Any", 5)), "the name must be text, not int"),
        (lambda: ExecutionResult.wait_for_event("e", as_of=_naive(None)), "has no time zone"),
    ],
    ids=["key", "name", "as_of"],
)
async def test_an_impossible_wait_fails_in_the_body_that_asked_for_it(
    wfe: WfeEngine, value: Callable[[], Any], problem: str
) -> None:
    """Rules 6: the traceback shows the line; nothing that no store can keep is ever committed."""

    async def body(ctx: Any) -> Any:
        return value()

    flow = WorkflowBuilder("w").then(step(name="s", retry=_ONCE)(body)).build()
    with pytest.raises(WorkflowFailedError, match=problem):
        await wfe.run(flow, {})


async def test_a_body_that_raises_generator_exit_has_failed(wfe: WfeEngine) -> None:
    """Rules 7: any exception of a body ends its attempt."""

    async def body(ctx: Any) -> Any:
        raise GeneratorExit

    flow = WorkflowBuilder("w").then(step(name="s", retry=_ONCE)(body)).build()
    with pytest.raises(WorkflowFailedError, match="GeneratorExit"):
        await wfe.run(flow, {})


def _bad(value: Any) -> bool:
    return value in (2, [2])


class Field(BaseModel):
    """A validator of one field raises what pydantic does not catch."""

    a: Any = 1

    @field_validator("a")
    @classmethod
    def look(cls, value: Any) -> Any:
        """Refuse 2, clumsily."""
        if _bad(value):
            raise KeyError("look")
        return value


class Whole(BaseModel):
    """So does one of the whole."""

    a: Any = 1

    @model_validator(mode="after")
    def look(self) -> Whole:
        """Refuse 2, clumsily."""
        if _bad(self.a):
            raise AttributeError("look")
        return self


class Written(BaseModel):
    """And one that writes it."""

    a: Any = 1

    @field_serializer("a")
    def write(self, value: Any) -> Any:
        """Refuse 2, clumsily."""
        if _bad(value):
            raise KeyError("write")
        return value


_PUT: dict[str, Callable[[WorkflowBuilder[Any], Any], Any]] = {
    "result": lambda b, rec: b.then(rec.step("s", {"a": 2}, retry=_ONCE)),
    "output": lambda b, rec: b.then(rec.step("s", 2, retry=_ONCE)).output("a"),
    "event": lambda b, rec: b.wait_for("e", "k", output="a"),
    "collect": lambda b, rec: b.for_each([1], lambda each: each.then(rec.step("s", 2))).collect("a"),
    "end": lambda b, rec: b.end_workflow({"a": 2}),
}


@pytest.mark.parametrize("model", [Field, Whole, Written])
@pytest.mark.parametrize("how", _PUT)
async def test_a_data_model_whose_code_throws_fails_the_step(
    wfe: WfeEngine, rec: Any, model: type[BaseModel], how: str
) -> None:
    """Rules 7: by whichever way the value comes, and data from outside can brick no instance."""
    builder = WorkflowBuilder("w", data=model).then(rec.step("first"))
    _PUT[how](builder, rec)
    handle = await wfe.start(builder.build(), model())
    await wfe.settle()
    await wfe.host.publish_event("e", "k", 2)
    with pytest.raises(WorkflowFailedError, match=r"look|write"):
        await wfe.result(handle)
    assert rec.log[0] == "first"


class Unequal(BaseModel):
    """Throws when it is compared."""

    x: Any = None

    def __eq__(self, other: object) -> bool:
        """Raise."""
        raise RuntimeError("eq")

    __hash__ = None  # type: ignore[assignment]


class Items(dict[str, int]):
    """A mapping that cannot be walked."""

    def items(self) -> Any:
        """Raise."""
        raise RuntimeError("items")


@pytest.mark.parametrize("value", [Unequal(), {"a": Unequal()}, Items(a=1)], ids=["eq", "eq inside", "items"])
async def test_a_result_that_throws_when_it_is_looked_at_ends_its_step(
    wfe: WfeEngine, rec: Any, value: Any
) -> None:
    """Rules 7: well, or as failed; the instance does not stand still."""

    async def body(ctx: Any) -> Any:
        return value

    handle = await wfe.start(WorkflowBuilder("w").then(step(name="s", retry=_ONCE)(body)).build(), {})
    await wfe.settle()
    assert (await handle.instance()).status in {"complete", "failed"}


async def test_a_child_gives_its_data_in_its_own_version(wfe: WfeEngine, rec: Any) -> None:
    """Decision 51: a newer version of another model, registered meanwhile, is not asked."""
    first = WorkflowBuilder("child", data=Field).wait_for("e", "k").build()
    flow = WorkflowBuilder("flow").sub_workflow("child", output=lambda r, d: {"a": r.a}).build()
    wfe.register(first)
    handle = await wfe.start(flow, {})
    await wfe.settle()

    class Wider(BaseModel):
        b: int

    wfe.register(WorkflowBuilder("child", version=2, data=Wider).wait_for("e", "k").build())
    await wfe.host.publish_event("e", "k")
    assert await wfe.result(handle) == {"a": 1}


async def test_data_that_does_not_fit_any_more_hides_nobody_elses(wfe: WfeEngine, rec: Any) -> None:
    """Rules 11: the listing shows it as it is stored, and says why; the result names the remedy."""

    def flow(model: type[BaseModel]) -> Any:
        return WorkflowBuilder("w", data=model).then(rec.step("x")).build()

    old = type("Data", (BaseModel,), {"__annotations__": {"a": int}})
    new = type("Data", (BaseModel,), {"__annotations__": {"a": int, "b": str}})
    handle = await wfe.start(flow(old), {"a": 1}, instance_id="old")
    await wfe.result(handle)
    await wfe.kill()
    wfe._definitions[:] = [flow(new)]
    await wfe.add_host()
    seen = await wfe.host.get("old")
    assert (seen.data, seen.status) == ({"a": 1}, "complete")
    assert "does not fit Data: b: Field required" in (seen.data_problem or "")
    assert [each.id for each in await wfe.host.instances()] == ["old"]
    with pytest.raises(SerializationError, match="give new fields a default"):
        await wfe.host.handle("old").result()
