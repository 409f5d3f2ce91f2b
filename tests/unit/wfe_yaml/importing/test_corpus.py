"""Files of other systems, what they become, and what is told of them.

Beside each file of the corpus lies what it becomes (`.out.yaml`) and the lines of the report (`.report`);
both were read by a person before they were checked in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wfe_yaml import load_workflow_from_str
from wfe_yaml.importing.drafting import Imported
from wfe_yaml.importing.flowengine.translate import import_flowengine
from wfe_yaml.importing.github.translate import import_github

CORPUS = Path(__file__).parent
IMPORTERS: dict[str, Callable[[Path], Imported]] = {"flowengine": import_flowengine, "github": import_github}
FILES = sorted(
    file for name in IMPORTERS for file in (CORPUS / name).iterdir() if file.suffix in (".json", ".yml")
)


def report(imported: Imported) -> str:
    """The report as the corpus has it."""
    lines: list[str] = []
    for problem in imported.left_out:
        assert problem.location is not None
        place = f"{problem.location.line}:{problem.location.column}"
        lines.append(f"{place} {problem.message}" + (f" | {problem.hint}" if problem.hint else ""))
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_file_becomes_what_is_expected(file: Path) -> None:
    """The text and the report are those that somebody has read; `wfe validate` accepts the text."""
    imported = IMPORTERS[file.parent.name](file)
    load_workflow_from_str(imported.text)
    assert imported.text == file.with_suffix(".out.yaml").read_text("utf-8")
    assert report(imported) == file.with_suffix(".report").read_text("utf-8")
