"""`raw(…)`: the one way in which a value becomes part of a script as text.

What comes from the file itself (`vars`, `workflow`, literals) is put in when the file is read. All else must
be allowed by the step; then the whole script is read anew for each attempt, with the text in it, so that the
other expressions are placed by what the script really is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from wfe_core.errors import ConditionError
from wfe_yaml.errors import Code
from wfe_yaml.expressions.shell.contexts import USE_ENV
from wfe_yaml.expressions.shell.placement import Pasted, Script, place
from wfe_yaml.expressions.templates import Expression, Template
from wfe_yaml.expressions.values import EvaluationError, Missing, to_text
from wfe_yaml.source.problems import Problems

if TYPE_CHECKING:
    from wfe_yaml.expressions.evaluator import Names

_NEVER = "secrets"
_ALLOW = "write it without raw(), or allow it with `allow_raw: true` on the step"


class _Only:
    """Names of which some cannot be used, whatever an expression looks like."""

    def __init__(self, root: Callable[[str], Any]) -> None:
        self._root = root

    def root(self, name: str) -> Any:
        """Give the value of a first name, or `Missing`."""
        return Missing("a secret never becomes text of a script") if name == _NEVER else self._root(name)


def raw_expressions(template: Template) -> tuple[Expression, ...]:
    """Give the values that a script wants as text."""
    return tuple(each.value for each in template.expressions if each.compiled.raw)


def paste_constants(
    template: Template, constants: Mapping[str, Any], problems: Problems, *, allow: bool
) -> Template:
    """Put in what is known when the file is read, and refuse what may not become text.

    Args:
        template: the script.
        constants: the names whose values come from the file.
        problems: where refusals are noted.
        allow: the step allows other values, too; those stay.
    """

    def known(name: str) -> Any:
        return constants.get(name, Missing(f"{name!r} is not known when the file is read"))

    names = _Only(known)
    parts: list[str | Expression] = []
    for each in template.parts:
        if isinstance(each, str) or not each.compiled.raw:
            parts.append(each)
            continue
        part: str | Expression = each
        roots = {str(path.parts[0]): path for path in each.compiled.paths}
        foreign = next((path for root, path in roots.items() if root not in constants), None)
        if _NEVER in roots:
            message = "a secret never becomes text of a script"
            problems.add(Code.FORBIDDEN, message, each.path_location(roots[_NEVER]), USE_ENV)
        elif foreign is None:
            try:
                part = _pasted(each, each.compiled.evaluate(names))
            except (ConditionError, EvaluationError) as exc:
                problems.add(Code.EVALUATION, str(exc), each.location)
        elif not allow:
            message = f"raw() would make code of {foreign.parts[0]!r}, which is not from the file"
            problems.add(Code.FORBIDDEN, message, each.path_location(foreign), _ALLOW)
        parts.append(part)
    return Template(template.scalar, tuple(parts))


def place_with_raw(template: Template, names: Names, *, arrays: bool) -> Script:
    """Put the raw values of one attempt in, and place the other expressions in what came out.

    Raises:
        ConditionError: a raw value is not there, or an expression cannot stand where it stands now.
    """
    only = _Only(names.root)
    parts = (
        _pasted(part, part.evaluate(only)) if isinstance(part, Expression) and part.compiled.raw else part
        for part in template.parts
    )
    problems = Problems()
    script = place(Template(template.scalar, tuple(parts)), problems, arrays=arrays)
    if script is None:
        first = problems.listed()[0]
        raise ConditionError(f"{first.location}: error[{first.code}]: {first.message}")
    return script


def _pasted(part: Expression, value: Any) -> Pasted:
    text = to_text(value)
    if "\0" in text:
        raise ConditionError(
            f"{part.location}: the value contains the character NUL, which no script can hold"
        )
    made = Pasted(text)
    made.end = part.hole.end
    return made
