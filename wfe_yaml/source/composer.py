"""Our own composer over PyYAML's pure-Python event stream.

PyYAML's own composer and constructors are not used: they know YAML 1.1 types, let the last of two equal
keys win, lose the positions, and take 20 seconds for a merge bomb of 600 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from wfe_yaml.errors import Code, Problem, YamlError
from wfe_yaml.source.events import Events
from wfe_yaml.source.foreign import FOREIGN, warn_foreign
from wfe_yaml.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import Problems, suggest
from wfe_yaml.source.scalars import NULL, NumberError, resolve, resolve_tagged
from wfe_yaml.source.text import Location, SourceText, check_characters

_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset({"str", "int", "float", "bool", "null"})
_EXPRESSION = "$<<"
_QUOTE = (
    "quote the whole value: in an expression that is not quoted, YAML takes [ ] { } , and ': ' as its own"
)
_MARKS_HINT = {
    "found character '\\t' that cannot start any token": "indent with spaces, not with tabs",
    "mapping values are not allowed here": "quote the text if the ': ' belongs to it",
    "could not find expected ':'": "check the indentation, or quote the text",
    "found character '@' that cannot start any token": "quote the text",
    "found character '`' that cannot start any token": "quote the text",
    "found character '%' that cannot start any token": "quote the text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a document may go. The defaults are far beyond what people write."""

    depth: int = 64
    nodes: int = 40_000
    """Nodes written in the file."""
    expanded: int = 200_000
    """Nodes after aliases and merges are expanded."""


class _TooMuchError(Exception):
    """A limit is passed: stop reading at once."""


