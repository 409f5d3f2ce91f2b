"""The unit, the container file and the manifest of docs/deploying.md start a host, and SIGTERM stops it."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.waiting import PATIENCE

PAGE = (Path(__file__).parents[2] / "docs/deploying.md").read_text("utf-8")
JOBS = """
from wfe_core import WorkflowBuilder, step

@step
async def hello() -> None: ...

def register(host):
    host.register(WorkflowBuilder("hello").then(hello).build())
"""

pytestmark = pytest.mark.signals


def block(language: str, having: str) -> str:
    """Give the block of the page that has some text."""
    [found] = [text for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if having in text]
    return str(found)


def unit() -> configparser.ConfigParser:
    """Read the unit as systemd does, but for keys that come twice."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(block("ini", "ExecStart"))
    return parser


def of_the_unit() -> list[str]:
    """The command of the unit."""
    return shlex.split(unit()["Service"]["ExecStart"])[1:]


def of_the_image() -> list[str]:
    """The command of the container, which no shell must stand before."""
    [line] = [line for line in block("dockerfile", "CMD").splitlines() if line.startswith("CMD ")]
    words: list[str] = json.loads(line.removeprefix("CMD "))
    return words[1:]


@pytest.mark.parametrize("words", [of_the_unit(), of_the_image()], ids=["unit", "image"])
def test_the_command_runs_and_stops(tmp_path: Path, words: list[str]) -> None:
    """With the module in the working folder and the store in the environment, and nothing else."""
    (tmp_path / "jobs.py").write_text(JOBS)
    wfe = Path(sys.executable).with_name("wfe")
    given = {"PATH": os.defpath, "WFE_STORE": f"sqlite:///{tmp_path}/w.db", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [wfe, *words], cwd=tmp_path, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert "works on" in process.stdout.readline()
            process.send_signal(signal.Signals[unit()["Service"]["KillSignal"]])
            told, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert "stopped" in told
    assert process.returncode in (0, 128 + signal.SIGTERM)


def test_the_manifest_gives_what_the_image_wants() -> None:
    """The pods are those that the Deployment counts, have the store, and time for a clean stop."""
    manifest = yaml.safe_load(block("yaml", "kind: Deployment"))
    spec = manifest["spec"]["template"]["spec"]
    assert manifest["spec"]["selector"]["matchLabels"] == manifest["spec"]["template"]["metadata"]["labels"]
    assert [variable["name"] for variable in spec["containers"][0]["env"]] == ["WFE_STORE"]
    assert spec["terminationGracePeriodSeconds"] == int(unit()["Service"]["TimeoutStopSec"])
