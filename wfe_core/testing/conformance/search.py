# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of a SearchProvider: the same words find the same instances on every store."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core.ports import InstanceQuery, Providers, SearchProvider
from wfe_core.testing.conformance.backend import Suite
from wfe_core.testing.conformance.make import NOW, SECOND, Holder, begin, begin_idle, ids, take


async def searched(providers: Providers, text: str | None = None, **query: Any) -> list[str]:
    """Search once everything that was committed has been indexed."""
    search = providers.search
    assert search is not None
    for _ in range(100):
        if await search.refresh(limit=100) == 0:
            break
    else:
        pytest.fail("refresh never comes to an end")
    return ids((await search.search(InstanceQuery(text=text, **query))).instances)


class SearchSuite(Suite):
    """Full text and filters."""

    @pytest.fixture
    def search(self, host: Providers) -> SearchProvider:
        """The search of the first host."""
        assert host.search is not None
        return host.search

    async def test_all_that_the_port_names_is_searched(self, host: Providers) -> None:
        """Id, reference, definition id, status, tags, error, and the values of the data."""
        await begin_idle(host.store, "other", parts={"data": {"k": '"nothing to see"'}})
        await begin_idle(
            host.store,
            "id4711",
            reference="ref-0815",
            definition_id="shipment",
            status="failed",
            tags='{"team": "blue"}',
            error='{"type": "ValueError", "message": "the printer burns"}',
            parts={"data": {"a": '"Hamburg"', "b": '{"deep": ["inside", {"deeper": 1234}]}'}},
        )
        for text in (
            "id4711",
            "0815",
            "shipment",
            "failed",
            "blue",
            "printer",
            "valueerror",
            "hamburg",
            "inside",
            "1234",
        ):
            assert await searched(host, text) == ["id4711"], text

    async def test_every_word_must_occur(self, host: Providers) -> None:
        """Words in any order and any field; one that is missing excludes."""
        await begin_idle(host.store, "i", reference="red", parts={"data": {"a": '"green blue"'}})
        await begin_idle(host.store, "j", reference="red", parts={"data": {"a": '"green"'}})
        assert sorted(await searched(host, "green red")) == ["i", "j"]
        assert await searched(host, "blue  red") == ["i"]
        assert await searched(host, "red yellow") == []

    async def test_whole_words_without_stemming(self, host: Providers) -> None:
        """Parts of words are not found, nor other forms of them; punctuation separates."""
        await begin_idle(host.store, "i", parts={"data": {"a": '"payments (late), Mr.Smith @home running"'}})
        for text in ("payments", "late", "mr", "smith", "home", "running", "mr.smith", '"late"'):
            assert await searched(host, text) == ["i"], text
        for text in ("payment", "pay", "run", "ayments", "smit"):
            assert await searched(host, text) == [], text

    async def test_a_trailing_star_makes_a_prefix(self, host: Providers) -> None:
        """Only at the end of a word; the word itself is its own prefix."""
        await begin_idle(host.store, "i", parts={"data": {"a": '"payments überweisung"'}})
        for text in ("pay*", "payments*", "PAY* über*", "Über*"):
            assert await searched(host, text) == ["i"], text
        for text in ("ments*", "pay* x*", "paymentss*"):
            assert await searched(host, text) == [], text

    @pytest.mark.parametrize(
        ("stored", "asked"),
        [
            ("Straße", "STRASSE"),
            ("STRASSE", "straße"),
            ("ÄRGER", "ärger"),
            ("Ελλάδα", "ΕΛΛΆΔΑ"),
            ("Чайка", "ЧАЙКА"),
            ("注文", "注文"),
            ("naïve", "NAÏVE"),
        ],
    )
    async def test_case_is_folded_as_unicode_says(self, host: Providers, stored: str, asked: str) -> None:
        """Full case folding, in every script."""
        await begin_idle(host.store, "i", parts={"data": {"a": f'"{stored}"'}})
        assert await searched(host, asked) == ["i"]

    async def test_accents_count(self, host: Providers) -> None:
        """Folding the case does not take accents away."""
        await begin_idle(host.store, "i", parts={"data": {"a": '"Müller"'}})
        assert await searched(host, "muller") == []

    async def test_texts_are_searched_not_their_json(self, host: Providers) -> None:
        """Escapes are read as the characters they stand for."""
        await begin_idle(host.store, "i", parts={"data": {"a": '"first\\nsecond\\t\\u00fcber"'}})
        for text in ("first", "second", "über"):
            assert await searched(host, text) == ["i"], text
        for text in ("nsecond", "u00fcber"):
            assert await searched(host, text) == [], text

    async def test_without_words_only_the_filters_count(self, host: Providers) -> None:
        """No text, an empty one, or one without any word excludes nothing."""
        await begin_idle(host.store, "i")
        for text in (None, "", "   ", "!?"):
            assert await searched(host, text) == ["i"], text

    @pytest.mark.parametrize(
        "text", ["'", '"', '"x', "a AND", "NOT", "a OR b", "(", "a:b", "-x", "x^2", "%", "\\", "NEAR(a b)"]
    )
    async def test_text_has_no_grammar(self, host: Providers, text: str) -> None:
        """Operators of the engine below mean nothing here: no error, and no match by accident."""
        await begin_idle(host.store, "i", parts={"data": {"a": '"something else"'}})
        assert await searched(host, text + " missing") == []

    async def test_filters_mean_what_they_mean_in_lists(self, host: Providers) -> None:
        """Text and every filter of `InstanceQuery` must hold together."""
        common = {"data": {"word": '"needle"', "n": "1"}}
        await begin(host.store, "a", created=NOW + 3, tags='{"t": "x"}', parts=common)
        await begin(host.store, "b", created=NOW + 2, status="complete", ended=NOW + SECOND, parts=common)
        await begin(
            host.store,
            "c",
            created=NOW + 1,
            version=2,
            reference="r",
            parent_id="a",
            root_id="a",
            parts=common,
        )
        await begin(host.store, "d", created=NOW, definition_id="other", tags='{"t": "x"}')
        queries: list[tuple[dict[str, Any], list[str]]] = [
            ({}, ["a", "b", "c"]),
            ({"statuses": frozenset({"complete"})}, ["b"]),
            ({"definition_id": "order"}, ["a", "b", "c"]),
            ({"definition_id": "other"}, []),
            ({"version": 2}, ["c"]),
            ({"reference": "r"}, ["c"]),
            ({"root_id": "a"}, ["a", "c"]),
            ({"parent_id": "a"}, ["c"]),
            ({"tags": (("t", "x"),)}, ["a"]),
            ({"data": (("n", "1"),)}, ["a", "b", "c"]),
            ({"data": (("n", "2"),)}, []),
            ({"created_after": NOW + 1}, ["a", "b"]),
            ({"created_before": NOW + 3}, ["b", "c"]),
            ({"ended_before": NOW + SECOND + 1}, ["b"]),
            ({"ended_before": NOW + SECOND}, []),
        ]
        for query, expected in queries:
            assert await searched(host, "needle", **query) == expected, query


