"""Every program of a guide runs as printed, and prints what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.test_examples import run
from tests.waiting import PATIENCE

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


def test_the_tests_of_the_guide_pass(tmp_path: Path) -> None:
    """The tests that the page on testing shows pass as printed, in a folder without any settings."""
    text = next(page for page in GUIDES if page.stem == "testing").read_text()
    shown = re.findall(r"```py\n(.*?)```", text, re.DOTALL)
    (tmp_path / "test_shown.py").write_text("\n".join(shown))
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--wfe-store=memory", "--wfe-store=sqlite"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    count = 2 * "\n".join(shown).count("async def test_")
    assert f"{count} passed" in done.stdout, done.stdout
