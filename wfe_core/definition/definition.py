"""`WorkflowDefinition`: an immutable graph of steps, ready to be registered and run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Generic

from typing_extensions import TypeVar

from wfe_core.definition import drawing
from wfe_core.definition.fingerprint import structure_digest
from wfe_core.definition.linking import (
    Inherited,
    connect,
    give_keys,
    give_policies,
    mark_collecting,
    walk,
    wrap_compensated,
)
from wfe_core.definition.nodes import GoToNode, Node, Sequence, StepNode
from wfe_core.definition.references import connect_outputs, find_target
from wfe_core.definition.validation import bind_step, check_identity, check_node
from wfe_core.errors import DefinitionError
from wfe_core.policies import ErrorBehavior, RetryPolicy
from wfe_core.serialization import DataCodec, codec_for

D = TypeVar("D", default=Any)


class WorkflowDefinition(Generic[D]):
    """A workflow as it is registered: what `WorkflowBuilder.build()` and the YAML compiler make.

    Attributes:
        id: name of the workflow.
        version: its version; instances stay with the one they began with.
        fingerprint: digest of the structure; another one under the same id and version is a conflict.
        steps: all nodes by key, containers and compensations included, in reading order. Read-only.
        data_type: the type of the data.
        data_class: the class that values of the data are objects of (`dict` for a TypedDict).
        by_text: whether it is identified by its text, so that another text is a new revision, no conflict.
        has_guards: whether any node is a guard, with hooks to run before something around it ends.
        codec: turns data into JSON and back.
        root: the main line.
        retry: the default retry policy for steps, if the workflow has one.
        on_error: the default behaviour when a step has failed for good, if the workflow has one.
        timeout: microseconds an instance may take from its start, or None. Then open sagas are undone, guards
            run their hooks, and it ends failed; a retry gives it the same time again.
        description: for people.
        data_class: the class of whole values of the data, for `isinstance`.
        has_cancel_when: whether any step has a condition that is looked at after every checkpoint.

    Args:
        id: name of the workflow.
        root: the main line; it is linked in place and belongs to the definition from then on.
        version: a whole number.
        data: the type of the data.
        retry: see above.
        on_error: see above.
        timeout: see above.
        description: see above.
        fingerprint: instead of the computed one, for definitions that are identified by their text.
        problems: what is known to be wrong already; reported together with what is found here.

    Raises:
        DefinitionError: something is wrong; names every problem with its remedy.
    """

    def __init__(
        self,
        id: str,
        root: Sequence,
        *,
        version: int = 1,
        data: type[D],
        retry: RetryPolicy | None = None,
        on_error: ErrorBehavior | None = None,
        timeout: int | None = None,
        description: str = "",
        fingerprint: str | None = None,
        problems: Iterable[str] = (),
    ) -> None:
        self.id = id
        self.version = version
        self.data_type = data
        self.root = root
        self.retry = retry
        self.on_error = on_error
        self.timeout = timeout
        self.description = description
        self.fingerprint: str = fingerprint or ""
        self.by_text: bool = fingerprint is not None
        found = [*problems, *check_identity(id, version)]
        try:
            self.codec: DataCodec[D] = codec_for(data)
        except DefinitionError as exc:
            raise DefinitionError(*found, *(f"workflow {id!r}: {each}" for each in exc.problems)) from exc
        self.data_class: type = self.codec.data_class
        self.steps: Mapping[str, Node] = MappingProxyType(self._link(found))
        self.has_cancel_when: bool = any(node.cancel_when is not None for node in self.steps.values())
        self.has_guards: bool = any(node.kind == "guard" for node in self.steps.values())
        if found:
            raise DefinitionError(*dict.fromkeys(found))
        if not self.fingerprint:
            self.fingerprint = structure_digest(id, version, self.codec.name, root)

    def _link(self, problems: list[str]) -> dict[str, Node]:
        wrap_compensated(self.root)
        connect(self.root)
        problems.extend(give_keys([self.root], "", f"workflow {self.id!r}"))
        give_policies(self.root, Inherited.of_definition(self.retry, self.on_error))
        mark_collecting(self.root)
        steps = {node.key: node for node in walk(self.root)}
        for node in steps.values():
            where = f"workflow {self.id!r}, step {node.key!r}"
            problems.extend(check_node(node, self.codec, where))
            problems.extend(connect_outputs(node, steps, where))
            if isinstance(node, GoToNode):
                problems.extend(find_target(node, where))
            elif isinstance(node, StepNode):
                problems.extend(bind_step(node, self.codec, where))
        if not self.root.nodes:
            problems.append(f"workflow {self.id!r} has no steps; add one with .then(...)")
        return steps

    def to_mermaid(self, paint: Mapping[str, str] | None = None) -> str:
        """Draw the workflow as a Mermaid flowchart; `paint` gives colours (`#rrggbb`) to steps by key."""
        return drawing.mermaid(self.root, paint)

    def to_dot(self, paint: Mapping[str, str] | None = None) -> str:
        """Draw the workflow in Graphviz's language; `paint` gives colours (`#rrggbb`) to steps by key."""
        return drawing.dot(self.id, self.root, paint)

    def to_dict(self) -> dict[str, Any]:
        """Describe the workflow as JSON-like values, for tools."""
        return {
            "id": self.id,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "description": self.description,
            "data": self.codec.name,
            "timeout": self.timeout,
            "steps": drawing.describe(self.root),
        }

    def __repr__(self) -> str:
        """Show what it is known by."""
        return f"<WorkflowDefinition {self.id!r} version {self.version} {self.fingerprint[:12]}>"
