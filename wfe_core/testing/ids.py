"""Ids that a test can foresee."""

from __future__ import annotations

import itertools

_DIGITS = 4


class SequentialIds:
    """Makes `id-0001`, `id-0002` and so on, which sort in the order in which they were made.

    Numbers of more than four digits get a letter in front (`id-a10000`), so that even these sort.

    Args:
        prefix: what stands before the hyphen.
    """

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._numbers = itertools.count(1)

    def __call__(self, now: int) -> str:
        """Give the next id; the time plays no part."""
        del now
        digits = f"{next(self._numbers):0{_DIGITS}d}"
        longer = len(digits) - _DIGITS
        return f"{self._prefix}-{chr(ord('a') + longer - 1) if longer else ''}{digits}"
