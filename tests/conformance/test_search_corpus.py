# ruff: noqa: RUF001 - letters that look alike are the point
"""One corpus of instances and queries: every search gives what the reference in memory gives."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.services.opensearch.node import opensearch_or_skip
from tests.services.postgres import postgres_or_skip
from wfe_core.ports import Checkpoint, InstanceQuery, InstanceRecord, Page, PersistenceProvider, Providers
from wfe_core.registry import open_providers
from wfe_core.serialization import dumps
from wfe_core.testing import ManualClock
from wfe_core.testing.conformance import Backend

NOW = 1_704_067_200_123_457
STATUSES = ("runnable", "complete", "failed", "cancelled")
LONG = "x" * 499

TEXTS = (
    "payments (late), Mr.Smith @home",
    "payment order 4711",
    "Straße in Köln",
    "STRASSE KÖLN",
    "Ελλάδα και Чайка",
    "注文 番号12 注文書",
    "naïve café cafe\u0301 CAFÉ",
    "\ufb01nance o\ufb03ce",
    "İstanbul ıspanak ISTANBUL",
    "under_score snake_case_1 __init__",
    "3.14 1e22 -7 0x1F ½ ² ٣٤",
    "emoji 🚀 rocket👩\u200d🚀crew",
    "\U0001e900\U0001e901\U0001e902 fulfulde",
    "ภาษาไทย 한국어 हिन्दी עברית",
    "a:b AND c OR d NOT e NEAR(f g) * ^ \"quoted' \\ back",
    "C++ c# f# .net %wild_card% _x y_",
    f"{LONG}yyyyy {LONG}zzzzz",
    "tab\tnew\nline\r\ncarriage\u00a0space\u2003em",
    "dot.separated/path\\file-name+plus=equal&and",
    "MiXeD cAsE wOrDs",
)

QUERIES = (
    None, "", "  ", "!?", "*", "a*", "A*", "payment", "payments", "pay*", "PAY*", "ment*", "pay*ment",
    "late home", "home late", "late home missing", "mr.smith", '"late home"', "strasse", "straße",
    "STRASSE köln", "koln", "köl*", "ελλάδα", "ΕΛΛΆΔΑ чайка", "注文", "注*", "番号12", "12", "naive",
    "naïve", "cafe", "café", "cafe\u0301", "finance", "ﬁn*", "office", "istanbul", "i̇stanbul",
    "ıspanak", "under_score", "under", "under_*", "_", "__init__", "snake_case_1", "3", "14", "3.14",
    "1e22", "7", "0x1f", "½", "²", "٣٤", "rocket", "🚀", "crew", "👩 rocket",
    "\U0001e922\U0001e923\U0001e924", "\U0001e900\U0001e901\U0001e902", "ภาษา*", "한국어", "हिन्दी",
    "עברית", "a:b", "AND", "OR d", "NOT", "NEAR(f g)", "NEAR", "^", "\\", "'", '"', "back\\", "c++",
    "c#", "net", "%", "wild_card", "wild*", "_x", "y_", "x_", f"{LONG}y", f"{LONG}yyyyy", f"{LONG}yQ*",
    f"{LONG}*", "x" * 498, "x" * 498 + "*", "tab line", "carriage space em", "path file name",
    "separated/path", "plus=equal", "mixed CASE words", "runnable", "complete", "order", "ship*",
    "needle", "needle 7", "ref", "i3", "blue", "t1", "nested deeper", "true", "false", "null",
    " ".join(f"w{n}*" for n in range(60)), "a" * 10_000, "a" * 10_000 + "*", "\x00 needle",
    "needle\ufffd", "…needle…",
)  # fmt: skip

FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"statuses": frozenset({"complete"})},
    {"statuses": frozenset({"failed", "runnable"})},
    {"statuses": frozenset()},
    {"definition_id": "order"},
    {"definition_id": "Order"},
    {"version": 2},
    {"reference": "ref 3"},
    {"reference": "r" * 1_000},
    {"root_id": "i0"},
    {"parent_id": "i0"},
    {"tags": (("team", "blue"),)},
    {"tags": (("team", "blue"), ("region", "eu"))},
    {"tags": (("team", "Blue"),)},
    {"data": (("n", "3"),)},
    {"data": (("n", '"3"'),)},
    {"data": (("n", "3"), ("word", '"needle"'))},
    {"data": (("big", dumps("b" * 5_000, "")),)},
    {"data": (("missing", "null"),)},
    {"created_after": NOW + 5},
    {"created_before": NOW + 5},
    {"created_after": NOW + 4, "created_before": NOW + 6},
    {"ended_before": NOW + 1_000_010},
    {"ended_before": NOW},
)


def records() -> list[Checkpoint]:
    """The instances: each has one of the texts, and every filter has some that pass it."""
    found: list[Checkpoint] = []
    for n, text in enumerate(TEXTS):
        status = STATUSES[n % len(STATUSES)]
        record = InstanceRecord(
            f"i{n}",
            "order" if n % 3 else "shipment",
            1 + n % 2,
            "f00d",
            status,
            # Some at the same instant: then the id decides.
            NOW + n // 2,
            "i0" if n in (0, 4, 5) else f"i{n}",
            parent_id="i0" if n in (4, 5) else None,
            reference="r" * 1_000 if n == 9 else f"ref {n}",
            tags=dumps({"team": "blue" if n % 2 else "red", "region": "eu" if n % 3 else "us"}, ""),
            ended=None if status == "runnable" else NOW + 1_000_000 + n,
            error=dumps({"type": "ValueError", "message": "the printer burns"}, "")
            if status == "failed"
            else None,
            revision=1,
        )
        data = {
            "text": dumps(text, ""),
            "word": dumps("needle", ""),
            "n": str(n),
            "deep": dumps({"key": ["nested", {"x": ["deeper", True, None, 1.5]}]}, ""),
            "big": dumps(("b" if n % 2 else "c") * 5_000, ""),
        }
        found.append(Checkpoint(record, create=True, data=data))
    return found


@asynccontextmanager
async def filled(opener: Callable[[], Providers], clock: ManualClock) -> AsyncIterator[Providers]:
    """Enter the providers of a store with the corpus in it, indexed."""

    class Opened(Backend):
        def open(self) -> Providers:
            return opener()

    async with Opened(clock).connect() as providers:
        outcomes = await providers.store.commit(records(), now=NOW)
        assert {outcome.status for outcome in outcomes} == {"committed"}
        assert providers.search is not None
        while await providers.search.refresh(limit=7):
            pass
        yield providers


async def seen(providers: Providers, query: dict[str, Any], limit: int) -> list[list[str]]:
    """All pages of a search."""
    assert providers.search is not None
    pages: list[list[str]] = []
    cursor: str | None = None
    while True:
        page: Page = await providers.search.search(InstanceQuery(limit=limit, cursor=cursor, **query))
        assert [await stored(providers.store, one.id) for one in page.instances] == page.instances
        pages.append([one.id for one in page.instances])
        cursor = page.cursor
        if cursor is None:
            return pages


async def stored(store: PersistenceProvider, id_: str) -> InstanceRecord:
    """The record that the store has."""
    return (await store.instances([id_]))[id_]


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("opensearch", marks=[pytest.mark.opensearch, pytest.mark.timeout(300)]),
    ]
)
def opener(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Any:
    """Opens the search under test."""
    if request.param == "opensearch":
        server, prefix = opensearch_or_skip(), f"t{secrets.token_hex(8)}"
        request.addfinalizer(lambda: server.forget(prefix))  # noqa: PT021 - only one of the parameters has any
        url = server.url(prefix, fallback="none", replicas="0")
        return lambda: open_providers(f"sqlite:///{tmp_path}/wfe.db", search=url, clock=clock)
    if request.param == "postgres":
        url = postgres_or_skip().url(f"t_{secrets.token_hex(8)}")
        return lambda: open_providers(url, clock=clock)
    return lambda: open_providers(f"sqlite:///{tmp_path}/wfe.db", clock=clock)


@pytest.fixture
def clock() -> ManualClock:
    """Time stands still."""
    return ManualClock()


@pytest.mark.timeout(300)
async def test_every_search_gives_the_same(opener: Callable[[], Providers], clock: ManualClock) -> None:
    """Each text alone, each filter alone, and pairs of them, page by page, as in memory."""
    async with (
        filled(lambda: open_providers("memory://", clock=clock), clock) as reference,
        filled(opener, clock) as tested,
    ):
        wanted = [
            *({"text": text} for text in QUERIES),
            *FILTERS,
            *(
                {"text": text, **one}
                for text, one in itertools.product(("needle", "pay*", "printer"), FILTERS)
            ),
        ]
        differing = [
            (query, found, expected)
            for n, query in enumerate(wanted)
            if (found := await seen(tested, query, 3 + n % 4))
            != (expected := await seen(reference, query, 3 + n % 4))
        ]
        assert differing == []
        found_by = [await seen(reference, {"text": text}, 100) for text in QUERIES]
        # A corpus that finds nothing compares nothing.
        assert sum(pages != [[]] for pages in found_by) > len(QUERIES) // 2


async def test_too_many_words_are_refused(opener: Callable[[], Providers], clock: ManualClock) -> None:
    """With the same error on every store, before anything is asked."""
    async with (
        filled(lambda: open_providers("memory://", clock=clock), clock) as reference,
        filled(opener, clock) as tested,
    ):
        for providers in (reference, tested):
            assert providers.search is not None
            with pytest.raises(ValueError, match="at most 100 different words, not 101"):
                await providers.search.search(InstanceQuery(text=" ".join(map(str, range(101)))))
            page = await providers.search.search(InstanceQuery(text="needle " * 1_000))
            assert len(page.instances) == len(TEXTS)
