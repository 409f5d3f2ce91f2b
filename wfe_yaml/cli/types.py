"""`wfe steps`: the types of steps there are, from the models that the validator reads."""

from __future__ import annotations

import inspect
import json
from typing import Any, cast

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.executors.registry import executors
from wfe_yaml.model.records import keys_of
from wfe_yaml.source.problems import listing, suggest


def show_types(only: str | None, *, as_json: bool) -> int:
    """Print the types of steps with the keys of their config.

    Raises:
        CommandError: there is no such type.
    """
    known = executors()
    if only is not None and only not in known:
        hint = suggest(only, known) or f"there are: {listing(known)}"
        raise CommandError(f"there is no type of step {only!r}", hint=hint)
    told = [
        {"type": name, "doc": inspect.cleandoc(executor.__doc__ or ""), "config": _keys(executor.config)}
        for name, executor in sorted(known.items())
        if only in (None, name)
    ]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    for number, each in enumerate(told):
        about = str(each["doc"]).splitlines()[0]
        print(("\n" if number else "") + f"{each['type']}: {about}")
        keys = cast("list[dict[str, Any]]", each["config"])
        width = max((len(key["key"]) for key in keys), default=0)
        for key in keys:
            needed = "  (required)" if key["required"] else ""
            print(f"  {key['key']:{width}}  {key['doc']} {key['takes'].capitalize()}.{needed}")
    return Exit.COMPLETE


def _keys(model: type[Any]) -> list[dict[str, Any]]:
    declared = keys_of(cast("Any", model))
    return [
        {"key": name, "takes": key.kind.expected, "required": key.required, "doc": key.doc}
        for name, (_, key) in declared.items()
    ]
