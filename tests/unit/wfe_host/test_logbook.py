from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.models import LifecycleEvent, LifecycleKind
from wfe_core.ports import InstanceRecord, LogChunk, LogStore
from wfe_host.logbook import CHUNK_BYTES, Logbook, StepLog
from wfe_host.subscribers import Broadcast

ROW = InstanceRecord("i", "order", 1, "f", "runnable", 0, "i", revision=4)


class FakeStore(LogStore):
    """Keeps chunks, or fails as told."""

    def __init__(self) -> None:
        self.calls: list[list[LogChunk]] = []
        self.errors: list[Exception] = []
        self.poison: tuple[str, Exception] | None = None
        self.gate: asyncio.Event | None = None

    async def append_logs(self, chunks: Sequence[LogChunk]) -> None:
        """Keep them."""
        if self.gate is not None:
            await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        if self.poison is not None and any(self.poison[0] in chunk.text for chunk in chunks):
            raise self.poison[1]
        self.calls.append(list(chunks))

    async def logs(
        self, instance_id: str, *, pointer_id: int | None = None, after: int = 0, limit: int = 1_000
    ) -> list[LogChunk]:
        """Give them all."""
        return [chunk for call in self.calls for chunk in call]

    @property
    def text(self) -> str:
        """All text that was stored."""
        return "".join(chunk.text for call in self.calls for chunk in call)


class Desk:
    """A logbook, and what is around it."""

    def __init__(self, clock: Any, **options: Any) -> None:
        self.clock = clock
        self.store = FakeStore()
        self.broadcast = Broadcast()
        self.book = Logbook(self.store, clock, self.broadcast, **options)

    def open(self, step: str = "pack", pointer_id: int = 3, attempt: int = 1) -> StepLog:
        """The log of an attempt."""
        return self.book.open(ROW, step, pointer_id, attempt)


@pytest.fixture
async def desk(clock: Any) -> Desk:
    """A logbook on a store."""
    return Desk(clock)


async def test_lines_become_chunks(desk: Desk) -> None:
    """Consecutive lines of a stream of an attempt are stored as one text, under the time of the first."""
    log = desk.open()
    begin = desk.clock.now()
    log.emit("stdout", "one\n")
    log.emit("stderr", "oops")
    log.emit("stdout", "two\n\n")
    await desk.book.flush()
    assert desk.store.calls == [
        [
            LogChunk("i", 3, 1, "stdout", begin, "one\ntwo\n\n"),
            LogChunk("i", 3, 1, "stderr", begin, "oops\n"),
        ]
    ]


async def test_the_store_is_called_once_a_second_at_most(desk: Desk) -> None:
    """However many lines come, a second passes between two calls; without lines there is none at all."""
    log = desk.open()
    log.emit("stdout", "first")
    await desk.clock.advance("0s")
    assert len(desk.store.calls) == 1
    for _ in range(20):
        log.emit("stdout", "x")
        await desk.clock.advance("0.1s")
    assert len(desk.store.calls) == 3
    await desk.clock.advance("60s")
    assert len(desk.store.calls) == 3
    assert desk.store.text == "first\n" + 20 * "x\n"
    assert desk.clock.timers == 0


async def test_the_end_of_an_attempt_stores_its_lines_soon(desk: Desk) -> None:
    """When an attempt has ended its lines don't wait for the second to pass, but others share the call."""
    desk.open().emit("stdout", "before")
    await desk.clock.advance("0s")
    for n in range(10):
        log = desk.open(pointer_id=n)
        log.emit("stdout", str(n))
        log.end()
    await desk.clock.advance("0.05s")
    assert [len(call) for call in desk.store.calls] == [1, 10]
    desk.open().end()
    assert desk.clock.timers == 0


