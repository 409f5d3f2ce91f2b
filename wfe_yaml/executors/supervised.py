"""`SupervisedProcesses`: runs processes under the supervisor of their run, which outlives a killed runner."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import StepError
from wfe_host.identity import boot_id, machine_id
from wfe_yaml.executors.launching import Post
from wfe_yaml.executors.output import Lines
from wfe_yaml.executors.processes import Earlier, Fate, Identity, ProcessResult, ProcessRunner
from wfe_yaml.executors.supervisor import files, wire
from wfe_yaml.executors.supervisor.cleanups import clean_held, clean_up
from wfe_yaml.executors.supervisor.records import STREAMS, Frames
from wfe_yaml.executors.supervisor.survivors import sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_yaml.executors.launching import Stream
    from wfe_yaml.executors.processes import ProcessSpec, Watch

_BLOCK = 32 * 1024
"""Output is read in blocks of this many bytes, more of them in a thread: so that the loop, and whoever shows
the lines, keep up with it."""


class SupervisedProcesses(ProcessRunner):
    """Runs processes under supervisors, one for each run; see `wfe_yaml.executors.supervisor`.

    Args:
        realm: names the store, so that runs of the same name in two stores are told apart.
        home: where the folders of runs lie; what runs there goes on when this process dies, and can be taken
            up by the next one. None keeps nothing: all ends with this process.
        ttl: where other machines may take over the runs of this one: seconds without a sign of life from
            this process after which its steps are killed.
    """

    def __init__(self, realm: str = "", *, home: Path | None = None, ttl: float | None = None) -> None:
        self.realm: str = realm or secrets.token_hex(8)
        self._home = home
        self._ttl = ttl
        self._posts: dict[str, Post] = {}
        self._settled: list[_Settled] = []
        self._clearing: asyncio.Task[None] | None = None

    async def run(self, spec: ProcessSpec, watch: Watch) -> ProcessResult:
        """Run a process to its end; see `ProcessRunner.run`."""
        identity = spec.identity
        run = "" if identity is None else identity.run
        post = self._post(run)
        name = f"x-{secrets.token_hex(8)}" if identity is None else _name(identity)
        mark = f"{self.realm}:{name if identity is None else identity.key}"
        request = _request(spec, name, mark)
        keep = False
        folder = post.folder / name
        try:
            with post.at_work():
                # Shielded: a process that is being started when the cancellation comes must be stopped, too.
                result = await self._follow(folder, asyncio.ensure_future(post.call(request)), watch)
            keep = identity is not None and self._home is not None
        except _LostError:
            post.lost()
            await asyncio.to_thread(sweep, mark, grace=spec.grace)
            await asyncio.to_thread(clean_up, folder)
            raise StepError("the supervisor of the run was killed; so was what it watched") from None
        finally:
            if not keep:
                files.remove(folder)
        if result is None:
            raise StepError("the supervisor of the run is about to end; try again")
        return result

    async def earlier(self, identity: Identity) -> Earlier | None:
        """Look for the newest attempt before this one; see `ProcessRunner.earlier`."""
        if self._home is None:
            return None
        return await asyncio.to_thread(self._look, identity)

    async def take_up(self, earlier: Earlier, watch: Watch) -> ProcessResult | None:
        """Wait for an attempt that runs, or take its result; see `ProcessRunner.take_up`."""
        post = self._post(earlier.identity.run)
        folder = post.folder / _name(earlier.identity)
        if earlier.fate is Fate.RUNNING:
            with post.at_work(), contextlib.suppress(_LostError):
                stream = await post.reach(wire.pack({"op": "follow", "name": folder.name}))
                result = None if stream is None else await self._follow(folder, _ready(stream), watch)
                if result is not None:
                    return result
        told = await asyncio.to_thread(files.read, folder, files.RESULT)
        if told is None or told["stopped"]:
            return None
        output = _Output(folder, watch)
        try:
            return await output.ended(told)
        finally:
            output.close()

    async def give_up(self, earlier: Earlier, *, grace: float) -> bool:
        """End what is left of an earlier attempt; see `ProcessRunner.give_up`."""
        post = self._post(earlier.identity.run)
        folder = post.folder / _name(earlier.identity)
        stream = await post.reach(wire.pack({"op": "follow", "name": folder.name}) + wire.STOP)
        ran = False
        if stream is not None:
            reader, writer = stream
            try:
                ran = await _last(reader) == "result"
            finally:
                writer.close()
        swept = await asyncio.to_thread(sweep, f"{self.realm}:{earlier.identity.key}", grace=grace)
        await asyncio.to_thread(_remove_unfinished, folder)
        return ran or swept > 0

    def settled(self, instance: str, pointer: int, attempt: int) -> None:
        """Forget the results that the journal knows; see `ProcessRunner.settled`."""
        if self._home is None:
            return
        run = Identity(instance=instance, pointer=pointer, key="", attempt=attempt).run
        self._settled.append((self._folder(run), f"{_digest(instance)}-{pointer}-", attempt))
        if self._clearing is None:
            # The next step does not wait for the file system.
            self._clearing = asyncio.get_running_loop().create_task(self._clear_settled())

    async def _clear_settled(self) -> None:
        try:
            while self._settled:
                settled, self._settled = self._settled, []
                await asyncio.to_thread(_remove_settled, settled)
        finally:
            self._clearing = None

    async def _cleared(self) -> None:
        """Wait until what was settled has been removed."""
        if self._clearing is not None:
            await asyncio.wait([self._clearing])

    async def forget(self, run: str) -> None:
        """End what is left of a run, and forget its results; see `ProcessRunner.forget`."""
        if self._home is None:
            return
        await self._cleared()
        run = run.partition("/")[0]
        if run not in self._posts and not self._folder(run).exists():
            return
        post = self._post(run)
        stream = await post.reach(wire.pack({"op": "end"}))
        if stream is not None:
            reader, writer = stream
            try:
                await reader.read()
            finally:
                writer.close()
        post.close()
        self._posts.pop(run, None)
        await asyncio.to_thread(self._clear, post.folder)

    def _clear(self, folder: Path) -> None:
        """Remove the folder of a run, and what a supervisor that was killed has left of it."""
        for name, _ in _attempts(folder, ""):
            spec = files.read(folder / name, files.SPEC) or {}
            if "key" in spec and files.read(folder / name, files.RESULT) is None:
                sweep(f"{self.realm}:{spec['key']}", grace=0)
                clean_up(folder / name)
        clean_held(folder)
        files.remove(folder)

    def rest(self) -> None:
        """Let the supervisors of runs go that wait, so that a host of many runs has few of them."""
        for run, post in list(self._posts.items()):
            if post.rested:
                post.close()
                del self._posts[run]
            post.rested = not post.calls

    async def close(self) -> None:
        """Let all supervisors go; each ends when its steps have."""
        await self._cleared()
        for post in self._posts.values():
            post.close()
        self._posts.clear()

    # ------------------------------------------------------------ folders

    def _post(self, run: str) -> Post:
        if self._home is None:
            # Nothing outlives this process, so all its runs can share one.
            run = ""
        post = self._posts.get(run)
        if post is None:
            post = Post(self._folder(run), outlive=self._home is not None, ttl=self._ttl)
            self._posts[run] = post
        return post

    def _folder(self, run: str) -> Path:
        if self._home is None:
            return Path(tempfile.mkdtemp(prefix="wfe-run-"))
        return self._home / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', run)[:60]}-{_digest(run)}"

    def _look(self, identity: Identity) -> Earlier | None:
        folder = self._folder(identity.run)
        prefix = _name(identity).rpartition(".")[0] + "."
        before = [each for each in _attempts(folder, prefix) if each[1] < identity.attempt]
        if not before:
            return None
        name, attempt = max(before, key=lambda each: each[1])
        found = Identity(
            instance=identity.instance,
            pointer=identity.pointer,
            key=identity.key,
            attempt=attempt,
            failures=identity.failures,
        )
        fate, why = _fate(folder / name, identity)
        return Earlier(identity=found, fate=fate, why=why)

    # ------------------------------------------------------------ following

    async def _follow(
        self, folder: Path, calling: asyncio.Future[Stream], watch: Watch
    ) -> ProcessResult | None:
        """Stay with a process until its end; stop it when cancelled."""
        try:
            reader, writer = await asyncio.shield(calling)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError, StepError):
                reader, writer = await calling
                try:
                    writer.write(wire.KILL)
                    await _last(reader)
                finally:
                    writer.close()
            raise
        output = _Output(folder, watch)
        listening = asyncio.ensure_future(_listen(reader, output))
        try:
            return await asyncio.shield(listening)
        except asyncio.CancelledError:
            writer.write(wire.KILL if watch.urgent() else wire.STOP)
            try:
                await asyncio.wait([listening])
            except asyncio.CancelledError:
                # Cancelled again: no grace any more.
                writer.write(wire.KILL)
                await asyncio.wait([listening])
            raise
        except (_LostError, OSError):
            raise
        except BaseException:
            writer.write(wire.KILL)
            raise
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            writer.close()
            output.close()


_Settled = tuple[Path, str, int]
"""The folder of a run, how the attempts of an activation are named, and the last one that is known."""


def _remove_settled(settled: list[_Settled]) -> None:
    """Remove the attempts whose ends the journal knows."""
    for folder, prefix, last in settled:
        for name, number in _attempts(folder, prefix):
            if number <= last:
                files.remove(folder / name)


def _remove_unfinished(folder: Path) -> None:
    """Remove an attempt, and what it has left elsewhere if its supervisor was killed."""
    if files.read(folder, files.RESULT) is None:
        clean_up(folder)
    files.remove(folder)


class _LostError(Exception):
    """The supervisor has ended before its step."""


async def _listen(reader: asyncio.StreamReader, output: _Output) -> ProcessResult | None:
    """Follow the answers of the supervisor; None when it does not know the step."""
    with contextlib.suppress(ConnectionError):
        while line := await reader.readline():
            answer = json.loads(line)
            if "log" in answer:
                await output.read(answer["log"])
            elif "result" in answer:
                return await output.ended(answer["result"])
            elif "error" in answer:
                raise OSError(*answer["error"])
            elif "unknown" in answer:
                return None
            elif "ok" in answer:
                output.begun()
    told = await asyncio.to_thread(files.read, output.folder, files.RESULT)
    if told is None:
        raise _LostError
    return await output.ended(told)


async def _last(reader: asyncio.StreamReader) -> str | None:
    """Wait for the answer that is the last one, and name it; None when there is none."""
    while line := await reader.readline():
        for word in ("result", "error", "unknown"):
            if word in json.loads(line):
                return word
    return None


class _Output:
    """The output of a step, read from its record."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        self.folder = folder
        self._watch = watch
        self._handle: int | None = None
        self._frames: Frames | None = None
        self._lines = [Lines(_line(watch, stream)) for stream in STREAMS]
        self._at = 0

    def begun(self) -> None:
        """The process is there."""
        if self._watch.begun is not None:
            self._watch.begun()

    async def read(self, size: int) -> None:
        """Give the lines up to a size of the record."""
        if size <= self._at:
            return
        if self._frames is None:
            self._handle = os.open(self.folder / files.LOG, os.O_RDONLY)
            self._frames = Frames(self._handle)
        large = size - self._at > _BLOCK
        self._at = size
        read = self._frames.read
        while pieces := await asyncio.to_thread(read, size, _BLOCK) if large else read(size, _BLOCK):
            for stream, data in pieces:
                self._lines[stream].feed(data)
            await self._watch.drain()

    async def ended(self, told: dict[str, Any]) -> ProcessResult:
        """Give the last lines and the result."""
        await self.read(told["log"])
        for lines in self._lines:
            lines.end()
        trouble: list[str] = []
        if told["log_trouble"] is not None:
            trouble.append(f"output was lost, because it could not be written: {told['log_trouble']}")
        if told["unkilled"]:
            trouble.append(f"{told['unkilled']} processes could not be killed: they hang in the kernel")
        if told["unclean"]:
            trouble.append("what it has started outside of this machine's processes may still run")
        return ProcessResult(
            exit_code=told["exit_code"],
            timed_out=told["timed_out"],
            over_memory=told["over_memory"],
            duration=told["duration"],
            collected={name: base64.b64decode(text) for name, text in told["collected"].items()},
            secrets=told["secrets"],
            trouble="; ".join(trouble) or None,
        )

    def close(self) -> None:
        """Let go of the record."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _line(watch: Watch, stream: str) -> Callable[[str], None]:
    def line(text: str) -> None:
        watch.on_line(stream, text)

    return line


def _ready(stream: Stream) -> asyncio.Future[Stream]:
    future: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()
    future.set_result(stream)
    return future


def _request(spec: ProcessSpec, name: str, mark: str) -> bytes:
    identity = spec.identity
    # Neither the command nor the environment: what is written here may hold no secret.
    record: dict[str, Any] = {}
    if identity is not None:
        record |= {
            "key": identity.key,
            "attempt": identity.attempt,
            "failures": identity.failures,
            "machine": _here()[0],
            "boot": _here()[1],
        }
    if spec.cleanup is not None:
        cleanup = spec.cleanup
        record["cleanup"] = {
            "argv": list(cleanup.argv),
            "env": dict(cleanup.env),
            "hold": cleanup.hold,
            "always": cleanup.always,
        }
    blobs = [*spec.files.values(), *(() if spec.stdin is None else (spec.stdin,))]
    request = {
        "op": "run",
        "name": name,
        "mark": mark,
        "record": record,
        "argv": list(spec.argv),
        "env": dict(spec.env),
        "cwd": spec.cwd,
        "files": list(spec.files),
        "mode": spec.mode,
        "verbatim": spec.verbatim,
        "paths": dict(spec.paths),
        "collect": list(spec.collect),
        "collect_limit": spec.collect_limit,
        "secrets": dict(spec.secrets),
        "stdin": spec.stdin is not None,
        "tty": spec.tty,
        "timeout": spec.timeout,
        "stop_signal": int(spec.stop_signal),
        "grace": spec.grace,
        "memory": spec.memory,
    }
    return wire.pack(request, blobs)


def _fate(folder: Path, wanted: Identity) -> tuple[Fate, str]:
    """Tell what became of an attempt from what lies in its folder."""
    spec = files.read(folder, files.SPEC)
    if spec is None or "machine" not in spec:
        return Fate.GONE, "it had not begun"
    if spec["failures"] != wanted.failures:
        return Fate.GONE, "its result is known already"
    if spec["machine"] != _here()[0]:
        return Fate.GONE, "it ran on another machine"
    result = files.read(folder, files.RESULT)
    if result is not None:
        if result["stopped"]:
            return Fate.GONE, "it was being stopped"
        if not _whole(folder, result["log"]):
            return Fate.GONE, "its output was lost with the power"
        return Fate.ENDED, ""
    if spec["boot"] != _here()[1]:
        return Fate.GONE, "the machine was restarted since"
    return Fate.RUNNING, ""


def _whole(folder: Path, size: int) -> bool:
    """Whether the record of the output is as long as the result says."""
    try:
        return (folder / files.LOG).stat().st_size >= size
    except FileNotFoundError:
        return False


@cache
def _here() -> tuple[str, str]:
    """Name this machine and the time since its start."""
    return machine_id(), boot_id()


def _attempts(folder: Path, prefix: str) -> list[tuple[str, int]]:
    """Give the folders of attempts whose names begin so, with the numbers of the attempts."""
    found: list[tuple[str, int]] = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            number = entry.name.rpartition(".")[2]
            if entry.name.startswith(prefix) and number.isdigit():
                found.append((entry.name, int(number)))
    return found


def _name(identity: Identity) -> str:
    """Name the folder of an attempt: instance, pointer, run and attempt are all in it."""
    run = identity.key.rpartition("/")[2]
    return f"{_digest(identity.instance)}-{identity.pointer}-{run}.{identity.attempt}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:10]
