"""Expressions of other systems, `${{ … }}`: they are text here, so a warning shows how ours are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.source.spots import spot

if TYPE_CHECKING:
    from wfe_yaml.source.nodes import Scalar
    from wfe_yaml.source.problems import Problems

FOREIGN = "${{"
_EXPRESSION = re.compile(r"\$\{\{(.*?)(?:\}\}|$)", re.DOTALL)
_OPERATORS = (("&&", " and "), ("||", " or "))
_SHOWN = 80


def warn_foreign(scalar: Scalar, problems: Problems) -> None:
    """Warn of each `${{ … }}` in a scalar."""
    for match in _EXPRESSION.finditer(scalar.text):
        place = spot(scalar, match.start(), match.end())
        message = "'${{ … }}' is an expression of another system: here it is text"
        problems.add(Code.FOREIGN_EXPRESSION, message, place, f"write  {_ours(match[1])}")


def _ours(code: str) -> str:
    for theirs, ours in _OPERATORS:
        code = code.replace(theirs, ours)
    words = " ".join(code.split())
    return f"$<< {words if len(words) <= _SHOWN else words[:_SHOWN] + '…'} >>"
