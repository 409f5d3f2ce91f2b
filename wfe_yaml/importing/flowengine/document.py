"""A workflow of FlowEngine as it is written: nodes, connections, settings, triggers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wfe_yaml.errors import Code
from wfe_yaml.expressions.values import is_list
from wfe_yaml.importing.reading import Looker, joined, plain
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import suggest

_WORKFLOW = ("id", "name", "description", "nodes", "connections", "triggers", "settings")
_NODE = ("id", "node_type", "name", "config", "position", "retry_policy")
_CONNECTION = ("from_node", "from_port", "to_node", "to_port")
_TAGS = {
    "Null": "Null",
    "Bool": "Bool",
    "Number": "Number",
    "Array": "Array",
    "Object": "Object",
    "String": "String",
    "StringArc": "String",
    "Bytes": "Bytes",
    "BytesArc": "Bytes",
    "Json": "Json",
    "JsonArc": "Json",
}
"""The kinds of typed values; those that share their memory are the same to us."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowNode:
    """A node."""

    id: str
    type: str
    name: str | None
    config: Mapping | None
    retry: Mapping | None
    node: Mapping


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """A connection from a port to a port."""

    source: FlowNode
    source_port: str
    target: FlowNode
    target_port: str
    node: Mapping


@dataclass(frozen=True, slots=True, eq=False)
class FlowDocument:
    """A workflow; its nodes come after those that they are connected from."""

    id: str | None
    name: str
    description: str | None
    nodes: tuple[FlowNode, ...]
    connections: tuple[Connection, ...]
    triggers: tuple[Node, ...]
    settings: Mapping | None
    node: Mapping


def read_document(root: Node, looker: Looker) -> FlowDocument | None:
    """Read a workflow; None when it is none, which the problems say."""
    if not isinstance(root, Mapping):
        looker.wrong("a workflow of FlowEngine (a mapping with `nodes` and `connections`)", root)
        return None
    nodes = _nodes(root, looker)
    connections = tuple(_connections(root, nodes, looker))
    looker.others(root, _WORKFLOW, "the workflow")
    ordered = _ordered(tuple(nodes.values()), connections, looker)
    if not nodes and not looker.problems:
        looker.problems.add(Code.VALUE, "the workflow has no nodes", root.location)
    return FlowDocument(
        id=looker.text(root.get("id")),
        name=looker.text(root.get("name")) or "imported",
        description=looker.text(root.get("description")),
        nodes=ordered,
        connections=connections,
        triggers=looker.items(root.get("triggers"), "a list of triggers"),
        settings=looker.mapping(root.get("settings")),
        node=root,
    )


def _nodes(root: Mapping, looker: Looker) -> dict[str, FlowNode]:
    found: dict[str, FlowNode] = {}
    for item in looker.items(looker.needed(root, "nodes", "the workflow"), "a list of nodes"):
        node = looker.mapping(item, "a node (a mapping)")
        if node is None:
            continue
        id_, kind = looker.needed(node, "id", "a node"), looker.needed(node, "node_type", "a node")
        looker.others(node, _NODE, "the node")
        name, type_ = looker.text(id_), looker.text(kind)
        if id_ is None or not name or not type_:
            continue
        if name in found:
            message = f"two nodes have the id {name!r}"
            hint = f"the other one is in line {found[name].node.location.line}"
            looker.problems.add(Code.DUPLICATE_NAME, message, id_.location, hint)
            continue
        found[name] = FlowNode(
            id=name,
            type=type_,
            name=looker.text(node.get("name")),
            config=looker.mapping(node.get("config")),
            retry=looker.mapping(node.get("retry_policy")),
            node=node,
        )
    return found


