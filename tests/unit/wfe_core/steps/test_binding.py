"""How parameters are filled: the order of the sources, the errors, the speed."""

from __future__ import annotations

import datetime as dt
import inspect
import threading
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NotRequired

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from wfe_core.errors import DefinitionError, ParameterError, StepError
from wfe_core.serialization import codec_for
from wfe_core.steps.binding import Binding, Place
from wfe_core.steps.context import StepContext
from wfe_core.steps.decorator import Inject, StepBody, step
from wfe_core.steps.selectors import Constant, FunctionSelector
from wfe_core.steps.spec import StepSpec


class Order(BaseModel):
    """Typed data."""

    id: str
    items: list[str] = []
    total: float = 0.0


class Gateway:
    """A service."""


def bound(fn: Any, data: Any = dict, **place: Any) -> Binding:
    """Bind a body at a place."""
    spec = StepSpec.of(fn, "here")
    return spec.bind(Place(where="here", codec=codec_for(data), sole_is_context=spec.is_lambda, **place))


MakeContext = Callable[..., StepContext[Any]]


def test_no_parameters_no_arguments(context: MakeContext) -> None:
    """A body that asks for nothing gets nothing."""

    def body() -> None: ...

    assert bound(body).arguments(context(), {}) == ((), {})


@pytest.mark.parametrize("data", [dict, Order])
def test_the_context_is_known_by_name_or_annotation(context: MakeContext, data: Any) -> None:
    """A parameter named `ctx`, or annotated StepContext under any name, is the context."""

    def by_name(ctx) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001
    def by_annotation(c: StepContext) -> None: ...
    def by_model(c: StepContext[Order]) -> None: ...
    def second(id: str, c: StepContext[Any]) -> None: ...

    ctx = context({"id": "o"}, data_type=data)
    bodies: list[Any] = [by_name, by_annotation] + ([by_model] if data is Order else [])
    for body in bodies:
        assert bound(body, data).arguments(ctx, {}) == ((ctx,), {})
    assert bound(second, data).arguments(ctx, {}) == ((), {"id": "o", "c": ctx})


def test_the_only_parameter_of_a_lambda_is_the_context(context: MakeContext) -> None:
    """A lambda has no annotations: its one parameter is the context, unless `.input` fills it."""
    ctx = context({"c": 1})
    assert bound(lambda c: c).arguments(ctx, {}) == ((ctx,), {})
    assert bound(lambda c: c, inputs={"c": Constant(3)}).arguments(ctx, {}) == ((), {"c": 3})
    assert bound(lambda c, d: (c, d)).arguments(context({"c": 1, "d": 2}), {}) == ((), {"c": 1, "d": 2})


def test_typed_fields_arrive_typed(context: MakeContext) -> None:
    """A parameter named like a field of a model gets the field as the model types it."""

    class Place_(BaseModel):  # noqa: N801 - Place is taken
        """A nested model."""

        city: str

    class Trip(BaseModel):
        """The data."""

        to: Place_

    def body(to: Place_) -> None: ...

    ctx = context({"to": {"city": "Ulm"}}, data_type=Trip)
    assert bound(body, Trip).arguments(ctx, {}) == ((), {"to": Place_(city="Ulm")})


def test_only_the_named_fields_are_decoded(context: MakeContext) -> None:
    """Named parameters decode their own keys; what the step does not ask for may even be unreadable."""

    def body(id: str) -> None: ...

    ctx = context({"id": "o"}, data_type=Order, hidden={"total": "this is no JSON"})
    assert bound(body, Order).arguments(ctx, {})[1] == {"id": "o"}


def test_input_wins_over_the_field(context: MakeContext) -> None:
    """`.input(...)` comes before a field of the same name; it sees the data and the context."""

    def body(id: str, total: float) -> None: ...

    inputs = {"id": Constant("given"), "total": FunctionSelector(lambda d, c: d.total + c.index, "w")}
    ctx = context({"id": "o", "total": 2}, data_type=Order, loops=[(None, 5, "x")])
    assert bound(body, Order, inputs=inputs).arguments(ctx, {})[1] == {"id": "given", "total": 7.0}


