"""The body of an answer. Its bound holds for what is packed, too: kilobytes can unpack to gigabytes."""

from __future__ import annotations

import zlib

from wfe_core.errors import StepError

ACCEPTED = "gzip, deflate"
"""What is asked for: how a body may be packed."""
_GZIP, _DEFLATE, _RAW = 31, 15, -15
_NAMES = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _DEFLATE}
_PLAIN = frozenset({"", "identity"})
_SHOWN = 100


class BodyError(StepError):
    """The body of an answer cannot be taken.

    Args:
        message: why.
        cut: it has no end: it may be whole another time.
    """

    def __init__(self, message: str, *, cut: bool = False) -> None:
        super().__init__(message, retryable=cut)
        self.cut: bool = cut


class Unpacking:
    """Unpacks a body piece by piece, and never makes more of it than may be taken.

    Args:
        encoding: the header `Content-Encoding`.
        most: the largest body that is taken, in bytes.

    Raises:
        BodyError: it is packed in a way that was not asked for.
    """

    def __init__(self, encoding: str, most: int) -> None:
        words = [word for each in encoding.casefold().split(",") if (word := each.strip()) not in _PLAIN]
        if words and (len(words) > 1 or words[0] not in _NAMES):
            raise BodyError(
                f"the answer is packed as {encoding[:_SHOWN]!r}, but only {ACCEPTED} are unpacked"
            )
        self._form = _NAMES[words[0]] if words else 0
        self._most = most
        self._stream = zlib.decompressobj(self._form) if words else None
        self._body = bytearray()
        self._begun = False

    def feed(self, piece: bytes) -> None:
        """Take a piece.

        Raises:
            BodyError: the body is too large, or not packed as it says.
        """
        if self._stream is None:
            self._add(piece)
            return
        begun, self._begun = self._begun, self._begun or bool(piece)
        while piece and not self._stream.eof:
            try:
                self._add(self._stream.decompress(piece, self._most + 1 - len(self._body)))
            except zlib.error as exc:
                if self._form != _DEFLATE or begun:
                    raise BodyError(f"the answer is damaged: {exc}") from None
                # Some servers leave the header out.
                self._form, self._stream = _RAW, zlib.decompressobj(_RAW)
                continue
            piece = self._stream.unconsumed_tail
            if self._stream.eof and self._form == _GZIP:
                # Several archives one after the other are one.
                rest = self._stream.unused_data.lstrip(b"\0")
                if rest:
                    self._stream, piece = zlib.decompressobj(_GZIP), rest

    def end(self) -> bytes:
        """Give the whole body.

        Raises:
            BodyError: what is packed has no end.
        """
        if self._stream is not None and self._begun and not self._stream.eof:
            raise BodyError("the answer is cut: what is packed has no end", cut=True)
        return bytes(self._body)

    def _add(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._most:
            message = f"the answer is larger than {self._most} bytes"
            raise BodyError(f"{message}; raise `max_body`, or fetch it with a command")
