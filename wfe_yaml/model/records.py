"""`Record` and `key`: typed models whose fields declare their YAML key, kind and documentation.

One declaration serves the reader below, and later the JSON Schema and the reference page.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast

from typing_extensions import TypeVar, dataclass_transform

from wfe_yaml.errors import Code
from wfe_yaml.source.nodes import Mapping, Node
from wfe_yaml.source.problems import Problems, listing, suggest

if TYPE_CHECKING:
    from wfe_yaml.source.text import Location

T = TypeVar("T", default=Any)
R = TypeVar("R", bound="Record")

FREE_PREFIXES = ("x-", "_")
"""Keys that begin so are the author's own."""


class Kind(ABC, Generic[T]):
    """What a key takes: reads a node into a Python value and says what it expects."""

    expected: str = "a value"
    """In words, for messages: "a duration such as 30s"."""

    @abstractmethod
    def read(self, node: Node, problems: Problems) -> T | None:
        """Give the value; None when the node does not fit (a problem says why)."""

    def misfit(self, node: Node, problems: Problems, hint: str | None = None) -> None:
        """Note that a node is something else than expected."""
        problems.add(Code.TYPE, f"expected {self.expected}, found {node.kind}", node.location, hint)


@dataclass(frozen=True, slots=True)
class Key:
    """What a field declares about its key."""

    kind: Kind[Any]
    doc: str
    required: bool


def key(kind: Kind[Any], doc: str, *, default: Any = None, required: bool = False) -> Any:
    """Declare a field that is read from the key of the same name (a trailing `_` is dropped).

    Args:
        kind: what it takes.
        doc: what it means, for people.
        default: the value without the key; a callable makes a new one each time.
        required: the key must be there.
    """
    metadata = {"key": Key(kind, doc, required)}
    if callable(default):
        return dataclasses.field(default_factory=default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass_transform(kw_only_default=True, field_specifiers=(key,))
def record(cls: type[T]) -> type[T]:
    """Make a class of keys a dataclass."""
    return dataclass(slots=True, kw_only=True)(cls)


@record
class Record:
    """A mapping of the document with declared keys."""

    title: ClassVar[str] = "this mapping"
    """What it is, for messages: "a step"."""
    extensible: ClassVar[bool] = False
    """It may begin as a copy of a template: `extends`."""

    node: Mapping
    """Where it was read from."""

    def at(self, name: str) -> Location:
        """Give the place of a key's value, or of the record when the key is not there."""
        value = self.node.get(name)
        return value.location if value is not None else self.node.location

    def key_at(self, name: str) -> Location:
        """Give the place of a key."""
        entry = self.node.entries.get(name)
        return entry.key.location if entry is not None else self.node.location

    def given(self, name: str) -> bool:
        """Whether the document has this key."""
        return name in self.node.entries

    @classmethod
    def hint(cls, name: str, node: Mapping) -> str | None:
        """Say where an unknown key of a mapping belongs, if that is known."""
        del name, node
        return None

    def check(self, problems: Problems) -> None:
        """Check what concerns several keys; called once all are read."""


@cache
def keys_of(model: Any) -> MappingABC[str, tuple[str, Key]]:
    """Give the keys of a record: YAML key to (field, declaration), in order."""
    found: dict[str, tuple[str, Key]] = {}
    for field in dataclasses.fields(model):
        declared = field.metadata.get("key")
        if declared is not None:
            found[field.name.rstrip("_")] = (field.name, declared)
    return found


class Of(Kind[R]):
    """A record."""

    def __init__(self, model: type[R]) -> None:
        self.model = model
        self.expected: str = f"{model.title} (a mapping)"

    def read(self, node: Node, problems: Problems) -> R | None:
        """Read all keys; wrong ones are noted and left at their default."""
        if not isinstance(node, Mapping):
            self.misfit(node, problems)
            return None
        return read_record(self.model, node, problems)


def read_record(model: type[R], node: Mapping, problems: Problems) -> R | None:
    """Read a mapping into a record; None when a required key is missing or wrong (a problem says so)."""
    declared = keys_of(cast("Any", model))
    if model.extensible:
        node = problems.resolve(node)
    values: dict[str, Any] = {}
    usable = True
    for name, entry in node.entries.items():
        if name in declared:
            field, spec = declared[name]
            value = spec.kind.read(entry.value, problems)
            if value is not None:
                values[field] = value
            elif spec.required:
                usable = False
        elif not name.startswith(FREE_PREFIXES):
            hint = model.hint(name, node) or suggest(name, declared)
            hint = hint or f"{model.title} has: {listing(declared, most=30)}"
            problems.add(Code.UNKNOWN_KEY, f"unknown key {name!r} in {model.title}", entry.key.location, hint)
    for name, (_, spec) in declared.items():
        if spec.required and name not in node.entries:
            message = f"{model.title} needs the key {name!r}: {spec.doc[:1].lower()}{spec.doc[1:]}"
            problems.add(Code.MISSING_KEY, message.rstrip("."), node.location)
            usable = False
    if not usable:
        return None
    made = model(node=node, **values)
    made.check(problems)
    return made
