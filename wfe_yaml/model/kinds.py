"""Kinds of values: texts, names, numbers, durations, lists and mappings of them, templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from typing_extensions import TypeVar

from wfe_core.policies import micros
from wfe_yaml.errors import Code
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.templates import Structure, Template
from wfe_yaml.model.records import Kind
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import Problems, listing, suggest

T = TypeVar("T", default=Any)
MAX_NAME = 100


class Raw(Kind[Node]):
    """Anything; read later, when it is known what it must be."""

    def read(self, node: Node, problems: Problems) -> Node:
        """Give the node itself."""
        del problems
        return node


class Text(Kind[str]):
    """A fixed text: numbers and booleans are taken as they are written."""

    expected = "a text"

    def read(self, node: Node, problems: Problems) -> str | None:
        """Give the text; expressions are refused."""
        if not isinstance(node, Scalar) or node.value is None:
            self.misfit(node, problems)
            return None
        if has_holes(node.text):
            problems.add(Code.FORBIDDEN, "an expression cannot stand here", node.location)
            return None
        return node.text


class FilePath(Kind[str]):
    """The path of a file; what it may be is said where the file is read."""

    expected = "the path of a file"

    def read(self, node: Node, problems: Problems) -> str | None:
        """Give the path."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.misfit(node, problems)
            return None
        return node.text


class Name(Kind[str]):
    """A name that matches a pattern."""

    def __init__(self, expected: str, pattern: str, *, reserved: Iterable[str] = ()) -> None:
        self.expected = expected
        self.pattern: re.Pattern[str] = re.compile(pattern)
        self._reserved = frozenset(reserved)

    def read(self, node: Node, problems: Problems) -> str | None:
        """Give the name."""
        if not isinstance(node, Scalar) or node.value is None:
            self.misfit(node, problems)
            return None
        return node.text if self.accepts(node.text, node, problems) else None

    def accepts(self, text: str, node: Node, problems: Problems) -> bool:
        """Check a name that stands at a node."""
        if len(text) > MAX_NAME:
            problems.add(Code.VALUE, f"a name has at most {MAX_NAME} characters", node.location)
        elif not self.pattern.fullmatch(text):
            problems.add(Code.VALUE, f"{text!r} is not {self.expected}", node.location)
        elif text in self._reserved:
            problems.add(Code.VALUE, f"the name {text!r} is reserved", node.location, "choose another one")
        else:
            return True
        return False


class Choice(Kind[str]):
    """One of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.expected: str = f"one of {listing(words)}"

    def read(self, node: Node, problems: Problems) -> str | None:
        """Give the word."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.misfit(node, problems)
            return None
        if node.value not in self.words:
            hint = suggest(node.value, self.words)
            problems.add(Code.VALUE, f"expected {self.expected}, found {node.value!r}", node.location, hint)
            return None
        return node.value


class Integer(Kind[int]):
    """A whole number within bounds."""

    def __init__(self, low: int | None = None, high: int | None = None) -> None:
        self.low: int | None = low
        self.high: int | None = high
        self.expected = "a whole number"

    def read(self, node: Node, problems: Problems) -> int | None:
        """Give the number."""
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            self.misfit(node, problems)
            return None
        if (self.low is not None and node.value < self.low) or (
            self.high is not None and node.value > self.high
        ):
            bounds = f"at least {self.low}" if self.high is None else f"between {self.low} and {self.high}"
            problems.add(Code.VALUE, f"the number must be {bounds}, not {node.text}", node.location)
            return None
        return node.value


