"""`Step`: one process that the supervisor watches, from its start until nothing is left of it."""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from wfe_yaml.executors.masking import Masker, mask_bytes, revealed_in
from wfe_yaml.executors.supervisor import files, survivors
from wfe_yaml.executors.supervisor.cleanups import Cleaner
from wfe_yaml.executors.supervisor.records import STREAMS, Recorder

_CHUNK = 64 * 1024
_WEIGH = 0.1
"""Seconds between two looks at how much memory a step uses that may only use so much."""
_TURN = 16
"""Chunks read from one stream before the others have their turn."""
_LOOK = 0.02
"""Seconds between two looks at what was told to end."""
_CLEANING = 5.0
"""Seconds between two looks at what cleans up."""
_DRAIN = 0.5
"""Seconds that output may still come after everything has ended, from a stranger who holds the pipe."""
_PATIENCE = 10.0
"""Seconds after which a process that does not even obey SIGKILL is given up."""


class House(Protocol):
    """What a step needs of the supervisor."""

    selector: selectors.BaseSelector
    held: set[str]
    """Marks of what goes on until the run has ended, such as the monitor of a container of podman."""

    def leaders(self) -> dict[int, Step]:
        """Give the steps whose process runs, by its id."""
        ...

    def tell(self, step: Step) -> None:
        """Tell the runner that there is more output, or the result."""
        ...

    def followed(self, step: Step) -> bool:
        """Whether a runner is there that will hear the result at once."""
        ...


