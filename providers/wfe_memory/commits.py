"""How a checkpoint is written: everything is checked before anything is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from wfe_core.errors import SerializationError
from wfe_core.ports import CHANGED, COMMITTED, CommitOutcome
from wfe_core.serialization import dumps
from wfe_memory.tables import ActivityRow, InstanceRow, copy_instance, copy_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wfe_core.ports import Checkpoint, PointerRecord
    from wfe_memory.tables import Tables


class _Checked(NamedTuple):
    """A checkpoint that can be written without any further objection."""

    checkpoint: Checkpoint
    entries: str
    children: list[_Checked]


class _RefusedError(Exception):
    """The values of a checkpoint cannot be stored."""


def commit_one(tables: Tables, checkpoint: Checkpoint, now: int) -> CommitOutcome:
    """Write one checkpoint, or say why not."""
    instance = checkpoint.instance
    row = tables.rows.get(instance.id)
    if checkpoint.create:
        if row is not None:
            return CommitOutcome("exists", owner=row.record.owner, fence=row.record.fence)
    elif row is None:
        return CommitOutcome("stale")
    elif (
        row.record.owner is None
        or row.record.owner != instance.owner
        or row.record.fence != instance.fence
        or row.record.revision != instance.revision - 1
    ):
        return CommitOutcome("stale", owner=row.record.owner, fence=row.record.fence)
    try:
        checked = _check(checkpoint)
    except _RefusedError as exc:
        return CommitOutcome("rejected", error=str(exc))
    if row is None:
        row = _create(tables, checked)
    children: dict[str, CommitOutcome] = {}
    outcome = _write(tables, row, checked, now, children)
    return replace(outcome, children=children) if children else outcome


# ---------------------------------------------------------------- checking


def _check(checkpoint: Checkpoint) -> _Checked:
    """Look for values that a store cannot hold, in the children too.

    Raises:
        _RefusedError: there are such values.
    """
    for text in _texts(checkpoint):
        if text is not None and not _storable(text):
            msg = f"instance {checkpoint.instance.id!r}: {text!r:.80} is no text that can be stored"
            raise _RefusedError(msg)
    entries = ""
    if checkpoint.happened:
        try:
            entries = dumps(checkpoint.happened, "lifecycle entries")
        except SerializationError as exc:
            raise _RefusedError(str(exc)) from exc
    return _Checked(checkpoint, entries, [_check(child) for child in checkpoint.children])


def _storable(text: object) -> bool:
    """Whether every store can hold this text exactly: no NUL, no half of a surrogate pair."""
    if not isinstance(text, str) or "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(checkpoint: Checkpoint) -> Iterator[str | None]:
    """All that users' values and names get into."""
    instance = checkpoint.instance
    yield instance.id
    yield instance.definition_id
    yield instance.reference
    yield instance.tags
    yield instance.error
    yield instance.ending
    for pointer in checkpoint.pointers:
        yield pointer.step
        yield pointer.outcome
        yield pointer.output
        yield pointer.state
        yield pointer.error
    for key, value in checkpoint.data.items():
        yield key
        yield value
    for chunk in checkpoint.items:
        yield chunk.values
    for subscription in checkpoint.subscriptions:
        yield subscription.name
        yield subscription.key
    for message in checkpoint.messages:
        yield message.payload
    for item in checkpoint.activities:
        yield item.name
        yield item.input


# ---------------------------------------------------------------- writing


def _create(tables: Tables, checked: _Checked) -> InstanceRow:
    record = copy_instance(checked.checkpoint.instance)
    row = tables.rows[record.id] = InstanceRow(record)
    tables.set_owner(row, record.owner)
    parent = tables.rows.get(record.parent_id or "")
    if parent is not None:
        parent.children.add(record.id)
    return row


