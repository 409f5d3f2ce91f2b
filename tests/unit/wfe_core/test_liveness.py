from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wfe_core.errors import ProviderError
from wfe_core.liveness import LockFiles, shared_folder

HOLDER = """
import pathlib, sys
from wfe_core.liveness import LockFiles
LockFiles(pathlib.Path(sys.argv[1])).hold("theirs")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_process_holds_its_file_until_it_ends(tmp_path: Path) -> None:
    """Others see the holder as long as it lives, and that it has died at once, however it died."""
    files = LockFiles(tmp_path)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert files.is_held("theirs") is True
        holder.kill()
        holder.wait()
        assert files.is_held("theirs") is False


def test_a_file_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    """Only a file that exists can tell of a death: another machine's session has none here."""
    files = LockFiles(tmp_path)
    assert files.is_held("elsewhere") is None
    files.hold("mine")
    assert files.is_held("mine") is True
    files.release("mine")
    assert files.is_held("mine") is None


def test_what_was_dropped_is_free(tmp_path: Path) -> None:
    """Dropping looks to others like the end of the process; another may hold the file then."""
    mine, theirs = LockFiles(tmp_path), LockFiles(tmp_path)
    mine.hold("a/b")
    mine.hold("a/b")
    mine.drop()
    assert theirs.is_held("a/b") is False
    theirs.hold("a/b")
    assert mine.is_held("a/b") is True
    theirs.drop()


def test_a_private_folder_must_be_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write there can say who lives: a folder of somebody else is neither used nor believed."""
    folder = tmp_path / "sessions"
    files = LockFiles(folder, private=True)
    files.hold("a")
    owner = folder.stat()
    assert owner.st_mode & 0o077 == 0
    assert LockFiles(folder, private=True).is_held("a") is True
    files.drop()
    monkeypatch.setattr(os, "getuid", lambda: owner.st_uid + 1)
    assert LockFiles(folder, private=True).is_held("a") is None
    with pytest.raises(ProviderError, match="belongs to another user; remove it, or set XDG_RUNTIME_DIR"):
        LockFiles(folder, private=True).hold("a")


def test_each_user_has_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's folder for a user's running programs is taken where there is one."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    assert shared_folder() == Path(f"/run/user/7/wfe-sessions-{os.getuid()}")
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert shared_folder().name == f"wfe-sessions-{os.getuid()}"