class Step:
    """One process of the run.

    Attributes:
        name: the name of its folder.
        recorder: its output.
        result: how it ended, once nothing of it is left.

    Args:
        house: the supervisor.
        folder: where its files go.
        request: what the runner wants.
        blobs: contents of the files that the request names, and of its standard input.
    """

    def __init__(self, house: House, folder: Path, request: dict[str, Any], blobs: list[bytes]) -> None:
        self.name: str = folder.name
        self.result: dict[str, Any] | None = None
        self._house = house
        self._folder = folder
        self._request = request
        self._mark: str = request["mark"]
        self._grace: float = request["grace"]
        self._status: int | None = None
        self._timed_out = self._stopped = self._over_memory = False
        self._memory: int | None = request["memory"]
        self._next_weigh = 0.0
        self._killing = False
        self._deadline: float | None = None
        """When patience ends: with the process, with its grace, or with what hangs in the kernel."""
        self._sweeping = self._cleaning = False
        self._asked: set[tuple[int, int]] = set()
        """What of the survivors has been told to end."""
        self._next_look = 0.0
        self._dry: float | None = None
        """When output is no longer waited for, after everything has ended."""
        self._unkilled = 0
        self._began = time.monotonic()
        contents = dict(zip(request["files"], blobs, strict=False))
        files.create(folder, request["record"], contents, request["mode"])
        try:
            wanted: dict[str, Any] | None = request["record"].get("cleanup")
            self._cleaner = None if wanted is None else Cleaner(wanted, folder, self._mark)
            log = os.open(f"{folder}/{files.LOG}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._log = log
            self.recorder: Recorder = Recorder(log)
            self._maskers = [Masker(request["secrets"]) for _ in STREAMS]
            self._pipes: dict[int, int] = {}
            self._slave: int | None = None
            try:
                self._process = self._start(blobs[-1] if request["stdin"] else None)
            except OSError:
                os.close(log)
                raise
        except OSError:
            files.remove(folder)
            raise
        self.pid: int = self._process.pid
        if self._cleaner is not None:
            with contextlib.suppress(OSError):
                files.write_new(f"{folder}/{files.LEADER}", json.dumps({"pid": self.pid}).encode())
        for handle, stream in self._pipes.items():
            os.set_blocking(handle, False)
            self._house.selector.register(handle, selectors.EVENT_READ, self._reader(handle, stream))
        timeout: float | None = request["timeout"]
        if timeout is not None:
            self._deadline = self._began + timeout

    def _start(self, given: bytes | None) -> subprocess.Popen[bytes]:
        request = self._request
        work = f"{self._folder}/{files.WORK}"
        paths = {variable: f"{work}/{name}" for variable, name in request["paths"].items()}
        whole: list[str] = request["argv"]
        made, rest = whole[: len(whole) - request["verbatim"]], whole[len(whole) - request["verbatim"] :]
        if "," in work and any("{dir,}" in argument for argument in made):
            raise OSError(errno.EINVAL, "it takes lists of paths, and the path of the run has a comma", work)
        argv = [argument.replace("{dir}", work).replace("{dir,}", work) for argument in made] + rest
        stdin = _nameless(f"{self._folder}/stdin", given) if given is not None else subprocess.DEVNULL
        tty: bool = request["tty"]
        if tty:
            master, out = os.openpty()
            err, ours, lent = out, [master], []
            # Whoever leads a session and opens a terminal gets it as its controlling one (tty(4)).
            wrapped = 't=$1; shift; exec "$@" <>"$t" >&0 2>&1'
            argv = ["/bin/sh", "-c", wrapped, "sh", os.ttyname(out), *argv]
        else:
            (from_out, out), (from_err, err) = os.pipe(), os.pipe()
            ours, lent = [from_out, from_err], [out, err]
        if stdin != subprocess.DEVNULL:
            lent.append(stdin)
        try:
            with survivors.marked(self._mark):
                process = subprocess.Popen(
                    argv,
                    env={**request["env"], **paths, survivors.MARK: self._mark},
                    cwd=request["cwd"],
                    stdin=stdin,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
        except (OSError, ValueError) as exc:
            for handle in (*ours, *((out,) if tty else ())):
                os.close(handle)
            if isinstance(exc, ValueError):
                # What no program can be given, such as an argument with the character NUL.
                raise OSError(errno.EINVAL, str(exc), argv[0]) from None
            raise
        finally:
            for handle in lent:
                os.close(handle)
        # As long as we hold the terminal's other end it does not hang up before anybody has opened it.
        self._slave = out if tty else None
        self._pipes = dict(zip(ours, range(len(STREAMS)), strict=False))
        return process

    @property
    def leader(self) -> int | None:
        """The process itself while it was not reaped, and then that which cleans up after it."""
        if self._status is None:
            return self.pid
        return None if self._cleaner is None else self._cleaner.pid

    # ------------------------------------------------------------ output

    def _reader(self, handle: int, stream: int) -> Callable[[], None]:
        def readable() -> None:
            size = self.recorder.size
            self._read(handle, stream)
            if self.recorder.size != size:
                self._house.tell(self)

        return readable

    def _read(self, handle: int, stream: int) -> None:
        """Take what is there, but leave the others their turn."""
        for _ in range(_TURN):
            try:
                data = os.read(handle, _CHUNK)
            except BlockingIOError:
                return
            except OSError:
                # A terminal whose last user has gone says EIO.
                data = b""
            if not data:
                self._close(handle, stream)
                return
            self.recorder.write(stream, self._maskers[stream].feed(data))

    def _close(self, handle: int, stream: int) -> None:
        self._house.selector.unregister(handle)
        os.close(handle)
        del self._pipes[handle]
        self.recorder.write(stream, self._maskers[stream].end())
        self._next_look = 0.0

    # ------------------------------------------------------------ ending

    def ended(self, status: int) -> None:
        """The process itself has ended and was reaped, or that which cleans up after it."""
        if self._status is not None:
            if self._cleaner is not None:
                self._cleaner.ended(status)
            self._next_look = 0.0
            return
        self._status = status
        self._process.returncode = status
        if self._slave is not None:
            os.close(self._slave)
            self._slave = None
        if not self._stopped and not self._timed_out:
            self._deadline = None
        self._sweeping = True
        self._next_look = 0.0

    def stop(self, *, kill: bool) -> None:
        """Stop it, because the runner wants that; what it gave so far counts for nothing."""
        self._stopped = True
        self._force(kill=kill)

    def _force(self, *, kill: bool) -> None:
        with contextlib.suppress(OSError):
            files.write_new(f"{self._folder}/{files.STOPPING}", json.dumps({"asked": self._stopped}).encode())
        if kill:
            if not self._killing:
                self._killing = True
                self._deadline = time.monotonic() + _PATIENCE
        elif not self._sweeping and not self._killing:
            self._deadline = time.monotonic() + self._grace
            self._signal_group(self._request["stop_signal"])
            # What was halted (SIGSTOP, ^Z) hears of nothing but SIGKILL until it goes on.
            self._signal_group(signal.SIGCONT)
        self._sweeping = True
        self._next_look = 0.0

    def due(self) -> float | None:
        """When it wants its next turn; None when only an event can bring something new."""
        if self._sweeping:
            return self._next_look
        if self._memory is None:
            return self._deadline
        return self._next_weigh if self._deadline is None else min(self._deadline, self._next_weigh)

    def turn(self, now: float) -> None:
        """Do what is due."""
        if self._sweeping:
            if now >= self._next_look:
                self._sweep(now)
        elif self._deadline is not None and now >= self._deadline:
            self._timed_out = True
            self._force(kill=False)
        elif self._memory is not None and now >= self._next_weigh:
            self._next_weigh = now + _WEIGH
            if survivors.memory_of(self.pid) > self._memory:
                self._over_memory = True
                self._force(kill=True)

    def _sweep(self, now: float) -> None:
        """Look what is left, and end it: SIGTERM, the grace, SIGKILL."""
        if self._status is None and not self._killing and self._deadline is not None and now < self._deadline:
            # Its end wakes us.
            self._next_look = self._deadline
            return
        self._next_look = now + _LOOK
        left = [] if self._cleaning or self._goes_on() else self._left()
        if self._status is not None and not left:
            self._cleaning = True
            if self._cleaned(now):
                self._drain(now)
            return
        if not self._killing:
            if self._deadline is None:
                # The process has ended by itself and left others behind: they get the same grace.
                self._deadline = now + self._grace
            if now < self._deadline:
                for process in left:
                    if (process.pid, process.born) not in self._asked:
                        self._asked.add((process.pid, process.born))
                        survivors.send(process, signal.SIGTERM)
                        survivors.send(process, signal.SIGCONT)
            else:
                self._killing = True
                self._deadline = now + _PATIENCE
        if self._killing:
            self._signal_group(signal.SIGKILL)
            for process in left:
                survivors.send(process, signal.SIGKILL)
            if self._deadline is not None and now >= self._deadline and self._status is not None:
                self._unkilled = len(left)
                self._cleaning = True

    def _goes_on(self) -> bool:
        """Whether it has ended well, and what it started is to go on until the run has ended."""
        held = self._cleaner is not None and self._cleaner.holds
        if held and self._status == 0 and not self._stopped and not self._timed_out:
            self._house.held.add(self._mark)
            return True
        return False

    def _cleaned(self, now: float) -> bool:
        """Whether nothing is left of it elsewhere, either."""
        cleaner = self._cleaner
        if cleaner is None or not cleaner.needed(self._code, stopped=self._stopped or self._timed_out):
            return True
        if cleaner.turn(now, self._code):
            return True
        # Its end wakes us; should it hang, this does.
        self._next_look = now + _CLEANING
        return False

    @property
    def _code(self) -> int:
        code = self._status or 0
        return code if code >= 0 else 128 - code

    def _left(self) -> list[survivors.Process]:
        """Give the processes of this step that run, the first one excepted while it was not reaped."""
        leaders = self._house.leaders()
        children = survivors.own_children()
        if self._status is not None and children is not None and not set(children) - set(leaders):
            # Whatever lost its parent became our child: there is none, so nothing is left.
            return []
        table = survivors.processes()
        others = [pid for pid, step in leaders.items() if step is not self]
        others += self._held(table)
        ours = survivors.below(os.getpid(), table, others)
        found: dict[int, survivors.Process] = {}
        for process in ours:
            known = self.pid in (process.pid, process.group, process.session)
            # With no other step about there is nobody else to whom a nameless process could belong.
            if known or not others or process.carries(self._mark):
                found[process.pid] = process
                found.update((each.pid, each) for each in survivors.below(process.pid, table, others))
        if self._status is None:
            found.pop(self.pid, None)
        return [process for process in found.values() if not process.zombie]

    def _held(self, table: dict[int, survivors.Process]) -> list[int]:
        """Give what goes on of steps that have ended."""
        marks = self._house.held - {self._mark}
        below = survivors.below(os.getpid(), table) if marks else []
        return [process.pid for process in below if any(map(process.carries, marks))]

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _drain(self, now: float) -> None:
        """Everything has ended; take what is still in the pipes."""
        for handle, stream in list(self._pipes.items()):
            self._read(handle, stream)
        if not self._pipes:
            self._finish()
        elif self._dry is None:
            self._dry = now + _DRAIN
        elif now >= self._dry:
            self._finish()

    def _finish(self) -> None:
        for handle, stream in list(self._pipes.items()):
            self._close(handle, stream)
        self.recorder.end()
        # A runner that is told writes it down in the journal. For one that comes later, perhaps after a loss
        # of power, it has to last, and the output with it.
        lasting = not self._house.followed(self)
        if lasting:
            with contextlib.suppress(OSError):
                os.fsync(self._log)
        os.close(self._log)
        result = {
            "exit_code": self._code,
            "timed_out": self._timed_out,
            "over_memory": self._over_memory,
            "stopped": self._stopped,
            "unkilled": self._unkilled,
            "unclean": self._cleaner is not None and bool(self._cleaner.status),
            "duration": time.monotonic() - self._began,
            "log": self.recorder.size,
            "log_trouble": self.recorder.trouble,
            **self._collect(),
        }
        if self._request["secrets"]:
            # What the step itself wrote there may hold one; nobody reads it any more.
            files.remove(self._folder / files.WORK)
        with contextlib.suppress(OSError):
            files.write_result(self._folder, result, lasting=lasting)
        self.result = result
        self._house.tell(self)

    def _collect(self) -> dict[str, Any]:
        """Read the files asked for, up to the limit and one byte more, and mask the secrets in them."""
        found: dict[str, str] = {}
        secrets: dict[str, str] = {}
        most: int = self._request["collect_limit"]
        for name in self._request["collect"]:
            # Not what a link points at: the step may have put one there.
            with contextlib.suppress(OSError):
                path = f"{self._folder}/{files.WORK}/{name}"
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                with open(handle, "rb") as stream:  # noqa: PTH123 - there is no path, only the open file
                    content = stream.read(most + 1)
                secret = revealed_in(content, self._request["secrets"])
                if secret is not None:
                    secrets[name] = secret
                    content = mask_bytes(content, self._request["secrets"])
                found[name] = base64.b64encode(content).decode()
        return {"collected": found, "secrets": secrets}


def _nameless(path: str, content: bytes) -> int:
    """Give a file with this content, to read from, that has no name; in memory where that can be had."""
    if sys.platform == "linux":
        handle = os.memfd_create("stdin")
    else:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)  # noqa: PTH108 - a plain text, see files.create
    files.write_all(handle, content)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
