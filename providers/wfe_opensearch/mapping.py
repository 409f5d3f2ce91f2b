"""What the index holds: the template with an explicit mapping, and the documents that fit it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from wfe_core.ports import Content
from wfe_core.serialization import loads
from wfe_core.words import words
from wfe_opensearch.location import Location

VERSION: Final = 1
"""Raised whenever a document would look different: an index with another one wants to be made anew."""

# Compared whole, never taken apart: words are found before, in the same way for every store.
_EXACT: Final = {"type": "keyword", "doc_values": False}
_NUMBER: Final = {"type": "long"}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    # The order of pages.
    "created": _NUMBER,
    "id": {"type": "keyword"},
    "revision": _NUMBER,
    "ended": _NUMBER,
    "version": _NUMBER,
    "status": _EXACT,
    "definition": _EXACT,
    "reference": _EXACT,
    "root": _EXACT,
    "parent": _EXACT,
    "tags": _EXACT,
    "data": _EXACT,
    "words": _EXACT,
    "refused": {"type": "boolean"},
}
_SHORT: Final = 256
"""Bytes of a value that is kept as it is; a longer one is known by its digest."""
_LONGEST_ID: Final = 500
_REVISIONS: Final = 2_048
"""More than there are checkpoints of an instance in a microsecond."""


def alias(where: Location) -> str:
    """Name what is searched."""
    return f"{where.prefix}-instances"


def template(where: Location) -> dict[str, Any]:
    """Give the index template."""
    return {
        "index_patterns": [f"{alias(where)}-0*"],
        "priority": 200,
        "template": {
            "settings": {
                "number_of_shards": where.shards,
                "number_of_replicas": where.replicas,
                "refresh_interval": "1s",
            },
            "mappings": {
                "_meta": {"wfe": VERSION},
                "dynamic": "strict",
                # The words of the data are searched and not kept: the store has them.
                "_source": {"excludes": ["words", "data"]},
                "properties": _FIELDS,
            },
        },
    }


def key(instance_id: str) -> str:
    """Give the id of an instance's document."""
    if len(instance_id.encode()) <= _LONGEST_ID:
        return instance_id
    return f"sha256:{hashlib.sha256(instance_id.encode()).hexdigest()}"


def exact(value: str) -> str:
    """Give the form in which a value is compared."""
    raw = value.encode()
    return value if len(raw) <= _SHORT else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def pair(name: str, value: str) -> str:
    """Give the form in which a tag, or a field of the data with its JSON text, is compared."""
    return exact(json.dumps([name, value], ensure_ascii=False))


def external_version(content: Content) -> int:
    """Number a state of an instance, so that an old one never takes the place of a newer one.

    The revision alone would not do: an instance that is purged and started again under the same id begins
    with the first one.
    """
    return content.instance.created * _REVISIONS + content.instance.revision


def documents(content: Content) -> Sequence[dict[str, Any]]:
    """Give an instance's document, and those with less in it, for when that one is refused."""
    record = content.instance
    least: dict[str, Any] = {"id": record.id, "created": record.created}
    plain = {
        **least,
        "revision": record.revision,
        "ended": record.ended,
        "version": record.version,
        "status": record.status,
        "definition": exact(record.definition_id),
        "reference": None if record.reference is None else exact(record.reference),
        "root": exact(record.root_id),
        "parent": None if record.parent_id is None else exact(record.parent_id),
        "tags": [pair(name, value) for name, value in loads(record.tags).items()],
    }
    texts = (record.id, record.reference or "", record.definition_id, record.status)
    whole = {
        **plain,
        "data": [pair(name, text) for name, text in content.data.items()],
        "words": words(texts, (record.tags, record.error, *content.data.values())),
    }
    return whole, {**plain, "refused": True}, {**least, "refused": True}
