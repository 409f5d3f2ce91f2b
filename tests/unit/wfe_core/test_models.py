"""Statuses and views that a host shows."""

from __future__ import annotations

import dataclasses

import pytest

from wfe_core.models import ErrorInfo, ExecutionPointer, LifecycleKind, PointerStatus, WorkflowStatus


def test_statuses_are_the_words_of_the_documentation() -> None:
    """`StrEnum`s with the engine's words, so that they compare with and print as text."""
    assert {str(status) for status in WorkflowStatus} == {
        "runnable", "suspended", "complete", "failed", "cancelled", "terminated",
    }  # fmt: skip
    assert {str(status) for status in PointerStatus} == {
        "pending", "running", "sleeping", "waiting", "complete", "skipped", "failed",
        "compensating", "compensated", "cancelled",
    }  # fmt: skip
    assert WorkflowStatus("failed") == "failed"


def test_the_last_four_are_terminal() -> None:
    """Complete, failed, cancelled and terminated instances have ended; the others have not."""
    assert [status.value for status in WorkflowStatus if not status.terminal] == ["runnable", "suspended"]


def test_an_error_reads_as_its_type_and_message() -> None:
    """The text of a stored error is what a traceback ends with."""
    assert str(ErrorInfo("ValueError", "no")) == "ValueError: no"


def test_views_are_read_only() -> None:
    """What a host hands out cannot be changed."""
    view = ExecutionPointer(instance_id="i", id=1, step_key="a", status=PointerStatus.RUNNING)
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.status = PointerStatus.COMPLETE  # type: ignore[misc]


def test_lifecycle_kinds_name_their_subject() -> None:
    """Kinds read `workflow.…`, `step.…`, or a bare word for what goes with a step."""
    bare = {kind.value for kind in LifecycleKind if "." not in kind.value}
    assert bare == {"log", "progress", "lagged"}
    assert {kind.value.split(".")[0] for kind in LifecycleKind} - bare == {"workflow", "step"}
