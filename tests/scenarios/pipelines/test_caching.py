"""How long a kept result counts, by a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenarios.pipelines.conftest import Book
from wfe_yaml.loader import local_tools

STEPS = """
- name: a
  cache: {key: k, ttl: 1h}
  outputs: {n: int}
  run: |
    say ran
    out n=1
"""


async def test_a_kept_result_counts_until_it_is_too_old(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Language: `cache.ttl` counts from the end of the step; then it is run again, and kept again."""
    monkeypatch.chdir(tmp_path)
    compiled = book.load(STEPS, tools=replace(local_tools(), clock=book.wfe.clock))
    book.wfe.register(*compiled.definitions)

    async def run() -> int:
        await book.wfe.run(compiled.definition, compiled.start_data({}, root=tmp_path))
        return len(book.log)

    assert await run() == 1
    await book.wfe.advance("55m")
    assert await run() == 1
    await book.wfe.advance("10m")
    assert await run() == 2
    await book.wfe.advance("55m")
    assert await run() == 2
    await book.wfe.advance("365d")
    assert await run() == 3
