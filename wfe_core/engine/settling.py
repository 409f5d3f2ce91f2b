"""Steps of a new instance that are not run: their results came with the start data (`SettledStep`).

They are kept in the data under a hidden key, so that the engine knows them after a crash as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from wfe_core.models import SettledStep
from wfe_core.serialization import dumps, loads

if TYPE_CHECKING:
    from wfe_core.definition.definition import WorkflowDefinition

SETTLED: Final = "~~settled"
"""The hidden key. No step key begins so, because `~` cannot stand in the name of a step."""


def settled_text(definition: WorkflowDefinition[Any], steps: Mapping[str, SettledStep]) -> str:
    """Give the text to keep for some settled steps, by key.

    Raises:
        ValueError: the definition has no such step.
    """
    for key in steps:
        if key not in definition.steps:
            msg = f"settled: workflow {definition.id!r} has no step {key!r}"
            raise ValueError(msg)
    kept = {key: [step.status, step.outcome, step.output] for key, step in steps.items()}
    return dumps(kept, "settled")


def read_settled(data: Mapping[str, str]) -> dict[str, SettledStep]:
    """Give the settled steps of an instance by key; hardly any instance has some."""
    text = data.get(SETTLED)
    if text is None:
        return {}
    kept: dict[str, list[Any]] = loads(text)
    return {key: SettledStep(status=each[0], outcome=each[1], output=each[2]) for key, each in kept.items()}
