"""How a batch of checkpoints is written: packed on the event loop, written in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from wfe_core.ports import COMMITTED, Checkpoint, CommitOutcome
from wfe_sql.generated import sqlite as sql
from wfe_sql.rows import activity_row, changed_row, instance_row, pointer_row
from wfe_sqlite.failures import is_value_error
from wfe_sqlite.sql import Bulk, Listed, Row

_HEADS: Final = Listed(sql.READ_HEADS)
_DROP_HISTORY: Final = Listed(sql.DROP_HISTORY)
_DROP_UNDO: Final = Listed(sql.DROP_UNDO)
_DROP_SUBSCRIPTIONS: Final = Listed(sql.DROP_SUBSCRIPTIONS)
_DROP_ACTIVITIES: Final = Listed(sql.DROP_ACTIVITIES)
_BUMP: Final = Listed(sql.BUMP_INBOX)
_UPDATE: Final = Bulk(sql.UPDATE_WORKFLOW)
_INSERT: Final = Bulk(sql.INSERT_WORKFLOW)
_RELEASE: Final = Bulk(sql.RELEASE_WORKFLOW)
_POINTERS: Final = Bulk(sql.UPSERT_POINTER)
_KEEP: Final = Bulk(sql.KEEP_DATA)
_DATA: Final = Bulk(sql.UPSERT_DATA)
_ITEMS: Final = Bulk(sql.UPSERT_ITEM)
_DROP_ITEMS: Final = Bulk(sql.DROP_ITEMS)
_SUBSCRIBE: Final = Bulk(sql.UPSERT_SUBSCRIPTION)
_MATCH: Final = Bulk(sql.MATCH_EVENTS)
_CONSUME: Final = Bulk(sql.CONSUME)
_MESSAGES: Final = Bulk(sql.INSERT_MESSAGE)
_ACTIVITIES: Final = Bulk(sql.INSERT_ACTIVITY)
_OUTBOX: Final = Bulk(sql.INSERT_OUTBOX)


class _Lot:
    """Rows for one statement, and the number of the checkpoint that each belongs to."""

    __slots__ = ("rows", "whose")

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.whose: list[int] = []

    def add(self, whose: int, row: Any) -> None:
        self.rows.append(row)
        self.whose.append(whose)

    def of(self, numbers: Collection[int]) -> _Lot:
        """The part that belongs to these checkpoints."""
        part = _Lot()
        for whose, row in zip(self.whose, self.rows, strict=True):
            if whose in numbers:
                part.add(whose, row)
        return part


_LOTS: Final = (
    "updates",
    "created",
    "children",
    "releases",
    "pointers",
    "kept",
    "data",
    "no_history",
    "items",
    "no_items",
    "no_subscriptions",
    "subscriptions",
    "consumed",
    "messages",
    "activities",
    "no_activities",
    "outbox",
    "told",
)


class Packed:
    """The rows of a batch, taken from the records before anybody can change them again.

    Checkpoints are numbered by their place in the batch, their children from `len(batch)` on.
    """

    __slots__ = (*_LOTS, "_late", "_next", "_now", "parents", "refused")

    updates: _Lot
    created: _Lot
    children: _Lot
    releases: _Lot
    pointers: _Lot
    kept: _Lot
    data: _Lot
    no_history: _Lot
    items: _Lot
    no_items: _Lot
    no_subscriptions: _Lot
    subscriptions: _Lot
    consumed: _Lot
    messages: _Lot
    activities: _Lot
    no_activities: _Lot
    outbox: _Lot
    told: _Lot
    """Instances whose inbox_seq the outcome tells, and whether they were to be released."""

    def __init__(self) -> None:
        for name in _LOTS:
            setattr(self, name, _Lot())
        self.parents: dict[int, int] = {}
        """The number of the parent of each child."""
        self.refused: dict[int, str] = {}
        """Checkpoints that have no form in this store, and why."""
        self._late = True
        self._next = 0
        self._now = 0

    @classmethod
    def of(cls, checkpoints: Sequence[Checkpoint], now: int) -> Packed:
        """Pack a batch."""
        packed = cls()
        packed._next = len(checkpoints)
        packed._now = now
        # Where something may come into an inbox in this very transaction, leases are given back at its end.
        packed._late = any(one.subscriptions or one.messages for one in checkpoints)
        for number, checkpoint in enumerate(checkpoints):
            try:
                packed._add(number, checkpoint)
            except (PydanticSerializationError, ValueError, TypeError, AttributeError) as exc:
                packed.refused[number] = f"instance {checkpoint.instance.id!r}: {exc}"
        if packed.refused:
            return packed.part([n for n in range(len(checkpoints)) if n not in packed.refused])
        return packed

    def part(self, numbers: Collection[int]) -> Packed:
        """The part that belongs to these checkpoints and their children."""
        wanted = set(numbers)
        # A child is numbered after its parent, so one walk finds grandchildren too.
        for child, parent in sorted(self.parents.items()):
            if parent in wanted:
                wanted.add(child)
        part = Packed()
        for name in _LOTS:
            lot: _Lot = getattr(self, name)
            setattr(part, name, lot.of(wanted))
        part.parents = {child: parent for child, parent in self.parents.items() if child in wanted}
        part.refused = self.refused
        return part

    def without(self, numbers: Collection[int]) -> Packed:
        """All but these children and what is below them."""
        gone = set(numbers)
        for child, parent in sorted(self.parents.items()):
            if parent in gone:
                gone.add(child)
        everybody = {*self.updates.whose, *self.created.whose, *self.parents}
        part = Packed()
        for name in _LOTS:
            lot: _Lot = getattr(self, name)
            setattr(part, name, lot.of(everybody - gone))
        return part

    def _add(self, number: int, checkpoint: Checkpoint) -> None:
        instance = checkpoint.instance
        if checkpoint.create:
            self.created.add(number, instance_row(instance))
        else:
            seen = checkpoint.inbox_seen if checkpoint.release and not self._late else None
            changed = changed_row(instance)
            self.updates.add(
                number, (instance.id, instance.owner, instance.fence, instance.revision - 1, *changed, seen)
            )
        self._add_parts(number, checkpoint)

    def _add_parts(self, number: int, checkpoint: Checkpoint) -> None:
        instance = checkpoint.instance
        id_ = instance.id
        # One without entries tells the search only that something has changed.
        text = to_json(checkpoint.happened).decode() if checkpoint.happened else ""
        self.outbox.add(number, (id_, instance.definition_id, instance.revision, text))
        if checkpoint.release or checkpoint.subscriptions:
            self.told.add(number, (id_, checkpoint.release))
        if checkpoint.release and (self._late or checkpoint.create):
            self.releases.add(number, (id_, checkpoint.inbox_seen))
        for pointer in checkpoint.pointers:
            self.pointers.add(number, (id_, *pointer_row(pointer)))
        if checkpoint.data:
            revision = instance.revision
            for key, value in checkpoint.data.items():
                row = (id_, key, revision, value)
                self.data.add(number, row)
                if checkpoint.keep_history:
                    self.kept.add(number, row)
        self._add_rare(number, checkpoint)

    def _add_rare(self, number: int, checkpoint: Checkpoint) -> None:
        id_ = checkpoint.instance.id
        if checkpoint.drop_history:
            self.no_history.add(number, id_)
        for chunk in checkpoint.items:
            self.items.add(number, (id_, chunk.pointer_id, chunk.number, chunk.values))
        for pointer_id in checkpoint.drop_items:
            self.no_items.add(number, (id_, pointer_id))
        for seq in checkpoint.consumed:
            self.consumed.add(number, (id_, seq))
        if checkpoint.drop_subscriptions:
            self.no_subscriptions.add(number, id_)
        for wanted in checkpoint.subscriptions:
            self.subscriptions.add(number, (id_, wanted.name, wanted.key, wanted.as_of))
        for message in checkpoint.messages:
            place = len(self.messages.rows)
            row = (message.instance_id, place, message.kind, message.payload, message.dedupe)
            self.messages.add(number, row)
        for item in checkpoint.activities:
            self.activities.add(number, activity_row(item))
        for activity_id in checkpoint.drop_activities:
            self.no_activities.add(number, activity_id)
        for child in checkpoint.children:
            self._add_child(number, child)

    def _add_child(self, parent: int, child: Checkpoint) -> None:
        number = self._next
        self._next += 1
        self.parents[number] = parent
        instance = child.instance
        row = list(instance_row(instance))
        if instance.owner is None:
            # Nobody owns it: it wants to be taken at once.
            row[_DUE] = self._now if instance.next_due is None else min(instance.next_due, self._now)
        self.children.add(number, tuple(row))
        self._add_parts(number, child)


_DUE: Final = sql.INSERT_WORKFLOW.rows.index("next_due")


class _StaleError(Exception):
    """Some checkpoint of the batch must not be written."""


def write(connection: sqlite3.Connection, packed: Packed, number: int, now: int) -> list[CommitOutcome]:
    """Write a batch of `number` checkpoints in the open transaction.

    The usual case, all of them valid, is written without looking first: the number of changed rows tells.
    """
    outcomes = [COMMITTED] * number
    for refused, why in packed.refused.items():
        outcomes[refused] = CommitOutcome("rejected", error=why)
    try:
        _apply(connection, packed, now)
    except _StaleError:
        _again(connection)
        valid = _check(connection, packed, outcomes)
        packed = packed.part(valid)
        try:
            _apply(connection, packed, now)
        except Exception as exc:
            if not is_value_error(exc):
                raise
            _again(connection)
            packed = _one_by_one(connection, packed, outcomes, now)
    except Exception as exc:
        if not is_value_error(exc):
            raise
        _again(connection)
        valid = _check(connection, packed, outcomes)
        packed = _one_by_one(connection, packed.part(valid), outcomes, now)
    _tell(connection, packed, outcomes)
    return outcomes


def _again(connection: sqlite3.Connection) -> None:
    """Undo what was written and begin anew; the lock between processes is still held."""
    connection.execute("ROLLBACK")
    connection.execute("BEGIN IMMEDIATE")


def _check(connection: sqlite3.Connection, packed: Packed, outcomes: list[CommitOutcome]) -> list[int]:
    """Find the checkpoints that may be written, and tell the others why not."""
    lots = (packed.updates, packed.created)
    ids = [row[0] for lot in lots for row in lot.rows]
    heads: dict[str, Row] = {row[0]: row for row in _HEADS.fetch(connection, ids)}
    valid: list[int] = []
    for whose, row in zip(packed.updates.whose, packed.updates.rows, strict=True):
        head = heads.get(row[0], (row[0], None, 0, None))
        if row[1] is not None and row[1:4] == head[1:4]:
            valid.append(whose)
        else:
            outcomes[whose] = CommitOutcome("stale", owner=head[1], fence=head[2])
    taken = set(heads)
    for whose, row in zip(packed.created.whose, packed.created.rows, strict=True):
        if row[0] in taken:
            head = heads.get(row[0], (row[0], None, 0))
            outcomes[whose] = CommitOutcome("exists", owner=head[1], fence=head[2])
        else:
            taken.add(row[0])
            valid.append(whose)
    return valid


def _one_by_one(
    connection: sqlite3.Connection, packed: Packed, outcomes: list[CommitOutcome], now: int
) -> Packed:
    """Write each checkpoint by itself, so that only those with bad values are refused."""
    written: list[int] = []
    for number in (*packed.updates.whose, *packed.created.whose):
        connection.execute("SAVEPOINT one")
        try:
            _apply(connection, packed.part([number]), now)
        except Exception as exc:
            if not is_value_error(exc):
                raise
            connection.execute("ROLLBACK TO one")
            outcomes[number] = CommitOutcome("rejected", error=f"a value cannot be stored: {exc}")
        else:
            written.append(number)
        connection.execute("RELEASE one")
    return packed.part(written)


def _apply(connection: sqlite3.Connection, packed: Packed, now: int) -> None:
    """Write all tables, the instances first.

    Raises:
        _StaleError: an instance is not as its checkpoint expects it.
    """
    for bulk, lot in ((_UPDATE, packed.updates), (_INSERT, packed.created)):
        if lot.rows and bulk.run(connection, lot.rows) != len(lot.rows):
            raise _StaleError
    if packed.children.rows:
        packed = _start_children(connection, packed)
    for run, lot in _steps(packed):
        if lot.rows:
            run(connection, lot.rows)
    if packed.subscriptions.rows or packed.messages.rows:
        _deliver(connection, packed, now)
    if packed.releases.rows:
        _RELEASE.run(connection, packed.releases.rows)


def _steps(packed: Packed) -> tuple[tuple[Callable[[sqlite3.Connection, Sequence[Any]], int], _Lot], ...]:
    return (
        (_POINTERS.run, packed.pointers),
        (_KEEP.run, packed.kept),
        (_DATA.run, packed.data),
        (_DROP_HISTORY.run, packed.no_history),
        (_DROP_UNDO.run, packed.no_history),
        (_ITEMS.run, packed.items),
        (_DROP_ITEMS.run, packed.no_items),
        (_CONSUME.run, packed.consumed),
        (_DROP_SUBSCRIPTIONS.run, packed.no_subscriptions),
        (_ACTIVITIES.run, packed.activities),
        (_DROP_ACTIVITIES.run, packed.no_activities),
        (_OUTBOX.run, packed.outbox),
    )


def _start_children(connection: sqlite3.Connection, packed: Packed) -> Packed:
    """Create the children that do not exist yet, and leave the others alone."""
    children = packed.children
    known = {row[0] for row in _HEADS.fetch(connection, [row[0] for row in children.rows])}
    if known:
        packed = packed.without(
            [whose for whose, row in zip(children.whose, children.rows, strict=True) if row[0] in known]
        )
    _INSERT.run(connection, packed.children.rows)
    return packed


def _deliver(connection: sqlite3.Connection, packed: Packed, now: int) -> None:
    """Subscribe, give subscribers the events stored already, and put messages into inboxes."""
    if packed.subscriptions.rows:
        rows = packed.subscriptions.rows
        _SUBSCRIBE.run(connection, rows)
        _MATCH.run(connection, rows)
        _BUMP.run(connection, {row[0] for row in rows}, now=now)
    if packed.messages.rows:
        post(connection, packed.messages.rows, now)


def post(connection: sqlite3.Connection, rows: Sequence[Row], now: int) -> None:
    """Put messages (instance id, place, kind, payload, dedupe) into inboxes, in the open transaction."""
    known: set[tuple[str, str]] = set()
    new: list[Row] = []
    for row in rows:
        if row[4] is not None:
            if (row[0], row[4]) in known:
                continue
            known.add((row[0], row[4]))
        new.append(row)
    _MESSAGES.run(connection, new)
    _BUMP.run(connection, {row[0] for row in new}, now=now)


def _tell(connection: sqlite3.Connection, packed: Packed, outcomes: list[CommitOutcome]) -> None:
    """Say whether leases were given back, and how far the inboxes have come."""
    if not packed.told.rows:
        return
    heads: dict[str, Row] = {
        row[0]: row for row in _HEADS.fetch(connection, [row[0] for row in packed.told.rows])
    }
    for whose, (id_, release) in zip(packed.told.whose, packed.told.rows, strict=True):
        if whose < len(outcomes):
            head = heads[id_]
            outcomes[whose] = CommitOutcome(
                "committed", inbox_seq=head[4], released=release and head[1] is None
            )


def post_and_tell(connection: sqlite3.Connection, rows: Sequence[Row], now: int) -> dict[str, str | None]:
    """Put messages into inboxes, and tell who owns the instances they are for."""
    post(connection, rows, now)
    return {row[0]: row[1] for row in _HEADS.fetch(connection, {row[0] for row in rows})}
