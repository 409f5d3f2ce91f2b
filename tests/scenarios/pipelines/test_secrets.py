"""`secrets: [NAME]` on a step (decision 56)."""

from __future__ import annotations

from typing import Any

import pytest


async def test_a_step_gets_the_secrets_it_asks_for_and_no_other(
    book: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decision 56: named secrets are variables of the step; others are not there, nor in the data."""
    monkeypatch.setenv("TOKEN", "hush-hush")
    monkeypatch.setenv("OTHER", "never-seen")
    steps = """
        - {name: with, secrets: [TOKEN], run: env}
        - {name: without, run: env}
    """
    data = await book.run(steps, "secrets: [TOKEN, OTHER]")
    assert book.log == ["TOKEN=hush-hush", ""]
    assert "hush" not in str(data)
