"""Data by field: what comes in, what is validated, what is stored."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, Required

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    field_serializer,
    field_validator,
    model_validator,
)
from typing_extensions import TypedDict

from tests.unit.wfe_core.samples import Address, Opaque, Order, storable
from wfe_core.errors import DefinitionError, OutputError, SerializationError
from wfe_core.serialization import DataCodec, codec_for


def test_data_is_kept_by_field() -> None:
    """Each top-level key has a text of its own, and together they give the value."""
    codec = codec_for(Order)
    texts = codec.initial({"id": "a", "to": {"City": "Ulm"}})
    assert texts == {
        "id": '"a"',
        "total": "0.0",
        "due": "null",
        "to": '{"city":"Ulm"}',
        "tags": "[]",
        "limited": "0",
    }
    assert codec.decode(texts) == Order(id="a", to=Address(City="Ulm"))
    assert codec.decode_key("to", texts["to"]) == Address(City="Ulm")


def test_a_codec_is_made_once() -> None:
    """Adapters cost milliseconds, so each type has one codec."""
    assert codec_for(Order) is codec_for(Order)


@pytest.mark.parametrize(
    "value", [Order(id="a", total=3), {"id": "a", "total": 3}, '{"id": "a", "total": 3}']
)
def test_start_data_comes_in_many_forms(value: Any) -> None:
    """A model, a mapping or a JSON text; None means all defaults."""
    assert codec_for(Order).initial(value)["total"] == "3.0"
    assert codec_for(dict).initial(value)["id"] == '"a"'
    assert codec_for(dict).initial(None) == {}


@pytest.mark.parametrize(
    ("data", "value", "problem"),
    [
        (Order, None, "id: Field required"),
        (Order, {"id": 3}, "id: Input should be a valid string, got 3"),
        (Order, 3, "does not fit Order"),
        (Order, "{", "does not fit Order"),
        (dict, 3, "data must be a mapping, a model or a dataclass, not int"),
        (dict, "{", "text that is no JSON"),
        (dict, {3: 1}, "the key 3 must be text"),
        (dict, {"~x": 1}, "must not begin with '~'"),
    ],
)
def test_start_data_that_does_not_fit_is_refused(data: Any, value: Any, problem: str) -> None:
    """The error names the field and what was given."""
    with pytest.raises(OutputError, match=problem):
        codec_for(data).initial(value)


def test_outputs_are_validated_by_field() -> None:
    """Values are turned into what the field is; only the given keys change."""
    texts = codec_for(Order).patch({"total": "3.5", "to": {"city": "Ulm"}}, "step 'a'")
    assert texts == {"total": "3.5", "to": '{"city":"Ulm"}'}


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        ({"totl": 1}, r"step 'a': output 'totl' is no field of Order; its fields are: due, id, limited,"),
        ({"total": "x"}, r"output 'total' does not fit Order\.total \(float\): .*got 'x'"),
        ({"limited": 10}, r"output 'limited' does not fit .*less than or equal to 9"),
        ({"~total": 1}, "is no field of Order"),
    ],
)
def test_outputs_that_do_not_fit_are_refused(outputs: dict[str, Any], problem: str) -> None:
    """The error names the step, the field, its type and the value."""
    with pytest.raises(OutputError, match=problem):
        codec_for(Order).patch(outputs, "step 'a'")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_typed_numbers_must_be_finite_too(value: float) -> None:
    """A typed field does not turn NaN into null behind the user's back."""
    with pytest.raises(SerializationError, match="field 'total'"):
        codec_for(Order).patch({"total": value}, "step 'a'")


@pytest.mark.parametrize("value", ["x\0y", "\ud800"])
def test_typed_texts_must_be_storable_too(value: str) -> None:
    """A typed field refuses what stores refuse."""
    with pytest.raises(SerializationError, match="step 'a': field 'id'"):
        codec_for(Order).patch({"id": value}, "step 'a'")


def test_a_changed_model_is_validated_again() -> None:
    """A step may return the data it was given, changed; what it put in must fit."""
    order = Order(id="a")
    order.total = "three"  # type: ignore[assignment]
    with pytest.raises(OutputError, match="the data: output 'total'"):
        codec_for(Order).split(order)
    order.total = 4
    assert codec_for(Order).split(order)["total"] == "4.0"


def test_a_text_is_checked_against_its_field() -> None:
    """A JSON text that comes from elsewhere is validated before it is stored."""
    assert codec_for(Order).check_text("total", "3", "here") == "3.0"
    assert codec_for(dict).check_text("x", "[1]", "here") == "[1]"
    with pytest.raises(OutputError):
        codec_for(Order).check_text("total", '"x"', "here")


