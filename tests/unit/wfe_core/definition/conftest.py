"""What the tests of definitions share: trees made by hand, without the builder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfe_core.definition import WorkflowDefinition
from wfe_core.definition.nodes import Node, Sequence, StepNode
from wfe_core.steps.spec import StepSpec


async def nothing() -> None:
    """The body of steps in these tests."""


class Make:
    """Makes nodes and definitions with few words."""

    def step(self, name: str = "nothing", body: Any = nothing, **fields: Any) -> StepNode:
        """A step; the name is a default name unless `named=True` is given."""
        return StepNode(name=name, spec=StepSpec.of(body, "test"), **fields)

    def line(self, *nodes: Node | str, **fields: Any) -> Sequence:
        """A sequence; a text stands for a step of that name."""
        return Sequence([self.step(node) if isinstance(node, str) else node for node in nodes], **fields)

    def definition(self, *nodes: Node | str, **options: Any) -> WorkflowDefinition[Any]:
        """A definition over untyped data."""
        return WorkflowDefinition("flow", self.line(*nodes), **{"data": dict, **options})


@pytest.fixture
def make() -> Make:
    """Make nodes and definitions."""
    return Make()


Problems = Callable[..., tuple[str, ...]]


@pytest.fixture
def problems(make: Make) -> Problems:
    """Give the problems of a definition that must be refused."""

    def find(*nodes: Node | str, **options: Any) -> tuple[str, ...]:
        from wfe_core.errors import DefinitionError

        with pytest.raises(DefinitionError) as caught:
            make.definition(*nodes, **options)
        return caught.value.problems

    return find
