"""Hosts whose machines tell a wrong time, beside one that does not."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.services.combinations import runtime_folder
from tests.services.postgres import postgres_or_skip
from tests.waiting import until
from wfe_core.builder import WorkflowBuilder
from wfe_core.clock import SystemClock
from wfe_core.steps.context import StepContext
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost

LATE = 600_000


class Misled(SystemClock):
    """Follows a store as if its questions or the answers took a long time on the way, and knows no better."""

    def __init__(self, *, there: int = 0, back: int = 0) -> None:
        super().__init__()
        self._there = there
        self._back = back

    def synchronise(self, store_now: int, *, sent: int, received: int) -> None:
        """Learn what the store showed a while ago."""
        super().synchronise(store_now - self._back, sent=sent - self._there - self._back, received=received)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty store for several hosts."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'wfe.db'}"
        return
    server = postgres_or_skip()
    schema = f"t_{secrets.token_hex(8)}"
    with runtime_folder(tmp_path / "runtime"):
        yield server.url(schema)
    connection = await asyncpg.connect(server.base)
    await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    await connection.close()


async def test_no_event_is_missed_however_wrong_clocks_are(url: str) -> None:
    """Decision A4: what is published after a start has returned reaches it, whoever published it.

    Both ways: the host that starts believes it later than it is and the one that publishes earlier, and the
    reverse. Children begin no later either.
    """
    child = WorkflowBuilder("child").wait_for("go", key=lambda d: d["key"]).build()
    flow = (
        WorkflowBuilder("flow")
        .wait_for("go", key=lambda d: d["key"])
        .sub_workflow("child", lambda d: {"key": d["key"] + "/child"})
        .build()
    )
    early, late = Misled(back=LATE), Misled(there=LATE)
    config = HostConfig(session_ttl="10m")
    async with (
        WorkflowHost.connect(url, config=config, clock=early) as behind,
        WorkflowHost.connect(url, config=config, clock=late) as ahead,
    ):
        for host in (behind, ahead):
            host.register(flow, child)
        store = ahead.providers.store
        assert early.now() + LATE // 3 < await store.now() < late.now() - LATE // 3
        for number in range(6):
            starting, publishing = (ahead, behind) if number % 2 else (behind, ahead)
            handle = await starting.start(flow, {"key": f"k{number}"})
            await publishing.publish_event("go", key=f"k{number}")
            child_id = f"{handle.id}/2/1"
            while child_id not in (found := await store.instances([handle.id, child_id])):
                pass
            assert max(record.created for record in found.values()) <= await store.now()
            await publishing.publish_event("go", key=f"k{number}/child")
            await handle.result("100s")


@pytest.mark.postgres
@pytest.mark.parametrize("hours", [1, -1], ids=["ahead", "behind"])
async def test_a_clock_that_is_an_hour_wrong_harms_nothing(
    hours: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decision 3: timers fire when the server says so, and nobody takes the other for dead."""
    steps: list[str] = []

    async def note(ctx: StepContext[Any]) -> None:
        steps.append(ctx.instance_id)

    flow = WorkflowBuilder("flow").delay("1s").then(note).wait_for("go").delay("1s").then(note).build()
    truth = time.time_ns()
    with monkeypatch.context() as patched:
        patched.setattr(time, "time_ns", lambda: truth + hours * 3_600_000_000_000)
        wrong = SystemClock()
    server = postgres_or_skip()
    schema = f"t_{secrets.token_hex(8)}"
    config = HostConfig(session_ttl="10m")
    with runtime_folder(tmp_path / "runtime"):
        near = WorkflowHost.connect(server.url(schema), config=config)
        far = WorkflowHost.connect(server.url(schema), config=config, clock=wrong)
    try:
        async with near, far:
            for host in (near, far):
                host.register(flow)
            assert abs(wrong.now() - SystemClock().now()) < 60_000_000
            began = time.monotonic()
            handles = [await host.start(flow, {}) for host in (near, far) for _ in range(5)]
            await until(lambda: len(steps) == len(handles))
            await near.publish_event("go")
            await asyncio.gather(*(handle.result("100s") for handle in handles))
            assert time.monotonic() - began >= 2
            assert sorted(steps) == sorted([handle.id for handle in handles] * 2)
    finally:
        connection = await asyncpg.connect(server.base)
        await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        await connection.close()