def test_services_are_injected_by_type(context: MakeContext) -> None:
    """`Inject[T]` takes the service of that type, and the binding tells which ones it needs."""

    def body(gateway: Inject[Gateway], id: str) -> None: ...

    binding = bound(body, Order)
    gateway = Gateway()
    assert dict(binding.injects) == {"gateway": Gateway}
    assert binding.arguments(context({"id": "o"}, data_type=Order), {Gateway: gateway})[1] == {
        "gateway": gateway,
        "id": "o",
    }


def test_a_missing_service_names_step_parameter_and_remedy(context: MakeContext) -> None:
    """Without the service the attempt fails, not to be retried."""

    def body(gateway: Inject[Gateway]) -> None: ...

    with pytest.raises(ParameterError, match=r"'here'.*'gateway'.*services=\{Gateway: ...\}") as caught:
        bound(body).arguments(context(), {})
    assert not caught.value.retryable


def test_item_and_index_are_known_inside_loops_only(context: MakeContext) -> None:
    """Inside a loop `item` and `index` are the loop's; outside they are fields like any other."""

    def body(item: str, index: int) -> None: ...

    inside = context({"item": "data"}, loops=[(None, 4, "loop")])
    assert bound(body, in_loop=True).arguments(inside, {})[1] == {"item": "loop", "index": 4}
    outside = context({"item": "data", "index": 9})
    assert bound(body).arguments(outside, {})[1] == {"item": "data", "index": 9}


def test_defaults_come_last(context: MakeContext) -> None:
    """A default fills what nothing else does, and steps back for a field of the data."""

    def body(id: str, note: str = "none", *, total: float = 1.0) -> None: ...

    assert bound(body).arguments(context({"id": "o"}), {})[1] == {"id": "o", "note": "none", "total": 1.0}
    typed = bound(body, Order).arguments(context({"id": "o"}, data_type=Order), {})
    assert typed[1] == {"id": "o", "total": 0.0}


def test_positional_only_parameters_are_given_by_position(context: MakeContext) -> None:
    """Parameters before the slash are filled by position, their defaults included."""

    def body(id: str, other: int = 7, /, total: float = 1.0) -> tuple[Any, ...]:
        return id, other, total

    args, kwargs = bound(body, Order).arguments(context({"id": "o"}, data_type=Order), {})
    assert body(*args, **kwargs) == ("o", 7, 0.0)


def test_a_body_with_keywords_takes_any_input(context: MakeContext) -> None:
    """`**kwargs` is filled by `.input(...)` alone."""

    def body(**more: Any) -> None: ...

    assert bound(body, Order, inputs={"x": Constant(1)}).arguments(context({"id": "o"}), {})[1] == {"x": 1}


def test_a_missing_field_of_untyped_data_fails_the_attempt(context: MakeContext) -> None:
    """Untyped data is known only when the step starts: the error names step, parameter and remedy."""

    def body(itmes: list[str]) -> None: ...

    with pytest.raises(ParameterError, match=r"'here'.*'itmes'.*\.input\(itmes=\.\.\.\)"):
        bound(body).arguments(context({"items": []}), {})


def test_a_missing_field_of_typed_data_fails_the_build() -> None:
    """Typed data is known when the definition is built: the error suggests the field that was meant."""

    def body(itmes: list[str]) -> None: ...

    with pytest.raises(DefinitionError, match=r"here: .*'itmes'.*Order.*did you mean 'items'"):
        bound(body, Order)


def test_every_unfillable_parameter_is_reported() -> None:
    """One build names all parameters that cannot be filled."""

    def body(a: int, b: int, gateway: Inject[Gateway], c: int = 3) -> None: ...

    with pytest.raises(DefinitionError) as caught:
        bound(body, Order)
    assert len(caught.value.problems) == 2


