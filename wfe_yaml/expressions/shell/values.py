"""How values travel to a script: private variables, or private files when they are long or lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfe_core.errors import ConditionError
from wfe_yaml.errors import Code
from wfe_yaml.expressions.shell.placement import PREFIX
from wfe_yaml.expressions.values import is_list, to_text, type_name

if TYPE_CHECKING:
    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.expressions.shell.placement import Placed

MAX_VARIABLE = 100 * 1024
"""A longer value travels in a file: Linux allows 128 KiB for one variable."""
_MAX_TOGETHER = 512 * 1024
"""So do all that follow once the variables together are longer than this."""

# On one line, so that the line numbers in bash's messages are those of the script. `export -n` keeps the
# values from the programs that the script starts.
_BASH = (
    "__WFE_N={count}; while ((__WFE_N-- > 0)); do "
    "__WFE_F=__WFE_${{__WFE_N}}_FILE; "
    "if [[ -n ${{!__WFE_F-}} ]]; then "
    'IFS= read -r -d "" "__WFE_$__WFE_N" <"${{!__WFE_F}}" || :; unset "$__WFE_F"; fi; '
    "__WFE_F=__WFE_${{__WFE_N}}_LIST; "
    "if [[ -n ${{!__WFE_F-}} ]]; then "
    "if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then "
    'echo "wfe: a list as words needs bash 4.4 or newer, this is $BASH_VERSION" >&2; exit 2; fi; '
    'mapfile -d "" -t "__WFE_$__WFE_N" <"${{!__WFE_F}}"; unset "$__WFE_F"; fi; '
    'export -n "__WFE_$__WFE_N"; done; unset __WFE_N __WFE_F; '
)
_SH = (
    'if [ -n "${{__WFE_{n}_FILE-}}" ]; then __WFE=$(cat "$__WFE_{n}_FILE"; echo .); __WFE=${{__WFE%.}}; '
    "else __WFE=$__WFE_{n}; fi; unset __WFE_{n} __WFE_{n}_FILE; __WFE_{n}=$__WFE; "
)


@dataclass(slots=True)
class PrivateValues:
    """The values of one attempt, ready for a process."""

    variables: dict[str, str] = field(default_factory=dict[str, str])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    paths: dict[str, str] = field(default_factory=dict[str, str])


def prelude(placed: Sequence[Placed], *, bash: bool) -> str:
    """Give what stands before a script, on its first line: it takes the values, hidden from children."""
    if not placed:
        return ""
    if bash:
        return _BASH.format(count=len(placed))
    return "".join(_SH.format(n=number) for number in range(len(placed)))


def private_values(placed: Sequence[Placed], names: Names) -> PrivateValues:
    """Evaluate the expressions of a script, each once.

    Raises:
        ConditionError: one has no value, or not one that can stand at its place.
    """
    values = PrivateValues()
    total = 0
    for item in placed:
        value = item.expression.evaluate(names)
        if item.words and is_list(value):
            words = [_checked(item, to_text(word)) for word in value]
            name = f"{item.variable}_LIST"
            values.files[name] = b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in words)
            values.paths[name] = name
            continue
        text = _integer(item, value) if item.integer else _checked(item, to_text(value))
        size = len(text.encode("utf-8", "surrogateescape"))
        total += size
        if size > MAX_VARIABLE or total > _MAX_TOGETHER:
            name = f"{item.variable}_FILE"
            values.files[name] = text.encode("utf-8", "surrogateescape")
            values.paths[name] = name
        else:
            values.variables[item.variable] = text
    return values


def _integer(item: Placed, value: Any) -> str:
    """Give an integer as bash reads it: without zeros before it, which would make it octal."""
    if isinstance(value, str):
        digits = value.strip()
        if digits.isascii() and len(digits) <= 19 and digits.removeprefix("-").isdigit():  # noqa: PLR2004
            return str(int(digits))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    shown = f"the text {value[:40]!r}" if isinstance(value, str) else type_name(value)
    raise ConditionError(
        f"{item.expression.location}: error[{Code.PLACEMENT}]: bash computes here, "
        f"so only an integer can stand in this place, not {shown}"
    )


def _checked(item: Placed, text: str) -> str:
    if "\0" in text:
        raise ConditionError(
            f"{item.expression.location}: error[{Code.PLACEMENT}]: the value contains the character NUL, "
            f"which no variable can hold"
        )
    return text


__all__ = ["PREFIX", "PrivateValues", "prelude", "private_values"]
