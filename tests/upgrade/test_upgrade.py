"""Stores that older programs wrote are taken up: their instances go on where they were, and finish."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from wfe_host import WorkflowHost

HERE = Path(__file__).parent
STORES = sorted((HERE / "stores").glob("*.db"))


def load_flows() -> ModuleType:
    """Import the workflows of the stores."""
    spec = importlib.util.spec_from_file_location("upgrade_flows", HERE / "flows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["upgrade_flows"] = module
    spec.loader.exec_module(module)
    return module


def test_there_is_a_store() -> None:
    """Without a store of an older program there is nothing to prove."""
    assert STORES


@pytest.mark.parametrize("store", STORES, ids=lambda path: path.stem)
async def test_instances_of_an_older_store_finish(store: Path, tmp_path: Path) -> None:
    """Decision 46: every instance of a checked-in store ends as it would have; nothing runs twice."""
    flows = load_flows()
    path = tmp_path / "old.db"
    shutil.copy(store, path)
    async with WorkflowHost.connect(f"sqlite:///{path}") as host:
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
