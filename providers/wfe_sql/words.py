"""The words of instances, found and case-folded in the same way for every store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final, cast

from wfe_core.ports import InstanceRecord

_WORD: Final = re.compile(r"\w+")
_TERM: Final = re.compile(r"(\w+)(\*?)")

Document = tuple[str, int, str]
"""Id, revision and words of an instance."""


def terms(text: str | None) -> list[tuple[str, bool]]:
    """Take a query apart: folded words, and whether each is only a beginning."""
    return [(word.casefold(), bool(star)) for word, star in _TERM.findall(text or "")]


def documents(records: Iterable[Sequence[Any]], data: Iterable[Sequence[Any]]) -> list[Document]:
    """Find the words of instances, each once."""
    values: dict[str, list[str]] = {}
    for id_, _, value in data:
        values.setdefault(id_, []).append(value)
    return [
        (record[0], record[_REVISION], " ".join(_words(record, values.get(record[0], []))))
        for record in records
    ]


_COLUMNS: Final = [field.name for field in fields(InstanceRecord)]
_REVISION: Final = _COLUMNS.index("revision")
_PLAIN: Final = tuple(_COLUMNS.index(name) for name in ("id", "reference", "definition_id", "status"))
_JSON: Final = tuple(_COLUMNS.index(name) for name in ("tags", "error"))


def _words(record: Sequence[Any], values: Iterable[str]) -> list[str]:
    texts = [record[place] or "" for place in _PLAIN]
    for document in (*(record[place] for place in _JSON), *values):
        texts.extend(_leaves(json.loads(document or "null")))
    return list(dict.fromkeys(word.casefold() for text in texts for word in _WORD.findall(text)))


def _leaves(value: object) -> Iterator[str]:
    """The texts of the strings and numbers inside a JSON value."""
    if isinstance(value, dict):
        for item in cast("dict[str, object]", value).values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _leaves(item)
    elif value is not None:
        yield str(value)
