"""The draft behind a builder: the sequence being written, and what was found wrong with it so far.

Nothing here raises for a user's mistake: it is noted, and `build()` reports all of them at once.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

from wfe_core.definition.nodes import Node, Sequence, StepNode
from wfe_core.errors import DefinitionError, SerializationError
from wfe_core.policies import Duration, ErrorBehavior, RetryPolicy, micros
from wfe_core.serialization import dumps, loads
from wfe_core.steps.decorator import is_marked
from wfe_core.steps.named import NamedStep
from wfe_core.steps.selectors import Constant, Selector, positional_arity, selector_of
from wfe_core.steps.spec import StepSpec

N = TypeVar("N", bound=Node)

DurationKind = Literal["any", "positive"]


@dataclass(slots=True)
class Draft:
    """One sequence of a workflow in the making; its bodies are drafts of their own with the same problems."""

    workflow: str
    branch: Callable[[Draft], object]
    """Makes the builder that a body is given."""
    problems: list[str] = field(default_factory=list[str])
    sequence: Sequence = field(default_factory=Sequence)

    @property
    def last(self) -> Node | None:
        """The step or container that modifiers are for."""
        return self.sequence.nodes[-1] if self.sequence.nodes else None

    def at(self, call: str) -> str:
        """Say where in the workflow a call stands."""
        last = self.last
        place = "at the beginning" if last is None else f"after {last.name or 'a lambda'!r}"
        return f"workflow {self.workflow!r}, {call} {place}"

    def add(self, node: Node) -> None:
        """Append a node."""
        self.sequence.nodes.append(node)

    def note(self, call: str, problem: str) -> None:
        """Note a mistake."""
        self.problems.append(f"{self.at(call)}: {problem}")

    def last_of(self, kind: type[N], call: str, remedy: str) -> N | None:
        """Give the last node if it is of a kind; else note the misuse."""
        last = self.last
        if isinstance(last, kind):
            return last
        self.note(call, remedy)
        return None

    # ------------------------------------------------------------ what users hand over

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

    def step(self, target: Any, call: str) -> StepNode:
        """Make a step of whatever `.then(...)` takes."""
        try:
            if isinstance(target, str):
                spec = StepSpec.of(NamedStep(target), self.at(call), name=self.name(target, "step", call))
            else:
                spec = StepSpec.of(target, self.at(call))
        except DefinitionError as exc:
            self.problems.extend(exc.problems)
            spec = StepSpec.of(_broken, "", name=getattr(target, "__name__", "broken"))
        return StepNode(name=spec.name or "", spec=spec)

    # ------------------------------------------------------------ bodies

    def body(self, target: Any, call: str) -> Sequence:
        """Let a body write its sequence; a step stands for a body of one."""
        inner = Draft(self.workflow, self.branch, self.problems)
        if is_marked(target):
            inner.add(inner.step(target, call))
            return inner.sequence
        problem = _no_branch(target, self.at(call))
        if problem is not None:
            self.problems.append(problem)
            return inner.sequence
        result = target(inner.branch(inner))
        if inspect.iscoroutine(result):
            result.close()
            self.note(
                call, "the branch returned a coroutine; if it calls a step, give it to .then(...) instead"
            )
        return inner.sequence

    def step_or_branch(self, target: Any, call: str) -> Sequence:
        """Let a branch write its sequence, where an unmarked step would be mistaken for one."""
        name = getattr(target, "__qualname__", repr(target))
        hint = f"if {name} is a step, mark it with @step; a branch is a function that is given a builder"
        try:
            sequence = self.body(target, call)
        except DefinitionError:
            raise
        except Exception as exc:
            where = self.at(call)
            raise DefinitionError(
                *self.problems, f"{where}: {name} threw {type(exc).__name__}: {exc}; {hint}"
            ) from exc
        if not sequence.nodes and not self.problems and getattr(target, "__name__", "") != "<lambda>":
            self.note(call, f"{name} added no step; {hint}")
        return sequence


_SECOND = 1_000_000


async def _broken() -> None:
    """Stand in for a step that cannot be used, so that what comes after it can be looked at."""


def _no_branch(target: Any, where: str) -> str | None:
    if not callable(target):
        return (
            f"{where}: {target!r} is no branch; give a function that takes a builder: lambda b: b.then(step)"
        )
    shown = getattr(target, "__qualname__", target)
    if inspect.iscoroutinefunction(target):
        return (
            f"{where}: {shown} is `async`; if it is a step, mark it with @step; "
            f"a branch is a plain function that is given a builder"
        )
    try:
        arity = positional_arity(target, where)
    except DefinitionError as exc:
        return exc.problems[0]
    if arity != 1:
        return (
            f"{where}: {shown} takes {arity} parameters; a branch takes one, the builder it adds its steps to"
        )
    return None


def copy_tree(sequence: Sequence) -> Sequence:
    """Copy nodes for a definition to link, so that a builder can go on or build again."""
    return Sequence([_copy_node(node) for node in sequence.nodes], part=sequence.part, label=sequence.label)


def _copy_node(node: Node) -> Node:
    changes: dict[str, Any] = {
        "bodies": [copy_tree(body) for body in node.bodies],
        "compensation": None if node.compensation is None else copy_tree(node.compensation),
        "config": dict(node.config),
    }
    if isinstance(node, StepNode):
        changes["inputs"] = dict(node.inputs)
    return dataclasses.replace(node, **changes)
