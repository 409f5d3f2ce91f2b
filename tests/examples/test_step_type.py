"""The example of a type of step in a package of its own works once the package is installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "step_type"
WFE = Path(sys.executable).with_name("wfe")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder that holds the package as an installer would leave it: its module and its metadata."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    site = tmp_path / "site"
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0\n", "utf-8")
    points = project["entry-points"]
    lines = [f"[{group}]\n{name} = {target}\n" for group in points for name, target in points[group].items()]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    (site / "wfe_words").symlink_to(EXAMPLE / "wfe_words")
    return site


def wfe(folder: Path, site: Path | None, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the command, with the package installed or not."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WFE_", "CI"))}
    if site is not None:
        env["PYTHONPATH"] = str(site)
    return subprocess.run(
        [str(WFE), *args], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_an_installed_type_is_like_a_built_in_one(installed: Path, tmp_path: Path) -> None:
    """It runs, `wfe steps` and `wfe schema` describe it, and its config is checked at its place."""
    done = wfe(tmp_path, installed, "run", str(EXAMPLE / "words.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    count = len((EXAMPLE / "words.yml").read_text("utf-8").split())
    assert f"words.yml has {count} words" in done.stdout
    told = json.loads(wfe(tmp_path, installed, "steps", "words", "--json").stdout)
    assert [key["key"] for key in told[0]["config"]] == ["file", "top"]
    assert json.loads(wfe(tmp_path, installed, "schema", "words.top").stdout)["description"]
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "workflow:\n  id: w\n  steps:\n  - {name: a, type: words, config: {fle: x, top: 0}}\n", "utf-8"
    )
    checked = wfe(tmp_path, installed, "validate", str(bad))
    assert checked.returncode == 2
    told_wrong = checked.stdout + checked.stderr
    for problem in ("[E011]: the config of a words", "[E010]: unknown key 'fle'", "[E013]: 'top': expected"):
        assert re.search(r"bad\.yaml:4:\d+: error" + re.escape(problem), told_wrong), told_wrong


def test_without_the_package_the_type_is_unknown(tmp_path: Path) -> None:
    """So it is the entry point alone that makes it known."""
    done = wfe(tmp_path, None, "validate", str(EXAMPLE / "words.yml"))
    assert done.returncode == 2
    assert "there is no type of step 'words'" in done.stdout + done.stderr
