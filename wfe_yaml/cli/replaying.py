"""`--from STEP` and `--only STEP`: which steps of a new run are taken over from another one, or left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError
from wfe_yaml.expressions.results import STEP_PREFIX
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.definition.nodes import DagNode, Node
    from wfe_host import SettledStep, WorkflowHost

_OVER = frozenset({"complete", "skipped"})


@dataclass(frozen=True, slots=True)
class Replay:
    """What a new run begins with: settled steps, and what they gave to the data."""

    settled: dict[str, SettledStep] = field(default_factory=dict[str, "SettledStep"])
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    source: str | None = None
    """The run they come from."""


@dataclass(slots=True)
class _Around:
    """What is around a step, on the way from the main line down to it."""

    before: list[Node] = field(default_factory=list["Node"])
    """Must have ended before the step can begin."""
    beside: list[Node] = field(default_factory=list["Node"])
    """Runs at the same time."""
    after: list[Node] = field(default_factory=list["Node"])


def only(definition: WorkflowDefinition[Any], name: str) -> Replay:
    """Leave out everything but one step (or container).

    Raises:
        CommandError: there is no such step, or it is inside of a loop.
    """
    from wfe_host import SettledStep

    around = _around(definition, name)
    left_out = [*around.before, *around.beside, *around.after]
    return Replay({node.key: SettledStep(status="skipped") for node in left_out})


async def from_step(
    host: WorkflowHost, definition: WorkflowDefinition[Any], name: str, source: str
) -> Replay:
    """Take over what ended before a step in an earlier run, and what ran beside it.

    Raises:
        CommandError: there is no such step, it is inside of a loop, or a step before it has not ended there.
    """
    from wfe_host import SettledStep

    around = _around(definition, name)
    ended = {
        pointer.step_key: pointer for pointer in await host.pointers(source) if str(pointer.status) in _OVER
    }
    missing = [node.key for node in around.before if node.key not in ended]
    if missing:
        raise CommandError(
            f"the run {source} has no result of {listing(missing)}, which {name!r} comes after",
            hint="begin with an earlier step, or start anew with --fresh",
        )
    taken = [node.key for node in (*around.before, *around.beside) if node.key in ended]
    settled = {
        key: SettledStep(
            status="complete" if str(ended[key].status) == "complete" else "skipped",
            outcome=ended[key].outcome,
            output=ended[key].output,
        )
        for key in taken
    }
    data: Mapping[str, Any] = (await host.get(source)).data or {}
    kept = {name: value for name, value in data.items() if _is_of(name, taken)}
    return Replay(settled, kept, source)


def _is_of(name: str, keys: list[str]) -> bool:
    """Whether a row of the data is the result of one of these steps, or of one inside of them."""
    if not name.startswith(STEP_PREFIX):
        return False
    key = name.removeprefix(STEP_PREFIX)
    bare = [each.removesuffix("~saga") for each in keys]
    return any(key == each or key.startswith((f"{each}/", f"{each}~")) for each in bare)


def _around(definition: WorkflowDefinition[Any], name: str) -> _Around:
    node: Node | None = _find(definition, name)
    around = _Around()
    while node is not None:
        sequence = node.sequence
        place = sequence.nodes.index(node)
        around.before.extend(sequence.nodes[:place])
        around.after.extend(sequence.nodes[place + 1 :])
        parent = node.parent
        if parent is not None:
            if sequence.number < 0 or parent.kind in ("for_each", "while", "step"):
                raise CommandError(
                    f"{name!r} is inside of {parent.name!r}, which runs it many times or only to undo",
                    hint=f"name {parent.key!r} itself",
                )
            _neighbours(parent, sequence.number, around)
        node = parent
    return around


def _neighbours(parent: Node, number: int, around: _Around) -> None:
    """Sort the other bodies of a `parallel` or `dag` into those before, beside and after."""
    if parent.kind not in ("parallel", "dag"):
        return
    needed: set[int] = set()
    needing: set[int] = set()
    if parent.kind == "dag":
        needs: DagNode = parent  # type: ignore[assignment]
        needed = set(_closure(number, dict(enumerate(needs.needs))))
        backward = {
            each: tuple(n for n, wanted in enumerate(needs.needs) if each in wanted)
            for each in range(len(needs.needs))
        }
        needing = set(_closure(number, backward))
    for each, body in enumerate(parent.bodies):
        if each == number:
            continue
        list_ = around.before if each in needed else around.after if each in needing else around.beside
        list_.extend(body.nodes)


def _closure(start: int, edges: Mapping[int, tuple[int, ...]]) -> Iterator[int]:
    """Give all that can be reached from a number."""
    seen: set[int] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            yield each
            waiting.extend(edges.get(each, ()))


def _find(definition: WorkflowDefinition[Any], name: str) -> Node:
    nodes = definition.steps
    named = [key for key, node in nodes.items() if node.kind != "end_workflow" and "~" not in key]
    found = [name] if name in named else [key for key in named if key.rpartition("/")[2] == name]
    if len(found) == 1:
        return _outermost(nodes[found[0]])
    if found:
        raise CommandError(f"several steps are named {name!r}: {listing(found)}", hint="give the whole name")
    hint = suggest(name, named) or f"steps are: {listing(named)}"
    raise CommandError(f"the workflow {definition.id!r} has no step {name!r}", hint=hint)


def _outermost(node: Node) -> Node:
    """What the engine puts around a single step stands for it."""
    while node.parent is not None and getattr(node.parent, "implicit", False):
        node = node.parent
    return node
