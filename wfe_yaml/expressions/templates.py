"""`Template`: a scalar of the file with expressions in it, as a value or as a selector of the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfe_core.errors import ConditionError
from wfe_core.steps.selectors import Selector
from wfe_yaml.errors import Code, YamlError
from wfe_yaml.expressions.evaluator import Compiled, compile_expression
from wfe_yaml.expressions.holes import Hole, hole_location, split
from wfe_yaml.expressions.parsing import ExpressionError
from wfe_yaml.expressions.recording import RecordedNames
from wfe_yaml.expressions.values import EvaluationError, bounded, to_text, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wfe_core.steps.context import StepContext
    from wfe_yaml.expressions.evaluator import Names, Path
    from wfe_yaml.source.nodes import Node, Scalar
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location


class Expression:
    """One `$<< … >>` at its place in the file."""

    __slots__ = ("compiled", "hole", "scalar")

    def __init__(self, scalar: Scalar, hole: Hole, compiled: Compiled) -> None:
        self.scalar: Scalar = scalar
        self.hole: Hole = hole
        self.compiled: Compiled = compiled

    @property
    def location(self) -> Location:
        """Where it stands."""
        return hole_location(self.scalar, self.hole)

    def path_location(self, path: Path) -> Location:
        """Where a path inside it stands."""
        return hole_location(self.scalar, self.hole, path.start, path.end)

    @property
    def value(self) -> Expression:
        """What stands in `raw(…)`, as an expression like any other."""
        return Expression(self.scalar, self.hole, replace(self.compiled, raw=False))

    def evaluate(self, names: Names) -> Any:
        """Give the value; where values are recorded it is computed once.

        Raises:
            ConditionError: it has none; the message names the place in the file.
        """
        if isinstance(names, RecordedNames) and names.recorder is not None:
            return names.recorder.once(self, names, frozenset(names.open))
        return self.compute(names)

    def compute(self, names: Names) -> Any:
        """Compute the value.

        Raises:
            ConditionError: it has none; the message names the place in the file.
        """
        try:
            return self.compiled.evaluate(names)
        except EvaluationError as exc:
            code = self.hole.code.strip()
            raise ConditionError(f"{self.location}: error[{Code.EVALUATION}]: $<< {code} >>: {exc}") from None


def read_expression(scalar: Scalar, hole: Hole, problems: Problems) -> Expression | None:
    """Compile one hole; None when it is wrong (a problem says why)."""
    try:
        return Expression(scalar, hole, compile_expression(hole.code))
    except ExpressionError as exc:
        code = Code.FORBIDDEN if exc.forbidden else Code.EXPRESSION
        start, end = exc.start, exc.end
        if end is None:
            # Nothing in it is to blame alone.
            start, end = len(hole.code) - len(hole.code.lstrip()), len(hole.code.rstrip())
        problems.add(code, exc.message, hole_location(scalar, hole, start, max(end, start + 1)), exc.hint)
        return None


class Template:
    """A scalar, split into literal text and expressions.

    A scalar that is wholly one expression keeps the type of its value; mixed text converts.
    """

    __slots__ = ("parts", "scalar")

    def __init__(self, scalar: Scalar, parts: tuple[str | Expression, ...]) -> None:
        self.scalar: Scalar = scalar
        self.parts: tuple[str | Expression, ...] = parts

    @classmethod
    def read(cls, scalar: Scalar, problems: Problems) -> Template:
        """Split a scalar and compile its expressions; what is wrong becomes a problem."""
        parts: list[str | Expression] = []
        try:
            pieces = split(scalar)
        except YamlError as exc:
            problems.take(exc)
            pieces = []
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(piece)
            elif (expression := read_expression(scalar, piece, problems)) is not None:
                parts.append(expression)
        if scalar.style in ("|", ">") and len(parts) == 2 and parts[1] == "\n":  # noqa: PLR2004
            parts.pop()
        return cls(scalar, tuple(parts))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Its expressions, in order."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def constant(self) -> bool:
        """Whether there is no expression in it."""
        return not self.expressions

    def evaluate(self, names: Names) -> Any:
        """Compute the value: typed when it is wholly one expression, else text.

        Raises:
            ConditionError: an expression in it has no value.
        """
        if self.constant:
            # Text is what the parts are; true, 3 and null are what the file says.
            value = self.scalar.value
            return "".join(map(str, self.parts)) if isinstance(value, str) else value
        if len(self.parts) == 1 and isinstance(self.parts[0], Expression):
            return self.parts[0].evaluate(names)
        return self.text(names)

    def text(self, names: Names) -> str:
        """Compute the value as text.

        Raises:
            ConditionError: an expression in it has no value, or the text is too long.
        """
        pieces = [part if isinstance(part, str) else to_text(part.evaluate(names)) for part in self.parts]
        try:
            return str(bounded("".join(pieces)))
        except EvaluationError as exc:
            raise ConditionError(f"{self.scalar.location}: error[{Code.EVALUATION}]: {exc}") from None


class Structure:
    """A value of the file (a scalar, list or mapping) whose scalars may hold expressions."""

    __slots__ = ("_build", "expressions", "node")

    def __init__(
        self, node: Node, expressions: tuple[Expression, ...], build: Callable[[Names], Any]
    ) -> None:
        self.node: Node = node
        self.expressions: tuple[Expression, ...] = expressions
        self._build = build

    def evaluate(self, names: Names) -> Any:
        """Compute the value.

        Raises:
            ConditionError: an expression in it has no value.
        """
        return self._build(names)


class TemplateSelector(Selector):
    """A value of the file as the engine asks for it.

    Args:
        value: what to evaluate.
        names: gives the names, from what the engine shows of the instance.
    """

    __slots__ = ("_names", "value")

    def __init__(self, value: Template | Structure, names: Callable[[StepContext[Any]], Names]) -> None:
        self.value: Template | Structure = value
        self._names = names

    def evaluate(self, view: StepContext[Any]) -> Any:
        """Evaluate against an instance."""
        return self.value.evaluate(self._names(view))


class ConditionSelector(TemplateSelector):
    """A condition: true, false or null, so that the text `false` is never taken for true."""

    __slots__ = ()

    def evaluate(self, view: StepContext[Any]) -> bool:
        """Evaluate against an instance.

        Raises:
            ConditionError: the value is no boolean.
        """
        value = super().evaluate(view)
        if value is None or isinstance(value, bool):
            return bool(value)
        place = self.value.scalar.location if isinstance(self.value, Template) else self.value.node.location
        what = f"{type_name(value)} ({str(value)[:40]!r})"
        raise ConditionError(
            f"{place}: error[{Code.EVALUATION}]: a condition must be true or false, not {what}; "
            "compare it, as in  == 'main'  or  | length > 0"
        )


def walk(values: tuple[Template | Structure | None, ...]) -> Iterator[Expression]:
    """Give the expressions of several values."""
    for value in values:
        if value is not None:
            yield from value.expressions
