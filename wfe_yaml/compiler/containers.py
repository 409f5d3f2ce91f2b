"""Containers: `steps` one after the other, `parallel` all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.definition.nodes import Node, ParallelNode, Sequence
from wfe_yaml.expressions.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_core.steps.selectors import Selector
    from wfe_yaml.compiler.names import Site
    from wfe_yaml.compiler.steps import StepCompiler
    from wfe_yaml.expressions.scope import Place
    from wfe_yaml.model.steps import StepModel

Container = tuple[Node, Shape]
"""The node of a container, and the shape of what others see of it."""


def _steps(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, condition: Selector | None
) -> Container:
    inside = site.seen.inside()
    children = step.steps or []
    body = Sequence(compiler.sequence(children, site.below(place, inside)))
    shapes: dict[str, Shape] = {}
    for child in children:
        place.children[child.name] = inside.places[child.name]
        shapes[child.name] = inside.shapes[child.name]
    return _side_by_side(step, [body], condition), Shape("step", shapes)


def _parallel(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, condition: Selector | None
) -> Container:
    inside = site.seen.inside()
    children = step.parallel or []
    for child in children:
        inside.hide(child.name, "runs at the same time")
    shapes: dict[str, Shape] = {}
    bodies: list[Sequence] = []
    for child in children:
        own = inside.inside()
        own.hide(child.name, "is this step itself, which has no result yet")
        compiled = compiler.step(child, site.below(place, own))
        place.children[child.name], shapes[child.name] = compiled.place, compiled.shape
        bodies.append(Sequence([compiled.node] if compiled.node is not None else []))
    return _side_by_side(step, bodies, condition), Shape("step", shapes)


def _side_by_side(step: StepModel, bodies: list[Sequence], condition: Selector | None) -> Node:
    return ParallelNode(
        name=step.name,
        named=True,
        bodies=bodies,
        max_parallel=step.max_parallel,
        timeout=step.timeout,
        only_if=condition,
        description=step.description,
    )


CONTAINERS: dict[str, Callable[[StepCompiler, StepModel, Place, Site, Selector | None], Container]] = {
    "steps": _steps,
    "parallel": _parallel,
}
"""How each container is compiled, by its key."""
