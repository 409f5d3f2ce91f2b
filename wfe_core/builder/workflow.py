"""`WorkflowBuilder`: where a definition begins and ends."""

from __future__ import annotations

from typing import Any, cast, overload

from wfe_core.builder.branch import Branch
from wfe_core.builder.draft import Draft, copy_tree
from wfe_core.builder.typing import D
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.policies import Duration, ErrorBehaviorLike, RetryPolicy


class WorkflowBuilder(Branch[D]):
    """Writes a workflow as a chain of calls; `build()` gives the definition, or says all that is wrong.

    The builder is mutable: the chain may be broken into statements, and built again after more calls.

    Args:
        id: name of the workflow.
        version: a whole number; raise it when the structure changes.
        data: the type of the data: a pydantic model, a dataclass, a TypedDict, or `dict`.
        retry: the default policy for failed attempts of steps.
        on_error: the default for what happens when a step has failed for good.
        timeout: how long an instance may take from its start.
        description: for people.
    """

    @overload
    def __init__(
        self: WorkflowBuilder[dict[str, Any]],
        id: str,
        *,
        version: int = 1,
        data: type[dict[str, Any]] = ...,
        retry: RetryPolicy | None = None,
        on_error: ErrorBehaviorLike | None = None,
        timeout: Duration | None = None,
        description: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self,
        id: str,
        *,
        version: int = 1,
        data: type[D],
        retry: RetryPolicy | None = None,
        on_error: ErrorBehaviorLike | None = None,
        timeout: Duration | None = None,
        description: str = "",
    ) -> None: ...
    def __init__(
        self,
        id: str,
        *,
        version: int = 1,
        data: type[Any] = dict,
        retry: RetryPolicy | None = None,
        on_error: ErrorBehaviorLike | None = None,
        timeout: Duration | None = None,
        description: str = "",
    ) -> None:
        draft = Draft(workflow=id, branch=Branch[D])
        super().__init__(draft)
        self._id = id
        self._version = version
        self._data = cast("type[D]", data)
        self._retry = draft.policy(retry, "retry=")
        self._on_error = None if on_error is None else draft.behavior(on_error, "on_error=")
        self._timeout = draft.maybe_duration(timeout, "timeout=")
        self._description = description

    def build(self) -> WorkflowDefinition[D]:
        """Give the definition.

        Raises:
            DefinitionError: something is wrong; names every problem with its remedy.
        """
        return WorkflowDefinition(
            self._id,
            copy_tree(self._draft.sequence),
            version=self._version,
            data=self._data,
            retry=self._retry,
            on_error=self._on_error,
            timeout=self._timeout,
            description=self._description,
            problems=self._draft.problems,
        )
