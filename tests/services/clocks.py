"""A wall clock that jumps under a process: libfaketime, told by a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.services.local import UnavailableError

_LIBRARIES: Final = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")


class WallClock:
    """The wall clock of the processes that run under it; as with a real one, the monotonic clocks go on.

    Args:
        folder: where the file is kept.

    Raises:
        UnavailableError: libfaketime is not installed.
    """

    def __init__(self, folder: Path) -> None:
        found = [str(path) for pattern in _LIBRARIES for path in Path("/").glob(pattern.lstrip("/"))]
        if not found:
            raise UnavailableError("libfaketime is not installed (Debian's package faketime)")
        self._library = found[0]
        self._file = folder / "clock"
        self.show("+0")

    @property
    def prefix(self) -> list[str]:
        """What stands before a command line that is to run under this clock."""
        return [
            "env",
            f"LD_PRELOAD={self._library}",
            f"FAKETIME_TIMESTAMP_FILE={self._file}",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
        ]

    def show(self, offset: str) -> None:
        """Let it differ from the true time from now on: `+1h`, `-1h`, `+0`."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{offset}\n", "ascii")
        draft.replace(self._file)
