# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of a LogStore: every line is kept, in order."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from wfe_core.ports import LogChunk, LogStore, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import NOW, begin


def chunk(text: str, pointer_id: int = 1, **fields: int | str) -> LogChunk:
    """Make a chunk of the instance `i`."""
    given = {"attempt": 1, "stream": "log", "at": NOW, **fields}
    return LogChunk("i", pointer_id, text=text, **given)  # type: ignore[arg-type]


class LogSuite(Suite):
    """Lines that steps wrote."""

    @pytest.fixture
    async def logs(self, host: Providers) -> LogStore:
        """The log store of the first host, which has the instances `i` and `j`."""
        await begin(host.store, "i")
        await begin(host.store, "j")
        assert host.logs is not None
        return host.logs

    async def test_chunks_come_back_in_order(self, logs: LogStore) -> None:
        """By seq, which rises with time; everything else as it was written."""
        written = [
            chunk("one\ntwo\n"),
            chunk("Größe 💥\n", stream="stderr", attempt=2, at=NOW + 1),
            chunk("", pointer_id=2),
            chunk("three\n"),
        ]
        await logs.append_logs(written[:3])
        await logs.append_logs(written[3:])
        found = await logs.logs("i")
        assert [replace(entry, seq=0) for entry in found] == written
        assert [entry.seq for entry in found] == sorted({entry.seq for entry in found})
        assert found[0].seq > 0

    async def test_readers_go_on_after_a_seq(self, logs: LogStore) -> None:
        """In pages, and per pointer."""
        await logs.append_logs([chunk(str(n), pointer_id=1 + n % 2) for n in range(7)])
        first = await logs.logs("i", limit=3)
        rest = await logs.logs("i", after=first[-1].seq)
        assert [entry.text for entry in first + rest] == ["0", "1", "2", "3", "4", "5", "6"]
        odd = await logs.logs("i", pointer_id=2, limit=2)
        assert [entry.text for entry in odd] == ["1", "3"]
        assert [entry.text for entry in await logs.logs("i", pointer_id=2, after=odd[-1].seq)] == ["5"]
        assert await logs.logs("i", pointer_id=3) == []

    async def test_instances_do_not_mix(self, logs: LogStore) -> None:
        """Each instance has its own lines; an unknown one has none."""
        await logs.append_logs([chunk("i"), replace(chunk("j"), instance_id="j")])
        await logs.append_logs([])
        assert [entry.text for entry in await logs.logs("j")] == ["j"]
        assert await logs.logs("missing") == []

    async def test_full_chunks_are_kept_whole(self, logs: LogStore) -> None:
        """A chunk of 64 KiB is not cut, whatever characters it holds."""
        text = "💥" * 16_384
        await logs.append_logs([chunk(text)] * 5)
        assert [entry.text for entry in await logs.logs("i")] == [text] * 5

    async def test_racing_writers_lose_nothing(self, logs: LogStore, backend: Backend) -> None:
        """Several hosts may write to one instance: each chunk is there once, with a seq of its own."""
        async with backend.connect() as other:
            assert other.logs is not None
            stores = [logs, other.logs] * 10
            calls = [store.append_logs([chunk(f"{n}a"), chunk(f"{n}b")]) for n, store in enumerate(stores)]
            await asyncio.gather(*calls)
        found = await logs.logs("i")
        assert sorted(entry.text for entry in found) == sorted(f"{n}{x}" for n in range(20) for x in "ab")
        assert len({entry.seq for entry in found}) == 40
