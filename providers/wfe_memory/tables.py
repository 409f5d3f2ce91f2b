"""The tables of the in-memory backend: one row object per instance, and the indexes across instances."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from wfe_core.models import WorkflowStatus
from wfe_core.ports import APPROVAL_EVENT, InboxMessage, InstanceRecord, LogChunk, OutboxRow, PointerRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_core.ports import ActivityItem, EventRecord, Message

R = TypeVar("R")

Topic = tuple[str, str]
"""Name and key of an event."""

ENDED = frozenset(status.value for status in WorkflowStatus if status.terminal)
# A failed instance can be retried; the others will never do anything again.
OVER = ENDED - {WorkflowStatus.FAILED.value}


def copier(record_type: type[R]) -> Callable[[R], R]:
    """Give a function that copies records of a dataclass: `dataclasses.replace`, four times as fast."""
    values = attrgetter(*(f.name for f in fields(record_type)))  # type: ignore[arg-type]  # mypy: any class
    return lambda record: record_type(*values(record))


copy_instance: Callable[[InstanceRecord], InstanceRecord] = copier(InstanceRecord)
copy_pointer: Callable[[PointerRecord], PointerRecord] = copier(PointerRecord)


@dataclass(slots=True)
class InstanceRow:
    """An instance and all that belongs to it."""

    record: InstanceRecord
    pointers: dict[int, PointerRecord] = field(default_factory=dict[int, PointerRecord])
    live: set[int] = field(default_factory=set[int])
    """Ids of the live pointers, so that loading costs nothing for the ended ones."""
    undoable: set[int] = field(default_factory=set[int])
    """Ids of the pointers with `undo` set."""
    inside: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    """For each loop, the ids of the pointers directly inside that have an index."""
    data: dict[str, list[tuple[int, str]]] = field(default_factory=dict[str, list[tuple[int, str]]])
    """Top-level key: (revision, JSON text), the newest last; superseded ones only while a saga is open."""
    items: dict[int, dict[int, str]] = field(default_factory=dict[int, dict[int, str]])
    """Loop pointer: number of the chunk: JSON array."""
    subscriptions: dict[Topic, int] = field(default_factory=dict[Topic, int])
    """What the instance subscribes to, and from which instant on."""
    inbox: dict[int, InboxMessage] = field(default_factory=dict[int, InboxMessage])
    """Unconsumed messages by seq, in the order of seq."""
    event_ids: set[str] = field(default_factory=set[str])
    """Every event ever delivered here: none is delivered twice."""
    dedupes: set[str] = field(default_factory=set[str])
    children: set[str] = field(default_factory=set[str])
    activities: set[str] = field(default_factory=set[str])
    """Ids of the work items that this instance waits for."""
    logs: list[LogChunk] = field(default_factory=list[LogChunk])
    words: tuple[int, frozenset[str]] | None = None
    """What the search found to be written here, as of a revision."""


@dataclass(slots=True, frozen=True)
class EventRow:
    """An event, and from when on it counts."""

    event: EventRecord
    effective: int


@dataclass(slots=True)
class ActivityRow:
    """A work item and its lease."""

    item: ActivityItem
    token: str | None = None
    expires: int = 0
    leases: int = 0
    """How often it was leased: makes each token a new one."""


@dataclass(slots=True)
class Tables:
    """All that the backend knows.

    Every method of the store holds `lock` from its first look to its last change, and never awaits
    meanwhile: that is what makes each of them atomic, for hosts in other threads too.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    rows: dict[str, InstanceRow] = field(default_factory=dict[str, InstanceRow])
    waiting: dict[str, int] = field(default_factory=dict[str, int])
    """Instances that nobody owns, and when they want to be taken."""
    owned: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Instances by the session that owns them."""
    subscribers: dict[Topic, dict[str, None]] = field(default_factory=dict[Topic, dict[str, None]])
    """Who subscribes to a topic, in the order of subscribing."""
    events: dict[str, EventRow] = field(default_factory=dict[str, EventRow])
    topics: dict[Topic, list[EventRow]] = field(default_factory=dict[Topic, list[EventRow]])
    """Events by topic, in the order of publishing."""
    references: Counter[str] = field(default_factory=Counter[str])
    """In how many inboxes an event is or was; it is kept as long."""
    outbox: list[OutboxRow] = field(default_factory=list[OutboxRow])
    outbox_seq: int = 0
    outbox_trimmed: int = 0
    log_seq: int = 0
    definitions: dict[str, str] = field(default_factory=dict[str, str])
    activities: dict[str, ActivityRow] = field(default_factory=dict[str, ActivityRow])
    cache: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """Key: (value, the instant at which it expires)."""
    cursors: dict[str, int] = field(default_factory=dict[str, int])
    """How far the readers of the outbox have come."""

    # ------------------------------------------------------------ who owns what

    def set_owner(self, row: InstanceRow, owner: str | None) -> None:
        """Give an instance to a session, or to nobody."""
        record = row.record
        if record.owner is not None and (mine := self.owned.get(record.owner)) is not None:
            mine.discard(record.id)
            if not mine:
                del self.owned[record.owner]
        record.owner = owner
        if owner is not None:
            self.owned.setdefault(owner, set()).add(record.id)
        self.note_due(row)

    def note_due(self, row: InstanceRow) -> None:
        """Keep `waiting` right after a change of the owner, the status or `next_due`."""
        record = row.record
        if record.owner is None and record.next_due is not None and wakes(record):
            self.waiting[record.id] = record.next_due
        else:
            self.waiting.pop(record.id, None)

    def make_due(self, row: InstanceRow, when: int) -> None:
        """Let an instance that nobody owns be taken at an instant, or earlier if it wanted that anyway."""
        record = row.record
        if record.owner is None and wakes(record):
            record.next_due = when if record.next_due is None else min(record.next_due, when)
            self.note_due(row)

    # ------------------------------------------------------------ inboxes

    def post(self, row: InstanceRow, message: Message, now: int) -> None:
        """Put a message into an inbox, once per `dedupe`."""
        if message.dedupe is not None:
            if message.dedupe in row.dedupes:
                return
            row.dedupes.add(message.dedupe)
        self._append(row, InboxMessage(row.record.inbox_seq + 1, message.kind, message.payload), now)

    def deliver(self, row: InstanceRow, stored: EventRow, now: int) -> bool:
        """Put an event into an inbox; False when it has been there before."""
        event, effective = stored.event, stored.effective
        if event.id in row.event_ids:
            return False
        row.event_ids.add(event.id)
        self.references[event.id] += 1
        seq = row.record.inbox_seq + 1
        message = InboxMessage(seq, "event", event.payload, effective, event.id, event.name, event.key)
        self._append(row, message, max(now, effective))
        return True

    def _append(self, row: InstanceRow, message: InboxMessage, due: int) -> None:
        row.inbox[message.seq] = message
        row.record.inbox_seq = message.seq
        self.make_due(row, due)

    def forget(self, stored: EventRow) -> None:
        """Forget an event that no inbox refers to."""
        event = stored.event
        del self.events[event.id], self.references[event.id]
        topic = (event.name, event.key)
        self.topics[topic].remove(stored)
        if not self.topics[topic]:
            del self.topics[topic]

    # ------------------------------------------------------------ the outbox

    def tell(self, record: InstanceRecord, entries: str) -> None:
        """Tell readers of the outbox that an instance has changed; without entries only that."""
        self.outbox_seq += 1
        self.outbox.append(
            OutboxRow(self.outbox_seq, record.id, record.definition_id, record.revision, entries)
        )

    # ------------------------------------------------------------ the end

    def delete(self, row: InstanceRow) -> None:
        """Forget an instance and all that belongs to it, its children excepted."""
        record = row.record
        self.tell(record, "")
        del self.rows[record.id]
        self.set_owner(row, None)
        self.waiting.pop(record.id, None)
        for topic in row.subscriptions:
            self.unsubscribe(record.id, topic)
        self.references.subtract(row.event_ids)
        for event_id in row.event_ids:
            stored = self.events.get(event_id)
            if stored is not None and stored.event.name == APPROVAL_EVENT and not self.references[event_id]:
                self.forget(stored)
        for activity_id in row.activities:
            del self.activities[activity_id]
        parent = self.rows.get(record.parent_id or "")
        if parent is not None:
            parent.children.discard(record.id)

    def unsubscribe(self, instance_id: str, topic: Topic) -> None:
        """Take an instance out of the subscribers of a topic."""
        subscribers = self.subscribers[topic]
        subscribers.pop(instance_id, None)
        if not subscribers:
            del self.subscribers[topic]


def wakes(record: InstanceRecord) -> bool:
    """Whether an instance may do something again: it runs, is suspended, or has failed (`retry`)."""
    return record.status not in OVER
