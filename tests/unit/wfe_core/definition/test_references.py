"""Where `go_to` may lead, and what `output_of` may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wfe_core.definition.nodes import (
    ActivityNode,
    DagNode,
    DecideNode,
    ForEachNode,
    GoToNode,
    IfNode,
    Node,
    ParallelNode,
    SagaNode,
    ScheduleNode,
    StepNode,
    WhileNode,
)
from wfe_core.steps.selectors import Constant, KeptOutput, output_of

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make, Problems

YES = Constant(True)


async def reads(x: Any = None) -> None:
    """A step with a parameter."""


def jump(name: str) -> GoToNode:
    """A jump."""
    return GoToNode(name=f"go-to-{name}", target_name=name)


@pytest.fixture
def wrap(make: Make) -> dict[str, Any]:
    """Containers of each kind around a line."""
    return {
        "if": lambda *nodes: IfNode(name="c", condition=YES, bodies=[make.line(*nodes)]),
        "while": lambda *nodes: WhileNode(name="c", condition=YES, bodies=[make.line(*nodes)]),
        "saga": lambda *nodes: SagaNode(name="c", bodies=[make.line(*nodes)]),
        "decide": lambda *nodes: DecideNode(name="c", value=YES, cases=[1], bodies=[make.line(*nodes)]),
        "one by one": lambda *nodes: ForEachNode(
            name="c", items=YES, max_parallel=1, bodies=[make.line(*nodes)]
        ),
        "for_each": lambda *nodes: ForEachNode(name="c", items=YES, bodies=[make.line(*nodes)]),
        "branch": lambda *nodes: make.step("c", bodies=[make.line(*nodes)]),
        "parallel": lambda *nodes: ParallelNode(name="c", bodies=[make.line(*nodes)]),
        "dag": lambda *nodes: DagNode(name="c", needs=[()], bodies=[make.line(*nodes)]),
        "schedule": lambda *nodes: ScheduleNode(name="c", after=1, bodies=[make.line(*nodes)]),
        "compensation": lambda *nodes: SagaNode(
            name="s", bodies=[make.line(make.step("c", compensation=make.line(*nodes)))]
        ),
    }


def test_a_jump_stays_in_its_sequence(make: Make) -> None:
    """Back and forth, to a step, a container, or itself."""
    flow = make.definition("a", jump("b"), "b", jump("a"), jump("go-to-b"))
    targets = [node.target for node in flow.steps.values() if isinstance(node, GoToNode)]
    assert [target.key for target in targets if target] == ["b", "a", "go-to-b"]


@pytest.mark.parametrize("kind", ["if", "while", "saga", "decide", "one by one"])
def test_a_jump_leaves_containers_that_run_one_thing(make: Make, wrap: dict[str, Any], kind: str) -> None:
    """Out of a branch, a loop one by one or a saga it goes to any enclosing sequence."""
    flow = make.definition("a", wrap[kind]("b", jump("a")))
    (node,) = [node for node in flow.steps.values() if isinstance(node, GoToNode)]
    assert node.target is flow.steps["a"]


@pytest.mark.parametrize("kind", ["for_each", "branch", "parallel", "dag", "schedule", "compensation"])
def test_a_jump_cannot_leave_what_others_run_beside(
    problems: Problems, wrap: dict[str, Any], kind: str
) -> None:
    """Out of parallel branches, items that run at once, background or compensations it is a build error."""
    (problem,) = problems("a", wrap[kind]("b", jump("a")))
    assert "go_to('a') would leave" in problem
    assert "c'" in problem


@pytest.mark.parametrize("kind", ["for_each", "parallel", "schedule", "compensation"])
def test_inside_such_a_branch_a_jump_is_free(make: Make, wrap: dict[str, Any], kind: str) -> None:
    """The nearest step of that name counts, so a jump within the branch is fine."""
    flow = make.definition("a", wrap[kind]("a", jump("a")))
    (node,) = [node for node in flow.steps.values() if isinstance(node, GoToNode)]
    assert node.target is not None
    assert node.target.sequence is node.sequence


def test_a_jump_to_nowhere_suggests_a_step(problems: Problems) -> None:
    """An unknown name lists what can be reached."""
    (problem,) = problems("reserve", jump("resreve"))
    assert problem.endswith(
        "go_to('resreve') finds no such step (did you mean 'reserve'?); it can reach reserve"
    )


def test_a_jump_into_a_container_is_not_possible(problems: Problems, wrap: dict[str, Any]) -> None:
    """Only sequences around the jump can be reached."""
    (problem,) = problems(wrap["if"]("inside"), jump("inside"))
    assert "finds no such step" in problem


def test_a_jump_to_a_compensated_step_enters_its_saga(make: Make) -> None:
    """The saga of one around the target begins anew."""
    flow = make.definition(make.step("a", compensation=make.line("b")), jump("a"))
    node = flow.steps["go-to-a"]
    assert isinstance(node, GoToNode)
    assert node.target is flow.steps["a~saga"]


def wired(make: Make, name: str, source: str, field: str | None = None) -> StepNode:
    """A step that reads another one's output."""
    return make.step(name, reads, inputs={"x": output_of(source, field)})


