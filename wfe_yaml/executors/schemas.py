"""JSON Schema of pydantic configs as they stand in a file, where expressions take the place of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from wfe_yaml.executors.configs import DURATION, fixed_keys

if TYPE_CHECKING:
    from pydantic import BaseModel

Schema = dict[str, Any]
EXPRESSION: Schema = {"type": "string", "pattern": r"\$<<"}
_TEXT = ["string", "number", "boolean"]


def config_schema(model: type[BaseModel], prefix: str, definitions: Schema) -> Schema:
    """Give the schema of a config; the models inside become definitions whose names begin with `prefix`."""
    whole = model.model_json_schema(by_alias=True, ref_template=f"#/$defs/{prefix}.{{model}}")
    for name, inner in cast("Schema", whole.pop("$defs", {})).items():
        definitions[f"{prefix}.{name}"] = _loosened(inner)
    fixed = fixed_keys(model)
    keys = cast("Schema", whole.get("properties", {}))
    whole["properties"] = {word: spec if word in fixed else _loosened(spec) for word, spec in keys.items()}
    whole.pop("title", None)
    return whole


def _loosened(schema: Schema) -> Schema:
    """Let every value be an expression, and numbers stand where texts are wanted."""
    about: Schema = {"description": schema["description"]} if "description" in schema else {}
    rest: Schema = {
        word: value for word, value in schema.items() if word not in ("title", "default", "description")
    }
    for word in ("items", "additionalProperties"):
        if isinstance(rest.get(word), dict):
            rest[word] = _loosened(rest[word])
    for word in ("properties", "patternProperties"):
        if word in rest:
            rest[word] = {name: _loosened(each) for name, each in rest[word].items()}
    if "anyOf" in rest:
        branches = [_loosened(each) for each in rest["anyOf"]]
        return {**about, "anyOf": [*branches, dict(EXPRESSION)]}
    if not rest:
        return about
    if rest == {"type": "string"}:
        return {**about, "type": list(_TEXT)}
    if rest.get("type") == "string" and rest.get("pattern") != DURATION["pattern"] and "const" not in rest:
        # Where a text is wanted a number is taken as it is written.
        return {**about, "anyOf": [rest, dict(EXPRESSION), {"type": ["number", "boolean"]}]}
    if rest == {"type": "null"} or (rest.get("type") == "object" and "properties" in rest):
        return {**about, **rest}
    return {**about, "anyOf": [rest, dict(EXPRESSION)]}
