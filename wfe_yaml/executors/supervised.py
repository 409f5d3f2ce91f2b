"""`SupervisedProcesses`: runs processes under the supervisor of their run, which outlives a killed runner."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import StepError
from wfe_yaml.executors.fates import fate_of, here
from wfe_yaml.executors.following import LostError, Output, follow, last_answer, ready
from wfe_yaml.executors.launching import Post
from wfe_yaml.executors.processes import Earlier, Fate, Identity, ProcessResult, ProcessRunner
from wfe_yaml.executors.supervisor import files, wire
from wfe_yaml.executors.supervisor.cleanups import clean_held, clean_up
from wfe_yaml.executors.supervisor.survivors import kill_marked, sweep

if TYPE_CHECKING:
    from wfe_yaml.executors.processes import ProcessSpec, Watch


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
                result = await follow(folder, asyncio.ensure_future(post.call(request)), watch)
            keep = identity is not None and self._home is not None
        except LostError as lost:
            post.lost()
            await asyncio.to_thread(sweep, mark, grace=0 if lost.urgent else spec.grace)
            await asyncio.to_thread(clean_up, folder)
            if lost.cancelled:
                raise asyncio.CancelledError from None
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
            try:
                with post.at_work():
                    stream = await post.reach(wire.pack({"op": "follow", "name": folder.name}))
                    result = None if stream is None else await follow(folder, ready(stream), watch)
            except LostError as lost:
                result = None
                if lost.cancelled:
                    await asyncio.to_thread(sweep, f"{self.realm}:{earlier.identity.key}", grace=0)
                    raise asyncio.CancelledError from None
            if result is not None:
                return result
        told = await asyncio.to_thread(files.read, folder, files.RESULT)
        if told is None or told["stopped"]:
            return None
        output = Output(folder, watch)
        try:
            return await output.ended(told)
        finally:
            output.close()

    async def let_go(self, earlier: Earlier) -> None:
        """Kill the process of an attempt, and nothing that it has started; see `ProcessRunner.let_go`."""
        folder = self._post(earlier.identity.run).folder / _name(earlier.identity)
        told = files.read(folder, files.LEADER)
        if told is not None:
            mark = f"{self.realm}:{earlier.identity.key}"
            await asyncio.to_thread(kill_marked, int(told["pid"]), mark)

    async def give_up(self, earlier: Earlier, *, grace: float) -> bool:
        """End what is left of an earlier attempt; see `ProcessRunner.give_up`."""
        post = self._post(earlier.identity.run)
        folder = post.folder / _name(earlier.identity)
        stream = await post.reach(wire.pack({"op": "follow", "name": folder.name}) + wire.STOP)
        ran = False
        if stream is not None:
            reader, writer = stream
            try:
                ran = await last_answer(reader) == "result"
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
        fate, why = fate_of(folder / name, identity)
        stopping = files.read(folder / name, files.STOPPING) is not None
        return Earlier(identity=found, fate=fate, why=why, stopping=stopping)


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


def _request(spec: ProcessSpec, name: str, mark: str) -> bytes:
    identity = spec.identity
    # Neither the command nor the environment: what is written here may hold no secret.
    record: dict[str, Any] = {}
    if identity is not None:
        record |= {
            "key": identity.key,
            "attempt": identity.attempt,
            "failures": identity.failures,
            "machine": here()[0],
            "boot": here()[1],
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
