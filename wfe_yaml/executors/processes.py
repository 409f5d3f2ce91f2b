"""`ProcessRunner`: the seam between executors and whatever starts, watches and stops their processes."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

OnLine = Callable[[str, str], None]
"""Called with the stream (`stdout` or `stderr`) and a line without its end, in the order of each stream."""

_SIGNAL_BASE = 128
_EXPLAINED = {
    126: "the command was found but cannot be run: is it executable, and made for this machine?",
    127: "a command was not found: is it installed, and on PATH?",
    128 + signal.SIGHUP: "ended by SIGHUP",
    128 + signal.SIGINT: "ended by SIGINT, as from Ctrl-C",
    128 + signal.SIGABRT: "ended by SIGABRT: the program gave itself up",
    128 + signal.SIGKILL: "killed by SIGKILL: often the kernel, because memory ran out",
    128 + signal.SIGSEGV: "ended by SIGSEGV: the program used memory that is not its own",
    128
    + signal.SIGPIPE: "ended by SIGPIPE: it wrote into a pipe whose reader had ended, as in `yes | head`; "
    "with pipefail that fails the step: write `{ yes || true; } | head` if it is meant",
    128 + signal.SIGTERM: "ended by SIGTERM",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """What to run.

    Attributes:
        argv: the program and its arguments; `{dir}` in an argument stands for the private folder.
        env: the whole environment; `{dir}` in `paths` is filled in.
        cwd: the folder it runs in.
        files: files to write into the private folder before the start, by name; mode 0700.
        paths: variables that get the path of a file in the private folder, by the name of the file.
        collect: files of the private folder to read at the end, if they are there.
        collect_limit: most bytes of such a file.
        mark: tells its processes from all others; given to them in the environment.
        again: an earlier attempt may have left processes with this mark behind: they are ended first.
        timeout: seconds until it is stopped, or None.
        grace: seconds between SIGTERM and SIGKILL.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    paths: Mapping[str, str] = field(default_factory=dict[str, str])
    collect: Sequence[str] = ()
    collect_limit: int = 1 << 20
    mark: str | None = None
    again: bool = False
    timeout: float | None = None
    grace: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """What became of a process."""

    exit_code: int
    """0 to 255; 128 + n when signal n ended it."""
    timed_out: bool = False
    collected: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """The files asked for that were there, cut at `collect_limit` + 1 bytes."""


class ProcessRunner(ABC):
    """Runs processes, each in a session of its own."""

    @abstractmethod
    async def run(self, spec: ProcessSpec, on_line: OnLine) -> ProcessResult:
        """Run a process to its end, giving its lines as they come.

        When the call is cancelled, or time runs out, the whole process group gets SIGTERM, then after `grace`
        SIGKILL, before this returns or raises. Nothing of the group is left behind in any case.

        Raises:
            OSError: the program or the folder is not there, or may not be used.
        """


def explain_exit(code: int) -> str:
    """Say in words what an exit code tells; "" when it is the program's own business."""
    known = _EXPLAINED.get(code)
    if known is not None:
        return known
    if code > _SIGNAL_BASE:
        try:
            return f"ended by {signal.Signals(code - _SIGNAL_BASE).name}"
        except ValueError:
            return ""
    return ""