def test_a_key_that_a_typed_dict_may_lack_is_looked_for_at_the_start(context: MakeContext) -> None:
    """A NotRequired key is a field; whether it is there is known only when the step starts."""

    class Loose(TypedDict):
        """Data that may lack a key."""

        id: str
        note: NotRequired[str]

    def body(note: str) -> None: ...

    binding = bound(body, Loose)
    assert binding.arguments(context({"id": "a", "note": "n"}, data_type=Loose), {})[1] == {"note": "n"}
    with pytest.raises(ParameterError, match="'note'"):
        binding.arguments(context({"id": "a"}, data_type=Loose), {})


def test_two_explicit_sources_are_a_clash() -> None:
    """The context, `.input` and `Inject` cannot fill the same parameter."""

    def injected(gateway: Inject[Gateway]) -> None: ...
    def contextual(ctx: StepContext) -> None: ...

    with pytest.raises(DefinitionError, match=r"'gateway' is claimed by \.input.* and the service Gateway"):
        bound(injected, inputs={"gateway": Constant(1)})
    with pytest.raises(DefinitionError, match="'ctx' is claimed by the context and"):
        bound(contextual, inputs={"ctx": Constant(1)})


def test_two_contexts_are_a_clash() -> None:
    """One parameter is the context."""

    def body(ctx: StepContext, c: StepContext) -> None: ...

    with pytest.raises(DefinitionError, match="ctx, c are all the context"):
        bound(body)


def test_an_item_that_is_a_field_too_is_a_clash() -> None:
    """Inside a loop, typed data with a field `item` makes the name ambiguous; `.input` settles it."""

    class Line(BaseModel):
        """Data with an unlucky field."""

        item: str

    def body(item: str) -> None: ...

    with pytest.raises(DefinitionError, match=r"\.input\(item=lambda data, ctx: ctx\.item\)"):
        bound(body, Line, in_loop=True)
    bound(body, Line)
    bound(body, Line, in_loop=True, inputs={"item": Constant("x")})


@dataclass
class Parcel:
    """An item as a dataclass."""

    weight: float
    sent: dt.date


class Label(BaseModel):
    """An item as a model, whose fields have other names outside."""

    text: str = Field(alias="Text")


@pytest.mark.parametrize(
    ("annotation", "item", "expected"),
    [
        (Parcel, {"weight": 2, "sent": "2026-03-01"}, Parcel(2.0, dt.date(2026, 3, 1))),
        (Label, {"text": "x"}, Label(Text="x")),
        (dt.date, "2026-03-01", dt.date(2026, 3, 1)),
        (tuple[int, str], [1, "a"], (1, "a")),
        (Parcel | None, None, None),
        (Any, {"weight": 2}, {"weight": 2}),
        ("Unknown", {"weight": 2}, {"weight": 2}),
        (threading.Lock, {"weight": 2}, {"weight": 2}),
    ],
)
def test_an_annotated_item_is_what_its_annotation_says(
    context: MakeContext, annotation: Any, item: Any, expected: Any
) -> None:
    """As for data fields; an annotation that says nothing of JSON leaves the item as it is stored."""

    def body(item: Any) -> None: ...

    body.__annotations__["item"] = annotation
    args, named = bound(body, in_loop=True).arguments(context(loops=[(None, 0, item)]), {})
    assert [*args, *named.values()] == [expected]


def test_an_item_that_does_not_fit_fails_the_attempt(context: MakeContext) -> None:
    """The error names the step, which item, and what does not fit where."""

    def body(item: Parcel) -> None: ...

    ctx = context(loops=[(None, 3, {"weight": "heavy", "sent": "2026-03-01"})])
    with pytest.raises(ParameterError, match=r"'here'.* item 3 .*'item: Parcel': weight: .*got 'heavy'"):
        bound(body, in_loop=True).arguments(ctx, {})


def test_an_input_that_fits_no_parameter_is_refused() -> None:
    """A misspelt `.input` suggests the parameter."""

    def body(title: str) -> None: ...

    with pytest.raises(DefinitionError, match=r"\.input\(tilte=.*did you mean 'title'.*takes title"):
        bound(body, inputs={"tilte": Constant(1)})


