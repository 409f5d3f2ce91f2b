"""What nodes say of other nodes: the targets of `go_to`, the wires of `output_of`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from wfe_core.definition.linking import ancestors, loops_around, transitive_needs
from wfe_core.definition.nodes import (
    DagNode,
    ForEachNode,
    GoToNode,
    GuardNode,
    Node,
    ParallelNode,
    SagaNode,
    ScheduleNode,
    Sequence,
    StepNode,
)
from wfe_core.steps.binding import did_you_mean
from wfe_core.steps.selectors import KeptOutput, OutputOf, Selector


def find_target(node: GoToNode, where: str) -> list[str]:
    """Find where a `go_to` leads: a node of its own sequence or of an enclosing one, nearest first."""
    sequence = node.sequence
    reachable: list[str] = []
    barrier = ""
    while True:
        for candidate in sequence.nodes:
            inner = candidate
            while _is_implicit(inner):
                inner = inner.bodies[0].nodes[0]
            if inner.name == node.target_name:
                if barrier:
                    return [f"{where}: go_to({node.target_name!r}) would leave {barrier}"]
                node.target = candidate
                return []
            if not barrier and not isinstance(inner, GoToNode):
                reachable.append(inner.name)
        owner = sequence.owner
        if owner is None:
            hint = did_you_mean(node.target_name, reachable)
            names = ", ".join(reachable) or "nothing"
            return [f"{where}: go_to({node.target_name!r}) finds no such step{hint}; it can reach {names}"]
        barrier = barrier or _barrier(owner, sequence)
        sequence = owner.sequence


def _is_implicit(node: Node) -> bool:
    return isinstance(node, SagaNode | GuardNode) and node.implicit


def _barrier(owner: Node, sequence: Sequence) -> str:
    """Say why a jump cannot leave a body; an empty text when it can."""
    if sequence.number < 0:
        return f"the compensation of {owner.key!r}; end it instead, and branch after the saga"
    if isinstance(owner, ParallelNode | DagNode):
        return f"a branch of {owner.key!r}, whose branches run at the same time; jump after they have joined"
    if isinstance(owner, GuardNode) and sequence.number:
        return f"a hook of {owner.key!r}, which runs because its body has ended; jump after the guard"
    if isinstance(owner, ScheduleNode):
        return f"the background branch {owner.key!r}, which the main line does not wait for"
    if isinstance(owner, StepNode) or (isinstance(owner, ForEachNode) and owner.max_parallel != 1):
        return f"the loop {owner.key!r}, whose items run at the same time; give it max_parallel=1"
    return ""


def connect_outputs(node: Node, steps: Mapping[str, Node], where: str) -> list[str]:
    """Replace each `output_of` of a node by a wire that knows its source."""
    problems: list[str] = []

    def connected(selector: Selector) -> Selector:
        if not isinstance(selector, OutputOf):
            return selector
        found = _find_source(node, selector.step, steps, where)
        if isinstance(found, str):
            problems.append(found)
            return selector
        found.keep_output = True
        return KeptOutput(found.key, len(loops_around(found)), selector.field)

    for name, value in _selectors(node):
        setattr(node, name, connected(value))
    if isinstance(node, StepNode):
        node.inputs = {name: connected(value) for name, value in node.inputs.items()}
    return problems


def _selectors(node: Node) -> Iterator[tuple[str, Selector]]:
    for field in dataclasses.fields(node):
        value: Any = getattr(node, field.name)
        if isinstance(value, Selector):
            yield field.name, value


def _find_source(node: Node, name: str, steps: Mapping[str, Node], where: str) -> Node | str:
    """Find the step a wire comes from, by name or path, in the nearest enclosing container that has it."""
    *prefix, _ = node.key.split("/")
    reasons: list[str] = []
    while True:
        source = steps.get("/".join([*prefix, name]))
        if source is not None:
            reason = _why_not(source, node)
            if reason is None:
                return source
            reasons.append(f"{where}: output_of({name!r}): {reason}")
        if not prefix:
            break
        prefix.pop()
    if reasons:
        return reasons[0]
    known = {step.name: step for step in steps.values() if not step.container and step is not node}
    if name in known:
        found = known[name]
        reason = _why_not(found, node) or "name it by this path"
        return f"{where}: output_of({name!r}): that step is {found.key!r}; {reason}"
    return f"{where}: output_of({name!r}): there is no such step{did_you_mean(name, known)}"


def _why_not(source: Node, reader: Node) -> str | None:
    if source.container:
        return f"{source.key!r} is a container and has no output; name a step inside it"
    if source is reader:
        return "a step cannot read its own output"
    if not _runs_before(source, reader):
        return f"{source.key!r} does not run before this step"
    around = loops_around(reader)
    for loop in loops_around(source):
        if loop not in around:
            return (
                f"{source.key!r} runs once for each item of {loop.key!r}, so it has no single output; "
                f"use .collect(...) on the loop"
            )
    return None


def _runs_before(source: Node, reader: Node) -> bool:
    """Say whether a step has always ended (or been skipped) when another one begins."""
    line: dict[int, tuple[Sequence, Node]] = {}
    for node in (source, *ancestors(source)):
        line[id(node.sequence)] = (node.sequence, node)
    for node in (reader, *ancestors(reader)):
        if node is source:
            return True  # the reader is in its compensation or runs for the items it gave
        shared = line.get(id(node.sequence))
        if shared is not None:
            sequence, before = shared
            return sequence.nodes.index(before) < sequence.nodes.index(node)
        owner = node.sequence.owner
        if isinstance(owner, GuardNode) and node.sequence is owner.bodies[1] and id(owner.bodies[0]) in line:
            return True  # on_success: the body has completed
        if isinstance(owner, DagNode):
            needs = transitive_needs(owner, node.sequence.number) if _sound(owner) else set[int]()
            if any(id(owner.bodies[number]) in line for number in needs):
                return True
    return False


def _sound(dag: DagNode) -> bool:
    return len(dag.needs) == len(dag.bodies) and all(
        0 <= need < len(dag.bodies) for needs in dag.needs for need in needs
    )
