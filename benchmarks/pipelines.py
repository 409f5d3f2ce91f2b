"""What a step of a pipeline costs: `wfe run` against the same commands started by a bare loop, in turns."""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figures, quick
from wfe_yaml.executors.types.deno import deno_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 3
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER, see prctl(2)."""


def environment() -> dict[str, str]:
    """Give the environment of a usual installation, in which modules are compiled once and for all."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def command() -> str:
    """Give the path of the command."""
    return str(Path(sys.executable).parent / "wfe")


@dataclass(frozen=True)
class Work:
    """The same work as a step and as a bare command.

    Attributes:
        step: the keys of the step.
        bare: the command.
        count: how many of them.
    """

    step: str
    bare: Sequence[str]
    count: int


async def shell(folder: Path) -> Figures:
    """200 steps of `true` in sequence, and as many spawns of bash; beginning a run does not count."""
    return _measured(folder, Work("run: 'true'", ("bash", "-c", "true"), 200))


async def deno(folder: Path) -> Figures:
    """40 empty scripts of a deno step, and as many of the bare program."""
    program = deno_binary(os.environ)
    script = folder / "bare.ts"
    script.write_text("1")
    return _measured(
        folder, Work("type: deno, config: {script: '1'}", (program, "run", "--no-prompt", str(script)), 40)
    )


async def python(folder: Path) -> Figures:
    """100 empty scripts of a python step, and as many of the bare interpreter."""
    script = folder / "bare.py"
    script.write_text("1")
    return _measured(folder, Work("type: python, config: {script: '1'}", (sys.executable, str(script)), 100))


async def docker(folder: Path) -> Figures:
    """20 docker steps of `true`, and as many of the bare program, under a daemon of the tests' own."""
    from tests.services.docker import IMAGE  # noqa: PLC0415 - needs a daemon
    from tests.services.docker import docker as daemon  # noqa: PLC0415 - as above

    found = daemon()
    os.environ["DOCKER_HOST"] = found.host
    step = f"type: docker, config: {{image: '{IMAGE}', command: ['true']}}"
    figures = _measured(folder, Work(step, (found.client, "run", "--rm", "--init", IMAGE, "true"), 20))
    return {**figures, "ratio": figures["step_ms"] / figures["bare_ms"]}


def _measured(folder: Path, work: Work) -> Figures:
    # The supervisor of a run may outlive the command; its time counts, too.
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    if quick():
        work = replace(work, count=work.count // 4)
    figures = [_round(folder / str(number), work) for number in range(ROUNDS)]
    return {name: statistics.median(each[name] for each in figures) for name in figures[0]}


def _round(folder: Path, work: Work) -> Figures:
    folder.mkdir()
    count = work.count
    bare = _spent(lambda: _spawn(work))
    one = _spent(lambda: _run(folder, work.step, 1))
    all_ = _spent(lambda: _run(folder, work.step, count + 1))
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


def _spawn(work: Work) -> None:
    nothing = subprocess.DEVNULL
    for _ in range(work.count):
        subprocess.run(
            work.bare,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
            check=True,
        )


def _run(folder: Path, step: str, count: int) -> None:
    steps = "".join(f"    - {{name: s{number}, {step}}}\n" for number in range(count))
    pipeline = folder / f"{count}.yaml"
    pipeline.write_text(f"workflow:\n  id: steps-{count}\n  steps:\n{steps}")
    argv = [command(), "run", str(pipeline), "--fresh"]
    subprocess.run(argv, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)
