"""Fencing: a host whose session has expired cannot write, whatever it still believes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.explorer import INSTANCE
from tests.services.combinations import COMBINATIONS, each_combination
from wfe_core.builder import WorkflowBuilder
from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.errors import ProviderError
from wfe_core.steps.context import StepContext
from wfe_core.testing import Backend, ManualClock, SequentialIds
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost
from wfe_host.runner import Attempt


class Pair:
    """Two hosts on one store, and a step that works until it is let go, on each of them."""

    def __init__(self, store: Backend) -> None:
        self.clock = store.clock
        self.open = store.open
        self.marks: list[str] = []
        self.go = {name: asyncio.Event() for name in ("old", "new")}
        self.hosts = {name: self._host(store, name) for name in ("old", "new")}

    def _host(self, store: Backend, name: str) -> WorkflowHost:
        host = WorkflowHost(
            store.open(),
            config=HostConfig(name=name, session_ttl="10s", poll_interval="1s"),
            clock=store.clock,
            ids=SequentialIds(name),
        )
        host.register(self.definition(name))
        return host

    def definition(self, name: str) -> WorkflowDefinition[Any]:
        """The workflow, as a host of this name runs it."""

        async def work(ctx: StepContext[Any]) -> dict[str, str]:
            self.marks.append(f"{name} begins {ctx.attempt}")
            try:
                await self.go[name].wait()
            except asyncio.CancelledError:
                self.marks.append(f"{name} cancelled")
                raise
            self.marks.append(f"{name} ends")
            return {"by": name}

        async def tail(ctx: StepContext[Any]) -> dict[str, str]:
            self.marks.append(f"{name} tail")
            return {"tail": name}

        return WorkflowBuilder("main").then(work).then(tail).build()

    def cut_off(self, name: str, *, really: bool = True) -> None:
        """Let a host not reach the sessions any more: it can neither renew its own nor open another."""
        host = self.hosts[name]
        assert host._keeper is not None
        host._keeper.paused = really
        locks = host.providers.locks
        if really:
            locks.open_session = _unreachable  # type: ignore[method-assign]
        else:
            del locks.open_session

    async def begun(self) -> None:
        """Start an instance on the old host, with its step under way, before the new one is there."""
        await self.hosts["old"].start_up()
        await self.hosts["old"].start("main", {}, instance_id=INSTANCE)
        await self.clock.settle()
        assert self.marks == ["old begins 1"]
        await self.hosts["new"].start_up()


async def _unreachable(*_: object, **__: object) -> int:
    raise ProviderError("the sessions cannot be reached")


@pytest.fixture(params=each_combination())
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    """The two hosts."""
    store = COMBINATIONS[request.param].make(ManualClock(), tmp_path)
    made = Pair(store)
    yield made
    for gate in made.go.values():
        gate.set()
    for host in made.hosts.values():
        if host._runtime is not None:
            await host.stop()
    await store.close()


async def test_the_takers_result_stands(pair: Pair) -> None:
    """A session that was not renewed expires: the step is cancelled there, another host's result stands."""
    await pair.begun()
    pair.cut_off("old")
    await pair.clock.advance("12s")
    assert pair.marks == ["old begins 1", "old cancelled", "new begins 2"]
    pair.go["old"].set()
    pair.go["new"].set()
    assert await pair.hosts["new"].handle(INSTANCE).result("5s") == {"by": "new", "tail": "new"}
    assert pair.marks[3:] == ["new ends", "new tail"]


async def test_half_a_ttl_is_enough_to_stop_the_steps(pair: Pair) -> None:
    """The steps of a host that cannot renew are cancelled half a ttl before anybody may take them."""
    await pair.begun()
    pair.cut_off("old")
    await pair.clock.advance("8s")
    assert pair.marks[:2] == ["old begins 1", "old cancelled"]


