"""Several processes with several threads on one file: nothing is lost, nobody is locked out."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from wfe_core.errors import ProviderError
from wfe_sqlite import open_providers

WRITER = """
import asyncio, json, sys, threading, time
from wfe_core.ports import Checkpoint, EventRecord, InstanceRecord, Message, PointerRecord, Subscription
from wfe_sqlite import open_providers

url, process, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
done = {}

async def chains(thread):
    providers = open_providers(url)
    async with providers.store as store, providers.locks as locks, providers.queue as queue:
        until = time.monotonic() + seconds
        async def chain(name):
            record = InstanceRecord(name, "order", 1, "f", "runnable", 1, name, owner=name, revision=1)
            wanted = [Subscription("tick", "", 0)]
            [outcome] = await store.commit([Checkpoint(record, create=True, subscriptions=wanted)], now=1)
            assert outcome.status == "committed", outcome
            while time.monotonic() < until:
                record.revision += 1
                pointers = [PointerRecord(record.revision, "s", "complete", live=False)]
                to = [Message("hub", "resume", "{}", dedupe=f"{name}-{record.revision}")]
                step = Checkpoint(record, pointers=pointers, data={"n": str(record.revision)}, messages=to)
                [outcome] = await store.commit([step], now=1)
                assert outcome.status == "committed", outcome
                assert (await store.data(name))["n"] == str(record.revision)
                if record.revision % 10 == 0:
                    tick = EventRecord(f"{name}-{record.revision}", "tick", "", "{}", 1, 1)
                    await store.publish([tick], now=1)
            done[name] = record.revision
        await asyncio.gather(*(chain(f"{process}-{thread}-{n}") for n in range(3)))

threads = [threading.Thread(target=lambda n=n: asyncio.run(chains(n))) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(done))
"""


async def share(file: Path, processes: int, seconds: float) -> None:
    """Let processes write to one file, and look whether all of it is there."""
    from wfe_core.ports import Checkpoint, InstanceRecord

    url = f"sqlite:///{file}?durability=normal"
    async with open_providers(url).store as store:
        hub = InstanceRecord("hub", "order", 1, "f", "runnable", 1, "hub", owner="hub", revision=1)
        await store.commit([Checkpoint(hub, create=True)], now=1)
        commands = [[sys.executable, "-c", WRITER, url, str(n), str(seconds)] for n in range(processes)]
        calls = [
            asyncio.create_subprocess_exec(*c, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for c in commands
        ]
        started = await asyncio.gather(*calls)
        outputs = await asyncio.gather(*(process.communicate() for process in started))
        assert [process.returncode for process in started] == [0] * processes, b"".join(
            o[1] for o in outputs
        ).decode()
        revisions: dict[str, int] = {}
        for out, _ in outputs:
            revisions.update(json.loads(out))
        assert len(revisions) == processes * 12
        heads = await store.heads([*revisions])
        assert {head.id: head.revision for head in heads.values()} == revisions
        for name, revision in revisions.items():
            assert len(await store.pointers(name, limit=10**6)) == revision - 1
        messages = (await store.inbox({"hub": 0}))["hub"]
        assert [m.seq for m in messages] == list(range(1, sum(revisions.values()) - len(revisions) + 1))
        events = sum(revision // 10 for revision in revisions.values())
        inboxes = await store.inbox(dict.fromkeys(revisions, 0))
        assert {len(found) for found in inboxes.values()} == ({events} if events else set())
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_processes_share_a_file(file: Path) -> None:
    """Two processes with four threads each, for a moment."""
    await share(file, 2, 0.5)


@pytest.mark.slow
async def test_many_processes_share_a_file(file: Path) -> None:
    """Four processes with four threads each, each thread with a store of its own, for three seconds."""
    await share(file, 4, 3.0)


async def test_two_open_a_new_file_at_the_same_time(file: Path) -> None:
    """One makes the tables, the others find them."""

    async def use(number: int) -> str | None:
        async with open_providers(f"sqlite:///{file}").store as store:
            await store.put_definition(f"f{number}", "d", 1, "text")
            return await store.get_definition(f"f{number}")

    assert await asyncio.gather(*(use(n) for n in range(8))) == ["text"] * 8


async def test_providers_of_a_bundle_share_their_file(file: Path) -> None:
    """It is open from the first that is entered to the last that is left."""
    providers = open_providers(f"sqlite:///{file}")
    assert providers.search is not None
    async with providers.locks:
        async with providers.store as store, providers.search:
            assert await store.now() > 1_600_000_000_000_000
        assert await providers.locks.states(["s"]) == {"s": "unknown"}
        assert await store.get_definition("f") is None
    with pytest.raises(ProviderError, match="not open"):
        await store.get_definition("f")
    async with providers.store as store:
        assert await store.get_definition("f") is None
