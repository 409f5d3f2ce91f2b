"""The fingerprint: a digest of what persisted pointers depend on, and of nothing else.

SHA-256 over the canonical JSON (sorted keys, no spaces, UTF-8) of id, version, name of the data model, and
the tree: keys, kinds, nesting, edges, needs. Code, policies, timeouts and descriptions may change freely.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from wfe_core.definition.nodes import DagNode, DecideNode, GoToNode, Node, Sequence


def structure_digest(id: str, version: int, data: str, root: Sequence) -> str:
    """Give the digest of a linked tree as 64 hexadecimal digits."""
    whole = {"id": id, "version": version, "data": data, "steps": _sequence(root)}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sequence(sequence: Sequence) -> list[dict[str, Any]]:
    return [_node(node) for node in sequence.nodes]


def _node(node: Node) -> dict[str, Any]:
    shape: dict[str, Any] = {"key": node.key, "kind": node.kind}
    if node.bodies:
        shape["bodies"] = [_sequence(body) for body in node.bodies]
    if node.compensation is not None:
        shape["undo"] = _sequence(node.compensation)
    if isinstance(node, DagNode):
        shape["needs"] = [sorted(needs) for needs in node.needs]
    if isinstance(node, DecideNode):
        shape["otherwise"] = node.otherwise
    if isinstance(node, GoToNode):
        shape["target"] = None if node.target is None else node.target.key
    return shape
