"""How hosts keep the outbox small, whoever reads it (decision 12)."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core import WorkflowBuilder
from wfe_host import trimming
from wfe_host.testing.engine import WfeEngine


async def run(wfe: WfeEngine, rec: Any, *words: str) -> None:
    """Run an instance for each word, which leaves changes."""
    flow = WorkflowBuilder("flow").then(rec.step("a")).build()
    for word in words:
        await wfe.run(flow, {"word": word})


async def told(wfe: WfeEngine) -> int:
    """How many checkpoints the outbox tells of."""
    return len(await wfe.host.providers.store.outbox(0, limit=1_000))


async def hours(wfe: WfeEngine, number: int) -> None:
    """Let hours pass."""
    for _ in range(number):
        await wfe.advance("1h")


async def marks(wfe: WfeEngine) -> int:
    """How many turns are remembered."""
    return sum("mark" in name for name in await wfe.host.providers.store.cursors())


async def test_what_nobody_reads_goes_within_two_hours(wfe: WfeEngine, rec: Any) -> None:
    """Not before one: whoever begins to follow has that long to take a place."""
    await wfe.settle()
    await run(wfe, rec, "one", "two")
    store = wfe.host.providers.store
    before, newest = await told(wfe), await store.newest_change()
    assert before > 3
    await hours(wfe, 1)
    assert await told(wfe) == before
    await hours(wfe, 1)
    assert await told(wfe) == 0
    assert await store.changes(0, limit=9) is None
    assert await store.changes(newest, limit=9) == []
    await run(wfe, rec, "three")
    assert await told(wfe) > 1


async def test_a_reader_keeps_what_it_has_not_passed(wfe: WfeEngine, rec: Any) -> None:
    """Also when others have; once it has moved on, that goes too, and it is never sent back to the start."""
    store = wfe.host.providers.store
    await run(wfe, rec, "one", "two", "three")
    rows = await store.outbox(0, limit=1_000)
    place, newest = rows[3].seq, await store.newest_change()
    assert await store.move_cursor("slow", None, place)
    assert await store.move_cursor("quick", None, newest)
    await hours(wfe, 5)
    assert await store.outbox(0, limit=1_000) == rows[4:]
    assert await store.changes(place, limit=1_000)
    assert await store.move_cursor("slow", place, newest)
    await hours(wfe, 1)
    assert await told(wfe) == 0
    assert await store.changes(newest, limit=9) == []


async def test_a_reader_that_is_gone_keeps_nothing_for_ever(wfe: WfeEngine, rec: Any) -> None:
    """After the retention it is passed over, then and later; its place tells it that it missed something."""
    store = wfe.host.providers.store
    await run(wfe, rec, "one")
    assert await store.move_cursor("gone", None, (await store.outbox(0, limit=1))[0].seq)
    await hours(wfe, 23)
    kept = await told(wfe)
    assert kept > 0
    await hours(wfe, 2)
    assert await told(wfe) == 0
    place = await store.cursor("gone")
    assert place is not None
    assert await store.changes(place, limit=9) is None
    await run(wfe, rec, "two")
    await hours(wfe, 2)
    assert await told(wfe) == 0


async def test_the_retention_can_be_chosen(wfe: WfeEngine, rec: Any) -> None:
    """A short one shortens the turns too, and holds for readers that are behind."""
    store = wfe.host.providers.store
    await wfe.add_host(outbox_retention="10m")
    await run(wfe, rec, "one")
    assert await store.move_cursor("behind", None, 0)
    await wfe.advance("10m")
    assert await told(wfe) > 0
    await wfe.advance("10m")
    assert await told(wfe) == 0


async def test_a_search_is_not_made_to_begin_anew(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much was trimmed: what it has indexed goes, what it has not stays, and it just goes on."""
    await run(wfe, rec, "early", "early")
    assert len(await wfe.host.search("early")) == 2
    search = wfe.host.providers.search
    assert search is not None

    async def refuse(*_: object) -> int:
        raise AssertionError

    monkeypatch.setattr(type(search), "_catch_up", refuse, raising=False)
    for word in ("late", "later"):
        await hours(wfe, 3)
        await run(wfe, rec, word)
        await hours(wfe, 3)
        assert len(await wfe.host.search(word)) == 1
    assert len(await wfe.host.search("early")) == 2


@pytest.mark.slow
async def test_one_of_several_hosts_has_the_turn(wfe: WfeEngine, rec: Any) -> None:
    """Whoever is first in the hour; marks go with what they mark."""
    for _ in range(3):
        await wfe.add_host()
    await hours(wfe, 5)
    assert await marks(wfe) == 6
    await hours(wfe, 40)
    assert await marks(wfe) <= 25
    await run(wfe, rec, "one")
    await wfe.kill()
    await hours(wfe, 2)
    assert await told(wfe) == 0


async def test_much_goes_in_many_small_transactions(
    wfe: WfeEngine, rec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No checkpoint waits for more than a page."""
    monkeypatch.setattr(trimming, "_PAGE", 3)
    await wfe.settle()
    await run(wfe, rec, *map(str, range(4)))
    store = wfe.host.providers.store
    pages: list[int] = []
    trim = type(store).trim_outbox

    async def counted(self: Any, before: int, *, limit: int) -> int:
        pages.append(await trim(self, before, limit=limit))
        return pages[-1]

    monkeypatch.setattr(type(store), "trim_outbox", counted)
    rows = len(await store.changes(0, limit=1_000) or ())
    await hours(wfe, 2)
    assert await told(wfe) == 0
    assert set(pages[:-1]) == {3}
    assert sum(pages) == rows


async def test_a_turn_of_the_future_stops_nobody(wfe: WfeEngine, rec: Any) -> None:
    """A clock that was set back, or a dump of tomorrow: the next host takes its turn."""
    store = wfe.host.providers.store
    await wfe.settle()
    turn = await store.cursor(trimming.TURN)
    assert turn == wfe.clock.now()
    assert await store.move_cursor(trimming.TURN, turn, turn + 3_650 * 86_400_000_000)
    await run(wfe, rec, "one")
    await hours(wfe, 3)
    assert await told(wfe) == 0
