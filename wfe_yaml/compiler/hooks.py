"""Hooks: `on_success`, `on_failure`, `on_abort`, `ensure` around steps, containers and whole workflows.

They wrap from the outside in as `ensure`, `on_abort`, `on_failure`, `on_success`, then the matrix, then the
retries: they run once, when the step has ended for good.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wfe_core.definition.linking import GUARD
from wfe_core.definition.nodes import GuardNode, Node, Sequence
from wfe_core.policies import ErrorBehavior
from wfe_yaml.expressions.scope import Hooked

if TYPE_CHECKING:
    from wfe_core.steps.selectors import Selector
    from wfe_yaml.compiler.names import Site
    from wfe_yaml.compiler.steps import StepCompiler
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.shapes import Shape
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.model.steps import StepModel

HOOKS = ("on_success", "on_failure", "on_abort", "ensure")
_BUDGET = 300_000_000
"""Microseconds that the hooks of what is being ended may take, unless their own timeouts say more."""
_MARGIN = 30_000_000


def hooked(model: StepModel | WorkflowModel) -> bool:
    """Whether a step or a workflow has any hook."""
    return any(getattr(model, word) is not None for word in HOOKS)


def guard(
    compiler: StepCompiler, step: StepModel, node: Node, place: Place, shape: Shape, site: Site
) -> Node:
    """Put the hooks of a step around its node; a condition and what comes after a failure move outside."""
    continues = compiler.continues(step, site)
    if not hooked(step) and not (continues and node.container and step.matrix is None):
        return node
    condition: Selector | None = node.only_if
    node.only_if = None
    return GuardNode(
        name=node.name,
        implicit=True,
        bodies=[Sequence([node]), *hook_bodies(compiler, step, place, shape, site)],
        only_if=condition,
        status_field=node.status_field,
        on_error_given=ErrorBehavior.CONTINUE if continues else None,
        ensure_timeout=_budget(step),
    )


def guard_workflow(
    compiler: StepCompiler, model: WorkflowModel, nodes: list[Node], place: Place, shape: Shape, site: Site
) -> list[Node]:
    """Put the hooks of a workflow around its main line."""
    if not hooked(model):
        return nodes
    bodies = [Sequence(nodes), *hook_bodies(compiler, model, place, shape, site)]
    return [
        GuardNode(name=place.key, whole=True, implicit=True, bodies=bodies, ensure_timeout=_budget(model))
    ]


def hook_bodies(
    compiler: StepCompiler, model: StepModel | WorkflowModel, place: Place, shape: Shape, site: Site
) -> list[Sequence]:
    """Compile the hooks of a step or a workflow, in the order of `HOOKS`."""
    bodies: list[Sequence] = []
    for word in HOOKS:
        steps: list[StepModel] | None = getattr(model, word)
        seen = site.seen.inside()
        if place.kind != "workflow":
            seen.hide(place.name, "is what this hook belongs to: ask for `step.status`, `step.outputs`, …")
        prefix = f"{place.key}{GUARD}/~{word}/"
        inside = replace(
            site, prefix=prefix, seen=seen, depth=site.depth + 1, hook=Hooked(place), hook_shape=shape
        )
        bodies.append(Sequence(compiler.sequence(steps or [], inside)))
    return bodies


def _budget(model: StepModel | WorkflowModel) -> int:
    """Hooks of what is being ended have a time of their own, so that an end comes to an end."""
    longest = 0
    for steps in (model.on_abort, model.ensure):
        longest = max(longest, sum(step.timeout or 0 for step in steps or []))
    return max(_BUDGET, longest + _MARGIN)
