"""`Recorder`: lets each expression of an attempt be evaluated once, whoever asks for its value how often."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.expressions.templates import Expression


class Recorder(ABC):
    """Keeps what expressions gave."""

    @abstractmethod
    def reads(self, name: str) -> None:
        """Note that the value of a secret was asked for."""

    @abstractmethod
    def once(self, expression: Expression, names: Names, open_: frozenset[str]) -> Any:
        """Give the value of an expression, computed when it is asked for first.

        Args:
            expression: the expression.
            names: where its names come from.
            open_: the variables of the workflow that are being evaluated: in them, names mean other things.

        Raises:
            ConditionError: it has none.
        """


class RecordedNames:
    """Names whose values may be recorded.

    Attributes:
        recorder: what keeps the values; None where nobody asks for them later.
        open: the variables of the workflow that are being evaluated.
    """

    __slots__ = ("open", "recorder")

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder: Recorder | None = recorder
        self.open: set[str] = set()
