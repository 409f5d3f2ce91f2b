"""How batches are written, beyond the laws of the port."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from wfe_core.ports import (
    COMMITTED,
    ActivityItem,
    Checkpoint,
    CommitOutcome,
    InstanceRecord,
    Message,
    PersistenceProvider,
    PointerRecord,
    Providers,
    Subscription,
)
from wfe_sql.packing import Packed
from wfe_sqlite import commits
from wfe_sqlite.database import Database

NOW = 1_700_000_000_000_000


def record(name: str, revision: int = 1, **more: object) -> InstanceRecord:
    """An instance owned by `s`."""
    made = InstanceRecord(
        name, "order", 1, "f", "runnable", NOW, name, owner="s", fence=1, revision=revision, inbox_seq=0
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made


async def begin(store: PersistenceProvider, *names: str) -> None:
    """Create instances."""
    outcomes = await store.commit([Checkpoint(record(name), create=True) for name in names], now=NOW)
    assert {outcome.status for outcome in outcomes} == {"committed"}


def database_of(providers: Providers) -> Database:
    """The database behind a bundle."""
    found: Database = providers.store._database  # type: ignore[attr-defined]
    return found


@contextmanager
def traced(connection: sqlite3.Connection) -> Iterator[list[str]]:
    """Collect the statements that run meanwhile, by their beginnings."""
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    yield seen
    connection.set_trace_callback(None)


async def statements(host: Providers, checkpoints: list[Checkpoint]) -> int:
    """How many statements a batch takes."""
    packed = Packed.of(checkpoints, NOW)

    def run(connection: sqlite3.Connection) -> int:
        with traced(connection) as seen:
            outcomes = commits.write(connection, packed, len(checkpoints), NOW)
        assert {outcome.status for outcome in outcomes} == {"committed"}
        return len(seen)

    return await database_of(host).writer.run(run)


async def test_a_batch_takes_as_many_statements_as_one(host: Providers) -> None:
    """A transaction of 64 checkpoints has the statements of a single one: group commit."""
    names = [f"i{n:02}" for n in range(65)]
    await begin(host.store, *names)

    def step(name: str) -> Checkpoint:
        pointers = [PointerRecord(1, "a", "complete", live=False)]
        return Checkpoint(record(name, 2), pointers=pointers, data={"k": "1"}, happened=[("x", NOW)])

    alone = await statements(host, [step(names[0])])
    together = await statements(host, [step(name) for name in names[1:]])
    # Instance, pointer, data, outbox.
    assert alone == together == 4


async def test_the_usual_outcome_is_shared(host: Providers) -> None:
    """Nothing is made for checkpoints of which there is nothing special to tell."""
    await begin(host.store, "a", "b")
    outcomes = await host.store.commit(
        [Checkpoint(record("a", 2)), Checkpoint(record("b", 2), release=True)], now=NOW
    )
    assert outcomes[0] is COMMITTED
    assert outcomes[1] == CommitOutcome("committed", released=True)


async def test_records_are_read_before_the_first_await(store: PersistenceProvider) -> None:
    """A host may go on changing its records while the commit is under way."""
    await begin(store, "i")
    instance, pointer = record("i", 2), PointerRecord(1, "a", "running")
    checkpoint = Checkpoint(instance, pointers=[pointer], data={"k": "1"})
    call = asyncio.ensure_future(store.commit([checkpoint], now=NOW))
    await asyncio.wait((call,), timeout=0)
    instance.revision, instance.status, pointer.status = 99, "failed", "failed"
    checkpoint.data.clear()
    assert await call == [COMMITTED]
    assert ((await store.instances(["i"]))["i"].revision, await store.data("i")) == (2, {"k": "1"})
    assert [p.status for p in await store.pointers("i")] == ["running"]


async def test_stale_and_bad_ones_in_one_batch(store: PersistenceProvider) -> None:
    """First those that lost their lease are sorted out, then those with bad values; the others count."""
    await begin(store, "a", "b", "c", "d")
    bad, huge = Checkpoint(record("b", 2), data={"k": "\ud83d"}), Checkpoint(record("c", 2, deadline=2**63))
    stale = Checkpoint(replace(record("a", 2), fence=7))
    strange = Checkpoint(record("e"), create=True, happened=[("x", object())])
    twice = [Checkpoint(record("f"), create=True), Checkpoint(record("f"), create=True)]
    good = Checkpoint(
        record("d", 2), data={"k": "1"}, messages=[Message("a", "resume", "{}", dedupe="x")] * 2
    )
    outcomes = await store.commit([stale, bad, huge, good, strange, *twice], now=NOW)
    statuses = ["stale", "rejected", "rejected", "committed", "rejected", "committed", "exists"]
    assert [outcome.status for outcome in outcomes] == statuses
    assert (outcomes[0].owner, outcomes[0].fence) == ("s", 1)
    assert "instance 'e'" in (outcomes[4].error or "")
    heads = await store.heads(["a", "b", "c", "d", "e", "f"])
    assert {head.id: head.revision for head in heads.values()} == {"a": 1, "b": 1, "c": 1, "d": 2, "f": 1}
    assert heads["a"].inbox_seq == 1


async def test_bad_values_without_stale_ones(store: PersistenceProvider) -> None:
    """The same when nobody lost a lease, with creations among them."""
    await begin(store, "a", "b")
    outcomes = await store.commit(
        [
            Checkpoint(record("a", 2), data={"k": "\ud83d"}),
            Checkpoint(record("b", 2), data={"k": "1"}),
            Checkpoint(record("c"), create=True, pointers=[PointerRecord(1, "s", None)]),  # type: ignore[arg-type]
        ],
        now=NOW,
    )
    assert [outcome.status for outcome in outcomes] == ["rejected", "committed", "rejected"]
    assert "NOT NULL constraint failed: pointer.status" in (outcomes[2].error or "")


async def test_our_own_mistakes_are_not_blamed_on_values(
    host: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only errors that values cause reject a checkpoint; everything else is raised and nothing is written."""
    await begin(host.store, "a")

    def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(commits._POINTERS, "run", broken)
    for name, fence in (("a", 1), ("a", 9)):
        checkpoints = [
            Checkpoint(replace(record(name, 2), fence=fence)),
            Checkpoint(record("z"), create=True, pointers=[PointerRecord(1, "s", "running")]),
        ]
        with pytest.raises(ZeroDivisionError):
            await host.store.commit(checkpoints, now=NOW)
    checkpoints[0].data["k"] = "\ud83d"
    checkpoints[0].instance.fence = 1
    with pytest.raises(ZeroDivisionError):
        await host.store.commit(checkpoints, now=NOW)
    assert (await host.store.heads(["a", "z"])).keys() == {"a"}


