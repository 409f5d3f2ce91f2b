"""How a run is shown while it goes on: plain lines, JSON events, a live tree, or nothing."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TextIO

from wfe_yaml.cli.view import clean, duration
from wfe_yaml.compiler.body import CONTINUED

if TYPE_CHECKING:
    from wfe_core.models import LifecycleEvent
    from wfe_yaml.cli.view import RunView, StepView

_SAID = {
    "step.completed": "complete",
    "step.failed": "failed",
    "step.retrying": "will be tried again",
    "step.skipped": "skipped",
    "step.cancelled": "stopped",
    "step.compensated": "compensated",
}


class Progress(ABC):
    """Shows a run. All calls come from the event loop."""

    def __init__(self, view: RunView) -> None:
        self.view = view

    @abstractmethod
    def begin(self, title: str) -> None:
        """The run begins, or goes on."""

    @abstractmethod
    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Something happened; the view has taken it already."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Say something that is not part of the run."""

    def tick(self) -> None:  # noqa: B027 - most have nothing to redraw
        """Called several times a second."""

    def end(self) -> None:  # noqa: B027 - most have nothing to give back
        """The run is over, or is left: give the terminal back."""

    @property
    def wants_summary(self) -> bool:
        """Whether a summary for people follows."""
        return True


class PlainProgress(Progress):
    """Each line of output whole, after the name of its step; a line when a step ends."""

    def __init__(self, view: RunView, out: TextIO) -> None:
        super().__init__(view)
        self._out = out

    def begin(self, title: str) -> None:
        """Name the run."""
        self.note(title)

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Print lines as they come."""
        if event.kind == "lagged":
            self.note(f"[wfe: {event.detail.get('missed')} events were not shown: the output is too slow]")
        if step is None:
            return
        if event.kind == "log" and event.detail.get("stream") == CONTINUED:
            return
        if event.kind == "log":
            self._out.write(f"{step.key} | {clean(str(event.detail.get('line', '')))}\n")
            self._out.flush()
            return
        said = _SAID.get(event.kind)
        if said is None or (step.container and event.kind != "step.skipped"):
            return
        took = duration(step.seconds) if event.kind in ("step.completed", "step.failed") else ""
        error = f": {step.error}" if step.error else ""
        if step.continued:
            said, error = "failed", f"{error}; the run goes on"
        self.note(f"{step.key}: {said}{f' in {took}' if took else ''}{error}")

    def note(self, text: str) -> None:
        """Print a line."""
        self._out.write(f"{text}\n")
        self._out.flush()


class JsonProgress(Progress):
    """One JSON event a line, for programs."""

    def __init__(self, view: RunView, out: TextIO) -> None:
        super().__init__(view)
        self._out = out

    def begin(self, title: str) -> None:
        """Tell the run."""
        del title
        self.write({"event": "run.begin", "run": self.view.run_id, "workflow": self.view.workflow})

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Write the event as it is."""
        del step
        told: dict[str, Any] = {
            "event": str(event.kind),
            "run": event.instance_id,
            "at": event.at.isoformat(),
        }
        if event.step_key is not None:
            told |= {"step": event.step_key, "attempt": event.attempt}
        self.write(told | event.detail)

    def note(self, text: str) -> None:
        """Write a note."""
        self.write({"event": "note", "run": self.view.run_id, "text": text})

    def write(self, told: dict[str, Any]) -> None:
        """Write one object."""
        self._out.write(json.dumps(told, ensure_ascii=False) + "\n")
        self._out.flush()

    @property
    def wants_summary(self) -> bool:
        """A program wants none."""
        return False


class QuietProgress(Progress):
    """Nothing, unless something fails."""

    def begin(self, title: str) -> None:
        """Say nothing."""

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Notes go to stderr: they are about trouble."""
        print(text, file=sys.stderr)


def make_progress(mode: str, view: RunView, out: TextIO | None = None) -> Progress:
    """Make the progress for a mode; `auto` is the tree on a terminal and plain lines elsewhere."""
    stream = sys.stdout if out is None else out
    if mode == "auto":
        mode = "tty" if stream.isatty() and not _in_ci() else "plain"
    if mode == "tty":
        from wfe_yaml.cli.tree import TreeProgress

        return TreeProgress(view)
    if mode == "json":
        return JsonProgress(view, stream)
    return QuietProgress(view) if mode == "quiet" else PlainProgress(view, stream)


def _in_ci() -> bool:
    import os

    return os.environ.get("CI", "").casefold() not in ("", "0", "false") or os.environ.get("TERM") == "dumb"
