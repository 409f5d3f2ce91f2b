"""Nodes of a composed document: plain values that know their place in the file and their source text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wfe_yaml.source.text import Location

if TYPE_CHECKING:
    from wfe_yaml.source.text import SourceText

ScalarValue = str | int | float | bool | None


@dataclass(slots=True, frozen=True, eq=False)
class Node:
    """A part of a document."""

    source: SourceText
    start: int
    """Offset of its first character in the source."""
    end: int
    weight: int
    """How many nodes it stands for when its aliases are expanded."""

    @property
    def location(self) -> Location:
        """Its place, for messages."""
        return Location(self.source, self.start, max(self.end, self.start + 1))

    @property
    def kind(self) -> str:
        """What a person calls it, with an article."""
        return "a value"


@dataclass(slots=True, frozen=True, eq=False)
class Scalar(Node):
    """A single value: `value` as YAML 1.2 types it, `text` as it was written (`1.10` stays `1.10`)."""

    value: ScalarValue
    text: str
    style: str = ""
    """`""` plain, else the character that opens it: `'`, `"`, `|` or `>`."""

    @property
    def kind(self) -> str:
        """What a person calls it, with an article."""
        if self.value is None:
            return "nothing" if not self.text else "null"
        if isinstance(self.value, bool):
            return f"the boolean {self.text}"
        if isinstance(self.value, (int, float)):
            return f"the number {self.text[:40]}"
        return "a text"


@dataclass(slots=True, frozen=True, eq=False)
class Sequence(Node):
    """A list."""

    items: tuple[Node, ...] = ()

    @property
    def kind(self) -> str:
        """What a person calls it, with an article."""
        return "a list"


@dataclass(slots=True, frozen=True, eq=False)
class Entry:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, frozen=True, eq=False)
class Mapping(Node):
    """A mapping with text keys, in the order of the file."""

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])

    @property
    def kind(self) -> str:
        """What a person calls it, with an article."""
        return "a mapping"

    def get(self, key: str) -> Node | None:
        """Give the value of a key, or None."""
        entry = self.entries.get(key)
        return entry.value if entry else None


def plain_value(node: Node) -> object:
    """Give the Python value of a node: what JSON knows, and nothing else."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain_value(entry.value) for key, entry in node.entries.items()}
    return None