async def test_a_commit_without_the_lease_is_refused(pair: Pair) -> None:
    """A host that does not notice that it lost its lease is told by the store: nothing of it is written."""
    await pair.begun()
    old = pair.hosts["old"].runtime
    actor = old.actors[INSTANCE]
    # As if the host had been frozen: it neither renews, nor learns that its session is lost.
    keeper = pair.hosts["old"]._keeper
    assert keeper is not None
    keeper._session.driver._timer.cancel()  # type: ignore[union-attr]
    await pair.clock.advance("12s")
    assert pair.marks == ["old begins 1", "new begins 2"]
    pair.go["old"].set()
    await pair.clock.settle()
    assert actor.gone
    assert pair.marks[2:] == ["old ends"]
    (head,) = (await old.store.heads([INSTANCE])).values()
    assert head.owner == pair.hosts["new"].runtime.session_id
    assert head.fence == 2
    assert "by" not in await old.store.data(INSTANCE)
    pair.go["new"].set()
    assert await pair.hosts["new"].handle(INSTANCE).result("5s") == {"by": "new", "tail": "new"}
    assert "old tail" not in pair.marks


async def test_a_host_that_lost_its_session_joins_again(pair: Pair) -> None:
    """After the loss the host opens a new session, and takes work under it again."""
    await pair.begun()
    before = pair.hosts["old"].runtime.session_id
    pair.cut_off("old")
    await pair.clock.advance("12s")
    pair.cut_off("old", really=False)
    await pair.clock.advance("12s")
    assert pair.hosts["old"].runtime.session_id != before
    pair.go["new"].set()
    pair.go["old"].set()
    await pair.hosts["new"].handle(INSTANCE).result("5s")
    handle = await pair.hosts["old"].start("main", {}, instance_id="second")
    assert await handle.result("5s") == {"by": "old", "tail": "old"}


async def test_an_attempt_stopped_before_its_first_turn_is_told(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that is interrupted before it ran at all gives its slot back, and runs again."""
    begin = Attempt.begin

    def begin_and_stop(attempt: Attempt) -> None:
        begin(attempt)
        if attempt.attempt == 1:
            attempt.stop(interrupt=True)

    monkeypatch.setattr(Attempt, "begin", begin_and_stop)
    host = pair.hosts["old"]
    await host.start_up()
    await host.start("main", {}, instance_id=INSTANCE)
    await pair.clock.advance("2s")
    assert pair.marks == ["old begins 2"]
    pair.go["old"].set()
    assert await host.handle(INSTANCE).result("5s") == {"by": "old", "tail": "old"}
    assert pair.clock._busy == 0


async def test_a_host_without_a_session_takes_nothing(pair: Pair) -> None:
    """Between the loss of its session and the next one a host begins no step: nobody would see it live."""
    old = pair.hosts["old"]
    await old.start_up()
    pair.cut_off("old")
    await pair.clock.advance("6s")
    # Its own start, and what is due: both would hang on a session that is lost.
    await old.start("main", {}, instance_id=INSTANCE)
    old.runtime.wake({INSTANCE: None})
    await pair.clock.advance("6s")
    assert pair.marks == []
    (head,) = (await old.runtime.store.heads([INSTANCE])).values()
    assert head.owner is None
    pair.go["old"].set()
    pair.cut_off("old", really=False)
    await pair.clock.advance("12s")
    assert pair.marks == ["old begins 1", "old ends", "old tail"]


async def test_what_was_claimed_while_the_session_was_lost_is_not_begun(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim whose answer comes after the loss is left to whoever takes it under a session that lives."""
    old = pair.hosts["old"]
    await old.start_up()
    runtime = old.runtime
    claim = runtime.store.claim
    sessions: list[str] = []

    async def lose_meanwhile(*args: Any, session: str, **options: Any) -> Any:
        loaded = await claim(*args, session=session, **options)
        if loaded:
            sessions.append(session)
            if len(sessions) == 1:
                assert old._keeper is not None
                old._keeper._session.lose()  # type: ignore[union-attr]
                while runtime.session_id == session:  # noqa: ASYNC110 - until the host has joined again
                    await asyncio.sleep(0)
        return loaded

    monkeypatch.setattr(runtime.store, "claim", lose_meanwhile)
    client = WorkflowHost(pair.open(), config=HostConfig(role="client"), clock=pair.clock)
    client.register(pair.definition("client"))
    async with client:
        await client.start("main", {}, instance_id=INSTANCE)
        await pair.clock.advance("12s")
    assert len(set(sessions)) == 2
    assert pair.marks == ["old begins 1"]
    assert runtime.session_id == sessions[1]
