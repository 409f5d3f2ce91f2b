"""What the data of a run holds: inputs, outputs, and a row for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.steps.selectors import status_slot
from wfe_yaml.expressions.results import STEP_PREFIX

if TYPE_CHECKING:
    from wfe_core.models import WorkflowInstance
    from wfe_yaml.cli.steps import StepView


def data_of(run: WorkflowInstance) -> dict[str, Any]:
    """Give the data of a run."""
    data: dict[str, Any] = run.data or {}
    return data


def row_of(run: WorkflowInstance, step: StepView) -> dict[str, Any]:
    """Give the result of a step: its row of the data, empty when it has none."""
    row: dict[str, Any] = {} if step.item else data_of(run).get(slot_of(step)) or {}
    return row


def slot_of(step: StepView) -> str:
    """Give the key of the data under which the result of a step is kept."""
    return status_slot(STEP_PREFIX + step.key, step.indices)


def outputs_of(run: WorkflowInstance) -> dict[str, Any]:
    """Give the outputs of a run."""
    outputs: dict[str, Any] = data_of(run).get("outputs") or {}
    return outputs
