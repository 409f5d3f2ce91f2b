"""Mistakes as a new user makes them: each error names step, field and remedy (rules 5 and 7)."""

from __future__ import annotations

from typing import Any, Self

import pytest
from pydantic import BaseModel, model_validator

from wfe_core import (
    ConditionError,
    DefinitionError,
    DefinitionNotRegisteredError,
    HostStateError,
    OutputError,
    SerializationError,
    StepContext,
    WorkflowBuilder,
    WorkflowDefinition,
    WorkflowFailedError,
    step,
)
from wfe_core.definition.nodes import IfNode, Sequence, StepNode
from wfe_core.steps.selectors import Selector
from wfe_core.steps.spec import StepSpec
from wfe_host.testing.engine import WfeEngine


class Order(BaseModel):
    """Data of a workflow."""

    id: str
    total: float = 0.0


class Refuses(Selector):
    """A selector that says itself what is wrong, and where."""

    def evaluate(self, view: StepContext[Any]) -> Any:
        """Refuse."""
        msg = "flow.yaml:3:7: no such name"
        raise ConditionError(msg)


async def test_a_condition_error_of_a_selector_is_passed_on_as_it_is(wfe: WfeEngine, rec: Any) -> None:
    """A selector that names its own place is not wrapped once more."""
    root = Sequence([IfNode(name="if", condition=Refuses(), bodies=[Sequence([_step_node(rec.step("a"))])])])
    handle = await wfe.start(WorkflowDefinition("flow", root, data=dict), {})
    instance = await wfe.ended(handle)
    assert instance.error is not None
    assert (instance.error.type, instance.error.message) == ("ConditionError", "flow.yaml:3:7: no such name")


def _step_node(body: Any) -> StepNode:
    return StepNode(name="a", spec=StepSpec.of(body, "test"))


async def failing(wfe: WfeEngine, builder: Any, data: Any) -> WorkflowFailedError:
    """Run a workflow that must fail, after the first attempt."""
    handle = await wfe.start(builder.build(), data)
    with pytest.raises(WorkflowFailedError) as caught:
        await wfe.result(handle)
    assert all(pointer.attempt <= 1 for pointer in await wfe.pointers(handle))
    return caught.value


def test_a_typo_in_a_parameter_is_found_when_the_definition_is_built() -> None:
    """Rules 5: typed data: an error at build, naming step, parameter and the nearest field."""

    @step
    async def charge(totl: float) -> None: ...

    with pytest.raises(DefinitionError, match=r"step 'charge'.*'totl'.*did you mean 'total'"):
        WorkflowBuilder("order", data=Order).then(charge).build()


async def test_a_typo_in_a_parameter_of_untyped_data_fails_the_step(wfe: WfeEngine) -> None:
    """Rules 5: else when the step starts, naming the step, the parameter and the remedy."""

    @step
    async def charge(totl: float) -> None: ...

    error = await failing(wfe, WorkflowBuilder("order").then(charge), {"total": 1.0})
    assert error.error_type == "ParameterError"
    for part in ("step 'charge'", "'totl'", ".input(totl=...)"):
        assert part in str(error)


@pytest.mark.parametrize(
    ("what", "build"),
    [
        ("the condition", lambda b, f, s: b.if_do(f, lambda x: x.then(s))),
        ("the condition", lambda b, f, s: b.while_do(f, lambda x: x.then(s))),
        ("the items", lambda b, f, s: b.for_each(f, lambda x: x.then(s))),
        ("the value to decide on", lambda b, f, s: b.decide(f).when(1, lambda x: x.then(s))),
        ("the event key", lambda b, f, s: b.wait_for("e", f)),
        ("as_of", lambda b, f, s: b.wait_for("e", "k", as_of=f)),
        ("the input", lambda b, f, s: b.activity("a", f)),
        ("the moment or duration", lambda b, f, s: b.delay_until(f)),
        ("only_if", lambda b, f, s: b.then(s).only_if(f)),
        ("cancel_when", lambda b, f, s: b.wait_for("e").cancel_when(f)),
        ("the output", lambda b, f, s: b.end_workflow(f)),
        ("the prompt", lambda b, f, s: b.approval(f)),
    ],
)
async def test_a_lambda_that_throws_fails_its_step_and_says_where(
    wfe: WfeEngine, rec: Any, what: str, build: Any
) -> None:
    """Rules 6 and 7: a condition that throws is a step failure, with the file and line of the lambda."""
    error = await failing(wfe, build(WorkflowBuilder("flow"), lambda d: d["missing"], rec.step("s")), {})
    assert error.error_type == "ConditionError"
    assert f"{what} threw KeyError: 'missing'" in str(error)
    assert "test_errors.py:" in str(error)
    assert "step '" in str(error)


