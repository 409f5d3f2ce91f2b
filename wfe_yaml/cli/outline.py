"""`Outline`: a workflow as its file says it, for `wfe plan` and `wfe graph`. Nothing is evaluated."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence, plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wfe_yaml.model.document import WorkflowModel

_HOLDING = ("steps", "parallel", "dag", "then", "else", "saga")
"""Keys whose values are lists of steps."""
_CONTAINERS = ("for_each", "matrix", "while", "if", "dag", "parallel", "saga", "steps")
"""Keys that make a step a container; the first that is there names it."""
_WAITS = ("wait_for", "delay", "approval", "workflow", "schedule")
_HOOKS = ("on_success", "on_failure", "on_abort", "ensure", "compensate")
_NOTES = ("when", "needs", "retry", "timeout", "max_parallel", "continue_on_error", "cache")
_MOST = 60


@dataclass(slots=True)
class Outline:
    """A step as the file says it."""

    name: str
    type: str
    what: str = ""
    """What it runs, waits for or goes through, in short."""
    notes: dict[str, Any] = field(default_factory=dict[str, Any])
    """Conditions, needs, retries, limits: key and value as they stand in the file."""
    steps: list[Outline] = field(default_factory=list["Outline"])
    hooks: dict[str, Outline] = field(default_factory=dict[str, "Outline"])

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-like values."""
        told: dict[str, Any] = {"name": self.name, "type": self.type}
        if self.what:
            told["what"] = self.what
        told |= self.notes
        if self.steps:
            told["steps"] = [step.to_dict() for step in self.steps]
        if self.hooks:
            told["hooks"] = {name: hook.to_dict() for name, hook in self.hooks.items()}
        return told

    @property
    def line(self) -> str:
        """What stands behind its name."""
        notes = [f"{key} {_short(value)}" for key, value in self.notes.items()]
        return "  ".join([self.type, *([self.what] if self.what else []), *notes])


def outline_of(model: WorkflowModel) -> tuple[list[Outline], dict[str, Outline]]:
    """Give the steps of a workflow, and its hooks."""
    steps = model.node.get("steps")
    return _steps(steps) if steps is not None else [], _hooks(model.node)


def tree(steps: Iterable[Outline], *, unicode: bool, indent: str = "") -> Iterator[tuple[str, Outline]]:
    """Give each step with the lines that lead to its name, each before what is inside of it."""
    listed = list(steps)
    for number, step in enumerate(listed, 1):
        last = number == len(listed)
        tee, bar = (("└─ " if last else "├─ "), "   " if last else "│  ")
        if not unicode:
            tee, bar = (("`- " if last else "|- "), "   " if last else "|  ")
        yield indent + tee, step
        inside = [*step.steps, *(_named(name, hook) for name, hook in step.hooks.items())]
        yield from tree(inside, unicode=unicode, indent=indent + bar)


def _named(name: str, hook: Outline) -> Outline:
    return Outline(f"({name})", hook.type, hook.what, hook.notes, hook.steps, hook.hooks)


def _steps(node: Node) -> list[Outline]:
    if isinstance(node, Mapping) and (inner := node.get("steps")) is not None:
        return _steps(inner)
    items = node.items if isinstance(node, Sequence) else ()
    return [_step(item) for item in items if isinstance(item, Mapping)]


def _step(node: Mapping) -> Outline:
    name = _text(node.get("name"))
    kind = next((key for key in (*_CONTAINERS, *_WAITS) if node.get(key) is not None), "")
    what = "" if kind in _HOLDING else _text(node.get(kind)) if kind else _command(node)
    inside = [
        step for key in _HOLDING if (value := node.get(key)) is not None for step in _branch(key, value)
    ]
    notes = {key: plain_value(value) for key in _NOTES if (value := node.get(key)) is not None}
    return Outline(name, kind or _text(node.get("type")) or "shell", what, notes, inside, _hooks(node))


def _branch(key: str, value: Node) -> list[Outline]:
    """The `else` of an `if` is a branch of its own; other lists of steps stand directly inside."""
    steps = _steps(value)
    return [Outline("(else)", "steps", steps=steps)] if key == "else" else steps


def _hooks(node: Mapping) -> dict[str, Outline]:
    found: dict[str, Outline] = {}
    for name in _HOOKS:
        hook = node.get(name)
        if isinstance(hook, Mapping):
            found[name] = _step(hook)
        elif isinstance(hook, Sequence):
            found[name] = Outline(name, "steps", steps=_steps(hook))
    return found


def _command(node: Mapping) -> str:
    """Give the first line of what a step runs."""
    config = node.get("config")
    places = [node, *([config] if isinstance(config, Mapping) else [])]
    for place in places:
        for key in ("run", "file", "image", "script", "url", "call", "message", "expression"):
            value = place.get(key)
            if isinstance(value, Scalar) and value.text:
                lines = [line for line in value.text.splitlines() if line.strip()]
                more = " …" if len(lines) > 1 else ""
                return _short(lines[0].strip()) + more
    return ""


def _text(node: Node | None) -> str:
    if node is None:
        return ""
    return node.text if isinstance(node, Scalar) else _short(plain_value(node))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
