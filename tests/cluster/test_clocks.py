"""Hosts whose machines tell a wrong time, beside one that does not."""

from __future__ import annotations

import asyncio
import secrets
import time
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

pytestmark = [pytest.mark.postgres]


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
