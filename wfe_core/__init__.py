"""Definitions, the builder, steps, ports and the pure engine of wfe.

The names below are the public API; ports for providers are in `wfe_core.ports`, tools for tests in
`wfe_core.testing`. Each is imported when it is first asked for, so that importing the package costs nothing:
pydantic alone takes longer than all the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wfe_core.builder.branch import Branch
    from wfe_core.builder.dag import Dag
    from wfe_core.builder.workflow import WorkflowBuilder
    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.errors import (
        ActivityTokenError,
        BranchesFailedError,
        ConditionError,
        DefinitionConflictError,
        DefinitionError,
        DefinitionNotRegisteredError,
        HostStateError,
        InstanceConflictError,
        InstanceNotFoundError,
        InvalidCommandError,
        LeaseLostError,
        LocksConflictError,
        MissingExtraError,
        OutputError,
        ParameterError,
        ProviderError,
        ProviderUnavailableError,
        SchemaOutdatedError,
        SerializationError,
        StepCancelledError,
        StepCrashedError,
        StepError,
        StepTimeoutError,
        StorageCorruptError,
        UndecidedStepError,
        WaitTimeoutError,
        WfeError,
        WorkflowCancelledError,
        WorkflowEndedError,
        WorkflowFailedError,
        WorkflowSuspendedError,
        WorkflowTerminatedError,
    )
    from wfe_core.models import (
        ErrorInfo,
        ExecutionPointer,
        Guarded,
        LifecycleEvent,
        LifecycleKind,
        PointerStatus,
        WorkflowInstance,
        WorkflowStatus,
    )
    from wfe_core.policies import Duration, ErrorBehavior, Limit, RetryPolicy
    from wfe_core.steps.context import StepContext
    from wfe_core.steps.decorator import Inject, Step, StepBody, step
    from wfe_core.steps.results import ExecutionResult
    from wfe_core.steps.selectors import output_of

_HOMES = {
    "wfe_core.builder.branch": ("Branch",),
    "wfe_core.builder.dag": ("Dag",),
    "wfe_core.builder.workflow": ("WorkflowBuilder",),
    "wfe_core.definition.definition": ("WorkflowDefinition",),
    "wfe_core.errors": (
        "ActivityTokenError",
        "BranchesFailedError",
        "ConditionError",
        "DefinitionConflictError",
        "DefinitionError",
        "DefinitionNotRegisteredError",
        "HostStateError",
        "InstanceConflictError",
        "InstanceNotFoundError",
        "InvalidCommandError",
        "LeaseLostError",
        "LocksConflictError",
        "MissingExtraError",
        "OutputError",
        "ParameterError",
        "ProviderError",
        "ProviderUnavailableError",
        "SchemaOutdatedError",
        "SerializationError",
        "StepCancelledError",
        "StepCrashedError",
        "StepError",
        "StepTimeoutError",
        "StorageCorruptError",
        "UndecidedStepError",
        "WaitTimeoutError",
        "WfeError",
        "WorkflowCancelledError",
        "WorkflowEndedError",
        "WorkflowFailedError",
        "WorkflowSuspendedError",
        "WorkflowTerminatedError",
    ),
    "wfe_core.models": (
        "ErrorInfo",
        "Guarded",
        "ExecutionPointer",
        "LifecycleEvent",
        "LifecycleKind",
        "PointerStatus",
        "WorkflowInstance",
        "WorkflowStatus",
    ),
    "wfe_core.policies": (
        "Duration",
        "ErrorBehavior",
        "Limit",
        "RetryPolicy",
    ),
    "wfe_core.steps.context": ("StepContext",),
    "wfe_core.steps.decorator": (
        "Inject",
        "Step",
        "StepBody",
        "step",
    ),
    "wfe_core.steps.results": ("ExecutionResult",),
    "wfe_core.steps.selectors": ("output_of",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ActivityTokenError",
    "Branch",
    "BranchesFailedError",
    "ConditionError",
    "Dag",
    "DefinitionConflictError",
    "DefinitionError",
    "DefinitionNotRegisteredError",
    "Duration",
    "ErrorBehavior",
    "ErrorInfo",
    "ExecutionPointer",
    "ExecutionResult",
    "Guarded",
    "HostStateError",
    "Inject",
    "InstanceConflictError",
    "InstanceNotFoundError",
    "InvalidCommandError",
    "LeaseLostError",
    "LifecycleEvent",
    "LifecycleKind",
    "Limit",
    "LocksConflictError",
    "MissingExtraError",
    "OutputError",
    "ParameterError",
    "PointerStatus",
    "ProviderError",
    "ProviderUnavailableError",
    "RetryPolicy",
    "SchemaOutdatedError",
    "SerializationError",
    "Step",
    "StepBody",
    "StepCancelledError",
    "StepContext",
    "StepCrashedError",
    "StepError",
    "StepTimeoutError",
    "StorageCorruptError",
    "UndecidedStepError",
    "WaitTimeoutError",
    "WfeError",
    "WorkflowBuilder",
    "WorkflowCancelledError",
    "WorkflowDefinition",
    "WorkflowEndedError",
    "WorkflowFailedError",
    "WorkflowInstance",
    "WorkflowStatus",
    "WorkflowSuspendedError",
    "WorkflowTerminatedError",
    "output_of",
    "step",
]


if not TYPE_CHECKING:  # checkers see the imports above, so that they know which names there are not

    def __getattr__(name: str) -> object:
        """Import a public name from where it lives, once."""
        home = _HOME.get(name)
        if home is None:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
