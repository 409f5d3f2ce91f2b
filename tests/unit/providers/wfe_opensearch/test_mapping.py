from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from wfe_core.ports import Content, InstanceQuery, InstanceRecord
from wfe_opensearch.finding import filters
from wfe_opensearch.location import Location
from wfe_opensearch.mapping import documents, exact, external_version, key, pair, template

RECORD = InstanceRecord(
    "i", "order", 2, "f", "runnable", 1_700_000_000_000_000, "i", revision=7, reference="r", tags='{"t": "x"}'
)


def test_every_field_of_a_document_is_in_the_mapping() -> None:
    """Which is strict: what it does not name would be refused."""
    fields = template(Location.parse("http://h"))["template"]["mappings"]["properties"]
    whole, plain, least = documents(Content(RECORD, {"a": '"Text"'}))
    assert set(whole) | {"refused"} == set(fields)
    assert set(least) < set(plain) < set(whole) | {"refused"}
    assert whole["words"] == ["i", "r", "order", "runnable", "x", "text"]


def test_neither_words_nor_data_are_kept() -> None:
    """The index can be searched for them; what it shows has none of them."""
    source = template(Location.parse("http://h"))["template"]["mappings"]["_source"]
    assert source == {"excludes": ["words", "data"]}


def test_a_later_state_has_a_higher_number() -> None:
    """Of an instance, and of another one with the same id that was started after the first was purged."""
    states = [
        Content(replace(RECORD, created=RECORD.created + age, revision=revision), {})
        for age, revision in ((0, 1), (0, 2), (0, 2_000), (1, 1), (2, 1))
    ]
    numbers = [external_version(state) for state in states]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 2**63


def test_long_values_are_compared_by_their_digest() -> None:
    """Of short ones the text itself is indexed; ids are as long as OpenSearch lets them be."""
    assert exact("short") == "short"
    assert exact("ä" * 200) != exact("ä" * 200 + "x")
    assert all(len(exact("ä" * n)) <= 256 for n in (127, 128, 129, 10_000))
    assert key("i" * 500) == "i" * 500
    assert key("ä" * 251) != key("ä" * 252)
    assert len(key("i" * 501)) < 100


def test_pairs_are_not_confused() -> None:
    """Where one part ends is known, whatever is in them."""
    pairs = [("a", "b"), ("a=", "b"), ("a", "=b"), ('a", "b', ""), ("a", '", "b')]
    assert len({pair(*one) for one in pairs}) == len(pairs)


def test_a_query_asks_for_what_documents_have() -> None:
    """Each filter names a field of the mapping, with the value in the form of the documents."""
    content = Content(replace(RECORD, parent_id="p" * 300, ended=5), {"a": '"Text"'})
    query = InstanceQuery(
        text="TEXT te*",
        statuses=frozenset({"runnable"}),
        definition_id="order",
        version=2,
        reference="r",
        root_id="i",
        parent_id="p" * 300,
        tags=(("t", "x"),),
        data=(("a", '"Text"'),),
        created_after=RECORD.created - 1,
        created_before=RECORD.created + 1,
        ended_before=6,
    )
    [document, *_] = documents(content)
    asked = filters(query)
    assert len(asked) == 12
    assert all(holds(one, document) for one in asked), json.dumps(asked)
    [other, *_] = documents(
        Content(replace(RECORD, id="x", created=1, version=1, root_id="z", tags="{}"), {})
    )
    unmet = [one for one in asked if not holds(one, other)]
    assert len(unmet) == 9, unmet


def test_no_query_asks_for_nothing() -> None:
    """Without filters and words everything is found."""
    assert filters(InstanceQuery(text="!?")) == []


def holds(one: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a filter holds for a document, as OpenSearch says."""
    [(kind, [(name, asked)])] = ((kind, list(body.items())) for kind, body in one.items())
    value = document[name]
    values = value if isinstance(value, list) else [] if value is None else [value]
    if kind == "term":
        return asked["value"] in values
    if kind == "terms":
        return bool(set(asked) & set(values))
    if kind == "prefix":
        return any(each.startswith(asked["value"]) for each in values)
    assert kind == "range"
    return any(asked.get("gt", each - 1) < each < asked.get("lt", each + 1) for each in values)
