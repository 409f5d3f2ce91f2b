"""The tree of errors: its drawing, its messages, what can be retried."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

from wfe_core import errors as e

ALL = [kind for _, kind in inspect.getmembers(e, inspect.isclass) if issubclass(kind, e.WfeError)]

SAMPLES: dict[type[e.WfeError], e.WfeError] = {
    e.WfeError: e.WfeError("any"),
    e.DefinitionError: e.DefinitionError("one", "two"),
    e.DefinitionConflictError: e.DefinitionConflictError("flow", 2, known="a" * 64, given="b" * 64),
    e.DefinitionNotRegisteredError: e.DefinitionNotRegisteredError("flow", 2, known=("other",)),
    e.InstanceNotFoundError: e.InstanceNotFoundError("i-1"),
    e.InstanceConflictError: e.InstanceConflictError("i-1", "with other input"),
    e.InvalidCommandError: e.InvalidCommandError("resume", "i-1", "complete", "only suspended ones can be"),
    e.WorkflowEndedError: e.WorkflowEndedError("i-1"),
    e.WorkflowFailedError: e.WorkflowFailedError(
        "i-1", error_type="ValueError", error_message="no", step_key="a/b", traceback="tb"
    ),
    e.WorkflowCancelledError: e.WorkflowCancelledError("i-1"),
    e.WorkflowTerminatedError: e.WorkflowTerminatedError("i-1"),
    e.WorkflowSuspendedError: e.WorkflowSuspendedError("i-1"),
    e.StepError: e.StepError("no", retryable=False),
    e.StepTimeoutError: e.StepTimeoutError("late"),
    e.StepCancelledError: e.StepCancelledError(),
    e.StepCrashedError: e.StepCrashedError("crashed"),
    e.UndecidedStepError: e.UndecidedStepError("nobody knows"),
    e.WaitTimeoutError: e.WaitTimeoutError("late"),
    e.ParameterError: e.ParameterError("no x"),
    e.BranchesFailedError: e.BranchesFailedError(3, [("a", "StepError", "no"), ("b", "StepError", "no")]),
    e.OutputError: e.OutputError("no y"),
    e.ConditionError: e.ConditionError("threw"),
    e.SerializationError: e.SerializationError("here", "['a']", "is nan", "do this"),
    e.ActivityTokenError: e.ActivityTokenError("review", "its lease expired"),
    e.LeaseLostError: e.LeaseLostError("i-1", owner="b", token=8, ours=7),
    e.HostStateError: e.HostStateError("not running"),
    e.MissingExtraError: e.MissingExtraError("redis://", "redis"),
    e.ProviderError: e.ProviderError("broken"),
    e.ProviderUnavailableError: e.ProviderUnavailableError("gone"),
    e.SchemaOutdatedError: e.SchemaOutdatedError(None, "3", "run `wfe db upgrade`"),
    e.LocksConflictError: e.LocksConflictError("these", "those"),
    e.StorageCorruptError: e.StorageCorruptError("pointer", 3, "no JSON"),
}


def test_every_error_has_a_sample_here() -> None:
    """A new error is thought of in these tests."""
    assert set(SAMPLES) == set(ALL)


def test_the_drawing_is_the_tree() -> None:
    """The tree in the module's docstring names every class under its base."""
    assert e.__doc__ is not None
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in e.__doc__.splitlines():
        found = re.match(r"^    ([│ ├└─]*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            del path[depth:]
            drawn[found[2]] = path[-1] if path else ""
            path.append(found[2])
    actual = {
        kind.__name__: next((base.__name__ for base in kind.__bases__ if base in ALL), "") for kind in ALL
    }
    assert drawn == actual


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_errors_survive_a_copy_and_a_pipe(kind: type[e.WfeError]) -> None:
    """Errors cross process borders and are copied by tools: message and attributes stay."""
    error = SAMPLES[kind]
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)


MESSAGES: dict[type[e.WfeError], str] = {
    e.DefinitionError: "one\ntwo",
    e.DefinitionConflictError: "workflow 'flow' version 2 is already registered with another structure "
    "(fingerprint aaaaaaaaaaaa, now bbbbbbbbbbbb); give the changed workflow a new version",
    e.DefinitionNotRegisteredError: "workflow 'flow' version 2 is not registered on this host: "
    "call host.register(...) first; registered here: other",
    e.InstanceNotFoundError: "no instance 'i-1' in this store; host.instances() lists what is there",
    e.InstanceConflictError: "instance 'i-1' exists already with other input; "
    "choose another id or start it with the same input",
    e.InvalidCommandError: "cannot resume instance 'i-1': it is complete; only suspended ones can be",
    e.WorkflowFailedError: "instance 'i-1' failed at step 'a/b': ValueError: no",
    e.WorkflowCancelledError: "instance 'i-1' was cancelled",
    e.WorkflowTerminatedError: "instance 'i-1' was terminated",
    e.WorkflowSuspendedError: "instance 'i-1' is suspended",
    e.SerializationError: "here at ['a']: is nan; do this",
    e.ActivityTokenError: "activity 'review': this token is no longer valid (its lease expired); "
    "claim the activity again",
    e.LeaseLostError: "instance 'i-1' is owned by host 'b' (token 8, ours 7); its steps were cancelled here",
    e.MissingExtraError: "redis:// needs the extra 'redis': run  pip install 'wfe[redis]'",
    e.SchemaOutdatedError: "the store has schema none, this program needs 3; run `wfe db upgrade`",
    e.LocksConflictError: "the hosts of this store use these, this one those; give all hosts the same "
    "locks=, or stop them all and run `wfe db locks` with the new ones",
    e.StorageCorruptError: "row 3 of table 'pointer' cannot be read: no JSON",
}


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_messages_name_what_is_wrong_and_what_to_do(kind: type[e.WfeError]) -> None:
    """Each message has the names that matter, and one remedy."""
    assert str(SAMPLES[kind]) == MESSAGES[kind]


def test_messages_without_the_optional_parts() -> None:
    """What is not known is left out."""
    assert "nothing is registered here yet" in str(e.DefinitionNotRegisteredError("flow"))
    assert "is no longer ours (token 7)" in str(e.LeaseLostError("i-1", ours=7))
    assert str(e.WorkflowFailedError("i-1", error_message="no")) == "instance 'i-1' failed: error: no"


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (e.DefinitionError, ValueError),
        (e.DefinitionNotRegisteredError, LookupError),
        (e.InstanceNotFoundError, LookupError),
        (e.StepTimeoutError, TimeoutError),
        (e.WaitTimeoutError, TimeoutError),
        (e.ParameterError, TypeError),
        (e.OutputError, TypeError),
        (e.SerializationError, TypeError),
        (e.HostStateError, RuntimeError),
        (e.MissingExtraError, ImportError),
    ],
)
def test_errors_are_also_what_python_calls_them(kind: type[e.WfeError], base: type[Exception]) -> None:
    """Code that knows nothing of wfe catches them by Python's own classes."""
    assert issubclass(kind, base)


def test_only_errors_of_the_step_itself_are_worth_another_attempt() -> None:
    """Cancelling, crashing, and mistakes in parameters, outputs and conditions are final."""
    retryable = {kind for kind, error in SAMPLES.items() if getattr(error, "retryable", False)}
    assert retryable == {e.StepTimeoutError, e.WaitTimeoutError}
    assert e.StepError("again").retryable


def test_a_definition_error_keeps_its_problems_apart() -> None:
    """Tools show them one by one."""
    error: Any = SAMPLES[e.DefinitionError]
    assert error.problems == ("one", "two")
