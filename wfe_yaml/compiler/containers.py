"""Containers: `steps`, `saga`, `if`, `parallel`, `dag`. The loops have a room of their own."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from wfe_core.definition.nodes import DagNode, IfNode, Node, ParallelNode, SagaNode, Sequence
from wfe_core.policies import ErrorBehavior
from wfe_yaml.compiler.names import group_shape
from wfe_yaml.errors import Code
from wfe_yaml.source.nodes import Sequence as ListOfNodes
from wfe_yaml.source.problems import suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_yaml.compiler.names import Seen, Site
    from wfe_yaml.compiler.steps import StepCompiler
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.shapes import Shape
    from wfe_yaml.model.steps import StepModel
    from wfe_yaml.source.nodes import Node as SourceNode
    from wfe_yaml.source.problems import Problems

ITSELF = "is this step itself, which has no result yet"

Container = tuple[Node, "Shape"]
"""The node of a container, and the shape of what others see of it."""
Common = dict[str, Any]
"""What all nodes have, as keyword arguments."""


def body_of(
    compiler: StepCompiler, steps: list[StepModel], place: Place, site: Site, *, seen: Seen, part: str = ""
) -> tuple[Sequence, dict[str, Shape]]:
    """Compile the steps of a body, and make them known as the children of the container."""
    body = Sequence(compiler.sequence(steps, site.below(place, seen, part)))
    shapes: dict[str, Shape] = {}
    for child in steps:
        place.children[child.name] = seen.places[child.name]
        shapes[child.name] = seen.shapes[child.name]
    return body, shapes


def _steps(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "group"
    body, shapes = body_of(compiler, step.steps or [], place, site, seen=site.seen.inside())
    return ParallelNode(bodies=[body], **common), group_shape(shapes)


def _saga(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "group"
    site = replace(site, saga=True)
    body, shapes = body_of(compiler, step.saga or [], place, site, seen=site.seen.inside())
    node = SagaNode(
        bodies=[body],
        after_undo=ErrorBehavior(step.on_error or "fail"),
        again=step.retry.policy() if step.retry is not None else None,
        **common,
    )
    return node, group_shape(shapes)


def _if(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "group"
    if step.if_ is None:
        return None
    condition = compiler.condition(step.if_, site)
    bodies: list[Sequence] = []
    shapes: dict[str, Shape] = {}
    for part, steps in (("then", step.then), ("else", step.else_)):
        if steps is not None:
            body, known = body_of(compiler, steps, place, site, seen=site.seen.inside(), part=part)
            bodies.append(body)
            shapes.update(known)
    return IfNode(condition=condition, bodies=bodies, **common), group_shape(shapes)


def _parallel(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "group"
    inside = site.seen.inside()
    children = step.parallel or []
    for child in children:
        inside.hide(child.name, "runs at the same time")
    shapes: dict[str, Shape] = {}
    bodies: list[Sequence] = []
    for child in children:
        own = inside.inside()
        own.hide(child.name, ITSELF)
        compiled = compiler.step(child, site.below(place, own))
        place.children[child.name], shapes[child.name] = compiled.place, compiled.shape
        bodies.append(Sequence(compiled.nodes))
    node = ParallelNode(
        bodies=bodies, max_parallel=compiler.limit(step), fail_fast=step.fail_fast is not False, **common
    )
    return node, group_shape(shapes)


# ---------------------------------------------------------------- dag


def _dag(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "group"
    children = {child.name: child for child in step.dag or []}
    needs = {name: _needs(child, children, compiler.problems) for name, child in children.items()}
    order = _order(needs, children, compiler.problems)
    if order is None:
        return None
    inside = site.seen.inside()
    for name in children:
        inside.hide(name, "is not among the steps that this one `needs`, so it may run later: add it there")
    shapes: dict[str, Shape] = {}
    before: dict[str, set[str]] = {}
    bodies: dict[str, Sequence] = {}
    for name in order:
        before[name] = set(needs[name]).union(*(before[need] for need in needs[name]))
        own = inside.inside()
        own.hide(name, ITSELF)
        for need in before[name]:
            own.add(place.children[need], shapes[need])
        compiled = compiler.step(children[name], site.below(place, own))
        place.children[name], shapes[name] = compiled.place, compiled.shape
        bodies[name] = Sequence(compiled.nodes, label=name)
    numbers = {name: number for number, name in enumerate(children)}
    node = DagNode(
        bodies=[bodies[name] for name in children],
        needs=[tuple(numbers[need] for need in needs[name]) for name in children],
        max_parallel=compiler.limit(step),
        fail_fast=step.fail_fast is not False,
        **common,
    )
    return node, group_shape(shapes)


def _needs(child: StepModel, children: dict[str, StepModel], problems: Problems) -> list[str]:
    found: list[str] = []
    for need, node in zip(child.needs or [], _items(child, "needs"), strict=False):
        if need == child.name:
            problems.add(Code.VALUE, f"the step {need!r} needs itself", node.location)
        elif need not in children:
            message = f"{child.name!r} needs {need!r}, which is no step of this dag"
            problems.add(Code.UNKNOWN_NAME, message, node.location, suggest(need, children))
        elif need not in found:
            found.append(need)
    return found


def _items(child: StepModel, word: str) -> tuple[SourceNode, ...]:
    node = child.node.get(word)
    return node.items if isinstance(node, ListOfNodes) else ()


def _order(
    needs: dict[str, list[str]], children: dict[str, StepModel], problems: Problems
) -> list[str] | None:
    """Give an order in which each comes after what it needs."""
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as exc:
        circle: list[str] = list(reversed(exc.args[1]))
        way = " needs ".join(repr(name) for name in circle)
        place = children[circle[0]].key_at("needs")
        problems.add(
            Code.CONFLICT,
            f"the steps need each other in a circle: {way}",
            place,
            "take one of these needs away",
        )
        return None


CONTAINERS: dict[str, Callable[[StepCompiler, StepModel, Place, Site, Common], Container | None]] = {
    "steps": _steps,
    "saga": _saga,
    "if": _if,
    "parallel": _parallel,
    "dag": _dag,
}
"""How each container is compiled, by its key."""
