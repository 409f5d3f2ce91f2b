"""Which rows of a run are shown when there are many: what has ended is folded first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_yaml.cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wfe_yaml.cli.steps import StepView
    from wfe_yaml.cli.view import RunView

MANY = 20
"""Neighbours of which all are shown."""
_OVER = frozenset({"complete", "skipped"})
_QUIET = frozenset({"complete", "skipped", "pending"})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree: a step, or words for several that are not shown."""

    depth: int
    step: StepView | None = None
    words: str = ""


def rows(view: RunView, room: int | None = None) -> list[Row]:
    """Give the rows to show.

    Items of loops and cells of a matrix of which there are more than twenty are folded where they have
    ended. When the whole does not fit, containers that have ended are closed, then single steps that are
    over or yet to come are counted, and at last what happens is cut.

    Args:
        view: the run.
        room: how many lines there are; None for as many as it takes.
    """
    shown = _below(view.roots, closed=False)
    if room is None or len(shown) <= room:
        return shown
    shown = _below(view.roots, closed=True)
    if len(shown) <= room:
        return shown
    busy = [row for row in shown if row.step is not None and row.step.state not in _QUIET]
    kept = busy[-max(room - 1, 0) :]
    done, left = view.count("complete", "skipped"), view.count("pending")
    return [*kept, Row(0, words=f"{done} done, {left} to do")]


def _below(steps: Iterable[StepView], *, closed: bool) -> list[Row]:
    """Give the rows of steps and of what is inside of them; `closed` hides the insides of what is over."""
    shown: list[Row] = []
    for step in steps:
        if step.hook and step.status == "pending":
            continue
        shown.append(Row(step.depth, step))
        inside = step.inside()
        if closed and step.state in _QUIET:
            continue
        if len(inside) > MANY:
            open_ = [each for each in inside if each.state not in _OVER]
            shown.extend(_below(open_[:MANY], closed=closed))
            hidden = Counter(each.state for each in inside if each.state in _OVER)
            hidden.update(each.state for each in open_[MANY:])
            if hidden:
                told = ", ".join(f"{number} {word}" for word, number in hidden.items())
                shown.append(Row(step.depth + 1, words=f"{told} ({plural(len(inside), 'item')})"))
        else:
            shown.extend(_below(inside, closed=closed))
    return shown
