"""The words of a full-text search: found, folded and bounded here, so that they mean the same on every store.

A word is a run of letters, digits and underscores. Its case is folded as Unicode says; accents count. Of a
very long word only the beginning counts, because indexes cannot hold it whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final, cast

LONGEST: Final = 500
"""Characters of a word that count."""
MOST_TERMS: Final = 100
"""Different terms that a search may have: every index has such a bound, and a person never comes near it."""

_WORD: Final = re.compile(r"\w+")
_TERM: Final = re.compile(r"(\w+)(\*?)")


def terms(text: str | None) -> list[tuple[str, bool]]:
    """Take a search apart: folded words, and whether each is only a beginning; each once.

    Raises:
        ValueError: there are more than any index bears.
    """
    found = dict.fromkeys((_fold(word), bool(star)) for word, star in _TERM.findall(text or ""))
    if len(found) > MOST_TERMS:
        msg = f"a search takes at most {MOST_TERMS} different words, not {len(found)}; use fewer"
        raise ValueError(msg)
    return list(found)


def words(texts: Iterable[str], documents: Iterable[str | None]) -> list[str]:
    """Find the folded words of plain texts and of the values inside JSON documents, each once."""

    def everything() -> Iterator[str]:
        yield from texts
        for document in documents:
            if document:
                yield from _leaves(json.loads(document))

    return list(dict.fromkeys(_fold(word) for text in everything() for word in _WORD.findall(text)))


def _fold(word: str) -> str:
    return word.casefold()[:LONGEST]


def _leaves(document: object) -> Iterator[str]:
    """The texts of the strings and numbers inside a JSON value, however deep."""
    left = [document]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += reversed(cast("dict[str, object]", value).values())
        elif isinstance(value, list):
            left += reversed(cast("list[object]", value))
        elif value is not None:
            yield str(value)
