"""Every example runs as it stands, with no arguments, and prints what its readers are told."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

EXAMPLES = Path(__file__).parents[2] / "examples"

EXPECTED = {
    "hello.py": "['box:a', 'box:b']",
    "saga.py": "hotel cancelled: H-9\ntrain cancelled: T-7\n",
    "outside_worker.py": "'thumbnail': 'cat.png@640'",
    "embedded_yaml.py": "'image': 'localhost:5000/app:v1.2; rm -rf /'",
    "parent_and_child.py": "'verdict': 'warm'",
}


def run(path: Path, folder: Path) -> str:
    """Run a script in a folder of its own and give what it printed."""
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_each_example_runs(name: str, tmp_path: Path) -> None:
    """An example that does not run, or prints something else than expected, misleads."""
    assert EXPECTED[name] in run(EXAMPLES / name, tmp_path)


def test_the_order_can_be_run_twice(tmp_path: Path) -> None:
    """Starting an instance whose id exists gives that instance: nothing is reserved twice."""
    first = run(EXAMPLES / "hello.py", tmp_path)
    second = run(EXAMPLES / "hello.py", tmp_path)
    assert "reserved a, b" in first
    assert "reserved" not in second
    assert "['box:a', 'box:b']" in second


def test_the_readme_tells_the_truth(tmp_path: Path) -> None:
    """The first program of the README runs as printed, twice, and prints what it says it prints."""
    text = (EXAMPLES.parent / "README.md").read_text()
    program = text.split("```python\n", 1)[1].split("```", 1)[0]
    script = tmp_path / "order.py"
    script.write_text(program)
    promised = program.split("# prints ", 1)[1].splitlines()[0]
    assert run(script, tmp_path).strip() == promised
    assert run(script, tmp_path).strip() == promised
    assert (tmp_path / "orders.db").exists()
