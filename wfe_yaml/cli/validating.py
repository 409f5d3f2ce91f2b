"""`wfe validate`: everything that is wrong with files, without running anything."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from wfe_yaml.cli.exits import Exit
from wfe_yaml.diagnostics import Format, counts, render, tally
from wfe_yaml.errors import YamlError
from wfe_yaml.loader import load_workflow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wfe_yaml.errors import Problem


def validate_files(
    files: Sequence[Path], form: str | None = None, variables: Mapping[str, str] | None = None
) -> int:
    """Check files; gives the exit code.

    Problems go to stderr as text, and to stdout in the formats for tools, all files in one. Without a format
    they are text, and annotations besides where GitHub reads along.
    """
    problems: list[Problem] = []
    for file in files:
        try:
            compiled = load_workflow(file, variables=variables)
        except YamlError as exc:
            problems += exc.problems
            continue
        problems += compiled.warnings
        if form in (None, Format.TEXT):
            steps = sum(len(definition.steps) for definition in compiled.definitions)
            amount = f"{steps} step{'' if steps == 1 else 's'}"
            print(f"{file}: ok ({', '.join(d.id for d in compiled.definitions)}: {amount})")
    if form is not None and form != Format.TEXT:
        print(render(problems, form))
    elif problems:
        print(render(problems), tally(problems), sep="\n", file=sys.stderr, flush=True)
    if form is None:
        annotate(problems)
    return Exit.USAGE if counts(problems)[0] else Exit.COMPLETE


def annotate(problems: Sequence[Problem]) -> None:
    """Show problems at their lines where GitHub reads along."""
    if problems and os.environ.get("GITHUB_ACTIONS", "").casefold() == "true":
        print(render(problems, Format.GITHUB), flush=True)
