"""The environment of processes: clean, but for what a step declares or asks for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.expressions.shell.variables import forbidden_variable

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location

_CLEAN = ("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "TERM", "CI")
"""What steps see of the environment, besides LC_*, unless they inherit all of it."""
OURS = ("WFE_", "__WFE")
"""Variables whose names begin so belong to wfe."""


def base_environment(tools: Tools, *, inherit: bool = False, names: Iterable[str] = ()) -> dict[str, str]:
    """Give what the process of a step sees of the environment of wfe.

    Args:
        tools: the environment, and the secrets that are not part of it.
        inherit: all of it.
        names: these, too.
    """
    environ: Mapping[str, str] = tools.environ
    if inherit:
        return {
            name: value
            for name, value in environ.items()
            if not name.startswith(OURS) and name not in tools.secrets
        }
    clean = {name: environ[name] for name in _CLEAN if name in environ}
    clean.update({name: value for name, value in environ.items() if name.startswith("LC_")})
    clean.update({name: environ[name] for name in names if name in environ})
    clean.setdefault("PATH", os.defpath)
    return clean


def check_variable(name: str, location: Location, problems: Problems, *, constant: bool) -> None:
    """Refuse a variable that belongs to wfe, or that would let a value become code."""
    if name.startswith(OURS):
        problems.add(Code.VALUE, f"the variable {name} belongs to wfe", location, "choose another name")
    elif not constant and forbidden_variable(name):
        message = f"{name} changes how programs run, so an expression cannot set it"
        problems.add(Code.FORBIDDEN, message, location)
