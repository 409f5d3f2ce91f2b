"""`JsonProgress`: one JSON object a line, for programs. The shape is described in docs/cli.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Final, TextIO

from wfe_yaml.cli.progress import Progress

if TYPE_CHECKING:
    from wfe_core.models import LifecycleEvent
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

FORMAT: Final = 1
"""Raised when a key goes or changes its meaning; new keys and events can come without that."""


class JsonProgress(Progress):
    """One JSON event a line."""

    wants_summary: ClassVar[bool] = False

    def __init__(self, view: RunView, out: TextIO) -> None:
        super().__init__(view)
        self._out = out

    def begin(self, title: str) -> None:
        """Tell the run."""
        del title
        self.write({
            "event": "run.begin", "format": FORMAT, "run": self.view.run_id, "workflow": self.view.workflow,
        })  # fmt: skip

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Write the event as it is, with the whole name of its step."""
        told: dict[str, Any] = {
            "event": str(event.kind),
            "run": event.instance_id,
            "at": event.at.isoformat(),
        }
        if event.step_key is not None:
            told |= {"step": event.step_key if step is None else step.label, "attempt": event.attempt}
        self.write(told | event.detail)

    def note(self, text: str) -> None:
        """Write a note."""
        self.write({"event": "note", "run": self.view.run_id, "text": text})

    def write(self, told: dict[str, Any]) -> None:
        """Write one object."""
        self._out.write(json.dumps(told, ensure_ascii=False) + "\n")
        self._out.flush()
