"""What every store can keep of texts and numbers that name things; the rest is refused where it comes in.

PostgreSQL takes neither the character NUL nor texts of any length into an index, SQLite no half of a
surrogate pair, and neither numbers of more than 64 bits. Lengths count in bytes of UTF-8, as indexes do: the
names of a subscription (instance, event, key) must fit into one entry of an index together.
"""

from __future__ import annotations

from typing import Final

NAME_BYTES: Final = 255
"""Names of workflows, events, activities and workers."""
ID_BYTES: Final = 512
"""Ids that users choose, of instances and events."""
KEY_BYTES: Final = 1_024
"""Keys of events and of data, references, and ids of sub-workflows, which grow with their depth."""
HIGHEST_NUMBER: Final = 2**53 - 1
"""The largest version, or id of a pointer: both travel as JSON, whose numbers are exact up to here."""
HIGHEST_PRIORITY: Final = 1_000_000_000
"""The highest priority, and, below zero, the lowest: waiting adds to it, which must not overflow."""
MOST: Final = 1_000_000
"""The most that may be asked for in one call."""


def flaw(text: str, longest: int | None = None) -> str | None:
    """Say why a store cannot keep a text, with the remedy; None when it can.

    Args:
        text: what is to be kept.
        longest: bytes of UTF-8 that there is room for.
    """
    if "\0" in text:
        return "contains the character NUL, which stores refuse; leave it out"
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        return "contains half of a surrogate pair, which is not text; decode it properly, or leave it out"
    if longest is not None and size > longest:
        return f"takes {size:,} bytes, more than {longest:,}; give a shorter one"
    return None
