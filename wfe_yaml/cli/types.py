"""`wfe steps`: the types of steps there are, from the models that the validator reads."""

from __future__ import annotations

import dataclasses
import inspect
import json
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.executors.describing import described
from wfe_yaml.executors.registry import executors
from wfe_yaml.expressions.values import to_text
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from wfe_yaml.executors.base import StepType


def show_types(only: str | None, *, as_json: bool) -> int:
    """Print the types of steps with the keys of their config.

    Raises:
        CommandError: there is no such type.
    """
    known = executors()
    if only is not None and only not in known:
        hint = suggest(only, known) or f"there are: {listing(known)}"
        raise CommandError(f"there is no type of step {only!r}", hint=hint)
    names = sorted(known) if only is None else [only]
    if as_json:
        told = [{"type": name, "doc": _about(known[name]), "config": _keys(known[name])} for name in names]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    for number, name in enumerate(names):
        print(("\n" if number else "") + f"{name}: {_about(known[name]).splitlines()[0]}")
        keys = described(known[name].config)
        width = max((len(key.key) for key in keys), default=0)
        for key in keys:
            takes = f" {key.takes[:1].upper()}{key.takes[1:]}."
            usual = "" if key.default is None else f"  (default: {to_text(key.default)})"
            print(f"  {key.key:{width}}  {key.doc}{takes}{'  (required)' if key.required else usual}")
    return Exit.COMPLETE


def _about(executor: type[StepType]) -> str:
    return inspect.cleandoc(executor.__doc__ or "It has no description.")


def _keys(executor: type[StepType]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(key) for key in described(executor.config)]
