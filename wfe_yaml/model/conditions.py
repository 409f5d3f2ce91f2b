"""`when:`: an expression, or conditions put together from fields and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from typing import TYPE_CHECKING, Any

from wfe_core.errors import ConditionError
from wfe_yaml.errors import Code
from wfe_yaml.expressions.evaluator import compile_expression
from wfe_yaml.expressions.functions import TESTS
from wfe_yaml.expressions.holes import OPEN, Hole, has_holes
from wfe_yaml.expressions.parsing import ExpressionError
from wfe_yaml.expressions.templates import Expression, Structure, Template
from wfe_yaml.expressions.values import EvaluationError, number, same
from wfe_yaml.model.kinds import Condition, structure
from wfe_yaml.model.records import Kind
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import listing, suggest
from wfe_yaml.source.spots import spot

if TYPE_CHECKING:
    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.source.problems import Problems

Judge = Callable[["Names"], bool]

_GROUPS: MappingABC[str, Callable[[list[bool]], bool]] = {
    "all": all,
    "any": any,
    "none": lambda held: not any(held),
    "one_of": lambda held: held.count(True) == 1,
}


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def judge(left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        return compare(number(left, "compare"), number(right, "compare"))

    return judge


_COMPARISONS: MappingABC[str, Callable[[Any, Any], bool]] = {
    "equals": same,
    "not_equals": lambda left, right: not same(left, right),
    "gt": _ordered(lambda left, right: left > right),
    "gte": _ordered(lambda left, right: left >= right),
    "lt": _ordered(lambda left, right: left < right),
    "lte": _ordered(lambda left, right: left <= right),
    "contains": lambda left, right: bool(TESTS["containing"](left, right)),
    "is_null": lambda left, wanted: (left is None) is wanted,
    "is_not_null": lambda left, wanted: (left is not None) is wanted,
}
_NULLS = ("is_null", "is_not_null")
_WORDS = (*_GROUPS, "not", "field")


class When(Kind["Template | Structure"]):
    """A condition, or a mapping of conditions."""

    expected = "a condition such as $<< inputs.publish >>, or {all: […]}, {field: …, equals: …}"

    def read(self, node: Node, problems: Problems) -> Template | Structure | None:
        """Give what is evaluated to true or false."""
        if not isinstance(node, Mapping):
            return Condition().read(node, problems)
        expressions: list[Expression] = []
        judge = self._mapping(node, expressions, problems)
        return None if judge is None else Structure(node, tuple(expressions), judge)

    def _judge(self, node: Node, found: list[Expression], problems: Problems) -> Judge | None:
        if isinstance(node, Mapping):
            return self._mapping(node, found, problems)
        template = Condition().read(node, problems)
        if template is None:
            return None
        found.extend(template.expressions)

        def judge(names: Names) -> bool:
            value = template.evaluate(names)
            if value is not None and not isinstance(value, bool):
                raise ConditionError(f"{node.location}: a condition must be true or false, not {value!r}")
            return bool(value)

        return judge

    def _mapping(self, node: Mapping, found: list[Expression], problems: Problems) -> Judge | None:
        """Every key of the mapping must hold."""
        if "field" in node.entries:
            return self._comparisons(node, found, problems)
        judges: list[Judge | None] = []
        for word, entry in node.entries.items():
            if word == "not":
                inner = self._judge(entry.value, found, problems)
                judges.append(None if inner is None else _negation(inner))
            elif word in _GROUPS:
                judges.append(self._group(word, entry.value, found, problems))
            else:
                hint = suggest(word, _WORDS) or f"there are: {listing(_WORDS)}"
                if word in _COMPARISONS:
                    hint = "say what is compared: {field: inputs.x, " + word + ": …}"
                problems.add(
                    Code.UNKNOWN_KEY, f"unknown key {word!r} in a condition", entry.key.location, hint
                )
        if not node.entries:
            problems.add(Code.VALUE, f"expected {self.expected}", node.location)
        usable = [judge for judge in judges if judge is not None]
        return None if not usable else lambda names: all(judge(names) for judge in usable)

    def _group(self, word: str, node: Node, found: list[Expression], problems: Problems) -> Judge | None:
        if not isinstance(node, Sequence) or not node.items:
            problems.add(Code.TYPE, f"expected a list of conditions, found {node.kind}", node.location)
            return None
        judges = [self._judge(item, found, problems) for item in node.items]
        usable = [judge for judge in judges if judge is not None]
        hold = _GROUPS[word]
        return lambda names: hold([judge(names) for judge in usable])

    def _comparisons(self, node: Mapping, found: list[Expression], problems: Problems) -> Judge | None:
        """Compare one field; several comparisons must all hold."""
        field = self._field(node.entries["field"].value, problems)
        tests: list[tuple[Callable[[Any, Any], bool], Structure]] = []
        for word, entry in node.entries.items():
            if word == "field":
                continue
            if word not in _COMPARISONS:
                hint = suggest(word, _COMPARISONS) or f"there are: {listing(_COMPARISONS)}"
                problems.add(Code.UNKNOWN_KEY, f"unknown comparison {word!r}", entry.key.location, hint)
                continue
            value = entry.value
            if word in _NULLS and not (isinstance(value, Scalar) and isinstance(value.value, bool)):
                problems.add(Code.TYPE, f"expected true or false, found {value.kind}", value.location)
            right = structure(value, problems)
            found.extend(right.expressions)
            tests.append((_COMPARISONS[word], right))
        if len(node.entries) == 1:
            hint = f"add one of: {listing(_COMPARISONS)}"
            problems.add(Code.MISSING_KEY, "the field is compared with nothing", node.location, hint)
        if field is None or not tests:
            return None
        found.append(field)
        return _comparing(field, tests)

    def _field(self, node: Node, problems: Problems) -> Expression | None:
        """A field is an expression, with or without its delimiters: `inputs.publish`."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.text.strip():
            problems.add(Code.TYPE, f"expected a field such as inputs.name, found {node.kind}", node.location)
            return None
        if has_holes(node.text):
            template = Condition().read(node, problems)
            return template.expressions[0] if template is not None and template.expressions else None
        try:
            # The hole begins where its delimiter would: its code is the whole text.
            hole = Hole(node.text, -len(OPEN), len(node.text))
            return Expression(node, hole, compile_expression(node.text))
        except ExpressionError as exc:
            code = Code.FORBIDDEN if exc.forbidden else Code.EXPRESSION
            end = len(node.text) if exc.end is None else exc.end
            place = spot(node, exc.start, max(end, exc.start + 1))
            problems.add(code, exc.message, place, exc.hint)
            return None


def _negation(inner: Judge) -> Judge:
    return lambda names: not inner(names)


def _comparing(field: Expression, tests: list[tuple[Callable[[Any, Any], bool], Structure]]) -> Judge:
    def judge(names: Names) -> bool:
        left = field.evaluate(names)
        try:
            return all(test(left, right.evaluate(names)) for test, right in tests)
        except EvaluationError as exc:
            raise ConditionError(f"{field.location}: error[{Code.EVALUATION}]: {exc}") from None

    return judge