def test_an_input_that_throws_fails_the_attempt(context: MakeContext) -> None:
    """The error names the step, the parameter, and what was thrown."""

    def body(x: int) -> None: ...

    inputs = {"x": FunctionSelector(lambda d: d["nope"], "w")}
    with pytest.raises(ParameterError, match=r"'here'.*'x' threw KeyError") as caught:
        bound(body, inputs=inputs).arguments(context(), {})
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_input_may_fail_on_purpose(context: MakeContext) -> None:
    """A StepError of the user's own function keeps its own word on retrying."""

    def refuse(data: Any) -> Any:
        raise StepError("not yet", retryable=True)

    def body(x: int) -> None: ...

    with pytest.raises(StepError, match="not yet") as caught:
        bound(body, inputs={"x": FunctionSelector(refuse, "w")}).arguments(context(), {})
    assert caught.value.retryable


def test_an_item_outside_of_loops_is_told() -> None:
    """`item` and `index` mean something only inside a loop."""

    def body(item: str) -> None: ...

    with pytest.raises(DefinitionError, match="'item' is filled only inside a loop"):
        bound(body, Order)


def test_a_method_without_its_object_says_so() -> None:
    """`.then(Class.method)` forgot the object."""

    class Desk:
        @step
        def book(self, id: str) -> None: ...

    with pytest.raises(DefinitionError, match="a method needs its object"):
        bound(Desk.book, Order)
    bound(Desk().book, Order)


def test_a_context_of_another_model_is_refused() -> None:
    """A step that reads another model's fields cannot work on this data; a base of the model can."""

    class Base(BaseModel):
        """What two models share."""

        id: str

    class Child(Base):
        """One of them."""

    @dataclass
    class Point:
        """Something else."""

    def of_base(ctx: StepContext[Base]) -> None: ...
    def of_child(ctx: StepContext[Child]) -> None: ...
    def of_point(ctx: StepContext[Point]) -> None: ...

    bound(of_base, Child)
    with pytest.raises(DefinitionError, match=r"StepContext\[.*Child\], but the workflow's data is Base"):
        _rebound(of_child, Base, Child)
    with pytest.raises(DefinitionError, match="give the workflow data="):
        _rebound(of_point, dict, Point)


def _rebound(fn: Any, data: Any, wanted: Any) -> Binding:
    """Bind with annotations as they are without postponed evaluation, so that local classes are seen."""
    fn.__annotations__["ctx"] = StepContext[wanted]
    return bound(fn, data)


def test_the_constructor_of_a_body_class_is_filled(context: MakeContext) -> None:
    """A StepBody class gets the context for `run`, and its constructor's parameters like a function's."""

    class Ship(StepBody[Any]):
        def __init__(self, id: str, *, carrier: str = "post") -> None:
            self.id, self.carrier = id, carrier

        async def run(self, ctx: StepContext[Any]) -> str:
            return f"{self.id} by {self.carrier}"

    ctx = context({"id": "o"})
    assert bound(Ship, inputs={"carrier": Constant("ship")}).arguments(ctx, {}) == (
        (ctx,),
        {"id": "o", "carrier": "ship"},
    )


def test_cache_values_leave_services_out(context: MakeContext) -> None:
    """What a cache is keyed by comes from the workflow: fields, inputs, and the data for a whole context."""

    def body(ctx: StepContext, gateway: Inject[Gateway], id: str) -> None: ...

    binding = bound(body, Order)
    view = context({"id": "o"}, data_type=Order)
    args, kwargs = binding.arguments(view, {Gateway: Gateway()})
    assert binding.values(args, kwargs) == [view.data, None, "o"]


def test_filling_costs_next_to_nothing(context: MakeContext) -> None:
    """The plan is made beforehand: filling costs less than reading the signature once, by far."""

    def body(ctx: StepContext, a: int = 1, b: int = 2) -> None: ...

    binding, view = bound(body), context({"a": 1, "b": 2})
    plain = min(timeit.repeat(lambda: inspect.signature(body), number=200, repeat=5))
    filled = min(timeit.repeat(lambda: binding.arguments(view, {}), number=200, repeat=5))
    assert filled < plain
