"""How long it takes to begin: importing, `wfe --help`, a run of one step, and checking a large file."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import Figures
from benchmarks.pipelines import command, environment

RUNS = 7


def _median(argv: list[str], folder: Path) -> float:
    spans: list[float] = []
    for number in range(RUNS):
        work = folder / str(number)
        work.mkdir(exist_ok=True)
        begun = time.perf_counter()
        subprocess.run(argv, cwd=work, env=environment(), check=True, capture_output=True)
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans[1:]) * 1e3


async def begin(folder: Path) -> Figures:
    """Milliseconds of whole processes, the bare interpreter's own start included and shown."""
    pipeline = folder / "one.yaml"
    pipeline.write_text("workflow:\n  id: one\n  steps:\n    - {name: only, run: 'true'}\n")
    large = folder / "large.yaml"
    steps = "".join(
        f"    - {{name: s{number}, run: 'echo \"$<< inputs.x >>\" $<< run.id >>'}}\n"
        for number in range(2_000)
    )
    large.write_text(f"workflow:\n  id: large\n  inputs: {{x: string}}\n  steps:\n{steps}")
    wfe = command()
    return {
        "python_ms": _median([sys.executable, "-c", "pass"], folder),
        "import_ms": _median([sys.executable, "-c", "import wfe_core"], folder),
        "help_ms": _median([wfe, "--help"], folder),
        "validate_ms": _median([wfe, "validate", str(large)], folder),
        "run_ms": _median([wfe, "run", str(pipeline), "--fresh"], folder),
    }
