"""`GroupProgress`: the output of each step as a group that a CI system can fold."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from wfe_yaml.cli.marks import paint, wants_colour
from wfe_yaml.cli.progress import Progress, said
from wfe_yaml.cli.words import clean
from wfe_yaml.compiler.body import UNSHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wfe_core.models import LifecycleEvent
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

_KEPT = 20_000
"""Lines that are kept of a step while the group of another one is open."""
_ENDS = frozenset({"step.completed", "step.failed", "step.retrying", "step.cancelled"})


class CiSystem(ABC):
    """How a CI system marks groups."""

    @abstractmethod
    def opening(self, name: str, at: datetime) -> str:
        """Give the text that opens a group."""

    @abstractmethod
    def closing(self, name: str, at: datetime, *, failed: bool) -> str:
        """Give the text that closes it; empty when there is none."""


class GitHub(CiSystem):
    """GitHub Actions: workflow commands."""

    def opening(self, name: str, at: datetime) -> str:
        """Open a group."""
        del at
        return f"::group::{name}\n"

    def closing(self, name: str, at: datetime, *, failed: bool) -> str:
        """Close it."""
        del name, at, failed
        return "::endgroup::\n"


class GitLab(CiSystem):
    """GitLab: sections with a name of their own and a time."""

    def opening(self, name: str, at: datetime) -> str:
        """Open a section, folded."""
        head = f"section_start:{int(at.timestamp())}:{_slug(name)}[collapsed=true]"
        return f"\x1b[0K{head}\r\x1b[0K{name}\n"

    def closing(self, name: str, at: datetime, *, failed: bool) -> str:
        """Close it."""
        del failed
        return f"\x1b[0Ksection_end:{int(at.timestamp())}:{_slug(name)}\r\x1b[0K\n"


class Buildkite(CiSystem):
    """Buildkite: a group lasts until the next one, and a failed one is unfolded."""

    def opening(self, name: str, at: datetime) -> str:
        """Open a group."""
        del at
        return f"--- {name}\n"

    def closing(self, name: str, at: datetime, *, failed: bool) -> str:
        """Unfold it if it failed."""
        del name, at
        return "^^^ +++\n" if failed else ""


class Headings(CiSystem):
    """Nothing that folds: a heading."""

    def opening(self, name: str, at: datetime) -> str:
        """Write the heading."""
        del at
        return f"==> {name}\n"

    def closing(self, name: str, at: datetime, *, failed: bool) -> str:
        """Leave a blank line."""
        del name, at, failed
        return "\n"


def detect(environ: Mapping[str, str]) -> CiSystem | None:
    """Find out in which CI system this runs, if it is one that has groups."""
    for variable, system in (("GITHUB_ACTIONS", GitHub), ("GITLAB_CI", GitLab), ("BUILDKITE", Buildkite)):
        if environ.get(variable, "").casefold() == "true":
            return system()
    return None


@dataclass(slots=True)
class _Kept:
    """What a step wrote while the group of another one was open."""

    lines: deque[str] = field(default_factory=lambda: deque[str](maxlen=_KEPT))
    dropped: int = 0
    last: str | None = None
    """The sentence about its end, once it has ended."""


class GroupProgress(Progress):
    """One group for each step. Groups cannot overlap, so one step is live, and others come after it."""

    def __init__(self, view: RunView, out: TextIO, system: CiSystem | None = None) -> None:
        import os

        super().__init__(view)
        self._out = out
        self._system = system or detect(os.environ) or Headings()
        self._colour = wants_colour(terminal=out.isatty())
        self._live: StepView | None = None
        self._kept: dict[StepView, _Kept] = {}

    def begin(self, title: str) -> None:
        """Name the run."""
        self._print(title)

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """Print the lines of the live step, keep those of others."""
        if event.kind == "lagged":
            self._print(f"[wfe: {event.detail.get('missed')} events were not shown: the output is too slow]")
        if step is None or step.container:
            return
        if event.kind == "log":
            if event.detail.get("stream") not in UNSHOWN:
                self._line(step, clean(str(event.detail.get("line", ""))), event.at)
            return
        words = said(event, step)
        sentence = None if words is None else paint(f"{step.label}: {words}", step.state, colour=self._colour)
        if event.kind in _ENDS:
            self._ended(step, sentence, event.at)
        elif sentence is not None:
            self._print(sentence)

    def note(self, text: str) -> None:
        """Print a line."""
        self._print(text)

    def end(self) -> None:
        """Give out what is kept of steps that did not end."""
        at = self.view.last_at
        if at is not None:
            self._close(at, failed=False)
            for step in list(self._kept):
                self._whole(step, at)

    def _line(self, step: StepView, line: str, at: datetime) -> None:
        if self._live is None:
            self._open(step, at)
        if self._live is step:
            self._print(line)
            return
        kept = self._kept.setdefault(step, _Kept())
        kept.dropped += len(kept.lines) == _KEPT
        kept.lines.append(line)

    def _ended(self, step: StepView, sentence: str | None, at: datetime) -> None:
        if self._live is None:
            self._open(step, at)
        if self._live is not step:
            self._kept.setdefault(step, _Kept()).last = sentence or ""
            return
        if sentence:
            self._print(sentence)
        self._close(at, failed=step.state == "failed")
        for other in [each for each, kept in self._kept.items() if kept.last is not None]:
            self._whole(other, at)
        if self._kept:
            self._open(next(iter(self._kept)), at)

    def _open(self, step: StepView, at: datetime) -> None:
        self._live = step
        self._out.write(self._system.opening(step.label, at))
        kept = self._kept.pop(step, None)
        if kept is not None:
            if kept.dropped:
                self._print(f"[wfe: {kept.dropped} lines before this are only in the log: wfe logs]")
            for line in kept.lines:
                self._print(line)
            if kept.last:
                self._print(kept.last)

    def _close(self, at: datetime, *, failed: bool) -> None:
        if self._live is not None:
            self._out.write(self._system.closing(self._live.label, at, failed=failed))
            self._out.flush()
            self._live = None

    def _whole(self, step: StepView, at: datetime) -> None:
        self._open(step, at)
        self._close(at, failed=step.state == "failed")

    def _print(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
