from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from wfe_core.models import WorkflowStatus
from wfe_yaml.cli import driving
from wfe_yaml.cli.exits import Exit


class Host:
    """Tells of one run, first as it should be, then otherwise."""

    def __init__(self, *, refused: dict[str, str], owner: str | None, store: str = "ok") -> None:
        self._refused = refused
        self._store = store
        self._owner = owner
        self._looks = 0

    async def health(self) -> dict[str, Any]:
        """Say how the host is."""
        self._looks += 1
        refused, store = (self._refused, self._store) if self._looks > 1 else ({}, "ok")
        return {"session": "me", "refused": refused, "store": store}

    async def get(self, _: str) -> Any:
        """Give the run."""
        return SimpleNamespace(owner=self._owner if self._looks > 1 else "me", status=WorkflowStatus.RUNNABLE)


@pytest.mark.parametrize(
    ("host", "code", "words"),
    [
        (
            Host(refused={"r": "its step is unknown"}, owner="me"),
            Exit.USAGE,
            "cannot go on: its step is unknown",
        ),
        (Host(refused={}, owner="another"), Exit.HELD, "running in another process"),
        (
            Host(refused={}, owner="me", store="unavailable: the disk is full"),
            Exit.USAGE,
            "go on: the disk is full",
        ),
    ],
)
async def test_nobody_waits_for_a_run_that_cannot_go_on_here(
    host: Host, code: Exit, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that the host refuses, that another process has taken, or that cannot be written is left."""
    monkeypatch.setattr(driving, "_LOOK", 0.001)
    error = await driving._lost(cast("Any", host), "r")
    assert error.code is code
    assert words in error.message
