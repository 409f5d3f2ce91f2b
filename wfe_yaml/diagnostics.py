"""Problems in the forms that people and tools read: text, JSON, SARIF 2.1.0 and GitHub's annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wfe_yaml.errors import Code, Problem, Severity

if TYPE_CHECKING:
    from wfe_yaml.source.text import Location

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MESSAGE_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY_ESCAPES = _MESSAGE_ESCAPES | {":": "%3A", ",": "%2C"}


class Format(StrEnum):
    """How problems are written."""

    TEXT = "text"
    """For people: the line, a caret, the remedy."""
    JSON = "json"
    """One object: `{"errors": 1, "warnings": 0, "problems": […]}`."""
    SARIF = "sarif"
    """For code scanning: one SARIF 2.1.0 log."""
    GITHUB = "github"
    """Workflow commands that GitHub shows as annotations of the lines."""


def render(problems: Sequence[Problem], form: Format | str = Format.TEXT) -> str:
    """Write problems in a format, without a line break at the end.

    Args:
        problems: what was found, as `YamlError.problems` or `CompiledWorkflow.warnings` give it.
        form: the format.

    Raises:
        ValueError: there is no such format.
    """
    return _RENDERERS[Format(form)](problems)


def counts(problems: Sequence[Problem]) -> tuple[int, int]:
    """Count the errors and the warnings."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return errors, len(problems) - errors


def tally(problems: Sequence[Problem]) -> str:
    """Say how many there are: `2 errors, 1 warning`."""
    numbers = zip(counts(problems), ("error", "warning"), strict=True)
    said = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in numbers if number]
    return ", ".join(said) or "no problems"


def _text(problems: Sequence[Problem]) -> str:
    return "\n".join(problem.render() for problem in problems)


def _span(location: Location) -> dict[str, int]:
    """Give lines and columns from 1; the end is the column after the last character."""
    line, column = location.line, location.column
    end_line, end_column = location.source.position(max(location.end - 1, location.start))
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column + 1}


_NOWHERE: dict[str, int | None] = {"line": None, "column": None, "end_line": None, "end_column": None}


def _json_problem(problem: Problem) -> dict[str, Any]:
    location = problem.location
    return {
        "code": str(problem.code),
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "file": location.file if location else None,
        **(_span(location) if location else _NOWHERE),
    }


def _json(problems: Sequence[Problem]) -> str:
    errors, warnings = counts(problems)
    listed = [_json_problem(problem) for problem in problems]
    whole = {"errors": errors, "warnings": warnings, "problems": listed}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _uri(file: str) -> str:
    """Give a file as a URI reference: relative paths stay relative, to where the command ran."""
    path = Path(file)
    if path.is_absolute():
        return path.as_uri()
    return quote(path.as_posix())


def _sarif_result(problem: Problem, rules: list[Code]) -> dict[str, Any]:
    text = f"{problem.message}. {problem.hint}" if problem.hint else problem.message
    result: dict[str, Any] = {
        "ruleId": str(problem.code),
        "ruleIndex": rules.index(problem.code),
        "level": str(problem.severity),
        "message": {"text": text},
    }
    if problem.location is not None:
        span = _span(problem.location)
        region = {
            "startLine": span["line"],
            "startColumn": span["column"],
            "endLine": span["end_line"],
            "endColumn": span["end_column"],
        }
        where = {"artifactLocation": {"uri": _uri(problem.location.file)}, "region": region}
        result["locations"] = [{"physicalLocation": where}]
    return result


def _sarif(problems: Sequence[Problem]) -> str:
    from importlib.metadata import version  # noqa: PLC0415 - 20 ms, only for this format

    rules = sorted({problem.code for problem in problems}, key=str)
    driver = {
        "name": "wfe",
        "version": version("wfe"),
        "rules": [
            {
                "id": str(code),
                "shortDescription": {"text": code.about},
                "defaultConfiguration": {"level": str(code.severity)},
            }
            for code in rules
        ],
    }
    run = {
        "tool": {"driver": driver},
        # Columns are counted in characters, not in UTF-16 units.
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem, rules) for problem in problems],
    }
    return json.dumps(
        {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
    )


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in text)


def _github(problems: Sequence[Problem]) -> str:
    """Give workflow commands: `::error file=…,line=…::message`, with what would end them escaped."""
    lines: list[str] = []
    for problem in problems:
        properties: dict[str, object] = {}
        if problem.location is not None:
            span = _span(problem.location)
            properties.update(file=problem.location.file, line=span["line"], col=span["column"])
            properties["endLine"] = span["end_line"]
            if span["end_line"] == span["line"]:
                # GitHub ignores columns that end on another line.
                properties["endColumn"] = span["end_column"]
        properties["title"] = str(problem.code)
        shown = ",".join(
            f"{name}={_escaped(str(value), _PROPERTY_ESCAPES)}" for name, value in properties.items()
        )
        message = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
        lines.append(f"::{problem.severity} {shown}::{_escaped(message, _MESSAGE_ESCAPES)}")
    return "\n".join(lines)


_RENDERERS: dict[Format, Callable[[Sequence[Problem]], str]] = {
    Format.TEXT: _text,
    Format.JSON: _json,
    Format.SARIF: _sarif,
    Format.GITHUB: _github,
}
