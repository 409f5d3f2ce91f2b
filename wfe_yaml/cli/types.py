"""`wfe steps`: the types of steps there are, from the models that the validator reads."""

from __future__ import annotations

import dataclasses
import inspect
import json
import sys
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.executors.describing import described
from wfe_yaml.executors.registry import executors
from wfe_yaml.expressions.values import to_text
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from wfe_yaml.executors.base import StepType


def show_types(only: str | None, *, as_json: bool) -> int:
    """Print the types of steps with the keys of their config; packages that do not work are named.

    Raises:
        CommandError: there is no such type.
        DefinitionError: the package that has it does not work.
    """
    known = executors()
    if only is not None and only not in known:
        hint = suggest(only, known) or f"there are: {listing(known)}"
        raise CommandError(f"there is no type of step {only!r}", hint=hint)
    good, wrong = known.sound() if only is None else ({only: known.described(only)}, {})
    if as_json:
        told = [{"type": name, "doc": _about(good[name]), "config": _keys(good[name])} for name in good]
        told += [{"type": name, "doc": "", "config": [], "error": wrong[name]} for name in wrong]
        print(json.dumps(sorted(told, key=itemgetter("type")), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_shown(name, good[name]) for name in sorted(good)), end="")
    troubles = [*wrong.values(), *(known.hidden() if only is None else ())]
    print("".join(f"wfe: {trouble}\n" for trouble in troubles), end="", file=sys.stderr)
    return Exit.COMPLETE


def _shown(name: str, executor: type[StepType]) -> str:
    lines = [f"{name}: {_about(executor).splitlines()[0]}"]
    keys = described(executor.config)
    width = max((len(key.key) for key in keys), default=0)
    for key in keys:
        takes = f" {key.takes[:1].upper()}{key.takes[1:]}."
        usual = "" if key.default is None else f"  (default: {to_text(key.default)})"
        lines.append(f"  {key.key:{width}}  {key.doc}{takes}{'  (required)' if key.required else usual}")
    return "\n".join([*lines, ""])


def _about(executor: type[StepType]) -> str:
    return inspect.cleandoc(executor.__doc__ or "It has no description.")


def _keys(executor: type[StepType]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(key) for key in described(executor.config)]
