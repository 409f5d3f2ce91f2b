"""What connections bring to the ports of a node, as expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """What a port is given.

    Attributes:
        code: the expression, without its delimiters.
        conditions: expressions that must hold for it to be there, the outermost first.
        structured: it is a list or a mapping, and not its text.
        guessed: over there it is the value of the text if that is JSON, else the text.
    """

    code: str
    conditions: tuple[str, ...] = ()
    structured: bool = False
    guessed: bool = False

    @property
    def hole(self) -> str:
        """The expression as a value of the file."""
        return f"$<< {self.code} >>"

    @property
    def value(self) -> str:
        """The expression for what tells a list from its text."""
        return f"{self.code} | fromjson({self.code})" if self.guessed else self.code

    @property
    def optional(self) -> str:
        """The value of the file, or null where it is not there."""
        if not self.conditions:
            return f"$<< {self.value} >>"
        return f"$<< ({self.value}) if {all_of(self.conditions)} else none >>"


def all_of(conditions: tuple[str, ...]) -> str:
    """Give one expression for several that must all hold."""
    return conditions[0] if len(conditions) == 1 else " and ".join(f"({each})" for each in conditions)


@dataclass(slots=True)
class Made:
    """What became of a node.

    Attributes:
        step: its keys, besides the name and what comes from the graph; None when it is left out.
        ports: what its output ports give.
        conditions: what must hold for the node to run.
        gates: for output ports that open only sometimes: when.
    """

    step: dict[str, Any] | None
    ports: dict[str, Source] = field(default_factory=dict[str, Source])
    gates: dict[str, str] = field(default_factory=dict[str, str])
    conditions: tuple[str, ...] = ()
