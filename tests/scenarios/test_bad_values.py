"""Values that some store could not keep: every one refuses them alike, at the call, and nothing is harmed."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from wfe_core import (
    ActivityTokenError,
    DefinitionError,
    DefinitionNotRegisteredError,
    ExecutionResult,
    InstanceNotFoundError,
    InvalidCommandError,
    RetryPolicy,
    SerializationError,
    StepContext,
    WorkflowBuilder,
    WorkflowFailedError,
    step,
)
from wfe_host import HostConfig, StartRequest, WorkflowHost
from wfe_host.handle import WorkflowHandle
from wfe_host.testing.engine import WfeEngine

ONCE = RetryPolicy(max_attempts=1)
NUL, HALF, LONG, HUGE = "a\0b", "a\ud800b", "x" * 10_000, 2**70
TEXTS = (NUL, HALF, LONG)
WHY = {
    NUL: r"contains the character NUL, which .*refuse",
    HALF: r"contains half of a surrogate pair, which is not text",
    LONG: r"takes 10,000 bytes, more than [0-9,]+; give a shorter one",
}
WAITS = WorkflowBuilder("waits").wait_for("go", "k", output="got").build()
WORKS = WorkflowBuilder("works").activity("pack", 1, output="done").build()

Call = Callable[[WorkflowHost, Any], Awaitable[Any]]


def texts(where: str, *values: str, empty: bool = True) -> list[tuple[Any, type[Exception], str]]:
    """What is refused of a text: it is named with the place, and says what to do."""
    found: list[tuple[Any, type[Exception], str]] = [
        (value, ValueError, f"{where}.*{WHY[value]}") for value in values or TEXTS
    ]
    return found if empty else [*found, ("", ValueError, f"{where}.*must not be empty")]


def unknown(*more: str) -> list[tuple[Any, type[Exception], str]]:
    """Of the id of an instance: none can have it, so it is unknown, which a service can pass on as such."""
    return [(value, InstanceNotFoundError, "no instance") for value in (*TEXTS, "", *more)]


async def listed(lines: AsyncIterator[Any]) -> list[Any]:
    """Everything that comes."""
    return [line async for line in lines]


CASES: dict[str, tuple[Call, list[tuple[Any, type[Exception], str]]]] = {
    "start.instance_id": (
        lambda host, value: host.start(WAITS, {}, instance_id=value),
        [
            *((value, ValueError, "instance_id=.* must be a text that can") for value in (NUL, HALF, "")),
            (LONG, ValueError, f"instance_id.*{WHY[LONG]}"),
        ],
    ),
    "start.reference": (lambda host, value: host.start(WAITS, {}, reference=value), texts("reference")),
    "start.priority": (
        lambda host, value: host.start(WAITS, {}, priority=value),
        [
            (value, ValueError, "priority=.* must lie between -1,000,000,000 and 1,0")
            for value in (HUGE, -HUGE)
        ],
    ),
    "start.version": (
        lambda host, value: host.start("waits", {}, version=value),
        [(value, DefinitionNotRegisteredError, "waits") for value in (HUGE, -1)],
    ),
    "start.definition": (
        lambda host, value: host.start(value, {}),
        [(value, DefinitionNotRegisteredError, "not registered") for value in (*TEXTS, "")],
    ),
    "start.data": (
        lambda host, value: host.start(WAITS, {"k": value}),
        [(value, SerializationError, f"'k'.*{WHY[value]}") for value in (NUL, HALF)],
    ),
    "start.data key": (
        lambda host, value: host.start(WAITS, {value: 1}),
        [(value, TypeError, f"the start data: the key .*{WHY[value]}") for value in TEXTS],
    ),
    "start.tags": (
        lambda host, value: host.start(WAITS, {}, tags={"t": value}),
        [(value, SerializationError, f"tags.*'t'.*{WHY[value]}") for value in (NUL, HALF)],
    ),
    "start_many": (
        lambda host, value: host.start_many([_request("good"), _request(value)]),
        [(LONG, ValueError, f"instance_id.*{WHY[LONG]}")],
    ),
    "publish_event.name": (
        lambda host, value: host.publish_event(value),
        texts("the name of an event", empty=False),
    ),
    "publish_event.key": (
        lambda host, value: host.publish_event("go", value),
        [
            *texts("event 'go': the key"),
            (10**5_000, ValueError, "event 'go': the key is a number of"),
        ],
    ),
    "publish_event.data": (
        lambda host, value: host.publish_event("go", "k", {"v": value}),
        [(value, SerializationError, f"event 'go'.*'v'.*{WHY[value]}") for value in (NUL, HALF)],
    ),
    "publish_event.event_id": (
        lambda host, value: host.publish_event("go", "k", event_id=value),
        texts("event 'go': event_id", empty=False),
    ),
    "get": (lambda host, value: host.get(value), unknown()),
    "explain": (lambda host, value: host.explain(value), unknown()),
    "pointers": (lambda host, value: host.pointers(value), unknown()),
    "pointers.after": (
        lambda host, value: host.pointers("w", after=value),
        [(value, ValueError, "after must lie between 0 and") for value in (HUGE, -1)],
    ),
    "pointers.limit": (
        lambda host, value: host.pointers("w", limit=value),
        [(value, ValueError, "limit must lie between 0 and") for value in (HUGE, -1)],
    ),
    "suspend": (lambda host, value: host.suspend(value), unknown()),
    "resume": (lambda host, value: host.resume(value), unknown()),
    "cancel": (lambda host, value: host.cancel(value), unknown()),
    "terminate": (lambda host, value: host.terminate(value), unknown()),
    "retry": (lambda host, value: host.retry(value), unknown()),
    "suspend.reason": (
        lambda host, value: host.suspend("w", value),
        [(value, SerializationError, f"reason.*{WHY[value]}") for value in (NUL, HALF)],
    ),
    "approve": (lambda host, value: host.approve(value, "ask"), unknown()),
    "approve.step": (
        lambda host, value: host.approve("w", value),
        [(value, InvalidCommandError, "no step waits for an approval") for value in (*TEXTS, "")],
    ),
    "reject": (lambda host, value: host.reject(value, "ask"), unknown()),
    "claim_activity.name": (
        lambda host, value: host.claim_activity(value, worker="w"),
        texts("the name of an activity", empty=False),
    ),
    "claim_activity.worker": (lambda host, value: host.claim_activity("pack", worker=value), texts("worker")),
    "claim_activity.lease": (
        lambda host, value: host.claim_activity("pack", worker="w", lease=value),
        [(value, ValueError, "between 0 and 100 years") for value in (HUGE, -1)],
    ),
    "instances.definition": (
        lambda host, value: host.instances(definition=value),
        texts("definition", NUL, HALF),
    ),
    "instances.version": (
        lambda host, value: host.instances(version=value),
        [(value, ValueError, "version must lie between 0 and") for value in (HUGE, -1)],
    ),
    "instances.reference": (
        lambda host, value: host.instances(reference=value),
        texts("reference", NUL, HALF),
    ),
    "instances.root": (lambda host, value: host.instances(root=value), texts("root", NUL, HALF)),
    "instances.parent": (lambda host, value: host.instances(parent=value), texts("parent", NUL, HALF)),
    "instances.tags": (lambda host, value: host.instances(tags={"t": value}), texts("tag 't'", NUL, HALF)),
    "instances.tag": (
        lambda host, value: host.instances(tags={value: "t"}),
        texts("name of a tag", NUL, HALF),
    ),
    "instances.data": (
        lambda host, value: host.instances(data={value: 1}),
        texts("the key of a data filter", NUL, HALF),
    ),
    "instances.limit": (
        lambda host, value: host.instances(limit=value),
        [(HUGE, ValueError, "limit must be at most 1,000,000")],
    ),
    "instances.cursor": (
        lambda host, value: host.instances(cursor=value),
        [
            (value, ValueError, "comes from no page")
            for value in (*(f"1:{text}" for text in TEXTS), f"{HUGE}:a")
        ],
    ),
    "search.definition": (
        lambda host, value: host.search("x", definition=value),
        texts("definition", NUL, HALF),
    ),
    "purge.definition": (lambda host, value: host.purge(definition=value), texts("definition", NUL, HALF)),
    "purge.older_than": (
        lambda host, value: host.purge(older_than=value),
        [(value, ValueError, "between 0 and 100 years") for value in (HUGE, -1)],
    ),
    "handle.result": (lambda host, value: host.handle(value).result(), unknown()),
    "handle.instance": (lambda host, value: host.handle(value).instance(), unknown()),
    "handle.logs": (lambda host, value: listed(host.handle(value).logs()), unknown()),
    "handle.events": (lambda host, value: listed(host.handle(value).events()), unknown()),
    "handle.suspend": (lambda host, value: host.handle(value).suspend(), unknown()),
    "handle.resume": (lambda host, value: host.handle(value).resume(), unknown()),
    "handle.cancel": (lambda host, value: host.handle(value).cancel(), unknown()),
    "handle.terminate": (lambda host, value: host.handle(value).terminate(), unknown()),
    "handle.retry": (lambda host, value: host.handle(value).retry(), unknown()),
}
"""By verb and parameter: how it is called with a value, and which values are refused, how."""

NO_VALUES = {
    "connect",
    "start_up",
    "stop",
    "detach",
    "run_until_signal",
    "register",
    "provide",
    "register_step",
    "health",
}
"""Public methods to which nothing is given that a store would keep or look for."""


def _request(instance_id: str) -> Any:
    return StartRequest(definition=WAITS, instance_id=instance_id)


def test_every_verb_is_in_the_table() -> None:
    """A new verb of the host or of a handle needs its rows here."""
    covered = {case.partition(".")[0] for case in CASES} | {"reindex", "search", "subscribe", "handle"}
    verbs = {name for name, _ in inspect.getmembers(WorkflowHost, callable) if not name.startswith("_")}
    assert verbs - NO_VALUES - covered == set()
    own = {name for name, _ in inspect.getmembers(WorkflowHandle, callable) if not name.startswith("_")}
    assert own == {case.partition(".")[2] for case in CASES if case.startswith("handle.")}


async def test_what_a_store_cannot_keep_is_refused_at_the_call(wfe: WfeEngine, rec: Any) -> None:
    """Each message names the field and the remedy; afterwards the store is as it was, and works."""
    handle = await wfe.start(WAITS, {}, instance_id="w")
    wrong: list[str] = []
    for name, (call, values) in CASES.items():
        for value, error, problem in values:
            try:
                with pytest.raises(error, match=f"(?s){problem}"):
                    await call(wfe.host, value)
            except (Exception, pytest.fail.Exception) as exc:  # noqa: BLE001 - all of them are wanted
                given = ascii(value[:20]) if isinstance(value, str) else type(value).__name__
                wrong.append(f"{name}({given}): {type(exc).__name__}: {ascii(str(exc))[:300]}")
    assert not wrong, "\n".join(wrong)
    assert [instance.id for instance in await wfe.host.instances()] == ["w"]
    await wfe.host.publish_event("go", "k", "x" * 10_000)
    assert (await wfe.result(handle))["got"] == "x" * 10_000


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: WorkflowBuilder(LONG).delay(1), f"the workflow id.*{WHY[LONG]}"),
        (lambda: WorkflowBuilder(HALF).delay(1), "the workflow id .* must be a text"),
        (
            lambda: WorkflowBuilder("x", version=HUGE).delay(1),
            r"version \d+ must be at most 9007199254740991",
        ),
        (lambda: WorkflowBuilder("x").wait_for(NUL, "k"), f"the name of the event.*{WHY[NUL]}"),
        (lambda: WorkflowBuilder("x").wait_for(HALF, "k"), f"the name of the event.*{WHY[HALF]}"),
        (lambda: WorkflowBuilder("x").wait_for(LONG, "k"), f"the name of the event.*{WHY[LONG]}"),
        (lambda: WorkflowBuilder("x").activity(NUL), f"the name of the activity.*{WHY[NUL]}"),
        (lambda: WorkflowBuilder("x").activity(LONG), f"the name of the activity.*{WHY[LONG]}"),
        (lambda: WorkflowBuilder("x").delay(HUGE), "must lie between 0 and 100 years"),
        (lambda: WorkflowBuilder("x", timeout=-1).delay(1), "must lie between 0 and 100 years"),
        (lambda: WorkflowBuilder("x").wait_for("e", "k", timeout=float("inf")), "is not a duration"),
    ],
)
def test_what_a_store_cannot_keep_is_refused_when_a_workflow_is_built(
    build: Callable[[], Any], problem: str
) -> None:
    """Names, versions and lengths of time are seen before any instance depends on them."""
    with pytest.raises(DefinitionError, match=f"(?s){problem}"):
        build().build()


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("claim_batch", HUGE, "HostConfig.claim_batch must be at most"),
        ("session_ttl", HUGE, "HostConfig.session_ttl: .* between 0 and 100 years"),
        ("name", NUL, f"HostConfig.name .*{WHY[NUL]}"),
        ("name", LONG, f"HostConfig.name .*{WHY[LONG]}"),
        ("claim", {HALF}, f"HostConfig.claim: the instance id .*{WHY[HALF]}"),
    ],
)
def test_what_a_store_cannot_keep_is_refused_in_the_settings(setting: str, value: Any, problem: str) -> None:
    """A claim with such an id would stop every sweep of the store."""
    with pytest.raises(ValueError, match=problem):
        HostConfig(**{setting: value})


def _waits(name: str, key: Any) -> Any:
    @step(retry=ONCE)
    async def asks(ctx: StepContext[Any]) -> Any:
        return ExecutionResult.wait_for_event(name, key)

    return WorkflowBuilder("asks").then(asks).build()


def _waits_for(key: str) -> Any:
    return WorkflowBuilder("x").wait_for("go", lambda d: key).build()


def _returns(key: str) -> Any:
    return WorkflowBuilder("returns").then(step(name="gives", retry=ONCE)(lambda: {key: 1})).build()


GIVEN: list[tuple[Any, str]] = [
    *((_waits("go", value), f"the key .*{WHY[value]}") for value in TEXTS),
    *((_waits(value, "k"), f"the name .*{WHY[value]}") for value in TEXTS),
    (_waits("", "k"), "the name must not be empty"),
    *((_waits_for(value), f"the event key .*{WHY[value]}") for value in TEXTS),
    *((_returns(value), f"the key .*{WHY[value]}") for value in TEXTS),
]


async def test_what_a_step_gives_that_no_store_can_keep_fails_the_step(wfe: WfeEngine, rec: Any) -> None:
    """Keys are made while the instance runs: its step fails with the reason, on every store."""
    for flow, problem in GIVEN:
        with pytest.raises(WorkflowFailedError, match=f"(?s){problem}"):
            await wfe.run(flow, {})


async def test_sub_workflows_end_where_their_ids_would_grow_too_long(wfe: WfeEngine, rec: Any) -> None:
    """A workflow that calls itself for ever fails with the reason; its id grows by each level."""
    flow = WorkflowBuilder("down").sub_workflow("down").build()
    with pytest.raises(WorkflowFailedError, match=r"the id of sub-workflow 'down' takes 1,02\d bytes"):
        await wfe.run(flow, {}, instance_id="r" * 512)


async def test_lines_and_searches_take_any_text(wfe: WfeEngine, rec: Any) -> None:
    """What a tool writes, or a person types, is not refused: what no store keeps is written otherwise."""

    @step
    async def writes(ctx: StepContext[Any]) -> Any:
        for text in TEXTS:
            ctx.log.info(text)
            ctx.emit("stdout", text)
        return {"word": "found"}

    handle = await wfe.start(WorkflowBuilder("writes").then(writes).build(), {})
    await wfe.result(handle)
    text = "".join(chunk.text for chunk in await listed(wfe.host.handle(handle.id).logs()))
    assert text.count(LONG) == 2
    assert "\0" not in text
    assert text.encode()
    for words, found in ((f"{NUL} found", 0), (f"found {HALF[1]}", 1), ("\0found", 1), (LONG, 0), ("", 1)):
        assert len(await wfe.host.search(words)) == found, ascii(words[:20])


async def test_a_token_that_is_none_is_refused(wfe: WfeEngine, rec: Any) -> None:
    """Tokens come back from outside: what was never one is as stale as an old one."""
    await wfe.start(WORKS, {}, instance_id="w")
    await wfe.settle()
    lease = await wfe.host.claim_activity("pack", worker="w")
    assert lease is not None
    good = lease.token
    for token in ("", "#", *TEXTS, *(good + text for text in TEXTS), f"{good}0", good[:-1] + "٢", f"0{good}"):
        lease.token = token
        with pytest.raises(ActivityTokenError):
            await lease.complete(1)
        with pytest.raises(ActivityTokenError):
            await lease.heartbeat()
    lease.token = good
    await lease.complete("packed")
    assert (await wfe.result(wfe.host.handle("w")))["done"] == "packed"
