"""Where a database is: SQLAlchemy's URLs, and the file systems on which SQLite cannot be shared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from wfe_core.errors import ProviderError

Durability = Literal["full", "normal", "off"]

_FORM = "write sqlite:///file.db (relative), sqlite:////folder/file.db (absolute) or sqlite:///:memory:"
# File locks and shared memory do not work, or only seem to work, over these.
_NETWORK = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "afs",
        "9p",
        "ceph",
        "glusterfs",
        "lustre",
        "afpfs",
    }
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "webdav", "davfs"}
)


@dataclass(frozen=True)
class Location:
    """A parsed URL.

    Attributes:
        path: the file, as it was given; None for a database in memory.
        durability: `full` survives power loss, `normal` only the death of processes.
    """

    path: Path | None
    durability: Durability = "full"

    @classmethod
    def parse(cls, url: str, *, durability: str | None = None) -> Location:
        """Read a URL.

        Raises:
            ValueError: it is not understood; says what to write.
        """
        scheme, mark, rest = url.partition("://")
        if scheme.partition("+")[0] != "sqlite" or not mark or not (rest == "" or rest[0] in "/?"):
            msg = f"the URL {url!r} is not understood: {_FORM}"
            raise ValueError(msg)
        name, _, query = rest.removeprefix("/").partition("?")
        options: dict[str, str] = {}
        for part in filter(None, query.split("&")):
            key, _, value = part.partition("=")
            options[key] = value
        wanted = durability or options.pop("durability", "full")
        if options:
            unknown = ", ".join(options)
            msg = f"the URL {url!r} has unknown options ({unknown}): only durability=full|normal is known"
            raise ValueError(msg)
        if wanted not in ("full", "normal"):
            msg = f"durability={wanted!r} is unknown: write full (survives power loss) or normal (faster)"
            raise ValueError(msg)
        if name in ("", ":memory:"):
            return cls(None, "off")
        return cls(Path(name), cast("Durability", wanted))


def check_place(path: Path, mounts: str = "/proc/mounts") -> None:
    """Make sure that a database can be at this place.

    Raises:
        ProviderError: its folder is missing or is no folder, or lies on a network file system.
    """
    folder = path.parent
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise ProviderError(
            f"cannot open {path}: the folder {folder} {what}; create it or choose another path"
        )
    if path.is_dir():
        raise ProviderError(f"cannot open {path}: it is a folder; give the path of a file")
    kind = _file_system(folder, mounts)
    if kind in _NETWORK:
        raise ProviderError(
            f"cannot open {path}: it lies on a network file system ({kind}), where SQLite's locks do not "
            "protect the data; put the file on a local disk, or use PostgreSQL to share a store"
        )


def _file_system(folder: Path, mounts: str) -> str:
    """Name the type of the file system on which a folder is; empty where the system does not tell."""
    try:
        with open(mounts, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123 - /proc is read once, quickly
            entries = [line.split() for line in lines]
    except OSError:
        return ""
    best, kind = -1, ""
    for _, point, found, *_ in (entry for entry in entries if len(entry) > 2):  # noqa: PLR2004 - device, point, type
        where = point.replace("\\040", " ")
        inside = where == "/" or str(folder) == where or str(folder).startswith(where + "/")
        # Of several mounts at one point the last one is seen.
        if inside and len(where) >= best:
            best, kind = len(where), found
    return kind
