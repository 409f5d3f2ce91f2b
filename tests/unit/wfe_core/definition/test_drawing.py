"""Pictures and descriptions of definitions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pydot
import pytest

from wfe_core.definition.nodes import (
    DagNode,
    DecideNode,
    EndNode,
    ForEachNode,
    GoToNode,
    IfNode,
    SagaNode,
    WaitNode,
    WhileNode,
)
from wfe_core.steps.selectors import Constant

if TYPE_CHECKING:
    from tests.unit.wfe_core.definition.conftest import Make

YES = Constant(True)


def edges(text: str) -> set[tuple[str, str, str]]:
    """The edges of a Mermaid picture, with the names of their nodes and their labels."""
    names = dict(re.findall(r'(n\d+)(?:\[|\{|\{\{|\(\[)"([^"<]+)', text))
    found = re.findall(r'^  (n\d+) -\.?-?>(?:\|"([^"]*)"\|)? (n\d+)$', text, re.MULTILINE)
    return {(names[tail], label, names[head]) for tail, label, head in found}


def test_a_sequence_is_a_chain(make: Make) -> None:
    """Each step leads to the next."""
    assert edges(make.definition("a", "b", "c").to_mermaid()) == {("a", "", "b"), ("b", "", "c")}


def test_branches_split_and_join(make: Make) -> None:
    """A choice leads into each branch by its name, and each branch leads on; a lone `if` may be skipped."""
    flow = make.definition(
        IfNode(name="if", condition=YES, bodies=[make.line("a"), make.line("b")]),
        DecideNode(
            name="decide", value=YES, cases=["x"], otherwise=1, bodies=[make.line("c"), make.line("d")]
        ),
        IfNode(name="maybe", condition=YES, bodies=[make.line("e")]),
        "end",
    )
    assert edges(flow.to_mermaid()) == {
        ("if", "then", "a"), ("if", "else", "b"), ("a", "", "decide"), ("b", "", "decide"),
        ("decide", "x", "c"), ("decide", "otherwise", "d"), ("c", "", "maybe"), ("d", "", "maybe"),
        ("maybe", "then", "e"), ("e", "", "end"), ("maybe", "", "end"),
    }  # fmt: skip


def test_jumps_and_compensations_are_dashed(make: Make) -> None:
    """What is not the usual way is drawn apart; nothing leads on from a jump that always happens."""
    flow = make.definition(
        make.step("a", compensation=make.line("undo")),
        GoToNode(name="back", target_name="a", only_if=YES),
        GoToNode(name="always", target_name="a"),
        EndNode(name="end"),
    )
    text = flow.to_mermaid()
    found = edges(text)
    assert {("a", "undo", "undo"), ("back", "go to", "a"), ("always", "go to", "a")} <= found
    assert "a~saga" not in text + flow.to_dot()
    assert ("a", "", "back") in found
    assert ("back", "", "always") in found
    assert ("always", "", "end") not in found
    assert text.count("-.->") == 3


def test_a_graph_leads_along_its_needs(make: Make) -> None:
    """A node of a dag comes after what it needs."""
    flow = make.definition(
        DagNode(
            name="dag", needs=[(), (0,), (0, 1)], bodies=[make.line("a"), make.line("b"), make.line("c", "d")]
        )
    )
    assert edges(flow.to_mermaid()) == {
        ("dag", "", "a"), ("a", "", "b"), ("a", "", "c"), ("b", "", "c"), ("c", "", "d"),
    }  # fmt: skip


def test_labels_cannot_break_the_picture(make: Make) -> None:
    """Quotes, brackets and markup in names are shown as they are."""
    flow = make.definition(make.step('a "b" <c> #d `e` \\', named=True))
    assert '["a #quot;b#quot; #lt;c#gt; #35;d #96;e#96; \\"]' in flow.to_mermaid()
    assert '[label="a \\"b\\" <c> #d `e` \\\\", shape=box];' in flow.to_dot()


@pytest.mark.filterwarnings("ignore:'\\w+' deprecated:DeprecationWarning")  # inside of pydot
def test_others_read_it_as_we_mean_it(make: Make) -> None:
    """What `to_dot` writes is DOT: another's parser finds the same boxes, names and edges in it."""
    flow = make.definition(SagaNode(name="s", bodies=[make.line("a", 'b "2" <x> \\')]), "c")
    read = pydot.graph_from_dot_data(flow.to_dot())
    assert read is not None
    (graph,) = read
    (box,) = graph.get_subgraphs()
    names = {node.get_name(): node.get("label") for place in (graph, box) for node in place.get_nodes()}
    found = {
        (names[str(edge.get_source())], names[str(edge.get_destination())]) for edge in graph.get_edges()
    }
    quoted = '"b \\"2\\" <x> \\\\"'
    assert found == {('"s\\n(saga)"', '"a"'), ('"a"', quoted), (quoted, '"c"')}


def test_dot_has_a_cluster_for_each_container(make: Make) -> None:
    """Containers are boxes around what is inside; braces are balanced."""
    flow = make.definition(
        SagaNode(name="s", bodies=[make.line(WhileNode(name="w", condition=YES, bodies=[make.line("a")]))]),
        WaitNode(name="wait", event="e", event_key=YES, timeout=1, bodies=[make.line("late")]),
    )
    text = flow.to_dot()
    assert text.startswith('digraph "flow" {')
    assert text.count("subgraph cluster_") == 3
    assert text.count("{") == text.count("}")


def test_the_description_is_json(make: Make) -> None:
    """`to_dict` gives tools the structure and the options in force, as JSON values."""
    flow = make.definition(
        ForEachNode(
            name="each",
            items=YES,
            max_parallel=2,
            collect="x",
            bodies=[make.line(make.step("a", timeout=5, description="about", compensation=make.line("b")))],
        ),
        DagNode(name="dag", needs=[()], bodies=[make.line("c")]),
        GoToNode(name="go", target_name="each"),
        description="all",
    )
    shown = flow.to_dict()
    assert json.loads(json.dumps(shown)) == shown
    assert (shown["id"], shown["version"], shown["data"], shown["description"]) == ("flow", 1, "dict", "all")
    each, dag, go = shown["steps"][0], shown["steps"][1], shown["steps"][2]
    assert each["implicit"] is False if "implicit" in each else each["max_parallel"] == 2
    inner = each["bodies"][0]["steps"][0]
    inner = inner["bodies"][0]["steps"][0] if inner["kind"] == "saga" else inner
    assert (inner["key"], inner["timeout"], inner["description"]) == ("each/a", 5, "about")
    assert inner["compensation"][0]["key"] == "each/a/~undo/b"
    assert (dag["needs"], go["target"]) == ([[]], "each")
    assert repr(flow).startswith("<WorkflowDefinition 'flow' version 1 ")