class Composer:
    """Builds the nodes of one document, collecting what is wrong.

    Args:
        source: the text.
        problems: where problems are noted.
        limits: how far the document may go.
    """

    def __init__(self, source: SourceText, problems: Problems, limits: Limits | None = None) -> None:
        self._source = source
        self._problems = problems
        self._limits = limits or Limits()
        self._anchors: dict[str, Node | None] = {}
        self._count = 0
        self._merged = 0

    def compose(self) -> Node | None:
        """Give the root node; None when there is none, or when reading had to stop (a problem says why)."""
        try:
            check_characters(self._source)
            self._events: Any = Events(self._source.text)
            return self._document()
        except YamlError as exc:
            self._problems.take(exc)
        except MarkedYAMLError as exc:
            self._syntax(exc)
        except _TooMuchError:
            pass
        return None

    def _document(self) -> Node | None:
        self._next()
        event = self._next()
        if isinstance(event, StreamEndEvent):
            self._problems.add(Code.SYNTAX, "the file is empty", Location(self._source, 0))
            return None
        if isinstance(event, DocumentStartEvent) and event.tags:
            self._problems.add(Code.TAG, "%TAG directives are not allowed", self._at(event))
        node = self._node(self._next(), 1)
        if not isinstance(self._next(), DocumentEndEvent):
            self._problems.add(
                Code.SYNTAX, "the document does not end where it should", Location(self._source, 0)
            )
        event = self._next()
        if isinstance(event, DocumentStartEvent):
            hint = "put the workflows into one document, under `workflows:`"
            self._problems.add(Code.SYNTAX, "a second document begins here", self._at(event), hint)
        if node is not None and node.weight > self._limits.expanded:
            self._stop(
                f"the aliases expand to more than {self._limits.expanded:,} nodes", Location(self._source, 0)
            )
        return node

    def _next(self) -> Event:
        event: Event = self._events.get_event()
        return event

    def _at(self, event: Any) -> Location:
        return Location(
            self._source, event.start_mark.index, max(event.end_mark.index, event.start_mark.index + 1)
        )

    def _node(self, event: Event, depth: int) -> Node | None:
        """Compose the node that begins with this event; None when it is unusable (a problem says why)."""
        self._count += 1
        if self._count > self._limits.nodes:
            self._stop(f"the file has more than {self._limits.nodes:,} values", self._at(event))
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > self._limits.depth:
            self._stop(f"nested more than {self._limits.depth} levels deep", self._at(event))
        anchor: str | None = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = None
        node: Node | None = None
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(event, depth)
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(event, depth)
        else:
            self._stop("the document does not end where it should", self._at(event))
        if anchor is not None:
            if node is None:
                del self._anchors[anchor]
            else:
                self._anchors[anchor] = node
        return node

    def _alias(self, event: Any) -> Node | None:
        name = event.anchor
        if name not in self._anchors:
            hint = suggest(name, self._anchors) or f"write &{name} before the value it stands for, further up"
            self._problems.add(Code.TAG, f"the alias *{name} has no anchor before it", self._at(event), hint)
            return None
        node = self._anchors[name]
        if node is None:
            self._problems.add(Code.TAG, f"the alias *{name} would contain itself", self._at(event))
        return node

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        text: str = event.value
        style: str = event.style or ""
        value: str | int | float | bool | None = text
        try:
            if event.tag in (None, "!"):
                value = resolve(text) if not style and event.tag is None else text
            else:
                tag = self._core_tag(event, _SCALAR_TAGS)
                value = resolve_tagged(tag, text) if tag else text
        except NumberError as exc:
            self._problems.add(Code.VALUE, str(exc), self._at(event), "quote it if it is a text")
        except ValueError as exc:
            self._problems.add(Code.TAG, str(exc), self._at(event))
        scalar = Scalar(self._source, start, end, 1, value, text, style)
        if FOREIGN in text:
            warn_foreign(scalar, self._problems)
        return scalar

    def _core_tag(self, event: Any, allowed: frozenset[str]) -> str | None:
        tag: str = event.tag
        name = tag.removeprefix(_CORE)
        if tag.startswith(_CORE) and name in allowed:
            return name
        shown = f"!!{name}" if tag.startswith(_CORE) else tag
        message = f"the tag {shown[:60]} is not allowed here"
        self._problems.add(Code.TAG, message, self._at(event), "remove the tag")
        return None

    def _sequence(self, event: Any, depth: int) -> Sequence:
        if event.tag not in (None, "!"):
            self._core_tag(event, frozenset({"seq"}))
        start, end, weight = event.start_mark.index, event.end_mark.index, 1
        items: list[Node] = []
        while True:
            child = self._next()
            if isinstance(child, SequenceEndEvent):
                return Sequence(self._source, start, end, weight, tuple(items))
            node = self._node(child, depth + 1)
            if node is not None:
                weight = self._grow(weight, node, child)
                items.append(node)

    def _mapping(self, event: Any, depth: int) -> Mapping:
        if event.tag not in (None, "!"):
            self._core_tag(event, frozenset({"map"}))
        start, end, weight = event.start_mark.index, event.end_mark.index, 1
        entries: dict[str, Entry] = {}
        merges: list[tuple[Location, Node]] = []
        while True:
            first = self._next()
            if isinstance(first, MappingEndEvent):
                break
            key = self._node(first, depth + 1)
            second = self._next()
            value = self._node(second, depth + 1)
            if isinstance(key, Scalar) and key.text == "<<" and not key.style:
                if value is not None:
                    merges.append((self._at(second), value))
            elif (name := self._key(key, first)) is not None and value is not None:
                self._add(entries, name, value)
                weight = self._grow(weight + 1, value, second)
        for place, value in merges:
            weight = self._merge(entries, value, place, weight)
        return Mapping(self._source, start, end, weight, entries)

    def _key(self, key: Node | None, event: Event) -> Scalar | None:
        if key is None:
            return None
        if not isinstance(key, Scalar):
            self._problems.add(Code.KEY, "a key must be a text, not a list or a mapping", self._at(event))
            return None
        if not isinstance(key.value, str):
            what = "nothing" if key.text in NULL and not key.text else key.text[:40]
            self._problems.add(
                Code.KEY, f"a key must be a text, not {what}", self._at(event), "quote the key"
            )
            return None
        return key

    def _add(self, entries: dict[str, Entry], key: Scalar, value: Node) -> None:
        known = entries.get(key.text)
        if known is not None:
            message = f"the key {key.text!r} stands here a second time"
            line = known.key.location.line
            self._problems.add(Code.DUPLICATE_KEY, message, key.location, f"the first one is in line {line}")
            return
        entries[key.text] = Entry(key, value)

    def _merge(self, entries: dict[str, Entry], value: Node, place: Location, weight: int) -> int:
        """Add the entries of `<<: *map` or `<<: [*a, *b]` that are not there yet; the first one wins."""
        sources = value.items if isinstance(value, Sequence) else (value,)
        for source in sources:
            if not isinstance(source, Mapping):
                message = f"<< merges a mapping or a list of mappings, not {source.kind}"
                self._problems.add(Code.TYPE, message, place)
                continue
            self._merged += len(source.entries)
            if self._merged > self._limits.expanded:
                self._stop(f"the merges expand to more than {self._limits.expanded:,} entries", place)
            for name, entry in source.entries.items():
                if name not in entries:
                    entries[name] = entry
                    weight = self._grow(weight + 1, entry.value, None, place)
        return weight

    def _grow(self, weight: int, node: Node, event: Event | None, place: Location | None = None) -> int:
        weight += node.weight
        if weight > self._limits.expanded:
            where = self._at(event) if event is not None else place
            self._stop(f"the aliases expand to more than {self._limits.expanded:,} nodes", where)
        return weight

    def _stop(self, message: str, place: Location | None) -> NoReturn:
        self._problems.add(Code.LIMIT, message, place)
        raise _TooMuchError

    def _syntax(self, exc: MarkedYAMLError) -> None:
        mark = exc.problem_mark or exc.context_mark
        offset = mark.index if mark is not None else 0
        message = exc.problem or exc.context or "this is not YAML"
        hint = _QUOTE if self._after_hole(offset) else _MARKS_HINT.get(message)
        if exc.context and exc.context_mark is not None and exc.problem_mark is not None:
            line, _ = self._source.position(exc.context_mark.index)
            if line != self._source.position(offset)[0]:
                message = f"{message} ({exc.context} in line {line})"
        offset = min(offset, max(len(self._source.text) - 1, 0))
        self._problems.add(Code.SYNTAX, message, Location(self._source, offset), hint)

    def _after_hole(self, offset: int) -> bool:
        """Whether an expression begins before a place in its line: then YAML took a part of it as its own."""
        text = self._source.text
        return _EXPRESSION in text[text.rfind("\n", 0, offset) + 1 : offset]


def compose(source: SourceText, *, limits: Limits | None = None) -> Node:
    """Compose the document of a source text.

    Raises:
        YamlError: with every problem that was found.
    """
    problems = Problems()
    node = Composer(source, problems, limits).compose()
    problems.raise_any()
    if node is None:
        raise YamlError(Problem(Code.SYNTAX, "the file is empty", Location(source, 0)))
    return node
