"""Who has died on this machine: files that a process holds locked as long as it lives, whatever it does.

The operating system releases such a lock when the process ends, however it ends (flock(2)), so a file that
can be locked says at once what a time-to-live says only later. A process id would not do: it is given again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import stat
import tempfile
import time
from pathlib import Path
from typing import Final

from wfe_core.errors import ProviderError

_TRIES: Final = 1_000


class LockFiles:
    """The lock files of sessions, in one folder that the processes concerned share.

    Args:
        folder: made when the first file is held.
        private: nobody else may have made it: who can write there can say who lives.
    """

    def __init__(self, folder: Path, *, private: bool = False) -> None:
        self._folder = folder
        self._private = private
        self._held: dict[str, int] = {}
        """Descriptors of the files held here."""

    def hold(self, session_id: str) -> None:
        """Lock the session's file for as long as this process lives.

        Raises:
            ProviderError: another process that lives holds it, or the folder belongs to another user.
        """
        if session_id in self._held:
            return
        self._folder.mkdir(mode=0o700 if self._private else 0o777, exist_ok=True)
        if not self._is_ours():
            raise ProviderError(
                f"the folder {self._folder} belongs to another user; remove it, or set XDG_RUNTIME_DIR"
            )
        descriptor = os.open(self.file(session_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        for _ in range(_TRIES):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._held[session_id] = descriptor
                return
            # Somebody looks at this very moment whether the file is free.
            time.sleep(0.001)
        os.close(descriptor)
        raise ProviderError(f"session {session_id!r} is held by another process that is still alive")

    def is_held(self, session_id: str) -> bool | None:
        """Whether the process of a session lives; None when there is no file that could tell."""
        if session_id in self._held:
            return True
        if not self._is_ours():
            return None
        try:
            descriptor = os.open(self.file(session_id), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            # Shared: two who look at the same time must not take each other for the holder.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def release(self, session_id: str) -> None:
        """Give a file up and remove it, held here or not."""
        descriptor = self._held.pop(session_id, None)
        if descriptor is not None:
            os.close(descriptor)
        self.file(session_id).unlink(missing_ok=True)

    def drop(self) -> None:
        """Give up all files as the end of the process would: they stay and are free."""
        while self._held:
            os.close(self._held.popitem()[1])

    def _is_ours(self) -> bool:
        if not self._private:
            return True
        try:
            found = self._folder.lstat()
        except OSError:
            return False
        return found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode)

    def file(self, session_id: str) -> Path:
        """Name the file of a session; ids that make no good file name are hashed."""
        if not re.fullmatch(r"[\w-]{1,64}", session_id, re.ASCII):
            session_id = hashlib.sha256(session_id.encode()).hexdigest()
        return self._folder / f"{session_id}.lock"


def shared_folder() -> Path:
    """Name the folder for stores that are not files: one for each user of this machine, to be private."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime or tempfile.gettempdir(), f"wfe-sessions-{os.getuid()}")
