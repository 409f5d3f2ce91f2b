"""Staying with a process that a supervisor watches: its lines, its result, its end when it is stopped."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wfe_core.errors import StepError
from wfe_yaml.executors.launching import Stream
from wfe_yaml.executors.output import Lines
from wfe_yaml.executors.processes import ProcessResult, Watch
from wfe_yaml.executors.supervisor import files, wire
from wfe_yaml.executors.supervisor.records import STREAMS, Frames

_BLOCK = 32 * 1024
"""Output is read in blocks of this many bytes, more of them in a thread: so that the loop, and whoever shows
the lines, keep up with it."""


class LostError(Exception):
    """The supervisor has ended before its step.

    Args:
        cancelled: the step was being stopped.
        urgent: without grace.
    """

    def __init__(self, *, cancelled: bool = False, urgent: bool = False) -> None:
        super().__init__()
        self.cancelled = cancelled
        self.urgent = urgent


async def follow(folder: Path, calling: asyncio.Future[Stream], watch: Watch) -> ProcessResult | None:
    """Stay with a process until its end; stop it when cancelled."""
    try:
        reader, writer = await asyncio.shield(calling)
    except asyncio.CancelledError:
        if not await _killed(calling):
            raise LostError(cancelled=True, urgent=True) from None
        raise
    output = Output(folder, watch)
    listening = asyncio.ensure_future(_listen(reader, output))
    try:
        return await asyncio.shield(listening)
    except asyncio.CancelledError:
        urgent = watch.urgent()
        writer.write(wire.KILL if urgent else wire.STOP)
        try:
            await asyncio.wait([listening])
        except asyncio.CancelledError:
            # Cancelled again: no grace any more.
            urgent = True
            writer.write(wire.KILL)
            await asyncio.wait([listening])
        if isinstance(listening.exception(), LostError):
            # Who was to stop it is gone, and it may live.
            raise LostError(cancelled=True, urgent=urgent) from None
        raise
    except (LostError, OSError):
        raise
    except BaseException:
        writer.write(wire.KILL)
        raise
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        writer.close()
        output.close()


async def _listen(reader: asyncio.StreamReader, output: Output) -> ProcessResult | None:
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
        raise LostError
    return await output.ended(told)


async def _killed(calling: asyncio.Future[Stream]) -> bool:
    """Kill what is being started; False when its supervisor ended before it."""
    try:
        reader, writer = await calling
    except (OSError, StepError):
        return True
    try:
        writer.write(wire.KILL)
        return await last_answer(reader) is not None
    except OSError:
        return False
    finally:
        writer.close()


async def last_answer(reader: asyncio.StreamReader) -> str | None:
    """Wait for the answer that is the last one, and name it; None when there is none."""
    while line := await reader.readline():
        for word in ("result", "error", "unknown"):
            if word in json.loads(line):
                return word
    return None


class Output:
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


def ready(stream: Stream) -> asyncio.Future[Stream]:
    """Give a stream that is there already as `follow` takes it."""
    future: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()
    future.set_result(stream)
    return future
