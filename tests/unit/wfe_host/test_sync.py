from __future__ import annotations

import inspect
import os
import signal
import threading
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.waiting import PATIENCE, eventually
from wfe_core import (
    HostStateError,
    InstanceNotFoundError,
    StepContext,
    WorkflowBuilder,
    WorkflowEndedError,
    WorkflowFailedError,
    step,
)
from wfe_host.commands import ActivityLease
from wfe_host.config import HostConfig
from wfe_host.handle import WorkflowHandle
from wfe_host.host import WorkflowHost
from wfe_host.starting import StartRequest
from wfe_host.sync import SyncWorkflowHost
from wfe_host.sync_handles import SyncActivityLease, SyncWorkflowHandle

INTERNAL = {"detach"}
"""Public only for the modules of the package and for tests."""

TRANSLATED = {
    "WorkflowHost": "SyncWorkflowHost",
    "WorkflowHandle[D]": "SyncWorkflowHandle[D]",
    "WorkflowHandle[Any]": "SyncWorkflowHandle[Any]",
    "list[WorkflowHandle[Any]]": "list[SyncWorkflowHandle[Any]]",
    "ActivityLease | None": "SyncActivityLease | None",
    "AbstractAsyncContextManager[Subscription]": "SyncSubscription",
    "AsyncIterator[LifecycleEvent]": "Iterator[LifecycleEvent]",
    "AsyncIterator[LogChunk]": "Iterator[LogChunk]",
}
"""What the blocking classes give instead."""


def methods(cls: type) -> dict[str, Any]:
    """The public methods of a class, and its constructor."""
    return {
        name: member
        for name, member in vars(cls).items()
        if (not name.startswith("_") or name == "__init__")
        and name not in INTERNAL
        and not isinstance(member, property)
    }


def shapes(member: Any) -> list[inspect.Signature]:
    """The signature of a method, after those of its overloads."""
    function: Any = getattr(member, "__func__", member)
    return [inspect.signature(each) for each in (*typing.get_overloads(function), function)]


@pytest.mark.parametrize(("theirs", "ours"), [(WorkflowHost, SyncWorkflowHost)])
def test_the_hosts_have_the_same_methods(theirs: type, ours: type) -> None:
    """Each method of the host has its blocking twin with the same parameters, and there are no others."""
    compare(theirs, ours)


@pytest.mark.parametrize(
    ("theirs", "ours"), [(WorkflowHandle, SyncWorkflowHandle), (ActivityLease, SyncActivityLease)]
)
def test_the_handles_have_the_same_methods(theirs: type, ours: type) -> None:
    """The same holds for handles and activity leases, their constructors excepted."""
    compare(theirs, ours, but="__init__")


def compare(theirs: type, ours: type, *, but: str = "") -> None:
    """Compare the methods of two classes."""
    asynchronous, blocking = methods(theirs), methods(ours)
    assert asynchronous.keys() == blocking.keys()
    for name in asynchronous.keys() - {but}:
        expected = [
            shape.replace(return_annotation=TRANSLATED.get(shape.return_annotation, shape.return_annotation))
            for shape in shapes(asynchronous[name])
        ]
        assert shapes(blocking[name]) == expected, name
        assert not inspect.iscoroutinefunction(blocking[name])


# What it does.


@step
def double(n: int) -> dict[str, int]:
    """Give twice the number."""
    return {"n": 2 * n}


@step
async def say(ctx: StepContext[Any]) -> None:
    """Write a line."""
    ctx.log.info("n is %s", ctx.data["n"])


@step
def fail(ctx: StepContext[Any]) -> None:
    """Fail for good, the first time."""
    if ctx.attempt == 1:
        msg = "broken"
        raise NameError(msg)


doubling = WorkflowBuilder("doubling").then(double).then(say).build()
failing = WorkflowBuilder("failing").then(fail).build()
waiting = WorkflowBuilder("waiting").wait_for("go", key=lambda d: d["key"], output="got").build()
asking = WorkflowBuilder("asking").activity("sum", lambda d: d["terms"], output="total").build()


@pytest.fixture
def host() -> Iterator[SyncWorkflowHost]:
    """A host on memory."""
    with SyncWorkflowHost.connect("memory://") as host:
        host.register(doubling, failing, waiting, asking)
        yield host


