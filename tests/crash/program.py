"""A host in a process of its own, for the tests that kill, stop and end real processes.

Run as `python -m tests.crash.program '{"url": …, "log": …}'`; see `Options`. It prints a line when it is up
(`ready`) and one when all it waits for has ended (`done`). What its steps do goes to the log, a line at a
time, which the file system keeps in order for all processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.crash.effects import ENDED, Effects, Entry
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.policies import RetryPolicy
from wfe_core.ports import Checkpoint, CommitOutcome
from wfe_core.registry import open_providers
from wfe_core.steps.context import StepContext
from wfe_core.testing.faults import Faults
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost
from wfe_host.starting import StartRequest


@dataclass(slots=True)
class Options:
    """What the process is to do."""

    url: str
    log: str
    name: str
    start: int = 0
    """Instances of `chain` to start (ids `i-0`, `i-1`, …), unless they are there already."""
    steps: int = 5
    pace: float = 0.0
    """Seconds a step takes, more or less."""
    special: str = ""
    """Starts one instance (id `x`) of `exit` (a step that ends the process) or of `gate`."""
    gate: str = ""
    """A file for which the step of `gate` waits."""
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    threads: int = 0
    """Hosts, each in a thread and on a loop of its own, that start instances and wait for them."""
    seconds: float = 0.0
    """For how long they do."""
    wait: bool = False
    """End when all `chain` instances have ended, instead of on a signal."""
    beside: dict[str, Any] = field(default_factory=dict[str, Any])
    """URLs of other providers than the store's own: `locks`, `queue`, `hub`."""


class Log:
    """Appends lines to the log."""

    def __init__(self, options: Options) -> None:
        self._name = options.name
        self._file = os.open(options.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(
        self, kind: str, place: tuple[str, int] = ("", 0), run: int = 0, attempt: int = 0, label: str = ""
    ) -> None:
        """Append one line, whole."""
        line = json.dumps([kind, place[0], place[1], run, attempt, self._name, time.monotonic(), label])
        # A process that is killed in the middle leaves half a line; the next one begins a new one.
        os.write(self._file, f"\n{line}\n".encode())

    def step(self, label: str, body: Callable[[StepContext[Any]], Awaitable[Any]]) -> Callable[..., Any]:
        """Make a step that leaves its marks."""

        async def run(ctx: StepContext[Any]) -> Any:
            instance, pointer, number = ctx.idempotency_key.rsplit("/", 2)
            mark = ((instance, int(pointer)), int(number), ctx.attempt, label)
            self.write("begin", *mark)
            try:
                result = await body(ctx)
            except asyncio.CancelledError:
                self.write("cancelled", *mark)
                raise
            self.write("end", *mark)
            return result

        run.__name__ = run.__qualname__ = label
        return run

    def observe(self, checkpoints: Sequence[Checkpoint], outcomes: Sequence[CommitOutcome]) -> None:
        """Note what has become durable."""
        for checkpoint, outcome in zip(checkpoints, outcomes, strict=True):
            if outcome.status == "committed":
                for pointer in checkpoint.pointers:
                    if pointer.status in ENDED and not pointer.live:
                        self.write("completed", (checkpoint.instance.id, pointer.id), pointer.run)


def read_log(path: Path) -> tuple[Effects, list[tuple[str, str, float]]]:
    """Read the log: its entries, and (kind, host, seconds) of each."""
    effects = Effects()
    times: list[tuple[str, str, float]] = []
    whole = path.read_text("utf-8").rpartition("\n")[0]
    for line in filter(None, whole.splitlines()):
        try:
            kind, instance, pointer, run, attempt, host, at, label = json.loads(line)
        except json.JSONDecodeError:
            continue  # half a line of a process that was killed
        shown = "failure" if kind == "cancelled" else kind
        effects.entries.append(Entry(shown, (instance, pointer), run, label, attempt, host))
        times.append((kind, host, at))
    return effects, times


def definitions(log: Log, options: Options) -> list[WorkflowDefinition[Any]]:
    """What the process can run."""

    def work(number: int) -> Callable[[StepContext[Any]], Awaitable[Any]]:
        async def body(ctx: StepContext[Any]) -> Any:
            await asyncio.sleep(options.pace * random.uniform(0.5, 1.5))
            return {f"s{number}": ctx.data["n"] + number}

        return body

    async def leave(ctx: StepContext[Any]) -> None:
        log.write("leaving")
        os._exit(7)

    async def wait(ctx: StepContext[Any]) -> Any:
        while not Path(options.gate).exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
            await asyncio.sleep(0.01)
        return {"by": options.name}

    chain = WorkflowBuilder("chain")
    for number in range(options.steps):
        chain.then(log.step(f"s{number}", work(number)))
    exits = WorkflowBuilder("exit").then(log.step("leave", leave)).retry(RetryPolicy(max_attempts=1))
    gate = WorkflowBuilder("gate").then(log.step("first", work(0))).then(log.step("wait", wait))
    return [chain.build(), exits.build(), gate.then(log.step("last", work(1))).build()]


async def serve(options: Options) -> None:
    """Run the host."""
    log = Log(options)
    faults = Faults(open_providers(options.url, **options.beside), observer=log.observe)
    host = WorkflowHost(faults.providers, config=HostConfig(name=options.name, **options.config))
    host.register(*definitions(log, options))
    log.write("up")
    await host.start_up()
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    if options.start:
        requests = [
            StartRequest(definition="chain", data={"n": n}, instance_id=f"i-{n}")
            for n in range(options.start)
        ]
        handles = await host.start_many(requests)
        if options.wait:
            await asyncio.gather(*(handle.result() for handle in handles))
            print("done", flush=True)  # noqa: T201 - the parent reads it
            await host.stop()
            return
    if options.special:
        await host.start(options.special, {"n": 0}, instance_id="x")
    await host.run_until_signal(signal.SIGTERM)
    with contextlib.suppress(BrokenPipeError):
        print("stopped", flush=True)  # noqa: T201 - the parent reads it


class Complaints(logging.Handler):
    """Puts warnings into the log: the store must not be too busy for anybody.

    That the machine is too busy for all the event loops is no complaint.
    """

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one down."""
        if record.module != "watchdog":
            self._log.write(f"warning: {record.getMessage()}")


async def crowd(options: Options, number: int) -> int:
    """Be one host of many: start instances and wait for them, round after round; gives how many."""
    own = replace(options, name=f"{options.name}-{number}")
    log = Log(own)
    host = WorkflowHost(
        Faults(open_providers(own.url, **own.beside), observer=log.observe).providers,
        config=HostConfig(name=own.name, **own.config),
    )
    host.register(*definitions(log, own))
    count = 0
    until = time.monotonic() + own.seconds
    async with host:
        while time.monotonic() < until:
            requests = [
                StartRequest(definition="chain", data={"n": n}, instance_id=f"{own.name}-{count + n}")
                for n in range(10)
            ]
            handles = await host.start_many(requests)
            await asyncio.gather(*(handle.result() for handle in handles))
            count += len(handles)
    return count


def run_threads(options: Options) -> None:
    """Run the hosts of this process, and say how many instances they have run."""
    logging.getLogger("wfe").addHandler(Complaints(Log(options)))
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    with ThreadPoolExecutor(options.threads) as pool:
        counts = list(pool.map(lambda number: asyncio.run(crowd(options, number)), range(options.threads)))
    print(sum(counts), flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    given = Options(**json.loads(sys.argv[1]))
    if given.threads:
        run_threads(given)
    else:
        asyncio.run(serve(given))
