from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol, Self, cast

import pytest

from wfe_core import Inject, WorkflowBuilder, step
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.definition.nodes import DelayNode, StepNode
from wfe_core.errors import DefinitionError
from wfe_core.steps.binding import Binding
from wfe_host import HostConfig, WorkflowHost
from wfe_host.services import Services


@dataclass
class Client:
    """A service."""

    name: str = "made"

    def __call__(self) -> str:
        """Be callable, which makes no factory of it."""
        return self.name


class Gateway(Protocol):
    """A service that is known by what it can do."""

    def charge(self) -> None:
        """Charge."""


class Pool:
    """A service that is open or closed."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def __aenter__(self) -> Self:
        """Open."""
        self.log.append("open")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        self.log.append("closed")


async def test_a_value_may_be_the_service_itself() -> None:
    """What is an instance of its type is taken as it is, even if it can be called; so is what can't be."""
    client, gateway = Client("given"), object()
    async with Services({Client: client, Gateway: gateway, int: 7}) as services:
        assert services[Client] is client
        assert services[cast(Any, Gateway)] is gateway
        assert services[int] == 7


async def test_a_value_may_make_the_service() -> None:
    """Classes, functions and coroutine functions are called once, when the host starts."""
    calls: list[str] = []

    def make() -> Client:
        calls.append("function")
        return Client("function")

    async def make_later() -> str:
        await asyncio.sleep(0)
        calls.append("coroutine")
        return "text"

    given: dict[Any, Any] = {Client: make, str: make_later, Pool: Pool, Gateway: lambda: "duck"}
    given[Callable[[], int]] = lambda: len
    async with Services(given) as services:
        assert services[Client] == Client("function")
        assert services[str] == "text"
        assert services[cast(Any, Callable[[], int])] is len
        assert services[cast(Any, Gateway)] == "duck"
        assert cast(Pool, services[Pool]).log == ["open"]
        pool = cast(Pool, services[Pool])
    assert calls == ["function", "coroutine"]
    assert pool.log == ["open", "closed"]


async def test_context_managers_live_as_long_as_the_host() -> None:
    """They are entered once when the host starts and left in reverse order when it stops, each time anew."""
    log: list[str] = []

    def maker(name: str) -> Callable[[], Any]:
        @asynccontextmanager
        async def make() -> AsyncGenerator[str]:
            log.append(f"open {name}")
            yield name
            log.append(f"close {name}")

        return make

    services = Services({Client: maker("a"), Pool: maker("b")})
    for _ in range(2):
        async with services as made:
            assert made == {Client: "a", Pool: "b"}
    assert log == ["open a", "open b", "close b", "close a"] * 2


async def test_a_maker_that_fails_is_named() -> None:
    """Its error comes through with a note, and what was made before is closed."""
    pool = Pool()

    def fail() -> None:
        msg = "no route"
        raise ConnectionError(msg)

    services = Services({Pool: lambda: pool, Client: fail})
    with pytest.raises(ConnectionError) as caught:
        await services.__aenter__()
    assert caught.value.__notes__ == ["while the host made its service Client"]
    assert pool.log == ["open", "closed"]
    await services.__aexit__(None, None, None)


def test_a_missing_service_is_an_error_at_register() -> None:
    """Every step and parameter without a service is named, with the remedy; others are in order."""
    step = StepNode(name="charge", spec=cast(Any, None))
    step.key = "pay/charge"
    step.binding = Binding(injects={"client": Client, "pool": Pool, "gateway": cast(Any, dict[str, int])})
    steps = {"pay/charge": step, "wait": DelayNode(name="wait")}
    definition = cast(WorkflowDefinition[Any], SimpleNamespace(id="order", steps=steps))
    with pytest.raises(DefinitionError) as caught:
        Services({Pool: Pool}).check(definition)
    wants = "workflow 'order', step 'pay/charge': the parameter {0!r} wants a service of type {1}, "
    remedy = (
        "and this host has none: give it services={{{1}: ...}}, or call host.provide({{{1}: ...}}) "
        "before it is registered"
    )
    assert caught.value.problems == (
        (wants + remedy).format("client", "Client"),
        (wants + remedy).format("gateway", "dict[str, int]"),
    )
    Services({Pool: Pool, Client: Client, dict[str, int]: {}}).check(definition)


async def test_services_can_be_added_later() -> None:
    """What is added before the start is made with the rest, later at once; each type is there once."""
    pool, late = Pool(), Pool()
    given = Services({})
    await given.add({Pool: lambda: pool})
    async with given as services:
        assert services[Pool] is pool
        await given.add({Client: Client, list: lambda: late})
        assert services[Client] == Client()
        assert (pool.log, late.log) == (["open"], ["open"])
        with pytest.raises(ValueError, match="has a service of type Client already"):
            await given.add({Client: Client})
    assert (pool.log, late.log) == (["open", "closed"], ["open", "closed"])


async def test_a_late_service_that_cannot_be_made_leaves_nothing() -> None:
    """The note names the type; what was made beside it is closed, and can be given again."""
    pool = Pool()

    def fails() -> Client:
        raise ConnectionError("no bank")

    given = Services({})
    async with given as services:
        with pytest.raises(ConnectionError) as caught:
            await given.add({Pool: lambda: pool, Client: fails})
        assert caught.value.__notes__ == ["while the host made its service Client"]
        assert (pool.log, dict(services)) == (["open", "closed"], {})
        await given.add({Pool: lambda: pool})
        assert services[Pool] is pool


async def test_a_client_needs_no_services() -> None:
    """Who only starts instances registers definitions without what their steps are filled with."""

    @step
    async def pay(client: Inject[Client]) -> None:
        client()

    flow = WorkflowBuilder("flow").then(pay).build()
    async with WorkflowHost.connect("memory://", config=HostConfig(role="client")) as host:
        host.register(flow)
        assert (await (await host.start(flow)).instance()).status == "runnable"
    with pytest.raises(DefinitionError, match="service of type Client"):
        WorkflowHost.connect("memory://").register(flow)
