"""What becomes of what a browser step says and takes: lines, files here, and files that leave a microVM."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

from wfe_yaml.executors.browsing.devtools import BrowserError

CARRIED = 40 << 20
"""Bytes of a file that leaves a microVM: the answer of Zypi, in which it stands as text, is bounded."""


def clean(text: str) -> str:
    """Replace what no store keeps as text, and scripts of pages can make: half characters, and NUL."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def say(line: str) -> None:
    """Show a line."""
    sys.stdout.buffer.write(clean(line).encode() + b"\n")
    sys.stdout.flush()


def write(path: str, content: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        BrowserError: it cannot be written.
    """
    place = Path(path)
    new = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            new.write_bytes(content)
            new.replace(place)
        finally:
            new.unlink(missing_ok=True)
    except OSError as exc:
        raise BrowserError(f"{path} cannot be written: {exc.strerror or exc}") from None
    say(f"{len(content):,} bytes written to {path}")


def carry(path: str, content: bytes) -> None:
    """Write a file of a microVM as text, in which form it comes back.

    Raises:
        BrowserError: it is too large for that.
    """
    if len(content) > CARRIED:
        message = (
            f"what was taken has {len(content):,} bytes, and no more than {CARRIED:,} come out of a microVM: "
            "take a smaller window, or a browser in another place"
        )
        raise BrowserError(message)
    Path(path).write_bytes(base64.b64encode(content))
