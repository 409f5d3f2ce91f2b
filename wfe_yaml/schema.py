"""`json_schema`: JSON Schema (2020-12) of workflow files, from the same records that the reader uses.

Editors complete and check with it. It says what the form of a file can say; names in expressions, scripts and
what depends on several keys are checked by `wfe validate`.
"""

from __future__ import annotations

from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any, cast

from wfe_yaml.executors.registry import executors
from wfe_yaml.executors.schemas import EXPRESSION, config_schema
from wfe_yaml.executors.shells import SHELLS, ShellKind
from wfe_yaml.model import kinds
from wfe_yaml.model.artifacts import GlobTemplate
from wfe_yaml.model.caching import Glob
from wfe_yaml.model.conditions import When
from wfe_yaml.model.document import FileModel, WorkflowModel
from wfe_yaml.model.matrix import Matrix
from wfe_yaml.model.records import FREE_PREFIXES, Key, Kind, Of, Record, keys_of
from wfe_yaml.model.steps import Inline, StepModel, Steps
from wfe_yaml.model.types import Type
from wfe_yaml.model.waits import Pause
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FREE = "^(" + "|".join(FREE_PREFIXES) + ")"
_TEXT = {"type": ["string", "number", "boolean"]}
_DURATION = {"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]+)?\s*(ms|s|m|h|d)\s*)+$"}
_TYPE = {"type": "string", "pattern": r"^\s*(string|int|number|bool|any|list|map)\s*(<.*>)?\s*\??\s*$"}
_CONDITION = {
    "anyOf": [
        {"type": "boolean"},
        EXPRESSION,
        {"type": "object"},
    ]
}
_SHORT = ("run", "env", "working_dir", "shell", "timeout")
"""Keys of a step that stand for keys of its config."""

Schema = dict[str, Any]


def json_schema(key: str | None = None) -> Schema:
    """Give the schema of a workflow file, or of what one key takes.

    Args:
        key: a key such as `retry`, or with the mapping it belongs to, `step.retry`; None for the whole file.

    Raises:
        ValueError: there is no such key; the message says what is close.
    """
    writer = _Writer()
    if key is None:
        body = writer.record(FileModel)
        about: Schema = {"title": "A wfe workflow file", **body}
    else:
        about = {"title": key, **(_of_config(key, writer) or _of_record(key, writer))}
    return {"$schema": DIALECT, **about, "$defs": dict(sorted(writer.definitions.items()))}


def records() -> dict[str, type[Record]]:
    """Give all records of the language by name (`step`, `workflow`, …), in the order a reader meets them."""
    writer = _Writer()
    writer.record(FileModel)
    found: dict[str, type[Record]] = {"file": FileModel, "workflow": WorkflowModel, "step": StepModel}
    for model in writer.models:
        found.setdefault(record_name(model), model)
    return found


def record_name(model: type[Record]) -> str:
    """Give what a record is called in the schema: `RetryModel` is `retry`."""
    return model.__name__.removesuffix("Model").removesuffix("Config").casefold()


def _of_config(key: str, writer: _Writer) -> Schema | None:
    """Give the schema of a key of a config that is a pydantic model: `deno.permissions`."""
    kind, _, word = key.rpartition(".")
    if kind not in executors() or issubclass(executors().described(kind).config, Record):
        return None
    found: Schema | None = writer.config(executors()[kind].config, kind)["properties"].get(word)
    return found


def _of_record(key: str, writer: _Writer) -> Schema:
    field = _find(key)
    return {"description": field.doc, **writer.schema(field.kind)}


def _find(key: str) -> Key:
    owner, _, name = key.rpartition(".")
    known = {f"{record}.{word}": spec for record, model in records().items() for word, spec in _keys(model)}
    if owner and key in known:
        return known[key]
    if not owner:
        found = [spec for full, spec in known.items() if full.rpartition(".")[2] == name]
        if found:
            return found[0]
    words = known if owner else {full.rpartition(".")[2]: None for full in known}
    raise ValueError(
        f"there is no key {key!r}; {suggest(key, words) or f'there are: {listing(sorted(words), most=60)}'}"
    )


def _keys(model: type[Record]) -> list[tuple[str, Key]]:
    return [(word, spec) for word, (_, spec) in keys_of(cast("Any", model)).items()]


