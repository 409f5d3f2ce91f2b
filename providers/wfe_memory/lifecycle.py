"""In-memory LifecycleHub: lifecycle entries between the hosts of one process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from wfe_core.mailbox import Mailbox
from wfe_core.ports import LifecycleHub, OutboxRow

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from wfe_core.clock import Clock

_SIZE = 10_000
"""Rows that wait for one listener; more are dropped, as a hub may."""
_BATCH = 256


@dataclass(slots=True)
class Audience:
    """Who listens, and through which hub, over all hosts on one backend."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    seats: list[tuple[MemoryHub, Mailbox[OutboxRow]]] = field(
        default_factory=list["tuple[MemoryHub, Mailbox[OutboxRow]]"]
    )


class MemoryHub(LifecycleHub):
    """Broadcasts to the listeners of all other hubs."""

    def __init__(self, audience: Audience, clock: Clock) -> None:
        self._audience = audience
        self._clock = clock

    async def __aenter__(self) -> Self:
        """Connect: nothing to do."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close: listeners leave with their iterators."""

    @property
    def alone(self) -> bool:
        """Whether nobody listens through another hub."""
        return all(hub is self for hub, _ in self._audience.seats)

    async def broadcast(self, rows: Sequence[OutboxRow]) -> None:
        """Send to all who listen through other hubs."""
        with self._audience.lock:
            others = [mailbox for hub, mailbox in self._audience.seats if hub is not self]
        for mailbox in others:
            mailbox.put(rows)

    async def listen(self) -> AsyncGenerator[OutboxRow, None]:
        """Receive what other hubs broadcast from the first step on."""
        mailbox: Mailbox[OutboxRow] = Mailbox(_SIZE, self._clock)
        seat = (self, mailbox)
        with self._audience.lock:
            self._audience.seats.append(seat)
        try:
            while True:
                await mailbox.wait()
                mailbox.overflowed = False
                for row in mailbox.take(_BATCH):
                    yield row
        finally:
            with self._audience.lock:
                self._audience.seats.remove(seat)
