"""Configs of types of steps: pydantic models, read from a file with places, evaluated when the step runs.

One model says what is valid, what `wfe schema`, `wfe steps` and the reference page show, and what the step
gets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Generic, cast, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypeVar

from wfe_core.errors import StepError
from wfe_core.policies import micros
from wfe_yaml.errors import Code, YamlError
from wfe_yaml.expressions.holes import Hole, has_holes, hole_location, split
from wfe_yaml.expressions.values import deep_plain, is_list, to_text
from wfe_yaml.model.kinds import structure
from wfe_yaml.model.records import FREE_PREFIXES, Record, keys_of, read_record
from wfe_yaml.source.nodes import Mapping as MappingNode
from wfe_yaml.source.nodes import Node, Scalar, plain_value
from wfe_yaml.source.nodes import Sequence as SequenceNode
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.expressions.templates import Expression, Structure
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location

_NO_DURATION: Final = "no_duration"
_PLAIN = {"bool_type": "true or false", "int_type": "a whole number", "float_type": "a number"}
_UNQUOTED = "write true or false, or the number, without quotes"
_CONFLICT: Final = "conflict"
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_IN_A_FILE = {"file": True}
"""The context of validation that tells a file from Python, where numbers are seconds."""
DURATION = {"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]+)?\s*(ms|s|m|h|d)\s*)+$"}
SIZE = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*[bkmgtBKMGT]?[iI]?[bB]?$"}


class Config(BaseModel):
    """What a step of some type needs: subclass it, with a description for each field.

    The keys in a file are the fields, or their aliases. A field may be given its value by an expression,
    unless it is marked with `Fixed`.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True
    )


@dataclass(frozen=True, slots=True)
class Fixed:
    """Marks a field, as `Annotated[str, Fixed("…")]`: no expression can stand in it.

    Attributes:
        hint: what to do instead.
    """

    hint: str


def _seconds(value: object, info: ValidationInfo) -> object:
    message = "expected a duration such as 500ms, 30s, 5m, 2h, 1d or 1h30m"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if info.context is not _IN_A_FILE:
            return value
        message = f"write the unit, as in {value}s"
    elif isinstance(value, timedelta):
        return value.total_seconds()
    elif isinstance(value, str):
        with contextlib.suppress(ValueError):
            return micros(value) / 1e6
    raise PydanticCustomError(_NO_DURATION, "{message}", {"message": message})


def _bytes(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).strip().casefold().removesuffix("b").removesuffix("i")
    number = text.rstrip("kmgt")
    try:
        return int(float(number) * _UNITS[text[len(number) :]])
    except (KeyError, ValueError, OverflowError):
        message = f"expected a size such as 512m or 2g, found {value!r}"
        raise ValueError(message) from None


Seconds = Annotated[float, Field(gt=0), BeforeValidator(_seconds), WithJsonSchema(DURATION)]
"""A duration, written in a file as `500ms`, `30s` or `1h30m`; in Python, and for the step, seconds."""
Grace = Annotated[float, Field(ge=0), BeforeValidator(_seconds), WithJsonSchema(DURATION)]
"""A duration that may be `0s`."""
Size = Annotated[
    int, Field(gt=0), BeforeValidator(_bytes), WithJsonSchema({"anyOf": [SIZE, {"type": "integer"}]})
]
"""A number of bytes, written as in `512m` or `2g` (units of 1024)."""

AsText = Callable[[object, Node], "str | None"]
"""Gives the text that a value stands for at a node; None when it must stay what it is."""
ConfigT = TypeVar("ConfigT", bound=BaseModel, default=Any)


def conflict(key: str, message: str) -> PydanticCustomError:
    """Make the error for a key that cannot stand beside another: for a validator of a config to raise.

    Args:
        key: the key, as in a file.
        message: what is wrong.
    """
    return PydanticCustomError(_CONFLICT, "{message}", {"message": message, "key": key})


class ConfigError(StepError):
    """The config of a step does not fit, now that its expressions have their values."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


@dataclass(frozen=True, slots=True)
class ConfigTemplate(Generic[ConfigT]):
    """A config as it stands in a file, checked as far as it can be before its expressions have values.

    Attributes:
        model: what it becomes.
        node: where it stands.
        structure: its values, with expressions.
    """

    model: type[ConfigT]
    node: MappingNode
    structure: Structure

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions in it."""
        return self.structure.expressions

    def evaluate(self, names: Names) -> ConfigT:
        """Compute the values and give the config.

        Raises:
            ConditionError: an expression has no value.
            ConfigError: a value does not fit; the message names its place.
        """
        try:
            return _validated(self.model, deep_plain(self.structure.evaluate(names)), self.node, _converted)
        except ValidationError as exc:
            told = "; ".join(str(each) for each in _troubles(exc, self.model, self.node))
            raise ConfigError(told) from None