class _Writer:
    """Writes schemas of kinds; records become definitions that others refer to."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self.models: list[type[Record]] = []

    def ref(self, model: type[Record]) -> Schema:
        """Give a reference to the schema of a record."""
        name = record_name(model)
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.record(model)
        return {"$ref": f"#/$defs/{name}"}

    def record(self, model: type[Record]) -> Schema:
        """Give the schema of a record."""
        if model not in self.models:
            self.models.append(model)
        properties = {
            word: {"description": spec.doc, **self.schema(spec.kind)} for word, spec in _keys(model)
        }
        required = [word for word, spec in _keys(model) if spec.required]
        closed: Schema = {
            "type": "object",
            "properties": properties,
            "patternProperties": {_FREE: True},
            "additionalProperties": False,
        }
        if required:
            closed["required"] = required
        if model is StepModel:
            closed["allOf"] = self._types()
        about = {"description": (model.__doc__ or "").strip()}
        if not model.extensible:
            return {**about, **closed}
        # What a template gives is not known here, and null deletes: only the names of keys can be checked.
        names = {"anyOf": [{"enum": list(properties)}, {"pattern": _FREE}]}
        copied: Schema = {"propertyNames": names, "properties": {"extends": properties["extends"]}}
        return {
            **about,
            "type": "object",
            "if": {"required": ["extends"]},
            "then": copied,
            "else": closed,
        }

    def _types(self) -> list[Schema]:
        """What the types of steps say about `config` and its shorthands."""
        rules: list[Schema] = []
        good, _ = executors().sound()
        for name, executor in sorted(good.items()):
            config = self.config(executor.config, name)
            inside = {key: value for key, value in config.items() if key != "required"}
            needed = [key for key in config.get("required", ()) if key not in _SHORT]
            config_keys: Schema = config["properties"]
            short = {word: config_keys[word] for word in _SHORT if word in config_keys}
            named: Schema = {"properties": {"type": {"const": name}}, "required": ["type"]}
            absent: Schema = {
                "not": {"required": ["type"]},
                "anyOf": [{"required": ["run"]}, {"required": ["config"]}],
            }
            condition = {"anyOf": [named, absent]} if name == "shell" else named
            then: Schema = {"properties": {"config": inside, **short}}
            if needed:
                inside["required"] = needed
                then["required"] = ["config"]
            rules.append({"if": condition, "then": then})
        return rules

    def config(self, model: type[Record | BaseModel], kind: str) -> Schema:
        """Give the schema of the config of a type of step; models inside are called by its name."""
        if issubclass(model, Record):
            return self.record(model)
        return {
            **config_schema(model, kind, self.definitions),
            "patternProperties": {_FREE: True},
        }

    @singledispatchmethod
    def schema(self, kind: Kind[Any]) -> Schema:
        """Give the schema of what a key takes; a kind that is not known here takes anything."""
        del kind
        return {}

    @schema.register(Of)
    def _(self, kind: Of[Any]) -> Schema:
        return self.ref(kind.model)

    @schema.register
    def _(self, kind: Steps) -> Schema:
        del kind
        return {"type": "array", "minItems": 1, "items": self.ref(StepModel)}

    @schema.register
    def _(self, kind: Inline) -> Schema:
        del kind
        self.ref(StepModel)
        steps = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}
        return {"anyOf": [steps, {"type": "object"}]}

    @schema.register(kinds.Shorthand)
    def _(self, kind: kinds.Shorthand[Any]) -> Schema:
        short = {"retry": {"type": "integer", **_bounds(1, 1000)}, "input": _TYPE, "output": _TYPE}
        name = record_name(kind.full.model) if isinstance(kind.full, Of) else ""
        return {"anyOf": [short.get(name, _TEXT), self.schema(kind.full)]}

    @schema.register(kinds.ListOf)
    def _(self, kind: kinds.ListOf[Any]) -> Schema:
        least = {"minItems": kind.least} if kind.least else {}
        return {"type": "array", "items": self.schema(kind.item), **least}

    @schema.register(kinds.OneOrMany)
    def _(self, kind: kinds.OneOrMany[Any]) -> Schema:
        item = self.schema(kind.item)
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}

    @schema.register(kinds.MapOf)
    def _(self, kind: kinds.MapOf[Any]) -> Schema:
        names = {"pattern": f"^(?:{kind.name.pattern.pattern})$", "maxLength": kinds.MAX_NAME}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.schema(kind.value)}

    @schema.register
    def _(self, kind: kinds.Name) -> Schema:
        return {**_TEXT, "pattern": f"^(?:{kind.pattern.pattern})$", "maxLength": kinds.MAX_NAME}

    @schema.register
    def _(self, kind: kinds.Choice) -> Schema:
        return {"enum": list(kind.words)}

    @schema.register
    def _(self, kind: ShellKind) -> Schema:
        del kind
        text = {"type": "string", "anyOf": [{"enum": list(SHELLS)}, {"pattern": r"\{0\}"}]}
        argv = {"type": "array", "items": dict(_TEXT), "minItems": 1}
        program = {"properties": {"argv": argv}, "required": ["argv"], "additionalProperties": False}
        return {"anyOf": [text, {"type": "object", **program}]}

    @schema.register
    def _(self, kind: kinds.Integer) -> Schema:
        return {"type": "integer", **_bounds(kind.low, kind.high)}

    @schema.register
    def _(self, kind: kinds.Number) -> Schema:
        return {"type": "number", **_bounds(kind.low, kind.high)}

    @schema.register
    def _(self, kind: kinds.Boolean) -> Schema:
        del kind
        return {"type": "boolean"}

    @schema.register(Glob)
    @schema.register(GlobTemplate)
    @schema.register(kinds.Text)
    @schema.register(kinds.TextTemplate)
    def _(self, kind: Kind[Any]) -> Schema:
        del kind
        return dict(_TEXT)

    @schema.register(kinds.FilePath)
    @schema.register(kinds.Script)
    def _(self, kind: Kind[Any]) -> Schema:
        del kind
        return {"type": "string", "minLength": 1}

    @schema.register
    def _(self, kind: kinds.Span) -> Schema:
        del kind
        return dict(_DURATION)

    @schema.register
    def _(self, kind: Pause) -> Schema:
        del kind
        return {"anyOf": [_DURATION, EXPRESSION]}

    @schema.register
    def _(self, kind: kinds.Items) -> Schema:
        del kind
        return {"anyOf": [{"type": "array"}, EXPRESSION]}

    @schema.register(When)
    @schema.register(kinds.Condition)
    def _(self, kind: Kind[Any]) -> Schema:
        del kind
        return dict(_CONDITION)

    @schema.register
    def _(self, kind: Matrix) -> Schema:
        del kind
        return {"type": "object", "minProperties": 1}

    @schema.register
    def _(self, kind: Type) -> Schema:
        del kind
        return dict(_TYPE)


def _bounds(low: float | None, high: float | None) -> Schema:
    bounds = {"minimum": low, "maximum": high}
    return {name: value for name, value in bounds.items() if value is not None}
