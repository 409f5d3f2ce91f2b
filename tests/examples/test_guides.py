"""Every program of a guide runs as printed, and prints what the page says."""

import re
from pathlib import Path

import pytest

from tests.examples.test_examples import run

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "guide").glob("*.md"))


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_tells_the_truth(page: Path, tmp_path: Path) -> None:
    """The program runs, twice in the same folder, with the output that stands below it."""
    text = page.read_text()
    programs = re.findall(r"```python\n(.*?)```\n\nIt prints:\n\n```text\n(.*?)```", text, re.DOTALL)
    assert len(programs) == text.count("```python") > 0
    assert len(text.splitlines()) < 120
    for number, (program, printed) in enumerate(programs):
        script = tmp_path / f"program_{number}.py"
        script.write_text(program)
        assert run(script, tmp_path) == printed
        assert run(script, tmp_path) == printed
