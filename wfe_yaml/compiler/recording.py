"""`Record`: what the expressions of one attempt gave, each evaluated once; secrets are named, never kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wfe_yaml.executors.masking import mask_text, revealed
from wfe_yaml.expressions.recording import Recorder
from wfe_yaml.expressions.values import is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.expressions.templates import Expression

EVALUATED = "evaluated"
"""The stream that tells what the expressions of an attempt gave: a JSON object a line."""
SECRET = "$secret"  # noqa: S105 - a word of the record, no password
"""The key of what stands in the place of a value that comes from a secret."""
CUT = "$cut"
"""The key of what stands in the place of a value that is too long to be kept: its beginning."""
LONGEST = 4_000
"""Characters of a value, as JSON, that are kept."""


class Record(Recorder):
    """Keeps the values of one attempt, and tells each as soon as it is known.

    A value that was computed from a secret, in whatever way, is told as `{"$secret": NAME}`. Besides that,
    no text that contains a secret is told as it is: an input may hold one by accident.

    Args:
        secrets: the secrets of the workflow, by name.
        tell: takes the lines.
    """

    def __init__(self, secrets: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self._secrets = secrets
        self._tell = tell
        self._values: dict[tuple[tuple[int, int], frozenset[str]], tuple[Any, frozenset[str]]] = {}
        self._last: dict[tuple[int, int], Any] = {}
        """What was told of each place."""
        self._read: list[set[str]] = []
        """The secrets that were read, for each evaluation that goes on: one can lead to another."""

    def reads(self, name: str) -> None:
        """Note that the value of a secret was asked for."""
        if self._read:
            self._read[-1].add(name)

    def once(self, expression: Expression, names: Names, open_: frozenset[str]) -> Any:
        """Give the value of an expression: that which it gave before, if it did."""
        key = (_place(expression), open_)
        if key in self._values:
            value, read = self._values[key]
        else:
            self._read.append(set())
            try:
                value = expression.compute(names)
            finally:
                read = frozenset(self._read.pop())
            self._values[key] = value, read
            self._told(expression, value, read)
        for name in read:
            self.reads(name)
        return value

    def _told(self, expression: Expression, value: Any, read: frozenset[str]) -> None:
        place, kept = _place(expression), self._named(read) if read else self._kept(value)
        if place in self._last and self._last[place] == kept:
            return
        self._last[place] = kept
        told = {"at": str(expression.location), "expression": expression.hole.code.strip(), "value": kept}
        self._tell(json.dumps(told))

    def _kept(self, value: Any) -> Any:
        """Give a value as it is kept: without secrets, and not too long."""
        safe = self._safe(value)
        text = json.dumps(safe, ensure_ascii=False)
        return safe if len(text) <= LONGEST else {CUT: text[:LONGEST], "characters": len(text)}

    def _safe(self, value: Any) -> Any:
        if is_mapping(value):
            return {mask_text(key, self._secrets): self._safe(item) for key, item in value.items()}
        if is_list(value):
            return [self._safe(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        text = str(value)
        name = revealed(text, self._secrets)
        if name is None:
            return value
        whole = not isinstance(value, str) or text == self._secrets[name]
        return self._named({name}) if whole else mask_text(text, self._secrets)

    def _named(self, names: frozenset[str] | set[str]) -> dict[str, Any]:
        first, *others = sorted(names)
        return {SECRET: [first, *others] if others else first}


def _place(expression: Expression) -> tuple[int, int]:
    """Tell places apart: the same text can stand at many."""
    return id(expression.scalar), expression.hole.start
