"""Names for what is imported: words that expressions can use, each once."""

from __future__ import annotations

import re
import unicodedata

from wfe_yaml.model.names import RESERVED_STEP_NAMES

_LONGEST = 60
_FOREIGN = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_TAKEN = frozenset(
    {*RESERVED_STEP_NAMES, "success", "artifacts", "and", "or", "not", "in", "is", "if", "else"}
)


class Names:
    """Gives names that are not taken."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def word(self, text: str, fallback: str) -> str:
        """Give a name like a text, of letters, digits and underscores, as expressions have it after a dot.

        Args:
            text: what it is called elsewhere.
            fallback: what it is called when nothing of that can be used.
        """
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        name = re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")[:_LONGEST].strip("_") or fallback
        if name[0].isdigit() or name in _TAKEN:
            name = f"{fallback}_{name}"
        number, found = 1, name
        while found in self._used:
            number += 1
            found = f"{name}_{number}"
        self._used.add(found)
        return found


def identifier(text: str, fallback: str) -> str:
    """Give an identifier of a workflow like a text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-._").lower()[:_LONGEST].strip("-._") or fallback


def literal(text: str) -> str:
    """Give a text as a file has it that means no expression."""
    return text.replace("$<<", "$$<<")


def remark(text: str) -> str:
    """Give a text for people, in a place where expressions are refused; those of others lose their signs."""
    return _FOREIGN.sub(r"{\1}", text).replace("$<<", "$ <<")
