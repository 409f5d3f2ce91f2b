"""The documents of the full-text indexes of the SQL stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from wfe_core.ports import InstanceRecord
from wfe_core.words import words

Document = tuple[str, int, str]
"""Id, revision and words of an instance."""

_COLUMNS: Final = [field.name for field in fields(InstanceRecord)]
_REVISION: Final = _COLUMNS.index("revision")
_PLAIN: Final = tuple(_COLUMNS.index(name) for name in ("id", "reference", "definition_id", "status"))
_JSON: Final = tuple(_COLUMNS.index(name) for name in ("tags", "error"))


def documents(records: Iterable[Sequence[Any]], data: Iterable[Sequence[Any]]) -> list[Document]:
    """Find the words of instances, each once."""
    values: dict[str, list[str]] = {}
    for id_, _, value in data:
        values.setdefault(id_, []).append(value)
    return [
        (record[0], record[_REVISION], " ".join(_words(record, values.get(record[0], []))))
        for record in records
    ]


def _words(record: Sequence[Any], values: Iterable[str]) -> list[str]:
    plain = (record[place] or "" for place in _PLAIN)
    return words(plain, (*(record[place] for place in _JSON), *values))