def _connections(root: Mapping, nodes: dict[str, FlowNode], looker: Looker) -> Iterator[Connection]:
    for item in looker.items(root.get("connections"), "a list of connections"):
        node = looker.mapping(item, "a connection (a mapping)")
        if node is None:
            continue
        values = {key: looker.needed(node, key, "a connection") for key in _CONNECTION}
        looker.others(node, _CONNECTION, "the connection")
        texts = {key: looker.text(value) for key, value in values.items()}
        for key in ("from_node", "to_node"):
            place, name = values[key], texts[key]
            if place is not None and name is not None and name not in nodes:
                looker.problems.add(
                    Code.UNKNOWN_NAME, f"there is no node {name!r}", place.location, suggest(name, nodes)
                )
        source, target = nodes.get(texts["from_node"] or ""), nodes.get(texts["to_node"] or "")
        if source is not None and target is not None:
            yield Connection(source, texts["from_port"] or "", target, texts["to_port"] or "", node)


def _ordered(
    nodes: tuple[FlowNode, ...], connections: tuple[Connection, ...], looker: Looker
) -> tuple[FlowNode, ...]:
    """Put nodes after those that they are connected from, otherwise as they are."""
    waiting: dict[FlowNode, set[FlowNode]] = {node: set() for node in nodes}
    following: dict[FlowNode, list[FlowNode]] = {node: [] for node in nodes}
    for each in connections:
        if each.source not in waiting[each.target]:
            waiting[each.target].add(each.source)
            following[each.source].append(each.target)
    ready = [node for node in nodes if not waiting[node]]
    ordered: list[FlowNode] = []
    for node in ready:  # it grows meanwhile
        ordered.append(node)
        for after in following[node]:
            waiting[after].discard(node)
            if not waiting[after]:
                ready.append(after)
    stuck = [node for node in nodes if waiting[node]]
    if stuck:
        for each in connections:
            if each.source in waiting[each.target]:
                message = "the connections form a circle, and this one is part of it or hangs on it"
                hint = "remove a connection so that every node can come after those it is connected from"
                looker.problems.add(Code.VALUE, message, each.node.location, hint)
                break
    return tuple(ordered)


def value_of(node: Node, looker: Looker) -> Any:
    """Give the plain value of a typed one, `{"type": "Number", "value": 3}`, or of one without its type."""
    if isinstance(node, Mapping):
        tag = node.get("type")
        kind = _TAGS.get(tag.text) if isinstance(tag, Scalar) else None
        if kind is not None and not node.entries.keys() - {"type", "value"}:
            return _typed(kind, node.get("value"), node, looker)
        return {joined(key): value_of(entry.value, looker) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [value_of(item, looker) for item in node.items]
    return _json(node)


def _typed(kind: str, value: Node | None, whole: Node, looker: Looker) -> Any:
    if kind == "Null" or value is None:
        return None
    if kind == "Json":
        return _json(value)
    found = value_of(value, looker) if kind in ("Array", "Object") else _json(value)
    if kind == "Bytes":
        return _bytes(found, whole, looker)
    fits = {
        "Bool": isinstance(found, bool),
        "Number": isinstance(found, (int, float)) and not isinstance(found, bool),
        "String": isinstance(found, str),
        "Array": isinstance(found, list),
        "Object": isinstance(found, dict),
    }[kind]
    if not fits:
        looker.problems.add(Code.TYPE, f"this is no value of the type {kind}", value.location)
        return None
    return plain(found)


def _bytes(found: Any, whole: Node, looker: Looker) -> str | None:
    """Give bytes as the text that they are."""
    try:
        if not is_list(found) or any(isinstance(each, bool) for each in found):
            raise TypeError
        return bytes(found).decode()
    except (TypeError, ValueError):
        hint = "write the bytes to a file, and give the step its path"
        looker.leave("bytes that are no text in UTF-8 have no counterpart", whole.location, hint)
        return None


def _json(node: Node) -> Any:
    """Give the JSON value of a node."""
    if isinstance(node, Scalar):
        return joined(node.value) if isinstance(node.value, str) else plain(node.value)
    if isinstance(node, Sequence):
        return [_json(item) for item in node.items]
    if isinstance(node, Mapping):
        return {joined(key): _json(entry.value) for key, entry in node.entries.items()}
    return None
