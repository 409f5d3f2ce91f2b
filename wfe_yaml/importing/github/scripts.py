"""Scripts of steps: their expressions become references to variables, as words where they stood as words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wfe_yaml.expressions.shell.placement import place
from wfe_yaml.expressions.templates import Template
from wfe_yaml.importing.github.contexts import joined_pieces, pieces
from wfe_yaml.importing.github.expressions import UntranslatableError, part
from wfe_yaml.source.nodes import Scalar
from wfe_yaml.source.problems import Problems

if TYPE_CHECKING:
    from wfe_yaml.expressions.shell.placement import Placed
    from wfe_yaml.importing.github.contexts import Scope

_PLACED = ("bash", "sh")
_SINGLE = re.compile(r'inputs\.github_\w+|run\.\w+|workflow\.id|secrets\.\w+|"[^"\s\\\\]+"|-?[\d.]+')
"""Expressions that give one word, whatever a run is given."""


def script_of(text: str, run: Scalar, scope: Scope, shell: str) -> str:
    """Translate the expressions of a script.

    Outside of quotes a value is pasted over there, so it may be several words of a command, or none: it is
    split into a list here, of which each item is a word.

    Raises:
        UntranslatableError: one of them has no counterpart, or cannot stand there.
    """
    found = pieces(text, scope)
    if len(found) == 1:
        return joined_pieces(found)
    if shell not in _PLACED:
        raise UntranslatableError(f"an expression cannot stand in a script for {shell}")
    bare = [at for at, item in enumerate(_places(found, run, arrays=True)) if item is not None and item.words]
    several = [at for at in bare if not _single(found[at][1], scope)]
    if shell == "bash":
        for at in several:
            before, code = found[at]
            found[at] = (before, f"({code}) | string | split")
    elif several:
        raise UntranslatableError(
            "sh has no lists for an expression outside of quotes, which may be several words"
        )
    _places(found, run, arrays=shell == "bash")
    return joined_pieces(found)


def _places(found: list[tuple[str, str]], run: Scalar, *, arrays: bool) -> list[Placed | None]:
    """Give where the expressions stand, in order; None for one in a comment.

    Raises:
        UntranslatableError: one of them cannot stand there.
    """
    problems, script = Problems(), joined_pieces(found)
    template = Template.read(Scalar(run.source, run.start, run.end, 1, script, script, "|"), problems)
    placed = None if problems else place(template, problems, arrays=arrays)
    if placed is None or problems:
        raise UntranslatableError(problems.listed()[0].message)
    by_place = {id(item.expression): item for item in placed.placed}
    return [by_place.get(id(expression)) for expression in template.expressions]


def _single(code: str, scope: Scope) -> bool:
    """Whether an expression is known to give one word."""
    axes = {f"matrix{part(name)}" for name in scope.words}
    typed = {
        f"inputs.{name}" for name, given in scope.needed.inputs.items() if given["type"] in ("number", "bool")
    }
    return code in axes | typed or _SINGLE.fullmatch(code) is not None
