"""The draft behind a builder: the sequence being written, and what was found wrong with it so far."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from wfe_core.builder.values import Values
from wfe_core.definition.nodes import Node, Sequence, StepNode
from wfe_core.errors import DefinitionError
from wfe_core.steps.decorator import is_marked
from wfe_core.steps.named import NamedStep
from wfe_core.steps.selectors import positional_arity
from wfe_core.steps.spec import StepSpec

N = TypeVar("N", bound=Node)


@dataclass(slots=True, kw_only=True)
class Draft(Values):
    """One sequence of a workflow in the making; its bodies are drafts of their own with the same problems."""

    branch: Callable[[Draft], object]
    """Makes the builder that a body is given."""

    def add(self, node: Node) -> None:
        """Append a node."""
        self.sequence.nodes.append(node)

    def last_of(self, kind: type[N], call: str, remedy: str) -> N | None:
        """Give the last node if it is of a kind; else note the misuse."""
        last = self.last
        if isinstance(last, kind):
            return last
        self.note(call, remedy)
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
        inner = Draft(workflow=self.workflow, branch=self.branch, problems=self.problems)
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
