"""Errors of the YAML frontend: `YamlError` (a `WfeError`) carries problems, each with its place and remedy.

::

    WfeError
    └── YamlError        a workflow file, an expression or an input is wrong (also a ValueError)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from wfe_core.errors import WfeError

if TYPE_CHECKING:
    from wfe_yaml.source.text import Location


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    """Nothing runs."""
    WARNING = "warning"
    """It is told, and stops nothing."""


class Code(StrEnum):
    """What kind of problem it is: stable, so that tools and tests can rely on it.

    Codes that begin with `E` are errors: nothing runs. Those that begin with `W` are warnings.
    """

    about: str
    """In a few words, for tools that list what can be wrong."""

    def __new__(cls, code: str, about: str) -> Self:
        """Make a member of its code and what it means."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.about = about
        return member

    UNREADABLE = "E001", "the file cannot be read: missing, a directory, too large, not UTF-8"
    SYNTAX = "E002", "the text is not YAML"
    LIMIT = "E003", "nested too deeply, too many values, or an alias that expands too far"
    DUPLICATE_KEY = "E004", "a key stands twice in one mapping"
    TAG = "E005", "a tag, an alias or a directive that is not allowed"
    KEY = "E006", "a key that is not text"
    INCLUDE = "E007", "an included file or a template that cannot be used"
    UNKNOWN_KEY = "E010", "a key that does not exist here"
    MISSING_KEY = "E011", "a key that must be there"
    TYPE = "E012", "a value of the wrong kind"
    VALUE = "E013", "a value of the right kind that is not allowed"
    CONFLICT = "E014", "keys that exclude each other"
    DUPLICATE_NAME = "E015", "a name that is taken"
    DURATION = "E016", "a text that is no duration"
    UNAVAILABLE = "E017", "part of the language, but not of this version"
    EXPRESSION = "E020", "an expression that cannot be read"
    UNKNOWN_NAME = "E021", "an expression names something that is not there"
    FORBIDDEN = "E022", "something that expressions may not do"
    UNBALANCED = "E023", "'$<<' without '>>'"
    TYPES = "E024", "an expression that cannot have a value, by the types of what it uses"
    PLACEMENT = "E030", "an expression at a place in a script where its value could become code"
    SCRIPT = "E031", "a script that cannot be understood well enough to place an expression in it"
    INPUT = "E040", "an input of the run is unknown, missing or of the wrong type"
    EVALUATION = "E041", "an expression has no value here and now"
    SECRET = "E042", "a secret of the run is missing or cannot be read"
    VARIABLE = "E043", "a variable of the file is unknown, missing or of the wrong type"
    FOREIGN_EXPRESSION = "W001", "an expression of another system, which is left as text"
    SHORT_SECRET = "W002", "a secret too short to be masked"
    UNUSED_VARIABLE = "W003", "a variable was given that nothing uses"
    LEFT_OUT = "W004", "a part of a file of another system that has no counterpart, or not the same one"

    @property
    def severity(self) -> Severity:
        """Whether it stops a run."""
        return Severity.WARNING if self.value.startswith("W") else Severity.ERROR


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
        return f"{at}{self.severity}[{self.code}]: {self.message}"

    @property
    def severity(self) -> Severity:
        """Whether it stops a run."""
        return self.code.severity

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
        problems: everything that was found, warnings included, in the order of the file.
        file: name of the file of the first error, or None.
        line: its line, from 1; None when it has no place in a file.
        column: its column, from 1.
        hint: what to do about it, or None.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        first = errors[0] if errors else None
        location = first.location if first else None
        self.file: str | None = location.file if location else None
        self.line: int | None = location.line if location else None
        self.column: int | None = location.column if location else None
        self.hint: str | None = first.hint if first else None
        super().__init__("\n".join(problem.render() for problem in problems))