def test_a_workflow_runs(host: SyncWorkflowHost) -> None:
    """A blocking program starts workflows, waits for them and looks at them."""
    handle = host.start(doubling, {"n": 4}, instance_id="i")
    assert handle.created
    assert repr(handle) == "SyncWorkflowHandle('i')"
    assert handle.result(timeout=PATIENCE) == {"n": 8}
    assert host.handle("i").instance().status == host.get("i").status == "complete"
    assert [pointer.step_key for pointer in host.pointers("i")] == ["double", "say"]
    assert "".join(chunk.text for chunk in handle.logs()) == "INFO n is 8\n"
    assert [each.id for each in host.instances(definition="doubling")] == ["i"]
    assert [each.id for each in host.search("doubling")] == ["i"]
    assert host.health()["definitions"] == ["asking", "doubling", "failing", "waiting"]
    assert "complete" in str(host.explain("i"))
    assert host.purge(status="complete") == 1
    with pytest.raises(InstanceNotFoundError):
        host.get("i")


def test_errors_come_through(host: SyncWorkflowHost) -> None:
    """What the asynchronous method raises is raised to the caller, as it is."""
    (handle,) = host.start_many([StartRequest(definition="failing", data={})])
    with pytest.raises(WorkflowFailedError, match="broken"):
        handle.result(timeout=PATIENCE)
    handle.retry()
    assert handle.result(timeout=PATIENCE) == {}


def test_events_and_commands(host: SyncWorkflowHost) -> None:
    """Subscriptions are active on entry; events, commands and their effects can be followed from outside."""
    with host.subscribe("workflow.completed", "workflow.suspended", "workflow.resumed") as events:
        handle = host.start(waiting, {"key": "k"})
        handle.suspend("wait")
        assert next(events).kind == "workflow.suspended"
        handle.resume()
        assert next(events).kind == "workflow.resumed"
        host.publish_event("go", "k", 7)
        assert next(iter(events)).kind == "workflow.completed"
    assert handle.result() == {"key": "k", "got": 7}
    assert list(handle.events()) == []
    other, third = (host.start("waiting", {"key": "never"}) for _ in range(2))
    other.cancel()
    third.terminate()
    host.suspend(host.start(waiting, {"key": "never"}, instance_id="s").id)
    host.resume("s")
    host.cancel("s")


def test_activities(host: SyncWorkflowHost) -> None:
    """A blocking worker claims a work item, shows that it lives, and completes or fails it."""
    handle = host.start(asking, {"terms": [1, 2]})
    assert host.claim_activity("nothing", worker="w") is None
    lease = host.claim_activity("sum", worker="w", wait="2m")
    assert lease is not None
    assert (lease.name, lease.input, lease.instance_id) == ("sum", [1, 2], handle.id)
    lease.heartbeat()
    lease.complete(3)
    assert handle.result(timeout=PATIENCE)["total"] == 3
    broken = host.start(asking, {"terms": []})
    lease = host.claim_activity("sum", worker="w", wait="2m")
    assert lease is not None
    lease.fail("nothing to add")
    with pytest.raises(WorkflowFailedError, match="nothing to add"):
        broken.result(timeout=PATIENCE)


def test_approvals(host: SyncWorkflowHost) -> None:
    """A person's word goes through as well."""
    host.register(WorkflowBuilder("asks").approval("ship it?").name("ask").build())
    yes, no = host.start("asks"), host.start("asks")
    host.approve(yes.id, "ask", by="ann")
    host.reject(no.id, "ask", by="ann", comment="too late")
    yes.result(timeout=PATIENCE)
    with pytest.raises(WorkflowFailedError, match="too late"):
        no.result(timeout=PATIENCE)


def test_commands_by_id(host: SyncWorkflowHost) -> None:
    """Every command can be given through the host too."""
    for command in (host.cancel, host.terminate):
        handle = host.start(waiting, {"key": "never"})
        command(handle.id, "no longer needed")
        with pytest.raises(WorkflowEndedError):
            handle.result(timeout=PATIENCE)
    failed = host.start(failing)
    with pytest.raises(WorkflowFailedError):
        failed.result(timeout=PATIENCE)
    host.retry(failed.id)
    assert failed.result(timeout=PATIENCE) == {}


def test_named_steps_and_given_providers() -> None:
    """A host can be made from providers, and knows the steps that are given a name."""
    from wfe_core.registry import open_providers

    async def triple(n: int) -> dict[str, int]:
        return {"n": 3 * n}

    made = SyncWorkflowHost(open_providers("memory://"), config=HostConfig(name="mine"))
    made.provide({int: 7})
    with made as host:
        with pytest.raises(ValueError, match="a service of type int already"):
            host.provide({int: 8})
        host.register_step("triple", lambda: triple)
        host.provide({str: "late"})
        host.register(WorkflowBuilder("named").then("triple").build())
        assert host.start("named", {"n": 2}).result(timeout=PATIENCE) == {"n": 6}
        assert host.config.name == "mine"
        with pytest.raises(HostStateError, match="running already"):
            host.start_up()


