"""The page on packages with types of steps tells the truth: its files are written, installed, and used."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

PAGE = Path(__file__).parents[2] / "docs" / "step-type-package.md"
INSTALLING = ("python -m venv", "pip install")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the page, with its package as an installer would leave it."""
    folder = tmp_path_factory.mktemp("project")
    files = re.findall(
        r"^`([\w.]+)`:.*?\n\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert [name for name, _ in files] == ["pyproject.toml", "wfe_shout.py", "shout.yaml", "test_shout.py"]
    for name, text in files:
        (folder / name).write_text(text, "utf-8")
    told = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    info = folder / f"{told['name'].replace('-', '_')}-{told['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: 1.0\n", "utf-8")
    points = told["entry-points"]
    lines = [f"[{group}]\n{name} = {target}\n" for group in points for name, target in points[group].items()]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return folder


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the page."""
    program, *args = shlex.split(line)
    found = sys.executable if program == "python" else str(Path(sys.executable).with_name(program))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WFE_", "CI", "PYTEST"))}
    return subprocess.run(
        [found, *args],
        cwd=folder,
        env={**env, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_commands_print_what_the_page_says(project: Path) -> None:
    """Line by line; an example shows at least the beginning of what is printed."""
    (console,) = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    used = 0
    for part in console.split("$ ")[1:]:
        line, _, printed = part.partition("\n")
        if line.startswith(INSTALLING):
            continue
        done = run(line, project)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith(printed), done.stdout
        used += 1
        if "pytest" in line:
            assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE), done.stdout
            assert not re.search(r"skipped|warning|failed", done.stdout), done.stdout
    assert used == 4


def test_a_mistake_is_told_where_it_is(project: Path) -> None:
    """As the page says, by the model of the package."""
    wrong = (project / "shout.yaml").read_text("utf-8").replace("times: 2", "times: often")
    (project / "wrong.yaml").write_text(wrong, "utf-8")
    done = run("wfe validate wrong.yaml", project)
    assert done.returncode == 2
    assert re.search(r"wrong\.yaml:5:\d+: error\[E012\]: expected a valid integer", done.stdout + done.stderr)
