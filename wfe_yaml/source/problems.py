"""Collecting problems, so that all of them are told at once, and guessing what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_yaml.errors import Code, Problem, Severity, YamlError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wfe_yaml.source.nodes import Mapping
    from wfe_yaml.source.text import Location

_MOST = 200
"""So many errors, and so many warnings, are told."""


class Problems:
    """What is wrong so far. The same problem at the same place (through an alias) is told once.

    It is true when there is an error; warnings stop nothing.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Location | None], Problem] = {}
        self._counts = dict.fromkeys(Severity, 0)

    def __bool__(self) -> bool:
        """Whether there is any error."""
        return bool(self._counts[Severity.ERROR])

    def __len__(self) -> int:
        """Count the errors."""
        return self._counts[Severity.ERROR]

    @property
    def full(self) -> bool:
        """Whether further errors are only counted, so that nobody needs to find out where they are."""
        return len(self) >= _MOST

    def add(self, code: Code, message: str, location: Location | None, hint: str | None = None) -> None:
        """Note a problem."""
        key = (code, message, location)
        if key in self._found:
            return
        self._counts[code.severity] += 1
        if self._counts[code.severity] <= _MOST:
            self._found[key] = Problem(code, message, location, hint)

    def take(self, error: YamlError) -> None:
        """Note the problems that an error carries."""
        for problem in error.problems:
            self.add(problem.code, problem.message, problem.location, problem.hint)

    def resolve(self, node: Mapping) -> Mapping:
        """Give a mapping as it is meant: with what it extends, where there are templates."""
        return node

    def listed(self) -> tuple[Problem, ...]:
        """Give all, file by file in the order of the text; the last one says how many were too many."""
        files: dict[str, int] = {}

        def place(problem: Problem) -> tuple[int, int]:
            if problem.location is None:
                return (-1, 0)
            return files.setdefault(problem.location.file, len(files)), problem.location.start

        ordered = sorted(self._found.values(), key=place)
        more = self._counts[Severity.ERROR] - _MOST
        if more > 0:
            message = f"{more} more are not shown"
            ordered.append(Problem(Code.LIMIT, message, None, "mend these first"))
        return tuple(ordered)

    def warnings(self) -> tuple[Problem, ...]:
        """Give the warnings, in the order of the text."""
        return tuple(problem for problem in self.listed() if problem.severity is Severity.WARNING)

    def raise_any(self) -> None:
        """Raise what was found, if there is an error among it.

        Raises:
            YamlError: with all problems.
        """
        if self:
            raise YamlError(*self.listed())


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Give the hint "did you mean …?" when a known word is close to this one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a wrong file pays for the import

    candidates = list(known)
    by_case = {candidate.casefold().replace("-", "_"): candidate for candidate in candidates}
    exact = by_case.get(word.casefold().replace("-", "_"))
    close = [exact] if exact else get_close_matches(word, candidates, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else None


def listing(words: Iterable[str], *, most: int = 12) -> str:
    """Give words for a message, cut when there are many."""
    ordered = list(words)
    shown = ", ".join(ordered[:most])
    return f"{shown}, … ({len(ordered)} in all)" if len(ordered) > most else shown or "none"
