"""Makes DBOS's environment once, and runs its chains."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
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


def chains(count: int, environment: dict[str, str], *, server: str | None = None) -> Figures:
    """Run `count` chains of 5 steps on DBOS with SQLite, or in a new database of a PostgreSQL server."""
    interpreter = python()
    with scratch() as folder:
        store = f"sqlite:///{folder / 'dbos.db'}"
        if server is not None:
            store = f"{server.rpartition('/')[0]}/dbos_{uuid.uuid4().hex[:12]}"
        argv = [interpreter, str(HERE / "dbos_chain.py"), store, str(count)]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        done.check_returncode()
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
