"""What users hand to the builder, read and checked: selectors, durations, names, policies, moments.

Nothing here raises for a user's mistake: it is noted, and something harmless takes its place, so that the
rest can be looked at too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from wfe_core.definition.nodes import Node, Sequence
from wfe_core.errors import DefinitionError, SerializationError
from wfe_core.policies import Duration, ErrorBehavior, RetryPolicy, micros
from wfe_core.serialization import dumps, loads
from wfe_core.steps.selectors import Constant, Selector, selector_of

DurationKind = Literal["any", "positive"]
_SECOND = 1_000_000


@dataclass(slots=True, kw_only=True)
class Values:
    """Reads values at one place of a workflow, and notes what is wrong with them."""

    workflow: str
    problems: list[str] = field(default_factory=list[str])
    sequence: Sequence = field(default_factory=Sequence)

    @property
    def last(self) -> Node | None:
        """The step or container that was added last."""
        return self.sequence.nodes[-1] if self.sequence.nodes else None

    def at(self, call: str) -> str:
        """Say where in the workflow a call stands."""
        last = self.last
        place = "at the beginning" if last is None else f"after {last.name or 'a lambda'!r}"
        return f"workflow {self.workflow!r}, {call} {place}"

    def note(self, call: str, problem: str) -> None:
        """Note a mistake."""
        self.problems.append(f"{self.at(call)}: {problem}")

    def selector(self, value: Any, call: str) -> Selector:
        """Make a selector; a wrong one becomes a constant, so that the rest can be looked at."""
        try:
            return selector_of(value, self.at(call))
        except DefinitionError as exc:
            self.problems.extend(exc.problems)
            return Constant(None)

    def maybe_selector(self, value: Any, call: str) -> Selector | None:
        """Make a selector unless there is nothing to make it of."""
        return None if value is None else self.selector(value, call)

    def duration(self, value: Duration, call: str, kind: DurationKind = "positive") -> int:
        """Give a duration in microseconds; a wrong one counts as a second."""
        try:
            length = micros(value)
        except (TypeError, ValueError) as exc:
            self.note(call, str(exc))
            return _SECOND
        if length == 0 and kind == "positive":
            self.note(call, f"{value!r} is no time at all; give more than nothing")
            return _SECOND
        return length

    def maybe_duration(self, value: Duration | None, call: str) -> int | None:
        """Give a duration in microseconds unless there is none."""
        return None if value is None else self.duration(value, call)

    def behavior(self, value: object, call: str) -> ErrorBehavior | None:
        """Give an error behaviour by its word."""
        try:
            return ErrorBehavior(cast("str", value))
        except ValueError:
            words = ", ".join(repr(str(word)) for word in ErrorBehavior)
            self.note(call, f"{value!r} is no error behaviour; choose one of {words}")
            return None

    def name(self, text: object, otherwise: str, call: str) -> str:
        """Make a default name of what a node is about: keys are made of `/` and `~`, so names have none."""
        if not isinstance(text, str) or not text.strip():
            self.note(call, f"{text!r} must be a text that is not empty")
            return otherwise
        return "".join("-" if char in "/~" or not char.isprintable() else char for char in text).strip()

    def policy(self, value: object, call: str) -> RetryPolicy | None:
        """Check a retry policy."""
        if value is None or isinstance(value, RetryPolicy):
            return value
        self.note(call, f"{value!r} is no RetryPolicy; give RetryPolicy(max_attempts=...)")
        return None

    def moment(self, value: Any, call: str) -> Selector | None:
        """Make a selector of a moment; a datetime must know its time zone."""
        if isinstance(value, datetime):
            if value.tzinfo is None:
                self.note(call, f"{value!r} has no time zone; give an aware datetime")
        elif value is not None and not isinstance(value, Selector) and not callable(value):
            self.note(call, f"{value!r} is neither a datetime nor a function that gives one")
        return self.maybe_selector(value, call)

    def json(self, value: Any, call: str) -> Any:
        """Give the JSON form of a value that is stored with the definition."""
        try:
            return loads(dumps(value, "the value"))
        except SerializationError as exc:
            self.note(call, str(exc))
            return None
