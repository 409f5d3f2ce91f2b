"""Keys: paths of names, unique, and stable under edits elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from wfe_core.definition import WorkflowDefinition
from wfe_core.definition.nodes import (
    DagNode,
    DecideNode,
    ForEachNode,
    IfNode,
    Node,
    ParallelNode,
    SagaNode,
    ScheduleNode,
    Sequence,
    StepNode,
    WaitNode,
    WhileNode,
)
from wfe_core.steps.selectors import Constant
from wfe_core.steps.spec import StepSpec

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make, Problems

YES = Constant(True)


def test_a_key_is_the_path_of_names(make: Make) -> None:
    """Containers with one body put their name in front, and nothing else."""
    flow = make.definition(
        ForEachNode(
            name="fulfil",
            items=YES,
            bodies=[make.line(WhileNode(name="each", condition=YES, bodies=[make.line("pack")]))],
        )
    )
    assert list(flow.steps) == ["fulfil", "fulfil/each", "fulfil/each/pack"]


def test_a_function_used_twice_gets_a_number(make: Make) -> None:
    """Default names that clash in one container are numbered in reading order; other containers are apart."""
    flow = make.definition("pack", "pack", SagaNode(name="saga", bodies=[make.line("pack", "pack")]), "pack")
    assert list(flow.steps) == ["pack", "pack-2", "saga", "saga/pack", "saga/pack-2", "pack-3"]


def test_a_given_name_keeps_its_name(make: Make) -> None:
    """A name that the user gave is never changed: default names make way, wherever they stand."""
    flow = make.definition("pack", "pack", make.step("pack", named=True), make.step("pack-2", named=True))
    assert list(flow.steps) == ["pack-3", "pack-4", "pack", "pack-2"]


def test_the_same_given_name_twice_is_an_error(problems: Problems, make: Make) -> None:
    """Two steps of one container cannot have the same given name."""
    twice = [make.step("a", named=True), make.step("a", named=True)]
    assert problems(*twice) == (
        "workflow 'flow': two steps of the main line are named 'a'; give one of them another name",
    )
    twice = [make.step("a", named=True), make.step("a", named=True)]
    (problem,) = problems(ParallelNode(name="both", bodies=[make.line(node) for node in twice]))
    assert "two steps inside 'both' are named 'a'" in problem


def test_names_that_would_break_keys_are_errors(problems: Problems, make: Make) -> None:
    """What separates the parts of keys cannot be in a given name."""
    (problem,) = problems(make.step("a/b", named=True))
    assert problem == (
        "workflow 'flow': the name 'a/b' must not contain '/' or '~', which keys are made of; "
        "choose another with .name(...)"
    )
    assert "a lambda gives its step no name" in problems(make.step(""))[0]


def test_branches_with_names_of_their_own_are_part_of_the_key(make: Make) -> None:
    """Then and else, cases and dag branches keep the steps of one branch from renaming those of another."""
    flow = make.definition(
        IfNode(name="if", condition=YES, bodies=[make.line("a"), make.line("a")]),
        DecideNode(
            name="decide",
            value=YES,
            cases=["big", 3, None, True, "big", {"x": 1}, "a/b", "x" * 50],
            otherwise=2,
            bodies=[make.line("a") for _ in range(9)],
        ),
        DagNode(
            name="dag",
            needs=[(), (0,)],
            bodies=[make.line(make.step("a", named=True)), make.line("a", part="b")],
        ),
        ParallelNode(name="parallel", bodies=[make.line("a"), make.line("a")]),
    )
    keys = [key for key, node in flow.steps.items() if not node.container]
    assert [key for key in keys if key.startswith("if")] == ["if/then/a", "if/else/a"]
    parts = [key.split("/")[1] for key in keys if key.startswith("decide")]
    assert parts[:6] == ["big", "3", "otherwise", "null", "true", "big-2"]
    assert all(part.startswith("case-") for part in parts[6:])
    assert len(set(parts)) == 9
    assert keys[-4:] == ["dag/a", "dag/b/a", "parallel/a", "parallel/a-2"]


def test_labels_show_branches_to_people(make: Make) -> None:
    """A branch is called by its part of the key, unless it was given another word."""
    flow = make.definition(
        IfNode(name="if", condition=YES, bodies=[make.line("a"), make.line("b", label="no")])
    )
    assert [body.label for body in flow.steps["if"].bodies] == ["then", "no"]


def test_compensations_and_timeouts_have_keys_below_their_step(make: Make) -> None:
    """`~undo` and `~timeout` cannot clash with names, which have no tilde."""
    flow = make.definition(
        SagaNode(name="saga", bodies=[make.line(make.step("reserve", compensation=make.line("release")))]),
        WaitNode(name="wait", event="e", event_key=YES, timeout=1, bodies=[make.line("give-up")]),
    )
    assert list(flow.steps) == [
        "saga",
        "saga/reserve",
        "saga/reserve/~undo/release",
        "wait",
        "wait/~timeout/give-up",
    ]


def test_a_step_with_a_saga_of_its_own_keeps_its_key(make: Make) -> None:
    """`compensate_with` outside a saga makes one that is transparent in keys."""
    flow = make.definition("reserve", make.step("reserve", compensation=make.line("release")), "reserve")
    assert list(flow.steps) == [
        "reserve",
        "reserve-2~saga",
        "reserve-2",
        "reserve-2/~undo/release",
        "reserve-3",
    ]
    saga = flow.steps["reserve-2~saga"]
    assert isinstance(saga, SagaNode)
    assert saga.implicit
    assert flow.steps["reserve"].next is saga
    assert saga.next is flow.steps["reserve-3"]
    assert flow.steps["reserve-2"].saga is saga


def test_links_lead_through_the_tree(make: Make) -> None:
    """Parents, successors, owners and numbers are those of the tree; compensations are number -1."""
    flow = make.definition(
        "a",
        SagaNode(name="saga", bodies=[make.line(make.step("b", compensation=make.line("c", "d")), "e")]),
        "f",
    )
    steps = flow.steps
    saga, b, c = steps["saga"], steps["saga/b"], steps["saga/b/~undo/c"]
    assert (steps["a"].parent, steps["a"].next, steps["f"].next) == (None, saga, None)
    assert (b.parent, b.next, b.sequence.owner, b.sequence.number) == (saga, steps["saga/e"], saga, 0)
    assert (c.parent, c.next, c.sequence.number) == (b, steps["saga/b/~undo/d"], -1)
    assert flow.root.owner is None


def test_the_picture_is_read_only(make: Make) -> None:
    """A definition's steps cannot be replaced."""
    flow = make.definition("a")
    assert not hasattr(flow.steps, "__setitem__")