def _write(
    tables: Tables, row: InstanceRow, checked: _Checked, now: int, children: dict[str, CommitOutcome]
) -> CommitOutcome:
    checkpoint = checked.checkpoint
    _write_record(row, checkpoint)
    for pointer in checkpoint.pointers:
        _write_pointer(row, pointer)
    _write_data(row, checkpoint)
    for chunk in checkpoint.items:
        row.items.setdefault(chunk.pointer_id, {})[chunk.number] = chunk.values
    for pointer_id in checkpoint.drop_items:
        row.items.pop(pointer_id, None)
    for seq in checkpoint.consumed:
        # `event_ids` and `references` remember a consumed event until the instance is purged.
        row.inbox.pop(seq, None)
    _write_subscriptions(tables, row, checkpoint, now)
    for child in checked.children:
        _start_child(tables, child, now, children)
    for message in checkpoint.messages:
        target = tables.rows.get(message.instance_id)
        if target is not None:
            tables.post(target, message, now)
    for item in checkpoint.activities:
        tables.activities[item.id] = ActivityRow(item)
        row.activities.add(item.id)
    for activity_id in row.activities.intersection(checkpoint.drop_activities):
        row.activities.discard(activity_id)
        del tables.activities[activity_id]
    tables.tell(row.record, checked.entries)
    return _finish(tables, row, checkpoint)


def _write_record(row: InstanceRow, checkpoint: Checkpoint) -> None:
    record = copy_instance(row.record)
    for name in CHANGED:
        setattr(record, name, getattr(checkpoint.instance, name))
    row.record = record


def _write_pointer(row: InstanceRow, pointer: PointerRecord) -> None:
    if pointer.index is not None and pointer.id not in row.pointers:
        row.inside.setdefault(pointer.parent, []).append(pointer.id)
    row.pointers[pointer.id] = copy_pointer(pointer)
    (row.live.add if pointer.live else row.live.discard)(pointer.id)
    (row.undoable.discard if pointer.undo is None else row.undoable.add)(pointer.id)


def _write_data(row: InstanceRow, checkpoint: Checkpoint) -> None:
    revision = checkpoint.instance.revision
    for key, value in checkpoint.data.items():
        if checkpoint.keep_history and key in row.data:
            row.data[key].append((revision, value))
        else:
            row.data[key] = [(revision, value)]
    if checkpoint.drop_history:
        for values in row.data.values():
            del values[:-1]
        for pointer_id in row.undoable:
            row.pointers[pointer_id].undo = None
        row.undoable.clear()


def _write_subscriptions(tables: Tables, row: InstanceRow, checkpoint: Checkpoint, now: int) -> None:
    instance_id = row.record.id
    if checkpoint.drop_subscriptions:
        for topic in row.subscriptions:
            tables.unsubscribe(instance_id, topic)
        row.subscriptions.clear()
    for wanted in checkpoint.subscriptions:
        topic = (wanted.name, wanted.key)
        as_of = row.subscriptions.get(topic)
        if as_of is not None and as_of <= wanted.as_of:
            continue
        row.subscriptions[topic] = wanted.as_of
        tables.subscribers.setdefault(topic, {})[instance_id] = None
        # Sorting is stable: events of the same effective instant keep the order of publishing.
        for event in sorted(tables.topics.get(topic, ()), key=lambda event: event.effective):
            if event.effective >= wanted.as_of:
                tables.deliver(row, event, now)


def _start_child(tables: Tables, checked: _Checked, now: int, children: dict[str, CommitOutcome]) -> None:
    """Begin a sub-workflow; one that exists already (its step runs again) is left as it is."""
    id_ = checked.checkpoint.instance.id
    known = tables.rows.get(id_)
    if known is not None:
        children[id_] = CommitOutcome("exists", owner=known.record.owner, fence=known.record.fence)
        return
    row = _create(tables, checked)
    children[id_] = _write(tables, row, checked, now, children)
    tables.make_due(row, now)


def _finish(tables: Tables, row: InstanceRow, checkpoint: Checkpoint) -> CommitOutcome:
    """Give the lease back if that is wanted and nothing has come in meanwhile."""
    if not checkpoint.release:
        if checkpoint.subscriptions:
            return CommitOutcome("committed", inbox_seq=row.record.inbox_seq)
        return COMMITTED
    released = row.record.inbox_seq <= checkpoint.inbox_seen
    if released:
        tables.set_owner(row, None)
    return CommitOutcome("committed", inbox_seq=row.record.inbox_seq, released=released)
