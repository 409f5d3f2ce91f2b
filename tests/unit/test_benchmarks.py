"""The measures measure what they say."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from benchmarks import chains

TABLES = {
    "workflow": "id, status, revision, fence",
    "pointer": "instance_id, id, step, status",
    "outbox": "instance_id, revision",
}


def rows(file: Path) -> dict[str, list[Any]]:
    """What a store holds of instances, without the times."""
    with sqlite3.connect(file) as connection:
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()
            for table, columns in TABLES.items()
        }


async def test_the_floor_replays_what_was_sent(tmp_path: Path) -> None:
    """The bare loop that wfe is compared with leaves the very rows that wfe has left."""
    figures = await chains.floor(tmp_path, rounds=1)
    assert figures["steps_per_s"] > 0
    recorded, replayed = rows(tmp_path / "recorded.db"), rows(tmp_path / "floor0.db")
    assert len(recorded["workflow"]) == chains.CHAINS
    assert replayed == recorded
