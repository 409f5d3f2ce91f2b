"""`wfe validate`: everything that is wrong with files, without running anything."""

from __future__ import annotations

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
    files: Sequence[Path], form: str = Format.TEXT, variables: Mapping[str, str] | None = None
) -> int:
    """Check files; gives the exit code.

    Problems go to stderr as text, and to stdout in the formats for tools, all files in one.
    """
    problems: list[Problem] = []
    for file in files:
        try:
            compiled = load_workflow(file, variables=variables)
        except YamlError as exc:
            problems += exc.problems
            continue
        problems += compiled.warnings
        if form == Format.TEXT:
            steps = sum(len(definition.steps) for definition in compiled.definitions)
            amount = f"{steps} step{'' if steps == 1 else 's'}"
            print(f"{file}: ok ({', '.join(d.id for d in compiled.definitions)}: {amount})")
    if form != Format.TEXT:
        print(render(problems, form))
    elif problems:
        print(render(problems), tally(problems), sep="\n", file=sys.stderr)
    return Exit.USAGE if counts(problems)[0] else Exit.COMPLETE
