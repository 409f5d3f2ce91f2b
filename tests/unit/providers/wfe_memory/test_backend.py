"""What the in-memory backend adds to the ports, whose laws are in the conformance suites."""

from __future__ import annotations

import asyncio
import threading

import pytest

from wfe_core.ports import (
    Checkpoint,
    Claim,
    Hint,
    InstanceQuery,
    InstanceRecord,
    OutboxRow,
    PointerRecord,
    SessionInfo,
)
from wfe_core.testing import ManualClock
from wfe_memory import MemoryBackend, open_providers

SECOND = 1_000_000


def session(name: str) -> SessionInfo:
    """A session as a host describes itself."""
    return SessionInfo(name, host=f"test:{name}", machine="m", boot="b", expires=0)


def instance(name: str, owner: str | None = None, **more: object) -> InstanceRecord:
    """A new instance; unowned ones are due at once."""
    record = InstanceRecord(name, "order", 1, "f" * 8, "runnable", 1, name, owner=owner, fence=1, revision=1)
    record.next_due = None if owner else 1
    for key, value in more.items():
        setattr(record, key, value)
    return record


async def test_each_call_opens_an_empty_backend() -> None:
    """`memory://` is new at each connect: nothing is shared by URL."""
    first, second = open_providers("memory://"), open_providers("memory://")
    await first.store.commit([Checkpoint(instance("i", "s"), create=True)], now=1)
    assert await second.store.instances(["i"]) == {}


@pytest.mark.parametrize("url", ["memory://shared", "memory:///x", "sqlite://"])
def test_a_url_that_says_more_is_refused(url: str) -> None:
    """A name or a path behind `memory://` would promise sharing that does not exist."""
    with pytest.raises(ValueError, match="memory://"):
        open_providers(url)


def test_unknown_options_are_named() -> None:
    """An option that nobody reads is a mistake."""
    with pytest.raises(ValueError, match="durability"):
        open_providers("memory://", durability="full")


async def test_hosts_of_one_backend_share_it() -> None:
    """Each bundle has its own queue and hub, and all see the same instances."""
    backend = MemoryBackend(ManualClock(5))
    one, other = backend.providers(), backend.providers()
    assert one.queue is not other.queue
    assert one.hub is not other.hub
    await one.store.commit([Checkpoint(instance("i", "s"), create=True)], now=1)
    assert (await other.store.instances(["i"]))["i"].owner == "s"
    assert await other.store.now() == 5


async def test_a_killed_host_is_replaced_and_fenced() -> None:
    """After `kill` others take over at once, and what the dead host still commits is refused by the fence."""
    backend = MemoryBackend(ManualClock(0))
    locks, store = backend.providers().locks, backend.providers().store
    for name in ("a", "b"):
        await locks.open_session(session(name), ttl=10 * SECOND)
    mine = instance("i", "a")
    await store.commit([Checkpoint(mine, create=True)], now=1)

    backend.kill("a")
    assert await locks.states(["a", "b"]) == {"a": "dead", "b": "live"}
    assert await locks.renew("a", ttl=10 * SECOND) is None
    mine.revision = 2
    assert [o.status for o in await store.commit([Checkpoint(mine)], now=1)] == ["committed"]
    [taken] = await store.claim(Claim(dead=frozenset({"a"})), session="b", limit=10, now=2)
    assert taken.crashed
    assert (taken.instance.owner, taken.instance.fence, taken.instance.revision) == ("b", 2, 2)
    mine.revision = 3
    [outcome] = await store.commit([Checkpoint(mine)], now=3)
    assert (outcome.status, outcome.owner, outcome.fence) == ("stale", "b", 2)


async def test_killing_nobody_is_harmless() -> None:
    """A session that was never opened stays unknown."""
    backend = MemoryBackend()
    backend.kill("nobody")
    assert await backend.providers().locks.states(["nobody"]) == {"nobody": "unknown"}


