"""Docker steps whose engine is reached over the network: with TLS, by variables or by a context."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.services.docker import IMAGE
from tests.services.remote_docker import RemoteDocker, remote_docker

if TYPE_CHECKING:
    from tests.cli.conftest import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]

STEP = f"""name: far
      type: docker
      config: {{image: {IMAGE}, run: 'echo "a=$(cat)" >> "$WFE_OUTPUT"', stdin: "7", pull: never}}"""
LAST = "{name: last, run: 'echo \"a=$<< steps.far.outputs.a >>\" >> log'}"


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[RemoteDocker]:
    """An engine that sees all of this machine but the folder `unseen`."""
    (tmp_path / "unseen").mkdir()
    with remote_docker(tmp_path_factory.mktemp("remote"), tmp_path / "unseen") as found:
        yield found


def test_an_engine_over_the_network(project: Project, engine: RemoteDocker) -> None:
    """Variables and contexts lead there; a machine that does not see our files is told as such."""
    project.steps(STEP, LAST)
    for number, environ in enumerate((engine.variables, engine.context())):
        done = project.wfe("run", "w.yaml", "--id", f"r{number}", **environ)
        assert done.returncode == 0, done.stdout + done.stderr
    assert project.log() == ["a=7", "a=7"]
    unseen = ["--store", "unseen/wfe.db", "--id", "u"]
    done = project.wfe("run", "w.yaml", *unseen, **engine.variables)
    assert done.returncode == 1
    assert "the engine must see this machine's files" in done.stdout + done.stderr
    assert engine("ps", "--all", "--quiet") == ""
    stranger = {**engine.variables, "DOCKER_CERT_PATH": "", "DOCKER_TLS_VERIFY": ""}
    done = project.wfe("run", "w.yaml", "--id", "s", **stranger)
    assert done.returncode == 1
    assert "(exit code 1" in done.stdout
