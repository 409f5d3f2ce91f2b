"""`Dag`: named nodes with needs, as `.dag(lambda g: ...)` gives it to its function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Generic, Self

from wfe_core.builder.draft import Draft
from wfe_core.builder.typing import D, Marked
from wfe_core.definition.nodes import DagNode
from wfe_core.steps.binding import did_you_mean
from wfe_core.steps.decorator import check_name, is_marked

if TYPE_CHECKING:
    from wfe_core.builder.branch import Branch


class Dag(Generic[D]):
    """A graph in the making: nodes may be added in any order."""

    def __init__(self, draft: Draft, node: DagNode) -> None:
        self._draft = draft
        self._node = node
        self._needs: dict[str, tuple[str, ...]] = {}

    def add(
        self,
        name: str,
        step: Callable[[Branch[D]], object] | Marked,
        needs: Iterable[str] = (),
    ) -> Self:
        """Add a node.

        Args:
            name: unique in this graph; part of its steps' keys.
            step: a marked step, or a branch for several steps or modifiers.
            needs: names of the nodes that must have completed (or been skipped) before it starts.
        """
        call = f".dag(...) add({name!r})"
        problem = check_name(name)
        if problem is None and name in self._needs:
            problem = f"another node is named {name!r} already; choose another name"
        if isinstance(needs, str):
            problem = problem or f"needs={needs!r} must be a list of names: needs=[{needs!r}]"
            needs = (needs,)
        if problem is not None:
            self._draft.note(call, problem)
        body = self._draft.step_or_branch(step, call)
        body.label = name
        if is_marked(step):
            # The node's own name is the key; a branch keeps its name in front of its steps' names.
            body.nodes[0].name, body.nodes[0].named = name, True
        else:
            body.part = name
        self._needs.setdefault(name, tuple(needs))
        self._node.bodies.append(body)
        return self

    def connect(self) -> None:
        """Turn names into numbers, once all nodes are there."""
        numbers = {body.label: number for number, body in reversed([*enumerate(self._node.bodies)])}
        for body in self._node.bodies:
            found: list[int] = []
            for need in self._needs[body.label]:
                if need in numbers:
                    found.append(numbers[need])
                else:
                    self._draft.note(
                        f".dag(...) add({body.label!r})",
                        f"it needs {need!r}, which is no node of this graph{did_you_mean(need, numbers)}",
                    )
            self._node.needs.append(tuple(dict.fromkeys(found)))
