"""URLs, and places where a database cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfe_core.errors import ProviderError
from wfe_sqlite import open_providers
from wfe_sqlite.location import Location, check_place


@pytest.mark.parametrize(
    ("url", "path", "durability"),
    [
        ("sqlite:///w.db", "w.db", "full"),
        ("sqlite:////abs/w.db", "/abs/w.db", "full"),
        ("sqlite:///folder/größe 1.db?durability=normal", "folder/größe 1.db", "normal"),
        ("sqlite+aiosqlite:///w.db?durability=full", "w.db", "full"),
        ("sqlite:///:memory:", None, "off"),
        ("sqlite://", None, "off"),
    ],
)
def test_urls_are_sqlalchemys(url: str, path: str | None, durability: str) -> None:
    """Three slashes for a relative path, four for an absolute one."""
    assert Location.parse(url) == Location(None if path is None else Path(path), durability)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgres://x", "is not understood: write sqlite:///file.db"),
        ("sqlite:w.db", "is not understood"),
        ("sqlite://w.db", "is not understood"),
        ("sqlite:///w.db?mode=ro&x=1", r"unknown options \(mode, x\)"),
        ("sqlite:///w.db?durability=none", "durability='none' is unknown: write full"),
    ],
)
def test_what_is_not_understood_is_said(url: str, problem: str) -> None:
    """The message says what to write instead."""
    with pytest.raises(ValueError, match=problem):
        open_providers(url)


def test_options_can_be_given_beside_the_url() -> None:
    """`durability` as in the URL; nothing else is known."""
    assert open_providers("sqlite:///w.db", durability="normal").capabilities.shared
    with pytest.raises(ValueError, match="no options timeout"):
        open_providers("sqlite:///w.db", timeout=1)


def test_capabilities_tell_what_memory_cannot_do() -> None:
    """A database in memory is neither shared nor durable; a file is both."""
    memory, file = (open_providers(url).capabilities for url in ("sqlite:///:memory:", "sqlite:///w.db"))
    assert (memory.shared, memory.durable, memory.push_wakeup) == (False, False, True)
    assert (file.shared, file.durable, file.cross_machine) == (True, True, False)


def mounts(tmp_path: Path, *lines: str) -> str:
    """Write a file like /proc/mounts."""
    file = tmp_path / "mounts"
    file.write_text("\n".join(lines))
    return str(file)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    """Locks over a network only seem to work: better no database than a broken one."""
    lines = ("/dev/sda / ext4 rw 0 0", f"server:/x {tmp_path.parent} {kind} rw 0 0", "short")
    table = mounts(tmp_path, *lines)
    with pytest.raises(ProviderError, match=rf"network file system \({kind}\).*local disk"):
        check_place(tmp_path / "w.db", table)


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    """A local disk inside a network folder is fine; so is a name that begins alike, or no table."""
    inner = tmp_path / "with space"
    inner.mkdir()
    escaped = str(inner).replace(" ", "\\040")
    table = mounts(tmp_path, f"server:/x {tmp_path} nfs rw 0 0", f"/dev/sda {escaped} ext4 rw 0 0")
    check_place(inner / "w.db", table)
    check_place(tmp_path / "w.db", mounts(tmp_path, f"server:/x {str(tmp_path)[:-1]} nfs rw 0 0"))
    check_place(tmp_path / "w.db", str(tmp_path / "missing"))


def test_the_last_mount_on_a_point_counts(tmp_path: Path) -> None:
    """What was mounted over something else hides it."""
    table = mounts(tmp_path, f"/dev/sda {tmp_path} ext4 rw 0 0", f"server:/x {tmp_path} nfs rw 0 0")
    with pytest.raises(ProviderError, match="nfs"):
        check_place(tmp_path / "w.db", table)


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    """A missing folder, a file instead of a folder, a folder instead of a file: each is said."""
    (tmp_path / "file").touch()
    for path, problem in (
        (tmp_path / "missing" / "w.db", "missing does not exist; create it"),
        (tmp_path / "file" / "w.db", "file is not a folder"),
        (tmp_path, "it is a folder; give the path of a file"),
    ):
        with pytest.raises(ProviderError, match=problem):
            check_place(path)
