"""Services: started by a step before what names them, stopped by a hook after it, however it ended.

Both are steps of the type `services`, which an executor of that name runs: its `config` has the services
under `start` or `stop`. As the start is a durable step, what outlives its runner finds its services running,
and as the stop is an `ensure` hook, a crash leaves none behind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wfe_core.definition.linking import GUARD
from wfe_core.definition.nodes import GuardNode, Node, Sequence
from wfe_yaml.expressions.scope import Hooked
from wfe_yaml.model.records import read_record
from wfe_yaml.model.steps import StepModel
from wfe_yaml.source.nodes import Entry, Mapping, Scalar

if TYPE_CHECKING:
    from wfe_yaml.compiler.names import Site
    from wfe_yaml.compiler.steps import StepCompiler
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.source.nodes import Node as SourceNode

TYPE = "services"
"""The type of step that starts and stops services."""
MARK = "~services"
"""What the key of the start has after the key of what it is for."""


def with_services(
    compiler: StepCompiler, model: StepModel | WorkflowModel, nodes: list[Node], place: Place, site: Site
) -> list[Node]:
    """Put the services of a step or a workflow around it."""
    given = model.node.get("services")
    if given is None or not nodes:
        return nodes
    key = place.key + MARK
    start = _step(compiler, model, "start", replace(site, prefix=f"{key}/"))
    # The steps that start and stop services know, as all others inside, for what these are.
    hook = replace(
        site,
        prefix=f"{key}{GUARD}/~ensure/",
        seen=site.seen.inside(),
        depth=site.depth + 1,
        hook=Hooked(place),
    )
    stop = _step(compiler, model, "stop", hook)
    if start is None or stop is None:
        return nodes
    start.name, start.named = place.name + MARK, False
    guard = GuardNode(name=start.name, whole=True, implicit=True)
    if len(nodes) == 1:
        guard.only_if, nodes[0].only_if = nodes[0].only_if, None
        guard.on_error_given = nodes[0].on_error_given if isinstance(nodes[0], GuardNode) else None
        guard.status_field = nodes[0].status_field
    hooks = [Sequence(), Sequence(), Sequence(), Sequence([stop])]
    guard.bodies = [Sequence([start, *nodes]), *hooks]
    return [guard]


def _step(compiler: StepCompiler, model: StepModel | WorkflowModel, word: str, site: Site) -> Node | None:
    """Compile the step that starts or stops the services of a model."""
    services = model.node.entries["services"]
    source = services.value

    def scalar(text: str) -> Scalar:
        return Scalar(source.source, source.start, source.end, 1, text, text)

    def mapping(entries: dict[str, SourceNode]) -> Mapping:
        made = {name: Entry(scalar(name), value) for name, value in entries.items()}
        return Mapping(source.source, source.start, source.end, 1, made)

    config = mapping({word: source})
    node = mapping({"name": scalar(word), "type": scalar(TYPE), "config": config})
    step = read_record(StepModel, node, compiler.problems)
    return None if step is None else compiler.step(step, site).node
