"""Reading files of other systems: composed by our composer, and looked into with places for complaints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wfe_yaml.errors import Code
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import Problems, suggest
from wfe_yaml.source.text import SourceText, read_source

if TYPE_CHECKING:
    from os import PathLike

    from wfe_yaml.source.text import Location

LARGEST = 10**12
"""No number of a file is larger: as milliseconds these are 31 years."""
_UNITS = ((3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms"))


def read_foreign(path: str | PathLike[str]) -> Node:
    """Read a file of YAML or JSON.

    Raises:
        YamlError: it cannot be read; the message names the place.
    """
    return compose_foreign(read_source(path))


def compose_foreign(source: SourceText) -> Node:
    """Compose a text of YAML or JSON.

    Raises:
        YamlError: it is neither; the message names the place.
    """
    text = source.text
    if text.lstrip()[:1] in ("{", "["):
        # JSON may be indented with tabs, and cannot hold them otherwise; YAML may not.
        source.text = text.replace("\t", " ")
    return compose(source)


def joined(text: str) -> str:
    """Put characters together that JSON wrote as two halves; a half alone becomes a replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Looker:
    """Looks into the nodes of a file, and notes what is wrong with it, or has no counterpart.

    Args:
        problems: where both are noted.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def leave(self, message: str, location: Location, hint: str | None = None) -> None:
        """Note that something is left out."""
        self.problems.add(Code.LEFT_OUT, message, location, hint)

    def wrong(self, expected: str, node: Node) -> None:
        """Note that something else was expected."""
        self.problems.add(Code.TYPE, f"expected {expected}, found {node.kind}", node.location)

    def text(self, node: Node | None) -> str | None:
        """Give a text; None when there is none."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return None
        if isinstance(node, Scalar):
            return joined(node.text)
        self.wrong("a text", node)
        return None

    def number(self, node: Node | None) -> float | None:
        """Give a number that is not negative, and not too large; None when there is none."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return None
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.wrong("a number", node)
            return None
        if not 0 <= value <= LARGEST:
            message = f"expected a number from 0 to {LARGEST:,}, found {value:g}"
            self.problems.add(Code.VALUE, message, node.location)
            return None
        return float(value)

    def flag(self, node: Node | None, *, default: bool) -> bool:
        """Give a boolean."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return default
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.wrong("true or false", node)
        return default

    def mapping(self, node: Node | None, what: str = "a mapping") -> Mapping | None:
        """Give a mapping; None when there is none."""
        if node is None or isinstance(node, Mapping):
            return node
        if not (isinstance(node, Scalar) and node.value is None):
            self.wrong(what, node)
        return None

    def items(self, node: Node | None, what: str = "a list") -> tuple[Node, ...]:
        """Give the items of a list; none when there is none."""
        if isinstance(node, Sequence):
            return node.items
        if node is not None and not (isinstance(node, Scalar) and node.value is None):
            self.wrong(what, node)
        return ()

    def needed(self, node: Mapping, key: str, what: str) -> Node | None:
        """Give what a mapping must have."""
        found = node.get(key)
        if found is None:
            hint = suggest(key, node.entries) if node.entries else None
            self.problems.add(Code.MISSING_KEY, f"{what} needs the key {key!r}", node.location, hint)
        return found

    def others(self, node: Mapping, known: Iterable[str], what: str) -> None:
        """Note the keys that nobody asks for."""
        words = list(known)
        for name, entry in node.entries.items():
            if name not in words:
                message = f"the key {name!r} of {what} has no counterpart"
                self.leave(message, entry.key.location, suggest(name, words))


def entries(node: Node | None) -> list[tuple[str, Entry]]:
    """Give the entries of a mapping; none when it is none."""
    return list(node.entries.items()) if isinstance(node, Mapping) else []


def duration(seconds: float) -> str:
    """Write a duration in the largest unit in which it is whole; it is at least a millisecond."""
    millis = max(1, round(seconds * 1000))
    size, unit = next((size, unit) for size, unit in _UNITS if millis % size == 0)
    return f"{millis // size}{unit}"


def plain(value: Any) -> Any:
    """Give a number without a fraction as a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