def read_config(
    model: type[ConfigT], node: MappingNode, problems: Problems
) -> ConfigTemplate[ConfigT] | None:
    """Read a config; None when it is wrong, which the problems say, each at its place."""
    before = len(problems)
    node = _without_free(node)
    for word, mark in _fixed(model).items():
        entry = node.entries.get(word)
        for place in () if entry is None else _places_of_holes(entry.value, problems):
            problems.add(Code.FORBIDDEN, f"an expression cannot stand in {word!r}", place, mark.hint)
    value = plain_value(node)
    try:
        _validated(model, value, node, _as_written)
    except ValidationError as exc:
        for trouble in _troubles(exc, model, node):
            if not trouble.later:
                problems.add(trouble.code, trouble.message, trouble.location, trouble.hint)
    if len(problems) == before:
        _plainly(model, value, node, problems)
    values = structure(node, problems)
    return None if len(problems) > before else ConfigTemplate(model, node, values)


def _plainly(model: type[BaseModel], value: object, node: MappingNode, problems: Problems) -> None:
    """Note what pydantic takes for a boolean or a number though it is none: `yes`, or `true` for 1."""
    try:
        model.model_validate(value, strict=True, context=_IN_A_FILE)
    except ValidationError as exc:
        for error in exc.errors(include_url=False, include_input=False):
            here: Node = node
            for part in error["loc"]:
                here = _into(here, part) or here
            if isinstance(here, Scalar) and isinstance(here.value, float) and here.value.is_integer():
                continue  # 2.0 is a whole number
            if error["type"] in _PLAIN and next(_with_holes(here), None) is None:
                shown = repr(here.text[:40]) if isinstance(here, Scalar) else here.kind
                message = f"expected {_PLAIN[error['type']]}, found {shown}"
                problems.add(Code.TYPE, message, here.location, _UNQUOTED)


def read_any(
    model: type[Record | BaseModel], node: MappingNode, problems: Problems
) -> Record | ConfigTemplate[Any] | None:
    """Read a config with whatever model its type has; None when it is wrong, which the problems say."""
    if issubclass(model, Record):
        return read_record(model, node, problems)
    return read_config(model, node, problems)


def config_keys(model: type[Record | BaseModel]) -> list[str]:
    """Give the keys that a config may have."""
    return list(keys_of(cast("Any", model)) if issubclass(model, Record) else fields_of(model))


def fields_of(model: type[BaseModel]) -> dict[str, str]:
    """Give the fields of a model by their keys in a file."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _without_free(node: MappingNode) -> MappingNode:
    """Leave out the keys that are the author's own."""
    kept = {word: entry for word, entry in node.entries.items() if not word.startswith(FREE_PREFIXES)}
    return MappingNode(node.source, node.start, node.end, node.weight, kept)


@cache
def _fixed(model: type[BaseModel]) -> Mapping[str, Fixed]:
    """Give the keys in which no expression can stand."""
    found: dict[str, Fixed] = {}
    for name, field in model.model_fields.items():
        # In `Annotated[str, Fixed("…")] | None` the mark belongs to a part of the annotation.
        inside = [mark for part in get_args(field.annotation) for mark in getattr(part, "__metadata__", ())]
        for mark in (*field.metadata, *inside):
            if isinstance(mark, Fixed):
                found[field.alias or name] = mark
    return found


def fixed_keys(model: type[BaseModel]) -> frozenset[str]:
    """Give the keys in which no expression can stand."""
    return frozenset(_fixed(model))