def test_any_thread_may_call(host: SyncWorkflowHost) -> None:
    """Threads share one host."""
    results: list[Any] = []

    def work(n: int) -> None:
        results.append(host.start(doubling, {"n": n}).result(timeout=PATIENCE)["n"])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [2 * n for n in range(8)]


def test_it_must_run() -> None:
    """Before the start and after the stop calls are refused; it can be stopped twice and started again."""
    host = SyncWorkflowHost.connect("memory://")
    host.register(doubling)
    with pytest.raises(HostStateError, match="with host:"):
        host.get("i")
    for _ in range(2):
        with host:
            assert host.start(doubling, {"n": 1}).result(timeout=PATIENCE) == {"n": 2}
        host.stop()
    with pytest.raises(HostStateError, match="with host:"):
        host.get("i")
    assert host.config.role == "worker"
    assert host.providers.store is not None
    assert not any(thread.name == "wfe-session" for thread in threading.enumerate())


def test_a_start_that_fails_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the host can't start, its thread ends with it."""

    async def refuse(_: WorkflowHost) -> None:
        msg = "no store"
        raise ConnectionError(msg)

    monkeypatch.setattr(WorkflowHost, "start_up", refuse)
    host = SyncWorkflowHost.connect("memory://")
    before = threading.active_count()
    with pytest.raises(ConnectionError):
        host.start_up()
    assert threading.active_count() == before


def signal_when(condition: Callable[[], object], number: signal.Signals) -> None:
    """Send this process a signal as soon as a condition holds, from a thread."""

    def work() -> None:
        eventually(condition)
        os.kill(os.getpid(), number)

    threading.Thread(target=work, daemon=True).start()


def test_leaving_an_iteration_early(host: SyncWorkflowHost) -> None:
    """Events of a handle can be left in the middle; the subscription ends with the iterator."""
    handle = host.start(waiting, {"key": "k"})
    timer = threading.Timer(0.05, lambda: host.publish_event("go", "k", 1))
    timer.start()
    events = handle.events()
    assert next(events).instance_id == handle.id
    events.close()  # type: ignore[attr-defined]
    assert handle.result(timeout=PATIENCE)["got"] == 1


def test_an_interrupted_wait_is_cancelled(host: SyncWorkflowHost) -> None:
    """Ctrl-C in the middle of a wait reaches the caller, and the host goes on."""
    handle = host.start(waiting, {"key": "never"})
    waiters = host._host.runtime.waiters

    def wait() -> None:
        signal_when(lambda: handle.id in waiters.ids, signal.SIGINT)
        handle.result()

    with pytest.raises(KeyboardInterrupt):
        wait()
    assert handle.instance().status == "runnable"


def test_a_signal_stops_the_host() -> None:
    """`run_until_signal` blocks the main thread until the signal comes, and stops the host."""
    host = SyncWorkflowHost.connect("memory://")
    host.start_up()
    before = signal.getsignal(signal.SIGUSR1)
    signal_when(lambda: signal.getsignal(signal.SIGUSR1) is not before, signal.SIGUSR1)
    host.run_until_signal(signal.SIGUSR1)
    assert signal.getsignal(signal.SIGUSR1) is before
    with pytest.raises(HostStateError):
        host.health()


def test_a_second_signal_ends_the_grace() -> None:
    """A second signal cancels the steps that still run, instead of waiting for them."""
    begun = threading.Event()

    @step
    async def endless(ctx: StepContext[Any]) -> None:
        import asyncio

        begun.set()
        await asyncio.Event().wait()

    host = SyncWorkflowHost.connect("memory://", config=HostConfig(grace_period="10m"))
    host.register(WorkflowBuilder("endless").then(endless).build())
    host.start_up()
    host.start("endless")
    assert begun.wait(PATIENCE)
    runtime, before = host._host.runtime, signal.getsignal(signal.SIGUSR1)
    signal_when(lambda: signal.getsignal(signal.SIGUSR1) is not before, signal.SIGUSR1)
    # The grace is ten minutes: only the second signal ends it in time.
    signal_when(lambda: runtime.stopping, signal.SIGUSR1)
    host.run_until_signal(signal.SIGUSR1)
