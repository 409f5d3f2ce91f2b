"""The sample of the language, `sample.yaml`, as it was specified: nearly every part of it in one file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.services.docker import IMAGE, docker_or_skip

if TYPE_CHECKING:
    from tests.cli.conftest import Project

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TOOLS = {
    "ruff": 'echo "$1 is a mess" >&2; exit 1',
    "make": 'mkdir -p .tmp; echo "made $1"',
    "git": "echo cafe",
    "push": 'echo "pushed $1" >> pushed',
    "unpush": 'echo "took $1 back" >> pushed',
}


def prepared(project: Project) -> str:
    """Write the sample, and the programs that it calls; gives the PATH that has them."""
    project.write(SAMPLE)
    bin_folder = project.folder / "bin"
    bin_folder.mkdir()
    for name, script in TOOLS.items():
        folder = project.folder if "push" in name else bin_folder
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (folder / name).chmod(0o700)
    return f"{bin_folder}{os.pathsep}{os.environ['PATH']}"


def test_the_sample_is_read_without_a_word(project: Project) -> None:
    """The sample has neither errors nor warnings."""
    project.write(SAMPLE)
    told = json.loads(project.wfe("validate", "w.yaml", "--format", "json").stdout)
    assert told == {"errors": 0, "warnings": 0, "problems": []}


@pytest.mark.docker
def test_the_sample_does_what_it_says(project: Project) -> None:
    """Its steps run, the one that may fail too; a host that nobody knows ends it, after the hooks."""
    docker = docker_or_skip()
    scanner = docker("create", IMAGE, "true").strip()
    docker("commit", "--change", 'ENTRYPOINT ["sh", "-c", "echo $1 is clean"]', scanner, "scanner:1")
    docker("rm", scanner)
    env = {"PATH": prepared(project), "DOCKER_HOST": docker.host, "REGISTRY_TOKEN": "t0ps3cret"}
    done = project.wfe("run", "w.yaml", "-i", "publish=true", "-i", "targets=[a, b]", "--id", "sample", **env)
    assert done.returncode == 1, done.stdout + done.stderr
    for line in (
        "check is a mess",
        "made image",
        "made test",
        "app:cafe is clean",
        "could not notify, exit 1",
        "notify: failed",
    ):
        assert line in done.stdout
    pushed = (project.folder / "pushed").read_text("utf-8")
    assert sorted(pushed.splitlines()) == ["pushed a", "pushed b"]
    assert not (project.folder / ".tmp").exists()
    shown = json.loads(project.wfe("show", "sample", "--json", **env).stdout)
    assert shown["status"] == "failed"
    assert docker.containers("wfe.run=sample") == []
