"""What a definition refuses: every problem at once, each with its place and its remedy."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel

from wfe_core.definition import WorkflowDefinition
from wfe_core.definition.nodes import (
    DagNode,
    DecideNode,
    DelayNode,
    EndNode,
    ForEachNode,
    GoToNode,
    IfNode,
    Node,
    ParallelNode,
    SagaNode,
    ScheduleNode,
    Sequence,
    StepNode,
    WhileNode,
)
from wfe_core.definition.validation import _find_cycle
from wfe_core.errors import DefinitionError
from wfe_core.steps.selectors import Constant
from wfe_core.steps.spec import StepSpec

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make, Problems

YES = Constant(True)


class Order(BaseModel):
    """Typed data."""

    items: list[str] = []
    packed: list[str] = []


async def reserve(itmes: list[str]) -> None:
    """A step with a slip."""


def test_all_problems_are_told_at_once(make: Make) -> None:
    """One build names everything that is wrong, once, in reading order."""
    with pytest.raises(DefinitionError) as caught:
        make.definition(
            make.step("reserve", reserve, output="nowhere"),
            GoToNode(name="go", target_name="nowhere"),
            ForEachNode(name="each", items=YES, bodies=[make.line()], max_parallel=0, collect="paked"),
            data=Order,
            version=-1,
            problems=["known before", "known before"],
        )
    text = str(caught.value)
    wanted = ["known before", "version -1", "no such field", "'itmes'", "go_to", "max_parallel=0", "'packed'"]
    assert [word for word in wanted if word not in text] == []
    assert len(caught.value.problems) == len(set(caught.value.problems)) == 8


@pytest.mark.parametrize("id", ["", "  ", "a\nb", 3, None])
def test_a_definition_has_a_name(problems: Problems, id: Any) -> None:
    """The id is a text that can be read."""
    with pytest.raises(DefinitionError, match="must be a text"):
        WorkflowDefinition(id, Sequence([StepNode(name="a", spec=StepSpec.of(reserve, "w"))]), data=dict)


@pytest.mark.parametrize("version", [-1, 1.5, "1", True])
def test_a_version_is_a_whole_number(problems: Problems, version: Any) -> None:
    """Versions are counted."""
    assert problems("a", version=version) == (
        f"workflow 'flow': version {version!r} must be a whole number from 0 on",
    )


def test_a_workflow_has_steps(problems: Problems) -> None:
    """An empty workflow is a mistake."""
    assert problems() == ("workflow 'flow' has no steps; add one with .then(...)",)


@pytest.mark.parametrize("data", [int, list[str], RootModel[int], "Order"])
def test_data_is_a_mapping_of_some_kind(problems: Problems, data: Any) -> None:
    """Models, dataclasses, TypedDicts and dicts have top-level keys; other types do not."""
    assert (
        "workflow data is a dict, a pydantic model, a dataclass or a TypedDict"
        in problems("a", data=data)[-1]
    )


def test_data_that_pydantic_cannot_handle_is_refused(problems: Problems) -> None:
    """A field without a JSON form is found when the definition is built."""
    from dataclasses import dataclass

    class Opaque:
        """Nothing pydantic knows."""

    @dataclass
    class Holder:
        """Data that holds it."""

        it: Any

    Holder.__annotations__["it"] = Opaque
    Holder.__dataclass_fields__["it"].type = Opaque
    assert "pydantic cannot handle it" in problems("a", data=Holder)[-1]


def test_fields_that_results_go_to_exist(problems: Problems, make: Make) -> None:
    """`.output` and `.collect` name fields of typed data; untyped data may have any."""
    step = make.step("a", output="pakced")
    (problem,) = problems(step, data=Order)
    assert problem == (
        "workflow 'flow', step 'a': .output('pakced'): Order has no such field (did you mean 'packed'?)"
    )
    make.definition(make.step("a", output="pakced"))


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "4"])
def test_max_parallel_is_at_least_one(problems: Problems, make: Make, limit: Any) -> None:
    """A loop that may run nothing at once would never end."""
    (problem,) = problems(ForEachNode(name="each", items=YES, bodies=[make.line("a")], max_parallel=limit))
    assert f"max_parallel={limit!r} must be a whole number from 1 on" in problem


@pytest.mark.parametrize("limit", [0, -3, True])
def test_max_iterations_is_at_least_one(problems: Problems, make: Make, limit: Any) -> None:
    """A loop that may not begin is a mistake."""
    (problem,) = problems(WhileNode(name="w", condition=YES, bodies=[make.line("a")], max_iterations=limit))
    assert f"max_iterations={limit!r}" in problem


EMPTY: dict[str, Any] = {
    "while": lambda body: WhileNode(name="c", condition=YES, bodies=[body]),
    "for_each": lambda body: ForEachNode(name="c", items=YES, bodies=[body]),
    "saga": lambda body: SagaNode(name="c", bodies=[body]),
    "schedule": lambda body: ScheduleNode(name="c", after=1, bodies=[body]),
}


@pytest.mark.parametrize("kind", EMPTY)
def test_loops_and_sagas_have_bodies(problems: Problems, kind: str) -> None:
    """An empty body does nothing, for ever or never."""
    (problem,) = problems(EMPTY[kind](Sequence()))
    assert problem.startswith("workflow 'flow', step 'c': its body has no step; add one with .then(...)")


def test_an_empty_branch_of_a_choice_does_nothing(make: Make) -> None:
    """`if` and `decide` may have branches in which there is nothing to do."""
    flow = make.definition(
        IfNode(name="if", condition=YES, bodies=[make.line(), make.line("a")]),
        DecideNode(name="decide", value=YES, cases=[1], bodies=[make.line()]),
    )
    assert list(flow.steps) == ["if", "if/else/a", "decide"]


def test_choices_have_branches(problems: Problems, make: Make) -> None:
    """A decide has a branch for each case, a parallel one branch, an if one or two."""
    assert "has no branch; add .when" in problems(DecideNode(name="d", value=YES))[0]
    assert (
        "1 branches for 2 cases"
        in problems(DecideNode(name="d", value=YES, cases=[1, 2], bodies=[make.line("a")]))[0]
    )
    assert "needs at least one branch" in problems(ParallelNode(name="p"))[0]
    three = [make.line("a"), make.line("b"), make.line("c")]
    assert "it has 3 branches" in problems(IfNode(name="i", condition=YES, bodies=three))[0]


def test_a_decide_without_a_function_follows_something(problems: Problems, make: Make) -> None:
    """It looks at the outcome of the step before, so there must be one."""
    node = DecideNode(name="d", cases=[1], bodies=[make.line("a")])
    assert "takes the outcome of the step before, and there is none" in problems(node)[0]
    make.definition("b", DecideNode(name="d", cases=[1], bodies=[make.line("a")]))


def test_collecting_needs_an_output(problems: Problems, make: Make) -> None:
    """A loop whose body ends with a choice has no output to collect; one that ends with a saga has."""
    choice = IfNode(name="if", condition=YES, bodies=[make.line("a")])
    loop = ForEachNode(name="each", items=YES, collect="x", bodies=[make.line("a", choice)])
    assert ".collect('x') takes the output of the last step" in problems(loop)[0]
    saga = SagaNode(name="s", bodies=[make.line("a")])
    make.definition(ForEachNode(name="each", items=YES, collect="x", bodies=[make.line(saga)]))


@pytest.mark.parametrize(
    "node",
    [
        GoToNode(name="n", target_name="a"),
        EndNode(name="n"),
        DelayNode(name="n", duration=1),
    ],
)
def test_what_does_nothing_has_nothing_to_compensate(problems: Problems, make: Make, node: Node) -> None:
    """Jumps, ends and delays have no effects."""
    node.compensation = make.line("undo")
    assert any("nothing that could be compensated" in problem for problem in problems("a", node))


def test_a_compensation_has_a_step(problems: Problems, make: Make) -> None:
    """An empty compensation is a mistake."""
    (problem,) = problems(make.step("a", compensation=make.line()))
    assert problem == "workflow 'flow', step 'a': its compensation has no step"


def test_times_are_given_one_way(problems: Problems, make: Make) -> None:
    """A delay has a duration or a moment, a schedule runs once or repeats."""
    body = [make.line("a")]
    assert "either a duration or a moment" in problems(DelayNode(name="d"))[0]
    assert "either a duration or a moment" in problems(DelayNode(name="d", duration=1, until=YES))[0]
    assert "either a time after" in problems(ScheduleNode(name="s", bodies=body))[0]
    assert "at least a millisecond" in problems(ScheduleNode(name="s", every=10, bodies=[make.line("a")]))[0]


def test_a_graph_has_sound_needs(problems: Problems, make: Make) -> None:
    """Nodes, one set of needs each, all of them known, no circles."""
    assert "has no nodes" in problems(DagNode(name="d"))[0]
    assert (
        "1 nodes and needs for 2" in problems(DagNode(name="d", needs=[(), ()], bodies=[make.line("a")]))[0]
    )
    assert (
        "a number that no node has" in problems(DagNode(name="d", needs=[(3,)], bodies=[make.line("a")]))[0]
    )
    circle = DagNode(
        name="d", needs=[(), (2,), (1,)], bodies=[make.line("a"), make.line("b"), make.line("c", label="see")]
    )
    assert "in a circle: 'b' needs 'see' needs 'b'" in problems(circle)[0]


def _has_cycle(needs: list[tuple[int, ...]]) -> bool:
    left = set(range(len(needs)))
    while free := {n for n in left if not left & set(needs[n])}:
        left -= free
    return bool(left)


@given(st.integers(1, 7).flatmap(lambda n: st.lists(st.sets(st.integers(0, n - 1)), min_size=n, max_size=n)))
def test_a_circle_is_found_when_there_is_one(sets: list[set[int]]) -> None:
    """The search agrees with taking away free nodes until none is left, and what it gives is a circle."""
    needs = [tuple(sorted(some)) for some in sets]
    cycle = _find_cycle(needs)
    assert bool(cycle) == _has_cycle(needs)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(after in needs[before] for before, after in itertools.pairwise(cycle))