async def test_lines_come_from_any_thread(desk: Desk) -> None:
    """Threads may write at will; each keeps its order and nothing is lost."""

    def work(number: int) -> None:
        log = desk.open(pointer_id=number)
        for n in range(500):
            log.emit("stdout", f"{number}:{n}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    await desk.book.flush()
    for number in range(4):
        text = "".join(c.text for call in desk.store.calls for c in call if c.pointer_id == number)
        assert text.splitlines() == [f"{number}:{n}" for n in range(500)]


async def test_chunks_have_a_bound(desk: Desk) -> None:
    """No chunk exceeds 64 KiB; a longer line goes on in the next, and no character is cut in two."""
    log = desk.open()
    line = "ä€😀" * 20_000
    log.emit("stdout", "short")
    log.emit("stdout", line)
    log.emit("stdout", "end")
    await desk.book.flush()
    chunks = desk.store.calls[0]
    assert len(chunks) > 2
    assert all(len(chunk.text.encode()) <= CHUNK_BYTES for chunk in chunks)
    assert desk.store.text == f"short\n{line}\nend\n"


async def test_many_chunks_go_in_portions(desk: Desk) -> None:
    """The store gets so many chunks at a time, in order."""
    for n in range(150):
        desk.open(pointer_id=n).emit("stdout", str(n))
    await desk.book.flush()
    assert [len(call) for call in desk.store.calls] == [64, 64, 22]
    assert desk.store.text.split() == [str(n) for n in range(150)]


async def test_what_stores_refuse_is_replaced(desk: Desk) -> None:
    """NUL and halves of surrogate pairs are shown as escapes, so that every store takes every line."""
    log = desk.open()
    log.emit("stdout", "a\0b \ud83d c")
    await desk.book.flush()
    assert desk.store.text == "a\\0b \\ud83d c\n"


async def test_subscribers_see_lines_at_once(desk: Desk) -> None:
    """Lines and progress are shown live, with what they belong to; progress is not stored."""
    log = desk.open("pack", 3, 2)
    async with desk.broadcast.subscribe() as events:
        log.emit("stdout", "hello")
        log.progress(50, "half")
        log.logger.warning("careful, %s", "you")
        got: list[LifecycleEvent] = [await anext(events) for _ in range(3)]
    assert [(e.kind, e.detail) for e in got] == [
        (LifecycleKind.LOG, {"stream": "stdout", "line": "hello"}),
        (LifecycleKind.PROGRESS, {"percent": 50.0, "message": "half"}),
        (LifecycleKind.LOG, {"stream": "log", "line": "careful, you", "level": "WARNING"}),
    ]
    assert {
        (e.instance_id, e.definition_id, e.revision, e.step_key, e.pointer_id, e.attempt) for e in got
    } == {("i", "order", 4, "pack", 3, 2)}
    log.progress(60)
    await desk.book.flush()
    assert desk.store.text == "hello\nWARNING careful, you\n"


async def test_without_a_store_lines_are_only_shown(clock: Any) -> None:
    """A store that keeps no logs costs nothing while nobody listens."""
    broadcast = Broadcast()
    book = Logbook(None, clock, broadcast)
    log = book.open(ROW, "pack", 1, 1)
    log.emit("stdout", "unheard")
    async with broadcast.subscribe() as events:
        log.emit("stdout", "heard")
        assert (await anext(events)).detail["line"] == "heard"
    log.end()
    await book.flush()
    await book.close()
    assert clock.timers == 0


async def test_memory_is_bounded_and_the_gap_is_told(clock: Any) -> None:
    """Lines beyond the bound are dropped; where they are missing a line says how many."""
    desk = Desk(clock, buffer=3 * 74)
    log, other = desk.open(), desk.open(pointer_id=4)
    for n in range(5):
        log.emit("stdout", f"line {n}....")
    other.emit("stderr", "lost")
    await desk.book.flush()
    log.emit("stdout", "next")
    await desk.book.flush()
    note = "[wfe: {} dropped here, because the store could not take them in time]\n"
    texts = {(c.pointer_id, c.stream): "" for call in desk.store.calls for c in call}
    for call in desk.store.calls:
        for chunk in call:
            texts[chunk.pointer_id, chunk.stream] += chunk.text
    lines = "".join(f"line {n}....\n" for n in range(3))
    assert texts == {
        (3, "stdout"): lines + note.format("2 lines were") + "next\n",
        (4, "stderr"): note.format("1 line was"),
    }


async def test_a_gap_is_told_before_the_line_that_follows_it(clock: Any) -> None:
    """When there is room again before the store is called, the note stands where lines are missing."""
    desk = Desk(clock, buffer=150)
    desk.book = Logbook(None, clock, desk.broadcast, buffer=150)
    log = desk.open()
    async with desk.broadcast.subscribe() as events:
        log.emit("stdout", "one")
        log.emit("stdout", "two")
        log.emit("stdout", "lost")
        assert [(await anext(events)).detail["line"] for _ in range(2)] == ["one", "two"]
        log.emit("stdout", "three")
        note = await anext(events)
        assert note.detail["line"].startswith("[wfe: 1 line was dropped here")
        assert (await anext(events)).detail["line"] == "three"


async def test_an_outage_loses_nothing(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """While the store is away lines are kept, in order, and tried again every second."""
    desk.store.errors = [ProviderUnavailableError("down")] * 3
    log = desk.open()
    log.emit("stdout", "one")
    await desk.clock.advance("1s")
    log.emit("stdout", "two")
    log.end()
    await desk.clock.advance("1s")
    assert desk.store.calls == []
    await desk.clock.advance("2s")
    assert desk.store.text == "one\ntwo\n"
    assert caplog.text.count("log lines cannot be stored, they are kept for now: down") == 1
    assert desk.clock.timers == 0


@pytest.mark.parametrize("error", [ProviderError("refused"), KeyError("bug")])
async def test_a_poisoned_chunk_does_not_block_the_others(
    desk: Desk, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """A chunk that the store refuses again and again is given up alone, and that is reported."""
    desk.store.poison = ("poison", error)
    for text in ("good", "poison", "fine"):
        desk.open(step=text, pointer_id=len(text)).emit("stdout", text)
    await desk.clock.advance("10s")
    desk.open().emit("stdout", "later")
    await desk.clock.advance("10s")
    assert sorted(desk.store.text.split()) == ["fine", "good", "later"]
    assert "the store refuses a chunk of log lines, which is lost" in caplog.text


async def test_an_outage_in_the_middle_of_the_sorting_loses_nothing(desk: Desk) -> None:
    """When the store goes away while chunks are sent one by one, the rest is kept."""
    desk.store.errors = [KeyError("bug"), ProviderUnavailableError("down")]
    desk.open().emit("stdout", "one")
    await desk.clock.advance("10s")
    assert desk.store.text == "one\n"


async def test_flush_raises_and_keeps(desk: Desk) -> None:
    """An explicit flush tells that the store is away; nothing is lost by that."""
    desk.open().emit("stdout", "one")
    desk.store.errors = [ProviderUnavailableError("down")]
    with pytest.raises(ProviderUnavailableError):
        await desk.book.flush()
    await desk.book.flush()
    assert desk.store.text == "one\n"


async def test_flush_waits_for_the_call_on_its_way(desk: Desk) -> None:
    """Lines that are being stored already count too, and the order stays."""
    desk.store.gate = asyncio.Event()
    desk.clock.expect_a_hang()
    desk.open().emit("stdout", "one")
    await desk.clock.advance("0s")
    assert desk.clock.held
    desk.open().emit("stdout", "two")
    flushing = asyncio.ensure_future(desk.book.flush())
    await desk.clock.settle()
    assert not flushing.done()
    desk.store.gate.set()
    await flushing
    assert desk.store.text == "one\ntwo\n"
    assert not desk.clock.held


async def test_close_stores_the_last_lines(desk: Desk) -> None:
    """Closing stores what is there; what a late thread writes after that is dropped."""
    log = desk.open()
    log.emit("stdout", "one")
    await desk.book.close()
    log.emit("stdout", "late")
    await desk.clock.advance("10s")
    assert desk.store.text == "one\n"
    assert desk.clock.timers == 0


async def test_close_gives_up_a_store_that_is_away(desk: Desk) -> None:
    """When the last lines can't be stored that is told, and nothing goes on in the background."""
    desk.store.errors = [ProviderUnavailableError("down")] * 2
    desk.open().emit("stdout", "one")
    await desk.clock.settle()
    with pytest.raises(ProviderUnavailableError):
        await desk.book.close()
    assert desk.clock.timers == 0


async def test_close_gives_up_a_call_that_hangs(desk: Desk) -> None:
    """A background call that doesn't end when close is cancelled is cancelled with it."""
    desk.store.gate = asyncio.Event()
    desk.clock.expect_a_hang()
    desk.open().emit("stdout", "one")
    await desk.clock.advance("0s")
    closing = asyncio.ensure_future(desk.book.close())
    await desk.clock.settle()
    closing.cancel()
    await desk.clock.settle()
    assert closing.cancelled()
    assert not desk.clock.held


def test_a_loop_that_has_ended_collects_nothing(clock: Any) -> None:
    """A thread that outlives the host may write; it harms nobody."""
    logs: list[StepLog] = []

    async def begin() -> None:
        logs.append(Desk(clock).open())

    asyncio.run(begin())
    logs[0].emit("stdout", "late")


# ctx.log


async def test_ctx_log_stores_and_passes_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A logged line is stored with the step, and reaches Python's logging with its place and its caller."""
    logger = desk.open("fulfil/pack", 3, 2).logger
    with caplog.at_level(logging.DEBUG):
        logger.info("packed %d items", 3)
        logger.debug("detail", extra={"shelf": 7})
    await desk.book.flush()
    assert desk.store.text == "INFO packed 3 items\nDEBUG detail\n"
    info, debug = caplog.records
    assert info.name == "wfe.steps.order.fulfil/pack"
    assert info.getMessage() == "packed 3 items"
    assert info.funcName == "test_ctx_log_stores_and_passes_on"
    assert vars(info)["wfe_instance"] == "i"
    assert (vars(debug)["shelf"], vars(debug)["wfe_attempt"]) == (7, 2)


async def test_ctx_log_needs_no_settings(desk: Desk) -> None:
    """INFO is stored although Python's logging shows warnings only; DEBUG is not."""
    logger = desk.open().logger
    assert logger.isEnabledFor(logging.INFO)
    assert not logger.isEnabledFor(logging.DEBUG)
    logger.info("kept")
    logger.debug("not kept")
    await desk.book.flush()
    assert desk.store.text == "INFO kept\n"
    assert desk.open().logger.logger.handlers == []


async def test_ctx_log_stores_tracebacks(desk: Desk) -> None:
    """However an exception is given, its traceback is stored; where there is none, none is."""
    logger = desk.open().logger
    try:
        raise LookupError("no such box")
    except LookupError as exc:
        logger.exception("failed")
        logger.error("again", exc_info=exc)  # noqa: TRY400 - the keyword is under test
        logger.error("and again", exc_info=(type(exc), exc, exc.__traceback__))  # noqa: TRY400
    logger.error("alone", exc_info=True)  # noqa: LOG014
    logger.error("nothing", exc_info=(None, None, None))
    await desk.book.flush()
    assert desk.store.text.count("LookupError: no such box\n") == 3
    assert "ERROR failed\nTraceback (most recent call last):\n" in desk.store.text
    assert desk.store.text.endswith("ERROR alone\nERROR nothing\n")


async def test_ctx_log_forgives_mistakes(desk: Desk) -> None:
    """Arguments that don't fit the text fail no step; a mapping fills in names as in Python's logging."""
    logger = desk.open().logger
    logger.info("%(box)s of %(n)d", {"box": "b", "n": 2})
    logger.info("%d items", "three")
    logger.info("100%")
    await desk.book.flush()
    assert desk.store.text == "INFO b of 2\nINFO %d items (its arguments do not fit)\nINFO 100%\n"


async def test_a_logger_is_made_once(desk: Desk) -> None:
    """The logger of an attempt is the same each time it is asked for."""
    log = desk.open()
    assert log.logger is log.logger
