"""Records of the ports as rows of the tables, and back; the order of the columns is that of `tables.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from wfe_core.ports import CHANGED, ActivityItem, InboxMessage, InstanceRecord, PointerRecord

Row = tuple[Any, ...]


def _names(record: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _getter(names: Sequence[str]) -> Callable[[Any], Row]:
    return attrgetter(*names)


instance_row: Final = _getter(_names(InstanceRecord))
"""The columns of `workflow`."""
changed_row: Final = _getter(CHANGED)
pointer_row: Final = _getter(_names(PointerRecord))
"""The columns of `pointer` behind the instance id."""
activity_row: Final = _getter(_names(ActivityItem))
"""The columns of `activity` before those of the lease."""

_LIVE: Final = _names(PointerRecord).index("live")


def to_pointer(row: Sequence[Any]) -> PointerRecord:
    """Make a record of the columns behind the instance id (databases may give 0 and 1 for booleans)."""
    record = PointerRecord(*row)
    record.live = row[_LIVE] != 0
    return record


def to_instance(row: Sequence[Any]) -> InstanceRecord:
    """Make a record of the columns of `workflow`."""
    return InstanceRecord(*row)


def to_message(row: Sequence[Any]) -> InboxMessage:
    """Make a message of (seq, kind, payload, effective, event_id, name, key)."""
    return InboxMessage(*row)
