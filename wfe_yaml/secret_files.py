"""Secrets in files that are kept: what looks for them, also across the pieces in which a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wfe_yaml.executors.spellings import whole_forms

_CHUNK = 1 << 20
_SHORTEST = 8
"""Shorter forms than the value itself are not looked for: in a large file any four letters come up."""


class Seeker:
    """Looks for secrets in the content of one file.

    Their lines are not looked for: the first one of a private key is that of all keys.

    Args:
        secrets: values by name.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._needles = [
            (needle, name)
            for name, value in secrets.items()
            for needle in sorted(whole_forms(value))
            if len(needle) >= _SHORTEST or needle == value.encode("utf-8", "surrogateescape")
        ]
        self._kept = max((len(needle) for needle, _ in self._needles), default=1) - 1
        self._before = b""

    def feed(self, chunk: bytes) -> str | None:
        """Take the next piece; names a secret that it, or what came before together with it, contains."""
        whole = self._before + chunk
        for needle, name in self._needles:
            if needle in whole:
                return name
        self._before = whole[-self._kept :] if self._kept else b""
        return None


def secret_in(file: Path, secrets: Mapping[str, str]) -> str | None:
    """Name a secret that a file contains; None when it contains none.

    Raises:
        OSError: it cannot be read.
    """
    seeker = Seeker(secrets)
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if (name := seeker.feed(chunk)) is not None:
                return name
    return None
