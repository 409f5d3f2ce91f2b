"""Errors of the YAML frontend: `YamlError` (a `WfeError`) carries problems, each with its place and remedy.

::

    WfeError
    └── YamlError        a workflow file, an expression or an input is wrong (also a ValueError)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from wfe_core.errors import WfeError

if TYPE_CHECKING:
    from wfe_yaml.source.text import Location


class Code(StrEnum):
    """What kind of problem it is: stable, so that tools and tests can rely on it."""

    UNREADABLE = "E001"
    """The file cannot be read: missing, a directory, too large, not UTF-8."""
    SYNTAX = "E002"
    """Not YAML."""
    LIMIT = "E003"
    """Nested too deeply, too many nodes, an alias that expands too far."""
    DUPLICATE_KEY = "E004"
    TAG = "E005"
    """A tag, an alias or a directive that is not allowed."""
    KEY = "E006"
    """A key that is not text."""
    UNKNOWN_KEY = "E010"
    MISSING_KEY = "E011"
    TYPE = "E012"
    """A value of the wrong kind."""
    VALUE = "E013"
    """A value of the right kind that is not allowed."""
    CONFLICT = "E014"
    """Keys that exclude each other."""
    DUPLICATE_NAME = "E015"
    DURATION = "E016"
    UNAVAILABLE = "E017"
    """Part of the language, but not of this version."""
    EXPRESSION = "E020"
    """An expression that cannot be read."""
    UNKNOWN_NAME = "E021"
    FORBIDDEN = "E022"
    """Something that expressions may not do."""
    UNBALANCED = "E023"
    """`$<<` without `>>`."""
    PLACEMENT = "E030"
    """An expression at a place in a script where its value could become code."""
    SCRIPT = "E031"
    """A script that cannot be understood well enough to place an expression in it."""
    INPUT = "E040"
    """An input of the run is unknown, missing or of the wrong type."""
    EVALUATION = "E041"
    """An expression has no value here and now."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it."""

    code: Code
    message: str
    location: Location | None = None
    hint: str | None = None

    @property
    def heading(self) -> str:
        """The first line: `file:line:col: error[code]: message`."""
        at = f"{self.location}: " if self.location is not None else ""
        return f"{at}error[{self.code}]: {self.message}"

    def render(self) -> str:
        """Give the heading, the source line with a caret under it, and the hint."""
        lines = [self.heading]
        if self.location is not None:
            lines.extend(self.location.excerpt())
        if self.hint:
            lines.append(f"  = help: {self.hint}")
        return "\n".join(lines)


class YamlError(WfeError, ValueError):
    """A workflow file (or an input of a run) is wrong.

    Attributes:
        problems: everything that was found, in the order of the file.
        file: name of the file of the first problem, or None.
        line: its line, from 1; None when it has no place in a file.
        column: its column, from 1.
        hint: what to do about it, or None.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        first = problems[0] if problems else None
        location = first.location if first else None
        self.file = location.file if location else None
        self.line = location.line if location else None
        self.column = location.column if location else None
        self.hint = first.hint if first else None
        super().__init__("\n".join(problem.render() for problem in problems))