def test_hidden_keys_are_the_engines() -> None:
    """Keys that begin with `~` are never part of the data a user sees; they are read as plain JSON."""
    texts = {"id": '"a"', "~fetch": '{"x": 1}'}
    assert codec_for(dict).decode(texts) == {"id": "a"}
    assert codec_for(Order).decode(texts) == Order(id="a")
    assert codec_for(Order).decode_key("~fetch", texts["~fetch"]) == {"x": 1}


def test_untyped_data_may_have_any_keys() -> None:
    """A dict keeps whatever is put in, in order."""
    codec = codec_for(dict)
    texts = codec.patch({"b": 1, "a": [None]}, "here")
    assert (codec.fields, codec.name, codec.data_class) == (None, "dict", dict)
    assert list(codec.decode(texts).items()) == [("b", 1), ("a", [None])]
    assert codec.decode_key("a", texts["a"]) == [None]
    for other in (dict[str, Any], Mapping, Mapping[str, int]):
        assert codec_for(other).fields is None


class Decorated(BaseModel):
    """A model with validators and serializers of its own."""

    tags: list[str] = []
    name: str = ""
    plain: int = 0

    @field_validator("tags", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @field_serializer("tags")
    def _join(self, value: list[str]) -> str:
        return ",".join(value)

    @field_validator("name")
    @classmethod
    def _upper(cls, value: str) -> str:
        if value == "bad":
            msg = "is bad"
            raise ValueError(msg)
        return value.upper()


def test_validators_and_serializers_of_the_model_run_by_field() -> None:
    """One field at a time goes through the same hooks as the whole model."""
    codec = codec_for(Decorated)
    texts = codec.patch({"tags": ["a", "b"], "name": "x"}, "here")
    assert texts == {"tags": '"a,b"', "name": '"X"'}
    assert codec.decode_key("tags", texts["tags"]) == ["a", "b"]
    assert codec.decode(codec.initial({"tags": "a,b"})) == Decorated(tags=["a", "b"])
    with pytest.raises(OutputError, match=r"output 'name' does not fit .*is bad"):
        codec.patch({"name": "bad"}, "here")
    with pytest.raises(SerializationError, match="field 'name'"):
        codec.patch({"name": "x\0"}, "here")


def test_validators_for_all_fields_run_for_each() -> None:
    """`field_validator("*")` is a validator of every field; a frozen model is no obstacle."""

    class Positive(BaseModel):
        """Nothing below zero."""

        model_config = ConfigDict(frozen=True)

        a: int = 0
        b: int = 0

        @field_validator("*")
        @classmethod
        def _positive(cls, value: int) -> int:
            assert value >= 0
            return value

    with pytest.raises(OutputError):
        codec_for(Positive).patch({"b": -1}, "here")
    assert codec_for(Positive).patch({"b": 1}, "here") == {"b": "1"}


def test_rules_about_several_fields_are_looked_at_together() -> None:
    """A patch may fit each field and still break a rule of the model; types without rules cost nothing."""

    class Span(BaseModel):
        """A beginning and an end."""

        begin: int = 0
        end: int = 0

        @model_validator(mode="after")
        def _ordered(self) -> Span:
            if self.begin > self.end:
                msg = "ends before it begins"
                raise ValueError(msg)
            return self

    codec = codec_for(Span)
    texts = {**codec.initial({"end": 3}), **codec.patch({"begin": 5}, "here")}
    assert codec.has_rules
    with pytest.raises(OutputError, match=r"step 'a': the data would not fit Span: .*ends before"):
        codec.check(texts, "step 'a'")
    codec.check({**texts, "end": "5"}, "step 'a'")
    assert not codec_for(Order).has_rules
    codec_for(Order).check({"this": "is never read"}, "here")


class Cat(BaseModel):
    """One kind of pet."""

    kind: Literal["cat"]


class Dog(BaseModel):
    """Another."""

    kind: Literal["dog"]


def test_a_discriminator_is_the_fields() -> None:
    """A tagged union is told by its tag, field by field as in the whole."""

    class Home(BaseModel):
        """Who lives here."""

        pet: Cat | Dog | None = Field(None, discriminator="kind")

    codec = codec_for(Home)
    texts = codec.patch({"pet": {"kind": "dog"}}, "here")
    assert codec.decode_key("pet", texts["pet"]) == Dog(kind="dog")
    with pytest.raises(OutputError, match="does not match any of the expected tags"):
        codec.patch({"pet": {"kind": "cow"}}, "here")


def test_the_models_configuration_holds_for_its_fields() -> None:
    """Types that the model's configuration allows are allowed field by field."""

    class Strict(BaseModel):
        """No conversions."""

        model_config = ConfigDict(strict=True, arbitrary_types_allowed=True)

        n: int = 0

    with pytest.raises(OutputError):
        codec_for(Strict).patch({"n": "3"}, "here")


def test_a_model_that_allows_more_keeps_it() -> None:
    """With `extra="allow"` the data may have any keys besides its fields."""

    class Open(BaseModel):
        """Anything goes."""

        model_config = ConfigDict(extra="allow")

        id: str = ""

    codec = codec_for(Open)
    texts = codec.initial({"id": "a", "more": [1]})
    assert codec.fields is None
    assert codec.decode({**texts, **codec.patch({"x": 2}, "here")}) == Open(id="a", more=[1], x=2)
    assert codec.split(codec.decode(texts)) == texts


@dataclass
class Point:
    """Data can be a dataclass."""

    x: int
    to: Address | None = None
    tags: list[str] = field(default_factory=list)


class Loose(TypedDict, total=False):
    """Or a TypedDict."""

    x: Required[int]
    note: NotRequired[str]


def test_dataclasses_are_data() -> None:
    """A dataclass has its fields as keys, and comes back as itself."""
    codec = codec_for(Point)
    texts = codec.initial(Point(1, Address(City="Ulm")))
    assert (codec.fields, codec.data_class, codec.name) == (frozenset({"x", "to", "tags"}), Point, "Point")
    assert codec.decode(texts) == Point(1, Address(City="Ulm"))
    assert codec.decode_key("to", texts["to"]) == Address(City="Ulm")
    assert codec.patch({"x": "3"}, "here") == {"x": "3"}


def test_models_and_dataclasses_become_dicts() -> None:
    """Untyped data may be given as any object with fields."""
    codec = codec_for(dict)
    assert codec.initial(Point(1)) == {"x": "1", "to": "null", "tags": "[]"}
    assert codec.initial(Decorated(plain=3))["plain"] == "3"


def test_a_field_that_pydantic_does_not_know_is_refused() -> None:
    """A field without a schema is found when the codec is made, not at the first checkpoint."""

    @dataclass
    class Holder:
        it: Any

    Holder.__annotations__["it"] = Opaque
    with pytest.raises(DefinitionError, match="Holder: pydantic cannot handle it"):
        DataCodec(Holder)


def test_typed_dicts_are_data() -> None:
    """A TypedDict may lack the keys it need not have."""
    codec = codec_for(Loose)
    texts = codec.initial({"x": 1})
    assert (texts, codec.fields, codec.data_class) == ({"x": "1"}, frozenset({"x", "note"}), dict)
    assert codec.decode({**texts, **codec.patch({"note": "n"}, "here")}) == {"x": 1, "note": "n"}
    assert codec.split({"x": 1, "note": "n"}) == {"x": "1", "note": '"n"'}
    with pytest.raises(OutputError, match="Loose"):
        codec.initial({})


@pytest.mark.parametrize("data", [int, str, list[int], RootModel[int], RootModel, 3, "Order"])
def test_other_types_are_no_data(data: Any) -> None:
    """Only what has named fields can be data."""
    with pytest.raises(DefinitionError, match="workflow data is a dict, a pydantic model, a dataclass or a"):
        DataCodec(data)


def test_names_that_cannot_be_resolved_are_definition_errors() -> None:
    """A dataclass whose annotations name nothing is refused with the name."""

    @dataclass
    class Broken:
        x: Missing  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(DefinitionError, match="Missing"):
        DataCodec(Broken)


@given(
    st.builds(
        Order,
        id=st.text().filter(storable),
        total=st.floats(allow_nan=False, allow_infinity=False),
        due=st.one_of(st.none(), st.datetimes(timezones=st.just(dt.UTC))),
        tags=st.sets(st.text().filter(storable), max_size=3),
        limited=st.integers(0, 9),
    )
)
def test_any_model_comes_back_as_it_was(order: Order) -> None:
    """What is stored by field is the same value again, whole or field by field."""
    codec = codec_for(Order)
    texts = codec.initial(order)
    assert codec.decode(texts) == order
    assert {name: codec.decode_key(name, text) for name, text in texts.items()} == dict(order)
