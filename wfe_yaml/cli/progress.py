"""How a run is shown while it goes on: plain lines, or nothing; other ways are in modules of their own."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, TextIO

from wfe_yaml.cli.marks import paint, wants_colour
from wfe_yaml.cli.words import clean, clean_lines, duration
from wfe_yaml.compiler.body import UNSHOWN

if TYPE_CHECKING:
    from wfe_core.models import LifecycleEvent
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

_SAID = {
    "step.completed": "complete",
    "step.failed": "failed",
    "step.retrying": "will be tried again",
    "step.skipped": "skipped",
    "step.cancelled": "stopped",
    "step.compensated": "undone",
    "step.waiting": "waits for",
}
_TAKES_TIME = frozenset({"step.completed", "step.failed"})
_TOLD_OF_CONTAINERS = frozenset({"step.skipped"})


class Progress(ABC):
    """Shows a run. All calls come from the event loop.

    Attributes:
        wants_summary: whether a summary for people follows.
        quiet: whether people want to hear of failures only.
    """

    wants_summary: ClassVar[bool] = True
    quiet: ClassVar[bool] = False

    def __init__(self, view: RunView) -> None:
        self.view: RunView = view

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


def said(event: LifecycleEvent, step: StepView) -> str | None:
    """Say in a sentence what happened to a step; None for what needs no words."""
    words = _SAID.get(event.kind)
    if words is None or (step.container and event.kind not in _TOLD_OF_CONTAINERS):
        return None
    if step.state == "compensating":
        # What ended is its compensation; that it is undone is told next.
        return None
    if event.kind == "step.waiting":
        return f"waits for {step.waits}" if step.waits else None
    took = duration(step.seconds) if event.kind in _TAKES_TIME else ""
    error = f": {clean_lines(step.error)}" if step.error else ""
    if step.continued:
        words, error = "failed", f"{error}; the run goes on"
    return f"{words}{f' in {took}' if took else ''}{error}"


class PlainProgress(Progress):
    """Each line of output whole, after the name of its step; a line when a step ends."""

    def __init__(self, view: RunView, out: TextIO) -> None:
        super().__init__(view)
        self._out = out
        self._colour = wants_colour(terminal=out.isatty())

    def begin(self, title: str) -> None:
        """Name the run."""
        self.note(title)

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Print lines as they come."""
        if event.kind == "lagged":
            self.note(f"[wfe: {event.detail.get('missed')} events were not shown: the output is too slow]")
        if step is None:
            return
        if event.kind == "log":
            if event.detail.get("stream") not in UNSHOWN:
                self.note(f"{step.label} | {clean(str(event.detail.get('line', '')))}")
            return
        words = said(event, step)
        if words is not None:
            self.note(paint(f"{step.label}: {words}", step.state, colour=self._colour))

    def note(self, text: str) -> None:
        """Print a line."""
        self._out.write(f"{text}\n")
        self._out.flush()


class QuietProgress(Progress):
    """Nothing, unless something fails."""

    quiet: ClassVar[bool] = True

    def begin(self, title: str) -> None:
        """Say nothing."""

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Notes go to stderr: they are about trouble."""
        print(text, file=sys.stderr)


def make_progress(mode: str, view: RunView, out: TextIO | None = None) -> Progress:
    """Make the progress for a mode.

    `auto` is the tree on a terminal, groups in a CI system that has them, and plain lines elsewhere.
    """
    from wfe_yaml.cli.grouping import GroupProgress, detect

    stream = sys.stdout if out is None else out
    if mode == "auto":
        system = detect(os.environ)
        mode = "tty" if stream.isatty() and not _in_ci() else "group" if system is not None else "plain"
    if mode == "tty":
        from wfe_yaml.cli.tree import TreeProgress

        return TreeProgress(view)
    if mode == "json":
        from wfe_yaml.cli.jsonlines import JsonProgress

        return JsonProgress(view, stream)
    if mode == "group":
        return GroupProgress(view, stream)
    return QuietProgress(view) if mode == "quiet" else PlainProgress(view, stream)


def _in_ci() -> bool:
    return os.environ.get("CI", "").casefold() not in ("", "0", "false") or os.environ.get("TERM") == "dumb"
