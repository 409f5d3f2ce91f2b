"""Stores that older programs wrote are taken up: their instances go on where they were, and finish."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from types import ModuleType

import asyncpg
import pytest

from tests.services.postgres import postgres_or_skip
from wfe_core.registry import open_providers
from wfe_host import WorkflowHost

HERE = Path(__file__).parent
STORES = sorted(path for path in (HERE / "stores").iterdir() if path.is_file())
MARKS: dict[str, tuple[pytest.MarkDecorator, ...]] = {".db": (), ".sql": (pytest.mark.postgres,)}


def load_flows() -> ModuleType:
    """Import the workflows of the stores."""
    spec = importlib.util.spec_from_file_location("upgrade_flows", HERE / "flows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["upgrade_flows"] = module
    spec.loader.exec_module(module)
    return module


async def from_dump(dump: str, stem: str) -> AsyncGenerator[str]:
    """Restore a dump in a schema of its own, on another server than it came from; gives its URL."""
    server = postgres_or_skip()
    schema = f"t_{secrets.token_hex(8)}"
    connection = await asyncpg.connect(server.base)
    try:
        await connection.execute(dump.replace(f"wfe_{stem}", schema))
        yield server.url(schema)
        await connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    finally:
        await connection.close()


@pytest.fixture(params=[pytest.param(path, id=path.name, marks=MARKS[path.suffix]) for path in STORES])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[str]:
    """A copy of a store."""
    if request.param.suffix == ".sql":
        async for restored in from_dump(request.param.read_text("utf-8"), request.param.stem):
            yield restored
    else:
        shutil.copy(request.param, tmp_path / "old.db")
        yield f"sqlite:///{tmp_path / 'old.db'}"


def test_there_are_stores() -> None:
    """Without stores of older programs, of both kinds, there is nothing to prove."""
    assert {path.suffix for path in STORES} == {".db", ".sql"}


async def test_instances_of_an_older_store_finish(url: str) -> None:
    """Decision 46: every instance of a checked-in store ends as it would have; nothing runs twice."""
    flows = load_flows()
    await open_providers(url).store.upgrade()
    async with WorkflowHost.connect(url) as host:
        host.register(*flows.ALL)
        await host.resume("waiting-suspended")
        await host.publish_event("go", "all")
        await host.publish_event("go", "all")
        await host.publish_event("answer", "asking-1", {"yes": True})
        lease = await host.claim_activity("work", worker="w", wait="10s")
        assert lease is not None
        await lease.complete(7)

        results = {
            instance_id: await host.handle(instance_id).result("30s")
            for instance_id in flows.START
            if instance_id != "failed-1"
        }
        assert (await host.get("failed-1")).status == "failed"
        await host.terminate("failed-1")

    assert results["waiting-1"]["notes"] == ["note", "note-2"]
    assert results["waiting-suspended"]["notes"] == ["note", "note-2"]
    assert results["sleeping-1"]["notes"] == ["note", "note-2"]
    assert results["asking-1"]["answer"] == {"yes": True}
    assert results["asking-1"]["state"] == {"asked": 1}
    assert results["looping-1"]["doubled"] == [n * 2 for n in range(600)]
    assert results["saga-1"]["saga/two/~undo/undo"] == ["saga/one", "saga/two"]
    assert results["saga-1"]["saga/one/~undo/undo"] == ["saga/one"]
    assert results["saga-1"]["notes"] == ["saga/one", "saga/two", "tail"]
    assert results["parent-1"]["worked"] == 7
    assert results["parent-1"]["child"] == ["note"]
