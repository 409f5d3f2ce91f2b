"""Checkpoints as rows: packed on the event loop, before anybody can change the records again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from wfe_core.ports import Checkpoint, CommitOutcome, InstanceRecord
from wfe_sql.rows import activity_row, changed_row, instance_row, pointer_row

_COLUMNS: Final = [field.name for field in fields(InstanceRecord)]
_DUE: Final = _COLUMNS.index("next_due")
_OWNER: Final = _COLUMNS.index("owner")


PURGED: Final = ("", 0, "")
"""What follows the id in the row of the outbox that tells of a purge."""


class Lot:
    """Rows for one statement, and the number of the checkpoint that each belongs to."""

    __slots__ = ("rows", "whose")

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.whose: list[int] = []

    def add(self, whose: int, row: Any) -> None:
        """Add a row of a checkpoint."""
        self.rows.append(row)
        self.whose.append(whose)

    def of(self, numbers: Collection[int]) -> Lot:
        """The part that belongs to these checkpoints."""
        part = Lot()
        for whose, row in zip(self.whose, self.rows, strict=True):
            if whose in numbers:
                part.add(whose, row)
        return part


LOTS: Final = (
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

    __slots__ = (*LOTS, "_late", "_next", "_now", "known", "parents", "refused")

    updates: Lot
    created: Lot
    children: Lot
    releases: Lot
    pointers: Lot
    kept: Lot
    data: Lot
    no_history: Lot
    items: Lot
    no_items: Lot
    no_subscriptions: Lot
    subscriptions: Lot
    consumed: Lot
    messages: Lot
    activities: Lot
    no_activities: Lot
    outbox: Lot
    told: Lot
    """Instances whose inbox_seq the outcome tells, and whether they were to be released."""

    def __init__(self) -> None:
        for name in LOTS:
            setattr(self, name, Lot())
        self.parents: dict[int, int] = {}
        """The number of the parent of each child."""
        self.known: set[str] = set()
        """The children that were there before: whoever writes the rows says so."""
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
        for name in LOTS:
            lot: Lot = getattr(self, name)
            setattr(part, name, lot.of(wanted))
        part.parents = {child: parent for child, parent in self.parents.items() if child in wanted}
        part.known, part.refused = self.known, self.refused
        return part

    def without(self, known: Collection[str]) -> Packed:
        """All but the children of these ids, and what is below them."""
        self.known.update(known)
        children = zip(self.children.whose, self.children.rows, strict=True)
        gone = {whose for whose, row in children if row[0] in known}
        for child, parent in sorted(self.parents.items()):
            if parent in gone:
                gone.add(child)
        everybody = {*self.updates.whose, *self.created.whose, *self.parents}
        part = Packed()
        for name in LOTS:
            lot: Lot = getattr(self, name)
            setattr(part, name, lot.of(everybody - gone))
        return part

    def tell(self, heads: Mapping[str, Sequence[Any]], outcomes: list[CommitOutcome]) -> None:
        """Say whether leases were given back, how far inboxes have come, and what became of children.

        Args:
            heads: of the instances in `told`, by id: (id, owner, fence, revision, inbox_seq).
            outcomes: of the checkpoints, by number; changed here.
        """
        children: dict[int, dict[str, CommitOutcome]] = {}
        for whose, (id_, release) in zip(self.told.whose, self.told.rows, strict=True):
            head = heads.get(id_)
            if head is None:
                # Below a child that was there before, so it did not begin.
                continue
            outcome = CommitOutcome("committed", inbox_seq=head[4], released=release and head[1] is None)
            if whose < len(outcomes):
                outcomes[whose] = outcome
            else:
                children.setdefault(self._root(whose), {})[id_] = outcome
        for whose, row in zip(self.children.whose, self.children.rows, strict=True):
            if row[0] in self.known:
                children.setdefault(self._root(whose), {})[row[0]] = CommitOutcome("exists")
        for whose, found in children.items():
            outcomes[whose] = replace(outcomes[whose], children=found)

    def _root(self, number: int) -> int:
        """The checkpoint with which a child begins."""
        while number in self.parents:
            number = self.parents[number]
        return number

    def _add(self, number: int, checkpoint: Checkpoint) -> None:
        instance = checkpoint.instance
        if checkpoint.create:
            row = instance_row(instance)
            if checkpoint.release and not self._late:
                # Nothing can have come for an instance that is not there yet.
                row = (*row[:_OWNER], None, *row[_OWNER + 1 :])
            self.created.add(number, row)
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
        if checkpoint.release and self._late:
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
        if child.release and not self._late:
            # What it subscribes to may be there already.
            self.releases.add(number, (instance.id, child.inbox_seen))
