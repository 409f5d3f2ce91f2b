"""Every error wfe raises, in one tree.

::

    WfeError
    ├── DefinitionError                  a workflow is built wrongly (also a ValueError)
    │   └── DefinitionConflictError      same id and version, another structure
    ├── DefinitionNotRegisteredError     nobody registered that definition here
    ├── InstanceNotFoundError            no such instance in the store
    ├── InstanceConflictError            same instance id, other definition or input
    ├── InvalidCommandError              an operator's command does not fit the instance's status
    ├── WorkflowEndedError               what `result()` raises when there is no result
    │   ├── WorkflowFailedError
    │   ├── WorkflowCancelledError
    │   ├── WorkflowTerminatedError
    │   └── WorkflowSuspendedError
    ├── StepError                        a step failed; user code raises it too
    │   ├── StepTimeoutError
    │   ├── StepCancelledError
    │   ├── StepCrashedError
    │   ├── UndecidedStepError           nobody knows how far a step came; somebody must decide
    │   ├── WaitTimeoutError
    │   ├── ParameterError               a parameter of a step cannot be filled
    │   ├── BranchesFailedError          several branches of a container that waited for all of them
    │   ├── OutputError                  an output does not fit the data
    │   └── ConditionError               a condition or selector threw
    ├── SerializationError               a value has no JSON form
    ├── ActivityTokenError               a stale activity token
    ├── LeaseLostError                   another host owns the instance now
    ├── HostStateError                   the host is not running (or is already)
    ├── MissingExtraError                an optional dependency is not installed
    └── ProviderError                    the store, lock, queue or search failed
        ├── ProviderUnavailableError     it cannot be reached; trying again may help
        ├── SchemaOutdatedError          the tables are older or newer than this program
        ├── LocksConflictError           the hosts of the store use other locks
        └── StorageCorruptError          a stored row cannot be read
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class WfeError(Exception):
    """Base of every error that wfe raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Let copies and pickles keep the message, which constructors build from other arguments."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[WfeError], args: tuple[Any, ...], state: dict[str, Any]) -> WfeError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class DefinitionError(WfeError, ValueError):
    """A workflow definition is wrong: `problems` names each place and its remedy."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class DefinitionConflictError(DefinitionError):
    """The same id and version were registered with another structure."""

    def __init__(self, definition_id: str, version: int, *, known: str, given: str) -> None:
        self.definition_id = definition_id
        self.version = version
        self.known = known
        self.given = given
        super().__init__(
            f"workflow {definition_id!r} version {version} is already registered with another structure "
            f"(fingerprint {known[:12]}, now {given[:12]}); give the changed workflow a new version"
        )


class DefinitionNotRegisteredError(WfeError, LookupError):
    """The definition is not registered on this host."""

    def __init__(
        self, definition_id: str, version: int | None = None, *, known: tuple[str, ...] = ()
    ) -> None:
        self.definition_id = definition_id
        self.version = version
        which = f"{definition_id!r}" + ("" if version is None else f" version {version}")
        have = f"; registered here: {', '.join(known)}" if known else "; nothing is registered here yet"
        super().__init__(
            f"workflow {which} is not registered on this host: call host.register(...) first{have}"
        )


class InstanceNotFoundError(WfeError, LookupError):
    """No instance with this id is in the store."""

    def __init__(self, instance_id: str) -> None:
        self.instance_id = instance_id
        super().__init__(f"no instance {instance_id!r} in this store; host.instances() lists what is there")


class InstanceConflictError(WfeError):
    """The instance id is taken by an instance of another definition or with other input."""

    def __init__(self, instance_id: str, reason: str) -> None:
        self.instance_id = instance_id
        self.reason = reason
        super().__init__(
            f"instance {instance_id!r} exists already {reason}; "
            f"choose another id or start it with the same input"
        )


class InvalidCommandError(WfeError):
    """An operator's command does not fit the status of the instance."""

    def __init__(self, command: str, instance_id: str, status: str, remedy: str) -> None:
        self.command = command
        self.instance_id = instance_id
        self.status = status
        super().__init__(f"cannot {command} instance {instance_id!r}: it is {status}; {remedy}")


class WorkflowEndedError(WfeError):
    """The instance has no result: it ended otherwise than complete, or is suspended."""

    verb = "ended"

    def __init__(
        self,
        instance_id: str,
        *,
        error_type: str | None = None,
        error_message: str | None = None,
        step_key: str | None = None,
        traceback: str | None = None,
    ) -> None:
        self.instance_id = instance_id
        self.error_type = error_type
        self.error_message = error_message
        self.step_key = step_key
        self.traceback = traceback
        at = f" at step {step_key!r}" if step_key else ""
        kind = error_type or (error_message and "error")
        parts = [f"instance {instance_id!r} {self.verb}{at}", kind, error_message]
        super().__init__(": ".join(part for part in parts if part))


class WorkflowFailedError(WorkflowEndedError):
    """The instance failed; the attributes carry the error of the step that failed."""

    verb = "failed"


class WorkflowCancelledError(WorkflowEndedError):
    """The instance was cancelled; the compensations of its open sagas have run."""

    verb = "was cancelled"


class WorkflowTerminatedError(WorkflowEndedError):
    """The instance was terminated; nothing was compensated."""

    verb = "was terminated"


class WorkflowSuspendedError(WorkflowEndedError):
    """The instance is suspended and goes on only after `resume`."""

    verb = "is suspended"


