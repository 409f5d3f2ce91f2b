"""Runs of workflows that a program registers: shown from what the store has, and moved by commands.

The command knows no definition of theirs, so it never runs them: it leaves a command in the store, which the
hosts of the program obey.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, Any

from wfe_core.clock import to_datetime
from wfe_core.errors import HostStateError
from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.folding import MANY
from wfe_yaml.cli.marks import mark, word
from wfe_yaml.cli.values import data_of
from wfe_yaml.cli.words import clean, duration, plural, shown
from wfe_yaml.compiler.body import UNSHOWN
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

    from wfe_core.models import ExecutionPointer, WorkflowInstance
    from wfe_host import WorkflowHost
    from wfe_yaml.cli.logs import LogOptions

_LOOK = 0.2
"""Seconds between two looks for new lines."""
_OVER = frozenset({"complete", "skipped"})
HOSTS = "wfe host --module MODULE:FUNCTION"
"""What runs the workflows of a program."""


async def is_of_program(host: WorkflowHost, run: WorkflowInstance) -> bool:
    """Whether a run was started by a program, and not from a workflow file, which would be stored."""
    return await host.providers.store.get_definition(run.fingerprint) is None


async def told_of(host: WorkflowHost, run: WorkflowInstance) -> tuple[dict[str, Any], list[ExecutionPointer]]:
    """Give the data of a run and what became of its steps, as JSON-like values, and the steps themselves."""
    pointers = await host.pointers(run.id)
    labels = _labels(pointers)
    steps = [
        {
            "step": labels[each.id],
            "status": str(each.status),
            "attempt": each.attempt,
            "seconds": _seconds(each),
            "output": each.output,
            "error": None if each.error is None else each.error.message,
        }
        for each in pointers
    ]
    return {"version": run.version, "data": run.data, "steps": steps}, pointers


def print_steps(run: WorkflowInstance, pointers: Iterable[ExecutionPointer]) -> None:
    """Print the data of a run, and the tree of its steps."""
    for key, value in data_of(run).items():
        print(f"data      {key} = {shown(value)}")
    print()
    inside: dict[int | None, list[ExecutionPointer]] = defaultdict(list)
    for pointer in pointers:
        inside[pointer.parent_id].append(pointer)
    for line in _tree(inside, None, 0):
        print(line)


async def print_lines(host: WorkflowHost, run: WorkflowInstance, options: LogOptions) -> int:
    """Print what the steps of a run wrote, oldest first.

    Raises:
        CommandError: there is no such step, or the store keeps no logs.
    """
    lines = _lines(host, run, options)
    if options.tail is not None and not options.follow:
        async for line in _last(lines, options.tail):
            print(line)
        return Exit.COMPLETE
    async for line in lines:
        print(line, flush=options.follow)
    return Exit.COMPLETE


async def command(host: WorkflowHost, run: WorkflowInstance, kind: str) -> int:
    """Leave a command for the hosts of the program; `retry` waits for a while until one has taken it."""
    obeyed = "the hosts of its program obey"
    try:
        await getattr(host, kind)(run.id, f"wfe {kind}")
    except HostStateError:
        obeyed = f"the next host of its program obeys, such as  {HOSTS}"
    print(f"run {run.id}: told to {kind}; {obeyed}")
    return Exit.CANCELLED if kind == "cancel" else Exit.COMPLETE


def _tree(
    inside: Mapping[int | None, list[ExecutionPointer]], parent: int | None, depth: int
) -> Iterator[str]:
    """Give a line for each step; of many that have ended well, side by side, only the number."""
    steps = inside.get(parent, [])
    crowd = Counter(each.step_key for each in steps)
    folded = {each.id for each in steps if crowd[each.step_key] > MANY and each.status in _OVER}
    told: Counter[str] = Counter()
    for step in steps:
        told[step.step_key] += step.id not in folded
        if step.id in folded or (crowd[step.step_key] > MANY and told[step.step_key] > MANY):
            continue
        yield _line(step, depth)
        yield from _tree(inside, step.id, depth + 1)
    for key, number in crowd.items():
        left = number - min(told[key], MANY)
        if number > MANY and left:
            done = sum(1 for each in steps if each.step_key == key and each.id in folded)
            rest = f", {left - done} more" if left > done else ""
            yield f"{'  ' * depth}  {_name(key)}: {done} done{rest} ({plural(number, 'item')})"


def _line(step: ExecutionPointer, depth: int) -> str:
    state = str(step.status)
    took = duration(_seconds(step))
    parts = [f"{_name(step.step_key)}{_place(step)}  {word(state)}", took]
    if step.attempt > 1:
        parts.append(f"attempt {step.attempt}")
    if step.error is not None and state in ("failed", "sleeping"):
        parts.append(clean(f"{step.error.type}: {step.error.message}"))
    said = "  ".join(part for part in parts if part)
    return f"{'  ' * depth}{mark(state, sys.stdout.encoding)} {said}"


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _place(step: ExecutionPointer) -> str:
    return "" if step.index is None else f"[{step.index}]"


def _labels(pointers: Iterable[ExecutionPointer]) -> dict[int, str]:
    """Name each step by its key; in loops with the numbers of its items."""
    places: dict[int | None, str] = {None: ""}
    labels: dict[int, str] = {}
    for pointer in pointers:
        place = places.get(pointer.parent_id, "") + _place(pointer)
        places[pointer.id] = place
        labels[pointer.id] = pointer.step_key + place
    return labels


def _seconds(step: ExecutionPointer) -> float | None:
    if step.started_at is None or step.ended_at is None:
        return None
    return (step.ended_at - step.started_at).total_seconds()


async def _lines(host: WorkflowHost, run: WorkflowInstance, options: LogOptions) -> AsyncIterator[str]:
    """Give the lines of a run as they are to be printed; with `follow` until it has ended."""
    store = host.providers.logs
    if store is None:
        raise CommandError("this store keeps no logs")
    labels: dict[int, str] = _labels(await host.pointers(run.id))
    if options.step is not None and not any(_fits(label, options.step) for label in labels.values()):
        known = sorted(set(labels.values()))
        hint = suggest(options.step, known) or f"there are: {listing(known)}"
        raise CommandError(f"the run {run.id} has no step {options.step!r}", hint=hint)
    after, over = 0, False
    while True:
        while chunks := await store.logs(run.id, after=after):
            after = chunks[-1].seq
            if any(chunk.pointer_id not in labels for chunk in chunks):
                labels = _labels(await host.pointers(run.id))
            for chunk in chunks:
                label = labels.get(chunk.pointer_id, "?")
                if chunk.stream in UNSHOWN or not _fits(label, options.step):
                    continue
                at = to_datetime(chunk.at).astimezone().isoformat(timespec="milliseconds") + " "
                attempt = f" (attempt {chunk.attempt})" if chunk.attempt > 1 else ""
                for line in chunk.text.splitlines():
                    yield f"{at if options.timestamps else ''}{label}{attempt} | {clean(line)}"
        if over or not options.follow:
            return
        over = (await host.get(run.id)).status.terminal
        if not over:
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=_LOOK)


def _fits(label: str, step: str | None) -> bool:
    """Whether a step is the one that was named, or inside of it; the last part of its name will do."""
    if step is None:
        return True
    bare = label.partition("[")[0]
    return f"/{label}".endswith(f"/{step}") or f"/{bare}/".find(f"/{step}/") >= 0


async def _last(lines: AsyncIterator[str], number: int) -> AsyncIterator[str]:
    kept: deque[str] = deque(maxlen=number)
    async for line in lines:
        kept.append(line)
    for line in kept:
        yield line