class SearchIndexSuite(Suite):
    """How the index follows the store."""

    @pytest.fixture
    def search(self, host: Providers) -> SearchProvider:
        """The search of the first host."""
        assert host.search is not None
        return host.search

    async def test_pages_join(self, host: Providers, search: SearchProvider) -> None:
        """Newest first, with a cursor, like `find`."""
        for n in range(7):
            await begin_idle(host.store, f"i{n}", created=NOW + n, parts={"data": {"a": '"needle"'}})
        await searched(host)
        found: list[str] = []
        cursor: str | None = None
        for _ in range(4):
            page = await search.search(InstanceQuery(text="needle", limit=3, cursor=cursor))
            found += ids(page.instances)
            cursor = page.cursor
            if cursor is None:
                break
        assert found == [f"i{n}" for n in reversed(range(7))]
        assert cursor is None

    async def test_changes_are_followed(self, host: Providers) -> None:
        """What was there before a commit is not found any more, what it brought is."""
        holder = await begin(host.store, "i", parts={"data": {"a": '"before"', "b": '"stays"'}})
        assert await searched(host, "before stays") == ["i"]
        holder.record.status = "suspended"
        await holder.commit(data={"a": '"after"'})
        assert await searched(host, "before") == await searched(host, "runnable") == []
        assert await searched(host, "after stays suspended") == ["i"]

    async def test_a_saga_hides_superseded_values(self, host: Providers) -> None:
        """Values that are only kept for compensations are not found."""
        holder = await begin(host.store, "i", parts={"data": {"a": '"before"'}})
        await holder.commit(data={"a": '"after"'}, keep_history=True)
        assert (await searched(host, "before"), await searched(host, "after")) == ([], ["i"])

    async def test_purged_instances_are_not_found(self, host: Providers) -> None:
        """What the store has forgotten is not found."""
        await begin_idle(host.store, "i", status="complete", ended=NOW, parts={"data": {"a": '"needle"'}})
        assert await searched(host, "needle") == ["i"]
        await host.store.purge(InstanceQuery(), now=NOW)
        assert await searched(host, "needle") == []

    async def test_changes_by_several_holders_are_followed(self, host: Providers) -> None:
        """A take-over does not hide what the next holder commits."""
        await begin_idle(host.store, "i", NOW, parts={"data": {"a": '"first"'}})
        [taken] = await take(host.store)
        await Holder(host.store, taken.instance).release(NOW, data={"a": '"second"'})
        [taken] = await take(host.store)
        await Holder(host.store, taken.instance).commit(data={"a": '"third"'})
        assert (await searched(host, "second"), await searched(host, "third")) == ([], ["i"])

    async def test_the_index_can_be_rebuilt(self, host: Providers, search: SearchProvider) -> None:
        """`reindex` counts what it indexed, all or some, and finds the same afterwards."""
        for n in range(5):
            await begin_idle(host.store, f"i{n}", parts={"data": {"a": f'"needle{n}"'}})
        assert await searched(host, "needle3") == ["i3"]
        assert await search.reindex(["i1", "i3", "missing"]) == 2
        assert await search.reindex() == 5
        assert sorted(await searched(host, "needle*")) == [f"i{n}" for n in range(5)]

    async def test_shown_records_are_current(self, host: Providers, search: SearchProvider) -> None:
        """A search shows the same record as the store."""
        holder = await begin(
            host.store, "i", reference="r", tags='{"a": "b"}', parts={"data": {"a": '"needle"'}}
        )
        await searched(host)
        page = await search.search(InstanceQuery(text="needle"))
        assert page.instances == [holder.record]
