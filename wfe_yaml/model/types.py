"""Types of inputs and outputs: `string int number bool any`, `T?`, `list<T>`, `map<T>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast

from wfe_yaml.errors import Code, YamlError
from wfe_yaml.expressions.values import type_name
from wfe_yaml.model.records import Kind
from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence, plain_value
from wfe_yaml.source.problems import Problems, suggest
from wfe_yaml.source.text import SourceText

_SIMPLE = ("string", "int", "number", "bool", "any")
_GENERIC = re.compile(r"(list|map)<(.*)>")
_MAX_NESTING = 8
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ValueType:
    """A declared type."""

    base: str
    inner: ValueType | None = None
    optional: bool = False
    """`T?`: null is allowed, and the value may be left out."""

    def __str__(self) -> str:
        """Write it as in a file."""
        text = f"{self.base}<{self.inner}>" if self.inner is not None else self.base
        return f"{text}?" if self.optional else text

    def trouble(self, value: Any) -> str | None:
        """Say why a value does not fit; None when it does."""
        if value is None:
            return None if self.optional or self.base == "any" else f"expected {self}, found null"
        fits = {
            "string": isinstance(value, str),
            "int": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, (int, float)) and not isinstance(value, bool),
            "bool": isinstance(value, bool),
            "any": True,
            "list": isinstance(value, list),
            "map": isinstance(value, dict),
        }[self.base]
        if not fits:
            return f"expected {self}, found {type_name(value)}"
        if isinstance(value, float) and not isfinite(value):
            return f"expected {self}, found {value}, which JSON cannot hold"
        if self.inner is None:
            return None
        parts = (
            enumerate(cast("list[Any]", value))
            if self.base == "list"
            else cast("dict[str, Any]", value).items()
        )
        for place, item in parts:
            trouble = self.inner.trouble(item)
            if trouble is not None:
                return f"at [{place!r}]: {trouble}"
        return None

    def from_text(self, text: str) -> Any:
        """Read a value from text: an `-i name=text`, an output of a step.

        Raises:
            ValueError: the text is no value of this type.
        """
        if self.base == "string":
            return text
        if self.optional and text in ("", "null", "~"):
            return None
        stripped = text.strip()
        if self.base == "int" and re.fullmatch(r"[-+]?[0-9]{1,300}", stripped):
            return int(stripped)
        if self.base == "number" and re.fullmatch(
            r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?", stripped[:400]
        ):
            value = int(stripped) if re.fullmatch(r"[-+]?\d{1,300}", stripped) else float(stripped)
            if isfinite(value):
                return value
        if self.base == "bool" and stripped.casefold() in _WORDS:
            return _WORDS[stripped.casefold()]
        if self.base in ("list", "map", "any"):
            return self._structured(text)
        raise ValueError(f"expected {self}, found the text {text[:40]!r}")

    def _structured(self, text: str) -> Any:
        """Lists and mappings are JSON, or YAML in one line: `[a, b]`."""
        try:
            node = compose(SourceText("value", text))
        except YamlError as exc:
            if self.base == "any":
                return text
            raise ValueError(
                f"expected {self} as JSON, found {text[:40]!r}: {exc.problems[0].message}"
            ) from None
        value = self.from_node(node)
        trouble = self.trouble(value)
        if trouble is not None:
            raise ValueError(trouble)
        return value

    def from_node(self, node: Node) -> Any:
        """Read a value of a file: where a string is declared, `1.10` stays `1.10`."""
        if isinstance(node, Scalar) and self.base == "string" and node.value is not None:
            return node.text
        if isinstance(node, Sequence) and self.base == "list" and self.inner is not None:
            return [self.inner.from_node(item) for item in node.items]
        if isinstance(node, Mapping) and self.base == "map" and self.inner is not None:
            return {name: self.inner.from_node(entry.value) for name, entry in node.entries.items()}
        return plain_value(node)


ANY = ValueType("any")
STRING = ValueType("string")


def parse_type(text: str, depth: int = 0) -> ValueType:
    """Read a type as it is written.

    Raises:
        ValueError: there is no such type; the message says which there are.
    """
    stripped = text.strip()
    if stripped.endswith("?"):
        inner = parse_type(stripped[:-1], depth)
        return ValueType(inner.base, inner.inner, optional=True)
    if stripped in _SIMPLE:
        return ValueType(stripped)
    if stripped in ("list", "map"):
        return ValueType(stripped, ANY)
    match = _GENERIC.fullmatch(stripped)
    if match and depth < _MAX_NESTING:
        return ValueType(match[1], parse_type(match[2], depth + 1))
    hint = suggest(stripped, (*_SIMPLE, "list", "map"))
    raise ValueError(
        f"there is no type {text[:40]!r}; "
        + (hint or "there are: string, int, number, bool, any, list<T>, map<T>, T?")
    )


class Type(Kind[ValueType]):
    """The name of a type."""

    expected = "a type such as string, int, bool or list<string>"

    def read(self, node: Node, problems: Problems) -> ValueType | None:
        """Give the type."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.misfit(node, problems)
            return None
        try:
            return parse_type(node.value)
        except ValueError as exc:
            problems.add(Code.VALUE, str(exc), node.location)
            return None
