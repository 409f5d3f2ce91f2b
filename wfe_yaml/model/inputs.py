"""Inputs of workflows and outputs of steps: declared names with types and bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from typing import Any, ClassVar

from wfe_yaml.errors import Code
from wfe_yaml.expressions.values import is_list
from wfe_yaml.model.kinds import Boolean, ListOf, Number, Raw, Text
from wfe_yaml.model.records import Record, key, record
from wfe_yaml.model.types import STRING, Type, ValueType
from wfe_yaml.source.nodes import Mapping, Node, Scalar
from wfe_yaml.source.problems import Problems, listing, suggest

_BOUNDS = {
    "pattern": ("string", "any"),
    "min": ("int", "number", "string", "list", "any"),
    "max": ("int", "number", "string", "list", "any"),
}
"""What values each bound can say something of."""


@record
class DeclaredModel(Record):
    """A declared value: its type and its bounds."""

    type: ValueType = key(Type(), "Its type.", default=STRING)
    description: str = key(Text(), "What it is, for people.", default="")
    enum: list[Node] | None = key(ListOf(Raw(), what="a list of values", least=1), "The only values allowed.")
    pattern: str | None = key(Text(), "A regular expression that the whole text must match.")
    min: float | None = key(Number(), "The smallest number, or the least length of a text or list.")
    max: float | None = key(Number(), "The largest number, or the greatest length of a text or list.")

    def check(self, problems: Problems) -> None:
        """The pattern must be one, and the bounds must fit the type and leave room for a value."""
        if self.min is not None and self.max is not None and self.min > self.max:
            message = f"nothing is at least {self.min:g} and at most {self.max:g}"
            problems.add(Code.VALUE, message, self.at("max"))
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except (re.error, RecursionError, OverflowError) as exc:
                problems.add(Code.VALUE, f"the pattern is no regular expression: {exc}", self.at("pattern"))
                self.pattern = None
        for node in self.enum or ():
            trouble = self.type.trouble(self.type.from_node(node))
            if trouble is not None:
                problems.add(Code.TYPE, f"the value does not fit: {trouble}", node.location)
        for word, types in _BOUNDS.items():
            if self.given(word) and self.type.base not in types:
                message = f"{word!r} says nothing of a value of the type {self.type}"
                hint = f"it belongs to {listing(types)}"
                problems.add(Code.CONFLICT, message, self.key_at(word), hint)

    def trouble(self, value: Any) -> str | None:
        """Say why a value is not allowed; None when it is."""
        wrong = self.type.trouble(value)
        if wrong is not None or value is None:
            return wrong
        if self.enum is not None:
            allowed = [self.type.from_node(node) for node in self.enum]
            if value not in allowed:
                return f"{value!r} is none of {', '.join(map(str, allowed))}"
        if self.pattern is not None and isinstance(value, str) and not re.fullmatch(self.pattern, value):
            return f"{value[:60]!r} does not match the pattern {self.pattern}"
        size, what = _size(value)
        if size is not None and self.min is not None and size < self.min:
            return f"{what} must be at least {self.min:g}, not {size}"
        if size is not None and self.max is not None and size > self.max:
            return f"{what} must be at most {self.max:g}, not {size}"
        return None


@record
class InputModel(DeclaredModel):
    """An input of a workflow."""

    title: ClassVar[str] = "an input"

    default: Node | None = key(Raw(), "The value when none is given; without one the input must be given.")

    required: bool | None = key(
        Boolean(), "Whether a run must give it; by itself it must without a default, unless its type is `T?`."
    )

    @property
    def needed(self) -> bool:
        """Whether a run must give it."""
        return self.default is None and not self.type.optional if self.required is None else self.required

    def check(self, problems: Problems) -> None:
        """The default must be a value that could be given."""
        DeclaredModel.check(self, problems)  # a dataclass with slots has no `super()`
        if self.required and self.default is not None:
            message = "an input that is required needs no default"
            problems.add(Code.CONFLICT, message, self.key_at("default"), "remove one of the two")
        if self.required is False and self.default is None and not self.type.optional:
            message = (
                f"an input that is not required is null when it is not given, but its type is {self.type}"
            )
            hint = f"write  type: {self.type}?  or give it a default"
            problems.add(Code.CONFLICT, message, self.key_at("required"), hint)
        if self.default is not None:
            trouble = self.trouble(self.type.from_node(self.default))
            if trouble is not None:
                problems.add(Code.TYPE, f"the default does not fit: {trouble}", self.default.location)


@record
class OutputModel(DeclaredModel):
    """An output of a step."""

    title: ClassVar[str] = "an output"


def _size(value: Any) -> tuple[float | None, str]:
    """Give what `min` and `max` bound, and what it is called."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value, "it"
    if isinstance(value, str) or is_list(value):
        return len(value), "its length"
    return None, ""


def typed(model: type[Any]) -> Any:
    """Give what makes a record of a type alone: `ref: string` is short for `ref: {type: string}`."""

    def expand(scalar: Scalar, problems: Problems) -> Any:
        found = Type().read(scalar, problems)
        empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
        return None if found is None else model(node=empty, type=found)

    return expand


def checked_inputs(
    models: MappingABC[str, InputModel], given: MappingABC[str, Any], workflow: str | None = None
) -> dict[str, Any]:
    """Give the inputs of a run: what was given, else the defaults.

    Args:
        models: the inputs that there are, by name.
        given: values by name.
        workflow: whose inputs they are, where there could be a doubt.

    Raises:
        YamlError: an input is unknown, missing or does not fit; names all of them.
    """
    problems = Problems()
    named = "" if workflow is None else f" {workflow!r}"
    whose = named and f" of the workflow{named}"
    for name in given:
        if name not in models:
            hint = suggest(name, models) or f"inputs are: {listing(models)}"
            problems.add(Code.INPUT, f"the workflow{named} has no input {name!r}", None, hint)
    values: dict[str, Any] = {}
    for name, model in models.items():
        if name in given:
            values[name] = given[name]
            trouble = model.trouble(given[name])
            if trouble is not None:
                problems.add(Code.INPUT, f"input {name!r}: {trouble}", None, model.description or None)
        elif model.default is not None:
            values[name] = model.type.from_node(model.default)
        elif model.needed:
            about = f" ({model.description})" if model.description else ""
            problems.add(
                Code.INPUT,
                f"the input {name!r}{whose} is missing{about}",
                None,
                f"give it with  -i {name}=VALUE",
            )
        else:
            values[name] = None
    problems.raise_any()
    return values