class Number(Kind[float]):
    """A number within bounds."""

    expected = "a number"

    def __init__(self, low: float | None = None, high: float | None = None) -> None:
        self.low: float | None = low
        self.high: float | None = high

    def read(self, node: Node, problems: Problems) -> float | None:
        """Give the number."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.misfit(node, problems)
            return None
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            bounds = f"at least {self.low}" if self.high is None else f"between {self.low} and {self.high}"
            problems.add(Code.VALUE, f"the number must be {bounds}, not {value}", node.location)
            return None
        return float(value)


class Boolean(Kind[bool]):
    """True or false."""

    expected = "true or false"

    def read(self, node: Node, problems: Problems) -> bool | None:
        """Give the boolean."""
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            word = node.text.casefold() if isinstance(node, Scalar) else ""
            hint = (
                "in YAML 1.2 only true and false are booleans" if word in ("yes", "no", "on", "off") else None
            )
            self.misfit(node, problems, hint)
            return None
        return node.value


class Span(Kind[int]):
    """A duration, in microseconds."""

    expected = "a duration such as 500ms, 30s, 5m, 2h, 1d or 1h30m"

    def __init__(self, *, positive: bool = True) -> None:
        self._positive = positive

    def read(self, node: Node, problems: Problems) -> int | None:
        """Give the microseconds; a number without a unit is refused."""
        if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
            self.misfit(node, problems)
            return None
        if not isinstance(node.value, str):
            hint = f"write the unit, as in {node.text}s"
            problems.add(
                Code.DURATION, f"expected {self.expected}, found {node.text[:40]}", node.location, hint
            )
            return None
        try:
            value = micros(node.value)
        except ValueError:
            problems.add(Code.DURATION, f"expected {self.expected}, found {node.value[:40]!r}", node.location)
            return None
        if self._positive and value == 0:
            problems.add(Code.DURATION, "the duration must be longer than nothing", node.location)
            return None
        return value


class ListOf(Kind[list[T]]):
    """A list."""

    def __init__(self, item: Kind[T], *, what: str = "a list", least: int = 0) -> None:
        self.item = item
        self.expected = what
        self.least = least

    def read(self, node: Node, problems: Problems) -> list[T] | None:
        """Give the items that could be read."""
        if not isinstance(node, Sequence):
            self.misfit(node, problems, "begin each item with '- '" if isinstance(node, Mapping) else None)
            return None
        if len(node.items) < self.least:
            problems.add(Code.VALUE, "the list is empty", node.location, f"expected {self.expected}")
            return None
        values = [self.item.read(item, problems) for item in node.items]
        return [value for value in values if value is not None]


class OneOrMany(Kind[list[T]]):
    """A list, or a single value that stands for a list of one."""

    def __init__(self, item: Kind[T], *, what: str) -> None:
        self.item = item
        self.expected = what

    def read(self, node: Node, problems: Problems) -> list[T] | None:
        """Give the values that could be read."""
        if isinstance(node, Scalar) and node.value is not None:
            value = self.item.read(node, problems)
            return None if value is None else [value]
        return ListOf(self.item, what=self.expected, least=1).read(node, problems)


class MapOf(Kind[dict[str, T]]):
    """A mapping from names to values of one kind."""

    def __init__(self, name: Name, value: Kind[T], *, what: str = "a mapping") -> None:
        self.name = name
        self.value = value
        self.expected = what

    def read(self, node: Node, problems: Problems) -> dict[str, T] | None:
        """Give the entries that could be read."""
        if not isinstance(node, Mapping):
            self.misfit(node, problems)
            return None
        values: dict[str, T] = {}
        for name, entry in node.entries.items():
            value = self.value.read(entry.value, problems)
            if self.name.accepts(name, entry.key, problems) and value is not None:
                values[name] = value
        return values


class Shorthand(Kind[T]):
    """A scalar that stands for a whole record (`ref: string`), or the record itself."""

    def __init__(self, full: Kind[T], expand: Callable[[Scalar, Problems], T | None], expected: str) -> None:
        self.full = full
        self._expand = expand
        self.expected = expected

    def read(self, node: Node, problems: Problems) -> T | None:
        """Give the record."""
        if isinstance(node, Mapping):
            return self.full.read(node, problems)
        if isinstance(node, Scalar) and node.value is not None:
            return self._expand(node, problems)
        self.misfit(node, problems)
        return None


class Script(Kind[Template]):
    """The text of a script; a number or boolean would be a slip."""

    expected = "a text with commands"

    def read(self, node: Node, problems: Problems) -> Template | None:
        """Give the script as a template."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            hint = "quote it if it is a command" if isinstance(node, Scalar) and node.text else None
            if isinstance(node, Sequence):
                hint = "write the commands below each other, after 'run: |'"
            self.misfit(node, problems, hint)
            return None
        if not node.value.strip():
            problems.add(Code.VALUE, "the script is empty", node.location)
            return None
        if "\0" in node.value:
            problems.add(Code.VALUE, "a script cannot hold the character NUL", node.location)
            return None
        return Template.read(node, problems)


