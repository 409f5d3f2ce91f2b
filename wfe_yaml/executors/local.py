"""`LocalProcesses`: runs processes as children of this one.

Each gets a session and process group of its own, so that a signal reaches all that it started and the
terminal's Ctrl-C reaches none of it. Nothing of the group is left when a step ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from wfe_yaml.executors.output import BoundedLines, Lines
from wfe_yaml.executors.processes import ProcessResult, ProcessRunner
from wfe_yaml.executors.sweep import MARK, sweep

if TYPE_CHECKING:
    from wfe_yaml.executors.processes import OnLine, ProcessSpec

_CHUNK = 64 * 1024
_DRAIN = 0.5
"""Seconds that output may still come after the whole group has ended."""
_POLL = 0.02
"""Seconds between two looks at a group whose leader has ended."""


class LocalProcesses(ProcessRunner):
    """Runs processes as children of this one; see the module."""

    async def run(self, spec: ProcessSpec, on_line: OnLine) -> ProcessResult:
        """Run a process to its end; see `ProcessRunner.run`."""
        attempt = _Attempt(spec, on_line)
        try:
            return await attempt.run()
        finally:
            # Not awaited: a cancelled attempt cleans up as well, and it is a few small files.
            attempt.clean()


class _Attempt:
    """One process, from its start to the end of its group."""

    def __init__(self, spec: ProcessSpec, on_line: OnLine) -> None:
        self._spec = spec
        self._on_line = on_line
        self._folder: Path | None = None
        self._group = 0

    async def run(self) -> ProcessResult:
        # Shielded: a process whose start was under way when the cancellation came must be stopped, too.
        starting = asyncio.ensure_future(asyncio.to_thread(self._start))
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            await self._abandon(starting)
            raise
        pumps = [
            asyncio.create_task(self._pump(stream, name))
            for stream, name in ((process.stdout, "stdout"), (process.stderr, "stderr"))
            if stream is not None
        ]
        try:
            timed_out = await self._watch(process)
            await asyncio.wait(pumps, timeout=_DRAIN)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        code = process.returncode
        return ProcessResult(
            exit_code=code if code >= 0 else 128 - code,
            timed_out=timed_out,
            collected=await asyncio.to_thread(self._collect),
        )

    def _start(self) -> subprocess.Popen[bytes]:
        """Make the private folder (0700, by mkdtemp), write the files and start the process."""
        spec = self._spec
        if spec.mark is not None and spec.again:
            sweep(spec.mark, grace=spec.grace)
        folder = self._folder = Path(tempfile.mkdtemp(prefix="wfe-"))
        for name, content in spec.files.items():
            (folder / name).touch(mode=0o700)
            (folder / name).write_bytes(content)
        paths = {variable: str(folder / name) for variable, name in spec.paths.items()}
        process = subprocess.Popen(
            [argument.replace("{dir}", str(folder)) for argument in spec.argv],
            env={**spec.env, **paths, **({} if spec.mark is None else {MARK: spec.mark})},
            cwd=spec.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._group = process.pid
        return process

    async def _abandon(self, starting: asyncio.Future[subprocess.Popen[bytes]]) -> None:
        """Kill what was being started when the attempt was cancelled."""
        with contextlib.suppress(OSError):
            process = await starting
            self._signal(signal.SIGKILL)
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    async def _watch(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for the end, by itself or by force; tells whether time ran out. The group is gone then."""
        ended = _end_of(process)
        timed_out = False
        try:
            await asyncio.wait([ended], timeout=self._spec.timeout)
            timed_out = not ended.done()
        finally:
            # Also when cancelled. A second cancellation skips the grace; nothing skips the SIGKILL.
            try:
                if not ended.done() or self._lives():
                    self._signal(signal.SIGTERM)
                    await self._grace(ended)
            finally:
                if not ended.done() or self._lives():
                    self._signal(signal.SIGKILL)
                await asyncio.shield(ended)
        return timed_out

    async def _grace(self, ended: asyncio.Future[None]) -> None:
        """Give the group time to end by itself."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._spec.grace
        await asyncio.wait([ended], timeout=self._spec.grace)
        never = loop.create_future()
        while self._lives() and loop.time() < deadline:
            await asyncio.wait([never], timeout=_POLL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)

    def _lives(self) -> bool:
        """Whether any process of the group runs; zombies that nobody reaps do not count."""
        try:
            os.killpg(self._group, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return sys.platform != "linux" or _group_runs(self._group)

    async def _pump(self, stream: IO[bytes], name: str) -> None:
        """Read one stream to its end; never stops reading, so that the process is never blocked."""
        reader = asyncio.StreamReader(limit=_CHUNK)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), stream
        )
        bounded = BoundedLines(lambda line: self._on_line(name, line))
        lines = Lines(bounded.add)
        try:
            while data := await reader.read(_CHUNK):
                lines.feed(data)
        finally:
            lines.end()
            bounded.end()
            transport.close()

    def _collect(self) -> dict[str, bytes]:
        """Read the files asked for."""
        found: dict[str, bytes] = {}
        for name in self._spec.collect:
            if self._folder is not None and (self._folder / name).is_file():
                with (self._folder / name).open("rb") as stream:
                    found[name] = stream.read(self._spec.collect_limit + 1)
        return found

    def clean(self) -> None:
        """Remove the private folder."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _end_of(process: subprocess.Popen[bytes]) -> asyncio.Future[None]:
    """Give a future that is done once the process has ended and was reaped."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def reap() -> None:
        process.wait()
        if not ended.done():
            ended.set_result(None)

    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(process.pid)

            def readable() -> None:
                loop.remove_reader(handle)
                os.close(handle)
                reap()

            loop.add_reader(handle, readable)
            return ended

    def wait() -> None:
        process.wait()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(reap)

    threading.Thread(target=wait, name=f"wait-{process.pid}", daemon=True).start()
    return ended


def _group_runs(group: int) -> bool:
    """Look in /proc for a process of the group that is no zombie."""
    with os.scandir("/proc") as entries:
        return any(entry.name.isdigit() and _runs_in(entry.path, group) for entry in entries)


def _runs_in(process: str, group: int) -> bool:
    try:
        stat = Path(process, "stat").read_text("utf-8", "replace")
    except OSError:
        return False
    # The name of the program stands in parentheses and may contain anything.
    state, _, its_group, *_ = stat.rpartition(")")[2].split()
    return int(its_group) == group and state not in ("Z", "X")
