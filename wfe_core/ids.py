"""The seam for identifiers: ids that sort by time."""

from __future__ import annotations

import os
from typing import Protocol

_LAST_COUNT = 0xFFF
"""The counter has the 12 bits behind the version."""


class IdFactory(Protocol):
    """Makes identifiers that nobody else makes."""

    def __call__(self, now: int) -> str:
        """Give a new id; `now` is in microseconds since the Unix epoch."""
        ...


class UuidV7Factory:
    """UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then a counter, then chance.

    Within a millisecond the 12 bits after the version count up, so ids of one process sort in the order
    in which they were made.
    """

    def __init__(self) -> None:
        self._millis = 0
        self._counter = 0

    def __call__(self, now: int) -> str:
        """Give a new id in the usual form with hyphens."""
        millis = now // 1_000
        if millis > self._millis:
            self._millis = millis
            self._counter = 0
        else:
            self._counter += 1
            if self._counter > _LAST_COUNT:
                self._millis += 1
                self._counter = 0
        tail = int.from_bytes(os.urandom(8), "big") & 0x3FFFFFFFFFFFFFFF | 0x8000000000000000
        text = f"{self._millis:012x}7{self._counter:03x}{tail:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
