"""Completion in real shells on real terminals, as `wfe --install-completion` sets it up."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import WFE, Terminal
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.cli.conftest import Project

TYPED = {
    "wfe li": "wfe list",
    "wfe db up": "wfe db upgrade",
    "wfe run --fre": "wfe run --fresh",
    "wfe run --progress js": "wfe run --progress json",
    "wfe run pipe": "wfe run pipeline.yaml",
    "wfe validate folder/in": "wfe validate folder/inner.yaml",
    "wfe show rel": "wfe show release-1",
    "wfe logs release-1 bui": "wfe logs release-1 build",
}
"""What is typed before the tab, and what is then on the line."""


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_tab_completes(project: Project, shell: str) -> None:
    """Commands, options and their values, files, names of runs and of their steps are completed."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = project.steps("{name: build, run: 'true'}", name="pipeline.yaml")
    project.wfe("run", file, "--id", "release-1")
    (project.folder / "folder").mkdir()
    project.steps("{name: build, run: 'true'}", name="folder/inner.yaml")
    home = project.folder / "home"
    home.mkdir()
    env = {"HOME": str(home), "PATH": f"{WFE.parent}:/usr/bin:/bin", "PS1": "> ", "LANG": "C.UTF-8"}
    subprocess.run(
        [shell, "-c", "wfe --install-completion; true"],
        env=env, cwd=project.folder, check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    terminal = Terminal([shell, "-i"], project.folder, env, width=240)
    terminal.type("echo rea''dy\n")
    terminal.until(lambda text: "ready" in text)
    # At the first tab zsh only loads what it needs for the next ones; bash sees that much would fit.
    terminal.type("wfe \t")
    terminal.until(lambda text: "\a" in text.rpartition("wfe ")[2])
    terminal.type("\x15")
    for typed, completed in TYPED.items():
        terminal.type(f"{typed}\t")
        terminal.until(partial(_stands, terminal, completed))
        terminal.type("\x15")
        terminal.until(lambda _: "wfe" not in terminal.lines[-1])
    terminal.type("exit\n")
    terminal.end()


def _stands(terminal: Terminal, line: str, _: str) -> bool:
    """Whether this is what stands on the last line."""
    return terminal.lines[-1].endswith(line)
