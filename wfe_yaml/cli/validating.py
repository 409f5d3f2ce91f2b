"""`wfe validate`: everything that is wrong with files, without running anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wfe_yaml.cli.exits import Exit
from wfe_yaml.errors import YamlError
from wfe_yaml.loader import load_workflow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def validate_files(files: Sequence[Path]) -> int:
    """Check files; gives the exit code."""
    problems = 0
    for file in files:
        try:
            compiled = load_workflow(file)
        except YamlError as exc:
            problems += len(exc.problems)
            print(str(exc), file=sys.stderr)
        else:
            steps = sum(len(definition.steps) for definition in compiled.definitions)
            print(f"{file}: ok ({', '.join(d.id for d in compiled.definitions)}: {steps} steps)")
    if problems:
        print(f"{problems} {'problem' if problems == 1 else 'problems'}", file=sys.stderr)
        return Exit.USAGE
    return Exit.COMPLETE
