"""Locks, queue, hub, search and the optional stores, on every provider that has them."""

from __future__ import annotations

import ast
from pathlib import Path

from wfe_core.testing import conformance


class TestLocks(conformance.LockSuite):
    """Who lives."""


class TestQueue(conformance.QueueSuite):
    """Wake-up hints."""


class TestHub(conformance.HubSuite):
    """Lifecycle entries between processes."""


class TestRestarts(conformance.RestartSuite):
    """Locks, queue and hub of a server that restarts."""


class TestSearch(conformance.SearchSuite):
    """Full text and filters."""


class TestSearchIndex(conformance.SearchIndexSuite):
    """The index follows the store."""


class TestLogs(conformance.LogSuite):
    """Lines of steps."""


class TestActivities(conformance.ActivitySuite):
    """Work for outside workers."""


class TestCache(conformance.CacheSuite):
    """Outputs of cached steps."""


def test_no_suite_is_forgotten() -> None:
    """Every suite that ships runs here on our own providers."""
    sources = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    bases = {
        ast.unparse(base)
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if ast.unparse(base).endswith("Suite")
    }
    assert {f"conformance.{suite.__name__}" for suite in conformance.SUITES} == bases


def test_every_law_is_stated() -> None:
    """The docstring of each test says the law that it proves."""
    silent = [
        f"{suite.__name__}.{name}"
        for suite in conformance.SUITES
        for name, value in vars(suite).items()
        if name.startswith("test_") and not value.__doc__
    ]
    assert silent == []
