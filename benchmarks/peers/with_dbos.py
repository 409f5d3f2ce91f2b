"""Makes DBOS's environment once, and runs its chains."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.measure import Figures, scratch

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent / ".scratch" / "dbos-env"


def python() -> str:
    """Give the interpreter of DBOS's environment, made at the first call."""
    interpreter = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "ready").exists():
        ENVIRONMENT.parent.mkdir(exist_ok=True)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        packages = ["dbos==3.4.0", "pysqlite3-binary"]
        subprocess.run([interpreter, "-m", "pip", "install", "--quiet", *packages], check=True)
        (ENVIRONMENT / "ready").touch()
    return str(interpreter)


def chains(count: int, environment: dict[str, str]) -> Figures:
    """Run `count` chains of 5 steps on DBOS with SQLite."""
    interpreter = python()
    with scratch() as folder:
        argv = [interpreter, str(HERE / "dbos_chain.py"), str(folder / "dbos.db"), str(count)]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        done.check_returncode()
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
