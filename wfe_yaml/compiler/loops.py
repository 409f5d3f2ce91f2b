"""Loops: `for_each`, `while`, and `matrix`, which makes a step of each of its cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfe_core.definition.nodes import ForEachNode, ParallelNode, Sequence, WhileNode
from wfe_core.errors import ConditionError
from wfe_yaml.compiler.containers import ITSELF, body_of
from wfe_yaml.compiler.hooks import HOOKS, hooked
from wfe_yaml.compiler.names import group_shape, list_shape
from wfe_yaml.errors import Code
from wfe_yaml.expressions.shapes import UNKNOWN, Shape, check_expressions
from wfe_yaml.expressions.templates import ConditionSelector, Structure, TemplateSelector
from wfe_yaml.expressions.values import is_list, type_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_core.steps.context import StepContext
    from wfe_yaml.compiler.containers import Common, Container
    from wfe_yaml.compiler.names import Site
    from wfe_yaml.compiler.steps import StepCompiler
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.model.matrix import MatrixModel
    from wfe_yaml.model.steps import StepModel


def _for_each(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "loop"
    if step.for_each is None:
        return None
    check_expressions(step.for_each.expressions, compiler.names(site), compiler.problems)
    items = ItemsSelector(step.for_each, compiler.scope(site).names)
    seen = site.seen.inside()
    seen.hide(step.name, ITSELF)
    site = replace(site, loops=(*site.loops, step.name), counting=False)
    body, shapes = body_of(compiler, step.steps or [], place, site, seen=seen)
    node = ForEachNode(
        items=items,
        bodies=[body],
        max_parallel=compiler.limit(step),
        fail_fast=step.fail_fast is not False,
        item_name=step.name,
        **common,
    )
    return node, list_shape(Shape("step", shapes))


class ItemsSelector(TemplateSelector):
    """The items of a loop: a list and nothing else."""

    __slots__ = ()

    def evaluate(self, view: StepContext[Any]) -> list[Any]:
        """Evaluate against an instance.

        Raises:
            ConditionError: the value is no list.
        """
        value = super().evaluate(view)
        if is_list(value):
            return value
        place = self.value.node.location if isinstance(self.value, Structure) else None
        raise ConditionError(
            f"{place}: error[{Code.EVALUATION}]: for_each takes a list, not {type_name(value)}"
        )


def _while(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    place.kind = "group"
    if step.while_ is None:
        return None
    inside = replace(site, counting=True)
    seen = site.seen.inside()
    body, shapes = body_of(compiler, step.steps or [], place, inside, seen=seen)
    # The condition sees what the iteration before has left: all of them skipped when there was none.
    after = replace(inside, seen=seen)
    check_expressions(step.while_.expressions, compiler.names(after), compiler.problems)
    node = WhileNode(
        condition=ConditionSelector(step.while_, compiler.scope(after).names),
        bodies=[body],
        max_iterations=step.max_iterations,
        **common,
    )
    return node, group_shape(shapes)


_OUTSIDE: dict[str, Any] = dict.fromkeys((*HOOKS, "services", "max_parallel", "fail_fast"))
"""What a matrix keeps for itself."""


def cells(
    compiler: StepCompiler, step: StepModel, matrix: MatrixModel, place: Place, site: Site, common: Common
) -> Container:
    """Compile a step once for each cell; the steps differ in their names and in what `matrix` gives."""
    place.kind = "cells"
    bodies: list[Sequence] = []
    each: Shape = UNKNOWN
    # Hooks are around the matrix: a failure comes to them first, and is passed over after that.
    held = hooked(step) and compiler.continues(step, site)
    for label, cell in matrix.cells.items():
        name = f"{step.name}[{label}]"
        seen = site.seen.inside()
        values = {**(site.matrix or {}), **dict.fromkeys(matrix.axes), **cell}
        inside = replace(site.below(place, seen), matrix=values, cell_of=step.name, held=held)
        one = replace(step, name=name, matrix=None, when=None, **_OUTSIDE)
        compiled = compiler.step(one, inside)
        place.children[label] = compiled.place
        bodies.append(Sequence(compiled.nodes, label=label))
        each = compiled.shape
    limit = matrix.max_parallel or compiler.limit(step)
    fast = step.fail_fast if matrix.fail_fast is None else matrix.fail_fast
    node = ParallelNode(bodies=bodies, max_parallel=limit, fail_fast=fast is not False and not held, **common)
    return node, list_shape(each)


LOOPS: dict[str, Callable[[StepCompiler, StepModel, Place, Site, Common], Container | None]] = {
    "for_each": _for_each,
    "while": _while,
}
"""How each loop is compiled, by its key."""