async def _body() -> None:
    """Do nothing."""


def _step(name: str, undo: Sequence | None) -> StepNode:
    return StepNode(name=name, spec=StepSpec.of(_body, "w"), compensation=undo)


NAMES = st.sampled_from(["a", "a-2", "b", "pack"])


def _containers(lines: st.SearchStrategy[Sequence]) -> st.SearchStrategy[Node]:
    bodies = st.lists(lines, min_size=1, max_size=3)
    one = lines.map(lambda line: [line])
    return st.one_of(
        st.builds(lambda n, b: SagaNode(name=n, bodies=b), NAMES, one),
        st.builds(lambda n, b: ForEachNode(name=n, items=YES, bodies=b), NAMES, one),
        st.builds(lambda n, b: WhileNode(name=n, condition=YES, bodies=b), NAMES, one),
        st.builds(lambda n, b: ScheduleNode(name=n, after=1, bodies=b), NAMES, one),
        st.builds(lambda n, b: ParallelNode(name=n, bodies=b), NAMES, bodies),
        st.builds(lambda n, b: IfNode(name=n, condition=YES, bodies=b[:2]), NAMES, bodies),
        st.builds(
            lambda n, b, c: DecideNode(name=n, value=YES, cases=c[: len(b)], bodies=b),
            NAMES,
            bodies,
            st.lists(st.one_of(st.text(max_size=3), st.booleans(), st.none()), min_size=3, max_size=3),
        ),
        st.builds(
            lambda n, b: DagNode(name=n, bodies=b, needs=[tuple(range(i)) for i in range(len(b))]),
            NAMES,
            bodies,
        ),
    )


def _lines(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Sequence]:
    return st.lists(children, min_size=1, max_size=4).map(Sequence)


LEAVES: st.SearchStrategy[Node] = st.builds(_step, NAMES, st.none())
NODES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda nodes: st.one_of(
        _containers(_lines(nodes)), st.builds(_step, NAMES, st.one_of(st.none(), _lines(nodes)))
    ),
    max_leaves=25,
)


def _all(sequence: Sequence) -> list[Node]:
    found: list[Node] = []
    for node in sequence.nodes:
        found.append(node)
        for body in [*node.bodies, *([node.compensation] if node.compensation else [])]:
            found.extend(_all(body))
    return found


@given(_lines(NODES))
def test_every_node_of_any_tree_has_a_key_of_its_own(root: Sequence) -> None:
    """Whatever is nested in whatever, keys are unique and each key leads to its node."""
    flow: WorkflowDefinition[Any] = WorkflowDefinition("flow", root, data=dict)
    nodes = _all(flow.root)
    assert len(flow.steps) == len(nodes)
    assert all(flow.steps[node.key] is node for node in nodes)
    assert len(flow.fingerprint) == 64
    assert flow.to_mermaid()
    assert flow.to_dot()
    assert flow.to_dict()["steps"]