def _with_holes(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        if isinstance(node.value, str) and has_holes(node.text):
            yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _with_holes(item)
    elif isinstance(node, MappingNode):
        for entry in node.entries.values():
            yield from _with_holes(entry.value)


def _places_of_holes(node: Node, problems: Problems) -> Iterator[Location]:
    for scalar in _with_holes(node):
        try:
            holes = [piece for piece in split(scalar) if isinstance(piece, Hole)]
        except YamlError as exc:
            problems.take(exc)
            continue
        yield from (hole_location(scalar, hole) for hole in holes)


# ---------------------------------------------------------------- validating


def _validated(model: type[ConfigT], value: Any, node: MappingNode, as_text: AsText) -> ConfigT:
    """Validate; where a text is wanted, a number or a boolean is taken as it is written: 1.10 stays so."""
    try:
        return model.model_validate(value, context=_IN_A_FILE)
    except ValidationError as exc:
        mended = False
        for error in exc.errors(include_url=False, include_input=False):
            word = error["loc"][0] if error["loc"] else None
            if error["type"] == "string_type" and word not in _fixed(model):
                mended = _mend(value, node, error["loc"], as_text) or mended
        if not mended:
            raise
    return model.model_validate(value, context=_IN_A_FILE)


def _mend(value: Any, node: Node, loc: Sequence[int | str], as_text: AsText) -> bool:
    """Replace what stands at a place by its text, if it has one there."""
    found: tuple[Any, int | str] | None = None
    for part in loc:
        if not _has(value, part):
            # What a model calls one of its choices is no place.
            continue
        found, value = (value, part), value[part]
        node = _into(node, part) or node
    text = None if found is None else as_text(value, node)
    if found is None or text is None:
        return False
    holder, place = found
    holder[place] = text
    return True


def _has(value: Any, part: int | str) -> bool:
    if isinstance(value, dict):
        return part in value
    return is_list(value) and isinstance(part, int) and part < len(value)


def _as_written(value: object, node: Node) -> str | None:
    """Before anything runs: numbers and booleans, as the file has them."""
    return node.text if isinstance(value, (bool, int, float)) and isinstance(node, Scalar) else None


def _converted(value: object, node: Node) -> str | None:
    """When the expressions have their values: what an expression gave becomes text, whatever it is."""
    if isinstance(node, Scalar) and not has_holes(node.text):
        return _as_written(value, node)
    return to_text(value) if isinstance(node, Scalar) or isinstance(value, (bool, int, float)) else None


def _into(node: Node, part: int | str) -> Node | None:
    """Go to a key or an item; None when there is none."""
    if isinstance(node, MappingNode) and part in node.entries:
        return node.entries[str(part)].value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What pydantic found, in our words and at its place."""

    code: Code
    message: str
    location: Location
    hint: str | None
    later: bool
    """Nobody can know before the expressions there have their values."""

    def __str__(self) -> str:
        return f"{self.location}: error[{self.code}]: {self.message}" + (
            f" ({self.hint})" if self.hint else ""
        )


def _troubles(exc: ValidationError, model: type[BaseModel], node: MappingNode) -> list[_Trouble]:
    found: dict[tuple[Location, Code], _Trouble] = {}
    for error in exc.errors(include_url=False, include_input=False):
        trouble = _trouble(error, model, node)
        known = found.get((trouble.location, trouble.code))
        if known is not None and trouble.message not in known.message:
            # One of several kinds would do: all that are possible are told together.
            both = f"{known.message}, or {trouble.message}"
            trouble = _Trouble(trouble.code, both, trouble.location, known.hint or trouble.hint, known.later)
        found[trouble.location, trouble.code] = trouble
    return list(found.values())


def _trouble(error: ErrorDetails, model: type[BaseModel], node: MappingNode) -> _Trouble:
    here: Node = node
    around: Node = node
    words: list[str] = []
    for part in error["loc"]:
        deeper = _into(here, part)
        if deeper is not None:
            around, here = here, deeper
            words.append(str(part))
    kind, last = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        spec = model.model_fields.get(fields_of(model).get(last, "")) if not words else None
        about = f": {(spec.description or '').rstrip('.')}" if spec is not None and spec.description else ""
        message = f"{_whole(model, words)} needs the key {last!r}{about[:2]}{about[2:3].lower()}{about[3:]}"
        return _Trouble(Code.MISSING_KEY, message, here.location, None, later=False)
    if kind == "extra_forbidden":
        entry = around.entries.get(last) if isinstance(around, MappingNode) else None
        place = entry.key.location if entry is not None else here.location
        known = list(fields_of(model)) if len(words) <= 1 else []
        hint = suggest(last, known) or (f"there are: {listing(known, most=30)}" if known else None)
        message = f"unknown key {last!r} in {_whole(model, words[:-1])}"
        return _Trouble(Code.UNKNOWN_KEY, message, place, hint, later=False)
    message = error["msg"].removeprefix("Value error, ")
    if kind == _CONFLICT:
        entry = node.entries.get(error.get("ctx", {}).get("key", ""))
        place = entry.key.location if entry is not None else here.location
        return _Trouble(Code.CONFLICT, message, place, "remove one of the two", later=False)
    if message.startswith("Input should be "):
        shown = repr(here.text[:40]) if isinstance(here, Scalar) and here.kind == "a text" else here.kind
        message = f"expected {message.removeprefix('Input should be ')}, found {shown}"
    typed = kind.endswith(("_type", "_parsing"))
    later = next(_with_holes(here), None) is not None
    name = f"{words[0]!r}: " if words and len(words) == 1 and not typed else ""
    code = Code.DURATION if kind == _NO_DURATION else Code.TYPE if typed else Code.VALUE
    return _Trouble(code, name + message, here.location, None, later)


def _whole(model: type[BaseModel], words: Sequence[str]) -> str:
    return f"{'.'.join(words)!r}" if words else title_of(model)


def title_of(model: type[BaseModel]) -> str:
    """Say what a config is: the model's own title, or from its name: `GreetConfig` is of a greet step."""
    given = model.model_config.get("title")
    return given or f"the config of a {model.__name__.removesuffix('Config').casefold()} step"
