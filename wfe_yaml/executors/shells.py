"""What runs the script of a shell step: bash, sh, python, node, any program, or no shell at all."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.model.kinds import ListOf, TextTemplate
from wfe_yaml.model.records import Kind
from wfe_yaml.source.nodes import Mapping, Node, Scalar
from wfe_yaml.source.problems import Problems, listing, suggest

if TYPE_CHECKING:
    from wfe_yaml.expressions.templates import Template

_SCRIPT = "{0}"
"""Stands for the path of the script in the command of a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What runs a script.

    Attributes:
        name: for messages.
        words: the command; `{0}` in it stands for the path of the script.
        suffix: how the name of the script ends.
        places: expressions can be placed in the script, because the quoting of this shell is known.
        argv: a program and its arguments that are run instead of a script.
    """

    name: str
    words: tuple[str, ...] = ()
    suffix: str = ""
    places: bool = False
    argv: tuple[Template, ...] = ()

    def command(self, script: str) -> list[str]:
        """Give the command for a script."""
        return [word.replace(_SCRIPT, script) for word in self.words]


_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", _SCRIPT)
SHELLS = {
    "bash": Shell(name="bash", words=_BASH, suffix=".sh", places=True),
    "sh": Shell(name="sh", words=("sh", "-e", _SCRIPT), suffix=".sh", places=True),
    # Unbuffered, so that its lines are shown when they are printed.
    "python": Shell(name="python", words=("python3", "-u", _SCRIPT), suffix=".py"),
    "node": Shell(name="node", words=("node", _SCRIPT), suffix=".js"),
}
"""The shells that are known by name."""


def bash() -> Shell:
    """Give the shell that runs what does not say otherwise."""
    return SHELLS["bash"]


class ShellKind(Kind[Shell]):
    """A shell by name, the command of a program, or a program without a shell."""

    expected: str = f"one of {listing(SHELLS)}, a command such as 'perl {{0}}', or {{argv: […]}}"

    def read(self, node: Node, problems: Problems) -> Shell | None:
        """Give the shell."""
        if isinstance(node, Mapping):
            return self._argv(node, problems)
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.misfit(node, problems)
            return None
        known = SHELLS.get(node.value)
        if known is not None:
            return known
        if has_holes(node.text):
            problems.add(Code.FORBIDDEN, "an expression cannot stand here", node.location)
            return None
        if _SCRIPT not in node.value:
            hint = suggest(node.value, SHELLS) or f"the command of a program needs {_SCRIPT} for the script"
            problems.add(Code.VALUE, f"expected {self.expected}, found {node.value!r}", node.location, hint)
            return None
        try:
            words = tuple(shlex.split(node.value))
        except ValueError as exc:
            problems.add(Code.VALUE, f"the command cannot be read: {exc}", node.location)
            return None
        return Shell(name=words[0], words=words)

    def _argv(self, node: Mapping, problems: Problems) -> Shell | None:
        given = node.entries.get("argv")
        for name, entry in node.entries.items():
            if name != "argv":
                problems.add(Code.UNKNOWN_KEY, f"unknown key {name!r} in `shell`", entry.key.location)
        if given is None:
            self.misfit(node, problems)
            return None
        argv = ListOf(TextTemplate(), what="a program and its arguments", least=1).read(given.value, problems)
        return None if argv is None else Shell(name="argv", argv=tuple(argv))