async def test_records_are_copies_both_ways() -> None:
    """Neither who wrote a record nor who read it can change what is stored."""
    store = MemoryBackend().providers().store
    record, pointer = instance("i"), PointerRecord(1, "a", "running")
    await store.commit([Checkpoint(record, create=True, pointers=[pointer], data={"k": "1"})], now=1)
    record.status = pointer.status = "changed"
    (await store.instances(["i"]))["i"].status = "changed"
    (await store.pointers("i"))[0].status = "changed"
    (await store.find(InstanceQuery())).instances[0].status = "changed"
    (await store.data("i"))["k"] = "changed"
    [loaded] = await store.claim(Claim(), session="s", limit=1, now=1)
    assert (loaded.instance.status, loaded.pointers[0].status) == ("runnable", "running")
    loaded.instance.status = loaded.pointers[0].status = loaded.data["k"] = "changed"
    assert (await store.instances(["i"]))["i"].status == "runnable"
    assert (await store.pointers("i"))[0].status == "running"
    assert await store.data("i") == {"k": "1"}


async def test_a_hint_wakes_a_host_in_another_thread() -> None:
    """Hosts may run on loops of their own: a hint reaches a waiting `dequeue` there."""
    backend = MemoryBackend(ManualClock(0))
    got: list[list[Hint] | None] = []
    listening = threading.Event()

    async def other_host() -> None:
        async with backend.providers().queue as queue:
            await queue.listen(["d:order"])
            asyncio.get_running_loop().call_later(0.01, listening.set)
            got.append(await queue.dequeue(limit=10, wait=3_600))

    thread = threading.Thread(target=lambda: asyncio.run(other_host()))
    thread.start()
    await asyncio.to_thread(listening.wait)
    await backend.providers().queue.enqueue([Hint("d:order", "i"), Hint("d:other", "j")])
    await asyncio.to_thread(thread.join)
    assert got == [[Hint("d:order", "i")]]


async def test_the_wait_for_hints_is_on_the_clock() -> None:
    """A test moves the clock instead of waiting for an empty queue."""
    clock = ManualClock(0)
    queue = MemoryBackend(clock).providers().queue
    waiting = asyncio.create_task(queue.dequeue(limit=1, wait=1.5))
    await clock.advance(1.4)
    assert not waiting.done()
    await clock.advance(0.1)
    assert await waiting == []
    assert clock.next_timer is None


async def test_a_listener_that_is_too_slow_is_told_to_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hints beyond the mailbox are dropped, and the host learns that it should look for itself."""
    monkeypatch.setattr("wfe_memory.queues._SIZE", 2)
    queue = MemoryBackend().providers().queue
    await queue.listen(["t"])
    await queue.enqueue([Hint("t", str(n)) for n in range(3)])
    assert await queue.dequeue(limit=10, wait=0) is None
    assert await queue.dequeue(limit=10, wait=0) == []
    await queue.enqueue([Hint("t", "9")])
    assert await queue.dequeue(limit=10, wait=0) == [Hint("t", "9")]


async def test_a_slow_subscriber_of_the_hub_loses_rows_and_blocks_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hub drops what a listener has no room for; the outbox is the truth."""
    monkeypatch.setattr("wfe_memory.lifecycle._SIZE", 2)
    backend = MemoryBackend()
    sender, receiver = backend.providers().hub, backend.providers().hub
    assert sender is not None
    assert receiver is not None
    rows = [OutboxRow(n, "i", "order", n, "[]") for n in range(1, 6)]
    listener = receiver.listen()
    first = asyncio.ensure_future(anext(listener))
    await asyncio.sleep(0)
    await sender.broadcast(rows[:4])
    assert await first == rows[0]
    assert await anext(listener) == rows[1]
    await sender.broadcast(rows[4:])
    assert await anext(listener) == rows[4]
    await listener.aclose()  # type: ignore[attr-defined]


async def test_the_search_reads_texts_not_json() -> None:
    """Keys and punctuation of the JSON are no words of an instance, escaped characters are."""
    providers = open_providers("memory://")
    record = instance("i", tags='{"team":"Büro"}', error='{"type":"ValueError","message":"zu groß"}')
    data = {"note": '{"inner":["first\\nsecond", 4711, true, null, "\\u00fcber"]}'}
    await providers.store.commit([Checkpoint(record, create=True, data=data)], now=1)
    assert providers.search is not None
    for text in ("büro", "GROSS", "second", "4711", "ÜBER", "val* büro", ""):
        assert [r.id for r in (await providers.search.search(InstanceQuery(text=text))).instances] == ["i"], (
            text
        )
    for text in ("nsecond", "inner", "u00fcber", "secon", "büro missing"):
        assert not (await providers.search.search(InstanceQuery(text=text))).instances, text
    assert await providers.search.refresh(limit=10) == 0
    assert await providers.search.reindex() == await providers.search.reindex(["i", "missing"]) == 1
