"""The one table of legal status changes of a pointer; every change goes through `move`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.errors import WfeError
from wfe_core.models import PointerStatus as P

if TYPE_CHECKING:
    from wfe_core.ports import PointerRecord

LEGAL: dict[str, frozenset[str]] = {
    P.PENDING: frozenset({P.RUNNING, P.SLEEPING, P.SKIPPED, P.FAILED, P.CANCELLED}),
    P.RUNNING: frozenset(
        {P.PENDING, P.SLEEPING, P.WAITING, P.COMPLETE, P.FAILED, P.COMPENSATING, P.CANCELLED}
    ),
    P.SLEEPING: frozenset({P.PENDING, P.RUNNING, P.COMPLETE, P.CANCELLED}),
    P.WAITING: frozenset({P.PENDING, P.RUNNING, P.SLEEPING, P.COMPLETE, P.FAILED, P.CANCELLED}),
    P.COMPLETE: frozenset({P.COMPENSATING}),
    P.SKIPPED: frozenset(),
    P.FAILED: frozenset({P.PENDING, P.COMPENSATING}),
    P.COMPENSATING: frozenset({P.COMPENSATED, P.FAILED, P.SLEEPING, P.CANCELLED}),
    P.COMPENSATED: frozenset(),
    P.CANCELLED: frozenset({P.COMPENSATING}),
}
"""From each status, where a pointer may go. `pending` means: not entered yet, or interrupted."""


class IllegalTransitionError(WfeError):
    """The engine tried a change that the table does not allow: a defect of wfe, never of a workflow."""

    def __init__(self, pointer: PointerRecord, status: str) -> None:
        self.pointer_id: int = pointer.id
        super().__init__(
            f"pointer {pointer.id} of step {pointer.step!r} cannot go from {pointer.status} to {status}"
        )


def move(pointer: PointerRecord, status: P) -> None:
    """Change the status of a pointer.

    Raises:
        IllegalTransitionError: the table does not have this change.
    """
    if status not in LEGAL[pointer.status]:
        raise IllegalTransitionError(pointer, status)
    pointer.status = status
