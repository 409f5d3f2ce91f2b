from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.unit.providers.wfe_postgres.test_database import schema_of
from wfe_core.ports import Checkpoint, InstanceRecord
from wfe_core.testing.conformance.make import NOW, PAID, UNSTORABLE, instance, pointer
from wfe_postgres import open_providers

pytestmark = pytest.mark.postgres

Url = Callable[..., str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that the driver is asked to run."""
    statements: list[str] = []
    for name in ("fetch", "execute"):
        original = getattr(asyncpg.Connection, name)

        def noted(connection: Any, query: str, *args: Any, original: Any = original, **options: Any) -> Any:
            statements.append(query)
            return original(connection, query, *args, **options)

        monkeypatch.setattr(asyncpg.Connection, name, noted)
    return statements


def following(record: InstanceRecord, **fields: Any) -> InstanceRecord:
    """The record at its next revision."""
    return dataclasses.replace(record, revision=record.revision + 1, **fields)


async def test_a_usual_batch_is_one_statement(url: Url, asked: list[str]) -> None:
    """Steps that end, begin and change data, new instances and released ones take one round trip together."""
    async with open_providers(url()).store as store:
        old = [instance(f"old-{number}") for number in range(3)]
        await store.commit([Checkpoint(each, create=True) for each in old], now=NOW)
        asked.clear()
        batch = [
            Checkpoint(following(old[0]), pointers=[pointer(1)], data={"x": "1"}, keep_history=True),
            Checkpoint(following(old[1]), pointers=[pointer(1)], consumed=[7], drop_subscriptions=True),
            Checkpoint(following(old[2]), release=True),
            Checkpoint(instance("new"), create=True, pointers=[pointer(1)], data={"x": "2"}),
            Checkpoint(instance("asleep"), create=True, release=True),
        ]
        outcomes = await store.commit(batch, now=NOW)
        assert len(asked) == 1
        assert [(each.status, each.released) for each in outcomes] == [
            ("committed", False),
            ("committed", False),
            ("committed", True),
            ("committed", False),
            ("committed", True),
        ]
        heads = await store.heads([each.instance.id for each in batch])
        assert {id_: (head.owner is None, head.revision) for id_, head in heads.items()} == {
            "old-0": (False, 2),
            "old-1": (False, 2),
            "old-2": (True, 2),
            "new": (False, 1),
            "asleep": (True, 1),
        }


async def test_what_is_stale_writes_nothing_beside_what_is_not(url: Url) -> None:
    """In one statement, too, each checkpoint is written as a whole or not at all, and is told why not."""
    async with open_providers(url()).store as store:
        mine, lost = instance("mine"), instance("lost")
        await store.commit([Checkpoint(mine, create=True), Checkpoint(lost, create=True)], now=NOW)
        batch = [
            Checkpoint(following(mine), data={"x": "1"}),
            Checkpoint(following(lost, fence=9), pointers=[pointer(1)], data={"x": "1"}),
            Checkpoint(instance("mine"), create=True, data={"x": "2"}),
            Checkpoint(instance("gone", revision=4), data={"x": "1"}),
        ]
        outcomes = [(await store.commit([each], now=NOW))[0].status for each in batch]
        assert outcomes == ["committed", "stale", "exists", "stale"]
        again = [Checkpoint(following(following(mine)), data={"y": "3"}), batch[1]]
        assert [each.status for each in await store.commit(again, now=NOW)] == ["committed", "stale"]
        assert await store.data("mine", revision=3) == {"x": "1", "y": "3"}
        assert (await store.data("lost", revision=9), await store.pointers("lost", after=0, limit=9)) == (
            {},
            [],
        )


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"subscriptions": [PAID]}, "committed"),
        ({"drop_history": True}, "committed"),
        ({"data": {"x": UNSTORABLE}}, "rejected"),
    ],
)
async def test_other_batches_go_step_by_step(
    url: Url, asked: list[str], parts: dict[str, Any], status: str
) -> None:
    """What needs an order, or has a value that cannot be stored, is written in a transaction of its steps."""
    async with open_providers(url()).store as store:
        first, second = instance("first"), instance("second")
        await store.commit([Checkpoint(first, create=True), Checkpoint(second, create=True)], now=NOW)
        asked.clear()
        batch = [Checkpoint(following(first), **parts), Checkpoint(following(second), data={"x": "1"})]
        assert [each.status for each in await store.commit(batch, now=NOW)] == [status, "committed"]
        assert len(asked) > 2
        assert await store.data("second", revision=2) == {"x": "1"}


async def pages(admin: Any, name: str) -> dict[str, list[str]]:
    """On which page of its table each row of the instances 0100 to 0109 lies."""
    found: dict[str, list[str]] = {}
    for table, column in (("workflow", "id"), ("data", "instance_id")):
        rows = await admin.fetch(
            f'SELECT ctid::text FROM "{name}".{table} WHERE {column} BETWEEN $1 AND $2 ORDER BY {column}',
            "0100",
            "0109",
        )
        found[table] = [row[0].partition(",")[0] for row in rows]
    return found


async def test_rows_of_a_crowd_are_updated_on_their_own_pages(url: Url, admin: Any) -> None:
    """A page has room for next versions of its rows: they need no new index entries, and no vacuum."""
    async with open_providers(url()).store as store:
        crowd = [instance(f"{number:04}") for number in range(300)]
        await store.commit([Checkpoint(each, create=True, data={"x": "1"}) for each in crowd], now=NOW)
        created = await pages(admin, schema_of(url()))
        changed = [Checkpoint(following(each), data={"x": "2"}) for each in crowd[100:105]]
        await store.commit(changed, now=NOW)
        assert await pages(admin, schema_of(url())) == created