class StepError(WfeError):
    """A step failed. Raise it in a step to say whether trying again can help.

    Args:
        message: what went wrong, for a person.
        retryable: False gives up at once, whatever the retry policy says.
        details: JSON values that are stored with the error (`ErrorInfo.details`), such as an exit code.
    """

    def __init__(
        self, message: str = "", *, retryable: bool = True, details: Mapping[str, Any] | None = None
    ) -> None:
        self.retryable = retryable
        self.details: Mapping[str, Any] = {} if details is None else details
        super().__init__(message)


class StepTimeoutError(StepError, TimeoutError):
    """An attempt of a step, a container or the workflow took longer than its `timeout`."""


class StepCancelledError(StepError):
    """The step was cancelled; `ctx.heartbeat()` raises it in a thread that cannot be stopped otherwise."""

    def __init__(self, message: str = "the step was cancelled") -> None:
        super().__init__(message, retryable=False)


class StepCrashedError(StepError):
    """The step took its host down `max_crashes` times without a result."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class UndecidedStepError(StepError):
    """Nobody knows how far an attempt of the step came, and it must not run twice by itself.

    The instance is suspended, whatever the step's error behaviour: `retry` runs the step again, `cancel`
    gives the instance up.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class WaitTimeoutError(StepError, TimeoutError):
    """The event a step waited for did not come in time."""


class ParameterError(StepError, TypeError):
    """A parameter of a step cannot be filled from its inputs, its services or the data."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class OutputError(StepError, TypeError):
    """What a step returned does not fit the workflow's data."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class BranchesFailedError(StepError):
    """Several branches failed of a container that let all of them end (`fail_fast=False`).

    Args:
        total: how many branches there were.
        failures: step key, type and message of each failure, in the order of the branches.
    """

    def __init__(self, total: int, failures: Sequence[tuple[str | None, str, str]]) -> None:
        told = [f"{key!r}: {_cut(message)}" for key, _, message in failures[:_TOLD]]
        if len(failures) > _TOLD:
            told.append(f"and {len(failures) - _TOLD} more")
        kept = [
            {"step_key": key, "type": kind, "message": _cut(message)}
            for key, kind, message in failures[:_KEPT]
        ]
        text = f"{len(failures)} of {total} branches failed: {'; '.join(told)}"
        super().__init__(text, retryable=False, details={"failed": len(failures), "errors": kept})


_TOLD, _KEPT, _LONGEST = 10, 100, 1_000
"""How many failures an error of several tells in its message and keeps in its details; characters of each."""


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


class ConditionError(StepError):
    """A condition or selector of the definition threw."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class SerializationError(WfeError, TypeError):
    """A value has no JSON form; `path` is where inside the value the trouble sits."""

    def __init__(self, where: str, path: str, problem: str, remedy: str) -> None:
        self.where = where
        self.path = path
        self.problem = problem
        super().__init__(f"{where}{' at ' + path if path else ''}: {problem}; {remedy}")


class ActivityTokenError(WfeError):
    """The token of an activity is stale: its lease expired or the work item has ended."""

    def __init__(self, activity: str, reason: str) -> None:
        self.activity = activity
        super().__init__(
            f"activity {activity!r}: this token is no longer valid ({reason}); claim the activity again"
        )


class LeaseLostError(WfeError):
    """Another host owns the instance now; what was running here has been cancelled."""

    def __init__(
        self, instance_id: str, *, owner: str | None = None, token: int | None = None, ours: int
    ) -> None:
        self.instance_id = instance_id
        self.owner = owner
        self.token = token
        self.ours = ours
        now = (
            f"is owned by host {owner!r} (token {token}, ours {ours})"
            if owner
            else f"is no longer ours (token {ours})"
        )
        super().__init__(f"instance {instance_id!r} {now}; its steps were cancelled here")


class HostStateError(WfeError, RuntimeError):
    """The host is not in the state the call needs."""


class MissingExtraError(WfeError, ImportError):
    """An optional dependency is not installed; the message names the command that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs the extra {extra!r}: run  pip install 'wfe[{extra}]'")


class ProviderError(WfeError):
    """A store, lock, queue, hub or search provider failed; the driver's error is its `__cause__`."""


class ProviderUnavailableError(ProviderError):
    """The backend cannot be reached at the moment."""


class SchemaOutdatedError(ProviderError):
    """The tables do not have the revision that this program needs."""

    def __init__(self, found: str | None, expected: str, remedy: str) -> None:
        self.found = found
        self.expected = expected
        super().__init__(f"the store has schema {found or 'none'}, this program needs {expected}; {remedy}")


class LocksConflictError(ProviderError):
    """The hosts of a store use other locks: each would take the others for dead."""

    def __init__(self, noted: str, used: str, *, held: bool = False) -> None:
        self.noted = noted
        self.used = used
        remedy = (
            "instances are still held under the former: stop all hosts, or run one with those locks until "
            "it has taken them, and stop it"
            if held
            else "give all hosts the same locks=, or stop them all and run `wfe db locks` with the new ones"
        )
        super().__init__(f"the hosts of this store use {noted}, this one {used}; {remedy}")


class StorageCorruptError(ProviderError):
    """A stored row cannot be read."""

    def __init__(self, table: str, key: Any, problem: str) -> None:
        self.table = table
        self.key = key
        super().__init__(f"row {key!r} of table {table!r} cannot be read: {problem}")