def wire(node: Node) -> KeptOutput:
    """The connected wire of a step."""
    assert isinstance(node, StepNode)
    selector = node.inputs["x"]
    assert isinstance(selector, KeptOutput)
    return selector


def test_a_wire_connects_to_an_earlier_step(make: Make) -> None:
    """The source's output is kept, under its key."""
    flow = make.definition("fetch", "other", wired(make, "use", "fetch", "title"))
    assert (wire(flow.steps["use"]).key, wire(flow.steps["use"]).field) == ("fetch", "title")
    assert [key for key, node in flow.steps.items() if node.keep_output] == ["fetch"]


def test_a_wire_finds_the_nearest_step(make: Make, wrap: dict[str, Any]) -> None:
    """Names are looked up outward; a path reaches into a container that has ended."""
    flow = make.definition(
        "fetch",
        wrap["if"]("fetch", wired(make, "near", "fetch")),
        wrap["if"](wired(make, "far", "fetch")),
        wired(make, "path", "c/then/fetch"),
    )
    assert wire(flow.steps["c/then/near"]).key == "c/then/fetch"
    assert wire(flow.steps["c-2/then/far"]).key == "fetch"
    assert wire(flow.steps["path"]).key == "c/then/fetch"


def test_a_wire_knows_the_loops_it_shares_with_its_source(make: Make, wrap: dict[str, Any]) -> None:
    """Outputs made for different items are told apart by the positions in the loops around the source."""
    inner = wrap["for_each"]("b", wired(make, "deep", "a"), wired(make, "deeper", "b"))
    inner.name = "inner"
    flow = make.definition("top", wrap["for_each"]("a", inner, wired(make, "up", "top")))
    depths = {key: wire(flow.steps[key]).depth for key in ("c/inner/deep", "c/inner/deeper", "c/up")}
    assert depths == {"c/inner/deep": 1, "c/inner/deeper": 2, "c/up": 0}


def test_a_node_of_a_graph_reads_what_it_needs(make: Make) -> None:
    """In a dag, what a node needs, directly or not, has run before it."""
    flow = make.definition(
        DagNode(
            name="dag",
            needs=[(), (0,), (1,)],
            bodies=[make.line("fetch"), make.line("b"), make.line(wired(make, "use", "fetch"), part="use")],
        )
    )
    assert wire(flow.steps["dag/use/use"]).key == "dag/fetch"


def test_a_compensation_reads_its_own_step(make: Make) -> None:
    """When the compensation runs, the step has run."""
    undo = make.line(wired(make, "undo", "fetch"))
    flow = make.definition(make.step("fetch", compensation=undo))
    assert wire(flow.steps["fetch/~undo/undo"]).key == "fetch"


def test_wires_work_in_every_selector(make: Make) -> None:
    """Inputs of activities, conditions and items can be outputs too."""
    activity = ActivityNode(
        name="review", activity="review", input=output_of("fetch"), only_if=output_of("fetch")
    )
    make.definition("fetch", activity)
    assert isinstance(activity.input, KeptOutput)
    assert isinstance(activity.only_if, KeptOutput)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("later", "does not run before"),
        ("use", "cannot read its own output"),
        ("c", "is a container"),
        ("c/in", "runs once for each item of 'c'"),
        ("p/side", "there is no such step"),
        ("fecth", r"did you mean 'fetch'"),
        ("in", "runs once for each item"),
        ("deep", r"that step is 'i/then/deep'; name it by this path"),
    ],
)
def test_a_wire_that_cannot_be_read_says_why(problems: Problems, make: Make, source: str, why: str) -> None:
    """The source must be one step that has always run before, once."""
    loop = ForEachNode(name="c", items=YES, bodies=[make.line("in")])
    branch = IfNode(name="i", condition=YES, bodies=[make.line("deep")])
    (problem,) = problems("fetch", loop, branch, wired(make, "use", source), "later")
    assert f"step 'use': output_of({source!r})" in problem
    assert why in problem


def test_a_branch_of_a_choice_does_not_read_the_other(problems: Problems, make: Make) -> None:
    """Only one of them runs."""
    choice = IfNode(
        name="i", condition=YES, bodies=[make.line("fetch"), make.line(wired(make, "use", "i/then/fetch"))]
    )
    assert "does not run before" in problems(choice)[0]


def test_parallel_branches_do_not_read_each_other(problems: Problems, make: Make) -> None:
    """A sibling branch may not have run yet; in a dag only what is needed has."""
    both = ParallelNode(name="p", bodies=[make.line("fetch"), make.line(wired(make, "use", "fetch"))])
    assert "does not run before" in problems(both)[0]
    graph = DagNode(
        name="d", needs=[(), ()], bodies=[make.line("fetch"), make.line(wired(make, "use", "fetch"))]
    )
    assert "does not run before" in problems(graph)[0]
