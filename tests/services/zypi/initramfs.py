"""Archives that a Linux kernel unpacks as its first file system.

The format is cpio's "newc", see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html;
several archives can follow each other, and a later one adds to the earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_FOLDER, _FILE, _LINK = 0o040000, 0o100000, 0o120000


@dataclass(frozen=True)
class File:
    """A file, a folder, or a symbolic link whose content is its target."""

    content: bytes = b""
    mode: int = _FILE | 0o755

    @classmethod
    def folder(cls, mode: int = 0o755) -> File:
        """Make a folder."""
        return cls(mode=_FOLDER | mode)

    @classmethod
    def link(cls, target: str) -> File:
        """Make a symbolic link."""
        return cls(target.encode(), _LINK | 0o777)


def archive(files: Mapping[str, File]) -> bytes:
    """Pack files by their paths, which begin with no slash; folders stand before what is in them."""
    out = bytearray()
    for number, (path, file) in enumerate([*files.items(), ("TRAILER!!!", File(mode=0))], start=1):
        name = path.encode() + b"\0"
        fields = (number, file.mode, 0, 0, 1, 0, len(file.content), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += bytes(-len(out) % 4)
        out += file.content
        out += bytes(-len(out) % 4)
    return bytes(out)
