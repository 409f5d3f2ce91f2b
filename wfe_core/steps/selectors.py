"""Selectors: how a definition asks for a value. Synchronous and pure; evaluated once, when reached."""

from __future__ import annotations

import inspect
import operator
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from wfe_core.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wfe_core.steps.context import StepContext


class Selector(ABC):
    """A value that depends on the data and the place in the workflow."""

    __slots__ = ()

    @abstractmethod
    def evaluate(self, view: StepContext[Any]) -> Any:
        """Compute the value; must have no effects, for after a crash it may be computed again."""


class Constant(Selector):
    """Always the same value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Any = value

    def evaluate(self, view: StepContext[Any]) -> Any:
        """Give the value."""
        del view
        return self.value


class FunctionSelector(Selector):
    """A function of the data, or of the data and the context."""

    __slots__ = ("_fn", "_with_context")

    def __init__(self, fn: Callable[..., Any], where: str) -> None:
        if inspect.iscoroutinefunction(fn):
            msg = f"{where}: a condition or selector is a plain function, evaluated at once and without I/O"
            raise DefinitionError(msg)
        self._fn = fn
        arity = positional_arity(fn, where)
        if arity not in (1, 2):
            msg = f"{where}: a selector takes the data, or the data and the context, not {arity} parameters"
            raise DefinitionError(msg)
        self._with_context = arity == 2  # noqa: PLR2004 - the data and the context

    def evaluate(self, view: StepContext[Any]) -> Any:
        """Call the function."""
        return self._fn(view.data, view) if self._with_context else self._fn(view.data)


class OutputOf(Selector):
    """`output_of("fetch", "title")`: the output (or one field of it) of a named step that ran before.

    Linking makes a `KeptOutput` of it, which knows the step by its key.
    """

    __slots__ = ("field", "step")

    def __init__(self, step: str, field: str | None) -> None:
        self.step: str = step
        self.field: str | None = field

    def evaluate(self, view: StepContext[Any]) -> Any:
        """Refuse: the wire has not been connected."""
        msg = f"step {view.step_key!r}: output_of({self.step!r}) works only inside .input(...) of a workflow"
        raise DefinitionError(msg)


class KeptOutput(Selector):
    """A connected wire: the output of the step with this key, kept while the wire may need it."""

    __slots__ = ("depth", "field", "key")

    def __init__(self, key: str, depth: int, field: str | None) -> None:
        self.key: str = key
        self.depth: int = depth
        """Number of loops around the source; they enclose the reader too."""
        self.field: str | None = field

    def evaluate(self, view: StepContext[Any]) -> Any:
        """Read the output from where the engine keeps it; None when the step was skipped."""
        slot = output_slot(self.key, view.indices[: self.depth])
        value = view.field(slot) if view.has_field(slot) else None
        return value if self.field is None or value is None else value[self.field]


def output_slot(step_key: str, indices: tuple[int, ...]) -> str:
    """The hidden data key under which the output of a step with `keep_output` is kept.

    Args:
        step_key: the key of the step that made the output.
        indices: positions in the loops around that step, outermost first, so that items which run at the
            same time keep theirs apart.
    """
    place = ".".join(map(str, indices))
    return f"~{step_key}#{place}" if place else f"~{step_key}"


class ResultMapper(ABC):
    """Gives the outputs of a result by what is seen from the place of the step: its item, its positions."""

    __slots__ = ()

    @abstractmethod
    def outputs(self, result: Any, view: StepContext[Any]) -> Mapping[str, Any]:
        """Give what is merged into the data; must have no effects."""


def status_slot(field: str, indices: tuple[int, ...]) -> str:
    """The data key of what a `status_field` tells: the field, and the positions in the loops around it."""
    return f"{field}~{'.'.join(map(str, indices))}" if indices else field


def output_of(step: str, field: str | None = None) -> Any:
    """Wire the output of an earlier step to a parameter: `.input(title=output_of("fetch", "title"))`.

    Args:
        step: the name of a step before this one in the same sequence or an enclosing one, or the key of any.
        field: one field of the output, when the step returns an object.
    """
    return OutputOf(step, field)


def selector_of(value: Any, where: str) -> Selector:
    """Give the selector for what a user wrote: a function of the data, or any other value as it is.

    Raises:
        DefinitionError: a function with the wrong number of parameters.
    """
    if isinstance(value, Selector):
        return value
    return FunctionSelector(value, where) if callable(value) else Constant(value)


def positional_arity(fn: Callable[..., Any], where: str) -> int:
    """Count the arguments to call a selector with: those it requires, or one if it only may take some."""
    if isinstance(fn, operator.attrgetter | operator.itemgetter | operator.methodcaller):
        return 1  # before Python 3.13 these have no signature
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError) as exc:
        msg = f"{where}: {fn!r} has no signature that can be read; wrap it in a lambda"
        raise DefinitionError(msg) from exc
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = sum(1 for p in positional if p.default is p.empty)
    if required == 0 and (positional or any(p.kind is p.VAR_POSITIONAL for p in parameters)):
        return 1
    return required
