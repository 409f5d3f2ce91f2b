"""Helpers of the measures: clocks, memory, throw-away stores, and how a measure reports."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import statistics
import sys
import tempfile
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_host import HostConfig, WorkflowHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

Figures = dict[str, float]


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory on the disk of the checkout (not on a memory file system), removed afterwards."""
    base = Path(__file__).parent / ".scratch"
    base.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base) as name:
        yield Path(name)


@asynccontextmanager
async def sqlite_host(folder: Path, name: str = "bench.db", **config: Any) -> AsyncIterator[WorkflowHost]:
    """A host on a SQLite file with full durability."""
    url = f"sqlite:///{folder / name}"
    async with WorkflowHost.connect(url, config=HostConfig(**config)) as host:
        yield host


def rss() -> float:
    """Resident memory of this process, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def cpu() -> float:
    """Processor seconds this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def flatness(stamps: list[float], window: int = 100) -> float:
    """How much slower the end is than the start: medians of five windows at each end, as a ratio."""
    spans = [stamps[i + window] - stamps[i] for i in range(0, len(stamps) - window, window)]
    return statistics.median(spans[-5:]) / statistics.median(spans[1:6])


def run(measure: Callable[[Path], Coroutine[Any, Any, Figures]]) -> Figures:
    """Run one measure on a scratch store."""
    with scratch() as folder:
        return asyncio.run(measure(folder))


def report(figures: Figures) -> None:
    """Print figures for the table's program, which runs each measure in a process of its own."""
    json.dump(figures, sys.stdout)
    sys.stdout.write("\n")


def quick() -> bool:
    """Whether small sizes were asked for."""
    return bool(os.environ.get("WFE_BENCH_QUICK"))
