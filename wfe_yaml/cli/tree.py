"""`TreeProgress`: the live tree on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from wfe_core.clock import SystemClock, to_datetime
from wfe_yaml.cli.folding import rows
from wfe_yaml.cli.marks import MARKS, is_unicode, mark, word
from wfe_yaml.cli.progress import Progress
from wfe_yaml.cli.words import clean, duration
from wfe_yaml.executors.stepping import NOTE

if TYPE_CHECKING:
    from wfe_core.models import LifecycleEvent
    from wfe_yaml.cli.folding import Row
    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MARGIN = 3
"""Lines of the terminal that are left free."""
_DIM = frozenset({"failed", "pending", "skipped"})
_TIMED = frozenset({"complete", "failed", "cancelled", "compensated"})


class TreeProgress(Progress):
    """A line for each step: state, name, time, and the last line it wrote."""

    def __init__(self, view: RunView, console: Console | None = None) -> None:
        super().__init__(view)
        self._console = console or Console(highlight=False)
        self._clock = SystemClock()
        self._ticks = 0
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._unicode = is_unicode(self._console.encoding)

    def begin(self, title: str) -> None:
        """Name the run and draw the tree."""
        self._console.print(Text(title, style="bold"))
        self._live.start()
        self.tick()

    def event(self, event: LifecycleEvent, step: StepView | None) -> None:
        """The next tick draws it; only what wfe itself has to say stays on the screen."""
        if step is not None and event.kind == "log" and event.detail.get("stream") == NOTE:
            line = clean(str(event.detail.get("line", "")))
            self.note(f"{step.label}: {line.removeprefix('[wfe: ').removesuffix(']')}")

    def note(self, text: str) -> None:
        """Print above the tree."""
        self._console.print(escape(text))

    def tick(self) -> None:
        """Draw the tree anew."""
        self._ticks += 1
        self._live.update(self.draw(), refresh=True)

    def end(self) -> None:
        """Draw it for the last time, whole but for what is folded."""
        self._live.update(self.draw(last=True), refresh=True)
        self._live.stop()

    def draw(self, *, last: bool = False) -> Group:
        """Make the lines; never more than fit the terminal, until the end."""
        room = None if last else max(self._console.height - _MARGIN, 1)
        return Group(*[self._line(row) for row in rows(self.view, room)])

    def _line(self, row: Row) -> Text:
        # What does not fit is cut; the sign for that is not known to every terminal.
        line = Text("  " * row.depth, no_wrap=True, overflow="ellipsis" if self._unicode else "crop")
        step = row.step
        if step is None:
            return line.append(f"  {row.words}", style="dim")
        state = step.state
        style = MARKS.get(state, ("?", ""))[1]
        sign = mark(state, self._console.encoding)
        if self._unicode and state == "running" and not step.container:
            sign = _SPINNER[self._ticks % len(_SPINNER)]
        line.append(f"{sign} ", style=style)
        line.append(step.name, style=style if state in _DIM else "")
        if step.value:
            line.append(f" {step.value}", style="dim")
        for text, look in self._remarks(step, state):
            line.append(f"  {text}", style=look)
        if state == "running" and not step.container and step.lines:
            line.append("  ")
            line.append(Text.from_ansi(clean(step.lines[-1]).replace("\t", " ")))
        return line

    def _remarks(self, step: StepView, state: str) -> list[tuple[str, str]]:
        """What stands behind the name: time, attempt, iteration, what it waits for, error."""
        remarks = [(self._time(step), "dim")]
        if state in ("compensating", "compensated"):
            remarks.append((word(state), "yellow"))
        if step.attempt > 1:
            remarks.append((f"attempt {step.attempt}", "yellow"))
        if step.kind == "while" and step.children and step.children[0].iteration:
            remarks.append((f"round {step.children[0].iteration + 1}", "dim"))
        if step.waits and state == "waiting":
            remarks.append((f"waits for {step.waits}", "yellow"))
        if step.remark:
            remarks.append((clean(step.remark), "dim"))
        if step.error and state in ("failed", "sleeping"):
            remarks.append((clean(step.error), "red"))
        return [(text, look) for text, look in remarks if text]

    def _time(self, step: StepView) -> str:
        if step.status == "running" and step.started is not None:
            return duration((to_datetime(self._clock.now()) - step.started).total_seconds())
        return duration(step.seconds) if step.status in _TIMED else ""
