"""`described`: the keys of a config for people, from its model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wfe_yaml.executors.configs import DURATION, SIZE, fields_of
from wfe_yaml.model.kinds import Span
from wfe_yaml.model.records import Record, keys_of
from wfe_yaml.source.problems import listing

if TYPE_CHECKING:
    from pydantic import BaseModel

_TIMES = ((3600, "h"), (60, "m"), (1, "s"))
_SIZES = ((1024**3, "g"), (1024**2, "m"), (1024, "k"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDoc:
    """A key of a config, for people.

    Attributes:
        key: its name.
        takes: what it takes, in words.
        required: whether it must be there.
        default: what it is when it is not there, as in a file; None when that is nothing, or not one value.
        doc: what it means.
    """

    key: str
    takes: str
    required: bool
    default: str | float | bool | None
    doc: str


def described(model: type[Record | BaseModel]) -> list[KeyDoc]:
    """Describe all keys of a config."""
    if issubclass(model, Record):
        given = {each.name: each.default for each in dataclasses.fields(cast("Any", model))}
        return [
            KeyDoc(
                key=name,
                takes=spec.kind.expected,
                required=spec.required,
                default=_default(given[field], 1e-6 if isinstance(spec.kind, Span) else None),
                doc=spec.doc,
            )
            for name, (field, spec) in keys_of(cast("Any", model)).items()
        ]
    schema = model.model_json_schema(by_alias=True)
    required = set(schema.get("required", ()))
    return [
        KeyDoc(
            key=word,
            takes=_takes(spec, schema.get("$defs", {})),
            required=word in required,
            default=_default(
                spec.get("default"), 1 if spec.get("pattern") == DURATION["pattern"] else None, spec
            ),
            doc=model.model_fields[fields_of(model)[word]].description or "",
        )
        for word, spec in cast("dict[str, dict[str, Any]]", schema.get("properties", {})).items()
    ]


def _default(
    value: object, seconds: float | None, schema: Mapping[str, Any] | None = None
) -> str | float | bool | None:
    """Give a default as a file has it: with the unit of a duration or a size."""
    if not isinstance(value, (str, int, float, bool)) or value == "":
        return None
    if isinstance(value, (str, bool)):
        return value
    if seconds is not None:
        return _in_units(value * seconds, _TIMES, "s")
    return _in_units(value, _SIZES, "") if schema and SIZE in schema.get("anyOf", ()) else value


def _in_units(value: float, units: Sequence[tuple[int, str]], smallest: str) -> str:
    """Write a number in the largest unit in which it is whole."""
    found = next(((size, unit) for size, unit in units if value >= size and value % size == 0), (1, smallest))
    return f"{value / found[0]:g}{found[1]}"


_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "null": "null",
}


def _takes(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Say in words what a schema allows."""
    if "$ref" in schema:
        inner = definitions[str(schema["$ref"]).rpartition("/")[2]]
        if "properties" in inner:
            return f"a mapping with {listing(inner['properties'], most=20)}"
        return _takes(inner, definitions)
    if schema.get("pattern") == DURATION["pattern"]:
        return "a duration such as 30s"
    if "anyOf" in schema:
        branches = cast("list[dict[str, Any]]", schema["anyOf"])
        if SIZE in branches:
            return "a size such as 512m"
        words = dict.fromkeys(_takes(each, definitions) for each in branches if each.get("type") != "null")
        return ", or ".join(words)
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return f"one of {listing(map(str, schema['enum']), most=20)}"
    kind = schema.get("type")
    if kind == "array":
        inner = _takes(schema.get("items", {}), definitions)
        return "a list" if inner == "a value" else f"a list of which each is {inner}"
    inside = schema.get("additionalProperties")
    if kind == "object" and isinstance(inside, dict) and inside:
        return f"a mapping from names to values, each {_takes(cast('dict[str, Any]', inside), definitions)}"
    return _WORDS.get(str(kind), "a value")