async def test_a_lambda_that_throws_harms_no_other_branch(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: failures never abort other branches' results, nor leave the instance runnable but dead."""
    flow = (
        WorkflowBuilder("flow")
        .parallel(
            lambda b: b.delay(1).if_do(lambda d: d["missing"], lambda x: x.then(rec.step("s"))),
            lambda b: b.then(rec.step("a", {"a": 1})).wait_for("e", output="e"),
        )
        .build()
    )
    handle = await wfe.start(flow, {})
    instance = await wfe.ended(handle)
    assert (instance.status, instance.data) == ("failed", {"a": 1})
    await wfe.host.publish_event("e", "", 2)
    await handle.retry()
    await wfe.settle()
    assert (await wfe.host.get(handle.id)).status == "failed"
    assert rec.log == ["a"]


async def test_an_output_of_the_wrong_type_names_step_and_field(wfe: WfeEngine, rec: Any) -> None:
    """Rules 3: outputs are validated against the model; no retry can mend it (decision 17)."""
    error = await failing(
        wfe, WorkflowBuilder("order", data=Order).then(rec.step("charge", {"total": "many"})), Order(id="1")
    )
    assert error.error_type == "OutputError"
    for part in ("step 'charge'", "'total'"):
        assert part in str(error)


async def test_an_output_that_is_no_field_names_it(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7: a typo in an output is found, with the nearest field."""
    error = await failing(
        wfe, WorkflowBuilder("order", data=Order).then(rec.step("charge", {"totl": 1.0})), Order(id="1")
    )
    assert "output 'totl' is no field of Order; its fields are: id, total" in str(error)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"x": object()}, "object"),
        ({"x": {"deep": [1, {2}]}}, "x"),
        ({"x": float("nan")}, "nan"),
        ({"x": "a\0b"}, "NUL"),
    ],
)
async def test_a_value_without_json_form_names_step_and_place(
    wfe: WfeEngine, rec: Any, value: Any, problem: str
) -> None:
    """Rules 7, decision 8: data that cannot be serialised (NUL included) is a clear step failure."""

    @step
    async def make() -> Any:
        return value

    handle = await wfe.start(WorkflowBuilder("flow").then(make).build(), {})
    instance = await wfe.ended(handle)
    if instance.status == "complete":
        assert value == {"x": {"deep": [1, {2}]}}, "a set has a JSON form: a list"
        return
    assert instance.error is not None
    assert "step 'make'" in instance.error.message
    assert problem.lower() in instance.error.message.lower()


@pytest.mark.wfe(max_value_bytes=100)
async def test_a_value_that_is_too_large_says_to_store_a_reference(wfe: WfeEngine, rec: Any) -> None:
    """Decision 33: `max_value_bytes`."""
    error = await failing(wfe, WorkflowBuilder("flow").then(rec.step("a", {"x": "y" * 200})), {})
    for part in ("step 'a'", "'x'", "max_value_bytes=100", "store a reference"):
        assert part in str(error)


async def test_start_data_that_does_not_fit_is_refused_at_once(wfe: WfeEngine, rec: Any) -> None:
    """Rules 3: the caller gets the error, nothing is started."""
    flow = WorkflowBuilder("order", data=Order).then(rec.step("a")).build()
    with pytest.raises(OutputError, match="does not fit Order: id: Field required"):
        await wfe.start(flow, {"total": 1.0})
    with pytest.raises(SerializationError):
        await wfe.start(WorkflowBuilder("flow").then(rec.step("a")).build(), {"x": object()})
    assert list(await wfe.host.instances()) == []


async def test_starting_what_is_not_registered_says_so(wfe: WfeEngine, rec: Any) -> None:
    """Rules 2: names the id, the remedy, and what is registered."""
    wfe.register(WorkflowBuilder("order").then(rec.step("a")).build())
    with pytest.raises(DefinitionNotRegisteredError, match=r"'ordr' is not registered.*host.register.*order"):
        await wfe.host.start("ordr", {})
    with pytest.raises(DefinitionNotRegisteredError, match="version 7"):
        await wfe.host.start("order", {}, version=7)


async def test_a_host_that_does_not_run_says_so(wfe: WfeEngine) -> None:
    """The house: one remedy per message."""
    from wfe_host import WorkflowHost

    with pytest.raises(HostStateError, match="async with host"):
        await WorkflowHost.connect("memory://").start("flow", {})


async def test_a_plain_function_that_gives_a_coroutine_is_told(wfe: WfeEngine) -> None:
    """Rules 5: otherwise it would silently never run."""

    async def inner() -> None: ...

    @step
    def outer() -> Any:
        return inner()

    error = await failing(wfe, WorkflowBuilder("flow").then(outer), {})
    assert "write it as `async def`" in str(error)


async def test_a_bad_output_function_names_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7."""
    thrown = await failing(
        wfe, WorkflowBuilder("a").then(rec.step("s", 1)).output(lambda r, d: {"x": d["missing"]}), {}
    )
    assert "step 's': the function of .output(...) threw KeyError: 'missing'" in str(thrown)
    wrong = await failing(wfe, WorkflowBuilder("b").then(rec.step("s", 1)).output(lambda r, d: r), {})
    assert "must return a dict of data fields, not int" in str(wrong)


async def test_items_that_are_none_name_the_loop(wfe: WfeEngine, rec: Any) -> None:
    """Rules 7."""
    flow = WorkflowBuilder("flow").for_each(lambda d: d["n"], lambda b: b.then(rec.step("a")))
    error = await failing(wfe, flow, {"n": 5})
    assert "step 'each': the items of a for_each must be iterable, not int" in str(error)


async def test_a_bad_step_harms_no_other_instance(wfe: WfeEngine, rec: Any) -> None:
    """Promise 7: errors of any kind stay in their instance."""

    class Weird(BaseException):
        pass

    @step
    async def bad(ctx: StepContext[Any]) -> None:
        match ctx.data["kind"]:
            case "exit":
                raise SystemExit(3)
            case "cancel":
                import asyncio

                raise asyncio.CancelledError
            case "base":
                raise Weird
            case "surrogate":
                msg = "\ud800\0"
                raise NameError(msg)

    flow = WorkflowBuilder("bad", on_error="fail").then(bad).build()
    good = await wfe.start(WorkflowBuilder("good").then(rec.gate("g")).build(), {})
    for kind in ("exit", "cancel", "base", "surrogate"):
        handle = await wfe.start(flow, {"kind": kind})
        assert (await wfe.ended(handle)).status == "failed", kind
    rec.open("g")
    assert await wfe.result(good) == {}


class Span(BaseModel):
    """Data with a rule about two fields."""

    low: int = 0
    high: int = 10

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Refuse a span that is empty."""
        if self.low > self.high:
            msg = "low is above high"
            raise ValueError(msg)
        return self


async def test_an_output_that_breaks_a_rule_of_the_whole_model_fails_its_step(wfe: WfeEngine) -> None:
    """Outputs are validated against the model as a whole too: the step that broke the rule is named."""

    @step
    async def raise_low() -> dict[str, int]:
        return {"low": 20}

    error = await failing(wfe, WorkflowBuilder("flow", data=Span).then(raise_low), Span())
    assert "raise_low" in str(error)
    assert "low is above high" in str(error)
