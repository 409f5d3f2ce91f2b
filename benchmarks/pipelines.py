"""What a step of a pipeline costs: `wfe run` against the same commands started by a bare loop, in turns."""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figures, quick

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER, see prctl(2)."""


def environment() -> dict[str, str]:
    """Give the environment of a usual installation, in which modules are compiled once and for all."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def command() -> str:
    """Give the path of the command."""
    return str(Path(sys.executable).parent / "wfe")


async def shell(folder: Path) -> Figures:
    """200 steps of `true` in sequence, and as many spawns of bash; beginning a run does not count."""
    # The supervisor of a run may outlive the command; its time counts, too.
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    count = 50 if quick() else 200
    figures = [_round(folder / str(number), count) for number in range(ROUNDS)]
    return {name: statistics.median(each[name] for each in figures) for name in figures[0]}


def _round(folder: Path, count: int) -> Figures:
    folder.mkdir()
    bare = _spent(lambda: _spawn(count))
    one = _spent(lambda: _run(folder, 1))
    all_ = _spent(lambda: _run(folder, count + 1))
    step_ms, step_cpu_ms = ((whole - first) / count * 1e3 for whole, first in zip(all_, one, strict=True))
    bare_ms, bare_cpu_ms = (spent / count * 1e3 for spent in bare)
    return {
        "step_ms": step_ms,
        "step_cpu_ms": step_cpu_ms,
        "bare_ms": bare_ms,
        "bare_cpu_ms": bare_cpu_ms,
        "over_ms": step_ms - 2 * bare_ms,
        "over_cpu_ms": step_cpu_ms - 2 * bare_cpu_ms,
    }


def _spent(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds it took, and seconds of processor time of all the processes it started."""
    before = _used()
    begun = time.perf_counter()
    work()
    wall = time.perf_counter() - begun
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return wall, _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _spawn(count: int) -> None:
    nothing = subprocess.DEVNULL
    for _ in range(count):
        subprocess.run(
            ["bash", "-c", "true"],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
            check=True,
        )


def _run(folder: Path, count: int) -> None:
    steps = "".join(f"    - {{name: s{number}, run: 'true'}}\n" for number in range(count))
    pipeline = folder / f"{count}.yaml"
    pipeline.write_text(f"workflow:\n  id: steps-{count}\n  steps:\n{steps}")
    argv = [command(), "run", str(pipeline), "--fresh"]
    subprocess.run(argv, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)
