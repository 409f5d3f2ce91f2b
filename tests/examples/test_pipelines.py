"""Every example pipeline runs as it stands, and does what its readers are told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.services.docker import IMAGE, docker_or_skip
from tests.services.zypi.machines import PlainMachine
from tests.services.zypi.server import serving
from tests.waiting import PATIENCE
from wfe_yaml.executors.types.browser import find_browser

PIPELINES = Path(__file__).parents[2] / "examples" / "pipelines"
WFE = Path(sys.executable).with_name("wfe")


NEEDS_BROWSER = (
    pytest.mark.browser,
    pytest.mark.skipif(
        find_browser(os.environ.get("PATH")) is None, reason="no Chromium: apt install chromium"
    ),
)


def wfe(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WFE_", "CI"))}
    return subprocess.run(
        [str(WFE), *args], cwd=folder, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@pytest.mark.parametrize(
    ("name", "args", "told"),
    [
        ("hello", ("-i", "who=you"), "greeting: Hello, you!"),
        ("deploy", (), "image: app:"),
        ("deploy", ("-i", "publish=true", "-i", "targets=[a, b]"), "shipped to 2 places"),
        ("matrix", (), "verdict: 5 wheels, load tests skipped"),
        ("data", (), "rows: 40"),
        ("data", ("-i", "parts=[x]"), "rows: 3"),
        pytest.param("watch", (), "said: it says good morning", marks=NEEDS_BROWSER),
    ],
)
def test_a_pipeline_runs(name: str, args: tuple[str, ...], told: str, tmp_path: Path) -> None:
    """An example that does not run, or does something else than it says, misleads."""
    done = wfe(tmp_path, "run", str(PIPELINES / f"{name}.yaml"), *args)
    assert done.returncode == 0, done.stdout + done.stderr
    assert told in done.stdout


@pytest.mark.docker
def test_steps_run_in_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example with a service runs with any image that has the programs it names."""
    docker = docker_or_skip()
    monkeypatch.setenv("DOCKER_HOST", docker.host)
    file = str(PIPELINES / "containers.yaml")
    done = wfe(tmp_path, "run", file, "-i", f"image={IMAGE}", "-i", "name=Ada", "--id", tmp_path.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it says: HELLO ADA" in done.stdout
    assert docker.containers(f"wfe.run={tmp_path.name}") == []


def test_the_ci_of_this_project_makes_the_checks_of_make(tmp_path: Path) -> None:
    """Whatever `make lint types` runs stands in it, and a step of it runs here, in the project's folder."""
    root = PIPELINES.parents[1]
    recipes = (root / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\ntest:")[0]
    commands = re.findall(r"^\t\$\(BIN\)/(.+)$", recipes, re.MULTILINE)
    assert len(commands) == 5
    pipeline = (PIPELINES / "ci.yaml").read_text("utf-8")
    assert not [command for command in commands if f"run: .venv/bin/{command}}}" not in pipeline]
    assert "--ignoreexternal --verifytypes" in recipes
    assert "--ignoreexternal --verifytypes" in pipeline
    if not (root / ".venv" / "bin" / "ruff").exists():
        pytest.skip("make setup has made no .venv here")
    done = wfe(tmp_path, "run", str(PIPELINES / "ci.yaml"), "--only", "checks/style")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "checks/style: complete" in done.stdout


def test_a_ci_job_keeps_what_it_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks, a retry, a linter that is allowed to complain, and an archive that is there afterwards."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = wfe(tmp_path, "run", str(PIPELINES / "job.yaml"), "-i", "targets=[linux, macos]")
    assert done.returncode == 0, done.stdout + done.stderr
    for told in (
        "building for macos",
        "checks/unit: will be tried again",
        "1 allowed to fail",
        "lint: failed",
    ):
        assert told in done.stdout
    archive = re.search(r"^  archive: (.+)$", done.stdout, re.MULTILINE)
    assert archive is not None
    with tarfile.open(archive[1]) as files:
        assert "src/app.py" in files.getnames()


@pytest.mark.parametrize(
    ("break_", "code", "told"), [("false", 0, ("announced",)), ("true", 1, ("the mail server says no",))]
)
@pytest.mark.slow
def test_a_release_waits_for_a_person(break_: str, code: int, told: tuple[str, ...], tmp_path: Path) -> None:
    """It stops at the question; once it is answered it goes on, and is taken back when a part fails."""
    waiting = wfe(tmp_path, "run", str(PIPELINES / "release.yaml"), "-i", f"break={break_}")
    assert waiting.returncode == 4
    run = re.search(r"run (release-\w+)", waiting.stdout)
    assert run is not None
    assert wfe(tmp_path, "approve", run[1], "ask", "--by", "ann").returncode == 0
    done = wfe(tmp_path, "resume", run[1])
    assert done.returncode == code, done.stdout + done.stderr
    for text in told:
        assert text in done.stdout
    shown = json.loads(wfe(tmp_path, "show", run[1], "--json").stdout)
    assert shown["status"] == ("complete" if code == 0 else "failed")


def test_foreign_code_runs_in_a_microvm(tmp_path: Path) -> None:
    """A Zypi runs it; what it gives is an output like any other."""
    with serving() as zypi:
        done = wfe(tmp_path, "run", str(PIPELINES / "sandbox.yaml"), "-i", f"zypi={zypi.url}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the largest is 3" in done.stdout


@pytest.mark.browser
@pytest.mark.skipif(find_browser(os.environ.get("PATH")) is None, reason="no Chromium: apt install chromium")
def test_a_page_is_looked_at_in_a_microvm(tmp_path: Path) -> None:
    """A Zypi has the browser; the picture is an artifact here."""
    page = tmp_path / "index.html"
    page.write_text("<title>Somewhere</title>", "utf-8")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(_Folder, directory=str(tmp_path))) as site,
        serving(PlainMachine(path=programs)) as zypi,
    ):
        zypi.images["chromium:1"] = {"status": "ready", "progress": 100}
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        given = {"zypi": zypi.url, "page": f"http://127.0.0.1:{site.server_address[1]}/"}
        words = [word for name, value in given.items() for word in ("-i", f"{name}={value}")]
        done = wfe(tmp_path, "run", str(PIPELINES / "shielded.yaml"), *words)
        site.shutdown()
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"a picture of \d{3,} bytes of Somewhere", done.stdout)


class _Folder(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Be quiet."""


def test_the_page_of_sandboxes_tells_the_truth(tmp_path: Path) -> None:
    """Its program runs as printed."""
    page = (PIPELINES.parents[1] / "docs" / "zypi.md").read_text("utf-8")
    program = page.split("```python\n", 1)[1].split("```", 1)[0]
    (tmp_path / "program.py").write_text(program, "utf-8")
    with serving() as zypi:
        env = {**os.environ, "WFE_ZYPI_URL": zypi.url}
        argv = [sys.executable, "program.py"]
        done = subprocess.run(
            argv, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert (done.stdout, done.returncode) == ("2 /tmp/in.txt\n\n3 a\nb\n True ok\n", 0), done.stderr


def test_a_part_is_fetched_once(tmp_path: Path) -> None:
    """The second run of the data pipeline takes what it fetched from the cache, and says so."""
    wfe(tmp_path, "run", str(PIPELINES / "data.yaml"))
    again = wfe(tmp_path, "run", str(PIPELINES / "data.yaml"), "-i", "parts=[north, centre]")
    assert again.stdout.count("not run: nothing has changed") == 1
    assert "fetching centre" in again.stdout
