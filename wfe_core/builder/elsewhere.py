"""`Elsewhere`: work that is done outside of the instance, by workers and by other workflows."""

from __future__ import annotations

from typing import Any, Self, overload

from wfe_core.builder.modifiers import output_of_call
from wfe_core.builder.scopes import Scopes
from wfe_core.builder.typing import D, OfData, OfDataAndContext, Output, OutputOf, Plain, V
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.definition.nodes import ActivityNode, SubWorkflowNode
from wfe_core.policies import Duration


class Elsewhere(Scopes[D]):
    """The part of a builder that hands work to others and waits for it."""

    @overload
    def activity(
        self,
        name: str,
        input: Plain | OfData[D, object] = None,
        *,
        timeout: Duration | None = None,
        output: Output[D] | None = None,
    ) -> Self: ...
    @overload
    def activity(
        self,
        name: str,
        input: OfDataAndContext[D, object],
        *,
        timeout: Duration | None = None,
        output: Output[D] | None = None,
    ) -> Self: ...
    def activity(
        self, name: str, input: Any = None, *, timeout: Duration | None = None, output: Any = None
    ) -> Self:
        """Have work done by an outside worker that claims it by name; it gives the result."""
        draft, call = self._draft, f".activity({name!r})"
        draft.add(
            ActivityNode(
                name=draft.name(name, "activity", call),
                activity=name,
                input=draft.selector(input, call),
                timeout=draft.maybe_duration(timeout, call),
                output=output_of_call(draft, output, call),
            )
        )
        return self

    @overload
    def sub_workflow(
        self,
        id: str,
        input: Plain | OfData[D, object] = None,
        *,
        version: int | None = None,
        output: Output[D] | None = None,
    ) -> Self: ...
    @overload
    def sub_workflow(
        self,
        id: str,
        input: OfDataAndContext[D, object],
        *,
        version: int | None = None,
        output: Output[D] | None = None,
    ) -> Self: ...
    @overload
    def sub_workflow(
        self,
        id: WorkflowDefinition[V],
        input: Plain | OfData[D, object] = None,
        *,
        version: int | None = None,
        output: OutputOf[V, D] | None = None,
    ) -> Self: ...
    @overload
    def sub_workflow(
        self,
        id: WorkflowDefinition[V],
        input: OfDataAndContext[D, object],
        *,
        version: int | None = None,
        output: OutputOf[V, D] | None = None,
    ) -> Self: ...
    def sub_workflow(
        self, id: Any, input: Any = None, *, version: int | None = None, output: Any = None
    ) -> Self:
        """Run another workflow and wait for it; its final data, as its data model, is the result.

        Args:
            id: id of the workflow, or its definition (which also gives the version).
            input: the data it starts with; a value or a selector.
            version: the version; the highest registered one by default.
            output: where its final data goes.
        """
        draft = self._draft
        if isinstance(id, WorkflowDefinition):
            id, version = id.id, id.version if version is None else version
        call = f".sub_workflow({id!r})"
        draft.add(
            SubWorkflowNode(
                name=draft.name(id, "sub_workflow", call),
                workflow=id,
                version=version,
                input=draft.selector(input, call),
                output=output_of_call(draft, output, call),
            )
        )
        return self
