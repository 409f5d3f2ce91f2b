"""The fingerprint covers what persisted pointers depend on, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from wfe_core.definition import WorkflowDefinition
from wfe_core.definition.nodes import (
    DagNode,
    DecideNode,
    ForEachNode,
    GoToNode,
    IfNode,
    Node,
    SagaNode,
    Sequence,
    StepNode,
    WaitNode,
)
from wfe_core.policies import ErrorBehavior, RetryPolicy
from wfe_core.steps.selectors import Constant
from wfe_core.steps.spec import StepSpec

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make

YES, NO = Constant(True), Constant(False)


class Order(BaseModel):
    """Typed data."""

    a: int = 0


async def one() -> None:
    """A body."""


async def two() -> None:
    """Another body."""


def step(name: str, body: Any = one, **fields: Any) -> StepNode:
    """A step."""
    return StepNode(name=name, spec=StepSpec.of(body, "w"), **fields)


def tree() -> Sequence:
    """A tree with something of everything; new at each call."""
    return Sequence(
        [
            step("a", compensation=Sequence([step("undo")])),
            SagaNode(name="saga", bodies=[Sequence([step("b"), step("c")])]),
            ForEachNode(name="each", items=YES, bodies=[Sequence([step("d")])]),
            IfNode(name="if", condition=YES, bodies=[Sequence([step("e")]), Sequence([step("f")])]),
            DecideNode(name="decide", value=YES, cases=["x"], bodies=[Sequence([step("g")])]),
            DagNode(name="dag", needs=[(), (0,)], bodies=[Sequence([step("h")]), Sequence([step("i")])]),
            WaitNode(name="wait", event="e", event_key=YES),
            GoToNode(name="go", target_name="a"),
        ]
    )


def digest(change: Callable[[Sequence], object] = lambda root: None, **options: Any) -> str:
    """The fingerprint of the tree after a change."""
    root = tree()
    change(root)
    settings: dict[str, Any] = {"data": dict, **options}
    flow: WorkflowDefinition[Any] = WorkflowDefinition("flow", root, **settings)
    return flow.fingerprint


def test_a_fingerprint_is_a_digest_in_hexadecimal() -> None:
    """64 digits, the same each time: processes and machines agree."""
    assert digest() == digest()
    assert int(digest(), 16) >= 0
    assert len(digest()) == 64


def test_the_fingerprint_is_written_down() -> None:
    """A released fingerprint never changes for the same structure, or stored instances would be blocked."""
    flow: WorkflowDefinition[Any] = WorkflowDefinition("flow", Sequence([step("a"), step("b")]), data=dict)
    assert flow.fingerprint == "4b56c8b2e399d0ef96c6a68c7d5c9474626ab3a26fc0d8b405ef1d98b5c5a92e"


def vars_of(node: Node, **fields: Any) -> None:
    """Set several fields."""
    for name, value in fields.items():
        setattr(node, name, value)


STRUCTURE: dict[str, Callable[[Sequence], object]] = {
    "another name": lambda r: setattr(r.nodes[2], "name", "z"),
    "a step more": lambda r: r.nodes.insert(1, step("z")),
    "a step less": lambda r: r.nodes.pop(2),
    "another order": lambda r: r.nodes.insert(1, r.nodes.pop(2)),
    "another compensation": lambda r: r.nodes[0].compensation.nodes.append(step("z")),  # type: ignore[union-attr]
    "no compensation": lambda r: setattr(r.nodes[0], "compensation", None),
    "a step moved inside": lambda r: r.nodes[1].bodies[0].nodes.insert(0, r.nodes.pop(6)),
    "other needs": lambda r: setattr(r.nodes[5], "needs", [(), ()]),
    "another case": lambda r: setattr(r.nodes[4], "cases", ["y"]),
    "an otherwise": lambda r: vars_of(r.nodes[4], cases=[], otherwise=0),
    "another target": lambda r: setattr(r.nodes[7], "target_name", "saga"),
    "one branch less": lambda r: r.nodes[3].bodies.pop(),
}


@pytest.mark.parametrize("change", STRUCTURE)
def test_structure_makes_the_fingerprint(change: str) -> None:
    """Keys, kinds, nesting, order, edges and needs: another one is another structure."""
    assert digest(STRUCTURE[change]) != digest()


def test_identity_makes_the_fingerprint() -> None:
    """Id, version and the name of the data model are part of it."""
    root = tree()
    other: WorkflowDefinition[Any] = WorkflowDefinition("other", root, data=dict)
    assert len({digest(), digest(version=2), digest(data=Order), other.fingerprint}) == 4


FREE: dict[str, Callable[[Sequence], object]] = {
    "code": lambda r: setattr(r.nodes[0], "spec", StepSpec.of(two, "w")),
    "retry": lambda r: setattr(r.nodes[0], "retry_given", RetryPolicy(max_attempts=9)),
    "on_error": lambda r: setattr(r.nodes[0], "on_error_given", ErrorBehavior.SUSPEND),
    "timeout": lambda r: setattr(r.nodes[0], "timeout", 9),
    "description": lambda r: setattr(r.nodes[0], "description", "about"),
    "config": lambda r: r.nodes[0].config.update(a=1),
    "priority": lambda r: setattr(r.nodes[0], "priority", 9),
    "condition": lambda r: setattr(r.nodes[3], "condition", NO),
    "items": lambda r: setattr(r.nodes[2], "items", NO),
    "max_parallel": lambda r: setattr(r.nodes[2], "max_parallel", 1),
    "only_if": lambda r: setattr(r.nodes[2], "only_if", NO),
    "output": lambda r: setattr(r.nodes[0], "output", "a"),
    "a name that was a default": lambda r: setattr(r.nodes[0], "named", True),
}


@pytest.mark.parametrize("change", FREE)
def test_what_may_change_freely_does_not(change: str) -> None:
    """Code, policies, timeouts, conditions and descriptions are not part of it."""
    assert digest(FREE[change]) == digest()


def test_options_of_the_definition_do_not_count() -> None:
    """Defaults, timeout and description may change freely."""
    options: dict[str, Any] = {
        "retry": RetryPolicy(max_attempts=9),
        "on_error": ErrorBehavior.SUSPEND,
        "timeout": 9,
    }
    assert digest(**options, description="about") == digest()


def test_a_definition_from_text_brings_its_own(make: Make) -> None:
    """YAML definitions are identified by their text."""
    assert make.definition("a", fingerprint="f" * 64).fingerprint == "f" * 64


def _nodes(sequence: Sequence) -> list[Node]:
    return [
        inner for node in sequence.nodes for inner in [node, *[n for b in node.bodies for n in _nodes(b)]]
    ]


POLICIES = st.fixed_dictionaries(
    {
        "timeout": st.one_of(st.none(), st.integers(1, 10**9)),
        "priority": st.integers(-9, 9),
        "description": st.text(max_size=5),
        "retry_given": st.one_of(st.none(), st.builds(RetryPolicy, max_attempts=st.integers(1, 9))),
        "on_error_given": st.sampled_from([None, ErrorBehavior.FAIL, ErrorBehavior.SUSPEND]),
    }
)


@given(st.lists(POLICIES, min_size=16, max_size=16))
def test_no_mixture_of_policies_moves_it(policies: list[dict[str, Any]]) -> None:
    """Any policies on any nodes leave the fingerprint as it is."""

    def change(root: Sequence) -> None:
        for node, fields in zip(_nodes(root), policies, strict=False):
            for name, value in fields.items():
                setattr(node, name, value)

    assert digest(change) == digest()


def test_every_field_of_a_node_was_thought_of() -> None:
    """A field that is added to nodes must be put on one side or the other."""
    assert {field.name for field in dataclasses.fields(Node)} == {
        # structure
        "bodies", "compensation", "key", "name",
        # free
        "config", "cancel_when", "description", "keep_output", "named", "on_error", "on_error_given",
        "only_if", "output", "priority", "proceed", "retry", "retry_given", "status_field", "timeout",
        # follow from the structure
        "collects", "next", "parent", "saga", "sequence", "undoable",
    }  # fmt: skip
