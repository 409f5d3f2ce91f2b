"""`Logbook`: what steps write, on its way to the store and to those who listen.

Lines come from any thread. They are gathered into chunks, which go to the store at most once a second (soon
after an attempt has ended), apart from the checkpoints and behind them. Within a chunk each line ends in a
newline; a line longer than a chunk goes on in the next one, so the chunks joined give the text.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import threading
from collections import deque
from operator import attrgetter

from wfe_core.clock import Clock, TimerHandle
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.models import LifecycleKind
from wfe_core.ports.persistence import LogStore
from wfe_core.ports.records import LogChunk
from wfe_host.lines import Line, StepLog
from wfe_host.subscribers import Broadcast, Subject

__all__ = ["Logbook", "StepLog"]

logger: logging.Logger = logging.getLogger("wfe.host")

CHUNK_BYTES = 65_536
"""The longest text of a chunk, in bytes of UTF-8."""
_INTERVAL = 1_000_000
_SOON = 50_000
"""Microseconds between two flushes, in general and when attempts end."""
_PATIENCE = 5
"""Times a batch that the store refuses is tried again before its chunks go one by one."""
_BATCH = 64
"""Chunks handed to the store at a time."""


class Logbook:
    """Takes the lines of all steps of a host.

    Memory is bounded: while the store can't take them, lines beyond `buffer` bytes are dropped, and a line
    in their place says how many.

    Args:
        store: where lines are kept; None keeps none.
        clock: when lines were written, and when they are stored.
        broadcast: shows lines to those who listen.
        buffer: bytes of text kept in memory.
    """

    def __init__(
        self, store: LogStore | None, clock: Clock, broadcast: Broadcast, *, buffer: int = 16_777_216
    ) -> None:
        self._store = store
        self._clock = clock
        self._broadcast = broadcast
        self._buffer = buffer
        self._loop = asyncio.get_running_loop()
        # Guards what threads touch: the incoming lines, their size, and the count of those dropped.
        self._lock = threading.Lock()
        self._incoming: list[Line] = []
        self._collecting = False
        self._held = 0
        self._dropped: dict[tuple[StepLog, str], int] = {}
        self._open: dict[tuple[StepLog, str], _Chunk] = {}
        self._sealed: deque[_Chunk] = deque()
        self._timer: TimerHandle | None = None
        self._timer_at = 0
        self._last_flush = 0
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._writing = asyncio.Lock()
        self._closed = False

    def open(self, subject: Subject, step_key: str, pointer_id: int, attempt: int) -> StepLog:
        """Give the log of one attempt."""
        return StepLog(self, subject, step_key, pointer_id, attempt)

    def write(self, line: Line) -> None:
        """Take a line; from any thread."""
        if not self._broadcast.active and (self._store is None or line.kind != LifecycleKind.LOG):
            return
        line.at = self._clock.now()
        key = (line.log, line.stream)
        with self._lock:
            if self._closed:
                return
            if self._held + line.size > self._buffer:
                self._dropped[key] = self._dropped.get(key, 0) + 1
                return
            count = self._dropped.pop(key, 0)
            if count:
                self._take(_note(line.log, line.stream, count, line.at))
            self._take(line)
            begin, self._collecting = not self._collecting, True
        if begin:
            # A loop that has ended leaves nobody to collect.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._collect)

    def soon(self) -> None:
        """Store what is there soon: somebody may be about to read it. On the host's loop."""
        self._collect()
        if not self._failures:
            self._arm(self._last_flush + _SOON)

    async def flush(self) -> None:
        """Store everything that was written until now.

        Raises:
            ProviderError: the store does not take it; it is kept, and tried again later.
        """
        self._collect()
        if self._store is None:
            return
        async with self._writing:
            self._seal()
            # What comes meanwhile is not waited for.
            for _ in range(-(-len(self._sealed) // _BATCH)):
                await self._write(self._store)

    async def drain(self) -> None:
        """Wait until there is room for more lines; does not wait for a store that refuses them."""
        if self._held > self._buffer // 2:
            with contextlib.suppress(ProviderError):
                await self.flush()

    async def close(self) -> None:
        """Store everything for the last time.

        Raises:
            ProviderError: the store does not take it; it is lost.
        """
        with self._lock:
            self._closed = True
        try:
            await self.flush()
        finally:
            self._disarm()
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait((self._task,))

    # On the loop.

    def _take(self, line: Line) -> None:
        self._held += line.size
        self._incoming.append(line)

    def _collect(self) -> None:
        """Show the lines that came to those who listen, and put them into chunks."""
        with self._lock:
            lines, self._incoming = self._incoming, []
            self._collecting = False
        if self._broadcast.active:
            for log, run in itertools.groupby(lines, attrgetter("log")):
                self._broadcast.publish(log.subject, [line.entry() for line in run])
        freed = 0
        for line in lines:
            if line.kind == LifecycleKind.LOG and self._store is not None:
                self._add(line)
            else:
                freed += line.size
        self._free(freed)
        if self._sealed or self._open:
            self._arm(self._last_flush + _INTERVAL)

    def _free(self, size: int) -> None:
        with self._lock:
            self._held -= size

    def _add(self, line: Line) -> None:
        key = (line.log, line.stream)
        for piece in _pieces(line.stored()):
            chunk = self._open.get(key)
            if chunk is not None and chunk.bytes + len(piece) > CHUNK_BYTES:
                self._sealed.append(self._open.pop(key))
                chunk = None
            if chunk is None:
                chunk = self._open[key] = _Chunk(line)
            chunk.parts.append(piece)
            chunk.bytes += len(piece)
        self._open[key].size += line.size

    def _arm(self, at: int) -> None:
        if self._timer is not None and self._timer_at <= at:
            return
        if self._task is not None or not (self._sealed or self._open):
            return
        self._disarm()
        self._timer_at = max(at, self._clock.now())
        self._timer = self._clock.call_at(self._timer_at, self._on_timer)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        self._task = self._loop.create_task(self._write_all(), name="wfe-logbook")

    async def _write_all(self) -> None:
        try:
            while self._store is not None and (self._sealed or self._open):
                async with self._writing:
                    self._seal()
                    await self._write(self._store)
        except Exception as exc:  # noqa: BLE001 - logs are not worth a host; they are tried again
            if self._failures == 1:
                logger.warning("log lines cannot be stored, they are kept for now: %s", exc)
        finally:
            self._task = None
            if self._sealed or self._open:
                self._arm(self._clock.now() + _INTERVAL)

    async def _write(self, store: LogStore) -> None:
        """Store one batch of sealed chunks."""
        batch = deque(self._sealed.popleft() for _ in range(min(_BATCH, len(self._sealed))))
        self._clock.enter()
        self._failures += 1
        try:
            await self._append(store, batch)
            self._failures = 0
        finally:
            self._sealed.extendleft(reversed(batch))
            self._last_flush = self._clock.now()
            self._clock.leave()

    async def _append(self, store: LogStore, batch: deque[_Chunk]) -> None:
        """Store chunks; what is left in `batch` afterwards was not."""
        try:
            await store.append_logs([chunk.record() for chunk in batch])
            self._free(sum(chunk.size for chunk in batch))
            batch.clear()
            return
        except Exception as exc:
            if isinstance(exc, ProviderUnavailableError) or (
                isinstance(exc, ProviderError) and self._failures < _PATIENCE
            ):
                raise
            logger.debug("a batch of log lines was refused; its chunks go one by one", exc_info=True)
        # Some chunk may be the reason: it must not keep the others back for ever.
        while batch:
            try:
                await store.append_logs([batch[0].record()])
            except ProviderUnavailableError:
                raise
            except Exception:
                logger.exception("the store refuses a chunk of log lines, which is lost")
            self._free(batch.popleft().size)

    def _seal(self) -> None:
        """Close all open chunks, with a note where lines are missing."""
        with self._lock:
            dropped, self._dropped = self._dropped, {}
        now = self._clock.now()
        for (log, stream), count in dropped.items():
            note = _note(log, stream, count, now)
            self._free(-note.size)
            self._add(note)
        self._sealed.extend(self._open.values())
        self._open.clear()


class _Chunk:
    """Consecutive lines of one stream."""

    __slots__ = ("_at", "_log", "_stream", "bytes", "parts", "size")

    def __init__(self, first: Line) -> None:
        self._log = first.log
        self._stream = first.stream
        self._at = first.at
        self.parts: list[bytes] = []
        self.bytes = 0
        self.size = 0
        """What its lines count against the bound of memory."""

    def record(self) -> LogChunk:
        log = self._log
        return LogChunk(
            instance_id=log.subject.id,
            pointer_id=log.pointer_id,
            attempt=log.attempt,
            stream=self._stream,
            at=self._at,
            text=b"".join(self.parts).decode(),
        )


def _note(log: StepLog, stream: str, count: int, at: int) -> Line:
    lines = "line was" if count == 1 else "lines were"
    text = f"[wfe: {count} {lines} dropped here, because the store could not take them in time]"
    note = Line(log, LifecycleKind.LOG, stream, text, None)
    note.at = at
    return note


def _pieces(text: bytes) -> list[bytes]:
    """Cut what is longer than a chunk, never inside a character."""
    if len(text) <= CHUNK_BYTES:
        return [text]
    pieces: list[bytes] = []
    start = 0
    while start < len(text):
        end = min(start + CHUNK_BYTES, len(text))
        # Bytes 10xxxxxx go on with a character (RFC 3629).
        while end < len(text) and text[end] & 0xC0 == 0x80:  # noqa: PLR2004
            end -= 1
        pieces.append(text[start:end])
        start = end
    return pieces
