"""Masking of secrets in text and in streams of bytes, in each of their `forms`.

Only the standard library is used: the supervisor of a run loads this module without the rest of wfe.
"""

from __future__ import annotations

from collections.abc import Mapping

from wfe_yaml.executors.spellings import forms

MASK = b"***"
"""What stands in the place of a secret."""


class Masker:
    """Masks a stream that comes in pieces: what is given out is the same however it was cut.

    At most the beginning of a form is held back, so that a line without an end is shown at once. What
    overlaps or touches is masked as one.

    Args:
        secrets: values by name.
    """

    __slots__ = ("_buffer", "_covered", "_forms", "_longest")

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._forms = sorted({form for value in secrets.values() for form in forms(value)})
        self._longest = max(map(len, self._forms), default=0)
        self._buffer = b""
        # Bytes at the beginning of the buffer for which a mask has been given; None when none came last.
        self._covered: int | None = None

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; gives those that are safe to show."""
        if not self._forms:
            return data
        buffer = self._buffer + data
        return self._give(buffer, self._hold(buffer))

    def end(self) -> bytes:
        """Give what was held back."""
        return self._give(self._buffer, len(self._buffer)) if self._buffer else b""

    def _give(self, buffer: bytes, hold: int) -> bytes:
        """Give the bytes before `hold`, masked, and keep the others."""
        out: list[bytes] = []
        at = self._covered or 0
        masked = self._covered is not None
        for start, stop in self._spans(buffer):
            if start > at or not masked:
                if start >= hold:
                    break
                out += (buffer[at:start], MASK)
                masked = True
            at = max(at, stop)
        if at < hold:
            out.append(buffer[at:hold])
            at, masked = hold, False
        self._buffer = buffer[hold:]
        self._covered = at - hold if masked else None
        return b"".join(out)

    def _spans(self, buffer: bytes) -> list[tuple[int, int]]:
        """Find all forms, in the order of their beginnings."""
        found: list[tuple[int, int]] = []
        for form in self._forms:
            at = buffer.find(form)
            while at >= 0:
                found.append((at, at + len(form)))
                at = buffer.find(form, at + 1)
        found.sort()
        return found

    def _hold(self, buffer: bytes) -> int:
        """Give the first place from which the rest of the buffer is the beginning of a form."""
        first = max(0, len(buffer) - self._longest + 1)
        earliest = len(buffer)
        for form in self._forms:
            at = buffer.find(form[:1], max(first, len(buffer) - len(form) + 1), earliest)
            while at >= 0:
                if form.startswith(buffer[at:]):
                    earliest = at
                    break
                at = buffer.find(form[:1], at + 1, earliest)
        return earliest


def mask_bytes(raw: bytes, secrets: Mapping[str, str]) -> bytes:
    """Mask bytes that are there as a whole."""
    masker = Masker(secrets)
    return masker.feed(raw) + masker.end()


def mask_text(text: str, secrets: Mapping[str, str]) -> str:
    """Mask a text that is there as a whole."""
    raw, errors = _raw(text)
    return mask_bytes(raw, secrets).decode("utf-8", errors)


def revealed(text: str, secrets: Mapping[str, str]) -> str | None:
    """Name a secret that a text contains in one of its forms; None when it contains none."""
    return revealed_in(_raw(text)[0], secrets)


def _raw(text: str) -> tuple[bytes, str]:
    """Give the bytes of any text, and how they become it again: also of one with half of a pair in it."""
    try:
        return text.encode("utf-8", "surrogateescape"), "surrogateescape"
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass"), "surrogatepass"


def revealed_in(raw: bytes, secrets: Mapping[str, str]) -> str | None:
    """Name a secret that bytes contain in one of its forms; None when they contain none."""
    for name, value in secrets.items():
        if any(form in raw for form in forms(value)):
            return name
    return None