async def test_grandchildren_follow_their_parents_fate(store: PersistenceProvider) -> None:
    """A child that exists is left alone with all below it; what is rejected takes its children along."""
    await begin(store, "p", "q", "p/1")

    def child(name: str, *below: Checkpoint, **parts: object) -> Checkpoint:
        made = record(name, owner=None, fence=0, parent_id=name.rpartition("/")[0], root_id=name[0])
        return Checkpoint(made, create=True, children=list(below), **parts)  # type: ignore[arg-type]

    outcomes = await store.commit(
        [
            Checkpoint(
                record("p", 2),
                children=[child("p/1", child("p/1/1")), child("p/2", child("p/2/1", data={"k": "1"}))],
            ),
            Checkpoint(record("q", 2), children=[child("q/1", child("q/1/1", data={"k": "\ud83d"}))]),
        ],
        now=NOW,
    )
    assert [outcome.status for outcome in outcomes] == ["committed", "rejected"]
    found = await store.instances(["p/1", "p/1/1", "p/2", "p/2/1", "q/1", "q/1/1"])
    assert found.keys() == {"p/1", "p/2", "p/2/1"}
    assert found["p/2/1"].next_due == NOW
    assert await store.data("p/2/1") == {"k": "1"}


async def test_a_start_may_release_and_subscribe(store: PersistenceProvider) -> None:
    """All that a checkpoint can do, a start can do too."""
    activity = ActivityItem("w", "ship", "i", 1, "{}", NOW)
    [outcome] = await store.commit(
        [
            Checkpoint(
                record("i", next_due=NOW + 5),
                create=True,
                release=True,
                subscriptions=[Subscription("paid", "o", 0)],
                activities=[activity],
            )
        ],
        now=NOW,
    )
    assert outcome == CommitOutcome("committed", released=True)
    assert (await store.heads(["i"]))["i"].owner is None


async def test_many_messages_for_one_instance(store: PersistenceProvider) -> None:
    """More than go into one statement: they are numbered without gap, in their order."""
    await begin(store, "i", "j")
    messages = [Message("i", "resume", str(n)) for n in range(700)]
    await store.commit([Checkpoint(record("j", 2), messages=messages[:300])], now=NOW)
    await store.post(messages[300:], now=NOW)
    found = (await store.inbox({"i": 0}))["i"]
    assert [m.seq for m in found] == list(range(1, 701))
    assert [m.payload for m in found] == [message.payload for message in messages]
    assert (await store.heads(["i"]))["i"].inbox_seq == 700


async def test_consumed_messages_cost_no_room(host: Providers) -> None:
    """Rows are kept so that nothing comes twice, their text is not."""
    await begin(host.store, "i")
    await host.store.post([Message("i", "resume", "x" * 1_000, dedupe="d")], now=NOW)
    await host.store.commit([Checkpoint(record("i", 2), consumed=[1])], now=NOW)
    rows = await database_of(host).readers.fetch("SELECT seq, payload, consumed, dedupe FROM inbox")
    assert rows == [(1, "", 1, "d")]
