"""Pictures of a definition: Mermaid, Graphviz, and plain JSON-like values for tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wfe_core.definition.linking import walk
from wfe_core.definition.nodes import (
    ActivityNode,
    DagNode,
    DecideNode,
    ForEachNode,
    GoToNode,
    GuardNode,
    IfNode,
    Node,
    SagaNode,
    Sequence,
    SubWorkflowNode,
    WaitNode,
    WhileNode,
)

# ---------------------------------------------------------------- as values


def describe(sequence: Sequence) -> list[dict[str, Any]]:
    """Give the nodes of a sequence, with what is inside them, as JSON-like values."""
    return [_describe_node(node) for node in sequence.nodes]


def _describe_node(node: Node) -> dict[str, Any]:
    shown: dict[str, Any] = {"key": node.key, "name": node.name, "kind": node.kind}
    if node.description:
        shown["description"] = node.description
    if not node.container:
        shown["max_attempts"] = node.retry.max_attempts
    shown["on_error"] = str(node.on_error)
    if node.timeout is not None:
        shown["timeout"] = node.timeout
    for attribute in _ATTRIBUTES.get(type(node), ()):
        value = getattr(node, attribute)
        if value is not None:
            shown[attribute] = value
    if isinstance(node, GoToNode) and node.target is not None:
        shown["target"] = node.target.key
    if node.bodies:
        shown["bodies"] = [{"label": body.label, "steps": describe(body)} for body in node.bodies]
    if isinstance(node, DagNode):
        shown["needs"] = [list(needs) for needs in node.needs]
    if node.compensation is not None:
        shown["compensation"] = describe(node.compensation)
    return shown


_ATTRIBUTES: dict[type[Node], tuple[str, ...]] = {
    ForEachNode: ("max_parallel", "collect"),
    WhileNode: ("max_iterations",),
    WaitNode: ("event",),
    ActivityNode: ("activity",),
    SubWorkflowNode: ("workflow", "version"),
    SagaNode: ("implicit",),
    GuardNode: ("implicit", "ensure_timeout"),
}


# ---------------------------------------------------------------- as a graph


@dataclass(slots=True)
class _Edge:
    tail: str
    head: str
    label: str = ""
    dashed: bool = False


@dataclass(slots=True)
class _Cluster:
    """A container: a vertex for the way in, and what is inside."""

    id: str
    label: str
    shape: str
    inside: list[_Cluster | _Vertex] = field(default_factory=list["_Cluster | _Vertex"])


@dataclass(slots=True)
class _Vertex:
    id: str
    label: str
    shape: str


class _Graph:
    """Vertices, nested clusters and edges, from which both languages are written."""

    def __init__(self, root: Sequence) -> None:
        self.edges: list[_Edge] = []
        self.inside: list[_Cluster | _Vertex] = []
        self._ids: dict[int, str] = {}
        self.named: dict[str, str] = {}
        """The vertices by the keys of their nodes."""
        for number, node in enumerate(walk(root), 1):
            # A saga of one is drawn as its node: the compensation beside it says all there is to say.
            self._ids[id(node)] = self._ids[id(node.parent)] if _is_wrapped(node) else f"n{number}"
            self.named[node.key] = self._ids[id(node)]
        self._sequence(root, self.inside)

    def _sequence(self, sequence: Sequence, inside: list[_Cluster | _Vertex]) -> None:
        for node in sequence.nodes:
            self._node(node.bodies[0].nodes[0] if _is_wrapper(node) else node, inside)
            if node.next is not None and (node.only_if is not None or node.kind not in _LEAVES):
                for tail in self._exits(node):
                    self.edges.append(_Edge(tail, self._ids[id(node.next)]))

    def _node(self, node: Node, inside: list[_Cluster | _Vertex]) -> None:
        own = self._ids[id(node)]
        label = node.name if node.name == node.kind else f"{node.name}\n{_kind(node)}".rstrip()
        if any(body.nodes for body in node.bodies):
            cluster = _Cluster(own, label, _SHAPES.get(node.kind, "box"))
            inside.append(cluster)
            for body in node.bodies:
                self._sequence(body, cluster.inside)
            self._ways_in(node, own)
        else:
            inside.append(_Vertex(own, label, _SHAPES.get(node.kind, "box")))
        if isinstance(node, GoToNode) and node.target is not None:
            self.edges.append(_Edge(own, self._ids[id(node.target)], "go to", dashed=True))
        if node.compensation is not None and node.compensation.first is not None:
            self._sequence(node.compensation, inside)
            self.edges.append(_Edge(own, self._ids[id(node.compensation.first)], "undo", dashed=True))

    def _ways_in(self, node: Node, own: str) -> None:
        for number, body in enumerate(node.bodies):
            if body.first is None:
                continue
            head = self._ids[id(body.first)]
            needs = node.needs[number] if isinstance(node, DagNode) else ()
            tails = [tail for need in needs for tail in self._ends(node.bodies[need])]
            if tails:
                self.edges.extend(_Edge(tail, head) for tail in tails)
            else:
                labelled = len(node.bodies) > 1 or node.kind in ("if", "wait_for")
                hook = isinstance(node, GuardNode) and number > 0
                self.edges.append(_Edge(own, head, body.label if labelled else "", dashed=hook))

    def _exits(self, node: Node) -> list[str]:
        """Where the flow leaves a node: its own vertex, or the ends of its bodies."""
        if _is_wrapper(node):
            return self._exits(node.bodies[0].nodes[0])
        own = self._ids[id(node)]
        bodies = node.bodies[:1] if isinstance(node, GuardNode) else node.bodies
        tails = [tail for body in bodies for tail in self._ends(body)]
        skips = (
            node.kind in ("while", "wait_for")
            or (isinstance(node, IfNode) and len(node.bodies) == 1)
            or (isinstance(node, DecideNode) and node.otherwise is None)
        )
        if not tails or skips:
            tails = [own, *tails]
        return list(dict.fromkeys(tails))

    def _ends(self, sequence: Sequence) -> list[str]:
        return self._exits(sequence.nodes[-1]) if sequence.nodes else []


def _is_wrapper(node: Node | None) -> bool:
    return isinstance(node, SagaNode) and node.implicit


def _is_wrapped(node: Node) -> bool:
    return _is_wrapper(node.parent) and node.sequence.number == 0


def _kind(node: Node) -> str:
    return "" if node.kind == "step" else f"({node.kind.replace('_', ' ')})"


_LEAVES = frozenset({"end_workflow", "go_to"})
"""What comes after these is reached only when they are skipped."""

_SHAPES = {
    "decide": "diamond",
    "if": "diamond",
    "while": "diamond",
    "wait_for": "hexagon",
    "activity": "hexagon",
    "approval": "hexagon",
    "delay": "hexagon",
    "end_workflow": "oval",
}

_MERMAID = {"box": ("[", "]"), "diamond": ("{", "}"), "hexagon": ("{{", "}}"), "oval": ("([", "])")}


def mermaid(root: Sequence, paint: Mapping[str, str] | None = None) -> str:
    """Write a Mermaid flowchart; `paint` gives colours (`#rrggbb`) to nodes by their keys."""
    graph = _Graph(root)
    lines = ["flowchart TD"]

    def write(inside: list[_Cluster | _Vertex], indent: str) -> None:
        for part in inside:
            opening, closing = _MERMAID[part.shape]
            vertex = f'{part.id}{opening}"{_mermaid_text(part.label)}"{closing}'
            if isinstance(part, _Cluster):
                title = _mermaid_text(part.label.split("\n")[0])
                lines.append(f'{indent}subgraph {part.id}_inside["{title}"]')
                lines.append(f"{indent}  {vertex}")
                write(part.inside, indent + "  ")
                lines.append(f"{indent}end")
            else:
                lines.append(indent + vertex)

    write(graph.inside, "  ")
    for edge in graph.edges:
        arrow = "-.->" if edge.dashed else "-->"
        label = f'|"{_mermaid_text(edge.label)}"|' if edge.label else ""
        lines.append(f"  {edge.tail} {arrow}{label} {edge.head}")
    for key, colour in (paint or {}).items():
        lines.append(f"  style {graph.named[key]} fill:{colour},color:#000000")
    return "\n".join(lines) + "\n"


def _mermaid_text(text: str) -> str:
    # Mermaid reads `#name;` as an entity, so that no character of a label can end it.
    escaped = text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return escaped.replace("`", "#96;").replace("\n", "<br/>")


def dot(title: str, root: Sequence, paint: Mapping[str, str] | None = None) -> str:
    """Write a digraph in Graphviz's language; `paint` gives colours (`#rrggbb`) to nodes by their keys."""
    graph = _Graph(root)
    lines = [f"digraph {_dot_text(title)} {{", "  node [shape=box];"]

    def write(inside: list[_Cluster | _Vertex], indent: str) -> None:
        for part in inside:
            vertex = f"{part.id} [label={_dot_text(part.label)}, shape={part.shape}];"
            if isinstance(part, _Cluster):
                lines.append(f"{indent}subgraph cluster_{part.id} {{")
                lines.append(f"{indent}  label={_dot_text(part.label.split(chr(10))[0])};")
                lines.append(f"{indent}  {vertex}")
                write(part.inside, indent + "  ")
                lines.append(f"{indent}}}")
            else:
                lines.append(indent + vertex)

    write(graph.inside, "  ")
    for edge in graph.edges:
        options = [f"label={_dot_text(edge.label)}"] if edge.label else []
        if edge.dashed:
            options.append("style=dashed")
        lines.append(f"  {edge.tail} -> {edge.head}" + (f" [{', '.join(options)}];" if options else ";"))
    for key, colour in (paint or {}).items():
        lines.append(f'  {graph.named[key]} [style=filled, fillcolor="{colour}"];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