class TextTemplate(Kind[Template]):
    """A text with expressions; numbers and booleans are taken as they are written."""

    expected = "a text"

    def read(self, node: Node, problems: Problems) -> Template | None:
        """Give the template."""
        if not isinstance(node, Scalar):
            self.misfit(node, problems)
            return None
        if node.value is None:
            self.misfit(node, problems, 'for an empty text write ""')
            return None
        return Template.read(node, problems)


class Condition(Kind[Template]):
    """True, false, or one expression."""

    expected = "a condition such as $<< inputs.publish >>"

    def read(self, node: Node, problems: Problems) -> Template | None:
        """Give the template."""
        if not isinstance(node, Scalar) or node.value is None:
            self.misfit(node, problems)
            return None
        template = Template.read(node, problems)
        if isinstance(node.value, bool) or not template.parts:
            return template
        if len(template.parts) != 1 or template.constant:
            hint = (
                f"write $<< {node.text[:60].strip()} >>"
                if template.constant
                else "put it all into one $<< … >>"
            )
            problems.add(Code.VALUE, f"expected {self.expected}", node.location, hint)
        return template


class Constant(Kind[Node]):
    """Any value without expressions."""

    expected = "a value without expressions"

    def read(self, node: Node, problems: Problems) -> Node | None:
        """Give the node; each expression in it is refused at its place."""
        before = len(problems)
        todo: list[Node] = [node]
        while todo:
            item = todo.pop()
            if isinstance(item, Sequence):
                todo.extend(item.items)
            elif isinstance(item, Mapping):
                todo.extend(entry.value for entry in item.entries.values())
            elif isinstance(item, Scalar) and has_holes(item.text):
                hint = "it is known before anything runs, so it cannot depend on a run"
                problems.add(Code.FORBIDDEN, "an expression cannot stand here", item.location, hint)
        return node if len(problems) == before else None


class Anything(Kind[Structure]):
    """Any value; texts in it may hold expressions."""

    def read(self, node: Node, problems: Problems) -> Structure:
        """Give the value as a structure of templates."""
        return structure(node, problems)


class Items(Kind[Structure]):
    """A list, or an expression that gives one."""

    expected = "a list, or an expression that gives one"

    def read(self, node: Node, problems: Problems) -> Structure | None:
        """Give the list as a structure of templates."""
        if isinstance(node, Scalar):
            if not isinstance(node.value, str) or not has_holes(node.text):
                hint = f"write $<< {node.text[:60].strip()} >>" if isinstance(node.value, str) else None
                self.misfit(node, problems, hint)
                return None
            template = Template.read(node, problems)
            if len(template.parts) > 1:
                problems.add(Code.VALUE, f"expected {self.expected}, found a text", node.location)
        elif not isinstance(node, Sequence):
            self.misfit(node, problems)
            return None
        return structure(node, problems)


def structure(node: Node, problems: Problems) -> Structure:
    """Compile the expressions of a value, however nested."""
    if isinstance(node, Sequence):
        items = [structure(item, problems) for item in node.items]
        inside = tuple(expression for item in items for expression in item.expressions)
        return Structure(node, inside, lambda names: [item.evaluate(names) for item in items])
    if isinstance(node, Mapping):
        entries = {name: structure(entry.value, problems) for name, entry in node.entries.items()}
        inside = tuple(expression for item in entries.values() for expression in item.expressions)
        return Structure(
            node, inside, lambda names: {name: item.evaluate(names) for name, item in entries.items()}
        )
    scalar = node if isinstance(node, Scalar) else None
    if scalar is not None and isinstance(scalar.value, str) and has_holes(scalar.text):
        template = Template.read(scalar, problems)
        return Structure(node, template.expressions, template.evaluate)
    value = scalar.value if scalar is not None else None
    return Structure(node, (), lambda _: value)
