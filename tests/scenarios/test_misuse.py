"""What a new user gets wrong (API): each message names the place, what it got, and a remedy."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from wfe_core import InstanceNotFoundError, OutputError, WorkflowBuilder, WorkflowFailedError
from wfe_host import HostConfig, WorkflowHost
from wfe_host.testing.engine import WfeEngine


class Order(BaseModel):
    """The data of these workflows."""

    id: str


NAIVE = datetime(2030, 1, 1, tzinfo=UTC).replace(tzinfo=None)
WAITS = WorkflowBuilder("waits", data=Order).wait_for("go", lambda d: d.id).build()


async def test_a_selector_that_throws_in_a_library_names_the_users_line(wfe: WfeEngine, rec: Any) -> None:
    """A typo in a field is raised by pydantic; the message points to the lambda that has it."""
    broken: Any = lambda d: d.idd  # noqa: E731 - as users write them
    flow = WorkflowBuilder("flow", data=Order).if_do(broken, lambda b: b.then(rec.step("a"))).build()
    with pytest.raises(WorkflowFailedError, match=r"step 'if': the condition threw AttributeError") as caught:
        await wfe.run(flow, {"id": "a"})
    assert f"{__file__}:{broken.__code__.co_firstlineno}" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (WorkflowBuilder("x"), r"not a WorkflowBuilder: .*call \.build\(\) on it first"),
        ("order", "not a str: 'order'; build one with WorkflowBuilder"),
        (Order, "not a ModelMetaclass: .*; build one with WorkflowBuilder"),
    ],
)
async def test_only_definitions_are_registered(wfe: WfeEngine, rec: Any, given: Any, problem: str) -> None:
    """A builder that was not built is the usual mistake."""
    with pytest.raises(TypeError, match=problem):
        wfe.host.register(given)


async def test_a_result_that_does_not_come_says_which_and_what_to_ask(wfe: WfeEngine, rec: Any) -> None:
    """The instance goes on; `explain` knows what it waits for. A TimeoutError of the caller's stays his."""
    handle = await wfe.start(WAITS, {"id": "a"}, instance_id="i")
    with pytest.raises(
        TimeoutError, match=r"instance 'i' had not ended after 0\.01 s; it goes on \(host\.explain"
    ):
        await handle.result("10ms")
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.01):
            await handle.result("1h")
    assert "had not ended" not in str(caught.value)


@pytest.mark.parametrize(
    ("event", "error", "problem"),
    [
        ({"name": 5}, TypeError, "the name of an event must be a text, not an int: 5"),
        ({"name": ""}, ValueError, "must not be empty; give the one that wait_for names"),
        (
            {"name": "e", "key": None},
            TypeError,
            "event 'e': the key must be a text, not a NoneType: None; leave",
        ),
        ({"name": "e", "key": ["a"]}, TypeError, r"event 'e': the key must be a text, not a list"),
        ({"name": "e", "event_id": 5}, TypeError, "event 'e': event_id must be a text, not an int: 5"),
        (
            {"name": "e", "effective": "tomorrow"},
            TypeError,
            "event 'e': effective takes a datetime .*'tomorrow'",
        ),
        (
            {"name": "e", "effective": NAIVE},
            ValueError,
            "event 'e': effective: .*no time zone",
        ),
        ({"name": "e", "data": object()}, TypeError, "event 'e': is an object, which has no JSON form"),
    ],
)
async def test_an_event_that_cannot_be_kept_is_refused(
    wfe: WfeEngine, rec: Any, event: dict[str, Any], error: type[Exception], problem: str
) -> None:
    """A key of None would wait for ever as the text None; odd types are named with the event."""
    with pytest.raises(error, match=problem):
        await wfe.host.publish_event(**event)


async def test_a_number_is_a_key_by_its_digits(wfe: WfeEngine, rec: Any) -> None:
    """Ids are often numbers: event and wait take both as the same text."""
    flow = WorkflowBuilder("flow").wait_for("paid", lambda d: d["order"], output="got").build()
    handle = await wfe.start(flow, {"order": 7})
    await wfe.host.publish_event("paid", 7, "yes")  # type: ignore[arg-type]
    assert (await wfe.result(handle))["got"] == "yes"


@pytest.mark.parametrize(
    ("filters", "error", "problem"),
    [
        ({"limit": 0}, ValueError, r"limit must be at least 1, not 0; page\.cursor fetches the next page"),
        ({"limit": "5"}, TypeError, "limit must be a whole number, not a str: '5'"),
        ({"cursor": "zzz"}, ValueError, r"cursor='zzz' comes from no page; give page\.cursor"),
        ({"cursor": 7}, ValueError, "cursor=7 comes from no page"),
        ({"tags": ["a"]}, TypeError, r"tags takes a mapping, as in tags=\{'team': 'shop'\}, not a list"),
        ({"data": "x"}, TypeError, "data takes a mapping"),
        ({"created_after": "2024"}, TypeError, "created_after takes a datetime with a time zone, not a str"),
        ({"created_before": NAIVE}, ValueError, "created_before: .*has no time zone"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_named(
    wfe: WfeEngine, rec: Any, filters: dict[str, Any], error: type[Exception], problem: str
) -> None:
    """Lists and searches refuse it alike, on every store."""
    with pytest.raises(error, match=problem):
        await wfe.host.instances(**filters)
    with pytest.raises(error, match=problem):
        await wfe.host.search("x", **filters)


async def test_a_search_is_for_a_text(wfe: WfeEngine, rec: Any) -> None:
    """A number is not looked for."""
    wrong: Any = 5
    with pytest.raises(TypeError, match="search takes a text, not an int: 5"):
        await wfe.host.search(wrong)


async def test_logs_of_an_unknown_instance_are_an_error(wfe: WfeEngine, rec: Any) -> None:
    """A typo in an id must not look like an instance that wrote nothing."""
    with pytest.raises(InstanceNotFoundError, match=r"no instance 'nope' .* host\.instances\(\) lists"):
        _ = [chunk async for chunk in wfe.host.handle("nope").logs()]


@pytest.mark.wfe(max_value_bytes=1_000)
async def test_start_data_is_bounded_as_outputs_are(wfe: WfeEngine, rec: Any) -> None:
    """Decision 33: a value that is too large is refused with the advice to store a reference."""
    with pytest.raises(OutputError, match=r"the start data: data field 'id' .* store a reference instead"):
        await wfe.start(WAITS, {"id": "x" * 1_000})
    assert await wfe.host.instances() == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"config": {"name": "x"}}, r"config takes a HostConfig\(\.\.\.\), not a dict"),
        (
            {"middleware": [5]},
            r"middleware\[0\] must be an object whose class extends Middleware, not an int",
        ),
        ({"services": ["x"]}, "services takes a mapping of types to objects"),
        ({"url": None}, "a provider is named by the text of a URL, .* not by NoneType"),
    ],
)
def test_a_host_is_made_of_the_right_parts(options: dict[str, Any], problem: str) -> None:
    """What is wrong is said where the host is made, not at the first use."""
    with pytest.raises(TypeError, match=problem):
        WorkflowHost.connect(**{"url": "memory://", "config": HostConfig(), **options})
