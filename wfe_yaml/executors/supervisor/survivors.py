"""Finding and ending what a step left behind: background jobs, daemons, whatever left its group or session.

Everything a step starts carries two marks. One is a variable of the environment. The other is the soft
limit on the realtime processor time (`RLIMIT_RTTIME`, see setrlimit(2)): a number of years that nobody ever
reaches, made from the step's name. It is inherited through every fork and exec, so it finds also a process
that cleared its environment and left its session; only one that sets that very limit itself escapes it.
Elsewhere than on Linux there is only the variable, as `ps` shows it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Generator
from pathlib import Path

MARK = "WFE_MARK"
"""The variable that marks the processes of one step of one run."""
LINUX = sys.platform == "linux"
LIMIT: int | None = getattr(resource, "RLIMIT_RTTIME", None)
"""The limit that is the other mark."""
_LOOK = 0.02
"""Seconds between two looks at what was told to end."""
_PATIENCE = 10.0
"""Seconds after which a process that does not even obey SIGKILL (it hangs in the kernel) is given up."""
_OWN_MEMORY = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)
_REALTIME = re.compile(rb"Max realtime timeout\s+(\d+)")


def limit_of(mark: str) -> int:
    """Give the limit that stands for a mark: over a hundred thousand years, in microseconds."""
    return (1 << 62) + int.from_bytes(hashlib.sha256(mark.encode()).digest()[:7])


@contextlib.contextmanager
def marked(mark: str | None) -> Generator[None]:
    """Let processes that are started inside carry the limit of a mark. Only for one thread."""
    if mark is None or LIMIT is None:
        yield
        return
    soft, hard = resource.getrlimit(LIMIT)
    try:
        resource.setrlimit(LIMIT, (limit_of(mark), hard))
    except (ValueError, OSError):
        # Somebody has limited us below it: the other mark must do.
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(LIMIT, (soft, hard))


class Process:
    """A line of the table of processes."""

    __slots__ = ("born", "environ", "group", "parent", "pid", "session", "zombie")

    def __init__(self, pid: int, parent: int, group: int, session: int, born: int, *, zombie: bool) -> None:
        self.pid: int = pid
        self.parent: int = parent
        self.group: int = group
        self.session: int = session
        self.born: int = born
        """Tells it from a later process with the same id."""
        self.zombie: bool = zombie
        self.environ: str | None = None
        """The environment, where the table itself shows it."""

    def carries(self, mark: str) -> bool:
        """Whether it has one of the two marks."""
        if self.environ is not None:
            return f"{MARK}={mark}" in self.environ.split()
        folder = Path("/proc", str(self.pid))
        with contextlib.suppress(OSError):
            found = _REALTIME.search((folder / "limits").read_bytes())
            if found and int(found[1]) == limit_of(mark):
                return True
        with contextlib.suppress(OSError):
            return f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
        return False


def processes() -> dict[int, Process]:
    """Give all processes of this machine that can be seen, by their ids."""
    if not LINUX:
        shown = subprocess.run(
            ["/bin/ps", "-axEww", "-o", "pid=,ppid=,pgid=,state=,command="],
            capture_output=True,
            check=False,
        )
        return parse_ps(shown.stdout.decode("utf-8", "replace"))
    table: dict[int, Process] = {}
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit() and (process := _stat(int(entry.name))) is not None:
                table[process.pid] = process
    return table


def _stat(pid: int) -> Process | None:
    """Read what the kernel tells of a process; see proc_pid_stat(5)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program stands in parentheses and may contain anything.
    state, parent, group, session, *rest = text.rpartition(")")[2].split()
    return Process(pid, int(parent), int(group), int(session), int(rest[15]), zombie=state in ("Z", "X"))


def parse_ps(text: str) -> dict[int, Process]:
    """Read what `ps` of macOS shows: ids, state, and the command with its environment."""
    table: dict[int, Process] = {}
    for line in text.splitlines():
        pid, parent, group, state, *rest = line.split(None, 4)
        process = Process(int(pid), int(parent), int(group), 0, 0, zombie=state.startswith("Z"))
        process.environ = rest[0] if rest else ""
        table[process.pid] = process
    return table


def below(root: int, table: dict[int, Process], stop: Collection[int] = ()) -> list[Process]:
    """Give the processes under one, not looking below those in `stop`."""
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    ahead = [root]
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child.pid not in stop:
                found.append(child)
                ahead.append(child.pid)
    return found


def own_children() -> list[int] | None:
    """Give the direct children of this process quickly; None where the system does not tell."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_bytes().split()]
    except OSError:
        return None


def memory_of(pid: int) -> int:
    """Give the bytes of memory that a process and those below it have for themselves.

    Pages of programs and files are not counted: the kernel takes them away when it needs the room.
    """
    if not LINUX:
        shown = subprocess.run(
            ["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return 1024 * sum(int(line) for line in shown.stdout.split())
    whole = 0
    ahead = [pid]
    while ahead:
        folder = f"/proc/{ahead.pop()}"
        with contextlib.suppress(OSError):
            status = Path(folder, "status").read_bytes()
            whole += 1024 * sum(int(size) for size in _OWN_MEMORY.findall(status))
            for task in os.listdir(f"{folder}/task"):  # noqa: PTH208 - only the names are wanted, and quickly
                ahead += map(int, Path(f"{folder}/task/{task}/children").read_bytes().split())
    return whole


def send(process: Process, number: int) -> None:
    """Send a signal to a process, and never to another one that got its number since."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if not LINUX:
            os.kill(process.pid, number)
            return
        handle = os.pidfd_open(process.pid)
        try:
            now = _stat(process.pid)
            if now is not None and now.born == process.born:
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


def kill_marked(pid: int, mark: str) -> None:
    """Kill a process if it has a mark, and nothing that it has started."""
    process = processes().get(pid)
    if process is not None and process.carries(mark):
        send(process, signal.SIGKILL)


def sweep(mark: str, *, grace: float) -> int:
    """End all processes of this machine with a mark: SIGTERM, `grace` seconds, SIGKILL; gives how many.

    This blocks. It is for what a supervisor left that is there no more.
    """
    number = len(found := _with(mark))
    if not found:
        return 0
    for process in found:
        send(process, signal.SIGTERM)
        # What was halted hears of it when it goes on.
        send(process, signal.SIGCONT)
    if _gone(lambda: _with(mark), grace):
        return number
    end = time.monotonic() + _PATIENCE
    while (found := _with(mark)) and time.monotonic() < end:
        for process in found:
            send(process, signal.SIGKILL)
        time.sleep(_LOOK)
    return number


def _gone(look: Callable[[], list[Process]], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while look():
        if time.monotonic() >= end:
            return False
        time.sleep(_LOOK)
    return True


def _with(mark: str) -> list[Process]:
    """Find the processes with a mark, and what they started that lost it."""
    table = processes()
    us = os.getpid()
    found = {
        process.pid: process
        for process in table.values()
        if process.pid != us and not process.zombie and process.carries(mark)
    }
    for pid in list(found):
        found.update((each.pid, each) for each in below(pid, table, (us,)) if not each.zombie)
    return list(found.values())
