"""`TreeProgress`: the live tree on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from wfe_core.clock import SystemClock, to_datetime
from wfe_yaml.cli.marks import MARKS, mark
from wfe_yaml.cli.progress import Progress
from wfe_yaml.cli.view import clean, duration

if TYPE_CHECKING:
    from wfe_core.models import LifecycleEvent
    from wfe_yaml.cli.view import RunView, StepView

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MARGIN = 3
"""Lines of the terminal that are left free."""


class TreeProgress(Progress):
    """A line for each step: state, name, time, and the last line it wrote."""

    def __init__(self, view: RunView, console: Console | None = None) -> None:
        super().__init__(view)
        self._console = console or Console(highlight=False)
        self._clock = SystemClock()
        self._ticks = 0
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._unicode = (self._console.encoding or "").lower().startswith("utf")

    def begin(self, title: str) -> None:
        """Name the run and draw the tree."""
        self._console.print(Text(title, style="bold"))
        self._live.start()
        self.tick()

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """The next tick draws it."""

    def note(self, text: str) -> None:
        """Print above the tree."""
        self._console.print(escape(text))

    def tick(self) -> None:
        """Draw the tree anew."""
        self._ticks += 1
        self._live.update(self.draw(), refresh=True)

    def end(self) -> None:
        """Draw it for the last time, whole."""
        self._live.update(self.draw(last=True), refresh=True)
        self._live.stop()

    def draw(self, *, last: bool = False) -> Group:
        """Make the lines; what does not fit the terminal is counted, until the end."""
        steps = list(self.view.steps.values())
        room = self._console.height - _MARGIN
        if len(steps) > room and not last:
            busy = [step for step in steps if step.status not in ("pending", "complete", "skipped")]
            lines = [self._line(step) for step in busy[-room:]]
            done, left = self.view.count("complete", "skipped"), self.view.count("pending")
            lines.append(Text(f"  {done} done, {left} to do", style="dim"))
            return Group(*lines)
        return Group(*[self._line(step) for step in steps])

    def _line(self, step: StepView) -> Text:
        style = MARKS.get(step.status, ("?", ""))[1]
        sign = mark(step.status, self._console.encoding)
        if self._unicode and step.status == "running" and not step.container:
            sign = _SPINNER[self._ticks % len(_SPINNER)]
        line = Text("  " * step.depth, no_wrap=True, overflow="ellipsis")
        line.append(f"{sign} ", style=style)
        line.append(step.name, style=style if step.status in ("failed", "pending", "skipped") else "")
        took = self._time(step)
        if took:
            line.append(f"  {took}", style="dim")
        if step.attempt > 1:
            line.append(f"  attempt {step.attempt}", style="yellow")
        if step.error and step.status in ("failed", "sleeping"):
            line.append(f"  {clean(step.error)}", style="red")
        elif step.status == "running" and step.tail:
            line.append("  ")
            line.append(Text.from_ansi(clean(step.tail[-1]).replace("\t", " ")))
        return line

    def _time(self, step: StepView) -> str:
        if step.status == "running" and step.started is not None:
            return duration((to_datetime(self._clock.now()) - step.started).total_seconds())
        return duration(step.seconds) if step.status in ("complete", "failed", "cancelled") else ""
