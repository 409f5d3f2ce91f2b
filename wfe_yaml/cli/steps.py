"""`StepView`: a step as far as it is known, and its place among the others."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wfe_core.ports import CHUNK
from wfe_yaml.cli.words import short

if TYPE_CHECKING:
    from datetime import datetime

    from wfe_core.definition.nodes import Node

TAIL = 30
"""Lines of output kept of each step, for the summary of a failure."""
_LINE = 4_000
"""Characters kept of each of them."""
LOOPS = frozenset({"for_each"})
_NAMELESS_HOOK: Final = re.compile(r"(?:~guard)+/~(\w+)/\1(?=/|$)")
_HOOK: Final = re.compile(r"(?:~guard)+/~")


@dataclass(slots=True, eq=False)
class StepView:
    """A step, a container, or an item of a loop."""

    key: str
    """Its key in the definition; that of the loop for an item."""
    label: str
    """Its whole name, with the items it is inside of: `ship[2]/push`."""
    name: str
    """Its own name, without those of its containers."""
    run: str = ""
    """The run, or sub-workflow's run, that it is a step of."""
    workflow: str = ""
    """The workflow whose step it is."""
    kind: str = "step"
    depth: int = 0
    container: bool = False
    loop: bool = False
    """It has items, not children."""
    item: bool = False
    hook: bool = False
    """It runs only when something around it has ended in some way."""
    indices: tuple[int, ...] = ()
    """The positions in the loops around it, outermost first."""
    parent: StepView | None = field(default=None, repr=False)
    children: list[StepView] = field(default_factory=list["StepView"], repr=False)
    items: dict[int, StepView] = field(default_factory=dict[int, "StepView"], repr=False)
    status: str = "pending"
    attempt: int = 0
    iteration: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    error: str | None = None
    continued: bool = False
    """It failed, and the run went on all the same."""
    waits: str = ""
    """What it waits for."""
    value: str = ""
    """For an item: what it is, if that is known."""
    chunks: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]], repr=False)
    """For a loop: the items that were read, in chunks as the store keeps them."""
    pointer: int = 0
    """Its newest activation."""
    lines: deque[str] | None = field(default=None, repr=False)
    remark: str = ""
    """Why it was run, or was not, where something kept could have been taken."""

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.started is None or self.ended is None:
            return None
        return (self.ended - self.started).total_seconds()

    @property
    def tail(self) -> list[str]:
        """The last lines it wrote."""
        return list(self.lines or ())

    @property
    def state(self) -> str:
        """The status; that of an item follows from what is inside of it, as does why a container stopped."""
        if not self.item:
            stopped = self.container and self.status == "cancelled"
            return (
                "failed" if stopped and any(each.state == "failed" for each in self.inside()) else self.status
            )
        states = [each.state for each in self.children if not each.hook or each.status != "pending"]
        for word in _WORST_FIRST:
            if word in states:
                return word
        started = any(state != "pending" for state in states)
        return "running" if started and "pending" in states else states[0] if states else "pending"

    def inside(self) -> list[StepView]:
        """Give what is directly inside: items of a loop in their order, else the children."""
        return [self.items[index] for index in sorted(self.items)] if self.loop else self.children

    def make_item(self, index: int) -> StepView:
        """Make the row of an item of this loop."""
        return StepView(
            key=self.key,
            label=f"{self.label}[{index}]",
            name=f"{self.name}[{index}]",
            run=self.run,
            workflow=self.workflow,
            kind="item",
            depth=self.depth + 1,
            container=True,
            item=True,
            indices=(*self.indices, index),
            parent=self,
        )

    def learn(self, number: int, values: list[Any]) -> None:
        """Learn what the items of a chunk of this loop are."""
        self.chunks[number] = values
        for index, item in self.items.items():
            if index // CHUNK == number:
                item.value = self.value_at(number, index % CHUNK)

    def value_at(self, number: int, position: int) -> str:
        """Give what an item is, in short; empty when that is not known."""
        values = self.chunks.get(number, [])
        return short(values[position]) if position < len(values) else ""

    def keep(self, line: str) -> None:
        """Keep a line that it wrote."""
        if self.lines is None:
            self.lines = deque(maxlen=TAIL)
        self.lines.append(line[:_LINE])

    def close(self) -> None:
        """It is over: what is inside and never began is skipped."""
        for child in self.inside():
            if child.status == "pending" and not child.hook:
                child.status = "skipped"
            child.close()

    def reset(self) -> None:
        """Forget what became of it, and of what is inside: it begins anew."""
        self.status, self.started, self.ended, self.error = "pending", None, None, None
        self.continued, self.waits, self.lines, self.remark = False, "", None, ""
        self.items.clear()
        for child in self.children:
            child.reset()


_WORST_FIRST = ("failed", "running", "compensating", "sleeping", "waiting", "cancelled", "compensated")


def row_for(node: Node, parent: StepView | None, *, run: str, workflow: str) -> StepView:
    """Make the row of a node of a workflow, in a run of it."""
    owner = node.sequence.owner
    hook = owner is not None and owner.kind == "guard" and node.sequence.number > 0
    return StepView(
        key=node.key,
        label=_label(node, parent),
        name=_hook_name(node) if hook else node.name,
        run=run,
        workflow=workflow,
        kind=node.kind,
        depth=0 if parent is None else parent.depth + 1,
        container=node.container or bool(node.bodies),
        loop=node.kind in LOOPS,
        hook=hook,
        indices=() if parent is None else parent.indices,
        parent=parent,
    )


def _label(node: Node, parent: StepView | None) -> str:
    """Give the whole name: that of what it is inside of, and what its key has more than that one's."""
    key = _shown(node.key)
    if parent is None:
        return key
    if parent.kind == "sub_workflow":
        return f"{parent.label}/{key}"
    if node.name.startswith(f"{parent.name}["):
        # A cell of a matrix, whose name says what it is a cell of.
        return parent.label.removesuffix(parent.name) + node.name
    return parent.label + _shown(node.key[len(parent.key) :])


def _hook_name(node: Node) -> str:
    """Name a step of a hook: a hook's only step, which has its name, is the hook."""
    label = node.sequence.label
    return f"({label})" if node.name == label else f"({label}) {node.name}"


def _shown(key: str) -> str:
    """Write a key without the engine's marks; a hook's only step, which has its name, is the hook."""
    shown = _HOOK.sub("/", _NAMELESS_HOOK.sub(r"/\1", key))
    return shown.replace("~services", " (services)").replace("~", "")
